package matching

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flaneur-io/flaneur/geo"
)

// person is what is true of somebody. The matcher never sees it.
type person struct {
	taste   [leaves]float64 // log-odds
	changed *person         // whom they become when tastes change: nil, they stay who they are
	hour    [tops]float64   // hours by which they seek a category later than others do
	brand   [brands]float64
	kind    [8]float64     // by kind of reward
	shop    [shops]float64 // what a shop is to them, for no reason
	reward  float64
	tier    float64 // the price that suits them
	far     float64 // what distance costs
	novelty float64 // what it is worth that a shop is new
	hidden  int     // a category that they would love and don't know; -1: none

	home, work geo.Point
	usual      [routines][]int // shops, by what they go there for
	interests  []string        // told at opt-in
}

// What people go to usual places for.
const (
	forLunch = iota
	forGroceries
	forLeisure
	routines
)

const (
	segments = 4
	liked    = 1.8 // log-odds of a strong taste
	known    = 0.75
)

// population draws people of a few segments; strength scales their tastes. Every third has a taste that they don't know of.
func population(rng *rand.Rand, c *city, n int, strength, changing float64) []*person {
	var segment [segments][tops]float64
	for i := range segment {
		order := rng.Perm(tops)
		for k, top := range order[:5] {
			segment[i][top] = liked
			if k >= 3 {
				segment[i][top] = -liked
			}
		}
	}
	people := make([]*person, n)
	for i := range people {
		people[i] = newPerson(rng, c, &segment[i%segments], strength)
		if i%3 == 0 {
			people[i].discoverable(rng, strength)
		}
		people[i].settle(rng, c)
		become := people[i].swapped(rng, c)
		if rng.Float64() < changing {
			people[i].changed = become
		}
	}
	return people
}

func newPerson(rng *rand.Rand, c *city, segment *[tops]float64, strength float64) *person {
	p := &person{
		reward: 0.5 + rng.Float64(), tier: 1 + 3*rng.Float64(), far: 0.3 + 0.6*rng.Float64(), novelty: 0.4 * rng.NormFloat64(), hidden: -1,
		home: somewhere(rng, centre, radius), work: somewhere(rng, centre, radius/2),
	}
	for top := range tops {
		base := segment[top]
		if rng.Float64() > known {
			base = []float64{liked, 0, 0, 0, -liked}[rng.IntN(5)]
		}
		p.hour[top] = rng.NormFloat64()
		for k := range kinds {
			p.taste[top*kinds+k] = strength * (base + 0.5*rng.NormFloat64())
		}
	}
	for i := range p.brand {
		if rng.IntN(5) == 0 {
			p.brand[i] = strength * rng.NormFloat64()
		}
	}
	for i := range p.kind {
		p.kind[i] = 0.3 * rng.NormFloat64()
	}
	for i := range p.shop {
		p.shop[i] = 0.5 * rng.NormFloat64()
	}
	return p
}

// discoverable gives somebody a taste in a category that nothing of their routine leads to.
func (p *person) discoverable(rng *rand.Rand, strength float64) {
	p.hidden = rng.IntN(tops)
	for k := range kinds {
		p.taste[p.hidden*kinds+k] = strength * (liked + 0.5*math.Abs(rng.NormFloat64()))
	}
}

// settle finds usual places and interests by taste.
func (p *person) settle(rng *rand.Rand, c *city) {
	p.usual[forLunch] = p.choose(rng, c, 3, p.work, func(top int) bool { return top <= 2 })
	p.usual[forGroceries] = p.choose(rng, c, 2, p.home, func(top int) bool { return top == 3 })
	p.usual[forLeisure] = p.choose(rng, c, 4, p.home, func(top int) bool { return top >= 4 })
	p.interests = nil
	for _, top := range p.favourites() {
		if len(p.interests) < 2 && top != p.hidden && rng.Float64() < 0.7 {
			p.interests = append(p.interests, categories[top].name)
		}
	}
}

// choose draws shops without repetition, by taste and distance (Gumbel's trick).
func (p *person) choose(rng *rand.Rand, c *city, n int, from geo.Point, wanted func(top int) bool) (list []int) {
	type choice struct {
		shop  int
		value float64
	}
	var all []choice
	for i := range c.shops {
		s := &c.shops[i]
		value := p.taste[s.leaf] + p.shop[i] - geo.Distance(from, s.place.Point)/600 - math.Log(rng.ExpFloat64())
		if wanted(s.top()) && s.top() != p.hidden {
			all = append(all, choice{i, value})
		}
	}
	slices.SortFunc(all, func(a, b choice) int { return cmp.Compare(b.value, a.value) })
	for _, k := range all[:min(n, len(all))] {
		list = append(list, k.shop)
	}
	return list
}

// favourites are the categories, what is liked most first.
func (p *person) favourites() []int {
	order := make([]int, tops)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.top(b), p.top(a)) })
	return order
}

// top is the mean taste for a category.
func (p *person) top(top int) float64 {
	sum := 0.0
	for _, t := range p.taste[top*kinds : top*kinds+kinds] {
		sum += t
	}
	return sum / kinds
}

// swapped is the person after what they liked most and least changed places with what they did not care for either way, and so did
// where they spend their leisure; where they eat and buy food stays.
func (p *person) swapped(rng *rand.Rand, c *city) *person {
	q := *p
	order := p.favourites()
	for i, ends := range [...]int{0, 1, 2, tops - 1, tops - 2} {
		a, b := order[ends]*kinds, order[3+i]*kinds
		for k := range kinds {
			q.taste[a+k], q.taste[b+k] = p.taste[b+k], p.taste[a+k]
		}
	}
	q.usual[forLeisure] = q.choose(rng, c, 4, q.home, func(top int) bool { return top >= 4 })
	return &q
}
