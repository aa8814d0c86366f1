// Package insight keeps a merchant's numbers: what came of each offer, day by day; what a hold-out shows about its effect;
// and how many people pass through a reach.
//
// It counts and forgets who: only counts are stored. To tell different people apart it holds keyed hashes of their ids in
// memory, under a key that is never written down and dies every day. Nothing is shown that is about fewer different
// people than the minimum cohort, nor can it be had by subtracting one answer from another in the obvious ways: see
// numbers.go. What is left to differential privacy is written in docs/numbers.md.
//
// Tell never waits and may be called under any lock. All methods are safe for concurrent use.
package insight
