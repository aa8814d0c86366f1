package hex

import (
	"math"

	"github.com/uber/h3-go/v4"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// Cover appends to dst every cell at resolution res that the region touches; a few that it only nearly touches may be
// among them. Cells marked Inside lie wholly within the region. A cover of more than MaxCells is refused with a fault
// that says so: FitResolution finds a resolution that fits.
//
// It spreads from cell to neighbour, starting in every part of the region, so it has no trouble with the antimeridian,
// the poles and H3's pentagons.
func Cover(dst []geo.CellCover, r geo.Region, res int) ([]geo.CellCover, error) {
	if res < 0 || res > h3.MaxResolution {
		return dst, fault.Field("resolution", "must be from 0 to %d", h3.MaxResolution)
	}
	first := len(dst)
	var queue []geo.Cell
	seen := make(map[geo.Cell]struct{}, 32)
	for _, p := range r.Parts(nil) {
		c, err := At(p, res)
		if err != nil {
			return dst, err
		}
		if _, ok := seen[c]; ok {
			continue
		}
		queue = append(queue, c)
		seen[c] = struct{}{}
	}
	for len(queue) > 0 {
		c := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		relation, err := relate(r, c, res)
		if err != nil {
			return dst[:first], err
		}
		if relation == geo.Apart {
			continue
		}
		if len(dst)-first == MaxCells {
			return dst[:first], fault.New(fault.TooLarge, fault.CodeTooLarge, "covers more than %d cells at resolution %d: use a coarser one",
				MaxCells, res).WithField("resolution")
		}
		dst = append(dst, geo.CellCover{Cell: c, Inside: relation == geo.Within})
		near, err := h3.GridDisk(h3.Cell(c), 1)
		if err != nil {
			return dst[:first], failed("hex.Cover", err)
		}
		for _, cell := range near {
			n := geo.Cell(cell)
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				queue = append(queue, n)
			}
		}
	}
	return dst, nil
}

// relate tells how the circle around a cell lies to the region.
func relate(r geo.Region, c geo.Cell, res int) (geo.Relation, error) {
	at, err := h3.CellToLatLng(h3.Cell(c))
	if err != nil {
		return geo.Apart, failed("hex.Cover", err)
	}
	centre := point(at)
	// Most cells that are looked at lie apart, and no cell is larger than this: their corners need not be asked for.
	if r.Relate(centre, math.Sqrt(meanArea(res))) == geo.Apart {
		return geo.Apart, nil
	}
	corners, err := h3.CellToBoundary(h3.Cell(c))
	if err != nil {
		return geo.Apart, failed("hex.Cover", err)
	}
	var radius float64
	for _, corner := range corners {
		radius = max(radius, geo.Distance(centre, point(corner)))
	}
	return r.Relate(centre, radius*(1+1e-6)+0.01), nil // H3 rounds too
}
