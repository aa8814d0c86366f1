package simulator

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Bounds of a drawn timeline, in its own units.
const (
	drawnWearers = 12
	chartWidth   = 900.0
	valenceTop   = 14.0
	valenceSize  = 90.0
	stressTop    = 118.0
	stressSize   = 46.0
	marksAt      = 178.0
)

// moodChart is the drawing of a Timeline: paths of an SVG.
type moodChart struct {
	Timeline
	Strains                            []strip // of time under stress
	Truth, Estimate, Interval          string  // of valence; the estimate only where it may be used
	Zero                               float64
	HiddenStress, Device, DistressPath string
	Drawn                              []drawnMark
	Hours                              []tick
}

type strip struct{ X, Width float64 }

type tick struct {
	X     float64
	Label string
}

type drawnMark struct {
	PushOutcome
	X, Y float64
}

func (r *Report) moodCharts() (all []moodChart) {
	for _, t := range r.Wearers[:min(len(r.Wearers), drawnWearers)] {
		if len(t.Points) > 1 {
			all = append(all, t.draw())
		}
	}
	return all
}

func (t Timeline) draw() moodChart {
	from, to := t.Points[0].At, t.Points[len(t.Points)-1].At
	x := func(at time.Time) float64 { return tenth(chartWidth * at.Sub(from).Seconds() / to.Sub(from).Seconds()) }
	valence := func(v float64) float64 { return tenth(valenceTop + valenceSize*(1-v)/2) }
	stress := func(v float64) float64 { return tenth(stressTop + stressSize*(1-v)) }
	c := moodChart{Timeline: t, Zero: valence(0)}
	var truth, estimate, interval, hidden, device, distress strings.Builder
	pen := func(b *strings.Builder, on bool, p MoodPoint, y float64) {
		letter := "L"
		if !on {
			letter = "M"
		}
		_, _ = fmt.Fprintf(b, "%s%g %g", letter, x(p.At), y)
	}
	for i, p := range t.Points {
		pen(&truth, i > 0, p, valence(p.Valence))
		pen(&hidden, i > 0, p, stress(p.Stress))
		pen(&device, i > 0, p, stress(p.Device))
		pen(&distress, i > 0, p, stress(p.Distress))
		if p.Known {
			pen(&estimate, i > 0 && t.Points[i-1].Known, p, valence(p.Estimate))
		}
		if i+1 == len(t.Points) {
			break
		}
		next := x(t.Points[i+1].At)
		if p.Known {
			low, high := valence(max(-1, p.Estimate-p.Within)), valence(min(1, p.Estimate+p.Within))
			_, _ = fmt.Fprintf(&interval, "M%g %gH%gV%gH%gZ", x(p.At), low, next, high, x(p.At))
		}
		if p.Stress >= stressed {
			c.Strains = append(c.Strains, strip{x(p.At), tenth(next - x(p.At))})
		}
	}
	c.Truth, c.Estimate, c.Interval = truth.String(), estimate.String(), interval.String()
	c.HiddenStress, c.Device, c.DistressPath = hidden.String(), device.String(), distress.String()
	for _, m := range t.Marks {
		if !m.At.Before(from) && !m.At.After(to) {
			c.Drawn = append(c.Drawn, drawnMark{m, x(m.At), marksAt})
		}
	}
	for h := from.Truncate(time.Hour).Add(time.Hour); h.Before(to); h = h.Add(time.Hour) {
		c.Hours = append(c.Hours, tick{x(h), h.Format("15")})
	}
	return c
}

func tenth(v float64) float64 { return math.Round(10*v) / 10 }
