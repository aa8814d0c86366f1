package physio

import "math"

// trend accumulates the moments of points (x, y) in one pass, and can be merged with another one
// (Welford 1962; Chan, Golub & LeVeque 1983).
type trend struct {
	n             float64
	x, y          float64 // means
	sxx, syy, sxy float64 // sums of products of the distances from them
}

func (t *trend) add(x, y float64) {
	t.n++
	dx, dy := x-t.x, y-t.y
	t.x += dx / t.n
	t.y += dy / t.n
	t.sxx += dx * (x - t.x)
	t.syy += dy * (y - t.y)
	t.sxy += dx * (y - t.y)
}

// merge takes along the points of u, moved by shift to the right.
func (t *trend) merge(u *trend, shift float64) {
	if u.n == 0 {
		return
	}
	n := t.n + u.n
	dx, dy := u.x+shift-t.x, u.y-t.y
	w := t.n * u.n / n
	t.sxx += u.sxx + w*dx*dx
	t.syy += u.syy + w*dy*dy
	t.sxy += u.sxy + w*dx*dy
	t.x += dx * u.n / n
	t.y += dy * u.n / n
	t.n = n
}

func (t *trend) sd() float64 { return math.Sqrt(t.syy / t.n) } // of the population

// slope is that of the least-squares line, in units of y per unit of x.
func (t *trend) slope() float64 {
	if t.sxx == 0 {
		return 0
	}
	return t.sxy / t.sxx
}
