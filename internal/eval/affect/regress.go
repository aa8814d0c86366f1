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
	z := make([]float64, d.rows()*(n+1)) // a 1 for the bias is last in each row
	for i := range d.rows() {
		for k, x := range d.row(i) {
			z[i*(n+1)+k] = (x - mean[k]) / spread[k]
		}
		z[i*(n+1)+n] = 1
	}
	n++
	penalties, at := make([]float64, n), make([]float64, n)
	for k := range penalties {
		penalties[k], at[k] = penalty, prior
	}
	penalties[n-1], at[n-1] = 1e-3, 0
	newton := newton{design: d, z: z, n: n, penalties: penalties, prior: append([]float64{}, at...), hess: make([]float64, n*n), step: make([]float64, n)}
	loss := newton.slope(at)
	for range 50 {
		solve(newton.hess, newton.step)
		step, before := append([]float64{}, newton.step...), loss
		for size := 1.0; ; size /= 2 { // a full step may overshoot
			next := make([]float64, n)
			for k := range next {
				next[k] = at[k] + size*step[k]
			}
			if loss = newton.slope(next); loss <= before || size < 1e-6 {
				at = next
				break
			}
		}
		if before-loss < 1e-9*(1+before) {
			break
		}
	}
	return standard(at[n-1], at[:n-1], mean, spread)
}

// newton is the local shape of a logistic regression's loss.
type newton struct {
	*design
	z                []float64
	n                int
	penalties, prior []float64
	hess, step       []float64 // lower triangle of the curvature, and the downward slope
}

// slope returns the loss at b and leaves its shape there.
func (w *newton) slope(b []float64) (loss float64) {
	clear(w.hess)
	clear(w.step)
	for i, weight := range w.weight {
		z := w.z[i*w.n : (i+1)*w.n]
		s := 0.0
		for k, x := range z {
			s += b[k] * x
		}
		p := 1 / (1 + math.Exp(-s))
		loss += weight * (math.Log1p(math.Exp(-math.Abs(s))) + max(s, 0) - w.target[i]*s)
		pull, curve := weight*(w.target[i]-p), weight*p*(1-p)
		for k, x := range z {
			w.step[k] += pull * x
			row, cx := w.hess[k*w.n:k*w.n+k+1], curve*x
			for m := range row {
				row[m] += cx * z[m]
			}
		}
	}
	for k, p := range w.penalties {
		loss += p / 2 * (b[k] - w.prior[k]) * (b[k] - w.prior[k])
		w.step[k] -= p * (b[k] - w.prior[k])
		w.hess[k*w.n+k] += p
	}
	return loss
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
