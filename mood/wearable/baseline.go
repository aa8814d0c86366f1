package wearable

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/mood/baseline"
	"github.com/flaneur-io/flaneur/mood/physio"
)

const (
	dayParts = 4 // night, morning, afternoon, evening: six hours each, from midnight
	whole    = dayParts
	// A part of the day weighs as much as the whole day once an hour of it was seen; until then it leans on the whole.
	shrink = 360
)

// pace is that of windows: each cell looks back on twelve hours of wearing, for a part of the day two days. On recordings of
// two hours, horizons from 40 minutes to endless gave the same accuracy within a hundredth.
var pace = baseline.Pace{Settle: 30, Horizon: 4320}

// Baseline is what is usual for one person: mean and spread of each feature in each part of the day and in the whole of it.
// It is causal (a window is compared with those before it alone), winsorised (see package mood/baseline), and starts with
// the population, which weighs as much as one window. The zero value knows nobody; see newBaseline. About 2.8 kB.
type Baseline struct {
	cells [dayParts + 1][physio.NumFeatures]baseline.Norm
}

// newBaseline is that of somebody of whom nothing is known.
func newBaseline() (b Baseline) {
	for f, p := range population {
		b.cells[whole][f] = baseline.Norm{Mean: p.mean, Var: p.spread * p.spread, Weight: 1}
	}
	return b
}

// take compares a window with what was usual before it, and then, if it is good, takes it into what is usual. Scores are in standard
// deviations, in [-5, 5]; 0 for what was not measured.
func (b *Baseline) take(values *[physio.NumFeatures]float64, local time.Time, good bool, score *[physio.NumFeatures]float64) {
	part, all := &b.cells[local.Hour()/(24/dayParts)], &b.cells[whole]
	for f, x := range values {
		p := &population[f]
		if math.IsNaN(x) {
			score[f] = 0
			continue
		}
		x = min(max(x, p.low), p.high)
		usual := all[f]
		if n := part[f].Weight; n > 0 {
			share := n / (n + shrink)
			usual.Mean += share * (part[f].Mean - usual.Mean)
			usual.Var += share * (part[f].Var - usual.Var)
		}
		if score[f] = usual.Score(x, p.floor); !good {
			continue
		}
		all[f].Learn(x, p.floor, 1, pace)
		part[f].Learn(x, p.floor, 1, pace)
	}
}

// impersonal compares a window with the population.
func impersonal(values, score *[physio.NumFeatures]float64) {
	for f, x := range values {
		p := &population[f]
		usual := baseline.Norm{Mean: p.mean, Var: p.spread * p.spread, Weight: 1}
		score[f] = usual.Score(x, p.floor)
	}
}

// sound reports whether windows can have led to b.
func (b *Baseline) sound() bool {
	for i := range b.cells {
		for f := range b.cells[i] {
			p, n := &population[f], &b.cells[i][f]
			if !n.Sound(p.low, p.high, pace.Horizon) || i == whole && n.Weight < 1 {
				return false
			}
		}
	}
	return true
}

// usual is what is assumed of a feature before anything is known.
type usual struct {
	mean, spread float64 // of people at rest or about their day; wide
	floor        float64 // differences below it are never remarkable: about what the sensors can tell apart
	low, high    float64 // what a body can show; beyond, a value counts as this
}

// population is in the units of package physio. Heart: resting rates 66 (sd 8) of 92,000 wearers (Quer et al. 2020, PLoS ONE
// 15: e0227709), plus what a day adds; short-term RMSSD 42 (15) ms and SDNN 50 (16) ms (Nunan et al. 2010, PACE 33: 1407).
// Skin: 2-20 µS and 1-3 spontaneous responses a minute at rest (Boucsein 2012, Electrodermal Activity, 2nd ed.). The rest is
// assumed, so wide that an hour of wearing outweighs it; the pulse's unit is the sensor's own.
var population = [physio.NumFeatures]usual{
	physio.HRMean:       {75, 14, 2, 25, 250},
	physio.HRSD:         {5, 3, 1, 0, 120},
	physio.HRSlope:      {0, 0.15, 0.02, -20, 20},
	physio.HRLow:        {68, 13, 2, 25, 250},
	physio.HRHigh:       {83, 15, 2, 25, 250},
	physio.LnRMSSD:      {3.7, 0.6, 0.1, 0, 8},
	physio.LnSDNN:       {3.9, 0.5, 0.1, 0, 8},
	physio.PNN50:        {0.2, 0.2, 0.03, 0, 1},
	physio.Coverage:     {0.7, 0.25, 0.05, 0, 1.1},
	physio.LnRatio:      {0.2, 0.4, 0.1, -8, 8},
	physio.LnSCL:        {0.9, 1.3, 0.1, -3, 5},
	physio.SCLSlope:     {0, 0.4, 0.05, -50, 50},
	physio.LnEDASD:      {-2.5, 1.2, 0.2, -5.4, 5},
	physio.SCRRate:      {2, 3, 1, 0, 60},
	physio.LnSCRSum:     {-2, 1.8, 0.3, -4.7, 6},
	physio.LnPhasic:     {-3, 1.2, 0.3, -5.4, 5},
	physio.SCRRise:      {1.5, 1.2, 0.3, 0, 10},
	physio.TempMean:     {32.5, 1.8, 0.2, 5, 45},
	physio.TempSlope:    {0, 0.2, 0.05, -20, 20},
	physio.LnMotion:     {-3.5, 1.3, 0.2, -5.9, 4},
	physio.LnJerk:       {-4, 1.3, 0.2, -7, 4},
	physio.LnPulse:      {4, 2, 0.1, 0, 25},
	physio.PulseCV:      {0.4, 0.3, 0.05, 0, 20},
	physio.LnPulseRise:  {1.8, 0.5, 0.05, -4.7, 6},
	physio.PulseWidth:   {0.25, 0.1, 0.02, 0, 3},
	physio.PulseWidthSD: {0.05, 0.05, 0.01, 0, 3},
}
