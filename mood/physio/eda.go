package physio

import (
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Response is one skin conductance response in a recording. Onset, Peak and Recovery are samples, times are in seconds,
// heights in µS. What can't be told is NaN, and -1 as a sample.
type Response struct {
	secret
	Onset, Peak, Recovery int
	Height                float64 // of the phasic part at the peak
	Amplitude             float64 // from onset to peak
	Rise                  float64 // from onset to peak
	HalfRecovery          float64 // from the peak until half of the amplitude is gone
}

// Decompose splits a whole recording of skin conductance (µS, rate in samples per second) into tonic part (below 0.05 Hz)
// and phasic part (above), by second-order Butterworth filters without phase, as NeuroKit2 0.2 does by default. Above 6
// samples per second noise beyond 3 Hz is removed first, by a filter of fourth order. It looks ahead: it is for studies and
// comparisons; [Wrist] does without. An Invalid fault says what is wrong with the recording.
func Decompose(conductance []float64, rate float64) (tonic, phasic []float64, err error) {
	if !(rate > 0.1 && rate <= 1e5) {
		return nil, nil, fault.Field("rate", "must be above 0.1 and at most 100000 samples per second")
	}
	var clean []section
	shortest := edge(make([]section, 1)) + 1
	if rate > 6 {
		clean = butterworth(4, 3, rate, false)
		shortest = edge(clean) + 1
	}
	if len(conductance) < shortest {
		return nil, nil, fault.Field("conductance", "must have at least %d samples", shortest)
	}
	for i, x := range conductance {
		if !finite(x, math.MaxFloat64) {
			return nil, nil, fault.Field("conductance", "must be finite; sample %d is not", i)
		}
	}
	if clean != nil {
		conductance = zeroPhase(clean, conductance)
	}
	const split = 0.05 // Hz
	return zeroPhase(butterworth(2, split, rate, false), conductance),
		zeroPhase(butterworth(2, split, rate, true), conductance), nil
}

// Responses finds the skin conductance responses in the phasic part of a recording, as NeuroKit2 0.2 does by default
// (eda_peaks): peaks that stand out by at least a tenth of what the one that stands out most does, from the trough before.
func Responses(phasic []float64, rate float64) []Response {
	tops := peaks(phasic, 1)
	most, out := 0.0, make([]Response, 0, len(tops))
	stands := make([]float64, len(tops))
	for i, p := range tops {
		stands[i] = prominence(phasic, p)
		most = max(most, stands[i])
	}
	troughs := peaks(phasic, -1)
	t := 0
	for i, p := range tops {
		if stands[i]/most < 0.1 {
			continue
		}
		for t < len(troughs) && troughs[t] < p {
			t++
		}
		r := Response{
			Onset: -1, Peak: p, Recovery: -1, Height: phasic[p],
			Amplitude: math.NaN(), Rise: math.NaN(), HalfRecovery: math.NaN(),
		}
		if t > 0 {
			r.Onset = troughs[t-1]
			r.Amplitude = r.Height - phasic[r.Onset]
			r.Rise = float64(p-r.Onset) / rate
		}
		out = append(out, r)
	}
	for i := range out {
		end := len(phasic)
		if i+1 < len(out) {
			end = out[i+1].Peak
		}
		if r := &out[i]; r.Onset >= 0 {
			r.recover(phasic[r.Peak:end], phasic[r.Onset]+r.Amplitude*0.5, rate)
		}
	}
	return out
}

// recover finds the sample of after, which begins with the peak, that comes nearest to half from below, before
// the lowest one; the lowest itself is no recovery.
func (r *Response) recover(after []float64, half, rate float64) {
	low := 0
	for i, x := range after {
		if x < after[low] {
			low = i
		}
	}
	best, least := -1, math.Inf(1)
	for i, x := range after[:low] {
		least = min(least, x)
		if x <= half && (best < 0 || x > after[best]) {
			best = i
		}
	}
	if best >= 0 && least < after[best] {
		r.Recovery, r.HalfRecovery = r.Peak+best, float64(best)/rate
	}
}

// peaks returns the local maxima of sign times x; of a level top the middle one.
func peaks(x []float64, sign float64) (at []int) {
	for i := 1; i < len(x)-1; i++ {
		if sign*x[i-1] >= sign*x[i] {
			continue
		}
		end := i
		for end+1 < len(x) && x[end+1] == x[i] {
			end++
		}
		if end+1 < len(x) && sign*x[end+1] < sign*x[i] {
			at = append(at, (i+end)/2)
		}
		i = end
	}
	return at
}

// prominence is by how much a peak stands above the higher of the lowest points that part it from higher ones.
func prominence(x []float64, peak int) float64 {
	left, right := x[peak], x[peak]
	for i := peak; i >= 0 && x[i] <= x[peak]; i-- {
		left = min(left, x[i])
	}
	for i := peak; i < len(x) && x[i] <= x[peak]; i++ {
		right = min(right, x[i])
	}
	return x[peak] - max(left, right)
}
