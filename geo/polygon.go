package geo

import (
	"fmt"
	"math"
	"slices"

	"github.com/twpayne/go-geom"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// ring is a closed outline or hole. Its longitudes are unwrapped: each lies within 180° of the one before, so they
// may leave [-180, 180].
type ring struct {
	x, y       []float64 // longitude and latitude in degrees, the first again at the end
	arcs       chain     // the same on the unit sphere
	minX, maxX float64
	minY, maxY float64

	// The sides, side i going from vertex i to the next, by bands of latitude of equal height: band b holds
	// sides[bands[b]:bands[b+1]]. So a point is compared with few sides of a coast line.
	bands []int32
	sides []int32
}

// NewPolygon returns the region within an outline (the first ring) and outside its holes (the others). Rings are
// closed (the last point is the first) and may turn either way; a ring must not cross or touch itself. An error is a
// *fault.Error that names the offending input as in GeoJSON (coordinates[0][3][1]).
func NewPolygon(rings ...[]Point) (Region, error) {
	return newPolygons([][][]Point{rings}, false)
}

// NewMultiPolygon returns the region of all points that lie in any of the polygons: see NewPolygon.
func NewMultiPolygon(polygons ...[][]Point) (Region, error) {
	return newPolygons(polygons, true)
}

func newPolygons(polygons [][][]Point, multi bool) (Region, error) {
	if len(polygons) == 0 {
		return Region{}, fault.Field("coordinates", "must hold at least one polygon")
	}
	s := &shape{kind: Polygon}
	vertices := 0
	var largest float64
	for i, rings := range polygons {
		path := "coordinates"
		if multi {
			path = index(path, i)
		}
		if len(rings) == 0 {
			return Region{}, fault.Field(path, "must hold at least one ring")
		}
		polygon := make([]ring, 0, len(rings))
		var area float64
		for j, points := range rings {
			if vertices += len(points); vertices > MaxVertices {
				return Region{}, tooManyVertices("coordinates")
			}
			r, err := newRing(index(path, j), points)
			if err != nil {
				return Region{}, err
			}
			if j == 0 {
				area = r.area()
			} else {
				area -= r.area()
			}
			s.border += r.arcs.length()
			s.bulge = max(s.bulge, r.bulge())
			polygon = append(polygon, r)
		}
		s.polygons = append(s.polygons, polygon)
		s.area += max(0, area)
		if own := polygon[0].area(); own > largest {
			largest, s.centre = own, polygon[0].centroid()
		}
	}
	s.box = boxOf(s.polygons)
	for _, polygon := range s.polygons {
		s.extent = max(s.extent, farthest(s.centre, polygon[0].arcs.v)+s.bulge)
	}
	s.geometry = polygonGeometry(polygons, multi)
	return Region{s}, nil
}

func newRing(path string, points []Point) (ring, error) {
	if err := checkLine(path, points, 4); err != nil {
		return ring{}, err
	}
	n := len(points)
	if points[0] != points[n-1] {
		return ring{}, fault.Field(index(path, n-1), "must repeat the ring's first position: a ring is closed")
	}
	r := ring{x: make([]float64, n, n+3), y: make([]float64, n, n+3)}
	turns := 0.0 // whole turns are exact: sums of the same differences would not be
	var sumY float64
	for i, p := range points {
		if i > 0 {
			if d := p.Lon - points[i-1].Lon; d > 180 {
				turns -= 360
			} else if d < -180 {
				turns += 360
			}
		}
		r.x[i], r.y[i] = p.Lon+turns, p.Lat
		sumY += p.Lat
	}
	if turns != 0 { // it winds round a pole: lead it over the nearer one and back
		pole := math.Copysign(90, sumY)
		r.x = append(r.x, r.x[n-1], r.x[0], r.x[0])
		r.y = append(r.y, pole, pole, r.y[0])
	}
	r.minX, r.maxX = slices.Min(r.x), slices.Max(r.x)
	r.minY, r.maxY = slices.Min(r.y), slices.Max(r.y)
	if err := r.checkSimple(path); err != nil {
		return ring{}, err
	}
	r.index()
	v := make([]vector, len(r.x))
	for i := range r.x {
		v[i] = Point{Lat: r.y[i], Lon: r.x[i]}.vector()
	}
	r.arcs = newChain(v)
	return r, nil
}

// area returns the area in square metres: the exact integral under the sides for sides that are straight in
// longitude and sine of latitude, which are as good as ours at the size of a reach (Chamberlain and Duquette 2007).
func (r *ring) area() float64 {
	var sum float64
	for i := 1; i < len(r.x); i++ {
		sum += (r.x[i] - r.x[i-1]) * radians * (math.Sin(r.y[i-1]*radians) + math.Sin(r.y[i]*radians))
	}
	return math.Abs(sum) * EarthRadius * EarthRadius / 2
}

// bulge bounds the distance in metres between the sides and the great circles through their ends.
func (r *ring) bulge() float64 {
	var most float64
	for i := 1; i < len(r.x); i++ {
		for _, f := range [...]float64{0.25, 0.5, 0.75} {
			on := Point{Lat: r.y[i-1] + f*(r.y[i]-r.y[i-1]), Lon: r.x[i-1] + f*(r.x[i]-r.x[i-1])}
			most = max(most, toArc(on.vector(), r.arcs.v[i-1], r.arcs.v[i]))
		}
	}
	return most*1.5 + slack // three samples may miss the top of a long side
}

func (r *ring) centroid() Point {
	if r.maxX-r.minX >= 360 {
		return Point{Lat: math.Copysign(90, r.minY+r.maxY)}
	}
	// Seen from the first vertex, so that no figures are lost.
	x0, y0 := r.x[0], r.y[0]
	var twice, sumX, sumY float64
	for i := 1; i < len(r.x); i++ {
		ax, ay, bx, by := r.x[i-1]-x0, r.y[i-1]-y0, r.x[i]-x0, r.y[i]-y0
		c := ax*by - bx*ay
		twice += c
		sumX += (ax + bx) * c
		sumY += (ay + by) * c
	}
	if twice == 0 {
		return Point{Lat: (r.minY + r.maxY) / 2, Lon: wrapLon((r.minX + r.maxX) / 2)}
	}
	x := max(r.minX, min(r.maxX, x0+sumX/(3*twice)))
	return Point{Lat: max(r.minY, min(r.maxY, y0+sumY/(3*twice))), Lon: wrapLon(x)}
}

func boxOf(polygons [][]ring) Box {
	first := &polygons[0][0]
	west, east, south, north := first.minX, first.maxX, first.minY, first.maxY
	for _, p := range polygons[1:] {
		// Shift each part by whole turns to where it widens the box least.
		r := &p[0]
		turn := math.Round(((west+east)-(r.minX+r.maxX))/720) * 360
		west, east = min(west, r.minX+turn), max(east, r.maxX+turn)
		south, north = min(south, r.minY), max(north, r.maxY)
	}
	return unwrapped(west, south, east, north)
}

// unwrapped makes a box of longitudes that may lie outside [-180, 180].
func unwrapped(west, south, east, north float64) Box {
	if east-west >= 360 {
		return world(south, north)
	}
	if south == -90 || north == 90 { // all longitudes meet there
		return world(south, north)
	}
	return Box{South: south, West: wrapLon(west), North: north, East: wrapLon(east)}
}

func polygonGeometry(polygons [][][]Point, multi bool) geom.T {
	var coords []float64
	endss := make([][]int, len(polygons))
	for i, rings := range polygons {
		for _, points := range rings {
			coords = append(coords, flat(points)...)
			endss[i] = append(endss[i], len(coords))
		}
	}
	if multi {
		return geom.NewMultiPolygonFlat(geom.XY, coords, endss)
	}
	return geom.NewPolygonFlat(geom.XY, coords, endss[0])
}

func flat(points []Point) []float64 {
	coords := make([]float64, 0, 2*len(points))
	for _, p := range points {
		coords = append(coords, p.Lon, p.Lat)
	}
	return coords
}

func sameGeometry(a, b geom.T) bool {
	return slices.Equal(a.FlatCoords(), b.FlatCoords()) && slices.Equal(a.Ends(), b.Ends()) &&
		slices.EqualFunc(a.Endss(), b.Endss(), slices.Equal)
}

func checkLine(path string, points []Point, least int) error {
	if len(points) > MaxVertices {
		return tooManyVertices(path)
	}
	if len(points) < least {
		return fault.Field(path, "must hold at least %d positions", least)
	}
	for i, p := range points {
		if p.Valid() { // the path is only written when it is needed
			continue
		}
		if err := checkPosition(index(path, i), p); err != nil {
			return err
		}
	}
	return nil
}

// checkPosition is Point.Check with the path of GeoJSON: [0] is the longitude.
func checkPosition(path string, p Point) error {
	if !(p.Lon >= -180 && p.Lon <= 180) {
		return fault.Field(index(path, 0), "must be a longitude in degrees from -180 to 180 (longitude comes first)")
	}
	if !(p.Lat >= -90 && p.Lat <= 90) {
		return fault.Field(index(path, 1), "must be a latitude in degrees from -90 to 90 (longitude comes first)")
	}
	return nil
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func tooManyVertices(path string) error {
	return fault.New(fault.TooLarge, fault.CodeTooLarge, "must hold at most %d positions in all", MaxVertices).WithField(path)
}
