package mood

import "time"

// NextReport tells what the person's next own report would be at a moment: its mean, from -1 to 1, and its variance, which
// holds how unsure the estimate is and how roughly people report. Without any observation it is what is usual.
func (e *Estimator) NextReport(at time.Time) (valence, varianceV, arousal, varianceA float64) {
	v, a, gap := &e.valence, &e.arousal, float64(at.UnixMilli())-float64(e.at)
	if e.empty() {
		anyV, anyA := valenceProcess.prior(), arousalProcess.prior()
		v, a, gap = &anyV, &anyA, 0
	}
	tell := func(t *track, c *process) (mean, variance float64) {
		mean, variance = t.forecast(c, c.decay(gap))
		return clamp(mean, -1, 1), t.scale * (variance + c.noise[SelfReport])
	}
	valence, varianceV = tell(v, &valenceProcess)
	arousal, varianceA = tell(a, &arousalProcess)
	return valence, varianceV, arousal, varianceA
}
