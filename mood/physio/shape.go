package physio

import "math"

// How a pulse is told from noise. Each beat's shape is correlated with a running mean of those before it, as in Orphanidou et
// al. 2015, "Signal-quality indices for the electrocardiogram and photoplethysmogram", IEEE Journal of Biomedical and Health
// Informatics 19(3): 832-838, and Li & Clifford 2012, "Dynamic time warping and machine learning for signal quality assessment
// of pulsatile signals", Physiological Measurement 33(9): 1491-1501; here causal, and averaged over a window. Tops of noise
// resemble each other too: means over a minute are .42 to .56 for white noise and up to .68 for noise as slow as the sensors'
// own, those of people who wear a wristband .72 to 1 (5 % are below). The bounds lie between, below the .86 that Orphanidou
// asks of ten seconds of an oximeter: a wrist is worse.
const (
	chance   = 0.68 // mean likeness of a window that noise has too
	distinct = 0.75 // and from which there is no doubt

	before, after = 0.45, 0.3 // s around its top that make the shape of a beat
	learning      = 0.1       // weight of a beat in the running mean

	// Share of samples that lie at the very edges of what was measured in ten seconds.
	freely  = 0.05 // a pulse that is not clipped: under .01
	clipped = 0.2
)

// shape is that of a beat: evenly spaced values, of mean 0 and length 1.
type shape [24]float64

// shape returns that of the beat that was just found; all 0 if it has none.
func (d *detector) shape() (s shape) {
	step := (before + after) * d.rate / float64(len(s)-1)
	mean := 0.0
	for k := range s {
		at := d.topAt - before*d.rate + float64(k)*step
		i := math.Floor(at)
		a, b := d.past[int(i)&d.mask], d.past[(int(i)+1)&d.mask]
		s[k] = a + (b-a)*(at-i)
		mean += s[k] / float64(len(s))
	}
	for k := range s {
		s[k] -= mean
	}
	if size := math.Sqrt(s.dot(&s)); size > 0 {
		for k := range s {
			s[k] /= size
		}
	}
	return s
}

func (s *shape) dot(other *shape) (sum float64) {
	for k := range s {
		sum += s[k] * other[k]
	}
	return sum
}

// take returns the correlation of a beat's shape with the running mean s, 0 for the first, and takes it into that.
func (s *shape) take(beat shape) (likeness float64) {
	if size := math.Sqrt(s.dot(s)); size > 0 {
		likeness = s.dot(&beat) / size
	}
	for k := range s {
		s[k] += learning * (beat[k] - s[k])
	}
	return likeness
}

// span counts samples, and those among them that equal the lowest or the highest.
type span struct {
	n, atLow, atHigh int
	low, high        float64
}

func (s *span) add(x float64) {
	if s.n == 0 || x < s.low {
		s.low, s.atLow = x, 0
	}
	if s.n == 0 || x > s.high {
		s.high, s.atHigh = x, 0
	}
	s.n++
	if x == s.low {
		s.atLow++
	}
	if x == s.high {
		s.atHigh++
	}
}

// extreme is how many samples lie at the edges beyond the one that has to.
func (s *span) extreme() int { return max(0, s.atLow-1) + max(0, s.atHigh-1) }

// ramp goes from 0 at one place to 1 at another, which may be the lower.
func ramp(x, from, to float64) float64 { return max(0, min(1, (x-from)/(to-from))) }
