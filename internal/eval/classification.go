package eval

import (
	"encoding/json"
	"math"
)

// Number is a figure that may not exist (NaN): in JSON it is null then.
type Number float64

// MarshalJSON writes four decimals: more would pretend to a precision that such figures do not have.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(math.Round(float64(n)*1e4) / 1e4)
}

// Group is how well one group of cases, a person, was classified.
type Group struct {
	Name     string `json:"name"`
	Cases    int    `json:"cases"`
	Accuracy Number `json:"accuracy"`
	MacroF1  Number `json:"macroF1"` // 0 to 1; over the classes that occur in this group or were guessed
}

// Classification is how well cases of several groups (people) were classified. Means are over all cases, so who has more
// weighs more; Interval says how accuracy might vary with other people.
type Classification struct {
	Cases            int      `json:"cases"`
	Accuracy         Number   `json:"accuracy"`
	AccuracyInterval Interval `json:"accuracyInterval"`
	MacroF1          Number   `json:"macroF1"`
	MacroF1Interval  Interval `json:"macroF1Interval"`
	BalancedAccuracy Number   `json:"balancedAccuracy"`
	AUC              Number   `json:"auc"` // of the last class; null unless there are two
	ECE              Number   `json:"ece"`
	Brier            Number   `json:"brier"`
	LogLoss          Number   `json:"logLoss"`
	Worst            Group    `json:"worst"` // the one with the lowest accuracy
	Groups           []Group  `json:"groups"`
	Reliability      []Bin    `json:"reliability"`
	Coverage         []Step   `json:"coverage"`
}

// Classify measures the guesses about each group. Groups without cases are left out.
func Classify(names []string, groups [][]Guess) Classification {
	var c Classification
	var all []Guess
	var filled [][]Guess
	for i, gs := range groups {
		if len(gs) == 0 {
			continue
		}
		g := Group{names[i], len(gs), Number(Accuracy(gs)), Number(MacroF1(gs))}
		c.Groups, filled, all = append(c.Groups, g), append(filled, gs), append(all, gs...)
		if len(c.Groups) == 1 || g.Accuracy < c.Worst.Accuracy {
			c.Worst = g
		}
	}
	c.Cases = len(all)
	c.Accuracy, c.MacroF1, c.BalancedAccuracy = Number(Accuracy(all)), Number(MacroF1(all)), Number(BalancedAccuracy(all))
	c.ECE, c.Brier, c.LogLoss, c.AUC = Number(ECE(all)), Number(Brier(all)), Number(LogLoss(all)), Number(math.NaN())
	if len(all) > 0 && len(all[0].P) == 2 {
		c.AUC = Number(AUC(secondClass(all)))
	}
	c.Reliability, c.Coverage = Reliability(all, 10), Coverage(all, 0.5, 0.8, 0.9, 0.95, 1)
	over := func(figure func([]Guess) float64) func([]int) float64 {
		var sample []Guess
		return func(drawn []int) float64 {
			sample = sample[:0]
			for _, i := range drawn {
				sample = append(sample, filled[i]...)
			}
			return figure(sample)
		}
	}
	c.AccuracyInterval = Bootstrap(len(filled), 1, over(Accuracy))
	c.MacroF1Interval = Bootstrap(len(filled), 1, over(MacroF1))
	return c
}

func secondClass(gs []Guess) (score []float64, truth []bool) {
	for _, g := range gs {
		score, truth = append(score, g.P[1]), append(truth, g.Truth == 1)
	}
	return score, truth
}

// Paired returns the interval of the difference in accuracy, first less second, of two ways to classify the same cases.
func Paired(first, second [][]Guess) Interval {
	var with []int // cases in both
	for i := range first {
		if len(first[i]) > 0 && len(first[i]) == len(second[i]) {
			with = append(with, i)
		}
	}
	hits := func(gs []Guess) (n float64) {
		for _, g := range gs {
			if g.Hit() {
				n++
			}
		}
		return n
	}
	gain, cases := make([]float64, len(with)), make([]float64, len(with))
	for k, i := range with {
		gain[k], cases[k] = hits(first[i])-hits(second[i]), float64(len(first[i]))
	}
	return Bootstrap(len(with), 1, func(drawn []int) float64 {
		var g, n float64
		for _, k := range drawn {
			g, n = g+gain[k], n+cases[k]
		}
		return g / n
	})
}
