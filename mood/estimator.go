package mood

import (
	"math"
	"slices"
	"time"
)

// Estimator holds what is believed about one person's mood. The zero value knows nothing and is ready for use; a
// copy is an independent estimator. It takes 256 bytes, allocates nothing, and never yields NaN. Not safe for
// concurrent use.
//
// Valence and arousal are each the sum of a population mean and three Ornstein-Uhlenbeck components: the personal
// set-point (half-life 180 days), a slow part (8 hours for valence, 3 for arousal) and a fast part (10 minutes), each
// pulled back to zero at its own pace. A Kalman filter tracks their means and covariance (affect as an OU process:
// Kuppens, Oravecz & Tuerlinckx 2010); see the package documentation for the numbers.
type Estimator struct {
	valence, arousal track
	told             track  // valence by the person's own reports alone: no other source lowers its distress
	at               int64  // of the newest observation, in Unix milliseconds
	recent           recent // when each source observed; zero: nothing was ever observed
}

// recent tells new observations from repetitions: how many milliseconds before the estimator's moment the person's
// newest reports were, newest first, and then the newest observation of each other source.
type recent [ownReports + int(Typing-SelfReport)]uint32

const (
	ownReports = 4
	never      = math.MaxUint32 // an age: not within the last 49 days
)

// track is the filter of one dimension: the components' means, and their covariance as an upper triangle by rows.
type track struct {
	x [3]float64
	p [6]float64
}

// process is what is assumed of one dimension for everybody.
type process struct {
	mean     float64    // of the population
	variance [3]float64 // of the components when nothing is known: set-point, slow, fast
	halfLife [3]float64 // of the components, in milliseconds
	noise    [6]float64 // variance of an observation of full confidence, by Source
}

const (
	minute = float64(time.Minute / time.Millisecond)
	hour   = 60 * minute
	day    = 24 * hour

	// A set-point weighs as much as two reports until the person's own reports outweigh it: (within + noise) / 2.
	withinV, withinA = 0.06, 0.16 // variance within a person: diary study, see the package documentation
	selfNoise        = 0.4        // variance of a self-report in units of the variance within the person
	setPoint         = (1 + selfNoise) / 2
	fast             = 0.05 // share of the fast component in the variance within a person
)

var (
	valenceProcess = process{
		mean:     0.3,
		variance: [3]float64{setPoint * withinV, (1 - fast) * withinV, fast * withinV},
		halfLife: [3]float64{180 * day, 8 * hour, 10 * minute},
		noise:    [6]float64{SelfReport: selfNoise * withinV, Wearable: 0.12, Face: 0.14, Voice: 0.4, Typing: 0.4},
	}
	arousalProcess = process{
		mean:     0,
		variance: [3]float64{setPoint * withinA, (1 - fast) * withinA, fast * withinA},
		halfLife: [3]float64{180 * day, 3 * hour, 10 * minute},
		noise:    [6]float64{SelfReport: selfNoise * withinA, Wearable: 0.09, Face: 0.17, Voice: 0.17, Typing: 0.4},
	}
)

const (
	gate         = 4.0   // standard deviations beyond which an observation is an outlier
	clockSetBack = day   // an observation this much older than the newest: that one's clock was wrong
	negative     = -0.35 // valence below which a state is markedly negative
)

// Observe takes an observation and reports whether it was used. It is not used if it fails Check, if it is a
// repetition, or if a phone computed it and it lies beyond four standard deviations. A person's own tap is never an
// outlier: if it surprises, it is the estimate that starts anew around the person's set-point.
//
// Observations may come late. One that is older than the newest counts for less, as what it tells about that moment; one
// that is more than a day older shows that the clock was set back, and time goes on from there. Of the person's own
// reports the four newest are remembered, of other sources the newest: what is older than these can't be told from a
// repetition and is not used. Callers with a clock that they trust should refuse observations from the future.
func (e *Estimator) Observe(a Affect) (accepted bool) {
	if a.Check("") != nil {
		return false
	}
	next, at := *e, a.At.UnixMilli()
	if next.empty() {
		next.valence.p, next.told.p, next.arousal.p = valenceProcess.prior(), valenceProcess.prior(), arousalProcess.prior()
		next.at = at
		next.recent.advance(never)
	}
	gap := float64(at) - float64(next.at) // in float64 it can't overflow
	if gap > 0 || gap <= -clockSetBack && !next.recent.holds(a.Source, -gap) {
		next.predict(gap)
		next.at, gap = at, 0
	}
	if !next.recent.note(a.Source, -gap) {
		return false
	}
	own, v, r := a.Source == SelfReport, &valenceProcess, &arousalProcess
	if !next.valence.update(v, a.Valence, v.noise[a.Source]/a.Confidence, gap, own) ||
		!next.arousal.update(r, a.Arousal, r.noise[a.Source]/a.Confidence, gap, own) {
		return false
	}
	if own {
		next.told.update(v, a.Valence, v.noise[SelfReport]/a.Confidence, gap, true)
	}
	*e = next
	return true
}

func (e *Estimator) empty() bool { return e.recent == recent{} }

// predict moves all but the moment by gap milliseconds.
func (e *Estimator) predict(gap float64) {
	d := valenceProcess.decay(gap)
	e.valence.predict(&valenceProcess, d)
	e.told.predict(&valenceProcess, d)
	e.arousal.predict(&arousalProcess, arousalProcess.decay(gap))
	e.recent.advance(gap)
}

// advance lets all ages grow; what is ahead when the clock is set back is forgotten.
func (r *recent) advance(gap float64) {
	for i, age := range r {
		r[i] = never
		if grown := float64(age) + gap; gap > 0 && grown < never {
			r[i] = uint32(grown)
		}
	}
}

// holds reports whether an observation is a repetition for sure.
func (r *recent) holds(s Source, age float64) bool {
	if s != SelfReport {
		return float64(*r.newest(s)) == age
	}
	for _, have := range r[:ownReports] {
		if float64(have) == age && have != never {
			return true
		}
	}
	return false
}

// newest returns the age of the newest observation of a source other than the person.
func (r *recent) newest(s Source) *uint32 { return &r[ownReports+int(s-Wearable)] }

// note remembers an observation, unless it may be a repetition.
func (r *recent) note(s Source, age float64) bool {
	if !(age < never) {
		return false
	}
	ms := uint32(age)
	if s != SelfReport {
		last := r.newest(s)
		isNew := ms < *last
		*last = min(*last, ms)
		return isNew
	}
	own := r[:ownReports]
	i, found := slices.BinarySearch(own, ms)
	if found || i == ownReports {
		return false
	}
	copy(own[i+1:], own[i:])
	own[i] = ms
	return true
}

// At returns what is believed at a moment; without any observation, that is the zero Estimate. The further now is from
// the newest observation, the lower is the confidence, also if now lies before it because a clock was wrong.
func (e *Estimator) At(now time.Time) Estimate {
	if e.empty() {
		return Estimate{}
	}
	x := *e
	x.predict(float64(now.UnixMilli()) - float64(e.at))
	mv, vv := x.valence.sum(&valenceProcess)
	ma, va := x.arousal.sum(&arousalProcess)
	spread := (vv/valenceProcess.spread() + va/arousalProcess.spread()) / 2
	return Estimate{
		Valence:    clamp(mv, -1, 1),
		Arousal:    clamp(ma, -1, 1),
		Confidence: clamp(1-math.Sqrt(spread), 0, 1),
		Distress:   max(distress(mv, vv), distress(x.told.sum(&valenceProcess))),
	}
}

// distress is the probability that valence is markedly negative.
func distress(mean, variance float64) float64 {
	return math.Erfc((mean-negative)/math.Sqrt(2*variance)) / 2
}

// prior is the covariance when nothing is known.
func (c *process) prior() [6]float64 {
	return [6]float64{0: c.variance[0], 3: c.variance[1], 5: c.variance[2]}
}

// spread is the variance of the sum when nothing is known.
func (c *process) spread() float64 { return c.variance[0] + c.variance[1] + c.variance[2] }

// decay is how much of each component is left after gap milliseconds. An OU process looks the same in both directions
// of time, so the sign of gap does not matter.
func (c *process) decay(gap float64) (d [3]float64) {
	for i, h := range c.halfLife {
		d[i] = math.Exp2(-math.Abs(gap) / h)
	}
	return d
}

// predict moves the track by the time in which d is left of its components.
func (t *track) predict(c *process, d [3]float64) {
	k := 0
	for i := range 3 {
		t.x[i] *= d[i]
		for j := i; j < 3; j++ {
			t.p[k] *= d[i] * d[j]
			if i == j {
				t.p[k] += c.variance[i] * (1 - d[i]*d[i])
			}
			k++
		}
	}
}

// sum returns mean and variance of the dimension.
func (t *track) sum(c *process) (mean, variance float64) {
	variance = t.p[0] + t.p[3] + t.p[5] + 2*(t.p[1]+t.p[2]+t.p[4])
	return c.mean + t.x[0] + t.x[1] + t.x[2], math.Max(variance, math.SmallestNonzeroFloat64)
}

// update folds in what was measured gap (<= 0) milliseconds from the track's moment, with the given noise variance.
// It reports false, and leaves the track as it was, if the value is an outlier that is not the person's own. One of the
// person's own, about now, lets the slow and the fast part start anew.
func (t *track) update(c *process, value, noise, gap float64, own bool) bool {
	h := c.decay(gap)
	for i := range 3 {
		noise += c.variance[i] * (1 - h[i]*h[i]) // what happened since then
	}
	surprise, ph, variance := t.compare(c, h, value, noise)
	if outlier := surprise*surprise > gate*gate*variance; outlier && !own {
		return false
	} else if outlier && gap == 0 {
		*t = track{x: [3]float64{t.x[0]}, p: [6]float64{t.p[0], 0, 0, c.variance[1], 0, c.variance[2]}}
		surprise, ph, variance = t.compare(c, h, value, noise)
	}
	k := 0
	for i := range 3 {
		t.x[i] += ph[i] / variance * surprise
		for j := i; j < 3; j++ {
			t.p[k] -= ph[i] * ph[j] / variance
			if i == j {
				t.p[k] = math.Max(t.p[k], 0)
			}
			k++
		}
	}
	return true
}

// compare returns value minus its prediction, the components' covariance with that prediction, and the variance of
// the difference.
func (t *track) compare(c *process, h [3]float64, value, noise float64) (surprise float64, ph [3]float64, variance float64) {
	p := &t.p
	ph = [3]float64{
		p[0]*h[0] + p[1]*h[1] + p[2]*h[2],
		p[1]*h[0] + p[3]*h[1] + p[4]*h[2],
		p[2]*h[0] + p[4]*h[1] + p[5]*h[2],
	}
	surprise, variance = value-c.mean, noise
	for i := range 3 {
		surprise -= h[i] * t.x[i]
		variance += h[i] * ph[i]
	}
	return surprise, ph, math.Max(variance, noise)
}

func clamp(v, low, high float64) float64 { return math.Max(low, math.Min(high, v)) }
