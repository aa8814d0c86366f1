package socket

import "sync/atomic"

// Stats counts what a hub did since it was made.
type Stats struct {
	Users, Conns, Pending int // now; users with a connection or something pending

	Sent         uint64 // messages that at least one connection took
	Acked        uint64 // in time
	AckedLate    uint64 // after the message had gone to Next
	AckedUnknown uint64 // not, or no longer, waited for: by a second device, a repeat, long ago

	// To Next, or nowhere:
	Unacked  uint64 // no acknowledgement in time
	Detached uint64 // no connection
	Crowded  uint64 // too much was pending
	Expired  uint64 // among them: worthless by then
	Failed   uint64 // among them: Next refused, or there is none

	Dropped uint64 // pending when their person's connections were closed for good, or recalled
}

type counters struct {
	sent, acked, ackedLate, ackedUnknown                 atomic.Uint64
	unacked, detached, crowded, expired, failed, dropped atomic.Uint64
}

// Stats returns the counters.
func (h *Hub) Stats() Stats {
	st := Stats{
		Sent: h.sent.Load(), Acked: h.acked.Load(),
		AckedLate: h.ackedLate.Load(), AckedUnknown: h.ackedUnknown.Load(),
		Unacked: h.unacked.Load(), Detached: h.detached.Load(), Crowded: h.crowded.Load(),
		Expired: h.expired.Load(), Failed: h.failed.Load(), Dropped: h.dropped.Load(),
	}
	for i := range h.shards {
		s := &h.shards[i]
		s.mu.Lock()
		st.Users += len(s.people)
		st.Pending += s.queue.Len()
		for _, p := range s.people {
			st.Conns += len(p.conns)
		}
		s.mu.Unlock()
	}
	return st
}
