package affect

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// clock is a model that sees nothing but the time since a recording began: what it gets right is the study's order of
// conditions and says nothing of people. How much a model is better is what bodies told.
type clock struct {
	density [240][numStates]float64 // of conditions by minute, smoothed; the last minute stands for all later ones
	said    [numStates][2]float64
}

// smoothing is the standard deviation of a window's say, in minutes.
const smoothing = 4

func fitClock(train []Recording) *clock {
	m := &clock{said: said(train)}
	for _, r := range train {
		for i, l := range r.Labels {
			if l == None {
				continue
			}
			at := r.Windows[i].End.Sub(r.Windows[0].End).Minutes()
			for minute := range m.density {
				d := (float64(minute) - at) / smoothing
				m.density[minute][l-1] += math.Exp(-d * d / 2)
			}
		}
	}
	return m
}

// Walk implements Model.
func (m *clock) Walk(windows []physio.Window) []wearable.Reading {
	out := make([]wearable.Reading, len(windows))
	for i, w := range windows {
		minute := int(max(0, w.End.Sub(windows[0].End).Minutes()))
		p := m.density[min(minute, len(m.density)-1)]
		sum := 0.0
		for _, d := range p {
			sum += d + 1e-6
		}
		for k := range p {
			p[k] = (p[k] + 1e-6) / sum
		}
		out[i] = resemblance(p, m.said)
		out[i].At, out[i].Quality = w.End, w.Quality
		out[i].Filtered, out[i].Lasting = out[i].Stress, out[i].Classes
	}
	return out
}

// Fingerprint implements Model.
func (m *clock) Fingerprint() []byte {
	b, _ := binary.Append(nil, binary.BigEndian, m) // of fixed size: it can't fail
	return b
}
