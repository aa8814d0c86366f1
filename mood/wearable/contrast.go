package wearable

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

const (
	recent  = 30               // windows that Contrast.Recent looks back on, about: five minutes
	keep    = 0.85             // of Memory, from window to window: it looks back on about a minute
	broken  = 3 * time.Minute  // without windows: what went before tells nothing any more
	off     = 15 * time.Minute // without quality: the device was not worn
	settled = 30               // windows after which there is a baseline to speak of
	ceiling = 8                // log-odds beyond which a score says no more
)

// Contrast is how the present differs from what is usual for a person, by feature, in standard deviations; 0 for what was
// not measured. Five minutes: Task Force of the European Society of Cardiology 1996, Circulation 93: 1043-1065.
type Contrast struct {
	Window [physio.NumFeatures]float64 // this minute, in [-5, 5]
	Recent [physio.NumFeatures]float64 // its mean over about five minutes, as is recommended for HRV
	Heart  bool                        // no skin conductance: the heads for the heart alone are asked
}

// Tracker compares windows with the person's baseline, which it learns on the way. Use NewTracker. It allocates nothing.
type Tracker struct {
	baseline   Baseline
	impersonal bool
	contrast   Contrast
	at         int64                     // end of the newest window, Unix milliseconds
	sound      int64                     // that of the newest with some quality, or of the first after a break
	beats      int64                     // that of the newest in which the heart was measured
	seen       int                       // windows ever, at most settled
	running    bool                      // there was a window
	run        [physio.NumFeatures]uint8 // measurements of each feature without a break, at most recent
}

// NewTracker returns a tracker of somebody unknown; an impersonal one compares with the population for ever.
func NewTracker(impersonal bool) *Tracker {
	return &Tracker{baseline: newBaseline(), impersonal: impersonal}
}

// Take returns how a window differs from what was usual before it, whether the present started anew with it, and whether
// anything can be said: not in a person's first 30 windows, not when neither skin nor, for three minutes, the heart was
// measured, and not of a window that is no newer than the last. Local is the end of the window by the person's clock. The
// next call overwrites what is returned.
//
// A window of quality 0 is compared, but not learned from: no baseline is made of it. After three minutes without windows, when
// the clock went back by as much, or after fifteen minutes without quality, the present starts anew; the baseline stays.
func (t *Tracker) Take(w *physio.Window, local time.Time) (c *Contrast, fresh, ok bool) {
	c = &t.contrast
	at, good := w.End.UnixMilli(), w.Quality > 0
	if t.running && at <= t.at && !far(at, t.at) {
		return c, false, false
	}
	if fresh = !t.running || far(at, t.at) || good && at-t.sound > int64(off/time.Millisecond); fresh {
		t.run, t.beats = [physio.NumFeatures]uint8{}, 0
		c.Recent = [physio.NumFeatures]float64{}
	}
	t.at, t.running = at, true
	t.baseline.take(&w.Values, local, good, &c.Window)
	if t.impersonal {
		impersonal(&w.Values, &c.Window)
	}
	if fresh || good {
		t.sound = at
	}
	for f, z := range c.Window {
		if math.IsNaN(w.Values[f]) {
			continue // the last minutes still tell something
		}
		t.run[f] = min(t.run[f]+1, recent)
		c.Recent[f] += (z - c.Recent[f]) / float64(t.run[f])
	}
	if !math.IsNaN(w.Values[physio.HRMean]) {
		t.beats = at
	}
	c.Heart = math.IsNaN(w.Values[physio.LnSCL])
	ok = t.seen >= settled && (!c.Heart || !far(at, t.beats))
	if good {
		t.seen = min(t.seen+1, settled)
	}
	return c, fresh, ok
}

// far reports whether two moments, in Unix milliseconds, lie more than three minutes apart.
func far(a, b int64) bool {
	const limit = int64(broken / time.Millisecond)
	return a-b > limit || b-a > limit
}

// Memory is a leaky mean of the log-odds that a head gave, over about a minute: one odd window among many others is not
// believed. The zero value remembers nothing.
type Memory struct {
	mean float64
	n    int
}

// Take takes the log-odds of a window and returns the mean.
func (m *Memory) Take(score float64) float64 {
	m.n++
	m.mean += max(1/float64(m.n), 1-keep) * (min(max(score, -ceiling), ceiling) - m.mean)
	return m.mean
}
