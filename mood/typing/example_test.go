package typing_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/mood/typing"
)

// Counts and durations go in; what was typed has no place.
func Example() {
	var reader typing.Reader
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	for i := range 40 { // messages at this person's usual pace
		at = at.Add(20 * time.Minute)
		reader.Take(typing.Burst{At: at, Keys: 120, Corrections: 6 + i%3, Typing: time.Duration(36+i%5) * time.Second})
	}
	hasty := typing.Burst{At: at.Add(time.Hour), Keys: 120, Corrections: 6, Typing: 25 * time.Second}
	if affect, ok := reader.Take(hasty); ok {
		fmt.Printf("arousal %+.1f with confidence %.1f\n", affect.Arousal, affect.Confidence)
	}
	// Output: arousal +0.3 with confidence 0.3
}
