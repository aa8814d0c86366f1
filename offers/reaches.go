package offers

import (
	"cmp"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

// A phone whose system watches fences asks ahead: where around me could anything be pushed today? The answer goes by what
// holds for the rest of the day. How somebody feels, how fast they go and how an offer scores is of the moment, and left to it.

const (
	// MaxReaches is the most that Around returns.
	MaxReaches = 100

	firstLook    = 250.0 // metres
	maxLooked    = 2048  // reaches at a time
	maxObstacles = 8     // that are waited for, one after the other
)

// Reach is a circle that holds the reach of an offer, or what of it is near. Offer and Place are shared and immutable.
type Reach struct {
	Offer    *Offer
	Place    *Place // where it is redeemed; nil if the offer names none
	Triggers Trigger
	Centre   geo.Point
	Radius   float64 // metres
	Metres   float64 // from the person to the border of the reach itself, outside or inside
}

// Around returns where offers could be pushed to a person between the moment's Now and until, the reach with the nearest
// border first: each offer once, by its nearest store, at most limit (1 to MaxReaches). Whoever goes less than complete
// metres enters and leaves no reach that is missing, not of another store either, and enters none outside of its circle;
// it is MaxPullRadius at most, and less where there is much or reaches are bent; for reaches with sides of many
// kilometres it is approximate, as their distances are. Of the moment only Now, Zone, Mode, Point, Lot, Language and
// History count. The answer may hold what will not come after all, for its score, a mood or the person's own limits.
func (m *Matcher) Around(dst *Result, p *Person, moment *Moment, until time.Time, limit int) (list []Reach, complete float64) {
	v := view{Matcher: m, p: p, until: until, limit: min(max(limit, 1), MaxReaches), mo: Moment{
		Now: moment.Now, Zone: moment.Zone, Mode: moment.Mode, Point: moment.Point, Lot: moment.Lot,
		Language: moment.Language, History: moment.History, Step: geo.Step{Speed: -1, Course: -1},
	}}
	if !v.mo.Point.Valid() {
		return nil, 0
	}
	m.prepare(&v.now, p, &v.mo)
	list, complete = v.look(dst)
	for i := range list {
		complete = min(complete, list[i].hug(v.mo.Point))
	}
	return list, complete
}

// view is one look around.
type view struct {
	*Matcher
	p     *Person
	mo    Moment
	now   instant
	until time.Time
	limit int
}

// look widens the view until it holds enough, or narrows it until it holds little enough.
func (v *view) look(dst *Result) (list []Reach, complete float64) {
	for radius, narrow := firstLook, false; ; {
		near, all := v.borders(dst, radius)
		switch {
		case all || radius < 1:
		case complete > 0: // so much more that the last look must do
			return list, complete
		default:
			radius, narrow = radius/4, true
			continue
		}
		if list, complete = v.pick(near, radius); !all {
			return list, 0
		}
		enough := len(list) == v.limit && list[v.limit-1].Metres <= radius && complete < radius
		if enough || narrow || radius == MaxPullRadius {
			return list, complete
		}
		radius = min(2*radius, MaxPullRadius)
	}
}

// border is where a reach begins and ends.
type border struct {
	*entry
	metres float64
}

// borders returns the reaches that begin within radius metres of the person or hold them, the nearest border first; it
// reports whether these are all.
func (v *view) borders(dst *Result, radius float64) (list []border, all bool) {
	mo := v.mo
	mo.Pull, mo.Radius, mo.most = true, radius, maxLooked
	v.retrieve(dst, &mo)
	for _, e := range dst.entries {
		if e.status != Active || e.triggers&^(Pull|FollowUp) == 0 {
			continue
		}
		if d := e.reach.SignedDistance(v.mo.Point); d <= radius {
			list = append(list, border{e, max(d, -d)})
		}
	}
	slices.SortFunc(list, func(a, b border) int {
		return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.key, b.key), cmp.Compare(a.site, b.site))
	})
	return list, len(dst.entries) <= maxLooked
}

// pick returns the first of the borders whose offers could come up, and how far that answers everything.
func (v *view) pick(near []border, radius float64) (list []Reach, complete float64) {
	complete = radius
	for _, b := range near {
		place, comes := v.comes(b.entry)
		switch {
		case !comes:
		case slices.ContainsFunc(list, func(r Reach) bool { return r.Offer.ID == b.offer.ID }): // another store's
			complete = min(complete, b.metres)
		case len(list) == v.limit:
			return list, min(complete, b.metres)
		default:
			list = append(list, Reach{
				Offer: b.offer, Place: place, Triggers: b.triggers &^ (Pull | FollowUp),
				Centre: b.reach.Centre(), Radius: b.reach.Extent(), Metres: b.metres,
			})
		}
	}
	return list, complete
}

// comes reports whether the offer could be pushed at some time until the end of the view, and where it would lead: what
// refuses it now may be over by then.
func (v *view) comes(e *entry) (place *Place, ok bool) {
	match, _ := v.candidate(e, 0, &v.mo, &v.now)
	match.verdict = v.rails.verdict(e, match.Place)
	mo, now := &v.mo, &v.now
	for range maxObstacles {
		code := v.refuse(&match, e, v.p, mo, now)
		if code == "" {
			return match.Place, true
		}
		over := v.over(code, e, match.schedule, mo)
		if !over.After(mo.Now) || !over.Before(v.until) {
			return nil, false
		}
		then := *mo
		then.Now = over
		mo, now = &then, new(instant)
		v.prepare(now, v.p, mo)
	}
	return nil, false
}

// over returns when the reason against an offer ends that is one of time; zero for all others.
func (v *view) over(code string, e *entry, there *schedule, mo *Moment) time.Time {
	switch code {
	case CodeNotStarted:
		return time.Unix(0, e.starts)
	case CodeOutsideHours:
		return e.demands.hours.Next(mo.Now.In(e.demands.zoneAt(there)))
	case CodeClosed:
		return there.opening.Next(mo.Now.In(cmp.Or(there.zone, time.UTC)))
	case CodeBudgetExhausted:
		if s := e.exhausted.Load(); s != nil {
			return time.Unix(0, s.until)
		}
	case CodeCooldown, CodeNotNow:
		_, until := v.p.tooSoon(e, mo.Now.Unix())
		return time.Unix(until, 0)
	case CodeGuardNight:
		return v.rails.rules.Night.ends(mo.local())
	}
	return time.Time{}
}
