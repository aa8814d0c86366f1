package engine

import (
	"context"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

// What a pull asks for if it does not say.
const (
	DefaultPullRadius = 1000.0 // metres
	DefaultPullLimit  = 20
	maxPullCategories = 16
)

// Pull answers "what is near me now?": the matcher of the pushes, without their limits and cool-downs, with the same
// guard rails. Needs the consent location.
func (e *Engine) Pull(_ context.Context, s *Session, q PullQuery) (PullAnswer, error) {
	skip, err := q.complete()
	if err != nil {
		return PullAnswer{}, err
	}
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.mayTrack(); err != nil {
		return PullAnswer{}, err
	}
	at, err := p.pullPoint(q)
	if err != nil {
		return PullAnswer{}, err
	}
	e.stats.pulls.Add(1)
	now := e.now(p, q.Now)
	u := e.update()
	defer e.updates.Put(u)
	u.now = now
	e.moodNow(p, u)
	e.dueSteps(p, u)
	u.moment = offers.Moment{
		Now: now, Lot: p.lot, Zone: p.zone, Mode: p.mode, Point: at, Mood: u.feel, MoodLevel: p.profile.Consents.MoodLevel,
		Language: p.profile.Preferences.Language, History: p.profile.Consents.Allows(privacy.Purchases),
		Pull: true, Radius: q.Radius, Categories: q.Categories, Due: u.due,
		Discovery: p.profile.Preferences.Discovery, Draw: p.draw(now, at, 0),
	}
	e.matcher.Evaluate(&u.result, &p.matching, &u.moment)
	if !p.simulated {
		e.matcher.Asked(&p.matching, &u.moment)
	}
	for i := range u.result.Suppressions {
		h := &u.result.Suppressions[i]
		e.hold(p, h.Offer, h.Key, h.Code, now)
	}
	return e.page(p, u.result.Matches, skip, q.Limit, now), nil
}

// page renders the matches after the first skip ones.
func (e *Engine) page(p *person, list []offers.Match, skip, limit int, now time.Time) PullAnswer {
	list = list[min(skip, len(list)):]
	a := PullAnswer{Offers: make([]wire.Offer, 0, min(limit, len(list)))}
	for i := range list[:min(limit, len(list))] {
		a.Offers = append(a.Offers, e.view(p, &list[i], now))
	}
	if len(list) > limit {
		a.Cursor = strconv.Itoa(skip + limit)
	}
	return a
}

// complete checks the query, fills in what it leaves open, and reads the cursor: how many offers to skip.
func (q *PullQuery) complete() (skip int, err error) {
	if q.Radius == 0 {
		q.Radius = DefaultPullRadius
	}
	if q.Limit == 0 {
		q.Limit = DefaultPullLimit
	}
	if q.Cursor != "" {
		if skip, err = strconv.Atoi(q.Cursor); err != nil || skip < 0 {
			return 0, fault.Field("cursor", "must be one that an answer gave")
		}
	}
	switch {
	case !(q.Radius > 0 && q.Radius <= offers.MaxPullRadius):
		return 0, fault.Field("radius", "must be above 0 and at most %d metres", offers.MaxPullRadius)
	case q.Limit < 1 || q.Limit > wire.MaxOffers:
		return 0, fault.Field("limit", "must be from 1 to %d", wire.MaxOffers)
	case len(q.Categories) > maxPullCategories:
		return 0, fault.Field("categories", "must hold at most %d", maxPullCategories)
	case q.At != nil:
		return skip, q.At.Check("")
	}
	return skip, nil
}

func (p *person) pullPoint(q PullQuery) (geo.Point, error) {
	if q.At != nil {
		return *q.At, nil
	}
	if p.last.Time.IsZero() {
		return geo.Point{}, errNoFix
	}
	return p.last.Point, nil
}
