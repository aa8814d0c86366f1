package matching

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Constant table of what offers are about, with the hours at which people in general want it.
var categories = []struct {
	name     string
	from, to int
}{
	{"restaurant.italian", 11, 22}, {"restaurant.thai", 11, 22}, {"restaurant.fast_food", 11, 23}, {"cafe.coffee", 7, 18}, {"bakery", 6, 12},
	{"supermarket", 8, 21}, {"shop.clothes", 10, 20}, {"shop.books", 10, 20}, {"shop.electronics", 10, 20}, {"culture.cinema", 16, 23},
	{"sport.gym", 6, 22}, {"beauty.hair", 9, 19},
}

const (
	perCategory = 30     // places
	cityRadius  = 1800.0 // metres
	reach       = 350.0
	segments    = 4 // of people who are alike
	brands      = 24
)

var (
	centre = geo.Point{Lat: 50.9375, Lon: 6.9603}
	start  = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
)

// shop is a place with its offer, and what the matcher does not know of it.
type shop struct {
	place    *offers.Place
	offer    *offers.Offer
	category int
	brand    int
	charm    float64 // how good it is
	percent  float64
}

// somebody is a person with what the matcher does not know of them.
type somebody struct {
	home, work geo.Point
	haunts     []int // shops of the routine
	taste      []float64
	brand      []float64
	reward     float64 // how much ten percent are worth
	far        float64 // how much 100 metres cost
	early      float64 // hours by which their day lies before others'
	curious    float64
	declared   []string
}

// city is what all matchers of a seed play in.
type city struct {
	shops  []shop
	people []somebody
	seed   uint64
}

func newCity(o *Options, seed uint64) *city {
	c := &city{seed: seed}
	r := rand.New(rand.NewPCG(seed, 11))
	for k, kind := range categories {
		for range perCategory {
			i := len(c.shops)
			s := shop{category: k, brand: r.IntN(brands), charm: 0.5 * r.NormFloat64(), percent: float64(5 + 5*r.IntN(7))}
			at := around(r, centre, cityRadius)
			s.place = &offers.Place{
				ID: id.Place(fmt.Sprint(id.PrefixPlace, i)), Name: kind.name, Category: kind.name, Point: at, Merchant: id.Merchant(fmt.Sprint(id.PrefixMerchant, i)),
				Brand: fmt.Sprint("brand", s.brand),
			}
			circle, _ := geo.NewCircle(at, reach) // within the globe
			s.offer = &offers.Offer{
				ID: id.Offer(fmt.Sprint(id.PrefixOffer, i)), Merchant: s.place.Merchant, Title: fmt.Sprint("Offer ", i), Category: kind.name, Brand: s.place.Brand,
				Place: s.place.ID, Reach: circle, Triggers: offers.Nearby, Reward: offers.Reward{Kind: offers.Percent, Value: s.percent},
			}
			c.shops = append(c.shops, s)
		}
	}
	var alike [segments][]float64
	for i := range alike {
		for range categories {
			alike[i] = append(alike[i], r.NormFloat64())
		}
	}
	for range o.People {
		c.people = append(c.people, c.newSomebody(o, r, alike[r.IntN(segments)]))
	}
	return c
}

// newSomebody draws a person: half of a taste is that of people alike, the rest their own.
func (c *city) newSomebody(o *Options, r *rand.Rand, alike []float64) somebody {
	p := somebody{
		home: around(r, centre, cityRadius), work: around(r, centre, cityRadius*0.7), reward: 0.15 * r.ExpFloat64(), far: 0.15 + 0.2*r.Float64(),
		early: r.NormFloat64(), curious: 0.4 * r.NormFloat64(),
	}
	best := 0
	for k := range categories {
		p.taste = append(p.taste, o.taste()*(0.7*alike[k]+0.7*r.NormFloat64()))
		if p.taste[k] > p.taste[best] {
			best = k
		}
	}
	for range brands {
		p.brand = append(p.brand, 0.3*o.taste()*r.NormFloat64())
	}
	if r.IntN(2) == 0 { // one of two people says what interests them, and not always rightly
		told := best
		if r.IntN(4) == 0 {
			told = r.IntN(len(categories))
		}
		p.declared = []string{categories[told].name}
	}
	for range 6 {
		p.haunts = append(p.haunts, c.nearest(r, p.work, p.home))
	}
	return p
}

// nearest draws a shop near home or near work.
func (c *city) nearest(r *rand.Rand, points ...geo.Point) int {
	at, best := points[r.IntN(len(points))], r.IntN(len(c.shops))
	for range 20 {
		if i := r.IntN(len(c.shops)); geo.FlatDistance(at, c.shops[i].place.Point) < geo.FlatDistance(at, c.shops[best].place.Point) {
			best = i
		}
	}
	return best
}

func around(r *rand.Rand, p geo.Point, metres float64) geo.Point {
	return geo.Destination(p, 360*r.Float64(), metres*math.Sqrt(r.Float64()))
}

// wish is how likely a person takes an offer at a moment. Taste counts only at its hour, a second time in a day hardly, a reward more
// for what is liked anyway, the way more when it is late, and what is new by how curious they are: none of it is additive in what the
// matcher sees.
func (p *somebody) wish(s *shop, at time.Time, metres float64, sated int, known bool) float64 {
	hour := float64(at.Hour()) + p.early
	kind := categories[s.category]
	z := -2.2 + s.charm + p.brand[s.brand] - p.far*metres/100
	if taste := p.taste[s.category]; hour >= float64(kind.from) && hour <= float64(kind.to) {
		z += taste + 0.5
		if taste > 0 {
			z += p.reward * s.percent / 10
		}
	} else {
		z += min(taste, 0) - 1
	}
	z -= 1.5 * float64(sated)
	if !known {
		z += p.curious
	}
	if hour > 19 {
		z -= 0.5 * p.far * metres / 100
	}
	return 1 / (1 + math.Exp(-z))
}

// chance is a number from 0 to 1 that is the same for all matchers of a seed.
func (c *city) chance(what string, person, day, moment, shop int) float64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, c.seed, what, person, ":", day, ":", moment, ":", shop)
	return rand.New(rand.NewPCG(h.Sum64(), 3)).Float64()
}
