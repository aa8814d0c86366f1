package physio

import "math"

// detector finds beats in the optical pulse as it comes: smoothing and removal of the trend, then blocks in which a short
// average of the squared upper half exceeds a long one (Elgendi, Norton, Brearley, Abbott, Schuurmans 2013, "Systolic peak
// detection in acceleration photoplethysmograms", PLoS ONE 8(10): e76585; windows 111 ms and 667 ms, offset 0.02 of the
// mean energy). A block is a beat unless its rise is gentle beside those before it, as that of the second, dicrotic wave of a
// pulse is. The moment of a beat is where its rise is half done, between two samples: that follows the heart more closely
// than the top does (Peralta et al. 2019, "Optimal fiducial points for pulse rate variability analysis from forehead and
// finger photoplethysmographic signals", Physiological Measurement 40: 025007). It is told about 0.9 s late.
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

	inside  int     // samples of the present block so far
	top     float64 // the highest value in it
	topAt   int     // its index of past
	low     float64 // the lowest value since the last beat
	rise    float64 // the steepest change from sample to sample since that
	topRise float64 // … before the top
	usual   float64 // steepness of beats
	last    float64 // where the last beat was; negative: none
}

// wave is the shape of one beat's pulse.
type wave struct {
	amplitude float64 // from the lowest value since the beat before to the top
	rise      float64 // the steepest change in a second, over the amplitude
	width     float64 // seconds for which the block lasted
}

// found is a beat that a detector found.
type found struct {
	ago      float64 // samples before the newest one
	interval float64 // samples since the beat before; 0 if none is known
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
	for size < int(1.5*rate) {
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
	d.inside, d.low, d.usual, d.last = 0, 0, 0, -1
	d.rise = 0
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
	d.rise = max(d.rise, d.change(c))
	peaks := d.peak / float64(d.peakHalf+1+min(c, d.peakHalf))
	beats := d.beat / float64(min(d.n, 2*d.beatHalf+1))
	if peaks > beats+0.02*d.energy {
		if d.inside == 0 || x > d.top {
			d.top, d.topAt, d.topRise = x, c, d.rise
		}
		d.inside++
		return found{}, false
	}
	width := float64(d.inside) / d.rate
	d.inside = 0
	if width < 0.111 {
		return found{}, false
	}
	at := d.halfway()
	if !d.steep(at) {
		return found{}, false
	}
	f := found{ago: float64(d.n-1+d.level.half()+d.smooth.half()) - at, wave: wave{amplitude: d.top - d.low, width: width}}
	if f.amplitude > 0 {
		f.rise = d.topRise * d.rate / f.amplitude
	}
	if d.last >= 0 {
		f.interval = at - d.last
	}
	d.last, d.low, d.rise = at, d.top, 0
	return f, true
}

// halfway is where the rise to the top was half done, as an index of past.
func (d *detector) halfway() float64 {
	half, i := (d.low+d.top)/2, d.topAt
	for i > d.topAt-d.mask/2 && d.past[i&d.mask] > half {
		i--
	}
	before, after := d.past[i&d.mask], d.past[(i+1)&d.mask]
	if before > half || after <= before { // no such rise is known
		return float64(i)
	}
	return float64(i) + min(1, (half-before)/(after-before))
}

// steep reports whether the block that just ended is a beat at its place, and learns from it what is usual.
func (d *detector) steep(at float64) bool {
	if d.last < 0 {
		d.usual = d.topRise
		return true
	}
	if at-d.last <= 0.3*d.rate {
		return false
	}
	if d.topRise < 0.4*d.usual {
		d.usual *= 0.93 // or one jolt would hide the beats after it
		return false
	}
	d.usual += 0.1 * (min(2*d.usual, d.topRise) - d.usual)
	return true
}

// change is from sample i-1 to sample i.
func (d *detector) change(i int) float64 { return d.past[i&d.mask] - d.past[(i-1)&d.mask] }

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
