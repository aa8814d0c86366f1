package affect

import "math"

// design is a table of inputs, row by row, each with its weight and what should come out.
type design struct {
	width  int
	x      []float64
	weight []float64
	target []float64
}

func (d *design) add(x []float64, weight, target float64) {
	d.width = len(x)
	d.x, d.weight, d.target = append(d.x, x...), append(d.weight, weight), append(d.target, target)
}

func (d *design) rows() int { return len(d.weight) }

func (d *design) row(i int) []float64 { return d.x[i*d.width : (i+1)*d.width] }

// moments returns the weighted mean of each input and its spread. Inputs that hardly ever change, by less than a tenth,
// spread without end: they get no weight.
func (d *design) moments() (mean, spread []float64) {
	mean, spread = make([]float64, d.width), make([]float64, d.width)
	total := 0.0
	for i, w := range d.weight {
		total += w
		for k, x := range d.row(i) {
			mean[k] += w * x
		}
	}
	for k := range mean {
		mean[k] /= total
	}
	for i, w := range d.weight {
		for k, x := range d.row(i) {
			spread[k] += w * (x - mean[k]) * (x - mean[k])
		}
	}
	for k, s := range spread {
		if spread[k] = math.Sqrt(s / total); !(spread[k] > 0.1) {
			spread[k] = math.Inf(1)
		}
	}
	return mean, spread
}

// linear is bias + Σ weights · inputs.
type linear struct {
	bias    float64
	weights []float64
}

func (l *linear) at(x []float64) float64 {
	s := l.bias
	for k, w := range l.weights {
		s += w * x[k]
	}
	return s
}

// standard brings weights for standardised inputs back to inputs as they are.
func standard(bias float64, weights, mean, spread []float64) linear {
	l := linear{bias: bias, weights: make([]float64, len(weights))}
	for k, w := range weights {
		l.weights[k] = w / spread[k]
		l.bias -= l.weights[k] * mean[k]
	}
	return l
}

// leastSquares minimises Σ weight (target - prediction)² + penalty Σ w², on standardised inputs; the bias is free.
func leastSquares(d *design, penalty float64) linear {
	mean, spread := d.moments()
	n := d.width
	gram, right := make([]float64, n*n), make([]float64, n)
	bias, total := 0.0, 0.0
	for i, w := range d.weight {
		bias, total = bias+w*d.target[i], total+w
	}
	bias /= total
	z := make([]float64, n)
	for i, w := range d.weight {
		for k, x := range d.row(i) {
			z[k] = (x - mean[k]) / spread[k]
			right[k] += w * z[k] * (d.target[i] - bias)
			for m := range k + 1 {
				gram[k*n+m] += w * z[k] * z[m]
			}
		}
	}
	for k := range n {
		gram[k*n+k] += penalty
	}
	solve(gram, right)
	return standard(bias, right, mean, spread)
}

// logistic minimises Σ weight · log loss + penalty/2 Σ (w - prior)² by Newton's method, on standardised inputs if prior is 0.
// The bias is free but for what keeps it finite. Targets are probabilities.
func logistic(d *design, penalty, prior float64) linear {
	n := d.width
	mean, spread := make([]float64, n), make([]float64, n)
	for k := range spread {
		spread[k] = 1
	}
	if prior == 0 {
		mean, spread = d.moments()
	}
	b := make([]float64, n+1) // the bias is last
	for k := range n {
		b[k] = prior
	}
	z := make([]float64, n+1)
	z[n] = 1
	for range 25 {
		hess, step := make([]float64, (n+1)*(n+1)), make([]float64, n+1)
		for i, w := range d.weight {
			s := b[n]
			for k, x := range d.row(i) {
				z[k] = (x - mean[k]) / spread[k]
				s += b[k] * z[k]
			}
			p := 1 / (1 + math.Exp(-s))
			pull, curve := w*(d.target[i]-p), w*max(p*(1-p), 1e-6)
			for k, v := range z {
				step[k] += pull * v
				cv := curve * v
				for m := range k + 1 {
					hess[k*(n+1)+m] += cv * z[m]
				}
			}
		}
		for k := range n {
			step[k] -= penalty * (b[k] - prior)
			hess[k*(n+1)+k] += penalty
		}
		step[n] -= 1e-3 * b[n]
		hess[n*(n+1)+n] += 1e-3
		solve(hess, step)
		moved := 0.0
		for k := range b {
			step[k] = max(min(step[k], 4), -4) // far from the solution, a full step may overshoot
			b[k] += step[k]
			moved = max(moved, math.Abs(step[k]))
		}
		if moved < 1e-6 {
			break
		}
	}
	return standard(b[n], b[:n], mean, spread)
}

// solve replaces right with the solution of a symmetric, positive definite system, of which the lower triangle is given
// (Cholesky). It destroys the system.
func solve(a, right []float64) {
	n := len(right)
	for i := range n {
		for j := range i + 1 {
			s := a[i*n+j]
			for k := range j {
				s -= a[i*n+k] * a[j*n+k]
			}
			if i == j {
				a[i*n+i] = math.Sqrt(max(s, 1e-12))
			} else {
				a[i*n+j] = s / a[j*n+j]
			}
		}
		for k := range i {
			right[i] -= a[i*n+k] * right[k]
		}
		right[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			right[i] -= a[k*n+i] * right[k]
		}
		right[i] /= a[i*n+i]
	}
}
