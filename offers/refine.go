package offers

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/offers/accept"
	"github.com/flaneur-io/flaneur/offers/next"
)

// The learned stage corrects what the first scorer says of the best candidates: by how likely the person goes to the place at all,
// and by what everybody's answers and their own say of such offers. Each correction is added to the term that it belongs to, so that
// reasons stay what the score is made of.

const (
	maxRefined  = 32   // candidates that the learned stage looks at
	considered  = 0.1  // a push that scores lower before the learned stage is not looked at
	rivals      = 8    // of the person's usual places that candidates are held against
	maxLift     = 2.0  // the farthest that a place is from being like any other
	liftWeight  = 0.4  // of the place's log-probability against the others'
	enoughKnown = 10.0 // visits: half of the lift counts
	maxOwn      = 2    // log-odds
)

// work is the memory of the learned stage, in a Result.
type work struct {
	rows   [maxRefined]decision
	parts  [maxFeatures]float32
	of     [maxFeatures]term // which term each feature belongs to
	lifts  [maxRefined]float32
	spots  []uint32
	scores []float32
	place  next.Scratch
}

// refine corrects the best matches, and holds pushes back that are not worth an interruption.
func (m *Matcher) refine(dst *Result, p *Person, mo *Moment, now *instant) {
	l := m.learners[mo.Mode]
	if l == nil {
		return
	}
	if !p.Minor && len(dst.Matches) > 0 { // no profile of somebody under age
		if dst.once(); len(dst.Matches) > maxRefined {
			slices.SortFunc(dst.Matches, soberly)
		}
		if dst.work == nil {
			dst.work = &work{}
		}
		top := dst.Matches[:min(len(dst.Matches), maxRefined)]
		l.lift(dst.work, p, mo, top)
		for i := range top {
			l.correct(dst.work, i, &top[i], p, mo, now)
		}
	}
	if !mo.Pull {
		dst.dropLow(&now.fatigue)
	}
}

// dropLow holds back the pushes that score too low without the part that the person's mood has in it.
func (r *Result) dropLow(f *fatigue) {
	kept := 0
	for i := range r.Matches {
		m := &r.Matches[i]
		if sober := m.sober(); sober < f.floor {
			r.suppress(m.Offer, m.Key, f.low(m, sober))
			continue
		}
		if kept != i {
			r.Matches[kept] = *m
		}
		kept++
	}
	r.Matches = r.Matches[:kept]
}

// sober is the score without the person's mood.
func (m *Match) sober() float64 {
	if m.terms[termMood] == 0 {
		return m.Score
	}
	return squash(m.terms.sum() - m.terms[termMood])
}

// soberly puts the better match first as if mood did not exist: which matches the learned stage sees may not tell of it.
func soberly(a, b Match) int {
	if x, y := a.sober(), b.sober(); x != y {
		return cmp.Compare(y, x)
	}
	a.Score, b.Score = 0, 0
	return compare(&a, &b)
}

func (t *terms) sum() float32 {
	sum := float32(bias)
	for _, v := range t {
		sum += v
	}
	return sum
}

// lift fills w.lifts: how much likelier the person goes to the place of each match than to any of these and of their usual
// places, in log-odds, less if little is known.
func (l *Learner) lift(w *work, p *Person, mo *Moment, top []Match) {
	clear(w.lifts[:])
	if p.learning == nil || p.learning.visits.Len() == 0 {
		return
	}
	h := &p.learning.visits
	w.spots = w.spots[:0]
	for i := range top {
		if top[i].Place != nil {
			w.spots = append(w.spots, top[i].spot())
		}
	}
	if len(w.spots) == 0 {
		return
	}
	w.spots = h.Top(w.spots, rivals)
	w.scores = slices.Grow(w.scores[:0], len(w.spots))[:len(w.spots)]
	q := next.Query{At: mo.local()}
	if mo.Pull {
		l.places.Rank(&w.place, h, q, w.spots, w.scores)
	} else { // every fix may end here
		l.places.RankLinear(&w.place, h, q, w.spots, w.scores)
	}
	most := slices.Max(w.scores)
	sum := 0.0
	for _, s := range w.scores {
		sum += math.Exp(float64(s - most))
	}
	usual := float32(math.Log(sum/float64(len(w.scores)))) + most
	known := float32(h.Len()) / (float32(h.Len()) + enoughKnown)
	k := 0
	for i := range top {
		if top[i].Place != nil {
			w.lifts[i] = known * min(max(w.scores[k]-usual, -maxLift), maxLift)
			k++
		}
	}
}

// spot is the number of the match's place.
func (m *Match) spot() uint32 {
	if m.entry.several == nil && m.entry.place == m.Place {
		return m.entry.spot
	}
	return spotOf(m.Place.ID)
}

// correct adds what was learned to the terms of match i.
func (l *Learner) correct(w *work, i int, m *Match, p *Person, mo *Moment, now *instant) {
	d := &w.rows[i]
	*d = decision{}
	m.row = uint8(i + 1)
	m.terms[termHabit] += liftWeight * w.lifts[i]
	if mo.Pull {
		d.asked = 1
	}
	d.offset = m.terms.sum() - m.terms[termMood]
	b := features{w: w, d: d}
	b.offer(m, mo, now)
	b.person(m, p, mo, w.lifts[i])
	parts := w.parts[:d.n]
	l.answers.Score(d.features(), 0, parts)
	for k, v := range parts {
		m.terms[w.of[k]] += v
	}
	m.terms[termOthers] -= l.centre(d.asked)
	if m.terms[termNew] > 0 {
		m.spread = l.answers.Spread(d.features())
	}
	m.Score = squash(m.terms.sum())
}

// Groups of features: part of what is hashed, so that none may ever be used for anything else.
const (
	groupTrigger uint32 = iota + 1
	groupLeaf
	groupTop
	groupReward
	groupTopReward
	groupTopTime
	groupTopWeekend
	groupDistance
	groupTopDistance
	groupDetour
	groupBrand
	groupMerchant
	groupOffer
	groupPrice
	groupPlace
	groupTaste
	groupTopTaste
	groupNew
	groupFamiliar
	groupOwn // and those of the other subjects after it
)

// features gathers those of one match.
type features struct {
	w *work
	d *decision
}

func (b *features) add(t term, x accept.Feature) {
	b.d.x[b.d.n], b.w.of[b.d.n] = x, t
	b.d.n++
}

// offer adds what everybody would see of the offer at this moment.
func (b *features) offer(m *Match, mo *Moment, now *instant) {
	e := m.entry
	leaf, top := e.category[0], e.top()
	b.add(termOthers, accept.Hash1(groupTrigger, uint64(m.Trigger)))
	b.add(termOthers, accept.Hash1(groupLeaf, leaf))
	b.add(termOthers, accept.Hash1(groupTop, top))
	b.add(termOthers, accept.Hash1(groupMerchant, e.merchant))
	b.add(termOthers, accept.Hash1(groupOffer, e.key))
	b.add(termOthers, accept.Hash1(groupPrice, uint64(e.price)))
	if e.brand != 0 {
		b.add(termOthers, accept.Hash1(groupBrand, e.brand))
	}
	if !mo.Pull || !now.soft { // no reward tempts who may not feel well
		reward := uint64(e.worth)
		b.add(termReward, accept.Hash1(groupReward, reward))
		b.add(termReward, accept.Hash2(groupTopReward, top, reward))
	}
	b.add(termTime, accept.Hash2(groupTopTime, top, uint64(now.hour/2)))
	b.add(termTime, accept.Hash2(groupTopWeekend, top, uint64(now.weekend)))
	far := band(m.Distance)
	b.add(termNear, accept.Hash1(groupDistance, far))
	b.add(termNear, accept.Hash2(groupTopDistance, top, far))
	if m.Trigger == OnTheWay {
		b.add(termOnTheWay, accept.Hash1(groupDetour, uint64(m.Detour)))
	}
}

// person adds what is known of the person, never who they are: their own answers, their taste and their way.
func (b *features) person(m *Match, p *Person, mo *Moment, lift float32) {
	e := m.entry
	leaf, top := e.category[0], e.top()
	b.add(termHabit, accept.Hash1(groupPlace, signed(lift*2)))
	taste := signed(4*float32(m.taste(termCategory)))<<8 | signed(2*float32(m.taste(termBrand)+m.taste(termMerchant)))
	b.add(termCategory, accept.Hash1(groupTaste, taste))
	b.add(termCategory, accept.Hash2(groupTopTaste, top, signed(4*m.taste(termCategory))))
	familiar := uint64(0)
	if m.terms[termInterest] > 0 {
		familiar |= 1
	}
	if m.terms[termFavourite] > 0 {
		familiar |= 2
	}
	b.add(termInterest, accept.Hash1(groupFamiliar, familiar))
	if m.terms[termNew] > 0 {
		b.add(termNew, accept.Hash2(groupNew, top, 1))
	}
	b.d.subjects = [maxSubjects]uint32{subjectAll, subjectOf(leaf), subjectOf(top), subjectOf(e.merchant), subjectReward(RewardKind(e.worth >> 8))}
	if leaf == top {
		b.d.subjects[1] = 0
	}
	if p.learning == nil || p.learning.answers.Len() == 0 {
		return
	}
	own, minute := &p.learning.answers, minuteOf(mo.Now)
	for i, s := range b.d.subjects {
		if lift, n := own.Lift(s, minute); s != 0 && n > 0 {
			b.add(termAnswers, accept.Hash2(groupOwn+uint32(i), signed(3*lift), uint64(min(n, 4)+0.5)))
			b.d.own++
			b.d.lift += ownWeights[i] * lift
		}
	}
	b.d.lift = min(max(b.d.lift, -maxOwn), maxOwn)
	m.terms[termAnswers] += b.d.lift
}

const subjectAll = 1 // all that the person answered

// ownWeights is a constant table: how much it counts that somebody takes more than was expected of all offers, of a category, of the most
// general one, of a merchant, of a sort of reward; before others teach more.
var ownWeights = [maxSubjects]float32{0.2, 0.8, 0.4, 0.5, 0.2}

func subjectOf(key uint64) uint32 { return uint32(key >> 32) }

func subjectReward(k RewardKind) uint32 { return 8 + uint32(k) }

// taste is a term before it was weighed, -1 to 1.
func (m *Match) taste(t term) float32 { return m.terms[t] / weights[t] }

// top is the key of the most general category.
func (e *entry) top() uint64 {
	for i := len(e.category) - 1; i > 0; i-- {
		if e.category[i] != 0 {
			return e.category[i]
		}
	}
	return e.category[0]
}

// band numbers a distance in metres: each band is √2 times as wide as the one below.
func band(metres float64) uint64 { return uint64(2 * math.Log2(1+metres/50)) }

// signed rounds to a whole number, from -64 to 63, and makes it a positive one.
func signed(v float32) uint64 { return uint64(int(math.Round(float64(min(max(v, -64), 63)))) + 64) }

func weekend(at time.Time) uint8 {
	if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
		return 1
	}
	return 0
}
