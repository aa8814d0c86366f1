// Package wearable estimates affect from what a wrist device or a strap measures: the windows of package mood/physio
// are compared with the person's own [Baseline], weighed by a small versioned table of weights, calibrated and filtered,
// and leave as a [mood.Affect] of source Wearable with a probability of stress. It runs on the phone, where all its state
// stays.
package wearable
