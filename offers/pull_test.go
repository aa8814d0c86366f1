package offers_test

import (
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// A pull answers all that lies within its radius or reaches the person, and nothing else, anywhere on the globe.
func TestPullAgreesWithGeometry(t *testing.T) {
	everywhere(t, towns, 6, 300, offers.Pull, func(t *testing.T, w *town) {
		var r offers.Result
		for _, radius := range []float64{1, 100, 1000, 5000, offers.MaxPullRadius} {
			for range 20 {
				at := geo.Destination(w.centre, 360*w.random.Float64(), 8000*w.random.Float64())
				w.Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at, Pull: true, Radius: radius})
				got := map[id.Offer]bool{}
				for _, match := range r.Matches {
					if got[match.Offer.ID] {
						t.Fatalf("%s twice", match.Offer.ID)
					}
					got[match.Offer.ID] = true
				}
				for i, reach := range w.reaches {
					distance := geo.Distance(at, reach.Centre())
					want := distance <= radius || reach.Contains(at)
					near := distance/radius > 0.998 && distance/radius < 1.002 // distances are good to a thousandth
					if o := offer(i); got[o] != want && !near {
						t.Fatalf("%s, %g m away: got %v, want %v within %g", o, distance, got[o], want, radius)
					}
				}
			}
		}
	})
}
