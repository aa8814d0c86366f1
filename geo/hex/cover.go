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
	return cover(dst, r, res, 1)
}

// descent is how much farther than a cell's corners the corners of its descendants lie from its centre, at most. H3's
// children jut out over the sides of their parent. In the plane the bound is (√3/√7) / (1 - 1/√7) = 1.053: so far
// away are the centres of the children, in edges, summed over all generations. On the globe cells are distorted;
// descendants to resolution 9 of cells all over it, and of all around pentagons, reached 1.065.
const descent = 1.08

// CoverAncestors is a Cover for points whose cell is known at the finer resolution of: it appends every cell at res
// that is the ancestor (geo.Cell.Parent) of a cell at of that the region touches. That is not the same: one point in
// fifteen lies in a cell whose ancestor is not the cell that holds the point at res. Of a cell marked Inside all
// descendants lie within the region.
func CoverAncestors(dst []geo.CellCover, r geo.Region, res, of int) ([]geo.CellCover, error) {
	if of <= res {
		return cover(dst, r, res, 1)
	}
	return cover(dst, r, res, descent)
}

// cover finds the cells whose surrounding circle, grown by a factor, meets the region.
func cover(dst []geo.CellCover, r geo.Region, res int, grown float64) ([]geo.CellCover, error) {
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
		found, relation, err := relate(r, c, res, grown)
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
		dst = append(dst, found)
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

// relate tells how the circle around a cell, grown by a factor, lies to the region.
func relate(r geo.Region, c geo.Cell, res int, grown float64) (geo.CellCover, geo.Relation, error) {
	at, err := h3.CellToLatLng(h3.Cell(c))
	if err != nil {
		return geo.CellCover{}, geo.Apart, failed("hex.Cover", err)
	}
	centre := point(at)
	// Most cells that are looked at lie apart, and no grown circle is larger than this (the largest has 0.69 times the
	// root, before it is grown): their corners need not be asked for.
	if r.Relate(centre, math.Sqrt(meanArea(res))) == geo.Apart {
		return geo.CellCover{}, geo.Apart, nil
	}
	corners, err := h3.CellToBoundary(h3.Cell(c))
	if err != nil {
		return geo.CellCover{}, geo.Apart, failed("hex.Cover", err)
	}
	var radius float64
	for _, corner := range corners {
		radius = max(radius, geo.Distance(centre, point(corner)))
	}
	radius = radius*grown*(1+1e-6) + 0.01 // H3 rounds too
	relation := r.Relate(centre, radius)
	return geo.CellCover{Cell: c, Inside: relation == geo.Within, Centre: centre, Radius: radius}, relation, nil
}
