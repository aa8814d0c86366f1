package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// regions returns circles of all sizes, polygons with holes and corridors around a centre, one in eight of them long.
func regions(t *testing.T, random *rand.Rand, centre geo.Point, n int) []geo.Region {
	t.Helper()
	var out []geo.Region
	for i := range n {
		at := geo.Destination(centre, 360*random.Float64(), 4000*random.Float64())
		size := math.Exp(math.Log(20) + random.Float64()*math.Log(500)) // 20 m to 10 km
		if i%8 >= 5 {
			size = math.Exp(math.Log(5000) + random.Float64()*math.Log(12)) // 5 to 60 km
		}
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

// border returns a point about as far from the border of a region as the GPS of one and the same phone wanders, or
// much less.
func border(random *rand.Rand, r geo.Region) geo.Point {
	start := r.Parts(nil)[0]
	if r.Kind() == geo.Corridor && random.IntN(2) == 0 { // beyond its end, where its middle is far
		flat := r.Geometry().FlatCoords()
		start = geo.Point{Lat: flat[1], Lon: flat[0]}
	}
	bearing := 360 * random.Float64()
	in, out := 0.0, 2.2*r.Extent()
	for out-in > 0.01 {
		if middle := (in + out) / 2; r.Contains(geo.Destination(start, bearing, middle)) {
			in = middle
		} else {
			out = middle
		}
	}
	return geo.Destination(start, bearing, max(0, in+random.NormFloat64()*[]float64{0.01, 1, 30}[random.IntN(3)]))
}

// town is a place with reaches of all kinds around it.
type town struct {
	*offers.Matcher
	catalogue *offers.Catalogue
	centre    geo.Point
	random    *rand.Rand
	reaches   []geo.Region // of offer(0), offer(1), …
}

func offer(i int) id.Offer { return id.Offer(fmt.Sprint("off_", i)) }

// towns are a city, both sides of the antimeridian, the far north and a pole.
var towns = []geo.Point{square, {Lat: -16.8, Lon: 179.99}, {Lat: 0, Lon: -180}, {Lat: 78.2, Lon: 15.6}, {Lat: 89.98, Lon: 30}}

// everywhere runs a test at each of some places, among n offers.
func everywhere(t *testing.T, places []geo.Point, seed uint64, n int, trigger offers.Trigger, test func(*testing.T, *town)) {
	t.Helper()
	for _, centre := range places {
		t.Run(fmt.Sprint(centre.Lat, ",", centre.Lon), func(t *testing.T) {
			w := &town{catalogue: offers.NewCatalogue(hex.Grid{}), centre: centre, random: rand.New(rand.NewPCG(seed, uint64(centre.Lat+100)))}
			w.reaches = regions(t, w.random, centre, n)
			for i, r := range w.reaches {
				must(t, w.catalogue.PutOffers(&offers.Offer{ID: offer(i), Merchant: "mer_x", Title: "x", Category: "cafe", Reach: r, Triggers: trigger}))
			}
			w.Matcher = offers.NewMatcher(w.catalogue, rails(t))
			test(t, w)
		})
	}
}

// Whatever the index says, the geometry says too: in a city, across the antimeridian, in the far north, at a pole.
func TestIndexAgreesWithGeometry(t *testing.T) {
	everywhere(t, append(towns, pentagon), 5, 300, offers.Nearby, func(t *testing.T, w *town) {
		var r offers.Result
		for range 400 {
			at := geo.Destination(w.centre, 360*w.random.Float64(), 6000*w.random.Float64())
			if w.random.IntN(4) > 0 {
				at = border(w.random, w.reaches[w.random.IntN(len(w.reaches))])
			}
			w.Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at, Step: geo.Step{Speed: -1, Course: -1}})
			want := map[id.Offer]offers.Trigger{}
			nearest := float64(offers.MaxNextReach)
			for i, reach := range w.reaches {
				if reach.Contains(at) {
					want[offer(i)] = offers.Nearby
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
			if got := w.catalogue.NextReach(at, offers.Live, 0); got > nearest*1.001+0.01 || math.Abs(w.centre.Lat) < 80 && got < nearest*0.999-6.01 && got < 200 {
				t.Fatalf("NextReach %g, but the nearest reach is %g away", got, nearest)
			}
		}
	})
}

// pentagon is the centre of one of H3's at every resolution.
var pentagon = geo.Point{Lat: 64.7, Lon: 10.5362}

// finds reports whether the index knows of the only offer at a point.
func finds(t testing.TB, reach geo.Region, at geo.Point, others ...geo.Region) bool {
	t.Helper()
	c := offers.NewCatalogue(hex.Grid{})
	for i, r := range append(others, reach) {
		must(t, c.PutOffers(&offers.Offer{ID: id.Offer(fmt.Sprint("off_", i)), Merchant: "mer_x", Title: "x", Category: "cafe", Reach: r, Triggers: offers.Nearby}))
	}
	var r offers.Result
	offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at})
	last := id.Offer(fmt.Sprint("off_", len(others)))
	return slices.ContainsFunc(r.Matches, func(m offers.Match) bool { return m.Offer.ID == last }) ||
		slices.ContainsFunc(r.Suppressions, func(s offers.Suppression) bool { return s.Offer.ID == last })
}

// The ancestor of a point's cell need not hold the point: children jut out over their parent.
func TestFoundWhereACellJutsOut(t *testing.T) {
	known, err := geo.NewCircle(geo.Point{Lat: 0.19640, Lon: 10.80740}, 2326)
	must(t, err)
	if !finds(t, known, geo.Point{Lat: 0.21044, Lon: 10.82267}) {
		t.Error("not found 19 m inside a circle of 2326 m")
	}
	random := rand.New(rand.NewPCG(8, 8))
	strays := 0
	for strays < 500 {
		start := []geo.Point{{Lat: 0.3, Lon: 10.5}, square, pentagon, {Lat: -16.8, Lon: 179.99}}[random.IntN(4)]
		at := geo.Destination(start, 360*random.Float64(), 60_000*math.Sqrt(random.Float64()))
		fine, err := hex.At(at, offers.Finest)
		must(t, err)
		res := 4 + random.IntN(4)
		if coarse, err := hex.At(at, res); err != nil || coarse == fine.Parent(res) {
			continue
		}
		strays++
		radius := 1_281_256 / math.Pow(7, float64(res)/2) * (1 + random.Float64()*1.5) // in edges: such as stand at res
		gap := radius/50*random.Float64() - radius/200
		reach, err := geo.NewCircle(geo.Destination(at, 360*random.Float64(), radius-gap), radius)
		must(t, err)
		if in := reach.Contains(at); finds(t, reach, at) != in {
			t.Fatalf("circle of %g m around %v holds %v: %v, but the index says otherwise", radius, [2]float64{reach.Centre().Lat, reach.Centre().Lon}, [2]float64{at.Lat, at.Lon}, in)
		}
	}
}

// Two long corridors, or a corridor and a circle, that meet where the middle of each is far.
func TestLongReachesInOneCell(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	for _, lat := range []float64{0, 52, 60, 70, 79} {
		for range 25 {
			end := geo.Point{Lat: lat + random.Float64()/10, Lon: 8}
			length := 2000 * math.Exp(random.Float64()*math.Log(50))
			corridor := func(bearing float64, forth bool) geo.Region {
				line := []geo.Point{end, geo.Destination(end, bearing, length)}
				if !forth {
					slices.Reverse(line)
				}
				r, err := geo.NewCorridor(line, 20)
				must(t, err)
				return r
			}
			one, other := 15*float64(random.IntN(24)), 15*float64(random.IntN(24))
			first, second := corridor(one, true), corridor(other, false)
			for _, beyond := range []float64{0, 5, 9, 11} {
				at := geo.Destination(end, other+180, beyond)
				if in := second.Contains(at); finds(t, second, at, first) != in {
					t.Errorf("corridor of %.0f m at %g°, bearing %g beside one of bearing %g: %g m beyond its end it is found: %v", length, lat, other, one, beyond, !in)
				}
			}
			circle, err := geo.NewCircle(geo.Destination(end, other, length*0.12), length*0.12)
			must(t, err)
			for range 4 {
				at := border(random, circle)
				if in := circle.Contains(at); finds(t, circle, at, first) != in {
					t.Errorf("circle of %.0f m at %g° beside a corridor of bearing %g: found %v at its border", circle.Radius(), lat, one, !in)
				}
			}
		}
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
	c.SetExhausted("off_b", &offers.Span{})
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
				c.SetExhausted("off_stays", nil)
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

// Whatever an offer does meanwhile, who stands in its old and its new reach finds it, once.
func TestOfferIsFoundOnceWhileItMoves(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	m := offers.NewMatcher(c, rails(t))
	reach := func(i int) *offers.Offer {
		o := circleOffer(t, "moves", geo.Destination(square, float64(i%7)*50, 60), []float64{200, 3000, 900, 20_000}[i%4])
		o.Triggers |= offers.Exit
		return o // found by its fence too
	}
	must(t, c.PutOffers(reach(0)))
	near, err := hex.At(square, offers.Finest)
	must(t, err)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for name, moment := range map[string]offers.Moment{
		"nearby": {Now: noon, Point: square, Cell: near},
		"pull":   {Now: noon, Point: square, Pull: true, Radius: 500},
	} {
		readers.Go(func() {
			var r offers.Result
			for {
				select {
				case <-stop:
					return
				default:
				}
				m.Evaluate(&r, &offers.Person{}, &moment)
				if n := len(r.Matches) + len(r.Suppressions); n != 1 {
					t.Errorf("%s: found %d times", name, n)
					return
				}
			}
		})
	}
	for i := range 1000 {
		must(t, c.PutOffers(reach(i)))
	}
	close(stop)
	readers.Wait()
}

// An offer that is put while its place goes does not keep the dead place.
func TestOfferPutBesideRemovalOfItsPlace(t *testing.T) {
	for range 500 {
		c := offers.NewCatalogue(hex.Grid{})
		must(t, c.PutPlace(&offers.Place{ID: "plc_a", Name: "a", Point: square}))
		o := circleOffer(t, "a", square, 200)
		o.Place = "plc_a"
		var both sync.WaitGroup
		both.Go(func() { must(t, c.PutOffers(o)) })
		both.Go(func() { must(t, c.RemovePlace("plc_a")) })
		both.Wait()
		var r offers.Result
		offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: square, Pull: true, Radius: 500})
		if len(r.Matches) != 1 || r.Matches[0].Place != nil {
			t.Fatalf("%d matches, the place is %v, want one without a place", len(r.Matches), r.Matches[0].Place)
		}
	}
}

// The caller's moment is read only.
func TestEvaluateLeavesTheMoment(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	must(t, c.PutOffers(circleOffer(t, "a", square, 200)))
	var r offers.Result
	for _, want := range []offers.Moment{{Now: noon, Point: square}, {Now: noon, Point: square, Pull: true}} {
		got := want
		offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &got)
		if got.Cell != want.Cell || got.Radius != want.Radius {
			t.Errorf("cell %v and radius %g, want %v and %g", got.Cell, got.Radius, want.Cell, want.Radius)
		}
	}
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	w := newWorld(t, 1, 2000)
	must(t, w.catalogue.PutPlace(&offers.Place{ID: "plc_h", Name: "h", Category: "health.hospital", Point: w.cities[0]}))
	moments, p := w.moments(t, 256), regular(t)
	for i := range moments {
		moments[i].Zone = time.FixedZone("x", 3600)
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
