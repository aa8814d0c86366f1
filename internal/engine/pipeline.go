package engine

import (
	"context"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// What the pipeline takes for granted about fixes.
const (
	maxSkew     = time.Minute     // how far a phone's clock may be ahead
	maxFixAge   = 2 * time.Minute // an older fix moves the person on, but no offer is sent for it
	maxAccuracy = 500.0           // metres; a vaguer fix says too little to act on
	evaluateGap = 50.0            // metres after which the same cell is looked at again
	visitAfter  = 5 * time.Minute // a stop this long near a place counts as a visit
	visitWithin = 50.0            // metres
)

// update is one fix on its way through the stages. Updates are used again, for other people too.
type update struct {
	fix       geo.Fix
	now       time.Time
	previous  geo.Fix
	step      geo.Step
	feel      mood.Estimate
	sensitive bool
	moment    offers.Moment
	result    offers.Result
	chosen    []chosen
	due       []offers.Step // follow-ups
}

// chosen is an offer that passed every stage and waits to be sent after the lock is released.
type chosen struct {
	delivery DeliveryRecord
	more     []DeliveryRecord // of a digest: the others
	expires  time.Time
	tokens   []string
	lang     string
	channel  string // the first one that it is given to: socket or fcm
}

// Position takes fixes, oldest first, through the pipeline. An error means that nothing was taken; fixes that are
// refused one by one are told in the result. Offers that follow have been handed to the sender when it returns.
func (e *Engine) Position(ctx context.Context, s *Session, fixes []geo.Fix) (PositionResult, error) {
	p := s.p
	var r PositionResult
	u := e.update()
	defer e.updates.Put(u)
	p.mu.Lock()
	if err := p.mayTrack(); err != nil {
		p.mu.Unlock()
		return r, err
	}
	for i := range fixes {
		if refused := e.advance(p, u, fixes[i]); refused == nil {
			r.Accepted++
		} else if r.Refused == nil {
			r.Refused = refused.WithField("fixes[" + strconv.Itoa(i) + "]." + refused.Field)
		}
	}
	r.Hint = e.hint(p, u)
	over := p.holdsOver(u.now)
	p.mu.Unlock()
	e.send(ctx, p, u.chosen)
	if over {
		e.lapseOwn(context.WithoutCancel(ctx), p, u.now)
	}
	return r, nil
}

// update returns a scratch update that remembers nobody.
func (e *Engine) update() *update {
	u := e.updates.Get().(*update)
	clear(u.chosen)
	*u = update{result: u.result, chosen: u.chosen[:0], due: u.due[:0]}
	return u
}

// advance is the way of one fix. The stages stand here in their order; the caller holds the person's lock.
func (e *Engine) advance(p *person, u *update, fix geo.Fix) *fault.Error {
	u.fix, u.previous, u.now = fix, p.last, e.now(p, fix.Time)
	e.stats.fixes.Add(1)
	for _, check := range [...]func(*person, *update) *fault.Error{inOrder, accurate, plausible} {
		if refused := check(p, u); refused != nil {
			e.stats.refused.Add(1)
			return refused
		}
	}
	e.locate(p, u)
	e.sensitivePlace(p, u)
	e.passing(p, u)
	e.moodNow(p, u)
	e.move(p, u)
	if !u.sensitive && u.now.Sub(u.fix.Time) <= maxFixAge {
		e.overdue(p, u)
	}
	e.track(p, u)
	if e.worthEvaluating(p, u) {
		e.evaluate(p, u)
		e.choose(p, u)
	}
	p.remember(u)
	return nil
}

// mayTrack is the stage consent: nothing of a fix is looked at without it. The caller holds p.mu.
func (p *person) mayTrack() error {
	if p.gone {
		return errErased
	}
	return p.profile.Consents.Require(privacy.Location)
}

// inOrder refuses what is not newer than the last fix, or lies ahead of the clock.
func inOrder(_ *person, u *update) *fault.Error {
	switch {
	case !u.previous.Time.IsZero() && !u.fix.Time.After(u.previous.Time):
		return errFixOrder
	case u.fix.Time.After(u.now.Add(maxSkew)):
		return errFixFuture
	}
	return nil
}

// accurate refuses fixes that say too little.
func accurate(_ *person, u *update) *fault.Error {
	if u.fix.Accuracy > maxAccuracy {
		return errFixInaccurate
	}
	return nil
}

// plausible refuses fixes farther away than anything travels in that time, and mocked ones among live data.
func plausible(p *person, u *update) *fault.Error {
	if u.fix.Flags&geo.Mock != 0 && p.mode == offers.Live && !p.simulated {
		return errFixMock
	}
	if !u.previous.Time.IsZero() && !geo.Plausible(u.previous, u.fix) {
		// The teleported fix becomes a candidate for the truth: a second one near it will be believed.
		if p.stray == nil || !geo.Plausible(*p.stray, u.fix) || !u.fix.Time.After(p.stray.Time) {
			stray := u.fix
			p.stray = &stray
			return errFixTeleport
		}
		p.motion, p.eval = geo.Motion{}, evaluated{}
	}
	p.stray = nil
	return nil
}

// locate finds the cell, without a call into H3 while the person stays in the last one.
func (e *Engine) locate(p *person, u *update) {
	if p.shape.Contains(u.fix.Point) {
		return
	}
	p.shape = geo.CellShape{}
	if cell, err := e.grid.At(u.fix.Point, offers.Finest); err == nil && cell != 0 {
		if p.shape, err = e.grid.Shape(cell); err != nil {
			p.shape = geo.CellShape{Cell: cell}
		}
	}
}

// sensitivePlace notes that the person is at a clinic, a place of worship, a school, a shelter: nothing is sent unasked
// or kept there.
func (e *Engine) sensitivePlace(p *person, u *update) {
	u.sensitive = e.matcher.AtSensitivePlace(u.fix.Point, p.shape.Cell, p.mode)
}

// moodNow reads the estimate, if the person lets mood be used.
func (e *Engine) moodNow(p *person, u *update) {
	u.feel = mood.Estimate{}
	if p.profile.Consents.Allows(privacy.Mood) {
		p.fade(u.now)
		u.feel = p.feeling(u.now)
		p.matching.ObserveMood(u.now, u.feel, e.rails)
	}
}

// move compares this fix with the ones before: stop, dwell, speed, course. A long stop near a place is a visit.
func (e *Engine) move(p *person, u *update) {
	defer p.arrive(u)
	if u.sensitive { // no trace of the stay may be in what is stored later
		p.motion, p.visited, p.stayed, p.origin = geo.Motion{}, false, false, geo.Point{}
		u.step = p.motion.Step()
		return
	}
	u.step = p.motion.Advance(u.fix)
	e.travel(p, u)
	if !u.step.Stopped {
		p.visited, p.stayed = false, false
		return
	}
	if p.visited || u.step.StoppedFor < visitAfter || !p.profile.Consents.Allows(privacy.Purchases) {
		return
	}
	p.visited = true
	if place, _ := e.catalogue.NearestPlace(u.step.StopAnchor, p.mode, visitWithin); place != nil {
		e.visit(p, place, u.now)
	}
}

// worthEvaluating says whether this fix could bring anything new: a reach that was entered or left, another cell, some
// way within it, a far better accuracy, a dwell that grew by a minute. A mood that changed could not: it only takes away.
// Late fixes, sensitive places and people who want no pushes are left alone.
func (e *Engine) worthEvaluating(p *person, u *update) bool {
	switch {
	case u.sensitive, u.now.Sub(u.fix.Time) > maxFixAge:
		return false
	case !p.profile.Consents.Allows(privacy.Push), p.profile.Preferences.Push.Mode != push.Surprise:
		return false
	case !p.eval.done, p.shape.Cell != p.eval.cell, len(u.moment.Passages) > 0:
		return true
	case geo.FlatDistance(u.fix.Point, p.eval.at) >= evaluateGap, u.fix.Accuracy < p.eval.accuracy/2:
		return true
	case e.dueSteps(p, u) != p.eval.due:
		return true
	}
	return u.step.Stopped && int(u.step.StoppedFor/time.Minute) > p.eval.stopped
}

// evaluate asks the matcher, and notes what it held back.
func (e *Engine) evaluate(p *person, u *update) {
	e.stats.evaluations.Add(1)
	u.moment.Heading, u.moment.From = p.heading(u), p.eval.at
	due := e.dueSteps(p, u)
	u.moment.Due = u.due
	e.matcher.Evaluate(&u.result, &p.matching, &u.moment)
	p.eval = evaluated{
		done: true, at: u.fix.Point, accuracy: u.fix.Accuracy, cell: p.shape.Cell, inReach: len(u.result.Matches)+len(u.result.Suppressions) > 0,
		due: due,
	}
	if u.step.Stopped {
		p.eval.stopped = int(u.step.StoppedFor / time.Minute)
	}
	for i := range u.result.Suppressions {
		h := &u.result.Suppressions[i]
		e.hold(p, h.Offer, h.Key, h.Code, u.now)
	}
}

// choose applies the person's policy to the matches: the best one goes out now, or they are kept for later.
func (e *Engine) choose(p *person, u *update) {
	places := u.result.Places()
	if len(places) == 0 {
		return
	}
	best, policy := &places[0], &p.profile.Preferences.Push
	_, code, next := policy.Allow(u.now, p.zone, &p.pushes)
	switch {
	case !p.reachable():
		e.hold(p, best.Offer, best.Key, push.CodeUnreachable, u.now)
	case len(policy.Digest) > 0 && code != push.CodePaused:
		e.keep(p, u, push.CodeDigest, policy.NextDigest(u.now, p.zone))
	case code == push.CodeQuietHours && policy.QuietAction == push.Hold:
		e.keep(p, u, push.CodeHeldQuiet, next)
	case code != "":
		e.hold(p, best.Offer, best.Key, code, u.now)
	default:
		e.push(p, u, 1) // the others wait for another moment
	}
}

// remember keeps this fix as the last one; that of a sensitive place stays in memory and is shown and stored nowhere.
func (p *person) remember(u *update) {
	p.last, p.hidden = u.fix, u.sensitive
	p.dirty = true
}

// hold notes that an offer was held back; the same offer for the same reason only once a day.
func (e *Engine) hold(p *person, o *offers.Offer, key uint64, code string, now time.Time) {
	if p.held.add(o, key, code, now) {
		e.stats.suppressed(code)
		e.tell(p, event.Suppressed, o, now, event.Event{Code: code})
	}
}
