package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// chain is a merchant with places, and what should follow from them.
type chain struct {
	*offers.Catalogue
	places map[id.Place]*offers.Place
}

func (c *chain) put(t testing.TB, p *offers.Place) {
	t.Helper()
	must(t, c.PutPlace(p))
	c.places[p.ID] = p
}

// nearest returns the place of a list that is nearest to p, by looking at all.
func (c *chain) nearest(o *offers.Offer, p geo.Point) (*offers.Place, float64) {
	var best *offers.Place
	metres := math.Inf(1)
	for _, place := range c.places {
		if o.AllPlaces && place.Merchant != o.Merchant || !o.AllPlaces && !slices.Contains(o.Places, place.ID) {
			continue
		}
		if d := geo.FlatDistance(p, place.Point); d < metres {
			best, metres = place, d
		}
	}
	return best, metres
}

func evaluate(t testing.TB, c *offers.Catalogue, at geo.Point, pull bool, radius float64) offers.Result {
	t.Helper()
	var r offers.Result
	offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at, Pull: pull, Radius: radius})
	return r
}

// Whatever places come, move, change hands and go: an offer at several of them is there where looking at all of them
// says, once, and leads to the nearest.
func TestOfferAtSeveralPlacesFollowsThem(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	c := &chain{offers.NewCatalogue(hex.Grid{}), map[id.Place]*offers.Place{}}
	var named []id.Place
	for i := range 30 {
		named = append(named, id.Place(fmt.Sprint("plc_", 2*i)))
	}
	around, err := geo.NewCircle(square, 3000)
	must(t, err)
	base := offers.Offer{Merchant: "mer_a", Title: "x", Category: "bakery", Triggers: offers.Nearby}
	var list []*offers.Offer
	for i, change := range []func(*offers.Offer){
		func(o *offers.Offer) { o.AllPlaces, o.Radius = true, 400 },
		func(o *offers.Offer) { o.Places, o.Radius = named, 250 },
		func(o *offers.Offer) { o.AllPlaces, o.Reach = true, around },
		func(o *offers.Offer) { o.Places, o.Reach = named, around },
	} {
		o := base
		o.ID = id.Offer(fmt.Sprint("off_", i))
		change(&o)
		list = append(list, &o)
	}
	must(t, c.PutOffers(list...))
	for step := range 600 {
		i := id.Place(fmt.Sprint("plc_", random.IntN(60)))
		switch {
		case random.IntN(4) == 0:
			must(t, c.RemovePlace(i))
			delete(c.places, i)
		default:
			c.put(t, &offers.Place{
				ID: i, Name: "x", Merchant: []id.Merchant{"mer_a", "mer_b"}[random.IntN(2)], Point: somewhere(random, square, 2500),
			})
		}
		if step%100 == 50 { // an offer that is put again stays right, too
			o := *list[step/100%4]
			must(t, c.PutOffers(&o))
		}
		if step%5 != 0 {
			continue
		}
		at := somewhere(random, square, 3500)
		for _, pull := range []bool{false, true} {
			r := evaluate(t, c.Catalogue, at, pull, 100)
			for _, o := range list {
				place, metres := c.nearest(o, at)
				found := slices.IndexFunc(r.Matches, func(m offers.Match) bool { return m.Offer.ID == o.ID })
				inReach := o.Reach.Contains(at)
				if o.Reach.IsZero() {
					inReach = metres < o.Radius
					if want := max(0, metres-o.Radius); math.Abs(c.Distance(o.ID, at)-want) > 2 && place != nil {
						t.Fatalf("step %d: %s is %.0f m away, not %.0f m", step, o.ID, c.Distance(o.ID, at), want)
					}
				}
				if math.Abs(metres-o.Radius) < 2 || pull && math.Abs(metres-100) < 2 {
					continue // on the border
				}
				held := slices.ContainsFunc(r.Suppressions, func(s offers.Suppression) bool { return s.Offer.ID == o.ID && s.Code == offers.CodeLowScore })
				if want := inReach || pull && metres < 100; want != (found >= 0 || held) {
					t.Fatalf("step %d, pull %v: %s found: %v, want %v", step, pull, o.ID, found >= 0, want)
				}
				if found >= 0 && r.Matches[found].Place != place {
					t.Fatalf("step %d: %s leads to %v, not %v", step, o.ID, r.Matches[found].Place, place)
				}
			}
			if len(r.Matches) > len(list) {
				t.Fatalf("step %d: %d matches of %d offers", step, len(r.Matches), len(list))
			}
		}
	}
	if _, places, n := c.Counts(offers.Live); places != len(c.places) || n != len(list) {
		t.Errorf("%d places, %d offers", places, n)
	}
	for _, o := range list {
		must(t, c.RemoveOffer(o.ID))
	}
	if r := evaluate(t, c.Catalogue, square, true, 5000); len(r.Matches) > 0 || c.NextReach(square, offers.Live, 0) < offers.MaxNextReach {
		t.Errorf("left behind: %v", r.Matches)
	}
}

func TestSoldOutAtOneOfSeveralPlaces(t *testing.T) {
	near, far := geo.Destination(square, 90, 50), geo.Destination(square, 270, 120)
	around, err := geo.NewCircle(square, 500)
	must(t, err)
	for name, reach := range map[string]geo.Region{"around each place": {}, "with a reach": around} {
		t.Run(name, func(t *testing.T) {
			c := offers.NewCatalogue(hex.Grid{})
			must(t, c.PutPlace(&offers.Place{ID: "plc_near", Merchant: "mer_a", Name: "near", Point: near}))
			must(t, c.PutPlace(&offers.Place{ID: "plc_far", Merchant: "mer_a", Name: "far", Point: far}))
			o := &offers.Offer{ID: "off_a", Merchant: "mer_a", Title: "x", Category: "bakery", Triggers: offers.Nearby, AllPlaces: true, Reach: reach, Items: []string{"bun"}}
			if reach.IsZero() {
				o.Radius = 300
			}
			must(t, c.PutOffers(o))
			check := func(when, place, code string) {
				t.Helper()
				r := evaluate(t, c, square, false, 0)
				switch {
				case place == "" && (len(r.Matches) > 0 || len(r.Suppressions) != 1 || r.Suppressions[0].Code != code):
					t.Errorf("%s: %+v %+v", when, r.Matches, r.Suppressions)
				case place != "" && (len(r.Matches) != 1 || r.Matches[0].Place.Name != place || len(r.Suppressions) > 0):
					t.Errorf("%s: %+v %+v", when, r.Matches, r.Suppressions)
				}
			}
			report := func(place id.Place, quantity int) []offers.StockChange {
				return c.PutStock(place, []offers.StockItem{{Place: place, SKU: "bun", Quantity: quantity}}, nil)
			}
			check("nothing reported", "near", "")
			if got := report("plc_near", 3); len(got) != 0 {
				t.Errorf("changes %v", got)
			}
			if got := report("plc_near", 0); len(got) != 1 || !got[0].SoldOut || got[0].Place != "plc_near" {
				t.Errorf("changes %v", got)
			}
			check("gone at the near one", "far", "")
			again := *o
			must(t, c.PutOffers(&again))
			must(t, c.PutPlace(&offers.Place{ID: "plc_near", Merchant: "mer_a", Name: "near", Point: geo.Destination(square, 90, 40)}))
			check("put again, and moved", "far", "")
			report("plc_far", 0)
			check("gone at both", "", offers.CodeSoldOutHere)
			if got := c.PutStock("plc_near", nil, []string{"bun"}); len(got) != 1 || got[0].SoldOut {
				t.Errorf("changes %v", got)
			}
			check("not reported any more at the near one", "near", "")
		})
	}
}

// A change of one place of an offer at thousands costs about what a place costs.
func BenchmarkMovePlaceOfMany(b *testing.B) {
	random := rand.New(rand.NewPCG(7, 8))
	c := offers.NewCatalogue(hex.Grid{})
	for i := range offers.MaxStores {
		must(b, c.PutPlace(&offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Merchant: "mer_a", Name: "x", Point: somewhere(random, square, 200_000)}))
	}
	must(b, c.PutOffers(&offers.Offer{ID: "off_a", Merchant: "mer_a", Title: "x", Category: "bakery", Triggers: offers.Nearby, AllPlaces: true, Radius: 300}))
	for b.Loop() {
		must(b, c.PutPlace(&offers.Place{ID: "plc_7", Merchant: "mer_a", Name: "x", Point: somewhere(random, square, 200_000)}))
	}
}
