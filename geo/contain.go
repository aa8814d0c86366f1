package geo

import "math"

// Contains reports whether p lies in the region or on its border: exactly for a polygon, within a micrometre for
// circles and corridors. It does not allocate.
func (r Region) Contains(p Point) bool {
	s := r.s
	if s == nil || !s.box.Contains(p) {
		return false
	}
	switch s.kind {
	case Circle:
		return haversine(s.centre, p, s.cosLat) <= s.haversine
	case Corridor:
		reach := s.radius + slack
		return s.line.distance(p.vector(), reach, reach) <= reach
	default:
		return s.inPolygons(p)
	}
}

// Distance returns the metres from p to the nearest point of the region, 0 within. For a polygon with sides of many
// kilometres it is approximate: it takes them for great circles.
func (r Region) Distance(p Point) float64 {
	if r.s == nil {
		return math.Inf(1)
	}
	return max(0, r.s.signedDistance(p))
}

// SignedDistance returns the metres from p to the region's border, negative inside; +Inf for the zero Region. For a
// polygon with sides of many kilometres it is approximate, as Distance is.
func (r Region) SignedDistance(p Point) float64 {
	if r.s == nil {
		return math.Inf(1)
	}
	return r.s.signedDistance(p)
}

// Relation tells how a disk lies to a region.
type Relation uint8

// The relations.
const (
	Apart   Relation = iota // no point in common
	Meeting                 // perhaps points in common
	Within                  // the whole disk lies in the region
)

// Relate tells how the disk of all points within radius metres of centre lies to the region. Apart and Within are
// certain; in doubt the answer is Meeting.
func (r Region) Relate(centre Point, radius float64) Relation {
	if r.s == nil {
		return Apart
	}
	d, radius := r.s.signedDistance(centre), radius+r.s.bulge
	switch {
	case d > radius:
		return Apart
	case d <= -radius:
		return Within
	}
	return Meeting
}

// Parts appends to dst at least one point of the border or inside of each part of the region that is connected.
func (r Region) Parts(dst []Point) []Point {
	switch r.Kind() {
	case Polygon, Cells:
		for _, p := range r.s.polygons {
			dst = append(dst, p[0].arcs.v[0].point())
		}
	case Circle, Corridor:
		dst = append(dst, r.s.centre)
	}
	return dst
}

// signedDistance returns the metres from p to the border, negative inside; for a polygon give or take its bulge.
func (s *shape) signedDistance(p Point) float64 {
	switch s.kind {
	case Circle:
		return arc(haversine(s.centre, p, s.cosLat)) - s.radius
	case Corridor:
		return s.line.distance(p.vector(), math.Inf(1), 0) - s.radius
	}
	d := s.toBorder(p.vector())
	if s.box.Contains(p) && s.inPolygons(p) {
		return -d
	}
	return d
}

func (s *shape) toBorder(v vector) float64 {
	d := math.Inf(1)
	for _, polygon := range s.polygons {
		for i := range polygon {
			d = min(d, polygon[i].arcs.distance(v, d, 0))
		}
	}
	return d
}

func (s *shape) inPolygons(p Point) bool {
	for _, polygon := range s.polygons {
		if inPolygon(polygon, p) {
			return true
		}
	}
	return false
}

func inPolygon(polygon []ring, p Point) bool {
	if polygon[0].locate(p) == outside {
		return false
	}
	for i := 1; i < len(polygon); i++ {
		if polygon[i].locate(p) == inside {
			return false
		}
	}
	return true
}

type location uint8

const (
	outside location = iota
	onBorder
	inside
)

// locate tells where p lies, trying every turn of its longitude that the ring spans.
func (r *ring) locate(p Point) location {
	if p.Lat < r.minY || p.Lat > r.maxY {
		return outside
	}
	if math.Abs(p.Lat) == 90 { // a pole has every longitude
		return onBorder
	}
	x := p.Lon + 360*math.Ceil((r.minX-p.Lon)/360)
	found := outside
	for ; x <= r.maxX; x += 360 {
		found = max(found, r.locateFlat(x, p.Lat))
	}
	return found
}

// locateFlat counts the sides that a ray to the east crosses; every sign is exact.
func (r *ring) locateFlat(x, y float64) location {
	in := false
	for _, i := range r.sidesAt(y) {
		x0, y0, x1, y1 := r.x[i], r.y[i], r.x[i+1], r.y[i+1]
		if (y0 > y) == (y1 > y) {
			if y1 == y && (x1 == x || y0 == y && (x0 <= x) == (x <= x1)) {
				return onBorder
			}
			continue
		}
		if x0 < x && x1 < x { // the side lies to the west
			continue
		}
		side := turn(x0, y0, x1, y1, x, y)
		if side == 0 {
			return onBorder
		}
		if (side > 0) == (y1 > y0) {
			in = !in
		}
	}
	if in {
		return inside
	}
	return outside
}

// Crosses reports whether the way from one fix to the next touches the region: along the great circle for circles
// and corridors, straight in longitude and latitude for polygons.
func Crosses(r Region, from, to Point) bool {
	s := r.s
	if s == nil {
		return false
	}
	if r.Contains(from) || r.Contains(to) {
		return true
	}
	switch s.kind {
	case Circle:
		return toArc(s.centre.vector(), from.vector(), to.vector()) <= s.radius+slack
	case Corridor:
		return s.line.within(from.vector(), to.vector(), s.radius+slack)
	}
	for _, polygon := range s.polygons {
		// Both ends are outside: a way through the polygon crosses its outline.
		if polygon[0].crossedBy(from, to) {
			return true
		}
		// Or it starts and ends in holes.
		for i := 1; i < len(polygon); i++ {
			if polygon[i].crossedBy(from, to) {
				return true
			}
		}
	}
	return false
}

// crossedBy reports whether the segment touches the ring, at any turn of its longitude.
func (r *ring) crossedBy(from, to Point) bool {
	ax, ay, by := from.Lon, from.Lat, to.Lat
	bx := ax + wrapLon(to.Lon-from.Lon)
	if max(ay, by) < r.minY || min(ay, by) > r.maxY {
		return false
	}
	turns := 360 * math.Ceil((r.minX-max(ax, bx))/360)
	for ax, bx = ax+turns, bx+turns; min(ax, bx) <= r.maxX; ax, bx = ax+360, bx+360 {
		for i := 1; i < len(r.x); i++ {
			if segmentsTouch(ax, ay, bx, by, r.x[i-1], r.y[i-1], r.x[i], r.y[i]) {
				return true
			}
		}
	}
	return false
}
