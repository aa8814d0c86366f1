package offers

import (
	"math"

	"github.com/flaneur-io/flaneur/geo"
)

// The circle around a street of many kilometres holds half the city: who asks from there stands in it already, and their system
// would never tell that they came to the street. Such a reach is watched by a circle that holds what of it is near.

const (
	undecided = 50.0 // metres from the border at which a phone can't tell on which side it is
	hugWidth  = 8.0  // of a circle's radius, in distances to the reach: a wide one holds more of a straight border
	hugSpan   = 4.0  // how far the reach is searched, in the same
	hugDepth  = 6    // halvings of that
)

// hug narrows a circle that begins before half of the way to the reach is gone, and returns up to how many metres from p all of
// the reach lies in the circle still.
func (r *Reach) hug(p geo.Point) (holds float64) {
	reach, d := r.Offer.Reach, r.Metres
	if reach.Kind() == geo.NoRegion || reach.Kind() == geo.Circle || // around a store, or one itself
		d < undecided || geo.Distance(p, r.Centre)-r.Radius >= d/2 || reach.Contains(p) {
		return math.Inf(1)
	}
	nearest := outlook{reach: reach, from: p, metres: 2 * d}
	nearest.search()
	r.Radius = min(r.Radius, hugWidth*d)
	r.Centre = geo.Destination(p, geo.Bearing(p, nearest.at), d/2+r.Radius)
	rest := outlook{reach: reach, from: p, but: r, metres: hugSpan * d}
	rest.search()
	return max(rest.metres, d)
}

// outlook looks for what of a reach lies nearest to a point.
type outlook struct {
	reach  geo.Region
	from   geo.Point
	but    *Reach    // what lies in this circle does not count; nil: all does
	metres float64   // at least so far away it begins; at first how far to look
	at     geo.Point // about there
}

func (o *outlook) search() { o.look(0, 0, o.metres, hugDepth) }

// look searches a square of the plane around the point, given by its middle and half of its side in metres.
func (o *outlook) look(east, north, half float64, depth int) {
	away, radius := math.Hypot(east, north), half*math.Sqrt2*1.001 // the globe is no plane
	if away-radius >= o.metres {
		return
	}
	at := geo.Destination(o.from, math.Atan2(east, north)*180/math.Pi, away)
	if o.but != nil && geo.Distance(at, o.but.Centre)+radius <= o.but.Radius || o.reach.Relate(at, radius) == geo.Apart {
		return
	}
	if depth == 0 {
		o.at, o.metres = at, max(away-radius, 0)
		return
	}
	half /= 2
	x, y := math.Copysign(half, -east), math.Copysign(half, -north) // what lies nearer first
	o.look(east+x, north+y, half, depth-1)
	o.look(east+x, north-y, half, depth-1)
	o.look(east-x, north+y, half, depth-1)
	o.look(east-x, north-y, half, depth-1)
}
