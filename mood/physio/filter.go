package physio

import "math"

// section is a second-order filter: b over 1 + a[0]/z + a[1]/z².
type section struct {
	b [3]float64
	a [2]float64
}

// butterworth is a digital filter of even order by the bilinear transform with prewarping, as sections (Oppenheim & Schafer
// 2010, "Discrete-Time Signal Processing", 7.1). cutoff and rate are in Hz.
func butterworth(order int, cutoff, rate float64, high bool) []section {
	k := math.Tan(math.Pi * cutoff / rate)
	out := make([]section, order/2)
	for i := range out {
		damp := 2 * math.Sin(math.Pi*float64(2*i+1)/float64(2*order)) * k
		norm := 1 + damp + k*k
		s := section{a: [2]float64{2 * (k*k - 1) / norm, (1 - damp + k*k) / norm}}
		if high {
			s.b = [3]float64{1 / norm, -2 / norm, 1 / norm}
		} else {
			s.b = [3]float64{k * k / norm, 2 * k * k / norm, k * k / norm}
		}
		out[i] = s
	}
	return out
}

// run filters x in place, as if its first value had been there for ever.
func (s section) run(x []float64) {
	gain := (s.b[0] + s.b[1] + s.b[2]) / (1 + s.a[0] + s.a[1])
	z1 := (gain - s.b[0]) * x[0]
	z2 := (s.b[2] - s.a[1]*gain) * x[0]
	for i, v := range x {
		y := s.b[0]*v + z1
		z1 = s.b[1]*v - s.a[0]*y + z2
		z2 = s.b[2]*v - s.a[1]*y
		x[i] = y
	}
}

// zeroPhase filters forwards and backwards. The ends are continued by their mirror image through the last point, three
// times the taps of the filter long, as scipy's sosfiltfilt does; x has to be longer than that (see edge).
func zeroPhase(f []section, x []float64) []float64 {
	n, e := len(x), edge(f)
	y := make([]float64, n+2*e)
	copy(y[e:], x)
	for i := 1; i <= e; i++ {
		y[e-i] = 2*x[0] - x[i]
		y[e+n-1+i] = 2*x[n-1] - x[n-1-i]
	}
	for range 2 { // there and back
		for _, s := range f {
			s.run(y)
		}
		for i, j := 0, len(y)-1; i < j; i, j = i+1, j-1 {
			y[i], y[j] = y[j], y[i]
		}
	}
	return y[e : e+n]
}

func edge(f []section) int { return 3 * (2*len(f) + 1) }
