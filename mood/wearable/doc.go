// Package wearable estimates affect from what a wrist device or a strap measures: the windows of package mood/physio
// are compared with the person's own [Baseline], weighed by a small versioned table of weights, calibrated and filtered,
// and leave as a [mood.Affect] of source Wearable with a probability of stress. It runs on the phone, where all its state
// stays: about 4 kB a person, no allocations, a microsecond a window. It has no clock, measures nothing and sends nothing.
//
//	window ─► Baseline ─► Contrast ─► heads ─► calibration ──────────► Reading.Stress, Classes, Valence, Arousal
//	         (what is     (this minute,   └──► Memory ─► calibration ─► Reading.Filtered, Lasting
//	          usual)       five minutes)
//
// # Heads
//
// All are weighted sums of standard deviations from the person's own usual, so that each reading can be explained by its
// terms. Stress is told from everything else; amusement only from a neutral state, by other features, as what tells stress
// got in its way. Valence and arousal are points on a scale, with the variance of their error. Devices without skin
// conductance have heads of their own.
//
// The weights that come with the package are made by hand from published effects (weights.json says which) and
// calibrated on invented people; they err on the side of protection.
// Weights that are fitted to recordings do far better on people and tasks like those recorded; whose they are, and under
// which terms, is part of the table. `flaneur eval mood` tells how far either goes.
//
// # What it can't know
//
// A body tells activation better than pleasantness, and neither what it is about. Laboratory stress is strong and alone;
// days have stairs, coffee and heat. Amusement was told from rest largely by skin temperature, which drifts in a session by
// itself: do not rely on it.
//
// Methods that change a value are not safe for concurrent use.
package wearable
