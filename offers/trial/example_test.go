package trial_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/offers/trial"
)

// A policy that always shows the first of two offers, judged from a log in which each was shown half of the time.
func Example() {
	var log []trial.Decision
	for i := range 1000 {
		d := trial.Decision{Propensity: 0.5}
		if i%2 == 0 { // the first offer was shown, and taken every other time
			d.Target = 1
			d.Reward = float64(i / 2 % 2)
		}
		log = append(log, d)
	}
	e, err := trial.Of(log, false)
	fmt.Printf("logged %.2f, the policy %.2f, %v\n", e.Logged.Value, e.SNIPS.Value, err)
	// Output: logged 0.25, the policy 0.50, <nil>
}
