package baseline_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/mood/baseline"
)

// A heart that beats 68 times a minute races for this person, and still does after a minute of it.
func Example() {
	const floor = 2 // beats per minute
	pace := baseline.Pace{Settle: 30, Horizon: 8640}
	var rest baseline.Norm
	for i := range 360 { // an hour, every ten seconds
		rest.Learn(54+float64(i%3), floor, 1, pace)
	}
	fmt.Printf("%+.1f\n", rest.Score(68, floor))
	for range 6 { // a minute of stairs
		rest.Learn(68, floor, 1, pace)
	}
	fmt.Printf("%+.1f\n", rest.Score(68, floor))
	// Output:
	// +4.6
	// +3.7
}
