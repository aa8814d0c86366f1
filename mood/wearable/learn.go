package wearable

import (
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/physio"
)

const (
	offsetSpread = 0.05 // standard deviation, between people, of each weight
	activeFrom   = 5    // reports
	inputs       = physio.NumFeatures + 1
)

// offsets are what a person's own weights differ by from everybody's, in one head: a Bayesian linear regression on the
// person's own reports, with a prior of N(0, 0.05²) for each weight and for the bias, and a diagonal covariance (recursive
// least squares).
type offsets struct {
	delta, variance [inputs]float32
}

func newOffsets() (o offsets) {
	for i := range o.variance {
		o.variance[i] = offsetSpread * offsetSpread
	}
	return o
}

// score is what the offsets add.
func (o *offsets) score(c *Contrast) float64 {
	s := float64(o.delta[physio.NumFeatures])
	for f, z := range c.Recent {
		s += float64(o.delta[f]) * z
	}
	return s
}

// learn takes the error that was left with these offsets; noise is its variance if they were right.
func (o *offsets) learn(c *Contrast, left, noise float64) {
	input := func(i int) float64 {
		if i == int(physio.NumFeatures) {
			return 1
		}
		return c.Recent[i]
	}
	spread := noise
	for i, v := range o.variance {
		spread += float64(v) * input(i) * input(i)
	}
	for i, v := range o.variance {
		gain := float64(v) * input(i) / spread
		o.delta[i] += float32(gain * left)
		o.variance[i] -= float32(gain * input(i) * float64(v))
	}
}

// Learn takes how the person said they feel, and reports whether it taught anything: it does if a window with some quality
// ended within three minutes of it, and no report that near was learned from before. From the fifth on, readings of valence
// and arousal follow the person's own weights.
func (w *Wearer) Learn(own mood.Affect) bool {
	if own.Check("") != nil || own.Source != mood.SelfReport || !w.ready {
		return false
	}
	at := own.At.UnixMilli()
	if far(at, w.tracker.at) || w.reports > 0 && !far(at, w.learned) {
		return false
	}
	c, heads := &w.tracker.contrast, w.heads()
	w.valence.learn(c, own.Valence-heads.Valence.Score(c)-w.valence.score(c), heads.Valence.Variance)
	w.arousal.learn(c, own.Arousal-heads.Arousal.Score(c)-w.arousal.score(c), heads.Arousal.Variance)
	w.learned, w.reports = at, min(w.reports+1, activeFrom)
	return true
}
