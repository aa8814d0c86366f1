package geo

import (
	"slices"
	"strconv"

	"github.com/twpayne/go-geom/encoding/geojson"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Limits of a region of cells.
const (
	MaxCells          = 1000
	MinCellResolution = 4  // about 1800 km² to a cell
	MaxCellResolution = 11 // about 2200 m²
)

// NewCells returns the region of H3 cells: from 1 to MaxCells different ones, of the resolutions MinCellResolution to
// MaxCellResolution. Outline is what the cells cover, as polygons like those of NewMultiPolygon: this package knows no
// H3, geo/hex.Region does. Without an outline the region only names its cells: it holds no point, and nobody takes
// it for a reach. An error is a *fault.Error that names the offending input as in GeoJSON (cells[3]).
func NewCells(cells []Cell, outline ...[][]Point) (Region, error) {
	if err := checkCells(cells); err != nil {
		return Region{}, err
	}
	s := &shape{kind: Cells}
	if len(outline) > 0 {
		r, err := newPolygons(outline, true)
		if err != nil {
			return Region{}, err
		}
		s = r.s
		s.kind = Cells
	}
	s.cells = slices.Clone(cells)
	return Region{s}, nil
}

func checkCells(cells []Cell) error {
	if len(cells) > MaxCells {
		return fault.New(fault.TooLarge, fault.CodeTooLarge, "must hold at most %d cells", MaxCells).WithField("cells")
	}
	if len(cells) == 0 {
		return fault.Field("cells", "must hold at least one H3 cell")
	}
	seen := make(map[Cell]struct{}, len(cells))
	for i, c := range cells {
		if !c.wellFormed() {
			return fault.Field(index("cells", i), `must be an H3 cell such as "891f1d4886bffff"`)
		}
		if r := c.Resolution(); r < MinCellResolution || r > MaxCellResolution {
			return fault.Field(index("cells", i), "must be of a resolution from %d to %d, not %d", MinCellResolution, MaxCellResolution, r)
		}
		if _, twice := seen[c]; twice {
			return fault.Field(index("cells", i), "must be named once")
		}
		seen[c] = struct{}{}
	}
	return nil
}

// Cells returns the cells of a region that was made from some, nil for others. They belong to the region: don't change
// them.
func (r Region) Cells() []Cell {
	if r.s == nil {
		return nil
	}
	return r.s.cells
}

// wellFormed reports whether c has the form of an H3 cell: mode 1, a base cell that exists, digits from 0 to 6 down to
// its resolution and 7 below. A few of these are none still, in the gaps around pentagons: geo/hex knows.
func (c Cell) wellFormed() bool {
	const (
		mode      = 1 << 59
		baseCells = 122
	)
	if c>>56&^0x7 != mode>>56 || c>>56&0x7 != 0 || c>>45&0x7f >= baseCells {
		return false
	}
	for level := 1; level <= cellMaxRes; level++ {
		digit := c >> (3 * uint(cellMaxRes-level)) & 7
		if (digit == 7) != (level > c.Resolution()) {
			return false
		}
	}
	return true
}

// cellsJSON returns the members of a region of cells. The coordinates are those of a MultiPolygon.
func (s *shape) cellsJSON(out *regionJSON) error {
	out.Type = "Cells"
	for _, c := range s.cells {
		out.Cells = append(out.Cells, c.String())
	}
	if s.geometry == nil {
		return nil
	}
	g, err := geojson.Encode(s.geometry)
	if err == nil {
		out.Coordinates = []byte(*g.Coordinates)
	}
	return err
}

// buildCells reads a region of cells with its outline, if it has one.
func (in *regionJSON) buildCells() (Region, error) {
	if len(in.Cells) > MaxCells { // before they take more memory
		return Region{}, checkCells(make([]Cell, len(in.Cells)))
	}
	cells := make([]Cell, len(in.Cells))
	for i, text := range in.Cells {
		v, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			return Region{}, fault.Field(index("cells", i), `must be an H3 cell such as "891f1d4886bffff"`)
		}
		cells[i] = Cell(v)
	}
	if len(in.Coordinates) == 0 {
		return NewCells(cells)
	}
	outline, err := in.positions(3)
	if err != nil {
		return Region{}, err
	}
	return NewCells(cells, outline...)
}
