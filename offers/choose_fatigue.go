package offers

import "math"

// A push has to be worth an interruption, and more so after others that the person did not care to answer: the floor rises with
// what was ignored of late, and what a merchant sent in vain counts against that merchant's next. Both fade within days, are
// bounded, and concern pushes only: who asks gets an answer.

const (
	patience = 3600          // seconds: before that, a delivery without an answer is not ignored
	tiredFor = 3 * 24 * 3600 // seconds: after that, it is forgotten
	tiredBy  = 24 * 3600     // seconds in which it fades to 1/e

	tiresFloor    = 0.15 // log-odds that each adds to the floor
	mostFloor     = 0.6
	tiresMerchant = 0.5 // log-odds that it takes from offers of its merchant
	mostMerchant  = 1.5
	maxTiring     = 8 // merchants
)

// fatigue is what was ignored of late, at a moment.
type fatigue struct {
	floor     float64 // the score that a push must have
	n         int
	merchants [maxTiring]uint32
	loads     [maxTiring]float32
}

// merchantNumber is how a merchant stands in what is remembered of deliveries; never 0.
func merchantNumber(key uint64) uint32 { return uint32(key>>32) | 1 }

// tired fills f. A push that was withheld for the person's mood counts as much as they usually ignore, as it would have if it had
// come: it neither makes room for another one nor keeps one away, or merchants could tell who feels bad.
func (f *fatigue) tired(p *Person, now int64) {
	load, answered, ignored := 0.0, 0, 0
	for i := range p.seen {
		s := &p.seen[i]
		switch {
		case s.delivered == 0:
		case s.answered:
			answered++
		case s.delivered <= now-patience:
			if ignored++; s.delivered <= now-tiredFor || len(p.spent) > 0 && p.spentSince(s) {
				continue
			}
			load += f.add(s.merchant, now-s.delivered, 1)
		}
	}
	usually := 1.0
	if answered > 0 {
		usually = float64(ignored) / float64(ignored+answered)
	}
	for i := range p.spent {
		s := &p.spent[i]
		if s.at <= now-tiredFor || s.at > now-patience {
			continue
		}
		if d := p.recall(s.key); d == nil || d.delivered <= s.at {
			load += f.add(s.merchant, now-s.at, usually)
		}
	}
	f.floor = minPushScore
	if load > 0 {
		f.floor = squash(float32(min(tiresFloor*load, mostFloor)))
	}
}

// spentSince reports whether an offer would have come again since it was delivered, but for the person's mood.
func (p *Person) spentSince(s *seen) bool {
	i := find(p.spent, s.key)
	return i >= 0 && p.spent[i].at >= s.delivered
}

// add counts what a merchant sent in vain so many seconds ago, for a share of a push, and returns what it counts.
func (f *fatigue) add(merchant uint32, ago int64, share float64) float64 {
	load := share * math.Exp(-float64(ago)/tiredBy)
	i := 0
	for i < f.n && f.merchants[i] != merchant {
		i++
	}
	if i == f.n && f.n < maxTiring && merchant != 0 {
		f.merchants[i] = merchant
		f.n++
	}
	if i < f.n {
		f.loads[i] += float32(load)
	}
	return load
}

// fatigued returns the term of an offer: 0 or less.
func (f *fatigue) fatigued(e *entry) float32 {
	if f.n == 0 {
		return 0
	}
	number := merchantNumber(e.merchant)
	for i := range f.n {
		if f.merchants[i] == number {
			return -min(tiresMerchant*f.loads[i], mostMerchant)
		}
	}
	return 0
}

// low returns the code by which a push is held back whose score, without the part that mood has in it, is below the floor.
func (f *fatigue) low(m *Match, sober float64) string {
	if logit(sober)-float64(m.terms[termFatigue]) >= logit(minPushScore) {
		return CodeFatigue // it would do, were it not for what was ignored
	}
	return CodeLowScore
}
