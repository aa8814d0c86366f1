//go:build race

package engine_test

// The race detector makes sync.Pool forget on purpose.
const raceDetector = true
