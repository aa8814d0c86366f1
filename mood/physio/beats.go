package physio

import (
	"math"
	"slices"
)

// Limits of a heart's beat intervals, milliseconds (182 to 37 beats per minute), and how far one may be from the median
// of the eleven around it.
const (
	shortest = 330
	longest  = 1600
	deviant  = 0.2
	around   = 5 // intervals on each side
)

const (
	heldBeats  = 512 // at 3.3 beats a second a window and the lead take 330
	fewBeats   = 10  // fewer make no statistics
	fewChanges = 6
)

// interval is the time between two beats.
type interval struct {
	at     int64   // when it ended: Unix time, ns
	block  int64   // the block in which it was known
	length float64 // ms; 0: the beat before is not known
	lag    int64   // ns from the place where the rise of its pulse was half done to its end
	rises  float64 // ms, from such a place to the next: its length as it counts for variability
	wave           // of the pulse that ended it; a strap tells none
}

// intervals holds the last ones, oldest first in the order of their ends.
type intervals struct {
	items [heldBeats]interval
	n     int // ever
}

func (v *intervals) add(x interval) {
	v.items[v.n%heldBeats] = x
	v.n++
}

// heart is the workspace for the statistics of one window.
type heart struct {
	near   []interval // those of the window and before it that are needed to judge them
	nn     []float64  // the clean ones of the window, ms
	ends   []float64  // their ends, seconds
	rates  []float64  // beats per minute
	waves  []wave
	sorted []float64
}

// pick fills the workspace with the clean intervals that ended in the window before block end, as far as they were known
// by then, from top to top of the pulse or from rise to rise. Those with movement at one of their beats go.
func (h *heart) pick(v *intervals, end int64, m *motion, rises bool) {
	from, to := (end-blocks)*blockTime, end*blockTime
	h.near, h.nn, h.ends, h.waves = h.near[:0], h.nn[:0], h.ends[:0], h.waves[:0]
	before := 0
	for i := max(0, v.n-heldBeats); i < v.n; i++ {
		x := v.items[i%heldBeats]
		if x.block >= end || x.at >= to {
			break
		}
		if rises {
			x.at, x.length = x.at-x.lag, x.rises
		}
		if x.length < shortest || x.length > longest {
			x.length = 0
		}
		h.near = append(h.near, x)
		if x.at < from {
			before = len(h.near)
		}
	}
	for i := before; i < len(h.near); i++ {
		x := h.near[i]
		if x.length == 0 || h.deviates(i) ||
			m.moved(x.at, end) || m.moved(x.at-int64(x.length*1e6), end) {
			continue
		}
		h.nn = append(h.nn, x.length)
		h.ends = append(h.ends, float64(x.at-from)/1e9)
		h.waves = append(h.waves, x.wave)
	}
}

// deviates reports whether interval i is far from the median of those around it.
func (h *heart) deviates(i int) bool {
	var room [2*around + 1]float64
	local := room[:0]
	for j := max(0, i-around); j <= min(len(h.near)-1, i+around); j++ {
		if h.near[j].length > 0 {
			local = append(local, h.near[j].length)
		}
	}
	slices.Sort(local)
	m := local[len(local)/2]
	return math.Abs(h.near[i].length-m) > deviant*m
}

// distinct is how surely the intervals are those of a pulse and not of noise, 0 to 1. Too few can't be told.
func (h *heart) distinct() float64 {
	if len(h.waves) < fewBeats {
		return 0
	}
	var t trend
	for _, x := range h.waves {
		t.add(0, x.likeness)
	}
	return ramp(t.y, chance, distinct)
}

// coverage is the share of the window that the clean intervals cover.
func (h *heart) coverage() float64 {
	sum := 0.0
	for _, x := range h.nn {
		sum += x
	}
	return min(1, sum/float64(WindowLength.Milliseconds()))
}

// fillRate writes the features of heart rate and pulse into values; those that can't be told stay as they are.
func (h *heart) fillRate(values *[NumFeatures]float64) {
	values[Coverage] = h.coverage()
	if len(h.nn) < fewBeats {
		return
	}
	var t trend
	h.rates = h.rates[:0]
	for i, x := range h.nn {
		h.rates = append(h.rates, 60e3/x)
		t.add(float64(i), 60e3/x)
	}
	values[HRMean], values[HRSD], values[HRSlope] = t.y, math.Sqrt(t.syy/(t.n-1)), t.slope()
	slices.Sort(h.rates)
	values[HRLow], values[HRHigh] = percentile(h.rates, 10), percentile(h.rates, 90)

	h.fillWaves(values)
}

// fillVariability writes the features of heart rate variability into values, from intervals that were picked for it.
func (h *heart) fillVariability(values *[NumFeatures]float64) {
	if len(h.nn) < fewBeats {
		return
	}
	v := variability(h.nn, h.ends, &h.sorted)
	values[LnSDNN] = math.Log(v.SDNN + 1)
	if v.changes >= fewChanges {
		values[LnRMSSD] = math.Log(v.RMSSD + 1)
		values[PNN50] = v.PNN50 / 100
		values[LnRatio] = math.Log((v.SDNN + 1) / (v.RMSSD + 1))
	}
}

// fillWaves writes the features of the pulse's shape into values, if there are pulses.
func (h *heart) fillWaves(values *[NumFeatures]float64) {
	var size, width trend
	for _, x := range h.waves {
		size.add(0, x.amplitude)
		width.add(0, x.width)
	}
	if size.y <= 0 {
		return
	}
	middle := func(of func(wave) float64) float64 {
		h.sorted = h.sorted[:0]
		for _, x := range h.waves {
			h.sorted = append(h.sorted, of(x))
		}
		slices.Sort(h.sorted)
		return median(h.sorted)
	}
	m := middle(func(x wave) float64 { return x.amplitude })
	values[LnPulse], values[PulseCV] = math.Log(m+1), size.sd()/(m+1)
	values[LnPulseRise] = math.Log(middle(func(x wave) float64 { return x.rise }) + 0.01)
	values[PulseWidth], values[PulseWidthSD] = width.y, width.sd()
}
