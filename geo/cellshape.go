package geo

import "math"

// CellCover is a cell that a region touches. Inside says that the cell lies wholly within the region, so that no
// exact test is needed there.
type CellCover struct {
	Cell   Cell
	Inside bool
}

// CellShape answers "is this point still in that cell?" without a call into H3. It holds half-planes a little within
// the cell's sides, so a yes is certain and a no near the border (or of a cell that is very large, near a pole, or
// bent by an edge of H3's icosahedron) only means: ask H3. The zero CellShape contains nothing.
type CellShape struct {
	Cell     Cell
	lat, lon float64
	sides    [6][2]float32 // a point is inside if a·Δlat + b·Δlon <= 1 for all; unused ones are 0
}

// NewCellShape makes the shape of a cell from its centre and its boundary (in order, either way round).
func NewCellShape(cell Cell, centre Point, boundary []Point) CellShape {
	s := CellShape{Cell: cell, lat: centre.Lat, lon: centre.Lon}
	if len(boundary) < 3 || len(boundary) > len(s.sides) {
		return CellShape{}
	}
	for i, from := range boundary {
		to := boundary[(i+1)%len(boundary)]
		ax, ay := wrapLon(from.Lon-centre.Lon), from.Lat-centre.Lat
		bx, by := wrapLon(to.Lon-centre.Lon), to.Lat-centre.Lat
		if math.Abs(ax) > 10 || math.Abs(bx) > 10 { // too near a pole for the plane
			return CellShape{}
		}
		// The line through both ends is nx·x + ny·y = c; the cell's true side, a great circle, leaves it by bend.
		nx, ny := by-ay, ax-bx
		c := nx*ax + ny*ay
		if c < 0 {
			nx, ny, c = -nx, -ny, -c
		}
		var bend float64
		u, v := from.vector(), to.vector()
		for _, f := range [...]float64{0.25, 0.5, 0.75} {
			on := u.scale(1 - f).add(v.scale(f)).point()
			bend = max(bend, c-nx*wrapLon(on.Lon-centre.Lon)-ny*(on.Lat-centre.Lat))
		}
		c = (c-1.5*bend)*(1-1e-5) - 1e-9*math.Hypot(nx, ny) // room for float32 and for H3's own rounding
		if c <= 0 {
			return CellShape{}
		}
		s.sides[i] = [2]float32{float32(ny / c), float32(nx / c)}
	}
	return s
}

// Contains reports whether p certainly lies in the cell.
func (s *CellShape) Contains(p Point) bool {
	if s.Cell == 0 {
		return false
	}
	y, x := float32(p.Lat-s.lat), float32(wrapLon(p.Lon-s.lon))
	for i := range s.sides {
		if !(s.sides[i][0]*y+s.sides[i][1]*x <= 1) {
			return false
		}
	}
	return true
}
