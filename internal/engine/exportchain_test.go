package engine

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/offers"
)

// Used starts the follow-ups of a redemption.
func (e *Engine) Used(ctx context.Context, s *Session, o *offers.Offer, amount float64, now time.Time) error {
	s.p.mu.Lock()
	e.startFollowUps(s.p, o, amount, now)
	s.p.mu.Unlock()
	return e.saveState(ctx, s.p)
}

// FollowUps is one tick.
func (e *Engine) FollowUps(ctx context.Context) {
	e.people.each(func(p *person) { e.followUp(ctx, p, e.clock()) })
}
