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
	To    string // all, category, merchant, reward
	Name  string
	Shown float64
	Taken float64
}

// Learned returns what is kept of a person, for their export: names are looked up among all places and offers.
func (m *Matcher) Learned(p *Person, mode Mode, now time.Time) (out Learned) {
	if out.Moods = p.moodTastes.list(); p.learning == nil {
		return out
	}
	names := m.catalogue.names(mode)
	p.learning.visits.Each(func(v next.Visit) { out.Been = append(out.Been, Been{names.places[v.Place], v.At}) })
	p.learning.answers.Each(minuteOf(now), func(subject uint32, shown, taken float32) {
		a := names.subjects[subject]
		a.Shown, a.Taken = float64(shown), float64(taken)
		out.Answers = append(out.Answers, a)
	})
	out.Waiting = len(p.learning.pending)
	return out
}

// names is what numbers of the learned stage stand for.
type names struct {
	places   map[uint32]id.Place
	subjects map[uint32]Answered
}

func (c *Catalogue) names(mode Mode) names {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := names{make(map[uint32]id.Place, len(c.places)), map[uint32]Answered{subjectAll: {To: "all"}}}
	for i, slot := range c.places {
		if p := slot.place(); p != nil && p.Mode == mode {
			n.places[spotOf(i)] = i
		}
	}
	for k := Percent; k <= Points; k++ {
		n.subjects[subjectReward(k)] = Answered{To: "reward", Name: k.String()}
	}
	for _, e := range c.offers {
		if e.offer.Mode != mode {
			continue
		}
		for name := e.offer.Category; name != ""; name = above(name) {
			n.subjects[subjectOf(hashOf(kindCategory, name))] = Answered{To: "category", Name: name}
		}
		n.subjects[subjectOf(e.merchant)] = Answered{To: "merchant", Name: string(e.offer.Merchant)}
	}
	return n
}
