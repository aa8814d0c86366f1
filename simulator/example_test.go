package simulator_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/simulator"
	"github.com/flaneur-io/flaneur/wire"
)

// A walk listens to the server: the farther the next thing that matters, the fewer fixes.
func ExampleItinerary() {
	minster := geo.Point{Lat: 47.9956, Lon: 7.8522}
	fixes := func(hint wire.Hint) (n int) {
		stops := []simulator.Stop{{Point: geo.Destination(minster, 45, 1000)}}
		walk := simulator.Itinerary(rand.New(rand.NewPCG(1, 1)), minster, time.Now(), func() (simulator.Stop, bool) {
			if len(stops) == 0 {
				return simulator.Stop{}, false
			}
			s := stops[0]
			stops = nil
			return s, true
		})
		for m, more := walk.Next(hint); more; m, more = walk.Next(hint) {
			if m.Act == nil {
				n++
			}
		}
		return n
	}
	fmt.Println("close by: many fixes,", fixes(wire.Hint{Metres: 25, Seconds: 20}) > 35)
	fmt.Println("far away: few fixes,", fixes(wire.Hint{Metres: 2000, Seconds: 600}) < 20)
	// Output:
	// close by: many fixes, true
	// far away: few fixes, true
}

// The city of the demo, and how somebody with these tastes likes its offers.
func ExampleFreiburg() {
	city, err := simulator.Freiburg()
	if err != nil {
		fmt.Println(err)
		return
	}
	tastes := simulator.Tastes{Categories: map[string]float64{"restaurant": 0.2, "restaurant.italian": 0.8}}
	for _, o := range city.Offers {
		if fit := tastes.Fit(o.Place.Category, o.Place.Brand); fit > 0.5 {
			fmt.Printf("%s at %s: %.1f\n", o.Title, o.Place.Name, fit)
		}
	}
	// Output:
	// Lunch: pasta and espresso at Trattoria Nonna Rosa: 0.8
	// Aperitivo by the river at Osteria Dreisam: 0.8
	// Lunch menu at Ristorante Fontana: 0.8
}
