// Package mood estimates affect: valence and arousal, each in [-1, 1], with a confidence, a source and an age.
// The person's own tap is the strongest source; what a phone computed from other signals may join it. Raw signals
// never reach this package's callers on the server.
//
// It decides nothing about offers and stores nothing. It is pure Go, has no clock of its own (every call takes
// the time) and runs on phones too. Types with methods that change them are not safe for concurrent use.
package mood
