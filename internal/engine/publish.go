package engine

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

const (
	reconsiderAfter = 30 * time.Second // one person is evaluated for news of merchants at most this often
	maxStanding     = 10 * time.Minute // an older fix says nothing about where somebody stands
	maxPublished    = 1024             // offers that wait for their first people
)

// published is the bounded queue of offers whose people wait to be evaluated.
type published struct {
	wake chan struct{}
	mu   sync.Mutex
	list []*offers.Offer
}

// add queues an offer and reports whether the oldest was dropped for it.
func (q *published) add(o *offers.Offer) (dropped bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if dropped = len(q.list) == maxPublished; dropped {
		q.list = append(q.list[:0], q.list[1:]...)
	}
	q.list = append(q.list, o)
	return dropped
}

func (q *published) take() []*offers.Offer {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	return list
}

// Published tells that an offer was published or changed: people who stand in its reach are evaluated soon. It
// never waits; while the engine is busy with the last ones, new ones queue up to a bound and the oldest is dropped
// and counted: those people are evaluated at their next fix anyway.
func (e *Engine) Published(o *offers.Offer) {
	if e.published.add(o) {
		e.stats.publishedDropped.Add(1)
	}
	select {
	case e.published.wake <- struct{}{}:
	default:
	}
}

// catchUp evaluates people who stand where something was published, until ctx is done.
func (e *Engine) catchUp(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.published.wake:
		}
		fresh := e.published.take()
		e.people.each(func(p *person) {
			if ctx.Err() == nil {
				e.reconsider(ctx, p, fresh)
			}
		})
	}
}

// reconsider evaluates a person at their last fix, if one of the offers reaches there, and tells them to speak sooner
// than they were told, if one begins nearer than that. Simulated people live on another clock and are left to their
// next fix.
func (e *Engine) reconsider(ctx context.Context, p *person, fresh []*offers.Offer) {
	now := e.clock()
	u := e.update()
	defer e.updates.Put(u)
	var sooner *wire.Hint
	p.mu.Lock()
	metres := e.nearest(p, fresh, now)
	switch {
	case metres == 0 && now.Sub(p.reconsidered) >= reconsiderAfter:
		p.reconsidered, u.now = now, now
		e.lookAgain(p, u)
	case metres > 0 && metres < p.hinted:
		p.hinted = max(metres, minHintMetres)
		sooner = &wire.Hint{Metres: p.hinted, Seconds: p.hinted / walking}
	}
	p.mu.Unlock()
	if sooner != nil {
		e.sender.Tell(p.id, sooner)
	}
	e.send(ctx, p, u.chosen)
}

// lookAgain evaluates a person at their last fix, at u.now. The caller holds p.mu.
func (e *Engine) lookAgain(p *person, u *update) {
	u.fix, u.sensitive = p.last, p.hidden
	u.fix.Time, u.step = u.now, p.motion.Step()
	e.moodNow(p, u)
	u.moment = p.moment(u)
	p.eval.done = false
	if e.worthEvaluating(p, u) {
		e.evaluate(p, u)
		e.choose(p, u)
	}
}

// nearest returns the metres from where a person is to the nearest of the offers' reaches, 0 within one; +Inf if nobody
// knows where they are, or it does not matter. The caller holds p.mu.
func (e *Engine) nearest(p *person, fresh []*offers.Offer, now time.Time) float64 {
	best := math.Inf(1)
	if p.gone || !p.loaded || p.simulated || p.sessions == 0 || p.last.Time.IsZero() || now.Sub(p.last.Time) > maxStanding ||
		!p.profile.Consents.Allows(privacy.Location) {
		return best
	}
	for _, o := range fresh {
		if o.Mode == p.mode {
			best = min(best, e.catalogue.Distance(o.ID, p.last.Point))
		}
	}
	return best
}

// Withdrawn tells people with an open socket, who were sent the offer, that it holds no longer.
func (e *Engine) Withdrawn(o *offers.Offer, reason string) {
	e.people.each(func(p *person) {
		p.mu.Lock()
		tell := p.sessions > 0 && !p.gone && p.matching.WasDelivered(o.ID)
		p.mu.Unlock()
		if tell {
			e.sender.Tell(p.id, &wire.Withdrawn{Offer: string(o.ID), Reason: reason})
		}
	})
}
