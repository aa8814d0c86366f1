package offers

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"
	"sync/atomic"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// An offer at several places stands in one of two ways. With a reach of its own it is one entry, and each person is
// sent to the nearest of its places. Without one it has a head, an entry that stands nowhere, and an entry with a
// circle for each place, its branches; a person gets the nearest that may go to them.

// MaxStores is how many places a merchant may have with an offer at all of them.
const MaxStores = 5000

// several is what the head of an offer at several places has beyond others.
type several struct {
	stores   *stores             // the merchant's, or those that the offer names
	branches map[id.Place]*entry // nil if the offer has a reach of its own; guarded by the catalogue's lock
}

// owner is a merchant as its places and offers see it.
type owner struct {
	places map[id.Place]*Place
	offers map[id.Offer]struct{} // those at all of its places
	stores stores                // its places, while there are such offers
}

// stores is a set of places from which the nearest is found without waiting for writers.
type stores struct {
	sorted atomic.Pointer[[]store] // by latitude, then id; replaced on write
}

type store struct {
	at    geo.Point
	place *Place
}

func (s *stores) all() []store {
	if list := s.sorted.Load(); list != nil {
		return *list
	}
	return nil
}

// fill makes these the places. The catalogue's lock must be held.
func (s *stores) fill(places []*Place) {
	list := make([]store, len(places))
	for i, p := range places {
		list[i] = store{p.Point, p}
	}
	slices.SortFunc(list, compareStores)
	s.sorted.Store(&list)
}

// replace takes a place out and another in; either may be nil. The catalogue's lock must be held.
func (s *stores) replace(was, is *Place) {
	list := slices.DeleteFunc(slices.Clone(s.all()), func(x store) bool { return x.place == was })
	if is != nil {
		x := store{is.Point, is}
		i, _ := slices.BinarySearchFunc(list, x, compareStores)
		list = slices.Insert(list, i, x)
	}
	s.sorted.Store(&list)
}

func compareStores(a, b store) int {
	return cmp.Or(cmp.Compare(a.at.Lat, b.at.Lat), cmp.Compare(a.place.ID, b.place.ID))
}

// nearest returns the place nearest to p that is not one of these, and the metres to it; nil if there is none. Only
// places that lie nearer in latitude alone than the best so far are looked at.
func (s *stores) nearest(p geo.Point, not []id.Place) (*Place, float64) {
	list := s.all()
	var best *Place
	metres := math.Inf(1)
	look := func(x *store) (farther bool) {
		if math.Abs(x.at.Lat-p.Lat)*metresPerDegree > metres {
			return true
		}
		if d := geo.FlatDistance(p, x.at); d <= metres && !slices.Contains(not, x.place.ID) && (d < metres || x.place.ID < best.ID) {
			best, metres = x.place, d
		}
		return false
	}
	north := sort.Search(len(list), func(i int) bool { return list[i].at.Lat >= p.Lat })
	south := north - 1
	for north < len(list) || south >= 0 {
		if north < len(list) {
			if north++; look(&list[north-1]) {
				north = len(list)
			}
		}
		if south >= 0 {
			if south--; look(&list[south+1]) {
				south = -1
			}
		}
	}
	return best, metres
}

// nearest returns the place of an offer at several places that is nearest to p, and has what it is about if any has;
// without a place, the reach's centre.
func (e *entry) nearest(p geo.Point) (*Place, geo.Point) {
	var not []id.Place
	if gone := e.soldOut.Load(); gone != nil {
		not = *gone
	}
	place, _ := e.several.stores.nearest(p, not)
	if place == nil && not != nil {
		place, _ = e.several.stores.nearest(p, nil)
	}
	if place == nil {
		return nil, e.target
	}
	return place, place.Point
}

// soldOutNear reports whether the place that p would be sent to is one where the offer is sold out. It is for entries
// that are sold out somewhere.
func (e *entry) soldOutNear(p geo.Point) bool {
	if e.several == nil {
		return true
	}
	place, _ := e.nearest(p)
	return place != nil && slices.Contains(*e.soldOut.Load(), place.ID)
}

// branch reports whether the entry is one of several of its offer.
func (e *entry) branch() bool { return e.site != 0 }

// all returns the entries of an offer, from its head.
func (e *entry) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if !yield(e) || e.several == nil {
			return
		}
		for _, b := range e.several.branches {
			if !yield(b) {
				return
			}
		}
	}
}

// named returns the places that an offer names.
func (o *Offer) named() iter.Seq[id.Place] {
	return func(yield func(id.Place) bool) {
		if o.Place != "" && !yield(o.Place) {
			return
		}
		for _, p := range o.Places {
			if !yield(p) {
				return
			}
		}
	}
}

// several reports whether an offer is one of several places, and whether it stands at each of them apart.
func (o *Offer) several() (yes, apart bool) {
	yes = len(o.Places) > 0 || o.AllPlaces
	return yes, yes && o.Reach.IsZero()
}

// once keeps one match of each offer, the nearest, and no suppression of an offer that matches elsewhere.
func (r *Result) once() {
	if !r.several {
		return
	}
	slices.SortFunc(r.Matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Place.id(), b.Place.id()))
	})
	r.Matches = slices.CompactFunc(r.Matches, func(a, b Match) bool { return a.Key == b.Key })
	slices.SortStableFunc(r.Suppressions, bySuppressed)
	r.Suppressions = slices.CompactFunc(r.Suppressions, func(a, b Suppression) bool { return a.Key == b.Key })
	r.Suppressions = slices.DeleteFunc(r.Suppressions, func(s Suppression) bool {
		_, found := slices.BinarySearchFunc(r.Matches, s.Key, func(m Match, key uint64) int { return cmp.Compare(m.Key, key) })
		return found
	})
}

func (p *Place) id() id.Place {
	if p == nil {
		return ""
	}
	return p.ID
}

// Distance returns the metres from a point to the reach of an offer, 0 within; to the nearest one if it stands at
// several places. It is +Inf for one that stands nowhere, or not in the catalogue.
func (c *Catalogue) Distance(i id.Offer, at geo.Point) float64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	head := c.offers[i]
	switch {
	case head == nil:
		return math.Inf(1)
	case head.several == nil || head.several.branches == nil:
		return head.reach.Distance(at)
	}
	_, metres := head.several.stores.nearest(at, nil)
	return max(0, metres-head.offer.Radius)
}

// Stores returns how many places a merchant has.
func (c *Catalogue) Stores(m id.Merchant) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if o := c.owners[m]; o != nil {
		return len(o.places)
	}
	return 0
}

// OfferedAtAll reports whether an offer stands at all places of a merchant.
func (c *Catalogue) OfferedAtAll(m id.Merchant) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	o := c.owners[m]
	return o != nil && len(o.offers) > 0
}
