package obs

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Other is the label value of whatever is outside a closed set.
const Other = "other"

// Counter counts up. Inc costs one atomic addition.
type Counter interface{ Inc() }

// Counters is a family of counters over a closed set of label values, all resolved when it is made.
type Counters struct {
	children map[string]prometheus.Counter
	other    prometheus.Counter
}

// Inc counts one for the label value, without allocating.
func (c Counters) Inc(value string) { c.Add(value, 1) }

// Add counts n, which must not be negative.
func (c Counters) Add(value string, n int) {
	child, ok := c.children[value]
	if !ok {
		child = c.other
	}
	child.Add(float64(n))
}

// Labels names the closed sets. Empty sets are fine: everything counts as Other then.
type Labels struct {
	Frames       []string // kinds of frame
	Drops        []string // why a frame was dropped
	Channels     []string // ways of delivery
	Suppressions []string // why an offer was held back
	Outcomes     []string // of a redemption
	Routes       []string // of the REST edge, as registered: "GET /v1/offers/{id}"
}

// Metrics is everything that Flaneur counts, on a registry of its own.
type Metrics struct {
	Frames       Counters
	Drops        Counters
	Deliveries   Counters
	Suppressions Counters
	Redemptions  Counters

	Fixes       Counter
	Evaluations Counter
	Pulls       Counter
	Erasures    Counter

	registry *prometheus.Registry
	sessions prometheus.Gauge
	position prometheus.Histogram
	requests *prometheus.CounterVec
	answers  map[string]prometheus.Observer
}

// NewMetrics makes the metrics over the given label sets.
func NewMetrics(labels Labels) *Metrics {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m := &Metrics{
		Frames:       counters(r, "flaneur_frames_total", "Frames taken from devices.", "kind", labels.Frames),
		Drops:        counters(r, "flaneur_frames_dropped_total", "Frames not taken, or not sent.", "reason", labels.Drops),
		Deliveries:   counters(r, "flaneur_deliveries_total", "Offers sent unasked.", "channel", labels.Channels),
		Suppressions: counters(r, "flaneur_suppressions_total", "Offers held back, and why.", "code", labels.Suppressions),
		Redemptions:  counters(r, "flaneur_redemptions_total", "Claims of an offer.", "outcome", labels.Outcomes),

		Fixes:       counter(r, "flaneur_fixes_total", "Fixes that passed consent, order and plausibility."),
		Evaluations: counter(r, "flaneur_evaluations_total", "Times that a person was matched against the catalogue."),
		Pulls:       counter(r, "flaneur_pulls_total", "Pulls answered."),
		Erasures:    counter(r, "flaneur_erasures_total", "People erased."),

		registry: r,
		sessions: prometheus.NewGauge(prometheus.GaugeOpts{Name: "flaneur_sessions", Help: "Open sockets."}),
		position: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "flaneur_position_seconds", Help: "One position through the engine.",
			Buckets: prometheus.ExponentialBuckets(1e-6, 4, 10), // 1 µs to 0.26 s
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "flaneur_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		answers: map[string]prometheus.Observer{},
	}
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "flaneur_http_seconds", Help: "Time to answer.", Buckets: prometheus.DefBuckets,
	}, []string{"route"})
	r.MustRegister(m.sessions, m.position, m.requests, seconds)
	for _, route := range append([]string{Other}, labels.Routes...) {
		m.answers[route] = seconds.WithLabelValues(route)
	}
	return m
}

// SessionOpened and SessionClosed keep the number of open sockets.
func (m *Metrics) SessionOpened() { m.sessions.Inc() }

// SessionClosed is the other half of SessionOpened.
func (m *Metrics) SessionClosed() { m.sessions.Dec() }

// ObservePosition records how long one position took, without allocating.
func (m *Metrics) ObservePosition(d time.Duration) { m.position.Observe(d.Seconds()) }

// ObserveHTTP records one answered request. A route or method that is not known counts as Other.
func (m *Metrics) ObserveHTTP(route, method string, status int, d time.Duration) {
	answer, ok := m.answers[route]
	if !ok {
		route, answer = Other, m.answers[Other]
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		method = Other
	}
	class := Other
	if status >= 100 && status < 600 {
		class = strconv.Itoa(status/100) + "xx"
	}
	answer.Observe(d.Seconds())
	m.requests.WithLabelValues(route, method, class).Inc()
}

// CounterFunc shows a figure that somebody else counts; read must never go down and must be safe for concurrent use. It
// panics if name and labels are taken: that is a programming error.
func (m *Metrics) CounterFunc(name, help string, labels map[string]string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// GaugeFunc is CounterFunc for a figure that goes up and down.
func (m *Metrics) GaugeFunc(name, help string, labels map[string]string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

func counter(r *prometheus.Registry, name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	r.MustRegister(c)
	return c
}

func counters(r *prometheus.Registry, name, help, label string, values []string) Counters {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	r.MustRegister(vec)
	c := Counters{children: make(map[string]prometheus.Counter, len(values)), other: vec.WithLabelValues(Other)}
	for _, v := range values {
		c.children[v] = vec.WithLabelValues(v)
	}
	return c
}
