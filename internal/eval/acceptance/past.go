package acceptance

import (
	"cmp"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// past is what is known of a person before a question: their answers, and what they were shown and did not answer yet.
type past struct {
	responses accept.Responses
	cases     []shown // of the person, in the order of time
	open      []int   // shown, answer not known yet
	answers   int     // known
	order     []int
}

// earlier is how many cases before are looked at one by one.
const earlier = 32

// How a case before stands at the time of a question.
const (
	pending = iota
	takenSoon
	takenLate
	refused
	toldNow
	toldBefore
)

// settle takes in the answers that are known before a minute. expected says how likely each was to be taken by anybody.
func (p *past) settle(now uint32, expected []float32) {
	p.order = p.order[:0]
	left := p.open[:0]
	for _, i := range p.open {
		if p.cases[i].known < now {
			p.order = append(p.order, i)
		} else {
			left = append(left, i)
		}
	}
	p.open = left
	slices.SortStableFunc(p.order, func(a, b int) int { return cmp.Compare(p.cases[a].known, p.cases[b].known) })
	for _, i := range p.order {
		c := &p.cases[i]
		if c.told {
			continue
		}
		for _, s := range c.subjects {
			p.responses.NoteAgainst(s, c.taken, expected[i], c.known)
		}
		p.answers++
	}
}

// show adds case i to what the person was shown.
func (p *past) show(i int) { p.open = append(p.open, i) }

// standing says how case c stands at a time, with how long that took, in doublings of hours.
func (c *shown) standing(now uint32) (state, pace uint64) {
	doublings := func(minutes uint32) uint64 { return uint64(math.Log2(float64(minutes)/60 + 6)) }
	switch {
	case c.told && c.until >= now:
		return toldNow, 0
	case c.told:
		return toldBefore, 0
	case c.known >= now:
		return pending, doublings(now - c.at)
	case !c.taken:
		return refused, 0
	case !c.immediate && c.known-c.at < 24*60:
		return takenSoon, doublings(c.known - c.at)
	case c.immediate:
		return takenLate, 0
	}
	return takenLate, doublings(c.known - c.at)
}

// Groups of features of the person's past; package accept has its own.
const (
	groupScene  = 10_000
	groupPace   = 10_100
	groupTrait  = 10_200
	groupCounts = 10_300
)

// features appends what the past says about case i: own answers by subject, what people who answered alike do, and how each
// case before stands, together with this one.
func (p *past) features(dst []accept.Feature, i int) []accept.Feature {
	c := &p.cases[i]
	r := &p.responses
	dst = r.Own(dst, c.subjects, c.at)
	var counts [6]uint64
	var others []uint32
	for j := max(0, i-earlier); j < i; j++ {
		b := &p.cases[j]
		state, pace := b.standing(c.at)
		counts[state]++
		if s := b.subjects[1]; !b.told && !slices.Contains(others, s) {
			others = append(others, s)
		}
		for k := range c.scenes {
			dst = append(dst, accept.Hash3(groupScene+uint32(k), c.scenes[k], b.scenes[k], state))
			if !c.immediate {
				dst = append(dst, accept.Hash3(groupPace+uint32(k), words(c.scenes[k], b.scenes[k]), state, pace))
			}
		}
		if !c.immediate {
			dst = append(dst, accept.Hash3(groupPace+50, b.scenes[len(b.scenes)-1], state, pace))
		}
		for k, t := range c.traits {
			if !c.immediate {
				dst = append(dst, accept.Hash3(groupTrait+uint32(k), t, b.scenes[len(b.scenes)-1], state))
			}
		}
	}
	dst = r.Kin(dst, c.subjects[1], others, c.at)
	lift, _ := r.Lift(c.subjects[0], c.at)
	narrow, _ := r.Lift(c.subjects[1], c.at)
	for k, t := range c.traits {
		dst = append(dst,
			accept.Hash2(groupTrait+50+uint32(k), t, rounded(lift)),
			accept.Hash3(groupTrait+60+uint32(k), t, uint64(c.subjects[1]), rounded(narrow)))
	}
	if !c.immediate {
		taken := counts[takenSoon] + counts[takenLate]
		last := uint64(0)
		if i > 0 {
			last = uint64(c.at - p.cases[i-1].at)
		}
		dst = append(dst,
			accept.Hash1(groupCounts, counts[pending]), accept.Hash2(groupCounts+1, counts[pending], c.offer),
			accept.Hash2(groupCounts+2, counts[toldNow], c.offer), accept.Hash2(groupCounts+3, counts[toldNow], counts[toldBefore]),
			accept.Hash3(groupCounts+4, taken, counts[refused], counts[pending]), accept.Hash2(groupCounts+5, taken, counts[refused]),
			accept.Hash3(groupCounts+6, taken, counts[refused], c.offer), accept.Hash2(groupCounts+7, counts[takenSoon], taken),
			accept.Hash3(groupCounts+8, counts[takenSoon], taken, c.offer), accept.Hash1(groupCounts+9, last))
	}
	return dst
}

// rounded is a lift in thirds, not beyond 3.
func rounded(lift float32) uint64 {
	return uint64(int64(math.Round(float64(min(max(lift, -3), 3) * 3))))
}
