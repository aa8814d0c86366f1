package hex

import (
	"fmt"
	"slices"

	"github.com/uber/h3-go/v4"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// Region returns the region that H3 cells cover, with its outline: from 1 to geo.MaxCells different cells of the
// resolutions that geo.NewCells takes. Cells of several resolutions may lie one in the other. Errors name the
// offending cell (cells[3]).
func Region(cells []geo.Cell) (geo.Region, error) {
	named, err := geo.NewCells(cells)
	if err != nil {
		return geo.Region{}, err
	}
	for i, c := range cells {
		if !h3.Cell(c).IsValid() {
			return geo.Region{}, fault.Field(fmt.Sprintf("cells[%d]", i), "must be an H3 cell: there is none of this number")
		}
	}
	var outline [][][]geo.Point
	for res := geo.MinCellResolution; res <= geo.MaxCellResolution; res++ {
		var level []h3.Cell
		for _, c := range named.Cells() {
			if c.Resolution() == res {
				level = append(level, h3.Cell(c))
			}
		}
		polygons, err := h3.CellsToMultiPolygon(level)
		if err != nil {
			return geo.Region{}, failed("hex.Region", err)
		}
		for _, p := range polygons {
			rings := [][]geo.Point{ring(p.GeoLoop)}
			for _, hole := range p.Holes {
				rings = append(rings, ring(hole))
			}
			outline = append(outline, rings)
		}
	}
	return geo.NewCells(cells, outline...)
}

// ring returns a closed ring. Corners that round to one point are one.
func ring(loop h3.GeoLoop) []geo.Point {
	points := make([]geo.Point, 0, len(loop)+1)
	for _, corner := range loop {
		points = append(points, point(corner))
	}
	points = slices.Compact(points)
	return append(points, points[0])
}
