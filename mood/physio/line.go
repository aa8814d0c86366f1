package physio

import (
	"math"
	"time"
)

const (
	second    = int64(time.Second)
	blockTime = int64(WindowStep)                // windows are made of blocks of this length
	blocks    = int64(WindowLength / WindowStep) // in a window
	jitter    = 250 * time.Millisecond           // by which a chunk may come off the beat of the one before
	farBack   = int64(WindowLength)              // beyond it a step back is a new clock, not a late chunk
	lead      = int64(MaxLead) / blockTime       // in blocks
	kept      = 16                               // blocks that are held: a power of two above a window and the lead
)

// MaxLead is how far one signal may run ahead of another: a window waits that long for a signal that is late, then it is
// made without.
const MaxLead = 30 * time.Second

// line is the place in time of an evenly sampled signal: sample n comes at start + n/rate. Times of chunks only serve to
// find gaps, so their jitter does not reach the samples.
type line struct {
	rate    float64 // samples per second
	start   int64   // Unix time, ns
	n       int64   // samples since
	behind  int64   // samples by which the present chunks come too late (at most 0): they repeat what is known
	started bool
}

// time is when sample n of the line was taken.
func (l *line) time(n int64) int64 { return l.start + int64(math.Round(float64(n)/l.rate*1e9)) }

// join fits n samples that begin at a time to the line: the first drop of them repeat what is known. It reports whether
// the rest does not follow upon what was known.
func (l *line) join(at int64, n int) (drop int, broken bool) {
	off := int64(math.Round(float64(at-l.start)*l.rate/1e9)) - l.n
	near := int64(jitter.Seconds() * l.rate)
	switch {
	case !l.started || off > near:
		*l = line{rate: l.rate, start: at, started: true}
		return 0, true
	case abs(off-l.behind) <= near: // goes on as the last chunk
	case off >= -near:
		l.behind = 0
	default:
		l.behind = off
	}
	drop = int(min(int64(n), -l.behind))
	l.behind += int64(drop)
	return drop, false
}

// until is how many samples there are from sample n to the end of its block, at least 1.
func (l *line) until() int {
	end := (l.time(l.n)/blockTime + 1) * blockTime
	k := int64(float64(end-l.start) * l.rate / 1e9)
	for k = max(k, l.n+1); l.time(k) < end; k++ { // rounding: the time of a sample is what counts
	}
	for k > l.n+1 && l.time(k-1) >= end {
		k--
	}
	return int(k - l.n)
}

func abs(x int64) int64 { return max(x, -x) }

// ring holds something for each of the last blocks.
type ring[T any] struct {
	tags  [kept]int64
	items [kept]T
}

// of returns what is held for block b, nil if nothing.
func (r *ring[T]) of(b int64) *T {
	if i := b % kept; r.tags[i] == b {
		return &r.items[i]
	}
	return nil
}

// open returns what is held for block b, which is new unless it was opened before.
func (r *ring[T]) open(b int64) *T {
	i := b % kept
	if r.tags[i] != b {
		var zero T
		r.tags[i], r.items[i] = b, zero
	}
	return &r.items[i]
}
