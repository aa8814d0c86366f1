package push

import (
	"math/rand/v2"
	"time"
)

// Backoff says how long to wait before the next attempt: Base doubled at each attempt up to Max, of which a random
// half is taken off, so that what failed together is not tried again together ("equal jitter").
type Backoff struct {
	Base, Max time.Duration
}

// Delay returns the wait after the given number of failed attempts, from 1 on. The service's own wish, after (0 if
// it has none), is a lower limit, not cut by Max; the jitter then comes on top.
func (b Backoff) Delay(attempts int, after time.Duration, random *rand.Rand) time.Duration {
	d := b.Base
	for i := 1; i < attempts && d < b.Max; i++ {
		d *= 2
	}
	d = min(d, b.Max)
	jitter := time.Duration(random.Int64N(int64(d/2) + 1))
	if after > d-d/2 {
		return after + jitter
	}
	return d - d/2 + jitter
}
