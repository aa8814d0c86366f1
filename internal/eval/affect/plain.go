package affect

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/mood/baseline"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// plain is the simplest model that is worth a comparison: a softmax over the four conditions, linear in the features,
// which are compared with the person's own past or (impersonal) with other people's mean. What people said on average in
// a condition is its valence and arousal.
type plain struct {
	personal     bool
	mean, spread [physio.NumFeatures]float64 // of other people
	weights      [numStates][physio.NumFeatures + 1]float64
	said         [numStates][2]float64
}

const (
	numStates = int(numConditions) - 1
	ridge     = 0.02 // L2, on weights of values of unit variance; chosen before any result was seen
	rounds    = 150
	warmUp    = 30 // windows
)

// Plain is the recipe of the plain model.
func Plain(personal bool) Recipe {
	r := Recipe{Name: "plain", Note: "for comparison: a softmax over the conditions; values compared with the person's own past", Fit: func(train []Recording) (Model, error) {
		return fitPlain(train, personal), nil
	}}
	if !personal {
		r.Name, r.Note = "plain, impersonal", "the same; values compared with other people"
	}
	return r
}

func fitPlain(train []Recording, personal bool) *plain {
	m := &plain{personal: personal}
	var norms [physio.NumFeatures]baseline.Norm
	forever := baseline.Pace{Settle: math.Inf(1), Horizon: math.Inf(1)}
	for _, r := range train {
		for _, w := range r.Windows {
			for f, x := range w.Values {
				norms[f].Learn(x, 0, 1, forever)
			}
		}
	}
	for f, n := range norms {
		m.mean[f], m.spread[f] = n.Mean, math.Sqrt(n.Var)
	}
	var rows [][physio.NumFeatures + 1]float64
	var truth []int
	for _, r := range train {
		scores := m.scores(r.Windows)
		for i, l := range r.Labels {
			if l != None {
				rows, truth = append(rows, scores[i]), append(truth, int(l-1))
			}
		}
	}
	m.said = said(train)
	m.descend(rows, truth)
	return m
}

// said is what people reported of each condition, on average.
func said(train []Recording) (mean [numStates][2]float64) {
	var n [numStates]float64
	for _, r := range train {
		for _, s := range r.Spans {
			if s.Reported && s.Condition != None {
				k := int(s.Condition - 1)
				n[k]++
				mean[k][0] += (s.Valence - mean[k][0]) / n[k]
				mean[k][1] += (s.Arousal - mean[k][1]) / n[k]
			}
		}
	}
	return mean
}

// resemblance is the reading of somebody who is with these probabilities in the conditions.
func resemblance(p [numStates]float64, said [numStates][2]float64) (r wearable.Reading) {
	for k, share := range p {
		r.Valence += share * said[k][0]
		r.Arousal += share * said[k][1]
	}
	r.VarV, r.VarA = 0.15, 0.2 // about the variance of reports in one condition
	r.Classes = [wearable.NumClasses]float64{
		wearable.Neutral: p[Baseline-1] + p[Meditation-1], wearable.Stressed: p[Stress-1], wearable.Amused: p[Amusement-1],
	}
	r.Stress = r.Classes[wearable.Stressed]
	return r
}

// descend minimises the log loss with a ridge by gradient descent with momentum; rare conditions weigh more.
func (m *plain) descend(rows [][physio.NumFeatures + 1]float64, truth []int) {
	var count [numStates]float64
	for _, k := range truth {
		count[k]++
	}
	var speed [numStates][physio.NumFeatures + 1]float64
	for range rounds {
		var slope [numStates][physio.NumFeatures + 1]float64
		total := 0.0
		for i := range rows {
			w := math.Sqrt(1 / count[truth[i]])
			total += w
			p := m.states(&rows[i])
			p[truth[i]]--
			for k := range p {
				for f, x := range rows[i] {
					slope[k][f] += w * p[k] * x
				}
			}
		}
		for k := range slope {
			for f := range slope[k] {
				g := slope[k][f]/total + ridge*m.weights[k][f]
				speed[k][f] = 0.9*speed[k][f] - 0.1*g
				m.weights[k][f] += speed[k][f]
			}
		}
	}
}

func (m *plain) states(row *[physio.NumFeatures + 1]float64) (p [numStates]float64) {
	sum := 0.0
	for k := range p {
		for f, x := range row {
			p[k] += m.weights[k][f] * x
		}
		p[k] = math.Exp(p[k])
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// scores are the features as the model sees them, and a 1.
func (m *plain) scores(windows []physio.Window) [][physio.NumFeatures + 1]float64 {
	out := make([][physio.NumFeatures + 1]float64, len(windows))
	var own [physio.NumFeatures]baseline.Norm
	pace := baseline.Pace{Settle: warmUp, Horizon: 250}
	for i, w := range windows {
		for f, x := range w.Values {
			floor := 0.2*m.spread[f] + 1e-6
			if m.personal {
				out[i][f] = own[f].Score(x, floor)
				own[f].Learn(x, floor, 1, pace)
			} else if !math.IsNaN(x) {
				out[i][f] = (x - m.mean[f]) / (m.spread[f] + 1e-6)
			}
		}
		out[i][physio.NumFeatures] = 1
	}
	return out
}

// Walk implements Model.
func (m *plain) Walk(windows []physio.Window) []wearable.Reading {
	out := make([]wearable.Reading, len(windows))
	var odds [wearable.NumClasses]float64
	var stress float64
	for i, row := range m.scores(windows) {
		r := resemblance(m.states(&row), m.said)
		r.At, r.Quality = windows[i].End, windows[i].Quality
		stress = 0.85*stress + 0.35*math.Log((r.Stress+1e-4)/(1-r.Stress+1e-4))
		r.Filtered = 1 / (1 + math.Exp(-stress))
		sum := 0.0
		for c, q := range r.Classes {
			odds[c] = 0.85*odds[c] + 0.35*math.Log(q+1e-3)
			r.Lasting[c] = math.Exp(odds[c])
			sum += r.Lasting[c]
		}
		for c := range r.Lasting {
			r.Lasting[c] /= sum
		}
		out[i] = r
	}
	return out
}

// Fingerprint implements Model.
func (m *plain) Fingerprint() (b []byte) {
	for _, part := range []any{m.mean, m.spread, m.weights, m.said} {
		b, _ = binary.Append(b, binary.BigEndian, part) // of fixed size: it can't fail
	}
	return b
}
