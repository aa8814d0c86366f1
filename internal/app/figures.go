package app

import "github.com/flaneur-io/flaneur/internal/obs"

// figures collects what the rooms counted.
func (s *Server) figures() obs.Figures {
	e, g, h, st := s.engine.Stats(), s.gateway.Stats(), s.hub.Stats(), s.store.Stats()
	f := obs.Figures{
		Users: st.Users, People: e.People, Sessions: g.Sessions,
		SessionsOpened: g.Opened, SessionsRefused: g.Refused, SessionsClosed: g.Closed,
		Frames: g.Received, FramesSent: g.Sent, FramesRefused: g.Errors,
		FramesDropped: map[string]uint64{"replaced": g.OffersReplaced, "overflow": g.OffersDropped},
		Fixes:         e.Fixes, FixesRefused: e.Refused, Evaluations: e.Evaluations,
		Deliveries:  map[string]uint64{"socket": h.Acked},
		Undelivered: e.Undelivered, Suppressions: e.Suppressions, Pulls: e.Pulls,
		SocketPushes: map[string]uint64{
			"sent": h.Sent, "acked": h.Acked, "acked_late": h.AckedLate, "unacked": h.Unacked, "detached": h.Detached,
			"crowded": h.Crowded, "expired": h.Expired, "failed": h.Failed, "dropped": h.Dropped,
		},
		PublishedDropped: e.PublishedDropped,
		Redemptions:      map[string]uint64{"redeemed": e.Redemptions},
		OptIns:           e.OptIns, Erasures: e.Erasures, PushWaiting: h.Pending,
		Unsaved: e.Unsaved, StoreBytes: make(map[string]uint64, len(st.Bytes)),
	}
	for file, n := range st.Bytes {
		f.StoreBytes[file] = uint64(n)
	}
	if s.fcm != nil {
		c := s.fcm.Stats()
		f.Deliveries["fcm"] = c.Sent
		f.PushWaiting += c.Waiting
		f.PushRetried = c.Retried
		f.PushFailed = c.Failed
		f.PushDropped = map[string]uint64{"replaced": c.Replaced, "full": c.DroppedFull, "expired": c.DroppedExpired, "closing": c.Left}
	}
	return f
}
