package offers_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Whatever the index of fences says, the geometry says too: in a city, across the antimeridian, in the far north.
func TestWayFindsEveryReachItCrosses(t *testing.T) {
	const accuracy = 20
	everywhere(t, towns[:4], 9, fence.MaxReaches, offers.Crossed, func(t *testing.T, w *town) {
		var r offers.Result
		found := 0
		for range 400 {
			from := geo.Destination(w.centre, 360*w.random.Float64(), 5000*w.random.Float64())
			to := geo.Destination(from, 360*w.random.Float64(), 200+2500*w.random.Float64())
			want := map[id.Offer]bool{}
			for i, reach := range w.reaches {
				if reach.SignedDistance(from) >= accuracy && reach.SignedDistance(to) >= accuracy && geo.Through(reach, from, to) >= accuracy {
					want[offer(i)] = true
				}
			}
			var tracker fence.Tracker
			a, b := geo.Fix{Point: from, Accuracy: accuracy, Time: noon}, geo.Fix{Point: to, Accuracy: accuracy, Time: noon.Add(time.Minute)}
			w.Track(&r, &tracker, &offers.Moment{Now: noon, Point: from}, geo.Fix{}, a)
			mo := offers.Moment{Now: b.Time, Point: to}
			w.Track(&r, &tracker, &mo, a, b)
			for _, p := range mo.Passages {
				if p.Trigger != offers.Crossed {
					continue
				}
				if found++; !want[p.Offer.ID] {
					t.Fatalf("%s is not crossed", p.Offer.ID)
				}
				delete(want, p.Offer.ID)
			}
			if len(want) > 0 {
				t.Fatalf("missing: %v", want)
			}
		}
		if found == 0 {
			t.Fatal("nothing was crossed: the test is empty")
		}
	})
}

// Each of an offer's shops is entered apart.
func TestShopsAreTrackedApart(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	shops := []id.Place{"plc_a", "plc_b"}
	for i, p := range shops {
		must(t, c.PutPlace(&offers.Place{ID: p, Merchant: "mer_x", Name: "x", Category: "cafe", Point: geo.Destination(square, 90, float64(i)*800)}))
	}
	must(t, c.PutOffers(&offers.Offer{
		ID: "off_x", Merchant: "mer_x", Title: "x", Category: "cafe", Places: shops, Radius: 100, Triggers: offers.Enter | offers.Exit,
	}))
	m := offers.NewMatcher(c, rails(t))
	var r offers.Result
	var tracker fence.Tracker
	var before geo.Fix
	var got []string
	for i, metres := range []float64{-600, 0, 400, 800, 1400} {
		fix := geo.Fix{Point: geo.Destination(square, 90, metres), Accuracy: 10, Time: noon.Add(time.Duration(i) * time.Minute)}
		mo := offers.Moment{Now: fix.Time, Point: fix.Point}
		m.Track(&r, &tracker, &mo, before, fix)
		for _, p := range mo.Passages {
			got = append(got, fmt.Sprint(p.Trigger, " ", p.Place.ID))
		}
		before = fix
	}
	if want := "[enter plc_a exit plc_a enter plc_b exit plc_b]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
