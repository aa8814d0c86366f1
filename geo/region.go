package geo

import (
	"math"
	"slices"

	"github.com/twpayne/go-geom"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Limits of a region.
const (
	MaxVertices = 10_000  // all rings or the whole line together
	MinRadius   = 1       // metres
	MaxRadius   = 500_000 // metres
	MinWidth    = 1       // metres, across a corridor
	MaxWidth    = 100_000
)

// slack, in metres, makes the border of circles and corridors belong to them in spite of rounding.
const slack = 1e-6

// Kind is what sort of region it is.
type Kind uint8

// The kinds.
const (
	NoRegion Kind = iota
	Circle        // all points within a distance of the centre
	Polygon       // one or several outlines with holes
	Corridor      // all points within half a width of a line
	Cells         // H3 cells, held as the polygons that they cover
)

// Region is an area on the ground. Its border belongs to it, the border of a hole too. Regions are immutable,
// cheap to copy, and safe for concurrent use; the zero Region holds no point.
//
// The sides of a polygon are straight in longitude and latitude, as GeoJSON has it (RFC 7946 §3.1.1), and go the
// short way round: across the antimeridian if that is shorter. A ring that winds round a pole encloses the nearer
// pole. The line of a corridor consists of great-circle arcs. A region of cells is the polygons of their outline.
type Region struct{ s *shape }

// shape is what a Region refers to; nothing changes it once it is made.
type shape struct {
	kind   Kind
	box    Box
	centre Point
	radius float64 // metres: of a circle, or half the width of a corridor

	cosLat, haversine float64 // of a circle: for the test without an arc sine

	line     chain    // of a corridor
	polygons [][]ring // of a polygon: outline first, then its holes
	bulge    float64  // metres: how far a polygon's sides may leave the great circles that stand for them
	extent   float64  // metres from the centre to the farthest point
	area     float64  // square metres
	border   float64  // metres
	geometry geom.T   // what was given, for encoding; longitude first
	cells    []Cell   // of a region made from cells
}

// NewCircle returns the region of all points at most radius metres from centre. An error is a *fault.Error that names
// the offending input as in GeoJSON (coordinates[1], radius).
func NewCircle(centre Point, radius float64) (Region, error) {
	if err := checkPosition("coordinates", centre); err != nil {
		return Region{}, err
	}
	if !(radius >= MinRadius && radius <= MaxRadius) {
		return Region{}, fault.Field("radius", "must be from %d to %d metres", MinRadius, MaxRadius)
	}
	half := math.Sin((radius + slack) / EarthRadius / 2)
	return Region{&shape{
		kind:      Circle,
		box:       Box{centre.Lat, centre.Lon, centre.Lat, centre.Lon}.grown(radius),
		centre:    centre,
		radius:    radius,
		extent:    radius,
		cosLat:    math.Cos(centre.Lat * radians),
		haversine: half * half,
		area:      2 * math.Pi * EarthRadius * EarthRadius * (1 - math.Cos(radius/EarthRadius)),
		border:    2 * math.Pi * EarthRadius * math.Sin(radius/EarthRadius),
		geometry:  geom.NewPointFlat(geom.XY, []float64{centre.Lon, centre.Lat}),
	}}, nil
}

// NewCorridor returns the region of all points at most width/2 metres from line. An error is a *fault.Error that
// names the offending input as in GeoJSON (coordinates[3][1], width).
func NewCorridor(line []Point, width float64) (Region, error) {
	if err := checkLine("coordinates", line, 2); err != nil {
		return Region{}, err
	}
	if !(width >= MinWidth && width <= MaxWidth) {
		return Region{}, fault.Field("width", "must be from %d to %d metres", MinWidth, MaxWidth)
	}
	s := &shape{kind: Corridor, radius: width / 2, geometry: geom.NewLineStringFlat(geom.XY, flat(line))}
	v := make([]vector, len(line))
	for i, p := range line {
		v[i] = p.vector()
		if i > 0 && v[i-1].metres(v[i]) > maxArc {
			return Region{}, fault.Field(index("coordinates", i), "must lie within %d km of the point before it", maxArc/1000)
		}
	}
	s.line = newChain(v)
	length := s.line.length()
	if length == 0 {
		return Region{}, fault.Field("coordinates", "must hold two different points")
	}
	s.box = boxOfLine(line, v).grown(s.radius)
	s.centre = along(v, length/2)
	s.extent = farthest(s.centre, v) + s.radius
	s.area = length*width + math.Pi*s.radius*s.radius
	s.border = 2*length + 2*math.Pi*s.radius
	return Region{s}, nil
}

// boxOfLine returns a box that holds the arcs from point to point; v are the same points.
func boxOfLine(line []Point, v []vector) Box {
	lon, lat := line[0].Lon, line[0].Lat
	west, east, south, north := lon, lon, lat, lat
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		lon += wrapLon(b.Lon - a.Lon)
		west, east = min(west, lon), max(east, lon)
		// A great circle may rise above both of its ends.
		rise := math.Abs(v[i-1].add(v[i]).point().Lat-(a.Lat+b.Lat)/2)*2 + 1e-9
		south, north = min(south, a.Lat-rise, b.Lat-rise), max(north, a.Lat+rise, b.Lat+rise)
	}
	return unwrapped(west, max(south, -90), east, min(north, 90))
}

// maxArc is the longest arc of a corridor in metres: beyond, nobody can tell which way round is meant.
const maxArc = 2_000_000

// farthest returns the metres from p to the farthest of points, and so of the arcs between them.
func farthest(p Point, points []vector) float64 {
	var d float64
	v := p.vector()
	for _, w := range points {
		d = max(d, v.metres(w))
	}
	return d + slack
}

// along returns the point at a distance from the start of a line.
func along(line []vector, metres float64) Point {
	for i := 1; i < len(line); i++ {
		step := line[i-1].metres(line[i])
		if step >= metres && step > 0 {
			f := metres / step
			return line[i-1].scale(1 - f).add(line[i].scale(f)).point()
		}
		metres -= step
	}
	return line[len(line)-1].point()
}

// Kind returns what sort of region r is, NoRegion for the zero Region.
func (r Region) Kind() Kind {
	if r.s == nil {
		return NoRegion
	}
	return r.s.kind
}

// IsZero reports whether r is the zero Region.
func (r Region) IsZero() bool { return r.s == nil }

// Box returns a box that holds the whole region, not always the smallest.
func (r Region) Box() Box {
	if r.s == nil {
		return Box{}
	}
	return r.s.box
}

// Centre returns the centre of a circle, the point half-way along a corridor, or the centroid of a polygon's largest
// part, which may lie outside a bent one.
func (r Region) Centre() Point {
	if r.s == nil {
		return Point{}
	}
	return r.s.centre
}

// Radius returns the radius of a circle in metres, 0 for other regions.
func (r Region) Radius() float64 {
	if r.Kind() != Circle {
		return 0
	}
	return r.s.radius
}

// Extent returns the radius in metres of a disk around Centre that holds the whole region.
func (r Region) Extent() float64 {
	if r.s == nil {
		return 0
	}
	return r.s.extent
}

// Area returns the region's area in square metres. A corridor's bends count double.
func (r Region) Area() float64 {
	if r.s == nil {
		return 0
	}
	return r.s.area
}

// Perimeter returns the length of the region's border in metres, holes included.
func (r Region) Perimeter() float64 {
	if r.s == nil {
		return 0
	}
	return r.s.border
}

// Geometry returns the region's go-geom geometry, longitude first: a Point, Polygon, MultiPolygon (also of
// cells) or LineString; nil for the zero Region and for cells without an outline. It belongs to the region: don't change it.
func (r Region) Geometry() geom.T {
	if r.s == nil {
		return nil
	}
	return r.s.geometry
}

// Equal reports whether the regions were made from the same input.
func (r Region) Equal(o Region) bool {
	if r.s == o.s {
		return true
	}
	if r.s == nil || o.s == nil || r.s.kind != o.s.kind || r.s.radius != o.s.radius || !slices.Equal(r.s.cells, o.s.cells) {
		return false
	}
	if r.s.geometry == nil || o.s.geometry == nil { // cells without an outline
		return r.s.geometry == o.s.geometry
	}
	return sameGeometry(r.s.geometry, o.s.geometry)
}
