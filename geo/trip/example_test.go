package trip_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/trip"
)

// Somebody who goes from home to work on most mornings is half way there.
func Example() {
	home, work, gym := geo.Point{Lat: 52.50, Lon: 13.40}, geo.Point{Lat: 52.53, Lon: 13.40}, geo.Point{Lat: 52.50, Lon: 13.44}
	var h trip.History
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for day := range 4 {
		at := monday.AddDate(0, 0, day)
		h.Stay(at.Add(9*time.Hour), 2, work)
		h.Stay(at.Add(19*time.Hour), 3, gym)
		h.Stay(at.Add(22*time.Hour), 1, home)
	}
	to := h.Likely(monday.AddDate(0, 0, 4).Add(8*time.Hour), home, geo.Point{Lat: 52.515, Lon: 13.40})
	fmt.Println(to.N, to.To[0].Point == work, to.To[0].P > 0.7)
	// Output: 3 true true
}
