package hex_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/uber/h3-go/v4"
	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func at(lat, lon float64) geo.Point { return geo.Point{Lat: lat, Lon: lon} }

// awkward are places where grids break: poles, antimeridian, Greenwich, centres of pentagons.
func awkward(t testing.TB) []geo.Point {
	t.Helper()
	points := []geo.Point{at(90, 0), at(-90, 0), at(0, 180), at(65, -180), at(-17, 179.999), at(51.5, 0), at(0, 0), at(52.5, 13.4)}
	pentagons, err := h3.Pentagons(5)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pentagons {
		centre, err := hex.Centre(geo.Cell(p))
		if err != nil {
			t.Fatal(err)
		}
		points = append(points, centre)
	}
	return points
}

func anyPoint(places []geo.Point) *rapid.Generator[geo.Point] {
	return rapid.Custom(func(t *rapid.T) geo.Point {
		if rapid.Bool().Draw(t, "anywhere") {
			return at(rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"))
		}
		p := rapid.SampledFrom(places).Draw(t, "place")
		return geo.Destination(p, rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0, 20_000).Draw(t, "metres"))
	})
}

func anyRegion(places []geo.Point) *rapid.Generator[geo.Region] {
	return rapid.Custom(func(t *rapid.T) geo.Region {
		centre := anyPoint(places).Draw(t, "centre")
		size := rapid.OneOf(rapid.Float64Range(20, 1000), rapid.Float64Range(1000, 100_000)).Draw(t, "size")
		kind := rapid.IntRange(0, 2).Draw(t, "kind")
		var r geo.Region
		var err error
		switch {
		case kind == 0 || kind == 1 && math.Abs(centre.Lat) > 85:
			r, err = geo.NewCircle(centre, size)
		case kind == 1: // a star with a hole
			n := rapid.IntRange(3, 12).Draw(t, "corners")
			var ring, hole []geo.Point
			for i := range n {
				reach := rapid.Float64Range(0.5, 1).Draw(t, "reach")
				ring = append(ring, geo.Destination(centre, float64(i)*360/float64(n), size*reach))
				hole = append(hole, geo.Destination(centre, float64(i)*360/float64(n), size*reach/3))
			}
			r, err = geo.NewPolygon(append(ring, ring[0]), append(hole, hole[0]))
		default:
			line := []geo.Point{centre}
			for range rapid.IntRange(1, 4).Draw(t, "steps") {
				line = append(line, geo.Destination(line[len(line)-1], rapid.Float64Range(0, 360).Draw(t, "way"), size))
			}
			r, err = geo.NewCorridor(line, rapid.Float64Range(1, size).Draw(t, "width"))
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
}

func TestCoverMissesNoCell(t *testing.T) {
	places := awkward(t)
	rapid.Check(t, func(t *rapid.T) {
		r := anyRegion(places).Draw(t, "region")
		res := hex.FitResolution(r)
		cover, err := hex.Cover(nil, r, res)
		if err != nil {
			t.Fatal(err)
		}
		inside := make(map[geo.Cell]bool, len(cover))
		for _, c := range cover {
			if _, twice := inside[c.Cell]; twice {
				t.Fatalf("%v is in the cover twice", c.Cell)
			}
			inside[c.Cell] = c.Inside
		}
		c, reach := r.Centre(), 1.5*math.Sqrt(r.Area()+1)+r.Perimeter()/4
		for range 60 {
			p := geo.Destination(c, rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0, reach).Draw(t, "metres"))
			cell, err := hex.At(p, res)
			if err != nil {
				t.Fatal(err)
			}
			wholly, covered := inside[cell]
			if r.Contains(p) && !covered {
				t.Fatalf("%v is in the region, its cell %v not in the cover of %d", p, cell, len(cover))
			}
			if wholly && !r.Contains(p) {
				t.Fatalf("%v is not in the region, its cell %v is said to be wholly", p, cell)
			}
		}
	})
}

// Children jut out over their parent: who looks a point up by an ancestor of its cell needs more cells, and may trust
// fewer of them to lie wholly within. The points are those of the descendants that jut out farthest.
func TestCoverAncestorsMissesNoAncestor(t *testing.T) {
	places, finest := awkward(t), 9
	check := func(t *rapid.T, start geo.Cell, centre geo.Point, towards float64) {
		res := start.Resolution()
		corners, err := hex.Boundary(start)
		if err != nil {
			t.Fatal(err)
		}
		edge := geo.Distance(centre, corners[0])
		p := jutting(t, start, geo.Destination(centre, towards, 1.1*edge), finest)
		fine, err := hex.At(p, finest)
		if err != nil || fine.Parent(res) != start {
			t.Fatalf("%v at %v is no descendant of %v: %v", fine, p, start, err)
		}
		// A circle beyond the point that it only just holds, and one around the cell that it only just does not hold.
		radius := min(edge*rapid.Float64Range(0.05, 3).Draw(t, "radius"), 400_000)
		for _, r := range []struct {
			centre geo.Point
			radius float64
		}{
			{geo.Destination(p, geo.Bearing(p, centre)+180, radius-1), radius},
			{centre, geo.Distance(centre, p) - 1},
		} {
			region, err := geo.NewCircle(r.centre, r.radius)
			if err != nil {
				t.Fatal(err)
			}
			cover, err := hex.CoverAncestors(nil, region, res, finest)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(cover, func(c geo.CellCover) bool { return c.Cell == start })
			switch in := region.Contains(p); {
			case in && i < 0:
				t.Fatalf("%v is in the region, the ancestor %v of its cell not in the cover of %d", p, start, len(cover))
			case i < 0:
			case cover[i].Inside && !in:
				t.Fatalf("%v is not in the region, all of %v is said to be", p, start)
			case geo.Distance(cover[i].Centre, p) > cover[i].Radius:
				t.Fatalf("%v lies out of the circle around %v", p, start)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for res := finest - 1; res >= 2; res-- {
			start, err := hex.At(anyPoint(places).Draw(t, "start"), res)
			if err != nil {
				t.Fatal(err)
			}
			centre, err := hex.Centre(start)
			if err != nil {
				t.Fatal(err)
			}
			for range 6 {
				check(t, start, centre, rapid.Float64Range(0, 360).Draw(t, "towards"))
			}
		}
	})
}

// jutting returns a point just within the descendant of a cell that comes nearest to a target.
func jutting(t *rapid.T, start geo.Cell, target geo.Point, finest int) geo.Point {
	cell := h3.Cell(start)
	for cell.Resolution() < finest {
		children, err := cell.ImmediateChildren()
		if err != nil {
			t.Fatal(err)
		}
		cell = slices.MinFunc(children, func(a, b h3.Cell) int { return cmp.Compare(distanceTo(t, a, target), distanceTo(t, b, target)) })
	}
	corners, err := hex.Boundary(geo.Cell(cell))
	if err != nil {
		t.Fatal(err)
	}
	corner := slices.MinFunc(corners, func(a, b geo.Point) int { return cmp.Compare(geo.Distance(a, target), geo.Distance(b, target)) })
	centre, _ := hex.Centre(geo.Cell(cell))
	return geo.Destination(corner, geo.Bearing(corner, centre), 2)
}

func distanceTo(t *rapid.T, cell h3.Cell, target geo.Point) float64 {
	centre, err := hex.Centre(geo.Cell(cell))
	if err != nil {
		t.Fatal(err)
	}
	return geo.Distance(centre, target)
}

func TestCoverOfKnownRegions(t *testing.T) {
	for _, p := range awkward(t) {
		for _, radius := range []float64{30, 300, 5000, 500_000} {
			r, err := geo.NewCircle(p, radius)
			if err != nil {
				t.Fatal(err)
			}
			res := hex.FitResolution(r)
			cover, err := hex.Cover(nil, r, res)
			if err != nil {
				t.Fatal(err)
			}
			if len(cover) == 0 || len(cover) > 100 {
				t.Errorf("circle of %v m around %v: %d cells at resolution %d", radius, p, len(cover), res)
			}
			within := 0
			for _, c := range cover {
				if c.Inside {
					within++
				}
			}
			if radius > 1000 && within < len(cover)/8 {
				t.Errorf("circle of %v m around %v: only %d of %d cells within", radius, p, within, len(cover))
			}
		}
	}
}

func TestCoverOfAThinLine(t *testing.T) {
	start := at(52.5, 13.4)
	r, err := geo.NewCorridor([]geo.Point{start, geo.Destination(start, 60, 100_000)}, 20)
	if err != nil {
		t.Fatal(err)
	}
	cover, err := hex.Cover(nil, r, hex.FitResolution(r))
	if err != nil || len(cover) < 20 || len(cover) > 70 {
		t.Errorf("%d cells, %v", len(cover), err)
	}
}

func TestCoverOfParts(t *testing.T) {
	box := func(lon float64) [][]geo.Point {
		return [][]geo.Point{{at(10, lon), at(10, lon+0.01), at(10.01, lon+0.01), at(10.01, lon), at(10, lon)}}
	}
	r, err := geo.NewMultiPolygon(box(20), box(21))
	if err != nil {
		t.Fatal(err)
	}
	cover, err := hex.Cover(nil, r, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []geo.Point{at(10.005, 20.005), at(10.005, 21.005)} {
		cell, _ := hex.At(p, 8)
		found := false
		for _, c := range cover {
			found = found || c.Cell == cell
		}
		if !found {
			t.Errorf("the part around %v is not covered", p)
		}
	}
}

// A polygon with a side of 60 degrees: it lies far from the great circle between its ends.
func TestCoverOfLongSides(t *testing.T) {
	r, err := geo.NewPolygon([]geo.Point{at(60, 0), at(60, 60), at(58, 60), at(58, 0), at(60, 0)})
	if err != nil {
		t.Fatal(err)
	}
	res := hex.FitResolution(r)
	cover, err := hex.Cover(nil, r, res)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[geo.Cell]bool{}
	for _, c := range cover {
		cells[c.Cell] = c.Inside
	}
	for lat := 57.0; lat <= 61; lat += 0.05 {
		for lon := 0.0; lon <= 60; lon += 0.5 {
			cell, _ := hex.At(at(lat, lon), res)
			wholly, covered := cells[cell]
			if in := r.Contains(at(lat, lon)); in && !covered || wholly && !in {
				t.Fatalf("%v: in %v, covered %v, cell wholly in %v", at(lat, lon), in, covered, wholly)
			}
		}
	}
}

func TestCoverRefusals(t *testing.T) {
	r, err := geo.NewCircle(at(52.5, 13.4), 5000)
	if err != nil {
		t.Fatal(err)
	}
	dst := []geo.CellCover{{Cell: 1}}
	for res, code := range map[int]string{-1: fault.CodeInvalidField, 16: fault.CodeInvalidField, 12: fault.CodeTooLarge} {
		got, err := hex.Cover(dst, r, res)
		if f := fault.From(err); f == nil || f.Code != code || f.Field != "resolution" {
			t.Errorf("resolution %d: %v", res, err)
		}
		if len(got) != 1 {
			t.Errorf("resolution %d: %d cells left behind", res, len(got)-1)
		}
	}
	if got, err := hex.Cover(nil, geo.Region{}, 9); err != nil || len(got) != 0 {
		t.Errorf("nothing is covered by %v, %v", got, err)
	}
}

func TestBadInputIsRefused(t *testing.T) {
	for _, p := range []geo.Point{at(math.NaN(), 0), at(0, math.Inf(1)), at(91, 0)} {
		if _, err := hex.At(p, 9); fault.From(err) == nil || fault.From(err).Kind != fault.Invalid {
			t.Errorf("%v: %v", p, err)
		}
	}
	for _, res := range []int{-1, 16} {
		if _, err := hex.At(at(0, 0), res); fault.From(err) == nil || fault.From(err).Kind != fault.Invalid {
			t.Errorf("resolution %d: %v", res, err)
		}
	}
	for _, c := range []geo.Cell{0, 1, math.MaxUint64} {
		_, err1 := hex.Centre(c)
		_, err2 := hex.Boundary(c)
		_, err3 := hex.Shape(c)
		_, err4 := hex.Disk(nil, c, 1)
		for _, err := range []error{err1, err2, err3, err4} {
			if f := fault.From(err); f == nil || f.Field != "cell" {
				t.Errorf("cell %x: %v", uint64(c), err)
			}
		}
	}
	c, _ := hex.At(at(0, 0), 9)
	for _, k := range []int{-1, 26} {
		if _, err := hex.Disk(nil, c, k); err == nil {
			t.Errorf("a disk of %d steps", k)
		}
	}
}

func TestParentAsH3HasIt(t *testing.T) {
	places := awkward(t)
	rapid.Check(t, func(t *rapid.T) {
		cell, err := hex.At(anyPoint(places).Draw(t, "p"), rapid.IntRange(0, 15).Draw(t, "res"))
		if err != nil {
			t.Fatal(err)
		}
		for res := range cell.Resolution() + 1 {
			want, err := h3.Cell(cell).Parent(res)
			if err != nil {
				t.Fatal(err)
			}
			if got := cell.Parent(res); got != geo.Cell(want) {
				t.Fatalf("parent of %v at %d: %v, want %v", cell, res, got, want)
			}
		}
		if cell.String() != h3.Cell(cell).String() {
			t.Fatalf("%v prints unlike H3", cell)
		}
	})
}

func TestShapeNeverSaysYesWrongly(t *testing.T) {
	places := awkward(t)
	rapid.Check(t, func(t *rapid.T) {
		res := rapid.IntRange(0, 15).Draw(t, "res")
		p := anyPoint(places).Draw(t, "p")
		cell, err := hex.At(p, res)
		if err != nil {
			t.Fatal(err)
		}
		shape, err := hex.Shape(cell)
		if err != nil {
			t.Fatal(err)
		}
		corners, err := hex.Boundary(cell)
		if err != nil {
			t.Fatal(err)
		}
		size := geo.Distance(corners[0], corners[1])
		for i, a := range corners { // a hair beyond each side
			b := corners[(i+1)%len(corners)]
			on := geo.Destination(a, geo.Bearing(a, b), geo.Distance(a, b)*rapid.Float64Range(0, 1).Draw(t, "along"))
			q := geo.Destination(on, rapid.Float64Range(0, 360).Draw(t, "away"), size*rapid.Float64Range(0, 1e-4).Draw(t, "hair"))
			own, err := hex.At(q, res)
			if err != nil {
				t.Fatal(err)
			}
			if shape.Contains(q) && own != cell {
				t.Fatalf("%v beyond a side is said to be in %v but is in %v", q, cell, own)
			}
		}
		radius := geo.Distance(p, corners[0]) + size
		for range 30 {
			q := geo.Destination(p, rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0, radius).Draw(t, "metres"))
			own, err := hex.At(q, res)
			if err != nil {
				t.Fatal(err)
			}
			if shape.Contains(q) && own != cell {
				t.Fatalf("%v is said to be in %v but is in %v", q, cell, own)
			}
		}
	})
}

// A shape that always says no would be safe and useless.
func TestShapeSaysYesNearlyAlways(t *testing.T) {
	for _, res := range []int{7, 8, 9, 10} {
		yes, all := 0, 0
		for i := range 200 {
			p := geo.Destination(at(52.5, 13.4), float64(i*37), float64(i*53))
			cell, err := hex.At(p, res)
			if err != nil {
				t.Fatal(err)
			}
			shape, err := hex.Shape(cell)
			if err != nil {
				t.Fatal(err)
			}
			if all++; shape.Contains(p) {
				yes++
			}
		}
		if yes < all*99/100 {
			t.Errorf("resolution %d: yes for %d of %d points that are in", res, yes, all)
		}
	}
}

// Cover takes the root of the mean area for a bound of every cell's radius.
func TestNoCellIsLargerThanCoverThinks(t *testing.T) {
	places := awkward(t)
	rapid.Check(t, func(t *rapid.T) {
		res := rapid.IntRange(0, 15).Draw(t, "res")
		cell, err := hex.At(anyPoint(places).Draw(t, "p"), res)
		if err != nil {
			t.Fatal(err)
		}
		centre, _ := hex.Centre(cell)
		corners, err := hex.Boundary(cell)
		if err != nil {
			t.Fatal(err)
		}
		bound := math.Sqrt(4 * math.Pi * geo.EarthRadius * geo.EarthRadius / 122 / math.Pow(7, float64(res)))
		for _, corner := range corners {
			if d := geo.Distance(centre, corner); d > 0.95*bound {
				t.Fatalf("%v has a corner %f m off, the bound is %f", cell, d, bound)
			}
		}
	})
}

func TestShapeOfBentCells(t *testing.T) {
	bent := 0
	for i := range 2000 {
		coarse, _ := hex.At(at(math.Asin(float64(i)/1000-1)*180/math.Pi, float64(i*7919%360)-180), 3)
		if corners, _ := hex.Boundary(coarse); len(corners) > 6 {
			for _, corner := range corners { // some of them lie on the edge of the icosahedron
				cell, _ := hex.At(corner, 9)
				if fine, _ := hex.Boundary(cell); len(fine) <= 6 {
					continue
				}
				bent++
				centre, _ := hex.Centre(cell)
				shape, err := hex.Shape(cell)
				if err != nil || shape.Cell != cell || !shape.Contains(centre) {
					t.Fatalf("%v does not contain its centre: %v", cell, err)
				}
				for j := range 200 {
					p := geo.Destination(centre, float64(j*31), float64(j)*1.5)
					if own, _ := hex.At(p, 9); shape.Contains(p) && own != cell {
						t.Fatalf("%v is said to be in %v but is in %v", p, cell, own)
					}
				}
			}
		}
	}
	if bent < 20 {
		t.Errorf("only %d bent cells found", bent)
	}
}

// The long sides of coarse cells cross the equator, where they change from one side of the chord to the other.
func TestShapeAtTheEquator(t *testing.T) {
	cell := geo.Cell(0x807ffffffffffff)
	shape, err := hex.Shape(cell)
	if err != nil {
		t.Fatal(err)
	}
	p := at(-2.7362237758951227, -176.64811165806975)
	if own, _ := hex.At(p, 0); own == cell || shape.Contains(p) {
		t.Errorf("%v is said to be in %v but is in %v", p, cell, own)
	}
}

func TestShapeKeepsItsCell(t *testing.T) {
	pole, _ := hex.At(at(90, 0), 9)
	for _, cell := range []geo.Cell{pole, pole.Parent(0)} {
		shape, err := hex.Shape(cell)
		if err != nil || shape.Cell != cell {
			t.Errorf("shape of %v: %v, %v", cell, shape.Cell, err)
		}
		if shape.Contains(at(90, 0)) {
			t.Errorf("%v: the plane does not reach to the pole", cell)
		}
	}
	for _, shape := range []geo.CellShape{{}, {Cell: pole}} {
		if shape.Contains(at(0, 0)) || shape.Contains(at(90, 0)) {
			t.Error("a shape of nothing contains something")
		}
	}
}

func TestDisk(t *testing.T) {
	cell, _ := hex.At(at(52.5, 13.4), 9)
	if got, err := hex.Disk(nil, cell, 2); err != nil || len(got) != 19 {
		t.Errorf("%d cells, %v", len(got), err)
	}
	pentagons, _ := h3.Pentagons(9)
	if got, err := hex.Disk(nil, geo.Cell(pentagons[0]), 1); err != nil || len(got) != 6 {
		t.Errorf("a pentagon has %d neighbours, %v", len(got)-1, err)
	}
}

func TestHotCallsDoNotAllocate(t *testing.T) {
	p := at(52.5, 13.4)
	cell, _ := hex.At(p, 9)
	shape, _ := hex.Shape(cell)
	if n := testing.AllocsPerRun(100, func() { _ = shape.Contains(p); _ = cell.Parent(7) }); n != 0 {
		t.Errorf("Contains and Parent: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = hex.At(p, 9) }); n > 2 { // what the library takes
		t.Errorf("At: %v allocations", n)
	}
}

func Example() {
	reach, err := geo.NewCircle(geo.Point{Lat: 52.5219, Lon: 13.4132}, 1000)
	if err != nil {
		fmt.Println(err)
		return
	}
	res := hex.FitResolution(reach)
	cover, err := hex.Cover(nil, reach, res)
	if err != nil {
		fmt.Println(err)
		return
	}
	person, err := hex.At(geo.Point{Lat: 52.5210, Lon: 13.4140}, hex.Finest)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range cover {
		if c.Cell == person.Parent(res) {
			fmt.Println("in reach, no exact test needed:", c.Inside)
		}
	}
	// Output: in reach, no exact test needed: true
}

func BenchmarkAt(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = hex.At(at(52.5, 13.4), 9)
	}
}

func BenchmarkShape(b *testing.B) {
	p := at(52.5, 13.4)
	cell, _ := hex.At(p, 9)
	shape, _ := hex.Shape(cell)
	b.Run("Contains", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = shape.Contains(p)
		}
	})
	b.Run("Parent", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = cell.Parent(7)
		}
	})
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = hex.Shape(cell)
		}
	})
}

func BenchmarkCover(b *testing.B) {
	for _, radius := range []float64{50, 300, 500, 5000} {
		r, _ := geo.NewCircle(at(52.5, 13.4), radius)
		b.Run(fmt.Sprintf("circle%.0fm", radius), func(b *testing.B) {
			b.ReportAllocs()
			var dst []geo.CellCover
			for b.Loop() {
				dst, _ = hex.Cover(dst[:0], r, hex.FitResolution(r))
			}
			b.ReportMetric(float64(len(dst)), "cells")
		})
	}
}
