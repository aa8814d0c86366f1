package offers_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// world is an invented catalogue: cities of equal density, offers of 50 to 500 m anywhere in them.
type world struct {
	catalogue *offers.Catalogue
	matcher   *offers.Matcher
	cities    []geo.Point
	bytes     float64 // of the catalogue per offer, without the offers themselves
}

const cityRadius = 9_800 // metres; 10,000 offers in it: 33 in a square kilometre

var categories = []string{
	"restaurant.italian", "restaurant.thai", "cafe.coffee", "bakery", "supermarket", "shop.clothes", "shop.shoes", "shop.books",
	"culture.cinema", "sport.gym", "bar.pub", "health.pharmacy", "beauty.hair", "shop.electronics", "gambling.casino", "outdoors.park",
}

func newWorld(tb testing.TB, cities, perCity int) *world {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	rails, err := offers.DefaultGuardrails()
	must(tb, err)
	w := &world{catalogue: offers.NewCatalogue(hex.Grid{})}
	w.matcher = offers.NewMatcher(w.catalogue, rails)
	var list []*offers.Offer
	for c := range cities {
		centre := geo.Point{Lat: 42 + float64(c%10), Lon: -5 + 2*float64(c/10)}
		w.cities = append(w.cities, centre)
		for i := range perCity {
			reach, err := geo.NewCircle(somewhere(random, centre, cityRadius), 50+450*random.Float64()*random.Float64())
			must(tb, err)
			list = append(list, &offers.Offer{
				ID: id.Offer(fmt.Sprintf("off_%d_%d", c, i)), Merchant: id.Merchant(fmt.Sprintf("mer_%d", i%500)), Title: "x",
				Category: categories[random.IntN(len(categories))], Brand: fmt.Sprint("brand", i%50), Reach: reach,
				Triggers: offers.Nearby | offers.Enter | offers.OnTheWay, Reward: offers.Reward{Kind: offers.Percent, Value: 10},
			})
		}
	}
	before := heap()
	var wg sync.WaitGroup
	for part := range 4 {
		wg.Go(func() { must(tb, w.catalogue.PutOffers(list[part*len(list)/4:(part+1)*len(list)/4]...)) })
	}
	wg.Wait()
	w.bytes = (heap() - before) / float64(len(list))
	return w
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func somewhere(random *rand.Rand, centre geo.Point, radius float64) geo.Point {
	x, y := 1.0, 1.0
	for x*x+y*y > 1 {
		x, y = 2*random.Float64()-1, 2*random.Float64()-1
	}
	const degree = 111_195.0
	return geo.Point{Lat: centre.Lat + y*radius/degree, Lon: centre.Lon + x*radius/(degree*0.7)}
}

// moments returns walkers all over the cities, their cells known as the engine knows them.
func (w *world) moments(tb testing.TB, n int) []offers.Moment {
	tb.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	out := make([]offers.Moment, n)
	for i := range out {
		p := somewhere(random, w.cities[random.IntN(len(w.cities))], cityRadius*0.8)
		cell, err := hex.At(p, offers.Finest)
		must(tb, err)
		out[i] = offers.Moment{
			Now: noon, Point: p, Cell: cell, Step: geo.Step{Speed: 1.4, Course: random.Float64() * 360},
			Mood: mood.Estimate{Valence: 0.1, Arousal: -0.5, Confidence: 0.8}, MoodLevel: mood.Help,
		}
	}
	return out
}

var noon = time.Date(2026, 5, 4, 12, 10, 0, 0, time.UTC)

// regular is a person with a usual amount of history.
func regular(tb testing.TB) *offers.Person {
	tb.Helper()
	p := &offers.Person{}
	must(tb, p.SetInterests([]string{"culture", "shop.books"}))
	must(tb, p.SetBlocks([]offers.Block{{Kind: offers.BlockCategory, Value: "bar"}, {Kind: offers.BlockBrand, Value: "brand3"}}))
	must(tb, p.SetMoodChoices([]offers.MoodChoice{{State: mood.Drained, Categories: []string{"restaurant.italian", "cafe"}}}))
	for i := range 20 {
		at := noon.AddDate(0, 0, -3*i)
		p.Purchased(at, categories[i%len(categories)], fmt.Sprint("brand", i), id.Merchant(fmt.Sprint("mer_", i)))
		p.Delivered(at, &offers.Offer{ID: id.Offer(fmt.Sprint("off_0_", i))})
	}
	return p
}

func BenchmarkEvaluate(b *testing.B) {
	for _, size := range []struct{ cities, perCity int }{{1, 10_000}, {10, 10_000}, {100, 10_000}, {1, 100_000}} {
		b.Run(fmt.Sprintf("cities=%d/offers=%d", size.cities, size.cities*size.perCity), func(b *testing.B) {
			w := newWorld(b, size.cities, size.perCity)
			moments, p := w.moments(b, 4096), regular(b)
			var r offers.Result
			candidates, matches := 0, 0
			for i := range moments {
				w.matcher.Evaluate(&r, p, &moments[i])
				matches += len(r.Matches)
				candidates += len(r.Matches) + len(r.Suppressions)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.matcher.Evaluate(&r, p, &moments[i&4095])
			}
			b.ReportMetric(float64(candidates)/4096, "reached/op")
			b.ReportMetric(float64(matches)/4096, "matches/op")
			b.ReportMetric(w.bytes, "B/offer")
		})
	}
}

// BenchmarkOnTheWay is one evaluation of somebody who told where they walk: all offers along the next kilometre or so
// are looked at, too.
func BenchmarkOnTheWay(b *testing.B) {
	w := newWorld(b, 1, 10_000)
	moments, p := w.moments(b, 4096), regular(b)
	var r offers.Result
	found := 0
	for i := range moments {
		mo := &moments[i]
		mo.Heading = trip.To(geo.Destination(mo.Point, mo.Step.Course, 3000), trip.Walk)
		w.matcher.Evaluate(&r, p, mo)
		found += len(r.Matches) + len(r.Suppressions)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.matcher.Evaluate(&r, p, &moments[i&4095])
	}
	b.ReportMetric(float64(found)/4096, "found/op")
}

func BenchmarkNextReach(b *testing.B) {
	w := newWorld(b, 1, 10_000)
	moments := w.moments(b, 4096)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.catalogue.NextReach(moments[i&4095].Point, offers.Live, 0)
	}
}

func BenchmarkPull(b *testing.B) {
	w := newWorld(b, 1, 10_000)
	moments, p := w.moments(b, 64), regular(b)
	var r offers.Result
	for i := 0; b.Loop(); i++ {
		mo := moments[i&63]
		mo.Pull, mo.Radius = true, 1000
		w.matcher.Evaluate(&r, p, &mo)
	}
}

func BenchmarkPutOffers(b *testing.B) {
	for _, batch := range []int{1, 1000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			w := newWorld(b, 1, 10_000)
			var list []*offers.Offer
			for i := range 10_000 {
				o := *w.catalogue.Offer(id.Offer(fmt.Sprint("off_0_", i)))
				list = append(list, &o)
			}
			b.ReportAllocs()
			at := 0
			for b.Loop() {
				must(b, w.catalogue.PutOffers(list[at:at+batch]...))
				at = (at + batch) % (len(list) - batch + 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/offer")
		})
	}
}
