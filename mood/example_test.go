package mood_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/mood"
)

// A tap on a word is understood at once, and fades.
func Example() {
	tap, _ := mood.ParseLabel("drained")
	morning := time.Date(2026, 5, 4, 11, 30, 0, 0, time.UTC)

	var me mood.Estimator
	me.Observe(mood.Affect{
		Valence: tap.Valence, Arousal: tap.Arousal, Confidence: 1,
		Source: mood.SelfReport, At: morning,
	})
	for _, later := range []time.Duration{0, time.Hour, 3 * time.Hour} {
		now := me.At(morning.Add(later))
		fmt.Printf("%-4v known %-5v %v\n", later.Round(time.Hour), now.Known(), now.State())
	}
	// Output:
	// 0s   known true  drained
	// 1h0m0s known true  drained
	// 3h0m0s known false unknown
}

// Only an explicit export shows an estimate, to the person it is about.
func ExampleEstimate_Export() {
	feels := mood.Estimate{Valence: 0.5, Arousal: -0.25, Confidence: 0.5, Distress: 0.01}
	fmt.Println(feels)
	fmt.Printf("%+v\n", feels.Export())
	// Output:
	// (hidden)
	// {Valence:0.5 Arousal:-0.25 Confidence:0.5 Distress:0.01 State:calm}
}

// A sealed record keeps the estimator from one start of the program to the next.
func ExampleEstimator_AppendState() {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	var before, after mood.Estimator
	before.Observe(mood.Affect{Valence: -0.6, Arousal: 0.6, Confidence: 1, Source: mood.SelfReport, At: now})
	if err := after.UnmarshalState(before.AppendState(nil)); err != nil {
		fmt.Println(err)
	}
	fmt.Println(after.At(now).State(), after == before)
	// Output: stressed true
}
