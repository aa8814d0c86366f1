package wearable

import "time"

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
// may leave is its Affect.
type Reading struct {
	At         time.Time           // the end of the window
	Valence    float64             // -1 to 1
	Arousal    float64             // -1 to 1
	VarV, VarA float64             // variance of the error that these had on people whom the head had not seen
	Stress     float64             // calibrated probability of stress, 0 to 1, of this window alone
	Filtered   float64             // the same, with what was seen before taken along: what guard rails use
	Classes    [NumClasses]float64 // probabilities of this window alone, sum 1
	Lasting    [NumClasses]float64 // the same, with what was seen before taken along
	Quality    float64             // of the window, 0 to 1
}
