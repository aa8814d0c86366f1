package engine

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
)

// A simulated person's reservations end on their own clock: at the first fix after it, not when Lapse comes by.

// hold remembers when a reservation of a simulated person is over, for good also at tills without network. The caller
// holds p.mu.
func (p *person) hold(until time.Time) {
	if p.simulated && (p.holds.IsZero() || until.Before(p.holds)) {
		p.holds = until
	}
}

// holdsOver reports whether a reservation of a simulated person is over. The caller holds p.mu.
func (p *person) holdsOver(now time.Time) bool {
	return !p.holds.IsZero() && !now.Before(p.holds)
}

// lapseOwn ends a simulated person's reservations that are over.
func (e *Engine) lapseOwn(ctx context.Context, p *person, now time.Time) {
	p.write.Lock()
	defer p.write.Unlock()
	p.mu.Lock()
	p.holds = time.Time{}
	p.mu.Unlock()
	list, err := e.redemptions(ctx, p)
	for i := range list {
		k := &list[i]
		if k.Status != Reserved || err != nil {
			continue
		}
		if until := k.Expires.Add(offline(e.catalogue.Offer(k.Offer))); now.Before(until) {
			p.mu.Lock()
			p.hold(until)
			p.mu.Unlock()
			continue
		}
		k.Status, k.Changed = Expired, k.Expires
		err = e.end(ctx, p, k, event.Expired)
	}
	if err != nil {
		p.mu.Lock()
		p.hold(now) // the next fix tries again
		p.mu.Unlock()
		e.log.WarnContext(ctx, "reservations of a simulated person could not be ended", "user", p.id, "err", err)
	}
}
