package baseline

import "math"

const (
	maxScore  = 5 // standard deviations; beyond them a measurement says no more
	winsorise = 3 // standard deviations that one measurement may pull
)

// Norm is the running mean and variance of one number. The zero value knows nothing and is ready for use. Its fields are
// there to be stored and restored; see [Norm.Sound].
type Norm struct {
	Mean, Var float64
	Weight    float64 // of all that was learned, in the unit of the weights, at most the horizon
}

// Pace says how fast a [Norm] learns, in the unit of the weights: a count of measurements, or seconds.
type Pace struct {
	Settle  float64 // up to this weight all is taken as it is; above it, outliers are winsorised
	Horizon float64 // what is older than about this much fades
}

// Score returns by how many standard deviations x lies above what is usual, in [-5, 5]; 0 if nothing is usual yet or x is
// not finite. Floor (> 0, in the unit of x) is added to the standard deviation: differences below it are never remarkable.
func (n *Norm) Score(x, floor float64) float64 {
	if n.Weight == 0 || !finite(x) {
		return 0
	}
	return clamp((x-n.Mean)/(math.Sqrt(n.Var)+floor), maxScore)
}

// Learn takes a measurement into what is usual; weight (> 0) says how much of the [Pace] it is worth. It allocates nothing.
// What is not finite is not taken.
//
// The mean and the variance are exponentially weighted (West 1979, "Updating mean and variance estimates"), plain averages
// at first. Once settled, a measurement pulls by at most 3 (standard deviation + floor) (winsorising; Tukey 1962), so a long
// episode moves the norm at the speed of the horizon, and one glitch hardly at all.
func (n *Norm) Learn(x, floor, weight float64, p Pace) {
	if !finite(x) || !(weight > 0) || math.IsInf(weight, 1) {
		return
	}
	total := min(n.Weight+weight, max(p.Horizon, weight))
	d := x - n.Mean
	if n.Weight > p.Settle {
		d = clamp(d, winsorise*(math.Sqrt(n.Var)+floor))
	}
	share := weight / total
	mean, variance := n.Mean+share*d, n.Var+share*(d*d*(1-share)-n.Var)
	if finite(mean) && finite(variance) { // squares of huge numbers are not
		*n = Norm{Mean: mean, Var: max(variance, 0), Weight: total}
	}
}

// Sound reports whether n is one that Learn can lead to with that horizon, all measurements within [low, high].
func (n *Norm) Sound(low, high, horizon float64) bool {
	if *n == (Norm{}) {
		return true
	}
	half, slack := (high-low)/2, 1e-9*(math.Abs(low)+math.Abs(high)) // rounding
	return n.Mean >= low-slack && n.Mean <= high+slack && n.Var >= 0 && n.Var <= 4*half*half+slack*slack &&
		n.Weight > 0 && n.Weight <= horizon // NaN fails each
}

func finite(x float64) bool { return x-x == 0 } // NaN and infinities give NaN

func clamp(v, limit float64) float64 { return max(-limit, min(limit, v)) }
