package wearer_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// A person sits for ten minutes and is then under stress.
func Example() {
	w := wearer.New(wearer.Invent(1), 1, time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	rate := func(scene wearer.Scene) float64 {
		var s wearer.Second
		beats, total := 0, 0.0
		for range 600 {
			w.Next(&scene, &s)
			for _, interval := range s.Beats {
				beats, total = beats+1, total+interval
			}
		}
		return 60000 * float64(beats) / total
	}
	calm := rate(wearer.Scene{Activity: wearer.Sitting})
	stressed := rate(wearer.Scene{Activity: wearer.Sitting, Stress: 1})
	fmt.Println("the heart beats faster:", stressed > calm+5)
	fmt.Printf("stress, in truth: %.1f\n", w.Feeling().Stress)
	// Output:
	// the heart beats faster: true
	// stress, in truth: 1.0
}
