package engine

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// Somebody with a past of 110 events (80 visits, 15 purchases, 15 deliveries of which half were answered) and a mood takes 8 kB at
// most, with all that the engine keeps of them.
func TestPersonWithAPastFitsEightKilobytes(t *testing.T) {
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		t.Fatal(err)
	}
	index := offers.NewCatalogue(hex.Grid{})
	m := offers.NewMatcher(index, rails)
	m.LearnWith(offers.Live, offers.NewLearner(offers.DefaultLearnerOptions()))
	w := pastWorld(t, index)
	const people = 300
	list := make([]*person, people)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range list {
		list[i] = &person{id: id.User(fmt.Sprint("usr_", i))}
		w.live(t, m, list[i], rng)
	}
	with := heapNow()
	runtime.KeepAlive(list)
	clear(list)
	each := (with - heapNow()) / people
	t.Logf("%.0f B each", each)
	if each > 8192 {
		t.Errorf("a person with a past takes %.0f bytes, more than 8192", each)
	}
}

func heapNow() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// past is a town of places, each with an offer.
type past struct {
	places []*offers.Place
	offers []*offers.Offer
}

func pastWorld(t *testing.T, index *offers.Catalogue) (w past) {
	categories := []string{"cafe.coffee", "restaurant.italian", "supermarket", "shop.books", "bakery", "culture.cinema", "sport.gym", "shop.clothes"}
	for i := range 60 {
		p := &offers.Place{
			ID: id.Place(id.New(id.PrefixPlace)), Name: "p", Category: categories[i%len(categories)], Merchant: id.Merchant(id.New(id.PrefixMerchant)),
			Point: geo.Point{Lat: 48 + float64(i)/1000, Lon: 11}, Brand: fmt.Sprint("brand", i%20),
		}
		reach, err := geo.NewCircle(p.Point, 200)
		if err != nil {
			t.Fatal(err)
		}
		o := &offers.Offer{
			ID: id.Offer(id.New(id.PrefixOffer)), Merchant: p.Merchant, Title: "o", Category: p.Category, Brand: p.Brand, Place: p.ID, Reach: reach,
			Triggers: offers.Nearby, Reward: offers.Reward{Kind: offers.Percent, Value: 10},
		}
		if err := index.PutPlace(p); err != nil {
			t.Fatal(err)
		}
		if err := index.PutOffers(o); err != nil {
			t.Fatal(err)
		}
		w.places, w.offers = append(w.places, p), append(w.offers, o)
	}
	return w
}

// live gives a person a past of three months.
func (w *past) live(t *testing.T, m *offers.Matcher, p *person, rng *rand.Rand) {
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var u update
	for i := range 80 {
		at := start.Add(time.Duration(i) * 27 * time.Hour)
		place := w.places[int(12*rng.ExpFloat64())%len(w.places)]
		m.Visit(&p.matching, at, place, i == 0)
		p.matching.Visited(at, place)
		if i%5 == 0 {
			p.matching.Purchased(at, place.Category, place.Brand, place.Merchant)
		}
		if i%5 > 0 {
			continue
		}
		u.moment = offers.Moment{Now: at, Point: place.Point, Pull: true, Radius: 2000}
		m.Evaluate(&u.result, &p.matching, &u.moment)
		best := &u.result.Matches[0]
		p.matching.Delivered(at, best.Offer)
		p.matching.DeliveredAt(best.Offer.ID, best.Place.ID)
		p.matching.Decided(at, &u.result, best, 1)
		if i%2 == 0 {
			m.Answer(&p.matching, at, offers.Liked, best.Offer, true)
			p.matching.Feedback(at, offers.Liked, best.Offer)
		}
	}
	if n := m.Learned(&p.matching, offers.Live, start).Been; len(n) < 70 {
		t.Fatalf("only %d visits are kept", len(n))
	}
	p.moods = new(mood.Estimator)
	p.moods.Observe(mood.Affect{Valence: 0.3, Arousal: 0.1, Confidence: 1, Source: mood.SelfReport, At: start})
}
