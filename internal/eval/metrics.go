package eval

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Guess is a classifier's answer about one case: a probability for each class, sum 1, and the class that was true.
type Guess struct {
	P     []float64
	Truth int
}

// Best returns the likeliest class and its probability. Ties go to the first.
func (g Guess) Best() (class int, p float64) {
	for c, q := range g.P {
		if q > p || c == 0 {
			class, p = c, q
		}
	}
	return class, p
}

// Hit reports whether the likeliest class was the true one.
func (g Guess) Hit() bool {
	c, _ := g.Best()
	return c == g.Truth
}

// Accuracy is the share of hits.
func Accuracy(gs []Guess) float64 {
	hits := 0
	for _, g := range gs {
		if g.Hit() {
			hits++
		}
	}
	return float64(hits) / float64(len(gs))
}

// confusion counts cases by true class (row) and guessed class (column).
func confusion(gs []Guess) [][]float64 {
	if len(gs) == 0 {
		return nil
	}
	n := len(gs[0].P)
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	for _, g := range gs {
		c, _ := g.Best()
		m[g.Truth][c]++
	}
	return m
}

// MacroF1 is the mean over the classes of F1 = 2TP / (2TP + FP + FN). A class that neither occurs nor is guessed is left out.
func MacroF1(gs []Guess) float64 {
	m := confusion(gs)
	var sum, classes float64
	for c := range m {
		var wrong float64
		for k := range m {
			if k != c {
				wrong += m[c][k] + m[k][c]
			}
		}
		if all := 2*m[c][c] + wrong; all > 0 {
			sum += 2 * m[c][c] / all
			classes++
		}
	}
	return sum / classes
}

// BalancedAccuracy is the mean over the classes that occur of the share of their cases that were hit.
func BalancedAccuracy(gs []Guess) float64 {
	var sum, classes float64
	for c, row := range confusion(gs) {
		var n float64
		for _, k := range row {
			n += k
		}
		if n > 0 {
			sum += row[c] / n
			classes++
		}
	}
	return sum / classes
}

// Bin is a step of a reliability diagram: cases whose likeliest class had a probability of about Confidence.
type Bin struct {
	Cases      int    `json:"cases"`
	Confidence Number `json:"confidence"` // mean probability of the likeliest class
	Accuracy   Number `json:"accuracy"`   // share of hits
}

// Reliability sorts cases by the probability of their likeliest class into equal steps of [0, 1] and drops empty ones.
func Reliability(gs []Guess, bins int) []Bin {
	all := make([]Bin, bins)
	for _, g := range gs {
		_, p := g.Best()
		b := &all[min(int(p*float64(bins)), bins-1)]
		b.Cases++
		b.Confidence += Number(p)
		if g.Hit() {
			b.Accuracy++
		}
	}
	for i := range all {
		n := Number(all[i].Cases)
		all[i].Confidence /= n
		all[i].Accuracy /= n
	}
	return slices.DeleteFunc(all, func(b Bin) bool { return b.Cases == 0 })
}

// ECE is the expected calibration error over ten bins: the mean distance between confidence and accuracy, weighed by cases
// (Guo et al. 2017, "On calibration of modern neural networks").
func ECE(gs []Guess) float64 {
	var sum float64
	for _, b := range Reliability(gs, 10) {
		sum += float64(b.Cases) * math.Abs(float64(b.Confidence-b.Accuracy))
	}
	return sum / float64(len(gs))
}

// Brier is the mean squared distance between the probabilities and the truth, summed over the classes.
func Brier(gs []Guess) float64 {
	var sum float64
	for _, g := range gs {
		for c, p := range g.P {
			if c == g.Truth {
				p--
			}
			sum += p * p
		}
	}
	return sum / float64(len(gs))
}

// LogLoss is the mean of -ln of the probability of the true class, which counts as 1e-6 at least.
func LogLoss(gs []Guess) float64 {
	var sum float64
	for _, g := range gs {
		sum -= math.Log(max(g.P[g.Truth], 1e-6))
	}
	return sum / float64(len(gs))
}

// AUC is the probability that a true case scores above a false one; ties count half.
func AUC(score []float64, truth []bool) float64 {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case score[a] < score[b]:
			return -1
		case score[a] > score[b]:
			return 1
		}
		return 0
	})
	var ranks, trues float64
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && score[order[j]] == score[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			if truth[k] {
				ranks += float64(i+j+1) / 2
				trues++
			}
		}
		i = j
	}
	return (ranks - trues*(trues+1)/2) / (trues * (float64(len(score)) - trues))
}

// Step is one point of a coverage curve: the share of cases answered, surest first, and how many of these were right.
type Step struct {
	Coverage Number `json:"coverage"`
	Accuracy Number `json:"accuracy"`
}

// Coverage returns the accuracy on the surest cases, for each share of them.
func Coverage(gs []Guess, shares ...float64) []Step {
	sorted := slices.Clone(gs)
	slices.SortStableFunc(sorted, func(a, b Guess) int {
		_, p := a.Best()
		_, q := b.Best()
		switch {
		case p > q:
			return -1
		case p < q:
			return 1
		}
		return 0
	})
	out := make([]Step, 0, len(shares))
	for _, s := range shares {
		n := int(math.Round(s * float64(len(sorted))))
		out = append(out, Step{Number(s), Number(Accuracy(sorted[:n]))})
	}
	return out
}

// CCC is the concordance correlation coefficient of two series (Lin 1989): agreement in location and scale, 1 at best.
func CCC(a, b []float64) float64 {
	ma, va := moments(a)
	mb, vb := moments(b)
	return 2 * covariance(a, b, ma, mb) / (va + vb + (ma-mb)*(ma-mb))
}

// Correlation is Pearson's r.
func Correlation(a, b []float64) float64 {
	ma, va := moments(a)
	mb, vb := moments(b)
	return covariance(a, b, ma, mb) / math.Sqrt(va*vb)
}

// MAE is the mean absolute difference.
func MAE(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += math.Abs(a[i] - b[i])
	}
	return sum / float64(len(a))
}

// RMSE is the root of the mean squared difference.
func RMSE(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

// moments returns mean and population variance.
func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / float64(len(x))
}

func covariance(a, b []float64, ma, mb float64) (sum float64) {
	for i := range a {
		sum += (a[i] - ma) * (b[i] - mb)
	}
	return sum / float64(len(a))
}

// Interval is where a figure would lie in 95 % of repetitions with other people.
type Interval struct {
	Low  Number `json:"low"`
	High Number `json:"high"`
}

// Bootstrap draws groups (people) with replacement a thousand times and returns the middle 95 % of the figure over what
// was drawn (percentile bootstrap, Efron 1979; whole people are drawn because the cases of one are not independent). The
// same seed gives the same interval.
func Bootstrap(groups int, seed uint64, figure func(drawn []int) float64) Interval {
	const rounds = 1000
	rng := rand.New(rand.NewPCG(seed, 0))
	drawn, values := make([]int, groups), make([]float64, 0, rounds)
	for range rounds {
		for i := range drawn {
			drawn[i] = rng.IntN(groups)
		}
		if v := figure(drawn); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return Interval{Number(math.NaN()), Number(math.NaN())}
	}
	slices.Sort(values)
	at := func(q float64) Number { return Number(values[int(q*float64(len(values)-1)+0.5)]) }
	return Interval{at(0.025), at(0.975)}
}
