package geo

import "math"

const linkArcs = 16

// chain is a sequence of great-circle arcs, with a ball around every few of them that spares a look at each.
type chain struct {
	v     []vector
	balls []ball // ball i holds the arcs from vertex i·linkArcs on
}

// ball is in space: centre and radius on the scale of the unit sphere.
type ball struct {
	centre vector
	radius float64
}

func newChain(v []vector) chain {
	c := chain{v: v}
	for from := 0; from < len(v)-1; from += linkArcs {
		c.balls = append(c.balls, ballAround(v[from:min(from+linkArcs+1, len(v))]))
	}
	return c
}

// ballAround returns a ball that holds the arcs between points: an arc shorter than half the globe lies in the ball
// over its chord, and a straight chord in every ball that holds its ends.
func ballAround(points []vector) ball {
	var sum vector
	for _, p := range points {
		sum = sum.add(p)
	}
	b := ball{centre: sum.scale(1 / float64(len(points)))}
	var half float64 // of the longest chord
	for i, p := range points {
		d := p.sub(b.centre)
		b.radius = max(b.radius, math.Sqrt(d.dot(d)))
		if i > 0 {
			step := p.sub(points[i-1])
			half = max(half, math.Sqrt(step.dot(step))/2)
		}
	}
	b.radius += half + 1e-12
	return b
}

// beyond reports whether every arc in the ball is farther than limit metres from every point within radius (on the
// scale of the unit sphere) of p.
func (b *ball) beyond(p vector, radius, limit float64) bool {
	d := p.sub(b.centre)
	reach := limit/EarthRadius + b.radius + radius
	return d.dot(d) > reach*reach // a chord is no longer than its arc
}

// distance returns the metres from p to the nearest arc. It may return anything larger than limit for a chain that is
// farther than limit, and is content with any arc that is as near as enough.
func (c *chain) distance(p vector, limit, enough float64) float64 {
	d := math.Inf(1)
	for i := range c.balls {
		if c.balls[i].beyond(p, 0, min(d, limit)) {
			continue
		}
		for j := i*linkArcs + 1; j < len(c.v) && j <= (i+1)*linkArcs; j++ {
			d = min(d, toArc(p, c.v[j-1], c.v[j]))
		}
		if d <= enough {
			break
		}
	}
	return d
}

// within reports whether the arc from a to b comes within metres of the chain.
func (c *chain) within(a, b vector, metres float64) bool {
	way := ballAround([]vector{a, b})
	for i := range c.balls {
		if c.balls[i].beyond(way.centre, way.radius, metres) {
			continue
		}
		for j := i*linkArcs + 1; j < len(c.v) && j <= (i+1)*linkArcs; j++ {
			if betweenArcs(c.v[j-1], c.v[j], a, b) <= metres {
				return true
			}
		}
	}
	return false
}

func (c *chain) length() float64 {
	var sum float64
	for i := 1; i < len(c.v); i++ {
		sum += c.v[i-1].metres(c.v[i])
	}
	return sum
}
