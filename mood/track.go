package mood

import (
	"math"
	"time"
)

// The components of a track: the person's, then the lasting error of each source but the person.
const (
	personal   = 3
	components = personal + int(Typing-SelfReport)
)

// track is the filter of one dimension: the components' means, and their covariance as a lower triangle by rows. Both
// are those of a person of usual restlessness; scale is how many times greater the variance is for this one, and n by
// how many reports that is known.
type track struct {
	x        [components]float64
	p        [components * (components + 1) / 2]float64
	scale, n float64
}

// process is what is assumed of one dimension for everybody.
type process struct {
	size     int                 // how many components it has
	mean     float64             // of the population
	variance [components]float64 // when nothing is known: set-point, slow, fast, lasting errors by Source
	halfLife [components]float64 // in milliseconds
	noise    [6]float64          // variance of an observation of full confidence beyond the lasting error, by Source
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

// Of the error of a device this share lasts for hours: it belongs to the fit of the strap, the person, the light.
const (
	lasting     = 0.6
	lastingHalf = 12 * hour
)

var (
	valenceProcess = newProcess(0.3, withinV, 8*hour, [4]float64{0.12, 0.14, 0.4, 0.4})
	toldProcess    = valenceProcess.alone()
	arousalProcess = newProcess(0, withinA, 3*hour, [4]float64{0.09, 0.17, 0.17, 0.4})
)

// newProcess takes the mean of the population, the variance within a person, the half-life of the slow part, and the
// variance of the error of each source but the person.
func newProcess(mean, within, slow float64, devices [4]float64) process {
	c := process{
		size:     components,
		mean:     mean,
		variance: [components]float64{setPoint * within, (1 - fast) * within, fast * within},
		halfLife: [components]float64{180 * day, slow, 10 * minute},
		noise:    [6]float64{SelfReport: selfNoise * within},
	}
	for i, v := range devices {
		c.variance[personal+i], c.halfLife[personal+i] = lasting*v, lastingHalf
		c.noise[int(Wearable)+i] = (1 - lasting) * v
	}
	return c
}

const (
	window       = minute // how far back a reading of a device looks: closer ones share part of their noise
	stranger     = 5.0    // by so many reports is it known how restless a person is of whom nothing is known
	memory       = 200.0  // reports, with those, after which old ones fade
	calmest      = 0.2    // scale
	wildest      = 4.0    // scale; also how many times the usual a square may count
	gate         = 4.0    // standard deviations beyond which what a device says is an outlier
	shock        = 5.0    // standard deviations beyond which the person's own report shows that the filter was too sure
	clockSetBack = day    // an observation this much older than the newest: that one's clock was wrong
	negative     = -0.35  // valence below which a state is markedly negative
)

// alone is the same process, as the person's own reports tell of it.
func (c process) alone() process {
	c.size = personal
	return c
}

// prior is the track when nothing is known.
func (c *process) prior() track {
	t := track{scale: 1}
	for i, v := range c.variance[:c.size] {
		t.p[diagonal(i)] = v
	}
	return t
}

// diagonal is where the variance of a component stands in its covariance.
func diagonal(i int) int { return i * (i + 3) / 2 }

// spread is the variance of the sum when nothing is known.
func (c *process) spread() float64 { return c.variance[0] + c.variance[1] + c.variance[2] }

// decay is how much of each component is left after gap milliseconds. An OU process looks the same in both directions
// of time, so the sign of gap does not matter.
func (c *process) decay(gap float64) (d [components]float64) {
	if gap == 0 {
		return now
	}
	for i := range personal + 1 {
		d[i] = math.Exp2(-math.Abs(gap) / c.halfLife[i])
	}
	for i := personal + 1; i < components; i++ {
		d[i] = d[personal]
	}
	return d
}

// predict moves the track by the time in which d is left of its components.
func (t *track) predict(c *process, d [components]float64) {
	k := 0
	for i := range c.size {
		t.x[i] *= d[i]
		for j := range i + 1 {
			t.p[k] *= d[i] * d[j]
			k++
		}
		t.p[k-1] += c.variance[i] * (1 - d[i]*d[i])
	}
}

// now is the decay of no time.
var now = [components]float64{1, 1, 1, 1, 1, 1, 1}

// forecast returns mean and variance of the dimension when d is left of its components.
func (t *track) forecast(c *process, d [components]float64) (mean, variance float64) {
	mean = c.mean
	k := 0
	for i := range personal {
		mean += d[i] * t.x[i]
		variance += c.variance[i] * (1 - d[i]*d[i])
		for j := range i {
			variance += 2 * d[i] * d[j] * t.p[k]
			k++
		}
		variance += d[i] * d[i] * t.p[k]
		k++
	}
	return mean, math.Max(variance, math.SmallestNonzeroFloat64)
}

// update folds in what a source measured gap (<= 0) milliseconds from the track's moment and since milliseconds after
// its last observation, its noise variance multiplied by blur. It reports false, and leaves the track as it was, if the
// value is an outlier that is not the person's own. One of the person's own, about now, shows that
// the slow and the fast part were taken for too sure.
func (t *track) update(c *process, s Source, value, blur, gap, since float64) bool {
	h, noise := c.decay(gap), c.noise[s]*blur
	for i := range c.size {
		if i >= personal && i != personal+int(s)-int(Wearable) {
			h[i] = 0
			continue
		}
		noise += c.variance[i] * (1 - h[i]*h[i]) // what happened since then
	}
	surprise, ph, variance := t.compare(c, &h, value, noise)
	beyond := surprise * surprise / (variance * math.Max(1, t.scale))
	if s != SelfReport && beyond > gate*gate {
		return false
	}
	if s == SelfReport {
		t.learn(surprise*surprise/variance, math.Min(1, since/hour))
		if beyond > shock*shock && gap == 0 {
			t.restart(c)
			surprise, ph, variance = t.compare(c, &h, value, noise)
		}
	}
	k := 0
	for i := range c.size {
		gain := ph[i] / variance
		t.x[i] += gain * surprise
		for j := range i + 1 {
			t.p[k] -= gain * ph[j]
			k++
		}
		t.p[k-1] = math.Max(t.p[k-1], 0)
	}
	return true
}

// learn moves the scale towards the square of a report's surprise, relative to its expectation. Reports within an hour
// of each other say less of it.
func (t *track) learn(square, weight float64) {
	t.scale += weight * (math.Min(square, wildest*t.scale) - t.scale) / (stranger + t.n)
	t.scale = clamp(t.scale, calmest, wildest)
	t.n = math.Min(t.n+weight, memory-stranger)
}

// restart forgets how sure it was of all but the set-point.
func (t *track) restart(c *process) {
	v := t.p[0]
	t.p = c.prior().p
	t.p[0] = v
}

// compare returns value minus its prediction, the components' covariance with that prediction, and the variance of
// the difference.
func (t *track) compare(c *process, h *[components]float64, value, noise float64) (surprise float64, ph [components]float64, variance float64) {
	k := 0
	for i := range c.size {
		for j := range i {
			ph[i] += t.p[k] * h[j]
			ph[j] += t.p[k] * h[i]
			k++
		}
		ph[i] += t.p[k] * h[i]
		k++
	}
	surprise, variance = value-c.mean, noise
	for i := range c.size {
		surprise -= h[i] * t.x[i]
		variance += h[i] * ph[i]
	}
	return surprise, ph, math.Max(variance, noise)
}

// distress is the probability that valence is markedly negative when d is left of the components.
func (t *track) distress(c *process, d [components]float64) float64 {
	mean, variance := t.forecast(c, d)
	return below(negative, mean, variance*t.scale)
}

// below is the probability that what is normally distributed lies below a limit.
func below(limit, mean, variance float64) float64 {
	return math.Erfc((mean-limit)/math.Sqrt(2*variance)) / 2
}
