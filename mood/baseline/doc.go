// Package baseline follows what is usual for one person, one number at a time, so that a measurement can be read as a
// difference from the person's own and not from other people's: a [Norm] is a running mean and spread that knows the past
// alone, forgets slowly, and is winsorised, so that an episode never becomes the baseline.
//
// Heads keep one Norm per feature (and per part of the day, where that matters), compare first and learn after:
//
//	z := norm.Score(x, floor)          // with what was known before x
//	norm.Learn(x, floor, weight, pace) // only then
//
// Where a head is a sum of such differences, [Compare] does both.
//
// It knows no features, no people and no clock, and stores nothing. A Norm is plain data of 24 bytes, not safe for
// concurrent use; heads that hold some see to it that they leave the phone in no log and no encoder.
package baseline
