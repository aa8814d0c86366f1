package affect

import (
	"math"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// Agreement is how near the mean reading in a condition comes to what the person said of it afterwards, both from -1 to 1.
type Agreement struct {
	Reports     int           `json:"reports"`
	CCC         eval.Number   `json:"ccc"`
	CCCInterval eval.Interval `json:"cccInterval"`
	R           eval.Number   `json:"r"`
	WithinR     eval.Number   `json:"withinR"` // of differences from the person's own mean
	RMSE        eval.Number   `json:"rmse"`
	MAE         eval.Number   `json:"mae"`
	MAESteps    eval.Number   `json:"maeSteps"` // on the questionnaire's nine steps
	Covered     eval.Number   `json:"covered"`  // share of reports within the interval that was to hold 80 %
}

// told is one report and what was read while it was lived through.
type told struct{ read, variance, said float64 }

// z80 bounds the middle 80 % of the normal distribution.
const z80 = 1.2816

// agreement compares valence (or arousal). Conditions without a reading are left out.
func agreement(recordings []Recording, ws []walked, arousal bool) Agreement {
	people := make([][]told, 0, len(recordings))
	for k := range recordings {
		if p := reports(&recordings[k], &ws[k], arousal); len(p) > 0 {
			people = append(people, p)
		}
	}
	read, said := pairs(people, nil)
	a := Agreement{Reports: len(read)}
	a.CCC, a.R = eval.Number(eval.CCC(read, said)), eval.Number(eval.Correlation(read, said))
	a.RMSE, a.MAE = eval.Number(eval.RMSE(read, said)), eval.Number(eval.MAE(read, said))
	a.MAESteps = 4 * a.MAE
	a.CCCInterval = eval.Bootstrap(len(people), 1, func(drawn []int) float64 { return eval.CCC(pairs(people, drawn)) })
	a.WithinR = eval.Number(eval.Correlation(centred(people)))
	var covered, n eval.Number
	for _, p := range people {
		for _, t := range p {
			if n++; math.Abs(t.read-t.said) <= z80*math.Sqrt(t.variance) {
				covered++
			}
		}
	}
	a.Covered = covered / n
	return a
}

func reports(r *Recording, w *walked, arousal bool) (out []told) {
	for s, span := range r.Spans {
		if !span.Reported {
			continue
		}
		var t told
		var n float64
		for i, of := range r.span {
			if x := &w.readings[i]; of == s && !x.At.IsZero() {
				value, variance := x.Valence, x.VarV
				if arousal {
					value, variance = x.Arousal, x.VarA
				}
				t.read, t.variance, n = t.read+value, t.variance+variance, n+1
			}
		}
		if n == 0 {
			continue
		}
		t = told{t.read / n, t.variance / n, span.Valence}
		if arousal {
			t.said = span.Arousal
		}
		out = append(out, t)
	}
	return out
}

// pairs returns the readings and reports of the people that were drawn, of all for nil.
func pairs(people [][]told, drawn []int) (read, said []float64) {
	take := func(p []told) {
		for _, t := range p {
			read, said = append(read, t.read), append(said, t.said)
		}
	}
	if drawn == nil {
		for _, p := range people {
			take(p)
		}
	}
	for _, i := range drawn {
		take(people[i])
	}
	return read, said
}

// centred returns readings and reports as differences from the person's own means.
func centred(people [][]told) (read, said []float64) {
	for _, p := range people {
		var m told
		for _, t := range p {
			m.read, m.said = m.read+t.read/float64(len(p)), m.said+t.said/float64(len(p))
		}
		for _, t := range p {
			read, said = append(read, t.read-m.read), append(said, t.said-m.said)
		}
	}
	return read, said
}
