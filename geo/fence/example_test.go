package fence_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/geo/fence"
)

func Example() {
	var t fence.Tracker
	at, before := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC), 80.0
	for _, distance := range []float64{60, 20, -15, -40, -60} { // metres from the border, a fix every five seconds
		at = at.Add(5 * time.Second)
		t.Advance(fence.Fix{At: at, Accuracy: 8, Moved: before - distance})
		for _, e := range t.See(nil, fence.Reach{Key: 1, Distance: distance, Before: before, Cooldown: 6 * time.Hour}) {
			fmt.Println(e.Kind == fence.Entered, "with confidence", e.Confidence)
		}
		before = distance
	}
	// Output: true with confidence 3
}
