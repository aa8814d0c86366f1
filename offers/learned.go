package offers

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/next"
)

// Learned is what the learned stage keeps of a person, for the person's own eyes.
type Learned struct {
	Been    []Been
	Answers []Answered
	Moods   []MoodTaste
	Waiting int // deliveries that wait for an answer
}

// Been is a visit to a place.
type Been struct {
	Place id.Place // empty: it is gone
	At    time.Time
}

// Answered is how often offers of a kind were shown and taken; what is long ago counts less.
type Answered struct {
	To    string // all, category, merchant, reward; gone: no offer is of that kind any more
	Name  string
	Shown float64
	Taken float64
}

// Learned returns what is kept of a person, for their export: names are looked up among all places and offers.
func (m *Matcher) Learned(p *Person, mode Mode, now time.Time) (out Learned) {
	if out.Moods = p.moodTastes.list(); p.learning == nil {
		return out
	}
	places, subjects := map[uint32]id.Place{}, map[uint32]Answered{subjectAll: {To: "all"}}
	p.learning.visits.Each(func(v next.Visit) { places[v.Place] = "" })
	p.learning.answers.Each(minuteOf(now), func(subject uint32, _, _ float32) {
		if subject != subjectAll {
			subjects[subject] = Answered{}
		}
	})
	m.catalogue.name(mode, places, subjects)
	p.learning.visits.Each(func(v next.Visit) { out.Been = append(out.Been, Been{places[v.Place], v.At}) })
	p.learning.answers.Each(minuteOf(now), func(subject uint32, shown, taken float32) {
		a := subjects[subject]
		if a.To == "" {
			a.To = "gone"
		}
		a.Shown, a.Taken = float64(shown), float64(taken)
		out.Answers = append(out.Answers, a)
	})
	out.Waiting = len(p.learning.pending)
	return out
}

// name fills in what the numbers of the learned stage stand for, among the places and offers of a mode: names that are gone stay empty.
func (c *Catalogue) name(mode Mode, places map[uint32]id.Place, subjects map[uint32]Answered) {
	fill := func(subject uint32, to string, name func() string) {
		if a, asked := subjects[subject]; asked && a.To == "" {
			subjects[subject] = Answered{To: to, Name: name()}
		}
	}
	for k := NoReward; k <= Points; k++ {
		fill(subjectReward(k), "reward", k.String)
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i, slot := range c.places {
		if p := slot.place(); p != nil && p.Mode == mode {
			if _, asked := places[spotOf(i)]; asked {
				places[spotOf(i)] = i
			}
		}
	}
	for _, e := range c.offers {
		if e.offer.Mode != mode {
			continue
		}
		for level, key := range e.category {
			fill(subjectOf(key), "category", func() string { return ancestor(e.offer.Category, uint8(level)) }) //nolint:gosec // 0 to 2
		}
		fill(subjectOf(e.merchant), "merchant", func() string { return string(e.offer.Merchant) })
	}
}
