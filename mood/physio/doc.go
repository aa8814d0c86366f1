// Package physio turns the raw signals of a wrist device or a chest strap into features, one [Window] every ten seconds:
// optical pulse (BVP) or beat intervals, electrodermal activity, skin temperature, acceleration. It is streaming and causal
// (a window depends on samples before its end alone), its memory is bounded, and raw samples are gone when their window is.
//
// [Wrist] is what a phone runs. [ParseHeartRate] reads what a strap sends over Bluetooth. [Variability], [Decompose] and
// [Responses] look at whole recordings, for studies; they give the numbers that NeuroKit2 0.2 gives.
//
// It estimates no mood: see package mood/wearable. It has no clock: times come with the samples. It does no I/O, starts no
// goroutines and keeps no reference to what it is handed. Functions are safe for concurrent use, a Wrist belongs to one
// goroutine at a time. All types that hold what a body tells hide from logs and refuse encoders; numbers that are taken out
// of them are in the host's care.
package physio
