package geo

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

const maxDepth = 64 // of nested XML elements

// gpxState is where in the document the reader stands. The document is read token by token, because a recorded year
// would not fit as a whole.
type gpxState struct {
	user   string
	inside bool // a track or route point
	fix    Fix
	bad    string // what is wrong with the point
	line   int    // where the point starts
	text   strings.Builder
}

func (t *trackReader) readGPX(src io.Reader) error {
	bound := &meter{src: src, left: maxRow}
	dec := xml.NewDecoder(bound)
	var path []string
	started := false
	var s gpxState
	for {
		bound.left = maxRow
		tok, err := dec.Token()
		line, _ := dec.InputPos()
		if errors.Is(err, io.EOF) && started && len(path) == 0 {
			return nil
		}
		if err != nil {
			return unreadable(line, err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if len(path) == maxDepth {
				return unreadable(line, errors.New("elements are nested too deeply"))
			}
			if len(path) == 0 && e.Name.Local != "gpx" {
				return fault.New(fault.Invalid, fault.CodeMalformed, "must be a gpx document").WithField("line " + strconv.Itoa(line))
			}
			started = true
			path = append(path, e.Name.Local)
			s.text.Reset()
			if isPoint(e.Name.Local) {
				s.begin(e, line)
			}
		case xml.CharData:
			if s.text.Len()+len(e) <= 1000 { // longer texts are nothing that we read
				s.text.Write(e)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
			if err := t.endElement(&s, path, e.Name.Local); err != nil {
				return err
			}
			s.text.Reset()
		}
	}
}

func isPoint(element string) bool { return element == "trkpt" || element == "rtept" }

func (s *gpxState) begin(e xml.StartElement, line int) {
	*s = gpxState{user: s.user, inside: true, line: line, fix: Fix{Speed: Unknown, Course: Unknown}, bad: "point has no time"}
	lat, lon := "", ""
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "lat":
			lat = a.Value
		case "lon":
			lon = a.Value
		}
	}
	var err error
	if s.fix.Lat, err = number([]string{lat}, 0, "lat", 0); err != nil {
		s.bad = err.Error()
	} else if s.fix.Lon, err = number([]string{lon}, 0, "lon", 0); err != nil {
		s.bad = err.Error()
	} else if err := s.fix.Check(""); err != nil {
		s.bad = fault.From(err).Field + " " + fault.From(err).Detail
	}
}

// endElement takes the text of an element that has ended; path leads to its parent.
func (t *trackReader) endElement(s *gpxState, path []string, element string) error {
	parent := ""
	if len(path) > 0 {
		parent = path[len(path)-1]
	}
	text := strings.TrimSpace(s.text.String())
	switch {
	case isPoint(element) && s.inside:
		s.inside = false
		if s.bad != "" {
			return t.skip(s.line, "%s", s.bad)
		}
		return t.emit(TrackFix{User: s.user, Fix: s.fix})
	case element == "name" && (parent == "trk" || parent == "rte"):
		s.user = text
	case element == "trk" || element == "rte":
		s.user = ""
	case !s.inside:
	case element == "time" && isPoint(parent) && s.bad == "point has no time":
		s.bad = ""
		var err error
		if s.fix.Time, err = parseTime(text); err != nil {
			s.bad = err.Error()
		}
	case element == "speed": // in GPX 1.0, and in the extensions of 1.1
		if v, err := strconv.ParseFloat(text, 64); err == nil && v >= 0 && v-v == 0 {
			s.fix.Speed = v
		}
	case element == "course":
		if v, err := strconv.ParseFloat(text, 64); err == nil && v >= 0 && v <= 360 {
			s.fix.Course = v
		}
	}
	return nil
}
