package offers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// A pull answers all that lies within its radius or reaches the person, and nothing else, anywhere on the globe.
func TestPullAgreesWithGeometry(t *testing.T) {
	for _, centre := range []geo.Point{square, {Lat: -16.8, Lon: 179.99}, {Lat: 0, Lon: -180}, {Lat: 78.2, Lon: 15.6}, {Lat: 89.98, Lon: 30}} {
		t.Run(fmt.Sprint(centre.Lat, ",", centre.Lon), func(t *testing.T) {
			random := rand.New(rand.NewPCG(6, uint64(centre.Lat+100)))
			reaches := regions(t, random, centre, 300)
			c := offers.NewCatalogue(hex.Grid{})
			for i, r := range reaches {
				must(t, c.PutOffers(&offers.Offer{
					ID: id.Offer(fmt.Sprint("off_", i)), Merchant: "mer_x", Title: "x", Category: "cafe", Reach: r, Triggers: offers.Pull,
				}))
			}
			m := offers.NewMatcher(c, rails(t))
			var r offers.Result
			for _, radius := range []float64{1, 100, 1000, 5000, offers.MaxPullRadius} {
				for range 20 {
					at := geo.Destination(centre, 360*random.Float64(), 8000*random.Float64())
					m.Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon, Point: at, Pull: true, Radius: radius})
					got := map[id.Offer]bool{}
					for _, match := range r.Matches {
						if got[match.Offer.ID] {
							t.Fatalf("%s twice", match.Offer.ID)
						}
						got[match.Offer.ID] = true
					}
					for i, reach := range reaches {
						distance := geo.Distance(at, reach.Centre())
						want := distance <= radius || reach.Contains(at)
						near := distance/radius > 0.998 && distance/radius < 1.002 // distances are good to a thousandth
						if o := id.Offer(fmt.Sprint("off_", i)); got[o] != want && !near {
							t.Fatalf("%s, %g m away: got %v, want %v within %g", o, distance, got[o], want, radius)
						}
					}
				}
			}
		})
	}
}
