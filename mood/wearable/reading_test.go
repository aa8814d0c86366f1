package wearable_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/mood/wearable"
)

// A reading says what a minute resembles, with probabilities that add up to one.
func ExampleReading() {
	r := wearable.Reading{Classes: [wearable.NumClasses]float64{wearable.Neutral: 0.75, wearable.Stressed: 0.25}, Stress: 0.25}
	fmt.Println(r.Classes[wearable.Stressed] == r.Stress)
	// Output: true
}
