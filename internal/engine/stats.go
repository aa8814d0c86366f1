package engine

import (
	"maps"
	"sync"
	"sync/atomic"
)

// counters count since the engine was made.
type counters struct {
	fixes, refused, evaluations, deliveries, undelivered, pulls, redemptions atomic.Uint64
	reservations, rollbacks, tillRefusals                                    atomic.Uint64
	optIns, erasures, unsaved, publishedDropped                              atomic.Uint64

	mu           sync.Mutex
	suppressions map[string]uint64 // by code, a closed set
}

func (c *counters) suppressed(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.suppressions == nil {
		c.suppressions = make(map[string]uint64)
	}
	c.suppressions[code]++
}

// Stats is what the engine did since it was made.
type Stats struct {
	People, Sessions int // in memory now

	Fixes            uint64 // looked at
	Refused          uint64 // of those
	Evaluations      uint64 // times the matcher was asked because of a fix
	Deliveries       uint64 // handed to the sender
	Undelivered      uint64 // not handed over, because a record could not be written or the sender refused
	Pulls            uint64
	Redemptions      uint64
	Reservations     uint64
	RolledBack       uint64
	TillRefusals     uint64 // codes that a till could not redeem
	OptIns           uint64
	Erasures         uint64
	Unsaved          uint64 // attempts to write learned state that failed; each is repeated
	PublishedDropped uint64 // offers whose people were not evaluated at once
	Suppressions     map[string]uint64
}

// Stats returns the counters.
func (e *Engine) Stats() Stats {
	c := &e.stats
	s := Stats{
		Fixes: c.fixes.Load(), Refused: c.refused.Load(), Evaluations: c.evaluations.Load(),
		Deliveries: c.deliveries.Load(), Undelivered: c.undelivered.Load(), Pulls: c.pulls.Load(),
		Redemptions: c.redemptions.Load(), Reservations: c.reservations.Load(), RolledBack: c.rollbacks.Load(), TillRefusals: c.tillRefusals.Load(), OptIns: c.optIns.Load(), Erasures: c.erasures.Load(),
		Unsaved: c.unsaved.Load(), PublishedDropped: c.publishedDropped.Load(),
	}
	c.mu.Lock()
	s.Suppressions = maps.Clone(c.suppressions)
	c.mu.Unlock()
	e.people.each(func(p *person) {
		p.mu.Lock()
		defer p.mu.Unlock()
		s.People++
		s.Sessions += p.sessions
	})
	return s
}
