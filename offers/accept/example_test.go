package accept_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// Coffee is taken in the morning and never in the evening. What everybody's answers taught corrects a first score of even odds.
func Example() {
	const category, categoryAndHour = 1, 2
	const coffee = 7
	features := func(hour uint64) []accept.Feature {
		return []accept.Feature{accept.Hash1(category, coffee), accept.Hash2(categoryAndHour, coffee, hour/6)}
	}
	m := accept.New(accept.Defaults())
	fmt.Printf("untaught: %.2f\n", m.Probability(m.Score(features(8), 0, nil)))
	for range 200 {
		m.Learn(features(8), 0, true, 1)
		m.Learn(features(20), 0, false, 1)
	}
	fmt.Println("morning before evening:", m.Score(features(8), 0, nil) > m.Score(features(20), 0, nil))

	var person accept.Responses
	person.Note(coffee, false, 1000)
	rate, n := person.Rate(coffee, 0.5, 1000)
	fmt.Printf("own rate after %.0f answer: %.2f\n", n, rate)
	// Output:
	// untaught: 0.50
	// morning before evening: true
	// own rate after 1 answer: 0.33
}
