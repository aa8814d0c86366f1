// Package wearer invents what a wrist device or a strap measures on a person whose mood is known, so that the whole way
// from signals to an estimate can be tried without anybody's data: a [Person] drawn from a seed, a [Wearer] who lives
// through scenes second by second, and a [Study] of several people in files, as a research recorder writes them.
//
// Behind the signals is a hidden path of valence and arousal (Ornstein-Uhlenbeck processes) with episodes of stress.
// Sympathetic tone follows it, and so do heart rate, beat-to-beat variability, pulse wave, skin conductance and skin
// temperature. What the person does shows too: walking raises the heart rate without stress, hands shake the pulse.
//
// # Where the numbers are from
//
// A comment beside a number names its source; "assumed" says that there is none but plausibility. They were set from
// published values and then compared with recordings of ten people at rest and under stress (Schmidt et al. 2018,
// "Introducing WESAD"): medians lie in the range found there, or close by, which a test repeats if FLANEUR_TESTDATA names
// the folder with those data. Nothing is fitted to them.
//
// What an estimator reaches on invented people says that it works, not how well it would work on real ones: real bodies
// differ from one another in ways that no such model has.
//
// # Limits
//
// It knows no illness, no arrhythmia, no drugs, no sleep and no weather. Face, voice and typing are not invented.
//
// The same seed gives the same samples on one kind of processor; another may round the last bit differently. Nothing
// grows with time. A Wearer is for one goroutine; everything else is a value.
package wearer
