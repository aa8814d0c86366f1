package accept

// The curve has a knot at every half from -5 to 5.
const (
	knots     = 21
	firstKnot = -5
	perUnit   = 2
)

const (
	doubt      = 20  // evidence, in variances, that a knot is right as it is
	mostProofs = 500 // beyond that the past counts half
	farthest   = 1   // from the knot: nobody's answers bend the curve further
	proportion = 64  // lessons between two drawings of the curve
)

// calibration is what came of log-odds: for each knot the sum of outcomes less expectations, and of their variances. An
// answer counts for the two knots beside it.
type calibration struct {
	surplus, variance [knots]float32
	lessons           uint32
}

// curve is what log-odds of the knots came to, in log-odds.
type curve [knots]float32

// place returns the knot below (0 to knots-2) and how far it is from there to the next; beyond the ends less than 0 or more than 1.
func place(logit float32) (knot int, part float32) {
	at := (logit - firstKnot) * perUnit
	knot = int(min(max(at, 0), knots-2))
	return knot, at - float32(knot)
}

func (c *curve) at(logit float32) float32 {
	if logit != logit { // NaN has no place
		return logit
	}
	k, part := place(logit)
	switch {
	case part < 0:
		return c[0] + part/perUnit
	case part > 1:
		return c[knots-1] + (part-1)/perUnit
	}
	return c[k] + part*(c[k+1]-c[k])
}

// Calibrate learns what log-odds came to, and nothing else. Learn does so by itself.
func (m *Model) Calibrate(logit float32, taken bool, weight float32) {
	weight = min(max(weight, 0), mostLesson)
	if !(weight > 0) || !finite(logit) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calibrate(logit, taken, weight)
}

func (m *Model) calibrate(logit float32, taken bool, weight float32) {
	c := &m.calibration
	p := logistic(logit)
	surplus, variance := -p*weight, p*(1-p)*weight
	if taken {
		surplus += weight
	}
	k, part := place(logit)
	part = min(max(part, 0), 1)
	for i, share := range [2]float32{1 - part, part} {
		s, v := &c.surplus[k+i], &c.variance[k+i]
		*s, *v = *s+share*surplus, *v+share*variance
		if *v > mostProofs {
			*s, *v = *s/2, *v/2
		}
	}
	if c.lessons++; c.lessons%proportion == 0 {
		m.curve.Store(c.draw())
	}
	m.dirty[0] = true
}

// draw moves each knot by one Newton step towards what came of it, as far as there is proof, and makes the curve grow
// everywhere (pool adjacent violators, Barlow et al. 1972).
func (c *calibration) draw() *curve {
	var y, w [knots]float32 // pools: value, weight
	var size [knots]int
	pools := 0
	for i := range knots {
		x := float32(firstKnot) + float32(i)/perUnit
		proofs := c.variance[i] + doubt
		y[pools], w[pools], size[pools] = x+min(max(c.surplus[i]/proofs, -farthest), farthest), proofs, 1
		for ; pools > 0 && y[pools-1] >= y[pools]; pools-- {
			sum := w[pools-1] + w[pools]
			y[pools-1] = (y[pools-1]*w[pools-1] + y[pools]*w[pools]) / sum
			w[pools-1], size[pools-1] = sum, size[pools-1]+size[pools]
		}
		pools++
	}
	out, i := &curve{}, 0
	for p := range pools {
		for range size[p] {
			x := float32(firstKnot) + float32(i)/perUnit
			out[i] = 0.05*x + 0.95*y[p] // level stretches still rise a little, so that order is never lost
			i++
		}
	}
	return out
}
