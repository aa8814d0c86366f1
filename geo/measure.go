package geo

import "math"

const radians = math.Pi / 180

// Distance returns the great-circle distance from a to b in metres (haversine formula).
func Distance(a, b Point) float64 {
	return arc(haversine(a, b, math.Cos(a.Lat*radians)))
}

// arc returns the metres of an angle from sin² of half of it.
func arc(h float64) float64 {
	x := math.Sqrt(min(1, h))
	if x < 1e-3 { // 12 km: two terms of the arc sine are exact
		return EarthRadius * 2 * x * (1 + x*x/6)
	}
	return EarthRadius * 2 * math.Asin(x)
}

// haversine returns sin² of half the angle between a and b; cosA is the cosine of a's latitude.
func haversine(a, b Point, cosA float64) float64 {
	sinLat := sine((b.Lat - a.Lat) * (radians / 2))
	sinLon := sine((b.Lon - a.Lon) * (radians / 2))
	return sinLat*sinLat + cosA*math.Cos(b.Lat*radians)*sinLon*sinLon
}

// sine is math.Sin at a fraction of the cost for the small angles between points that lie near each other.
func sine(x float64) float64 {
	if math.Abs(x) < 1e-3 { // 12 km: two terms are exact
		return x * (1 - x*x/6)
	}
	return math.Sin(x)
}

// FlatDistance approximates Distance on the plane that touches the sphere half-way: at a fraction of the cost, with
// an error below 0.1 % up to 100 km apart and 80° of latitude.
func FlatDistance(a, b Point) float64 {
	x := wrapLon(b.Lon-a.Lon) * math.Cos((a.Lat+b.Lat)*(radians/2))
	y := b.Lat - a.Lat
	return EarthRadius * radians * math.Sqrt(x*x+y*y)
}

// Bearing returns the initial course from a to b in degrees clockwise from north, in [0, 360). It is 0 if they are
// the same point.
func Bearing(a, b Point) float64 {
	sinA, cosA := math.Sincos(a.Lat * radians)
	sinB, cosB := math.Sincos(b.Lat * radians)
	sinLon, cosLon := math.Sincos((b.Lon - a.Lon) * radians)
	deg := math.Atan2(sinLon*cosB, cosA*sinB-sinA*cosB*cosLon) / radians
	if deg < 0 {
		deg += 360
	}
	if deg >= 360 { // a tiny negative angle rounds up to a full turn
		deg = 0
	}
	return deg
}

// Destination returns the point that lies metres away from p along the great circle that starts with bearing
// (degrees clockwise from north).
func Destination(p Point, bearing, metres float64) Point {
	sinLat, cosLat := math.Sincos(p.Lat * radians)
	sinLon, cosLon := math.Sincos(p.Lon * radians)
	sinB, cosB := math.Sincos(bearing * radians)
	sinD, cosD := math.Sincos(metres / EarthRadius)
	// In space rather than by the textbook's arc sine, which loses its figures near the poles.
	north := vector{-sinLat * cosLon, -sinLat * sinLon, cosLat}
	east := vector{-sinLon, cosLon, 0}
	ahead := north.scale(cosB).add(east.scale(sinB))
	return p.vector().scale(cosD).add(ahead.scale(sinD)).point()
}

// wrapLon brings a longitude, or a difference of two, into [-180, 180].
func wrapLon(deg float64) float64 {
	switch {
	case deg >= -180 && deg <= 180:
		return deg
	case deg > 180 && deg <= 540:
		return deg - 360
	case deg < -180 && deg >= -540:
		return deg + 360
	}
	return math.Remainder(deg, 360)
}

// vector is a point of the unit sphere, or a direction in space.
type vector struct{ x, y, z float64 }

func (p Point) vector() vector {
	sinLat, cosLat := math.Sincos(p.Lat * radians)
	sinLon, cosLon := math.Sincos(p.Lon * radians)
	return vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func (v vector) point() Point {
	return Point{Lat: math.Atan2(v.z, math.Hypot(v.x, v.y)) / radians, Lon: math.Atan2(v.y, v.x) / radians}
}

func (v vector) sub(w vector) vector  { return vector{v.x - w.x, v.y - w.y, v.z - w.z} }
func (v vector) add(w vector) vector  { return vector{v.x + w.x, v.y + w.y, v.z + w.z} }
func (v vector) dot(w vector) float64 { return v.x*w.x + v.y*w.y + v.z*w.z }
func (v vector) cross(w vector) vector {
	return vector{v.y*w.z - v.z*w.y, v.z*w.x - v.x*w.z, v.x*w.y - v.y*w.x}
}

func (v vector) scale(f float64) vector { return vector{v.x * f, v.y * f, v.z * f} }

// metres returns the great-circle distance between two points of the unit sphere.
func (v vector) metres(w vector) float64 {
	d := v.sub(w)
	return EarthRadius * 2 * math.Asin(min(1, math.Sqrt(d.dot(d))/2))
}

// toArc returns the distance in metres from p to the shorter great-circle arc from a to b.
func toArc(p, a, b vector) float64 {
	// Differences of near vectors keep the figures that products of whole ones would lose.
	n := a.cross(b.sub(a))
	nn := n.dot(n)
	if nn < 1e-30 { // shorter than a few nanometres, or antipodal
		return min(p.metres(a), p.metres(b))
	}
	fromA, fromB := p.sub(a), p.sub(b)
	if n.cross(a).dot(fromA) >= 0 && b.cross(n).dot(fromB) >= 0 {
		return EarthRadius * math.Asin(min(1, math.Abs(n.dot(fromA))/math.Sqrt(nn)))
	}
	return min(p.metres(a), p.metres(b))
}

// betweenArcs returns the shortest distance in metres between the arcs a-b and c-d, 0 if they cross.
func betweenArcs(a, b, c, d vector) float64 {
	n, m := a.cross(b.sub(a)), c.cross(d.sub(c))
	acrossN := n.dot(c.sub(a)) * n.dot(d.sub(a))
	acrossM := m.dot(a.sub(c)) * m.dot(b.sub(c))
	// On opposite sides of each other's plane, and not on the far side of the globe.
	if acrossN < 0 && acrossM < 0 && a.add(b).dot(c.add(d)) > 0 {
		return 0
	}
	return min(toArc(a, c, d), toArc(b, c, d), toArc(c, a, b), toArc(d, a, b))
}
