package scenario

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/flaneur-io/flaneur/geo"
)

// Time is a moment of the scenario; zero: not set.
type Time struct{ time.Time }

var (
	clockTime = regexp.MustCompile(`^(?:day (\d{1,3}) )?(\d{1,2}):(\d{2})(?::(\d{2}))?$`)
	duration  = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*([a-z]+)\s*`)
	layouts   = []string{
		"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04Z07:00",
		"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", time.RFC3339, "2006-01-02 15:04 Z07:00", "2006-01-02 15:04:05 Z07:00",
	}
)

const timeForms = `must be a time such as "09:05", "day 2 09:05", "2026-06-17 09:05" or "+90 min"`

func (t *Time) read(d *decoder, n ast.Node, path string) {
	text, ok := d.text(n, path)
	if !ok {
		return
	}
	at, ok := d.time(strings.TrimSpace(text))
	switch {
	case !ok:
		d.fail(n, path, "%s, not %q", timeForms, text)
	case !d.clock.IsZero() && at.Before(d.clock) && clockTime.MatchString(text):
		d.fail(n, path, "%s lies before the clock (%s); the next day would be \"day 2 %[1]s\"", text, d.clock.Format(time.DateTime))
	case at.Year() < 1970 || at.Year() > 2200:
		d.fail(n, path, "must lie between the years 1970 and 2200")
	default:
		t.Time = at
	}
}

// time reads a time, without a look at whether it makes sense.
func (d *decoder) time(text string) (time.Time, bool) {
	if m := clockTime.FindStringSubmatch(text); m != nil {
		day, _ := strconv.Atoi(m[1])
		hour, _ := strconv.Atoi(m[2])
		minute, _ := strconv.Atoi(m[3])
		second, _ := strconv.Atoi(m[4])
		if hour > 23 || minute > 59 || second > 59 || m[1] == "0" {
			return time.Time{}, false
		}
		y, mo, first := d.clock.Date()
		return time.Date(y, mo, first+max(day, 1)-1, hour, minute, second, 0, d.zone), true
	}
	if rest, ok := strings.CutPrefix(text, "+"); ok {
		after, ok := parseDuration(strings.TrimSpace(rest))
		return d.clock.Add(after), ok && !d.clock.IsZero()
	}
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, d.zone); err == nil {
			return at.In(d.zone), true
		}
	}
	return time.Time{}, false
}

// start is when a scenario begins.
type start struct{ Time }

func (s *start) read(d *decoder, n ast.Node, path string) {
	text, ok := d.text(n, path)
	if !ok {
		return
	}
	if s.Time.Time, ok = d.time(strings.TrimSpace(text)); !ok || s.Year() < 1970 || s.Year() > 2200 {
		d.fail(n, path, "must be a date and time such as 2026-06-16 09:00, not %q", text)
	}
}

// moment is a time that something of the scenario happens at.
type moment struct{ Time }

func (m *moment) read(d *decoder, n ast.Node, path string) {
	m.Time.read(d, n, path)
	if m.After(d.last) {
		d.last = m.Time.Time
	}
	if !m.IsZero() && m.Before(d.clock) && !d.clock.IsZero() {
		d.fail(n, path, "lies before the clock, %s", d.clock.Format(time.DateTime))
	}
}

// Duration is how long something takes.
type Duration struct{ time.Duration }

func (v *Duration) read(d *decoder, n ast.Node, path string) {
	text, ok := d.text(n, path)
	if !ok {
		return
	}
	if v.Duration, ok = parseDuration(text); !ok {
		d.fail(n, path, "must be a number and a unit, such as 30 s, 10 min, 2 h or 1 d, not %q", text)
	}
}

func parseDuration(text string) (sum time.Duration, ok bool) {
	for text = strings.ToLower(strings.TrimSpace(text)); text != ""; {
		m := duration.FindStringSubmatch(text)
		if m == nil {
			return 0, false
		}
		var unit time.Duration
		switch m[2] {
		case "s", "sec", "second", "seconds":
			unit = time.Second
		case "m", "min", "minute", "minutes":
			unit = time.Minute
		case "h", "hour", "hours":
			unit = time.Hour
		case "d", "day", "days":
			unit = 24 * time.Hour
		case "week", "weeks":
			unit = 7 * 24 * time.Hour
		default:
			return 0, false
		}
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil || v*float64(unit) > float64(20*365*24*time.Hour) {
			return 0, false
		}
		sum, ok, text = sum+time.Duration(v*float64(unit)), true, text[len(m[0]):]
	}
	return sum, ok
}

// Point is somewhere on earth; see File.locate.
type Point struct {
	at          geo.Point // unless place is set
	place       string    // it is there, or is told from there
	east, north float64   // metres from the place
	set         bool
}

func (p *Point) read(d *decoder, n ast.Node, path string) {
	p.set = true
	switch x := n.(type) {
	case *ast.SequenceNode:
		p.pair(d, x, path)
	case *ast.MappingNode:
		p.members(d, n, path)
	default:
		if text, ok := d.text(n, path); ok {
			p.place = text
			d.uses = append(d.uses, use{"places", text, path, n})
		}
	}
}

func (p *Point) pair(d *decoder, n *ast.SequenceNode, path string) {
	if len(n.Values) != 2 {
		d.fail(n, path, "must be a pair of numbers, %s", d.pairs())
		return
	}
	var v [2]float64
	degrees := true
	for i, item := range n.Values {
		text, ok := d.text(d.bare(item), index(path, i))
		if !ok {
			return
		}
		var err error
		if v[i], err = strconv.ParseFloat(text, 64); err != nil || v[i]-v[i] != 0 {
			d.fail(item, index(path, i), "must be a number, not %q", text)
			return
		}
		_, fraction, _ := strings.Cut(text, ".")
		degrees = degrees && len(fraction) > 3
	}
	switch {
	case d.origin == nil:
		p.at = geo.Point{Lat: v[0], Lon: v[1]}
		p.onEarth(d, n, path)
	case degrees:
		d.fail(n, path, "looks like degrees, but pairs are metres from the origin; write {lat: %v, lon: %v}", v[0], v[1])
	default:
		p.offset(d, n, path, v[0], v[1])
	}
}

func (d *decoder) pairs() string {
	if d.origin == nil {
		return "[lat, lon]"
	}
	return "[metres east, metres north]"
}

func (p *Point) members(d *decoder, n ast.Node, path string) {
	var in struct {
		Lat   *float64 `json:"lat"`
		Lon   *float64 `json:"lon"`
		From  *string  `json:"from"`
		East  float64  `json:"east"`
		North float64  `json:"north"`
	}
	before := len(d.found)
	d.value(n, valueOf(&in), path)
	switch {
	case len(d.found) > before:
	case in.Lat != nil && in.Lon != nil:
		p.at = geo.Point{Lat: *in.Lat, Lon: *in.Lon}
		p.onEarth(d, n, path)
	case in.Lat != nil || in.Lon != nil:
		d.fail(n, path, "must have both, lat and lon")
	case in.From != nil:
		p.place = *in.From
		d.uses = append(d.uses, use{"places", *in.From, path, n})
		p.offset(d, n, path, in.East, in.North)
	case d.origin == nil:
		d.fail(n, path, "needs from: PLACE, or an origin of the file, [lat, lon]")
	default:
		p.offset(d, n, path, in.East, in.North)
	}
}

const farthest = 1_000_000 // metres

func (p *Point) offset(d *decoder, n ast.Node, path string, east, north float64) {
	if math.Hypot(east, north) > farthest {
		d.fail(n, path, "must be within %d km", farthest/1000)
		return
	}
	p.east, p.north = east, north
	if p.place == "" && d.origin != nil {
		p.at = moved(*d.origin, east, north)
	}
}

func (p *Point) onEarth(d *decoder, n ast.Node, path string) {
	if err := p.at.Check(""); err != nil {
		d.fail(n, path, "must be [lat, lon] in degrees: -90 to 90 and -180 to 180; with an origin, pairs are metres")
	}
}

// moved returns the point so many metres east and north of another.
func moved(p geo.Point, east, north float64) geo.Point {
	if east == 0 && north == 0 {
		return p
	}
	return geo.Destination(p, math.Atan2(east, north)*180/math.Pi, math.Hypot(east, north))
}

// What names something that the file defines.
type (
	// MerchantName is the key of a merchant.
	MerchantName string
	// PlaceName is the key, or the name, of a place.
	PlaceName string
	// OfferName is the key of an offer.
	OfferName string
	// PersonName is the key of a person.
	PersonName string
)

func (r *MerchantName) read(d *decoder, n ast.Node, path string) { name(d, n, path, "merchants", r) }
func (r *PlaceName) read(d *decoder, n ast.Node, path string)    { name(d, n, path, "places", r) }
func (r *OfferName) read(d *decoder, n ast.Node, path string)    { name(d, n, path, "offers", r) }
func (r *PersonName) read(d *decoder, n ast.Node, path string)   { name(d, n, path, "people", r) }

func name[T ~string](d *decoder, n ast.Node, path, kind string, to *T) {
	if text, ok := d.text(n, path); ok {
		*to = T(text)
		d.uses = append(d.uses, use{kind, text, path, n})
	}
}

// Want is what something must be: a tree of maps, lists, texts, numbers, truths and nil. See match.
type Want struct {
	tree any
	set  bool
}

func (w *Want) read(d *decoder, n ast.Node, path string) {
	w.tree, w.set = d.free(n, path), true
}

// idle reports whether it is said, and holds of everything: {}.
func (w *Want) idle() bool {
	m, ok := w.tree.(map[string]any)
	return ok && len(m) == 0
}

// free reads any YAML.
func (d *decoder) free(n ast.Node, path string) any {
	if !d.enter(n, path) {
		return nil
	}
	defer d.leave()
	n = d.bare(n)
	switch x := n.(type) {
	case *ast.MappingNode:
		out := map[string]any{}
		d.members(x, path, func(name string, _, value ast.Node, path string) { out[name] = d.free(value, path) })
		return out
	case *ast.SequenceNode:
		out := make([]any, len(x.Values))
		for i, item := range x.Values {
			out[i] = d.free(item, index(path, i))
		}
		return out
	case *ast.NullNode:
		return nil
	case *ast.BoolNode:
		return x.Value
	case *ast.IntegerNode, *ast.FloatNode:
		if f, err := strconv.ParseFloat(n.GetToken().Value, 64); err == nil {
			return f
		}
	}
	text, _ := d.text(n, path)
	return text
}

// Names is a map of the file in its order.
type Names[T any] []Named[T]

// Named is one member of Names.
type Named[T any] struct {
	Name  string
	Line  int
	Value T
	node  ast.Node
}

// identifier is what a name may be, so that it can be told in a path: {offers.NAME}.
var identifier = regexp.MustCompile(`^[\pL\pN_][\pL\pN_' -]*$`)

func (l *Names[T]) read(d *decoder, n ast.Node, path string) {
	d.members(n, path, func(name string, key, value ast.Node, path string) {
		if !identifier.MatchString(name) {
			d.fail(key, path, "a name is letters, digits, _, -, ' and spaces, not %q", name)
		}
		if slices.ContainsFunc(*l, func(x Named[T]) bool { return x.Name == name }) {
			return // merged in (<<), and said again
		}
		item := Named[T]{Name: name, node: key}
		item.Line, _ = position(key)
		*l = append(*l, item)
		d.value(value, valueOf(&(*l)[len(*l)-1].Value), path)
	})
}

func (l Names[T]) find(name string) *Named[T] {
	for i := range l {
		if l[i].Name == name {
			return &l[i]
		}
	}
	return nil
}

func (l Names[T]) names() []string {
	out := make([]string, len(l))
	for i := range l {
		out[i] = l[i].Name
	}
	return out
}
