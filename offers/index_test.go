package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// regions returns circles of all sizes, polygons with holes and corridors around a centre.
func regions(t *testing.T, random *rand.Rand, centre geo.Point, n int) []geo.Region {
	t.Helper()
	var out []geo.Region
	for i := range n {
		at := geo.Destination(centre, 360*random.Float64(), 4000*random.Float64())
		size := math.Exp(math.Log(20) + random.Float64()*math.Log(500)) // 20 m to 10 km
		var r geo.Region
		var err error
		switch i % 4 {
		default:
			r, err = geo.NewCircle(at, size)
		case 2:
			ring := func(radius float64) (points []geo.Point) {
				for k := range 8 {
					points = append(points, geo.Destination(at, float64(k)*45, radius*(0.7+0.3*random.Float64())))
				}
				return append(points, points[0])
			}
			r, err = geo.NewPolygon(ring(size), ring(size*0.3))
		case 3:
			r, err = geo.NewCorridor([]geo.Point{at, geo.Destination(at, 360*random.Float64(), size), geo.Destination(at, 360*random.Float64(), 2*size)}, 60)
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// Whatever the index says, the geometry says too: in a city, across the antimeridian, in the far north, at a pole.
func TestIndexAgreesWithGeometry(t *testing.T) {
	for _, centre := range []geo.Point{square, {Lat: -16.8, Lon: 179.99}, {Lat: 0, Lon: -180}, {Lat: 78.2, Lon: 15.6}, {Lat: 89.98, Lon: 30}} {
		t.Run(fmt.Sprint(centre.Lat, ",", centre.Lon), func(t *testing.T) {
			random := rand.New(rand.NewPCG(5, uint64(centre.Lat+100)))
			reaches := regions(t, random, centre, 300)
			c := offers.NewCatalogue(hex.Grid{})
			var list []*offers.Offer
			for i, r := range reaches {
				list = append(list, &offers.Offer{
					ID: id.Offer(fmt.Sprint("off_", i)), Merchant: "mer_x", Title: "x", Category: "cafe", Reach: r, Triggers: offers.Nearby | offers.Exit,
				})
			}
			must(t, c.PutOffers(list...))
			m := offers.NewMatcher(c, rails(t))
			var r offers.Result
			for range 400 {
				at := geo.Destination(centre, 360*random.Float64(), 6000*random.Float64())
				if i := random.IntN(len(reaches)); random.IntN(2) == 0 && reaches[i].Kind() == geo.Circle { // on the border
					at = geo.Destination(reaches[i].Centre(), 360*random.Float64(), reaches[i].Radius()+random.NormFloat64()*0.5)
				}
				before := geo.Destination(at, 360*random.Float64(), 300)
				cell, err := hex.At(before, offers.Finest)
				must(t, err)
				m.Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at, Previous: before, PreviousCell: cell, Step: geo.Step{Speed: -1, Course: -1}})
				want := map[id.Offer]offers.Trigger{}
				nearest := float64(offers.MaxNextReach)
				for i, reach := range reaches {
					switch in, was := reach.Contains(at), reach.Contains(before); {
					case in:
						want[list[i].ID] = offers.Nearby
					case was:
						want[list[i].ID] = offers.Exit
					}
					if d := reach.Distance(at); d > 0 {
						nearest = min(nearest, d)
					}
				}
				for _, match := range r.Matches {
					if want[match.Offer.ID] != match.Trigger {
						t.Fatalf("%s fires %s at %v, want %q", match.Offer.ID, match.Trigger, [2]float64{at.Lat, at.Lon}, want[match.Offer.ID])
					}
					delete(want, match.Offer.ID)
				}
				for _, held := range r.Suppressions {
					delete(want, held.Offer.ID)
				}
				if len(want) > 0 {
					t.Fatalf("missing at %v: %v", [2]float64{at.Lat, at.Lon}, want)
				}
				if got := c.NextReach(at, offers.Live, 0); got > nearest*1.001+0.01 || math.Abs(centre.Lat) < 80 && got < nearest*0.999-6.01 && got < 200 {
					t.Fatalf("NextReach %g, but the nearest reach is %g away", got, nearest)
				}
			}
		})
	}
}

func rails(t testing.TB) *offers.Guardrails {
	t.Helper()
	g, err := offers.DefaultGuardrails()
	must(t, err)
	return g
}

func circleOffer(t testing.TB, name string, at geo.Point, radius float64) *offers.Offer {
	t.Helper()
	reach, err := geo.NewCircle(at, radius)
	must(t, err)
	return &offers.Offer{
		ID: id.Offer("off_" + name), Merchant: "mer_x", Title: "x", Category: "cafe", Reach: reach, Triggers: offers.Nearby,
	}
}

// ask returns the ids that a pull around a point answers.
func ask(t testing.TB, c *offers.Catalogue, at geo.Point, mode offers.Mode) (ids []id.Offer) {
	t.Helper()
	var r offers.Result
	offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at, Pull: true, Radius: 200, Mode: mode})
	for _, m := range r.Matches {
		ids = append(ids, m.Offer.ID)
	}
	return ids
}

func TestCatalogueReplacesAndRemoves(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	far := geo.Destination(square, 90, 5000)
	must(t, c.PutOffers(circleOffer(t, "a", square, 100), circleOffer(t, "a", square, 150), circleOffer(t, "b", square, 100)))
	if got := ask(t, c, square, offers.Live); len(got) != 2 {
		t.Fatalf("got %v, want a and b", got)
	}
	c.SetExhausted("off_b", true)
	must(t, c.PutOffers(circleOffer(t, "a", far, 5), circleOffer(t, "b", square, 120)))
	if got := ask(t, c, square, offers.Live); len(got) != 0 {
		t.Fatalf("got %v, want none: a moved, b stays exhausted", got)
	}
	if got := ask(t, c, far, offers.Live); len(got) != 1 || got[0] != "off_a" {
		t.Fatalf("got %v, want a at its new place", got)
	}
	moved := circleOffer(t, "a", far, 5)
	moved.Mode = offers.Test
	must(t, c.PutOffers(moved))
	if live, test := ask(t, c, far, offers.Live), ask(t, c, far, offers.Test); len(live) != 0 || len(test) != 1 {
		t.Fatalf("live %v, test %v: want it in test only", live, test)
	}
	must(t, c.RemoveOffer("off_a"))
	must(t, c.RemoveOffer("off_a"))
	if got := ask(t, c, far, offers.Test); len(got) != 0 || c.Offer("off_a") != nil {
		t.Fatalf("got %v after removal", got)
	}
	if _, _, n := c.Counts(offers.Live); n != 1 {
		t.Fatalf("%d live offers, want b", n)
	}
	if got := c.NextReach(far, offers.Live, 0); got < 600 {
		t.Fatalf("NextReach %g in the open", got)
	}
}

// An offer follows its place, whichever of the two came first.
func TestOfferFollowsPlace(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	o := circleOffer(t, "a", square, 300)
	o.Place = "plc_a"
	must(t, c.PutOffers(o))
	distance := func() (float64, *offers.Place) {
		var r offers.Result
		offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: square, Pull: true, Radius: 500})
		return r.Matches[0].Distance, r.Matches[0].Place
	}
	if d, p := distance(); d > 0.1 || p != nil {
		t.Fatalf("%g m to %v, want the centre of the reach", d, p)
	}
	for _, want := range []float64{200, 100} {
		must(t, c.PutPlace(&offers.Place{ID: "plc_a", Name: "a", Point: geo.Destination(square, 10, want)}))
		if d, p := distance(); math.Abs(d-want) > 0.5 || p == nil {
			t.Fatalf("%g m to %v, want %g", d, p, want)
		}
	}
	if p, d := c.NearestPlace(square, offers.Live, 150); p == nil || math.Abs(d-100) > 0.5 {
		t.Fatalf("nearest place %v at %g m, want a at 100", p, d)
	}
	if p, _ := c.NearestPlace(square, offers.Live, 50); p != nil {
		t.Fatalf("%v is farther than 50 m", p)
	}
	if p, _ := c.NearestPlace(square, offers.Test, 150); p != nil {
		t.Fatalf("%v is no test data", p)
	}
	must(t, c.RemovePlace("plc_a"))
	if d, p := distance(); d > 0.1 || p != nil || c.Place("plc_a") != nil {
		t.Fatalf("%g m to %v after removal", d, p)
	}
}

// An offer that moved to another place has nothing to do with the old one any more.
func TestOfferChangesPlace(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	for _, place := range []id.Place{"plc_a", "plc_b"} {
		must(t, c.PutPlace(&offers.Place{ID: place, Name: "x", Point: square}))
		o := circleOffer(t, "o", square, 100)
		o.Place = place
		must(t, c.PutOffers(o))
	}
	must(t, c.RemoveOffer("off_o"))
	must(t, c.PutPlace(&offers.Place{ID: "plc_a", Name: "y", Point: square}))
	if _, places, n := c.Counts(offers.Live); places != 2 || n != 0 {
		t.Errorf("%d places and %d offers, want 2 and 0", places, n)
	}
}

// Readers never see an offer at a place that it never stood at, whatever writers do meanwhile.
func TestReadersBesideWriters(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	places := []geo.Point{square, geo.Destination(square, 90, 400), geo.Destination(square, 0, 3000)}
	must(t, c.PutOffers(circleOffer(t, "stays", square, 200)))
	m := offers.NewMatcher(c, rails(t))
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for w := range 2 {
		writers.Go(func() {
			for i := range 150 {
				name := fmt.Sprint(w, "_", i%7)
				must(t, c.PutOffers(circleOffer(t, name, places[i%3], 50+float64(i))))
				if i%5 == 0 {
					must(t, c.RemoveOffer(id.Offer("off_"+name)))
				}
				c.SetExhausted("off_stays", false)
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			var r offers.Result
			p := &offers.Person{}
			must(t, p.SetInterests([]string{"cafe"}))
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				m.Evaluate(&r, p, &offers.Moment{Now: noon.Add(3 * time.Hour), Point: places[i%3], Step: geo.Step{Speed: -1, Course: -1}})
				found := i%3 != 0
				for _, match := range r.Matches {
					found = found || match.Offer.ID == "off_stays"
					if !match.Offer.Reach.Contains(places[i%3]) {
						t.Errorf("%s does not reach here", match.Offer.ID)
					}
				}
				if !found {
					t.Error("an untouched offer went missing")
				}
				c.NextReach(places[i%3], offers.Live, 0)
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	w := newWorld(t, 1, 2000)
	must(t, w.catalogue.PutPlace(&offers.Place{ID: "plc_h", Name: "h", Category: "health.hospital", Point: w.cities[0]}))
	moments, p := w.moments(t, 256), regular(t)
	for i := range moments {
		moments[i].Previous = geo.Destination(moments[i].Point, 270, 40)
		cell, err := hex.At(moments[i].Previous, offers.Finest)
		must(t, err)
		moments[i].PreviousCell, moments[i].Zone = cell, time.FixedZone("x", 3600)
	}
	var r offers.Result
	reached := 0
	for i := range moments {
		w.matcher.Evaluate(&r, p, &moments[i])
		reached += len(r.Matches) + len(r.Suppressions)
	}
	if reached == 0 {
		t.Fatal("nobody is reached: the test is empty")
	}
	i := 0
	if n := testing.AllocsPerRun(500, func() {
		w.matcher.Evaluate(&r, p, &moments[i%len(moments)])
		w.catalogue.NextReach(moments[i%len(moments)].Point, offers.Live, 0)
		i++
	}); n != 0 {
		t.Errorf("%g allocations per position, want none", n)
	}
}
