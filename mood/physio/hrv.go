package physio

import "math"

// variation is what the features need of a series of intervals.
type variation struct {
	sdnn, rmssd, pnn50 float64
	changes            int
}

func variability(nn, ends []float64) variation {
	var all, diff trend
	over, squares := 0, 0.0
	for i, x := range nn {
		all.add(0, x)
		if i == 0 || math.Abs((ends[i]-ends[i-1])*1000-x) > 10 {
			continue
		}
		d := x - nn[i-1]
		diff.add(0, d)
		squares += d * d
		if math.Abs(d) > 50 {
			over++
		}
	}
	return variation{
		sdnn: math.Sqrt(all.syy / (all.n - 1)), rmssd: math.Sqrt(squares / diff.n), changes: int(diff.n),
		pnn50: float64(over) / (diff.n + 1) * 100,
	}
}

// percentile interpolates linearly between the two nearest of the sorted values.
func percentile(sorted []float64, p float64) float64 {
	at := p / 100 * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
