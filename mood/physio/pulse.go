package physio

import "math"

// detector finds beats in the optical pulse as it comes: smoothing and removal of the trend, then blocks in which a short
// average of the squared upper half exceeds a long one (Elgendi, Norton, Brearley, Abbott, Schuurmans 2013, "Systolic peak
// detection in acceleration photoplethysmograms", PLoS ONE 8(10): e76585; windows 111 ms and 667 ms, offset 0.02 of the
// mean energy). A block is a beat unless its rise is gentle beside those before it, as that of the second, dicrotic wave of a
// pulse is. The moment of a beat is its top, to a fraction of a sample, for what concerns the rate: that survives movement
// best. For variability it is where the rise to the top is half done: that follows the heart more closely (Peralta et al.
// 2019, "Optimal fiducial points for pulse rate variability analysis from forehead and finger photoplethysmographic signals",
// Physiological Measurement 40: 025007). A beat is told about 0.9 s late.
type detector struct {
	rate          float64
	smooth, level centred
	past          []float64 // the last values without trend, by index & mask
	mask          int
	n             int // values without trend so far
	peakHalf      int // half the short window, samples
	beatHalf      int // half the long one
	peak, beat    float64
	energy        float64 // mean of the squares, over the last seconds

	inside   int     // samples of the present block so far
	top      float64 // the highest value in it …
	topAt    float64 // … and where it is, as an index of past
	low      float64 // the lowest value since the last beat
	rise     float64 // the steepest since that, from one sample to the next
	topRise  float64 // that of the top
	usual    float64 // steepness of beats
	last     float64 // where the last beat was; negative: none
	lastHalf float64 // where its rise was half done
	usually  shape   // of the beats so far
}

// wave is the shape of one beat's pulse.
type wave struct {
	amplitude float64 // from the lowest value since the beat before to the top
	rise      float64 // the steepest change in a second, over the amplitude
	width     float64 // seconds for which the block lasted
	likeness  float64 // of its shape to that of the beats before: correlation, -1 to 1
}

// found is a beat that a detector found.
type found struct {
	ago      float64 // samples before the newest one
	interval float64 // samples since the beat before; 0 if none is known
	lag      float64 // samples from the place where its rise was half done to its top
	rises    float64 // samples between such places of the beat before and this one; 0 if none is known
	wave
}

func newDetector(rate float64) detector {
	odd := func(seconds float64) int { return int(seconds*rate)/2*2 + 1 }
	d := detector{
		rate:     rate,
		smooth:   newCentred(odd(0.09)),
		level:    newCentred(odd(1)),
		peakHalf: odd(0.111) / 2,
		beatHalf: odd(0.667) / 2,
	}
	size := 64
	for size < int(1.5*rate) { // to where the rise of a long block began
		size *= 2
	}
	d.past, d.mask = make([]float64, size), size-1
	d.reset()
	return d
}

// reset forgets all samples: what comes next does not follow upon them.
func (d *detector) reset() {
	d.smooth.reset()
	d.level.reset()
	clear(d.past)
	d.n, d.peak, d.beat, d.energy = 0, 0, 0, 0
	d.inside, d.low, d.rise, d.usual, d.last = 0, 0, 0, 0, -1
	d.usually = shape{}
}

func (d *detector) square(i int) float64 {
	if x := d.past[i&d.mask]; i >= 0 && x > 0 {
		return x * x
	}
	return 0
}

// push takes the next sample and reports a beat if one is certain now.
func (d *detector) push(x float64) (found, bool) {
	x, _, ok := d.smooth.push(x)
	if !ok {
		return found{}, false
	}
	mean, x, ok := d.level.push(x)
	if !ok {
		return found{}, false
	}
	d.take(x - mean)
	c := d.n - 1 - d.beatHalf // the sample that can be judged now
	if c < 0 {
		return found{}, false
	}
	x = d.past[c&d.mask]
	if x <= d.low {
		d.low, d.rise = x, 0
	}
	d.rise = max(d.rise, x-d.past[(c-1)&d.mask])
	peaks := d.peak / float64(d.peakHalf+1+min(c, d.peakHalf))
	beats := d.beat / float64(min(d.n, 2*d.beatHalf+1))
	if peaks > beats+0.02*d.energy {
		if d.inside == 0 || x > d.top {
			d.top, d.topRise = x, d.rise
			d.topAt = float64(c) + vertex(d.past[(c-1)&d.mask], x, d.past[(c+1)&d.mask])
		}
		d.inside++
		return found{}, false
	}
	width := float64(d.inside) / d.rate
	d.inside = 0
	if width < 0.111 || !d.steep() {
		return found{}, false
	}
	f := found{ago: float64(d.n-1+d.level.half()+d.smooth.half()) - d.topAt, wave: wave{amplitude: d.top - d.low, width: width}}
	f.likeness = d.usually.take(d.shape())
	if f.amplitude > 0 {
		f.rise = d.topRise * d.rate / f.amplitude
	}
	half := d.halfway()
	f.lag = d.topAt - half
	if d.last >= 0 {
		f.interval, f.rises = d.topAt-d.last, half-d.lastHalf
	}
	d.last, d.lastHalf, d.low, d.rise = d.topAt, half, d.top, 0
	return f, true
}

// halfway is where the rise to the top was half done, as an index of past.
func (d *detector) halfway() float64 {
	half, top := (d.low+d.top)/2, int(math.Round(d.topAt))
	i := top
	for i > top-d.mask/2 && d.past[i&d.mask] > half {
		i--
	}
	before, after := d.past[i&d.mask], d.past[(i+1)&d.mask]
	if before > half || after <= before { // no such rise is known
		return float64(i)
	}
	return float64(i) + min(1, (half-before)/(after-before))
}

// steep reports whether the block that just ended is a beat, and learns from it what is usual.
func (d *detector) steep() bool {
	if d.last < 0 {
		d.usual = d.topRise
		return true
	}
	if d.topAt-d.last <= 0.3*d.rate {
		return false
	}
	if d.topRise < 0.2*d.usual {
		d.usual *= 0.93 // or one jolt would hide the beats after it
		return false
	}
	d.usual += 0.1 * (min(2*d.usual, d.topRise) - d.usual)
	return true
}

// take adds a value without trend and moves the two averages on.
func (d *detector) take(x float64) {
	j := d.n
	d.n++
	d.past[j&d.mask] = x
	late := j - d.beatHalf + d.peakHalf // the newest in the short window, which has the same middle
	if j&63 == 0 {                      // sums anew, so that rounding errors do not pile up
		d.beat, d.peak = 0, 0
		for i := j - 2*d.beatHalf; i <= j; i++ {
			d.beat += d.square(i)
		}
		for i := late - 2*d.peakHalf; i <= late; i++ {
			d.peak += d.square(i)
		}
	} else {
		d.beat += d.square(j) - d.square(j-2*d.beatHalf-1)
		d.peak += d.square(late) - d.square(late-2*d.peakHalf-1)
	}
	d.energy += (d.square(j) - d.energy) * max(1/float64(d.n), 1/(3*d.rate))
}

// vertex is where the parabola through (-1, a), (0, b), (1, c) has its top.
func vertex(a, b, c float64) float64 {
	den := a - 2*b + c
	if den >= 0 {
		return 0
	}
	return max(-1, min(1, 0.5*(a-c)/den))
}

// centred is a moving average around a sample, told half its length later.
type centred struct {
	items []float64
	i, n  int
	sum   float64
}

func newCentred(n int) centred { return centred{items: make([]float64, n)} }

func (c *centred) reset()    { c.i, c.n, c.sum = 0, 0, 0 }
func (c *centred) half() int { return len(c.items) / 2 }

// push takes the next value. It returns the one half a length back and the average around it, which near the start is over
// what there is.
func (c *centred) push(x float64) (mean, middle float64, ok bool) {
	if c.n == len(c.items) {
		c.sum -= c.items[c.i]
	} else {
		c.n++
	}
	c.items[c.i] = x
	c.sum += x
	if c.i++; c.i == len(c.items) {
		c.i, c.sum = 0, 0
		for _, v := range c.items { // anew, so that rounding errors do not pile up
			c.sum += v
		}
	}
	m := c.i - 1 - c.half()
	if m < 0 {
		m += len(c.items)
	}
	return c.sum / float64(c.n), c.items[m], c.n > c.half()
}

func finite(x, bound float64) bool { return math.Abs(x) <= bound } // NaN is not
