package matching

import "math"

// tally is what happened in a run. It holds sums, so that those of several runs can be compared by any figure.
type tally struct {
	scene
	daily  []counts
	people []record
	regret float64 // sum over deliveries: how much likelier the best eligible offer was to be taken
	best   float64 // sum over deliveries: how likely that was
	apart  float64 // sum over pairs of one person's deliveries in a week: how unlike they are, 0 to 1
	pairs  int
	asked  struct{ n, first, best float64 } // of who asks: how likely the first answer is taken, and the best one
	lifted int                              // deliveries that Discover chose
	fresh  int                              // of categories that the person was never sent, nor took anything of, nor goes to
}

type counts struct{ delivered, accepted, opened, dismissed, never int }

// record is what happened to one person.
type record struct {
	hidden  int // category, or -1
	changed bool
	counts
	former counts // in the last two weeks before tastes change
	after  []bool // taken or not, by delivery since then
	tops   [tops]bool
	shops  [shops]bool
	found  int // the day when something of the hidden category was taken first; -1: never
	loved  int // taken of it
}

const formerDays = 14

func newTally(s scene) *tally {
	t := &tally{scene: s, daily: make([]counts, s.days), people: make([]record, s.people)}
	for i := range t.people {
		t.people[i].found = -1
	}
	return t
}

func (c *counts) count(what answer) {
	c.delivered++
	switch what {
	case redeemed:
		c.accepted++
	case opened:
		c.opened++
	case dismissed:
		c.dismissed++
	case never:
		c.never++
	case ignored:
	}
}

// note counts a delivery of one of the choices.
func (r *run) note(a *agent, c *choice, what answer, lifted bool) {
	t, p, top := r.tally, a.record, c.top()
	best := math.Inf(-1)
	for i := range r.choices {
		best = max(best, r.choices[i].odds)
	}
	t.best += logistic(best)
	t.regret += logistic(best) - logistic(c.odds)
	if lifted {
		t.lifted++
	}
	if !p.tops[top] && !a.goes(top, r.city) {
		t.fresh++
	}
	t.daily[r.day].count(what)
	p.count(what)
	switch half := r.days / 2; {
	case r.day >= half:
		p.after = append(p.after, what == redeemed)
	case r.day >= half-formerDays:
		p.former.count(what)
	}
	p.tops[top], p.shops[c.number] = true, true
	if top == p.hidden && what == redeemed {
		if p.loved++; p.found < 0 {
			p.found = r.day
		}
	}
	a.week = append(a.week, c.promo)
}

// goes reports whether a usual place is of the category.
func (a *agent) goes(top int, c *city) bool {
	for _, list := range a.usual {
		for _, number := range list {
			if c.shops[number].top() == top {
				return true
			}
		}
	}
	return false
}

// spread compares what somebody got in a week: offers of one shop are alike, those of one category half so.
func (t *tally) spread(week []*promo) {
	for i, a := range week {
		for _, b := range week[:i] {
			t.pairs++
			switch {
			case a.number == b.number:
			case a.top() == b.top():
				t.apart += 0.5
			default:
				t.apart++
			}
		}
	}
}
