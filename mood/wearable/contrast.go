package wearable

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

const (
	recent  = 30              // windows that Contrast.Recent looks back on, about: five minutes
	keep    = 0.85            // of Memory, from window to window: it looks back on about a minute
	broken  = 3 * time.Minute // without windows: what went before tells nothing any more
	settled = 30              // windows after which there is a baseline to speak of
	ceiling = 8               // log-odds beyond which a score says no more
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
	at         int64 // end of the newest window, Unix milliseconds; 0: none yet
	seen       int   // windows ever, at most settled
	run        int   // windows without a break, at most recent
}

// NewTracker returns a tracker of somebody unknown; an impersonal one compares with the population for ever.
func NewTracker(impersonal bool) *Tracker {
	return &Tracker{baseline: newBaseline(), impersonal: impersonal}
}

// Take returns how a window differs from what was usual before it, whether the present started anew with it, and whether
// anything can be said: not in a person's first 30 windows, not of a window without heart and skin, and not of one that is
// no newer than the last. Local is the end of the window by the person's clock. The next call overwrites what is returned.
//
// After three minutes without windows, or when the clock went back by as much, the present starts anew; the baseline stays.
func (t *Tracker) Take(w *physio.Window, local time.Time) (c *Contrast, fresh, ok bool) {
	at := w.End.UnixMilli()
	gap := time.Duration(at-t.at) * time.Millisecond
	switch c = &t.contrast; {
	case t.run > 0 && gap <= 0 && gap > -broken:
		return c, false, false
	case t.run == 0 || gap > broken || gap <= -broken:
		t.run, fresh = 0, true
	}
	t.at, t.run = at, min(t.run+1, recent)
	t.baseline.take(&w.Values, local, &c.Window)
	if t.impersonal {
		impersonal(&w.Values, &c.Window)
	}
	share := 1 / float64(t.run)
	for f, z := range c.Window {
		if fresh {
			c.Recent[f] = 0
		}
		c.Recent[f] += share * (z - c.Recent[f])
	}
	c.Heart = math.IsNaN(w.Values[physio.LnSCL])
	ok = t.seen >= settled && !(c.Heart && math.IsNaN(w.Values[physio.HRMean]))
	t.seen = min(t.seen+1, settled)
	return c, fresh, ok
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
