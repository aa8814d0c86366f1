package hex

import (
	"fmt"
	"math"

	"github.com/uber/h3-go/v4"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	// Finest is the finest resolution that FitResolution returns: cells of about 0.1 km², 200 m to a side. Finer ones
	// make an index larger but hardly faster.
	Finest = 9

	// MaxCells bounds a cover.
	MaxCells = 2000

	fitCells = 64 // what FitResolution aims at
)

// Grid is the H3 grid as a value, for consumers that hold it behind an interface of their own. The zero Grid is ready
// for use; its methods are the functions of this package.
type Grid struct{}

// At is the function At.
func (Grid) At(p geo.Point, res int) (geo.Cell, error) { return At(p, res) }

// CoverAncestors is the function CoverAncestors.
func (Grid) CoverAncestors(dst []geo.CellCover, r geo.Region, res, of int) ([]geo.CellCover, error) {
	return CoverAncestors(dst, r, res, of)
}

// Fit is the function Fit.
func (Grid) Fit(r geo.Region, finest, cells int) int { return Fit(r, finest, cells) }

// Shape is the function Shape.
func (Grid) Shape(c geo.Cell) (geo.CellShape, error) { return Shape(c) }

// At returns the cell that holds p at resolution res, 0 to 15.
func At(p geo.Point, res int) (geo.Cell, error) {
	if err := p.Check(""); err != nil {
		return 0, err
	}
	c, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat, Lng: p.Lon}, res)
	if err != nil {
		return 0, failed("hex.At", err)
	}
	return geo.Cell(c), nil
}

// Centre returns the middle of a cell.
func Centre(c geo.Cell) (geo.Point, error) {
	if !h3.Cell(c).IsValid() { // the library answers nonsense for some invalid cells
		return geo.Point{}, invalidCell()
	}
	at, err := h3.CellToLatLng(h3.Cell(c))
	if err != nil {
		return geo.Point{}, failed("hex.Centre", err)
	}
	return point(at), nil
}

// Boundary returns a cell's corners in order: 6 for a hexagon, 5 for a pentagon, up to 10 where an edge of H3's
// icosahedron cuts the sides. Sides are great-circle arcs.
func Boundary(c geo.Cell) ([]geo.Point, error) {
	if !h3.Cell(c).IsValid() {
		return nil, invalidCell()
	}
	corners, err := h3.CellToBoundary(h3.Cell(c))
	if err != nil {
		return nil, failed("hex.Boundary", err)
	}
	points := make([]geo.Point, len(corners))
	for i, corner := range corners {
		points[i] = point(corner)
	}
	return points, nil
}

// Shape returns a cell's shape, which tells without H3 whether a point still lies in the cell.
func Shape(c geo.Cell) (geo.CellShape, error) {
	centre, err := Centre(c)
	if err != nil {
		return geo.CellShape{}, err
	}
	boundary, err := Boundary(c)
	if err != nil {
		return geo.CellShape{}, err
	}
	return geo.NewCellShape(c, centre, boundary), nil
}

// Disk appends to dst the cells within k steps of c, c included, in no particular order. k is 0 to 25.
func Disk(dst []geo.Cell, c geo.Cell, k int) ([]geo.Cell, error) {
	if !h3.Cell(c).IsValid() {
		return dst, invalidCell()
	}
	if k < 0 || k > 25 {
		return dst, fault.Field("k", "must be from 0 to 25")
	}
	cells, err := h3.GridDisk(h3.Cell(c), k)
	if err != nil {
		return dst, failed("hex.Disk", err)
	}
	for _, cell := range cells {
		dst = append(dst, geo.Cell(cell))
	}
	return dst, nil
}

// FitResolution returns the finest resolution, at most Finest, at which the cover of r has about 64 cells or fewer.
func FitResolution(r geo.Region) int { return Fit(r, Finest, fitCells) }

// Fit returns the finest resolution, at most finest, at which the cover of r has about so many cells or fewer.
func Fit(r geo.Region, finest, cells int) int {
	for res := finest; res > 0; res-- {
		area := meanArea(res)
		reach := math.Sqrt(area) // a little more than the radius of the circle around a hexagon: √(2/(3√3)) √area = 0.62 √area
		// Cells whose surrounding circle meets the region: Steiner's formula for the region grown by 0.75 √area.
		reach *= 0.75
		if (r.Area()+r.Perimeter()*reach+math.Pi*reach*reach)/area <= float64(cells) {
			return res
		}
	}
	return 0
}

// meanArea returns the mean area of a cell in square metres: a cell has seven children.
func meanArea(res int) float64 {
	const base = 4.0 * math.Pi * geo.EarthRadius * geo.EarthRadius / 122
	return base / math.Pow(7, float64(res))
}

func point(l h3.LatLng) geo.Point {
	lon := l.Lng
	switch { // the library's radians round beyond ±180
	case lon > 180:
		lon -= 360
	case lon < -180:
		lon += 360
	}
	return geo.Point{Lat: max(-90, min(90, l.Lat)), Lon: lon}
}

func failed(op string, err error) error {
	return fault.New(fault.Invalid, fault.CodeInvalidField, "H3 refuses it").Wrap(fmt.Errorf("%s: %w", op, err))
}

func invalidCell() error { return fault.Field("cell", "must be an H3 cell") }
