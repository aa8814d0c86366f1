package offers

import (
	"math"
	"time"
)

const (
	pullSlot  = 2    // the place of a pull's answer that may go to something new: the third
	maxNovel  = 32   // new offers that are compared
	minLift   = 0.01 // makes a difference where there is none
	rehearsed = 64   // draws that a propensity rests on
)

// exploration is what of a result was, or could have been, chosen because it is new.
type exploration struct {
	draw  uint64
	share float64
	slot  int // what chance can lift something to
	from  int // where stood what chance picked; -1: it was not asked
	at    [maxNovel]uint16
	mean  [maxNovel]float32 // log-odds
	sd    [maxNovel]float32
	n     int
	known bool // at, mean, sd and n are filled
}

func (x *exploration) reset(mo *Moment) {
	x.draw, x.share, x.slot, x.from, x.n, x.known = mo.Draw, mo.Discovery, 0, -1, 0, false
	if mo.Pull {
		x.slot = pullSlot
	}
}

// Discover puts a match that is new to the person before all others, and reports whether there is one. New is what is of no
// merchant, brand and category that anything was learned of. Of several new ones each comes as often as it is likely to be the
// best, by what was learned and how little that is (Thompson sampling); of equally well known ones the best. The lift that it takes
// becomes part of its score and stands among its reasons. It goes by Places.
//
// Only what came through all that holds offers back can be lifted, and nothing that is sensitive, or presses somebody who may
// not feel well. Somebody under age has no profile, and so no discoveries.
func (r *Result) Discover(p *Person) bool {
	return r.explore(p, 0)
}

// explorePull lets the person's share of pulls have something new at the third place.
func (r *Result) explorePull(p *Person) {
	x := &r.exploration
	if d := dice(x.draw); len(r.Matches) > pullSlot && d.uniform() < x.share {
		r.explore(p, pullSlot)
	}
}

// explore lifts one of the new matches to a slot.
func (r *Result) explore(p *Person, slot int) bool {
	x := &r.exploration
	x.known = false
	list := r.Places()
	r.novel(p, list)
	if x.n == 0 {
		return false
	}
	d := dice(mix(x.draw))
	x.from = int(x.at[x.winner(&d)])
	if x.from > slot {
		m, ahead := list[x.from], list[slot].utility()
		m.terms[termDiscovery] = max(0, ahead-m.utility()) + minLift
		m.Score = squash(m.utility() + m.terms[termDiscovery])
		copy(list[slot+1:x.from+1], list[slot:x.from])
		list[slot] = m
	}
	return true
}

// novel finds what is new in a list that nothing was lifted in. It does so in the order of Compare, in which payment has no part, so
// that it has none in the draws.
func (r *Result) novel(p *Person, list []Match) {
	x := &r.exploration
	if x.known {
		return
	}
	if x.n, x.known = 0, true; p.Minor {
		return // no profile of somebody under age: nothing is known to be new
	}
	for i := 0; i < len(list) && x.n < maxNovel; i++ {
		m := &list[i]
		if m.terms[termPressure] != 0 || m.verdict.sensitive() || !p.unknown(m) {
			continue
		}
		at := x.n
		for at > 0 && compare(m, &list[x.at[at-1]]) < 0 {
			x.at[at] = x.at[at-1]
			at--
		}
		x.at[at] = uint16(i) //nolint:gosec // below 2 * MaxMatches
		x.n++
	}
	for i, at := range x.at[:x.n] {
		x.mean[i], x.sd[i] = list[at].utility(), list[at].spread
	}
}

// winner returns which of the new ones comes out best in one draw.
func (x *exploration) winner(d *dice) int {
	best, most := 0, float32(math.Inf(-1))
	for i := range x.n {
		v := x.mean[i]
		if x.sd[i] > 0 {
			v += x.sd[i] * d.normal()
		}
		if v > most {
			best, most = i, v
		}
	}
	return best
}

// Propensity returns the probability, in (0, 1], with which the i-th of Places came to stand where it stands: 1 where chance had
// no part. It is what weighs an outcome when another policy is judged by it (inverse propensity scoring). Call it before anything
// is learned about the person.
//
// Chance is the person's share of discoveries, and among new offers the draw. Pushes have discoveries by turns that begin anywhere:
// over people the share is the chance of each. How likely each new one was is counted in 64 draws, and the one that was made, if one
// was: so the inverse is hardly biased, and at most 65 per share.
func (r *Result) Propensity(p *Person, i int) float64 {
	x := &r.exploration
	if x.share <= 0 || i < x.slot {
		return 1
	}
	r.novel(p, r.Places())
	if x.n == 0 {
		return 1
	}
	from := i // where the match stood before anything was lifted
	switch {
	case x.from <= x.slot: // nothing was
	case i == x.slot:
		from = x.from
	case i <= x.from:
		from = i - 1
	}
	before, self, after := x.rehearse(from)
	var chance float64
	switch i {
	case from:
		chance = 1 - x.share + x.share*before
	case from + 1:
		chance = x.share * after
	}
	if i == x.slot {
		chance += x.share * self
	}
	return chance
}

// rehearse returns how often what is lifted comes from before a place, from it, and from behind it.
func (x *exploration) rehearse(place int) (before, self, after float64) {
	var n [3]int
	count := func(at int) {
		switch {
		case at < place:
			n[0]++
		case at == place:
			n[1]++
		default:
			n[2]++
		}
	}
	all := rehearsed
	d := dice(mix(x.draw + 1))
	for range rehearsed {
		count(int(x.at[x.winner(&d)]))
	}
	if x.from >= 0 {
		count(x.from)
		all++
	}
	return float64(n[0]) / float64(all), float64(n[1]) / float64(all), float64(n[2]) / float64(all)
}

// unknown reports whether nothing was learned of a match's merchant, brand and category.
func (p *Person) unknown(m *Match) bool {
	for _, key := range [...]uint64{m.entry.merchant, m.entry.brand, m.entry.category[0]} {
		if _, found := p.find(key); found {
			return false
		}
	}
	return true
}

func logit(score float64) float64 { return math.Log(score / (1 - score)) }

// Draw returns a number for Moment.Draw: somebody's, in an hour, at the n-th time.
func Draw(who uint64, at time.Time, n int) uint64 {
	return mix(mix(who^uint64(at.Unix()/3600)*0x9e3779b97f4a7c15) + uint64(n)) //nolint:gosec // any number will do
}

// dice is a stream of numbers that its first value determines (SplitMix64, Steele, Lea and Flood 2014).
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	return mix(uint64(*d))
}

// uniform returns a number in [0, 1).
func (d *dice) uniform() float64 { return float64(d.next()>>11) / (1 << 53) }

// normal returns a number of mean 0 and variance 1: the sum of four uniform ones, which is nearly normal and never beyond 3.5.
func (d *dice) normal() float32 {
	const mean, deviation = 4 * 65535 / 2.0, 37837.2
	v := d.next()
	return (float32(v&0xffff+v>>16&0xffff+v>>32&0xffff+v>>48) - mean) / deviation
}
