package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
)

// File is a scenario as it was written; see docs/scenarios.md.
type File struct {
	Name  string   `json:"name" doc:"what the scenario shows"`
	About string   `json:"about" doc:"more of it, for readers"`
	Clock start    `json:"clock" doc:"date and time when it begins"`
	Until moment   `json:"until" doc:"time when it ends; absent: a minute after the last time that the file names"`
	Zone  string   `json:"zone" doc:"IANA time zone of every clock time, place and person"`
	Base  geoPoint `json:"origin" doc:"[lat, lon]; every other pair is then metres east and north of it"`
	Seed  int      `json:"seed" doc:"everything random follows from it"`
	Mode  string   `json:"mode" enum:"test,live" doc:"among which data it plays"`

	Deployment string `json:"deployment" enum:"public,work,school" doc:"whom the server serves; absent: the public"`

	Merchants Names[Body[api.MerchantInput]] `json:"merchants" doc:"as POST /v1/merchants takes them"`
	Places    Names[Place]                   `json:"places" doc:"as POST /v1/places takes them"`
	Offers    Names[Body[api.OfferInput]]    `json:"offers" doc:"as POST /v1/offers takes them"`
	People    Names[Person]                  `json:"people" doc:"who is there, and how they go"`
	Steps     []Step                         `json:"steps" doc:"what happens at which time"`
	Expect    []Expectation                  `json:"expect" doc:"what must be true afterwards"`

	zone  *time.Location
	begin time.Time
	end   time.Time
}

// Place is a place as POST /v1/places takes it; At is its location.
type Place struct {
	At    Point                 `json:"at" doc:"where it is"`
	Stock []Body[api.StockItem] `json:"stock" doc:"what it sells"`
	Rest  Body[api.PlaceInput]
}

// Person is somebody as POST /v1/users takes them, and what they do.
type Person struct {
	Consents    []string              `json:"consents" enum:"location,mood,purchases,push,all,none,mood.self,mood.wearable,mood.face,mood.voice,mood.typing" doc:"what they allow; absent: location and push"`
	Preferences Body[api.Preferences] `json:"preferences" doc:"as PUT /v1/me/preferences takes them"`
	History     []Past                `json:"history" doc:"what was before the clock"`
	Way         []Waypoint            `json:"way" doc:"where they go"`
	Track       *Track                `json:"track" doc:"a recorded way instead"`
	Does        []Step                `json:"does" doc:"their steps"`
	Moods       []Step                `json:"moods" doc:"how they feel, and when"`
	Socket      *bool                 `json:"socket" doc:"off: the app is not in front"`
	Every       Duration              `json:"every" doc:"between positions while moving; absent: 10 s"`
	Standing    Duration              `json:"standing" doc:"between positions while standing; absent: 60 s"`
	Accuracy    float64               `json:"accuracy" doc:"that the phone claims, metres; absent: 10"`
	Jitter      float64               `json:"jitter" doc:"standard deviation of the error of positions, metres"`
	Rest        Body[api.OptIn]
	Source      Source `json:"-"`
}

// Past is something that was before the clock.
type Past struct {
	Bought  *Body[api.Purchase] `json:"bought" doc:"as POST /v1/me/purchases takes it"`
	Visited PlaceName           `json:"visited" doc:"a place where they stayed for a while"`
	Ago     Duration            `json:"ago" doc:"how long before the clock"`
	Times   int                 `json:"times" doc:"how often"`
	Every   Duration            `json:"every" doc:"between these times; absent: 1 d"`
	Source  Source              `json:"-"`
}

// Waypoint is one station of a way.
type Waypoint struct {
	Place  PlaceName `json:"place" doc:"where"`
	Point  Point     `json:"point" doc:"where"`
	At     moment    `json:"at" doc:"be there at that time"`
	Stay   Duration  `json:"stay" doc:"how long they stay"`
	Until  moment    `json:"until" doc:"until when they stay"`
	By     string    `json:"by" enum:"foot,run,bike,tram,car" doc:"how they go there"`
	Speed  float64   `json:"speed" doc:"how fast they go there, m/s"`
	Source Source    `json:"-"`
}

// Track is a recorded way.
type Track struct {
	File   string `json:"file" doc:"GPX, GeoJSON or CSV, beside the scenario"`
	User   string `json:"user" doc:"which of several in the file"`
	Start  moment `json:"start" doc:"moves it in time, to begin then"`
	Source Source `json:"-"`
}

// geoPoint is a point in degrees.
type geoPoint struct{ *geo.Point }

func (p *geoPoint) read(d *decoder, n ast.Node, path string) {
	var q Point
	origin := d.origin
	d.origin = nil
	q.read(d, n, path)
	d.origin = origin
	if q.place != "" {
		d.fail(n, path, "must be [lat, lon]")
		return
	}
	p.Point = &q.at
}

const (
	defaultClock = "2026-06-16 09:00"
	defaultZone  = "Europe/Berlin"
	maxSize      = 1 << 20
	longest      = 31 * 24 * time.Hour
	afterwards   = time.Minute // goes on after the last time of the file
)

// Read reads a scenario. An error that is Mistakes says all that is wrong with the file.
func Read(r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, Mistakes{{Detail: fmt.Sprintf("a scenario has at most %d bytes", maxSize)}}
	}
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	d := &decoder{anchors: map[string]ast.Node{}}
	ast.Walk(anchors(d.anchors), root)
	f := &File{}
	d.header(root, f)
	d.value(root, valueOf(f), "")
	if len(d.found) == 0 {
		f.check(d)
	}
	if len(d.found) > 0 {
		slices.SortStableFunc(d.found, func(a, b Mistake) int { return a.Line - b.Line })
		return nil, d.found
	}
	return f, nil
}

// parse reads one YAML document whose top is a map.
func parse(text []byte) (root ast.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // a file from outside must not end the program
			err = Mistakes{{Detail: fmt.Sprintf("is no YAML: %v", r)}}
		}
	}()
	doc, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\ufeff")), 0)
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		p := syntax.GetToken().Position
		return nil, Mistakes{{Line: p.Line, Column: p.Column, Detail: "is no YAML: " + syntax.GetMessage()}}
	}
	if err != nil {
		return nil, Mistakes{{Detail: "is no YAML: " + err.Error()}}
	}
	var bodies []ast.Node
	for _, d := range doc.Docs {
		if d.Body != nil && d.Body.Type() != ast.NullType && d.Body.Type() != ast.CommentType {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, Mistakes{{Line: 1, Column: 1, Detail: "is empty; a scenario begins with name: …"}}
	case 1:
		return bodies[0], nil
	}
	line, column := position(bodies[1])
	return nil, Mistakes{{Line: line, Column: column, Detail: "a file holds one scenario; this one begins another"}}
}

type anchors map[string]ast.Node

// Visit implements ast.Visitor.
func (a anchors) Visit(n ast.Node) ast.Visitor {
	if x, ok := n.(*ast.AnchorNode); ok {
		a[x.Name.String()] = x.Value
	}
	return a
}

// header reads what all else is read by.
func (d *decoder) header(root ast.Node, f *File) {
	d.zone, _ = time.LoadLocation(defaultZone)
	if d.zone == nil {
		d.zone = time.UTC
	}
	f.Zone, f.Mode, f.Seed = defaultZone, "test", 1
	nodes := map[string]ast.Node{}
	d.members(root, "", func(name string, _, value ast.Node, _ string) { nodes[name] = value })
	probe := &decoder{anchors: d.anchors, zone: d.zone} // mistakes are found again
	if n, ok := nodes["zone"]; ok {
		if text, ok := probe.text(d.bare(n), ""); ok {
			if zone, err := time.LoadLocation(text); err == nil && text != "" && text != "Local" {
				d.zone, probe.zone = zone, zone
			} else {
				d.fail(n, "zone", "must be an IANA time zone such as Europe/Berlin, not %q", text)
			}
		}
	}
	begin, _ := probe.time(defaultClock)
	probe.clock = begin
	var clock start
	if n, ok := nodes["clock"]; ok {
		probe.value(n, valueOf(&clock), "clock")
	}
	if n, ok := nodes["origin"]; ok {
		var origin geoPoint
		probe.value(n, valueOf(&origin), "origin")
		d.origin = origin.Point
	}
	if clock.IsZero() {
		clock.Time.Time = begin
	}
	d.clock, f.zone, f.begin = clock.Time.Time, d.zone, clock.Time.Time
}

// place finds a place by its key or its name.
func (f *File) place(name string) *Named[Place] {
	if p := f.Places.find(name); p != nil {
		return p
	}
	for i := range f.Places {
		if f.Places[i].Value.Rest.tree["name"] == name {
			return &f.Places[i]
		}
	}
	return nil
}

// locate returns where a point is. Its places were checked to exist.
func (f *File) locate(p *Point) geo.Point { return f.follow(p, 0) }

func (f *File) follow(p *Point, depth int) geo.Point {
	if p.place == "" {
		return p.at
	}
	place := f.place(p.place)
	if place == nil || depth > maxDepth {
		return geo.Point{}
	}
	return moved(f.follow(&place.Value.At, depth+1), p.east, p.north)
}

// check looks at what only the whole file shows, and completes it.
func (f *File) check(d *decoder) {
	if len(f.Merchants) == 0 {
		f.Merchants = append(f.Merchants, Named[Body[api.MerchantInput]]{Name: "shop"})
	}
	for _, u := range d.uses {
		var known []string
		switch u.kind {
		case "merchants":
			known = f.Merchants.names()
		case "places":
			if f.place(u.name) != nil {
				continue
			}
			known = f.Places.names()
		case "offers":
			known = f.Offers.names()
		case "people":
			known = f.People.names()
		}
		if !slices.Contains(known, u.name) {
			hint := didYouMean(u.name, known)
			if hint == "" && len(known) > 0 {
				hint = "; there is " + strings.Join(known, ", ")
			}
			d.fail(u.node, u.path, "%q is none of the file's %s%s", u.name, u.kind, hint)
		}
	}
	f.complete(d)
	asserts := len(f.Expect) > 0
	for i := range f.Steps {
		s := &f.Steps[i]
		asserts = asserts || s.Refused != "" || s.Expect != nil
		d.add(s.check())
	}
	for i := range f.Expect {
		d.add(f.Expect[i].check())
	}
	if !asserts {
		d.add(Mistakes{{Path: "expect", Detail: "is missing: the file asserts nothing; say what must happen, such as expect: [{person: ben, receives: espresso}]"}})
	}
	f.end = f.Until.Time.Time
	if f.end.IsZero() {
		f.end = maxTime(d.last, f.begin).Add(afterwards)
	}
	if f.end.Sub(f.begin) > longest {
		d.add(Mistakes{{Path: "until", Detail: fmt.Sprintf("a scenario lasts at most %v days", longest.Hours()/24)}})
	}
}

func (d *decoder) add(found Mistakes) { d.found = append(d.found, found...) }

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// isSet reports whether a field of a struct was given.
func isSet(v reflect.Value) bool { return !v.IsZero() }
