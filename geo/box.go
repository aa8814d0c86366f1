package geo

import "math"

// Box is a range of latitudes and longitudes in degrees, its borders included. West > East means that it goes
// across the antimeridian. The zero Box holds one point, (0, 0).
type Box struct {
	South, West, North, East float64
}

// Contains reports whether p lies in the box or on its border. The longitudes -180 and 180 are the same place.
func (b Box) Contains(p Point) bool {
	if !(p.Lat >= b.South && p.Lat <= b.North) {
		return false
	}
	return b.spans(p.Lon) || math.Abs(p.Lon) == 180 && b.spans(-p.Lon)
}

func (b Box) spans(lon float64) bool {
	if b.West <= b.East {
		return lon >= b.West && lon <= b.East
	}
	return lon >= b.West || lon <= b.East
}

// Intersects reports whether the boxes have a point in common.
func (b Box) Intersects(o Box) bool {
	if b.South > o.North || o.South > b.North {
		return false
	}
	return b.spans(o.West) || b.spans(o.East) || o.spans(b.West) || math.Abs(b.West) == 180 && o.spans(-b.West) ||
		math.Abs(b.East) == 180 && o.spans(-b.East)
}

// world is the box of everything between two latitudes.
func world(south, north float64) Box { return Box{South: south, West: -180, North: north, East: 180} }

// grown returns a box that holds every point within metres of b.
func (b Box) grown(metres float64) Box {
	deg := metres/EarthRadius/radians*(1+1e-9) + 1e-9 // never too small by a rounding
	south, north := max(-90, b.South-deg), min(90, b.North+deg)
	// The meridians that touch a circle around the point nearest a pole: sin Δλ = sin d / cos φ.
	s := math.Sin(deg*radians) / math.Cos(max(math.Abs(b.South), math.Abs(b.North))*radians)
	if s >= 1 {
		return world(south, north)
	}
	side := math.Asin(s)/radians + 1e-9
	width := b.East - b.West
	if width < 0 {
		width += 360
	}
	if width+2*side >= 360 {
		return world(south, north)
	}
	return Box{South: south, West: wrapLon(b.West - side), North: north, East: wrapLon(b.East + side)}
}
