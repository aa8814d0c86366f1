package wearable

import (
	"time"

	"github.com/flaneur-io/flaneur/mood"
)

// Class is what a short stretch of time most resembles.
type Class uint8

// The classes, as in the data that heads are fitted and tested on.
const (
	Neutral Class = iota // at rest or busy as usual
	Stressed
	Amused
	NumClasses
)

// Reading is what one window tells about the person, before it is fused with anything else. It stays on the phone; what
// may leave is its Affect. It hides from logs and refuses encoders.
type Reading struct {
	secret
	At         time.Time           // the end of the window
	Valence    float64             // -1 to 1
	Arousal    float64             // -1 to 1
	VarV, VarA float64             // variance of the error that these had on people whom the head had not seen
	Stress     float64             // calibrated probability of stress, 0 to 1, of this window and what is recent in it
	Filtered   float64             // the same, with what was seen before taken along: what guard rails use
	Classes    [NumClasses]float64 // probabilities of this window, sum 1
	Lasting    [NumClasses]float64 // the same, with what was seen before taken along
	Quality    float64             // of the window, 0 to 1
}

// How far mood.Estimator expects a wearable to be wrong, at a confidence of 1: the variance of its error, and the share of it
// that lasts, which no confidence changes.
const errorV, errorA, lasting = 0.12, 0.09, 0.6

// Affect is what may leave the phone. Its confidence is such that an Estimator expects valence and arousal to be wrong by at
// least the variance that the head had on people whom it did not know, divided by the quality. It reports false if the
// quality is 0. Hand one over every minute, and when Filtered jumps; an Estimator knows that readings which lie nearer
// share what they saw.
func (r *Reading) Affect() (mood.Affect, bool) {
	confidence := min(trust(errorV, r.VarV/r.Quality), trust(errorA, r.VarA/r.Quality))
	if !(confidence > 0) {
		return mood.Affect{}, false
	}
	return mood.Affect{
		Valence: r.Valence, Arousal: r.Arousal, Confidence: confidence, Stress: r.Filtered,
		Source: mood.Wearable, At: r.At,
	}, true
}

// trust is the confidence with which an Estimator that expects one variance takes a reading to have another.
func trust(expected, variance float64) float64 {
	return min(1, (1-lasting)*expected/max(variance-lasting*expected, 1e-9))
}
