package geo

import (
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// turn returns the sign of the turn from a over b to c: positive to the left, 0 if the three lie on a line. The sign
// is exact unless coordinates below 1e-100 are involved (Shewchuk 1997: a filter, then the determinant unrounded).
func turn(ax, ay, bx, by, cx, cy float64) float64 {
	left, right := (ax-cx)*(by-cy), (ay-cy)*(bx-cx)
	det := left - right
	const bound = 3.3306690738754716e-16 // (3 + 16ε)ε with ε = 2⁻⁵³
	if sum := math.Abs(left) + math.Abs(right); math.Abs(det) > bound*sum || left == 0 && right == 0 {
		return det
	}
	return exactTurn(ax, ay, bx, by, cx, cy)
}

// exactTurn sums ax·by − ax·cy − cx·by − ay·bx + ay·cx + cy·bx as an expansion of floats that do not overlap.
func exactTurn(ax, ay, bx, by, cx, cy float64) float64 {
	var terms [12]float64
	n := 0
	for _, f := range [6][2]float64{{ax, by}, {-ax, cy}, {-cx, by}, {-ay, bx}, {ay, cx}, {cy, bx}} {
		product := f[0] * f[1]
		for _, q := range [2]float64{math.FMA(f[0], f[1], -product), product} {
			for i := range n { // grow-expansion
				sum := q + terms[i]
				virtual := sum - q
				terms[i] = (q - (sum - virtual)) + (terms[i] - virtual)
				q = sum
			}
			terms[n] = q
			n++
		}
	}
	for _, t := range slices.Backward(terms[:]) { // the largest that is not 0 has the sign
		if t != 0 {
			return t
		}
	}
	return 0
}

// segmentsTouch reports whether the closed segments a-b and c-d have a point in common.
func segmentsTouch(ax, ay, bx, by, cx, cy, dx, dy float64) bool {
	if max(ax, bx) < min(cx, dx) || max(cx, dx) < min(ax, bx) || max(ay, by) < min(cy, dy) || max(cy, dy) < min(ay, by) {
		return false
	}
	// The boxes overlap; so do the segments unless one lies wholly on one side of the other.
	c, d := turn(ax, ay, bx, by, cx, cy), turn(ax, ay, bx, by, dx, dy)
	if c > 0 && d > 0 || c < 0 && d < 0 {
		return false
	}
	a, b := turn(cx, cy, dx, dy, ax, ay), turn(cx, cy, dx, dy, bx, by)
	return !(a > 0 && b > 0 || a < 0 && b < 0)
}

// maxPairs bounds the comparisons for one ring; 10,000 vertices of a coast or a city limit need a fraction of it.
const maxPairs = 10_000_000

// checkSimple refuses a ring that crosses, touches or retraces itself. It sweeps from west to east over the sides
// and compares each with those that reach as far.
func (r *ring) checkSimple(path string) error {
	sides, before := r.distinctSides()
	if len(sides) < 3 {
		return fault.Field(path, "must enclose an area")
	}
	for i, s := range sides {
		p := sides[before[i]]
		if turn(r.x[p[0]], r.y[p[0]], r.x[p[1]], r.y[p[1]], r.x[s[1]], r.y[s[1]]) == 0 &&
			(r.x[p[1]]-r.x[p[0]])*(r.x[s[1]]-r.x[s[0]])+(r.y[p[1]]-r.y[p[0]])*(r.y[s[1]]-r.y[s[0]]) < 0 {
			return fault.Field(index(path, s[0]), "must not retrace the side before it")
		}
	}
	order := make([]int, len(sides))
	for i := range order {
		order[i] = i
	}
	west := func(i int) float64 { return min(r.x[sides[i][0]], r.x[sides[i][1]]) }
	east := func(i int) float64 { return max(r.x[sides[i][0]], r.x[sides[i][1]]) }
	slices.SortFunc(order, func(i, j int) int {
		switch a, b := west(i), west(j); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return i - j
	})
	var active []int
	pairs := 0
	for _, i := range order {
		from := west(i)
		active = slices.DeleteFunc(active, func(j int) bool { return east(j) < from })
		if pairs += len(active); pairs > maxPairs {
			return fault.New(fault.TooLarge, fault.CodeTooLarge, "is too intricate: use fewer positions").WithField(path)
		}
		a, b := sides[i][0], sides[i][1]
		for _, j := range active {
			if before[i] == j || before[j] == i {
				continue // neighbours share a vertex
			}
			c, d := sides[j][0], sides[j][1]
			if segmentsTouch(r.x[a], r.y[a], r.x[b], r.y[b], r.x[c], r.y[c], r.x[d], r.y[d]) {
				return fault.Field(index(path, max(a, c)), "must not lead the ring across or along itself (side %d meets side %d)",
					min(a, c), max(a, c))
			}
		}
		active = append(active, i)
	}
	return nil
}

// distinctSides returns the pairs of vertices that differ, and for each the number of the side before it.
func (r *ring) distinctSides() (sides [][2]int, before []int) {
	last := 0
	for i := 1; i < len(r.x); i++ {
		if r.x[i] != r.x[last] || r.y[i] != r.y[last] {
			sides = append(sides, [2]int{last, i})
			last = i
		}
	}
	before = make([]int, len(sides))
	for i := range before {
		before[i] = (i + len(sides) - 1) % len(sides)
	}
	return sides, before
}
