package offers_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

const mixed = 10_000 // offers

// newMixed returns a city of ten thousand offers of every sort: circles, polygons, corridors, cells, around one store,
// some or all of a merchant's; with all triggers, hours, conditions, audiences, limits, hold-outs and items.
func newMixed(tb testing.TB) *world {
	tb.Helper()
	random := rand.New(rand.NewPCG(21, 22))
	w := &world{catalogue: offers.NewCatalogue(hex.Grid{}), cities: []geo.Point{square}}
	w.matcher = offers.NewMatcher(w.catalogue, rails(tb))
	const merchants, stores = 200, 20
	for i := range merchants * stores {
		place := &offers.Place{
			ID: id.Place(fmt.Sprint("plc_", i)), Merchant: id.Merchant(fmt.Sprint("mer_", i%merchants)), Name: "x", Zone: "Europe/Berlin",
			Hours: []string{"", "Mo-Sa 08:00-20:00", "Mo-Fr 09:00-13:00,14:00-18:00"}[i%3], Point: somewhere(random, square, cityRadius),
		}
		must(tb, w.catalogue.PutPlace(place))
		w.catalogue.PutStock(place.ID, []offers.StockItem{{Place: place.ID, SKU: "thing", Quantity: i % 10}}, nil)
	}
	list := make([]*offers.Offer, mixed)
	for i := range list {
		list[i] = mixedOffer(tb, random, i, merchants, stores)
		must(tb, list[i].Validate())
	}
	before := heap()
	must(tb, w.catalogue.PutOffers(list...))
	w.bytes = (heap() - before) / mixed
	for i := 0; i < mixed; i += 20 {
		w.catalogue.SetExhausted(list[i].ID, &offers.Span{From: noon.AddDate(0, 0, -1), Until: noon.AddDate(0, 0, 1)})
	}
	return w
}

func mixedOffer(tb testing.TB, random *rand.Rand, i, merchants, stores int) *offers.Offer {
	m := i % merchants
	o := &offers.Offer{
		ID: id.Offer(fmt.Sprint("off_", i)), Merchant: id.Merchant(fmt.Sprint("mer_", m)), Version: 1, Title: "x",
		Category: categories[random.IntN(len(categories))], Reward: offers.Reward{Kind: offers.Percent, Value: 10},
		Triggers: []offers.Trigger{
			offers.Nearby, offers.Enter, offers.Exit, offers.Dwell, offers.Crossed, offers.OnTheWay, offers.Pull, offers.Nearby | offers.Enter | offers.OnTheWay,
		}[random.IntN(8)],
	}
	if o.Triggers&offers.Dwell != 0 {
		o.Dwell = 5 * time.Minute
	}
	place := func(k int) id.Place { return id.Place(fmt.Sprint("plc_", k*merchants+m)) } // the merchant's k-th
	switch {
	case i < 100: // one in a hundred
		o.AllPlaces, o.Radius = true, 200
	case i < 500:
		o.Radius = 200
		for k := range 5 {
			o.Places = append(o.Places, place(k))
		}
	case i < 3000:
		o.Place, o.Radius = place(random.IntN(stores)), 100+300*random.Float64()
	default:
		o.Reach = mixedReach(tb, random, i)
	}
	if i%3 == 0 {
		o.Hours = []string{"Mo-Fr 11:00-14:00", "Mo-Su 09:00-22:00", "Sa,Su"}[i/3%3]
	}
	switch i % 10 {
	case 1:
		o.Conditions.NewCustomer = true
	case 2:
		o.Conditions.BoughtCategory = "restaurant"
	case 3:
		o.Audience.Any = []string{"student"}
	case 4:
		o.Audience.Languages = []string{"de"}
	case 5:
		o.Holdout = 10
	case 6:
		o.Items = []string{"thing"}
	case 7:
		o.Budget = offers.Budget{Total: 100, PerUser: 1, Limits: []offers.Limit{{Scope: offers.PerStore, Period: offers.Day, Count: 5}}}
	}
	return o
}

func mixedReach(tb testing.TB, random *rand.Rand, i int) (r geo.Region) {
	at := somewhere(random, square, cityRadius)
	var err error
	switch i % 8 {
	case 0: // a quarter of a town
		var ring []geo.Point
		for k := range 12 {
			ring = append(ring, geo.Destination(at, float64(k)*30, 200+200*random.Float64()))
		}
		r, err = geo.NewPolygon(append(ring, ring[0]))
	case 1:
		r, err = geo.NewCorridor([]geo.Point{at, geo.Destination(at, 360*random.Float64(), 400), geo.Destination(at, 360*random.Float64(), 800)}, 60)
	case 2:
		var cell geo.Cell
		cell, err = hex.At(at, 10)
		must(tb, err)
		var cells []geo.Cell
		cells, err = hex.Disk(nil, cell, 2)
		must(tb, err)
		r, err = hex.Region(cells[:15])
	default:
		r, err = geo.NewCircle(at, 50+450*random.Float64()*random.Float64())
	}
	must(tb, err)
	return r
}

// walk is somebody on their way: a fix every 15 seconds.
type walk struct {
	tracker fence.Tracker
	steps   []offers.Moment
	last    geo.Fix
}

func newWalks(tb testing.TB, n, steps int) []*walk {
	tb.Helper()
	random := rand.New(rand.NewPCG(23, 24))
	walks := make([]*walk, n)
	for i := range walks {
		w := &walk{}
		at, course := somewhere(random, square, 0.6*cityRadius), 360*random.Float64()
		for range steps {
			course += 30 * random.NormFloat64()
			at = geo.Destination(at, course, 21)
			cell, err := hex.At(at, offers.Finest)
			must(tb, err)
			w.steps = append(w.steps, offers.Moment{
				Point: at, Cell: cell, Step: geo.Step{Speed: 1.4, Course: float64(int(course+3600) % 360)},
				Mood: mood.Estimate{Valence: 0.1, Arousal: -0.5, Confidence: 0.8}, MoodLevel: mood.Help,
			})
		}
		walks[i] = w
	}
	return walks
}

// step takes the walk on by its n-th fix: what the engine asks of the matcher for one position.
func (w *walk) step(m *offers.Matcher, r *offers.Result, p *offers.Person, n int) {
	mo := &w.steps[n%len(w.steps)]
	mo.Now = noon.Add(time.Duration(n) * 15 * time.Second)
	fix := geo.Fix{Point: mo.Point, Accuracy: 10, Time: mo.Now}
	m.Track(r, &w.tracker, mo, w.last, fix)
	m.Evaluate(r, p, mo)
	w.last = fix
}

// BenchmarkMixedOffers is one evaluation among ten thousand offers with mixed rules, by somebody who walks through them.
func BenchmarkMixedOffers(b *testing.B) {
	w, walks, p := newMixed(b), newWalks(b, 64, 64), regular(b)
	var r offers.Result
	reached := 0
	for i := range 4096 {
		walks[i%64].step(w.matcher, &r, p, i/64)
		reached += len(r.Matches) + len(r.Suppressions)
	}
	b.ReportAllocs()
	took := make([]time.Duration, 0, 1<<20)
	for i := 4096; b.Loop(); i++ {
		began := time.Now()
		walks[i%64].step(w.matcher, &r, p, i/64)
		if len(took) < cap(took) {
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
	b.ReportMetric(float64(reached)/4096, "fired/op")
	b.ReportMetric(w.bytes, "B/offer")
}

// One evaluation among offers of every sort allocates nothing.
func TestMixedOffersAllocateNothing(t *testing.T) {
	w, walks, p := newMixed(t), newWalks(t, 4, 64), regular(t)
	var r offers.Result
	n := 0
	step := func() {
		walks[n%4].step(w.matcher, &r, p, n/4)
		n++
	}
	for range 512 {
		step()
	}
	if allocs := testing.AllocsPerRun(1000, step); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
