// Package physio turns the raw signals of a wrist device or a chest strap into features, one [Window] every ten seconds:
// optical pulse (BVP) or beat intervals, electrodermal activity, skin temperature, acceleration. It is streaming and causal
// (a window depends on samples before its end alone), its memory is bounded, and raw samples are gone when their window is.
//
// It estimates no mood: see package mood/wearable. It has no clock; times come with the samples.
package physio
