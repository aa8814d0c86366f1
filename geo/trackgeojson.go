package geo

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
)

// trackFeature is what we read of a GeoJSON feature; a bare geometry has Coordinates of its own.
type trackFeature struct {
	Type       string          `json:"type"`
	Properties trackProperties `json:"properties"`
	Geometry   struct {
		Type        string         `json:"type"`
		Coordinates jsontext.Value `json:"coordinates"`
	} `json:"geometry"`
}

type trackProperties struct {
	CoordTimes []jsontext.Value `json:"coordTimes"`
	Time       jsontext.Value   `json:"time"`
	Timestamp  jsontext.Value   `json:"timestamp"`
	DateTime   jsontext.Value   `json:"datetime"`
	UnixTime   jsontext.Value   `json:"unix_time"`
	User       jsontext.Value   `json:"user"`
	UID        jsontext.Value   `json:"uid"`
	UserID     jsontext.Value   `json:"user_id"`
	Accuracy   float64          `json:"accuracy"`
	Speed      *float64         `json:"speed"`
	Course     *float64         `json:"course"`
}

// geoJSONReader counts features, which stand for lines in a report.
type geoJSONReader struct {
	*trackReader
	dec     *jsontext.Decoder
	bound   *meter
	feature int
}

func (t *trackReader) readGeoJSON(src io.Reader) error {
	g := &geoJSONReader{trackReader: t, bound: &meter{src: src, left: maxValue}}
	g.dec = jsontext.NewDecoder(g.bound)
	if tok, err := g.dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return g.unreadable("must be a GeoJSON object", err)
	}
	var single trackFeature // filled if the document is one feature
	for g.dec.PeekKind() != '}' {
		name, err := g.dec.ReadToken()
		if err != nil {
			return g.unreadable("must be whole JSON", err)
		}
		g.bound.left = maxValue
		switch name.String() {
		case "features":
			err = g.readFeatures()
		case "type":
			err = g.decode(&single.Type)
		case "properties":
			err = g.decode(&single.Properties)
		case "geometry":
			err = g.decode(&single.Geometry)
		default:
			err = g.dec.SkipValue()
			if err != nil {
				err = g.unreadable("must be whole JSON", err)
			}
		}
		if err != nil {
			return err
		}
	}
	if err := g.end(); err != nil {
		return err
	}
	switch single.Type {
	case "FeatureCollection":
		return nil
	case "Feature":
		return g.readFeature(&single)
	}
	return fault.Field("type", "must be FeatureCollection or Feature: a bare geometry has no times")
}

// end reads the closing brace and wants nothing after it: a second document would be lost unseen.
func (g *geoJSONReader) end() error {
	if _, err := g.dec.ReadToken(); err != nil {
		return g.unreadable("must be whole JSON", err)
	}
	g.bound.left = maxValue
	if _, err := g.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return g.unreadable("must end with its object", err)
	}
	return nil
}

func (g *geoJSONReader) decode(v any) error {
	if err := json.UnmarshalDecode(g.dec, v); err != nil {
		return g.unreadable("must be GeoJSON", err)
	}
	return nil
}

func (g *geoJSONReader) readFeatures() error {
	if tok, err := g.dec.ReadToken(); err != nil || tok.Kind() != '[' {
		return g.unreadable("must be an array", err)
	}
	for g.dec.PeekKind() != ']' {
		g.bound.left = maxValue
		raw, err := g.dec.ReadValue()
		if err != nil {
			return g.unreadable("must be whole JSON", err)
		}
		var f trackFeature
		if err := json.Unmarshal(raw, &f); err != nil {
			err = g.broken("must be a feature: %v", memberFault(err))
			if err != nil {
				return err
			}
		} else if err := g.readFeature(&f); err != nil {
			return err
		}
		g.feature++
	}
	_, err := g.dec.ReadToken()
	if err != nil {
		return g.unreadable("must be whole JSON", err)
	}
	return nil
}

// broken skips a point or feature.
func (g *geoJSONReader) broken(detail string, args ...any) error {
	return g.skip(0, "features[%d] %s", g.feature, fmt.Sprintf(detail, args...))
}

func (g *geoJSONReader) readFeature(f *trackFeature) error {
	var points [][]float64
	var times []jsontext.Value
	p := &f.Properties
	var err error
	switch f.Geometry.Type {
	case "Point":
		points = make([][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &points[0])
		times = []jsontext.Value{first(p.UnixTime, p.DateTime, p.Time, p.Timestamp)}
	case "LineString":
		err = json.Unmarshal(f.Geometry.Coordinates, &points)
		times = p.CoordTimes
	default:
		return g.broken("must be a Point or LineString")
	}
	if err != nil {
		return g.broken("must have coordinates: %v", memberFault(err))
	}
	if len(times) != len(points) {
		return g.broken("must have a time for each of its %d positions in properties.coordTimes", len(points))
	}
	user := text(first(p.User, p.UID, p.UserID))
	for i, point := range points {
		fix := Fix{Accuracy: p.Accuracy, Speed: Unknown, Course: Unknown}
		if p.Speed != nil {
			fix.Speed = *p.Speed
		}
		if p.Course != nil {
			fix.Course = *p.Course
		}
		if err := fix.fill(point, times[i]); err != nil {
			if err := g.broken("position %d: %v", i, err); err != nil {
				return err
			}
			continue
		}
		if err := g.emit(TrackFix{User: user, Fix: fix}); err != nil {
			return err
		}
	}
	return nil
}

// fill sets the position and the time from their JSON.
func (f *Fix) fill(point []float64, at jsontext.Value) error {
	if len(point) < 2 {
		return errors.New("must be a longitude and a latitude")
	}
	f.Point = Point{Lon: point[0], Lat: point[1]}
	if err := checkPosition("coordinates", f.Point); err != nil {
		return errors.New(fault.From(err).Detail)
	}
	var err error
	f.Time, err = parseTime(text(at))
	return err
}

// first returns the first value that says something.
func first(values ...jsontext.Value) jsontext.Value {
	for _, v := range values {
		if text(v) != "" {
			return v
		}
	}
	return nil
}

// text returns the text of a JSON string, or a number as it is written.
func text(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		s, _ := jsontext.AppendUnquote(nil, v)
		return string(s)
	case '0':
		return string(v)
	}
	return ""
}

func (g *geoJSONReader) unreadable(detail string, err error) error {
	if errors.Is(err, errTooLong) {
		detail = "must not hold a feature of more than " + strconv.Itoa(maxValue) + " bytes"
	}
	f := fault.New(fault.Invalid, fault.CodeMalformed, "%s", detail)
	if err != nil {
		f = f.Wrap(err)
	}
	if at := jsonfault.Path(g.dec.StackPointer()); at != "" {
		f = f.WithField(at)
	}
	return f
}
