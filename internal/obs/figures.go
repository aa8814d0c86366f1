package obs

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Figures is what the rooms counted, at one moment and since the start. The rooms count in their own words, with
// plain atomics; whoever joins them fills this in. The tags are the metrics: a name that ends in _total is a
// counter, any other a gauge; a map has one series per key, and its keys come from a closed set.
type Figures struct {
	Users    int `metric:"flaneur_users" help:"People in the record."`
	People   int `metric:"flaneur_people" help:"People in memory."`
	Sessions int `metric:"flaneur_sessions" help:"Open sockets."`

	SessionsOpened  uint64            `metric:"flaneur_sessions_opened_total" help:"Sockets opened."`
	SessionsRefused map[string]uint64 `metric:"flaneur_sessions_refused_total" label:"reason" help:"Sockets refused before they opened."`
	SessionsClosed  map[string]uint64 `metric:"flaneur_sessions_closed_total" label:"code" help:"Sockets closed, by close code."`

	Frames        map[string]uint64 `metric:"flaneur_frames_total" label:"kind" help:"Frames taken from devices."`
	FramesSent    map[string]uint64 `metric:"flaneur_frames_sent_total" label:"kind" help:"Frames written to devices."`
	FramesRefused map[string]uint64 `metric:"flaneur_frames_refused_total" label:"code" help:"Frames answered with an error."`
	FramesDropped map[string]uint64 `metric:"flaneur_frames_dropped_total" label:"reason" help:"Frames for devices that never left."`

	Fixes        uint64            `metric:"flaneur_fixes_total" help:"Fixes looked at."`
	FixesRefused uint64            `metric:"flaneur_fixes_refused_total" help:"Fixes refused: consent, order, accuracy, plausibility."`
	Evaluations  uint64            `metric:"flaneur_evaluations_total" help:"Times that a fix was matched against the catalogue."`
	Deliveries   map[string]uint64 `metric:"flaneur_deliveries_total" label:"channel" help:"Offers sent unasked."`
	Undelivered  uint64            `metric:"flaneur_undelivered_total" help:"Offers chosen, but not sent: no record, or no room."`
	Suppressions map[string]uint64 `metric:"flaneur_suppressions_total" label:"code" help:"Offers held back, and why."`
	Pulls        uint64            `metric:"flaneur_pulls_total" help:"Pulls answered."`
	Redemptions  map[string]uint64 `metric:"flaneur_redemptions_total" label:"outcome" help:"Claims of an offer."`
	OptIns       uint64            `metric:"flaneur_opt_ins_total" help:"People who opted in."`
	Erasures     uint64            `metric:"flaneur_erasures_total" help:"People erased."`

	SocketPushes     map[string]uint64 `metric:"flaneur_socket_pushes_total" label:"event" help:"Messages for sockets: sent, acked, acked_late, acked_unknown, dropped (recalled); unacked, detached or crowded ones go to the next channel, of them expired and failed ones nowhere."`
	PublishedDropped uint64            `metric:"flaneur_published_dropped_total" help:"Offers whose people were not evaluated at once: too many were published."`

	PushWaiting int               `metric:"flaneur_push_waiting" help:"Messages waiting for a channel."`
	PushRetried uint64            `metric:"flaneur_push_retried_total" help:"Attempts after the first."`
	PushFailed  map[string]uint64 `metric:"flaneur_push_failed_total" label:"code" help:"Messages given up, by the last error."`
	PushDropped map[string]uint64 `metric:"flaneur_push_dropped_total" label:"reason" help:"Messages that left the queue unsent."`

	Webhooks         int               `metric:"flaneur_webhooks" help:"Endpoints of merchants."`
	WebhooksWaiting  int               `metric:"flaneur_webhooks_waiting" help:"Messages that wait to be sent to endpoints, or sent again."`
	WebhooksDead     int               `metric:"flaneur_webhooks_dead" help:"Messages to endpoints that were given up and can be replayed."`
	WebhookAttempts  map[string]uint64 `metric:"flaneur_webhook_attempts_total" label:"outcome" help:"Attempts to deliver a message: ok, timeout, address_refused, connect_failed, tls_failed, redirect, status, disabled."`
	WebhooksDropped  map[string]uint64 `metric:"flaneur_webhooks_dropped_total" label:"reason" help:"Messages lost: pending or full (too many waited), dead_full (too many dead letters), unfiled (the outbox could not be written)."`
	WebhooksDisabled uint64            `metric:"flaneur_webhooks_disabled_total" help:"Endpoints disabled after days of failure, or because they said so."`

	NumbersSheets   int    `metric:"flaneur_numbers_sheets" help:"Days of offers that are being counted, in memory."`
	NumbersDropped  uint64 `metric:"flaneur_numbers_dropped_total" help:"Events that merchants' numbers lack: too many at once."`
	FootfallDropped uint64 `metric:"flaneur_footfall_dropped_total" help:"Times that somebody was not counted for estimates: too many cells."`

	LearnedAnswers uint64             `metric:"flaneur_learned_answers_total" help:"Answers to offers that moved what is shared."`
	LearnedReturns uint64             `metric:"flaneur_learned_returns_total" help:"Versions of the weights that were given up because they did far worse than the one before."`
	LearnedAlarms  uint64             `metric:"flaneur_learned_alarms_total" help:"Times that answers were foretold clearly worse than before (Page-Hinkley)."`
	LearnedError   map[string]float64 `metric:"flaneur_learned_error" label:"of" help:"Calibration error over some 1,000 answers: how far what happened lies from what was foretold."`
	LearnedLoss    map[string]float64 `metric:"flaneur_learned_loss" label:"over" help:"Log loss per answer, each foretold before it was learned from: recent (some 200 answers), long (some 5,000). 0.69 knows nothing."`

	Unsaved       uint64            `metric:"flaneur_unsaved_total" help:"Failed attempts to write learned state; each is repeated."`
	ErasesPending int               `metric:"flaneur_erases_pending" help:"Erased people whose unreadable records still wait to leave the files."`
	StoreBytes    map[string]uint64 `metric:"flaneur_store_bytes" label:"file" help:"Size of the store's files."`
}

// figures shows Figures to Prometheus: one call of read per scrape.
type figures struct {
	read func() Figures
	rows []row
}

// row is one field of Figures.
type row struct {
	field int
	kind  prometheus.ValueType
	desc  *prometheus.Desc
}

func newFigures(read func() Figures) figures {
	f := figures{read: read}
	t := reflect.TypeFor[Figures]()
	for i := range t.NumField() {
		tags := t.Field(i).Tag
		name := tags.Get("metric")
		r := row{field: i, kind: prometheus.GaugeValue}
		if strings.HasSuffix(name, "_total") {
			r.kind = prometheus.CounterValue
		}
		var labels []string
		if l, ok := tags.Lookup("label"); ok {
			labels = []string{l}
		}
		r.desc = prometheus.NewDesc(name, tags.Get("help"), labels, nil)
		f.rows = append(f.rows, r)
	}
	return f
}

// Describe and Collect make figures a prometheus.Collector.
func (f figures) Describe(out chan<- *prometheus.Desc) {
	for _, r := range f.rows {
		out <- r.desc
	}
}

// Collect sends every figure.
func (f figures) Collect(out chan<- prometheus.Metric) {
	now := reflect.ValueOf(f.read())
	for _, r := range f.rows {
		switch v := now.Field(r.field).Interface().(type) {
		case int:
			out <- prometheus.MustNewConstMetric(r.desc, r.kind, float64(v))
		case uint64:
			out <- prometheus.MustNewConstMetric(r.desc, r.kind, float64(v))
		case map[string]float64:
			for label, n := range v {
				out <- prometheus.MustNewConstMetric(r.desc, r.kind, n, label)
			}
		case map[string]uint64:
			for label, n := range v {
				out <- prometheus.MustNewConstMetric(r.desc, r.kind, float64(n), label)
			}
		default:
			out <- prometheus.NewInvalidMetric(r.desc, fmt.Errorf("obs: a figure of type %T", v))
		}
	}
}
