package geo

import "math"

// CellCover is a cell that a region touches. Inside says that the cell lies wholly within the region, so that no
// exact test is needed there. Radius, in metres around Centre, holds all that the cover takes for the cell.
type CellCover struct {
	Cell   Cell
	Inside bool
	Centre Point
	Radius float64
}

// CellShape answers "is this point still in that cell?" without a call into H3. It holds half-planes a little within
// the cell's sides, so a yes is certain, and a no near the border only means: ask H3. Without NewCellShape, and for
// cells that are very large or near a pole, it contains nothing. Cell is set by NewCellShape in any case.
type CellShape struct {
	Cell     Cell
	lat, lon float64
	sides    [6][2]float32 // a point is inside if a·Δlat + b·Δlon <= 1 for all; unused ones are 0
	usable   bool
}

// NewCellShape makes the shape of a cell from its centre and its boundary (in order, either way round; H3 gives up to
// ten corners).
func NewCellShape(cell Cell, centre Point, boundary []Point) CellShape {
	s := CellShape{Cell: cell, lat: centre.Lat, lon: centre.Lon}
	nearest := math.Inf(1) // side, in degrees of latitude
	east := math.Cos(centre.Lat * radians)
	for i, from := range boundary {
		a, b, ok := halfPlane(centre, from, boundary[(i+1)%len(boundary)])
		if !ok {
			return s
		}
		nearest = min(nearest, 1/math.Hypot(a, b/east))
		if i < len(s.sides) {
			s.sides[i] = [2]float32{float32(a), float32(b)}
		}
	}
	if len(boundary) > len(s.sides) { // bent by an edge of H3's icosahedron: a hexagon in the circle within
		apothem := nearest * math.Sqrt(3) / 2
		for i := range s.sides {
			sin, cos := math.Sincos(float64(i) * math.Pi / 3)
			s.sides[i] = [2]float32{float32(cos / apothem), float32(sin * east / apothem)}
		}
	}
	s.usable = len(boundary) >= 3
	return s
}

// halfPlane returns a and b such that a·Δlat + b·Δlon <= 1 around centre lies within the great circle from-to.
func halfPlane(centre, from, to Point) (a, b float64, ok bool) {
	x1, y1 := wrapLon(from.Lon-centre.Lon), from.Lat-centre.Lat
	x2, y2 := wrapLon(to.Lon-centre.Lon), to.Lat-centre.Lat
	if math.Abs(x1) > 10 || math.Abs(x2) > 10 { // too near a pole for the plane
		return 0, 0, false
	}
	nx, ny := y2-y1, x1-x2 // the line through both ends is nx·x + ny·y = c
	c := nx*x1 + ny*y1
	if c < 0 {
		nx, ny, c = -nx, -ny, -c
	}
	var bend float64 // how far the great circle leaves the line; it may change sides at the equator
	u, v := from.vector(), to.vector()
	for _, f := range [...]float64{0.25, 0.5, 0.75} {
		on := u.scale(1 - f).add(v.scale(f)).point()
		bend = max(bend, math.Abs(c-nx*wrapLon(on.Lon-centre.Lon)-ny*(on.Lat-centre.Lat)))
	}
	// Room for samples that missed the top, for float32, and for H3's own rounding.
	c = (c-1.5*bend)*(1-1e-5) - 1e-9*math.Hypot(nx, ny)
	return ny / c, nx / c, c > 0
}

// Centre returns the centre of the cell; that of the zero shape is (0, 0).
func (s *CellShape) Centre() Point { return Point{s.lat, s.lon} }

// Contains reports whether p certainly lies in the cell. It does not allocate.
func (s *CellShape) Contains(p Point) bool {
	y, x := float32(p.Lat-s.lat), float32(wrapLon(p.Lon-s.lon))
	for i := range s.sides {
		if !(s.sides[i][0]*y+s.sides[i][1]*x <= 1) {
			return false
		}
	}
	return s.usable
}
