package ranking

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

// Split is the part of the data that an event belongs to.
type Split uint8

// The splits.
const (
	Train Split = iota
	Valid
	Test
)

// Event is one visit.
type Event struct {
	ID    string
	User  int
	Place uint32    // index into Data.Places
	At    time.Time // in the zone of the place
	Split Split
}

// Place is where one can go.
type Place struct {
	ID       string
	At       *geo.Point // nil: not told
	Category string     // empty: not told
}

// Instance is one question: where did this event take place? Context lists what else is known of the person in frozen
// mode; nil: everything before. Published holds the answers of somebody else, likeliest first; empty: none.
type Instance struct {
	Event     int
	Context   []int
	Published []string
	First     string
}

// Data is what is evaluated; events in the order of time.
type Data struct {
	Events    []Event
	Users     []string
	Places    []Place
	Instances []Instance
	Notes     []string // what was missing or odd

	events map[string]int
}

// Read reads visits (event_id, user_id, place_id, utc_time and/or local_time, split), places (place_id; lat, lon, category)
// and instances (event_id; context, published_top1, published_top10) from CSV files, gzipped or not. Columns may stand in
// any order; those after a semicolon, local_time and split may be missing.
func Read(visits, places, instances string) (*Data, error) {
	d := &Data{events: map[string]int{}}
	for _, f := range []struct {
		name string
		read func(*sheet) error
	}{{places, d.readPlaces}, {visits, d.readVisits}, {instances, d.readInstances}} {
		if err := open(f.name, f.read); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return d, nil
}

// sheet is a CSV file with named columns.
type sheet struct {
	rows    *csv.Reader
	columns map[string]int
	row     []string
}

func open(name string, read func(*sheet) error) (err error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewReader(f)
	var text io.Reader = in
	if magic, _ := in.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		if text, err = gzip.NewReader(in); err != nil {
			return err
		}
	}
	s := &sheet{rows: csv.NewReader(text), columns: map[string]int{}}
	s.rows.FieldsPerRecord = -1
	head, err := s.rows.Read()
	if err != nil {
		return fmt.Errorf("first line: %w", err)
	}
	for i, c := range head {
		s.columns[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))] = i
	}
	if err := read(s); err != nil {
		if s.row == nil { // csv names the line itself
			return err
		}
		line, _ := s.rows.FieldPos(0)
		return fmt.Errorf("line %d: %w", line, err)
	}
	return nil
}

func (s *sheet) need(columns ...string) error {
	for _, c := range columns {
		if _, ok := s.columns[c]; !ok {
			return fmt.Errorf("there is no column %s", c)
		}
	}
	return nil
}

func (s *sheet) has(column string) bool { _, ok := s.columns[column]; return ok }

func (s *sheet) next() (bool, error) {
	row, err := s.rows.Read()
	if errors.Is(err, io.EOF) {
		s.row = nil
		return false, nil
	}
	if err != nil {
		s.row = nil
		return false, err
	}
	s.row = row
	return true, nil
}

func (s *sheet) cell(column string) string {
	if i, ok := s.columns[column]; ok && i < len(s.row) {
		return strings.TrimSpace(s.row[i])
	}
	return ""
}

// filled returns a cell that must not be empty.
func (s *sheet) filled(column string) (string, error) {
	v := s.cell(column)
	if v == "" {
		return "", fmt.Errorf("%s is empty", column)
	}
	return v, nil
}

// degrees returns a coordinate; ok is false if there is none.
func (s *sheet) degrees(column string) (v float64, ok bool, err error) {
	text := s.cell(column)
	if text == "" || strings.EqualFold(text, "nan") || strings.EqualFold(text, "null") {
		return 0, false, nil
	}
	if v, err = strconv.ParseFloat(text, 64); err != nil {
		return 0, false, fmt.Errorf("%s %q: must be degrees, or empty", column, text)
	}
	return v, true, nil
}

func (d *Data) readPlaces(s *sheet) error {
	if err := s.need("place_id"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		ok, err := s.next()
		if !ok {
			return err
		}
		p := Place{Category: s.cell("category")}
		if p.ID, err = s.filled("place_id"); err != nil {
			return err
		}
		lat, okLat, errLat := s.degrees("lat")
		lon, okLon, errLon := s.degrees("lon")
		if err := cmp.Or(errLat, errLon); err != nil {
			return fmt.Errorf("place %s: %w", p.ID, err)
		}
		if at := (geo.Point{Lat: lat, Lon: lon}); okLat && okLon {
			if !at.Valid() {
				return fmt.Errorf("place %s: lat %v, lon %v: is nowhere on earth", p.ID, lat, lon)
			}
			p.At = &at
		}
		if !seen[p.ID] {
			seen[p.ID] = true
			d.Places = append(d.Places, p)
		}
	}
}

func (d *Data) readVisits(s *sheet) error {
	if err := s.need("event_id", "user_id", "place_id"); err != nil {
		return err
	}
	if !s.has("utc_time") && !s.has("local_time") {
		return errors.New("there is no column utc_time, nor local_time")
	}
	n := newNames(d)
	twice, seen := 0, map[string]Event{}
	for {
		ok, err := s.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		e, err := n.event(s)
		if err != nil {
			return err
		}
		if o, ok := seen[e.ID]; ok {
			if o.User != e.User || o.Place != e.Place || !o.At.Equal(e.At) {
				return fmt.Errorf("event_id %s: another event has it", e.ID)
			}
			twice++
			continue
		}
		seen[e.ID] = e
		d.Events = append(d.Events, e)
	}
	if twice > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d events are there more than once: counted once", twice))
	}
	if n.strange > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d places of visits are not in the file of places: no position, no category", n.strange))
	}
	slices.SortStableFunc(d.Events, func(a, b Event) int { return a.At.Compare(b.At) })
	for i := range d.Events {
		d.events[d.Events[i].ID] = i
	}
	if !s.has("split") {
		d.Notes = append(d.Notes, "there is no column split: what is no instance counts as training")
	}
	return nil
}

// names numbers people and places.
type names struct {
	*Data
	users   map[string]int
	places  map[string]uint32
	strange int // places that are not in their file
}

func newNames(d *Data) *names {
	n := &names{Data: d, users: map[string]int{}, places: map[string]uint32{}}
	for i, p := range d.Places {
		n.places[p.ID] = uint32(i)
	}
	return n
}

// event reads the event of a row.
func (n *names) event(s *sheet) (e Event, err error) {
	if e.ID, err = s.filled("event_id"); err != nil {
		return e, err
	}
	var errAt, errSplit error
	e.At, errAt = moment(s.cell("utc_time"), s.cell("local_time"))
	e.Split, errSplit = splitOf(s.cell("split"))
	user, errUser := s.filled("user_id")
	place, errPlace := s.filled("place_id")
	if err := cmp.Or(errAt, errUser, errPlace, errSplit); err != nil {
		return e, fmt.Errorf("event %s: %w", e.ID, err)
	}
	var ok bool
	if e.User, ok = n.users[user]; !ok {
		e.User = len(n.Users)
		n.users[user], n.Users = e.User, append(n.Users, user)
	}
	if e.Place, ok = n.places[place]; !ok {
		e.Place = uint32(len(n.Places))
		n.places[place], n.Places = e.Place, append(n.Places, Place{ID: place})
		n.strange++
	}
	return e, nil
}

func splitOf(name string) (Split, error) {
	switch strings.ToLower(name) {
	case "train", "":
		return Train, nil
	case "valid", "validation", "val", "dev":
		return Valid, nil
	case "test":
		return Test, nil
	}
	return 0, fmt.Errorf("split %q: must be train, valid or test", name)
}

func (d *Data) readInstances(s *sheet) error {
	if err := s.need("event_id"); err != nil {
		return err
	}
	asked, twice, strange := map[int]bool{}, 0, 0
	for {
		ok, err := s.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		id, err := s.filled("event_id")
		if err != nil {
			return err
		}
		i, ok := d.events[id]
		if !ok {
			return fmt.Errorf("event_id %s: is not among the visits", id)
		}
		if asked[i] {
			twice++
			continue
		}
		asked[i] = true
		q := Instance{Event: i, First: s.cell("published_top1")}
		listed := strings.Fields(s.cell("context"))
		if len(listed) > 0 {
			q.Context = []int{} // if all of them are left out nothing is listed, not everything
		}
		for _, c := range listed {
			k, ok := d.events[c]
			if !ok {
				return fmt.Errorf("event_id %s: context: %s is not among the visits", id, c)
			}
			if k < i && d.Events[k].User == d.Events[i].User {
				q.Context = append(q.Context, k)
			} else {
				strange++
			}
		}
		slices.Sort(q.Context)
		if p := s.cell("published_top10"); p != "" {
			q.Published = strings.Split(p, "|")
		}
		d.Events[i].Split = Test
		d.Instances = append(d.Instances, q)
	}
	if twice > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d instances are there more than once: asked once", twice))
	}
	if strange > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d events of contexts are later than what is asked for, or somebody else's: left out", strange))
	}
	slices.SortStableFunc(d.Instances, func(a, b Instance) int { return cmp.Compare(a.Event, b.Event) })
	return nil
}
