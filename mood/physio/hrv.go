package physio

import (
	"math"
	"slices"
)

// HRV is heart rate variability in the time domain with the indices of fragmentation: names, formulas and units are those
// of NeuroKit2 0.2 (hrv_time and hrv_nonlinear; Makowski et al. 2021, Behavior Research Methods 53: 1689-1696). What too few
// intervals don't tell is NaN.
type HRV struct {
	secret
	MeanNN   float64 // ms
	SDNN     float64 // ms; standard deviation, n-1 in the denominator
	RMSSD    float64 // ms; root of the mean square of successive differences
	SDSD     float64 // ms; standard deviation of successive differences, n-1
	CVNN     float64 // SDNN / MeanNN
	CVSD     float64 // RMSSD / MeanNN
	MedianNN float64 // ms
	MadNN    float64 // ms; 1.4826 times the median distance from the median
	MCVNN    float64 // MadNN / MedianNN
	IQRNN    float64 // ms; between the quartiles
	Prc20NN  float64 // ms; 20th percentile
	Prc80NN  float64 // ms; 80th percentile
	PNN50    float64 // percent: differences above 50 ms, over their number plus 1
	PNN20    float64 // percent, above 20 ms
	MinNN    float64 // ms
	MaxNN    float64 // ms
	HTI      float64 // triangular index: intervals over those in the fullest bin of 1/128 s

	// Heart rate fragmentation: Costa, Davis & Goldberger 2017, Frontiers in Physiology 8: 255. Shares, 0 to 1.
	PIP  float64 // inflection points, over the number of differences plus 1
	IALS float64 // 1 over the mean length of accelerations and decelerations
	PSS  float64 // of these, those shorter than 3
	PAS  float64 // of the runs of inflection points, those of 4 and more

	changes int // successive differences
}

// gap is by how much an interval may miss the end of the one before, ms, without being taken for the next but one.
const gap = 10

// Variability tells it of intervals between beats in ms; those that are NaN or infinite are missing. ends are the times in
// seconds at which they ended; with nil the intervals follow upon each other, and a missing one counts as the median.
// Differences are only taken between intervals that follow upon each other within 10 ms.
func Variability(nn, ends []float64) HRV {
	clean := make([]float64, 0, len(nn))
	times := make([]float64, 0, len(nn))
	for _, x := range nn {
		if finite(x, math.MaxFloat64) {
			clean = append(clean, x)
		}
	}
	slices.Sort(clean)
	filler, t := median(clean), 0.0
	clean = clean[:0]
	for i, x := range nn {
		known := finite(x, math.MaxFloat64)
		switch {
		case ends != nil:
			t = ends[i]
		case known:
			t += x / 1000
		default:
			t += filler / 1000
		}
		if known {
			clean, times = append(clean, x), append(times, t)
		}
	}
	var scratch []float64
	return variability(clean, times, &scratch)
}

// variability is Variability of intervals that are all known. It sorts them in scratch.
func variability(nn, ends []float64, scratch *[]float64) HRV {
	h := HRV{}
	if len(nn) == 0 {
		x := math.NaN()
		return HRV{
			MeanNN: x, SDNN: x, RMSSD: x, SDSD: x, CVNN: x, CVSD: x, MedianNN: x, MadNN: x, MCVNN: x, IQRNN: x, Prc20NN: x,
			Prc80NN: x, PNN50: x, PNN20: x, MinNN: x, MaxNN: x, HTI: x, PIP: x, IALS: x, PSS: x, PAS: x,
		}
	}
	var all trend
	for _, x := range nn {
		all.add(0, x)
	}
	h.MeanNN, h.SDNN = all.y, math.Sqrt(all.syy/(all.n-1))
	h.differences(nn, ends)
	h.CVNN, h.CVSD = h.SDNN/h.MeanNN, h.RMSSD/h.MeanNN

	*scratch = append((*scratch)[:0], nn...)
	s := *scratch
	slices.Sort(s)
	h.MinNN, h.MaxNN = s[0], s[len(s)-1]
	h.MedianNN, h.IQRNN = median(s), percentile(s, 75)-percentile(s, 25)
	h.Prc20NN, h.Prc80NN = percentile(s, 20), percentile(s, 80)
	h.HTI = triangular(s)
	for i, x := range s {
		s[i] = math.Abs(x - h.MedianNN)
	}
	slices.Sort(s)
	h.MadNN = 1.4826 * median(s)
	h.MCVNN = h.MadNN / h.MedianNN
	return h
}

// differences fills in what successive differences tell.
func (h *HRV) differences(nn, ends []float64) {
	var diff trend
	var runs, turns runs
	squares, over50, over20 := 0.0, 0.0, 0.0
	last := 0 // sign of the difference before
	for i := 1; i < len(nn); i++ {
		if !(math.Abs((ends[i]-ends[i-1])*1000-nn[i]) <= gap) { // NaN is a gap
			continue
		}
		d := nn[i] - nn[i-1]
		diff.add(0, d)
		squares += d * d
		if math.Abs(d) > 50 {
			over50++
		}
		if math.Abs(d) > 20 {
			over20++
		}
		sign := 0
		switch {
		case d > 0:
			sign = 1
		case d < 0:
			sign = -1
		}
		if diff.n > 1 {
			turns.next(sign != last, false)
		}
		runs.next(sign != 0, sign != last)
		last = sign
	}
	runs.next(false, false)
	turns.next(false, false)
	n := diff.n + 1
	h.changes = int(diff.n)
	h.RMSSD, h.SDSD = math.Sqrt(squares/diff.n), math.Sqrt(diff.syy/(diff.n-1))
	h.PNN50, h.PNN20 = over50/n*100, over20/n*100
	h.PIP = turns.total / n
	h.IALS = runs.n / runs.total
	h.PSS = (runs.n - runs.long3) / runs.n
	h.PAS = turns.long4 / turns.n
	if diff.n < 2 {
		h.SDSD = math.NaN()
	}
}

// runs counts how often something holds several times in a row.
type runs struct{ length, n, total, long3, long4 float64 }

// next says whether it holds now, and whether that begins another run.
func (r *runs) next(holds, anew bool) {
	if (!holds || anew) && r.length > 0 {
		r.n++
		r.total += r.length
		if r.length >= 3 {
			r.long3++
		}
		if r.length >= 4 {
			r.long4++
		}
		r.length = 0
	}
	if holds {
		r.length++
	}
}

// triangular is the number of sorted intervals over that in the fullest bin of 1/128 s; the last bin takes its upper edge
// in, as a histogram does.
func triangular(sorted []float64) float64 {
	const width = 1000. / 128
	last := math.Ceil(sorted[len(sorted)-1]/width) - 1
	most, n, bin := 0, 0, math.NaN()
	for _, x := range sorted {
		b := min(math.Floor(x/width), last)
		if b != bin {
			n, bin = 0, b
		}
		n++
		most = max(most, n)
	}
	return float64(len(sorted)) / float64(most)
}

func median(sorted []float64) float64 { return percentile(sorted, 50) }

// percentile interpolates linearly between the two nearest of the sorted values.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p / 100 * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
