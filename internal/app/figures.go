package app

import (
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/obs"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
	"github.com/flaneur-io/flaneur/push/socket"
)

// counts is what the rooms counted.
type counts struct {
	engine   engine.Stats
	gateway  gateway.Stats
	hub      socket.Stats
	fcm      *courier.Stats // nil: none configured
	webpush  *courier.Stats // nil: none configured
	store    store.Stats
	webhooks webhook.Stats
	numbers  insight.Stats
	footfall insight.FootfallStats
	learned  offers.Figures // of live people
}

func (s *Server) figures() obs.Figures {
	c := counts{
		engine: s.engine.Stats(), gateway: s.gateway.Stats(), hub: s.hub.Stats(), store: s.store.Stats(), webhooks: s.webhooks.Stats(),
		numbers: s.numbers.Stats(), footfall: s.footfall.Stats(),
	}
	if l := s.learning.learners[offers.Live.String()]; l != nil {
		c.learned = l.Figures()
	}
	if s.services.fcm != nil {
		st := s.services.fcm.Stats()
		c.fcm = &st
	}
	if s.services.webpush != nil {
		st := s.services.webpush.Stats()
		c.webpush = &st
	}
	return c.figures()
}

// figures says it in the operator's words.
func (c *counts) figures() obs.Figures {
	e, g, h, st, w := &c.engine, &c.gateway, &c.hub, &c.store, &c.webhooks
	f := obs.Figures{
		Users: st.Users, People: e.People, Sessions: g.Sessions,
		SessionsOpened: g.Opened, SessionsRefused: g.Refused, SessionsClosed: g.Closed,
		Frames: g.Received, FramesSent: g.Sent, FramesRefused: g.Errors,
		FramesDropped: map[string]uint64{"replaced": g.OffersReplaced, "overflow": g.OffersDropped},
		Fixes:         e.Fixes, FixesRefused: e.Refused, Evaluations: e.Evaluations,
		Deliveries:  map[string]uint64{"socket": h.Acked},
		Undelivered: e.Undelivered, Suppressions: e.Suppressions, Pulls: e.Pulls,
		Redemptions: map[string]uint64{
			"reserved": e.Reservations, "redeemed": e.Redemptions, "rolled_back": e.RolledBack, "refused": e.TillRefusals,
		},
		OptIns: e.OptIns, Erasures: e.Erasures,
		SocketPushes: map[string]uint64{
			"sent": h.Sent, "acked": h.Acked, "acked_late": h.AckedLate, "acked_unknown": h.AckedUnknown, "unacked": h.Unacked,
			"detached": h.Detached, "crowded": h.Crowded, "expired": h.Expired, "failed": h.Failed, "dropped": h.Dropped,
		},
		PublishedDropped: e.PublishedDropped,
		PushWaiting:      h.Pending,
		Webhooks:         w.Endpoints, WebhooksWaiting: w.Waiting, WebhooksDead: w.Dead, WebhookAttempts: w.Attempts,
		WebhooksDropped: w.Dropped, WebhooksDisabled: w.Disabled,
		NumbersSheets: c.numbers.Sheets, NumbersDropped: c.numbers.Dropped, FootfallDropped: c.footfall.Dropped,
		LearnedAnswers: c.learned.Lessons, LearnedReturns: c.learned.Returns,
		LearnedAlarms: c.learned.Alarms, LearnedError: map[string]float64{"answers": c.learned.Error},
		LearnedLoss: map[string]float64{"recent": c.learned.Loss, "long": c.learned.Long},
		Unsaved:     e.Unsaved, ErasesPending: st.Pending, StoreBytes: make(map[string]uint64, len(st.Bytes)),
	}
	for file, n := range st.Bytes {
		f.StoreBytes[file] = uint64(n)
	}
	if c.fcm != nil {
		addService(&f, push.ChannelFCM, c.fcm)
	}
	if c.webpush != nil {
		addService(&f, push.ChannelWebPush, c.webpush)
	}
	return f
}

// addService adds what was handed to a push service.
func addService(f *obs.Figures, channel string, c *courier.Stats) {
	f.Deliveries[channel] = c.Sent
	f.PushWaiting += c.Waiting
	f.PushRetried += c.Retried
	if f.PushFailed == nil {
		f.PushFailed, f.PushDropped = make(map[string]uint64), make(map[string]uint64)
	}
	for code, n := range c.Failed {
		f.PushFailed[code] += n
	}
	for reason, n := range map[string]uint64{"replaced": c.Replaced, "full": c.DroppedFull, "expired": c.DroppedExpired, "closing": c.Left} {
		f.PushDropped[reason] += n
	}
}
