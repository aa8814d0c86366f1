package geo

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/twpayne/go-geom/encoding/geojson"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
)

// regionJSON is a GeoJSON geometry with the two members that make a Point a circle and a LineString a corridor, or
// a list of H3 cells with their outline.
type regionJSON struct {
	Type        string         `json:"type"`
	Cells       []string       `json:"cells,omitempty"`
	Coordinates jsontext.Value `json:"coordinates,omitempty"`
	Radius      *float64       `json:"radius,omitempty"`
	Width       *float64       `json:"width,omitempty"`
}

// MarshalJSON writes the region as GeoJSON: a Point with "radius", a Polygon or MultiPolygon, or a LineString with
// "width", both in metres; or, beyond GeoJSON, as Cells with "cells", and as "coordinates" their outline as that of a
// MultiPolygon, if it is known. The zero Region is null.
func (r Region) MarshalJSON() ([]byte, error) {
	if r.s == nil {
		return []byte("null"), nil
	}
	if r.s.kind == Cells {
		var out regionJSON
		if err := r.s.cellsJSON(&out); err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
	g, err := geojson.Encode(r.s.geometry)
	if err != nil {
		return nil, err
	}
	out := regionJSON{Type: g.Type, Coordinates: jsontext.Value(*g.Coordinates)}
	switch r.s.kind {
	case Circle:
		out.Radius = &r.s.radius
	case Corridor:
		width := 2 * r.s.radius
		out.Width = &width
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes, except null. It is strict: unknown members are refused, a third number
// in a position (the altitude) is dropped. Errors are *fault.Error that name the member as a path, such as
// coordinates[0][3][1].
func (r *Region) UnmarshalJSON(data []byte) error {
	var in regionJSON
	if err := json.Unmarshal(data, &in, json.RejectUnknownMembers(true)); err != nil {
		return memberFault(err)
	}
	if in.Radius != nil && in.Type != "Point" {
		return fault.Field("radius", "belongs to a Point only")
	}
	if in.Width != nil && in.Type != "LineString" {
		return fault.Field("width", "belongs to a LineString only")
	}
	if len(in.Cells) > 0 && in.Type != "Cells" {
		return fault.Field("cells", "belongs to the type Cells only")
	}
	region, err := in.build()
	if err != nil {
		return err
	}
	*r = region
	return nil
}

func (in *regionJSON) positions(depth int) ([][][]Point, error) {
	return (&positions{dec: jsontext.NewDecoder(bytes.NewReader(in.Coordinates))}).read(depth)
}

func (in *regionJSON) build() (Region, error) {
	if in.Type == "Cells" {
		return in.buildCells()
	}
	depth := slices.Index([]string{"Point", "LineString", "Polygon", "MultiPolygon"}, in.Type)
	if depth < 0 {
		return Region{}, fault.Field("type", "must be Point, Polygon, MultiPolygon, LineString or Cells")
	}
	if len(in.Coordinates) == 0 {
		return Region{}, fault.Field("coordinates", "must be present")
	}
	polygons, err := in.positions(depth)
	if err != nil {
		return Region{}, err
	}
	switch in.Type {
	case "Point":
		if in.Radius == nil {
			return Region{}, fault.Field("radius", "must give the metres around the point")
		}
		return NewCircle(polygons[0][0][0], *in.Radius)
	case "LineString":
		if in.Width == nil {
			return Region{}, fault.Field("width", "must give the metres across the corridor")
		}
		return NewCorridor(polygons[0][0], *in.Width)
	case "Polygon":
		return NewPolygon(polygons[0]...)
	}
	return NewMultiPolygon(polygons...)
}

// positions reads nested arrays of positions; it stops at MaxVertices, before they take memory.
type positions struct {
	dec   *jsontext.Decoder
	count int
	path  []int
}

// read returns coordinates of any depth (0: one position, 3: polygons) as polygons of rings of points.
func (c *positions) read(depth int) ([][][]Point, error) {
	polygons := [][][]Point{{{}}}
	var err error
	switch depth {
	case 0:
		var p Point
		p, err = c.position()
		polygons[0][0] = []Point{p}
	case 1:
		polygons[0][0], err = c.line()
	case 2:
		polygons[0], err = c.rings()
	default:
		polygons, err = array(c, c.rings)
	}
	return polygons, err
}

func (c *positions) rings() ([][]Point, error) { return array(c, c.line) }

func (c *positions) line() ([]Point, error) { return array(c, c.position) }

func (c *positions) position() (Point, error) {
	if c.count++; c.count > MaxVertices {
		return Point{}, tooManyVertices("coordinates")
	}
	numbers, err := array(c, c.number)
	if err != nil {
		return Point{}, err
	}
	if len(numbers) != 2 && len(numbers) != 3 {
		return Point{}, fault.Field(c.field(), "must be a longitude and a latitude")
	}
	return Point{Lon: numbers[0], Lat: numbers[1]}, nil
}

func (c *positions) number() (float64, error) {
	tok, err := c.dec.ReadToken()
	if err != nil {
		return 0, c.malformed(err)
	}
	if tok.Kind() != '0' {
		return 0, fault.Field(c.field(), "must be a number")
	}
	if len(c.path) > 0 && c.path[len(c.path)-1] > 2 {
		return 0, fault.Field(c.field(), "must not be there: a position is a longitude and a latitude")
	}
	f, err := tok.Float()
	if err != nil {
		return 0, fault.Field(c.field(), "must be a number within range")
	}
	return f, nil
}

// array reads a JSON array with a reader for its elements.
func array[T any](c *positions, element func() (T, error)) ([]T, error) {
	tok, err := c.dec.ReadToken()
	if err != nil {
		return nil, c.malformed(err)
	}
	if tok.Kind() != '[' {
		return nil, fault.Field(c.field(), "must be an array")
	}
	var all []T
	c.path = append(c.path, 0)
	for c.dec.PeekKind() != ']' {
		e, err := element()
		if err != nil {
			return nil, err
		}
		all = append(all, e)
		c.path[len(c.path)-1]++
	}
	if _, err := c.dec.ReadToken(); err != nil {
		return nil, c.malformed(err)
	}
	c.path = c.path[:len(c.path)-1]
	if len(all) == 0 {
		return nil, fault.Field(c.field(), "must not be empty")
	}
	return all, nil
}

func (c *positions) field() string {
	path := "coordinates"
	for _, i := range c.path {
		path = index(path, i)
	}
	return path
}

func (c *positions) malformed(err error) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "must be JSON").WithField(c.field()).Wrap(err)
}

// memberFault turns an error of the JSON library into a fault that names the member.
func memberFault(err error) error {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fault.New(fault.Invalid, fault.CodeMalformed, "must be a GeoJSON geometry").Wrap(err)
	}
	field := jsonfault.Path(semantic.JSONPointer)
	if errors.Is(err, json.ErrUnknownName) {
		return fault.New(fault.Invalid, fault.CodeUnknownField, "is not a member of a region").WithField(field)
	}
	switch field {
	case "type":
		return fault.Field(field, "must be a string")
	case "radius", "width":
		return fault.Field(field, "must be a number of metres")
	}
	if strings.HasPrefix(field, "cells") {
		return fault.Field(field, "must be a list of H3 cells, each a text")
	}
	return fault.Field(field, "must be a GeoJSON geometry")
}
