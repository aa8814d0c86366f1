package engine

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

// CodeReachEnded is the Code of an exit that nobody walked: the reach ended, or moved away.
const CodeReachEnded = "reach_ended"

// whereabouts is the one position that is kept, for a day, and what follows from it; never a track.
type whereabouts struct {
	Last   geo.Fix    `json:"last"`
	Motion geo.Motion `json:"motion"`
	Fences []byte     `json:"fences,omitempty"` // snapshot of the tracker
	Origin geo.Point  `json:"origin,omitzero"`  // where the way began that the person is on
	Trip   *Trip      `json:"trip,omitempty"`
}

// track follows the person through the reaches of offers with fences and tells what happened there. At a sensitive
// place it forgets where they are, without an exit: nothing may tell of the stay.
func (e *Engine) track(p *person, u *update) {
	u.moment = p.moment(u)
	if u.sensitive {
		p.fences.Forget()
		return
	}
	from := u.previous
	if p.hidden {
		from = geo.Fix{}
	}
	e.matcher.Track(&u.result, &p.fences, &u.moment, from, u.fix)
	e.passed(p, u.moment.Passages, u.fix.Time)
}

// moment is the situation of an update as the matcher sees it. The caller holds p.mu.
func (p *person) moment(u *update) offers.Moment {
	return offers.Moment{
		Now: u.now, Lot: p.lot, Zone: p.zone, Mode: p.mode, Point: u.fix.Point, Accuracy: u.fix.Accuracy, Cell: p.shape.Cell,
		Step: u.step, Mood: u.feel, MoodLevel: p.profile.Consents.MoodLevel,
		Language: p.profile.Preferences.Language, History: p.profile.Consents.Allows(privacy.Purchases),
		Discovery: p.profile.Preferences.Discovery, Draw: p.draw(u.now, u.fix.Point, p.turns.Sent),
	}
}

// passed tells of passages; what falls into a cool-down is noted as held back. The caller holds p.mu.
func (e *Engine) passed(p *person, list []offers.Passage, at time.Time) {
	for i := range list {
		g := &list[i]
		if g.Cooled {
			if g.Wanted() {
				e.hold(p, g.Offer, g.Key, offers.CodeReachCooldown, at)
			}
			continue
		}
		ev := event.Event{Trigger: g.Trigger, Confidence: g.Confidence}
		if g.Place != nil {
			ev.Place = g.Place.ID
		}
		if g.Ended {
			ev.Code = CodeReachEnded
		}
		e.tell(p, passageTypes(g.Trigger), g.Offer, at, ev)
	}
}

func passageTypes(t offers.Trigger) event.Type {
	switch t {
	case offers.Enter:
		return event.EnteredReach
	case offers.Exit:
		return event.ExitedReach
	case offers.Dwell:
		return event.DwelledReach
	}
	return event.CrossedReach
}

// maxExpired bounds how many exits from reaches that ended one tick tells, about; the others come at the next.
const maxExpired = 1000

// expire ends the reaches that are no more for people with an open socket; for the others their next fix does. Simulated
// people live on another clock.
func (e *Engine) expire(ctx context.Context) {
	now, left := e.clock(), maxExpired
	u := e.update()
	defer e.updates.Put(u)
	e.people.each(func(p *person) {
		if left <= 0 || ctx.Err() != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.simulated || p.gone || p.sessions == 0 || p.hidden || p.fences.Len() == 0 {
			return
		}
		if list := e.matcher.Expire(&u.result, &p.fences, p.mode, now); len(list) > 0 {
			e.passed(p, list, now)
			p.dirty = true
			left -= len(list)
		}
	})
}
