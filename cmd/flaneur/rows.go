package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Bounds of a file: what is read is held in memory until it is sent.
const (
	maxRows    = 5_000_000
	maxColumns = 200 // whose names are kept, to tell which were not understood
)

// row is one line of a table, or one feature of a map.
type row struct {
	at       string            // "venues.csv:12"
	cells    map[string]string // by column name in lower case
	geometry jsontext.Value    // of a feature
	err      error             // why it can't be read
}

// first returns the first of the columns that holds something.
func (r row) first(columns []string) string {
	for _, name := range columns {
		if text := r.cells[name]; text != "" {
			return text
		}
	}
	return ""
}

// table is what a file holds.
type table struct {
	columns []string
	rows    []row
}

// unknown returns the columns that a reader knows nothing about.
func (t *table) unknown(known map[string][]string) []string {
	return slices.DeleteFunc(slices.Clone(t.columns), func(name string) bool {
		for _, names := range known {
			if slices.Contains(names, name) {
				return true
			}
		}
		return false
	})
}

// readTable reads a CSV file of places with a header or a GeoJSON FeatureCollection, either of them packed by gzip or not; "-" is
// standard input. A broken row is a row with an error; the error of the file is that nothing can be made of it.
func readTable(file string) (table, error) { return readTableWith(file, placeColumns, "lat", "lon") }

// readTableWith is readTable for what needs these of the known columns.
func readTableWith(file string, known map[string][]string, needs ...string) (table, error) {
	name, src := filepath.Base(file), io.Reader(os.Stdin)
	if file == "-" {
		name = "line "
	} else {
		f, err := os.Open(file)
		if err != nil {
			return table{}, err
		}
		defer func() { _ = f.Close() }() // only read
		src = f
		name += ":"
	}
	text := bufio.NewReaderSize(src, 1<<16)
	if magic, _ := text.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(text)
		if err != nil {
			return table{}, fmt.Errorf("%s: %w", file, err)
		}
		text = bufio.NewReaderSize(unpacked, 1<<16)
	}
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		_, _ = text.Discard(3)
	}
	t := table{}
	var err error
	if firstCharacter(text) == '{' {
		err = t.readGeoJSON(name, text)
	} else {
		err = t.readCSV(name, text, known, needs)
	}
	if err != nil {
		return table{}, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

func firstCharacter(text *bufio.Reader) byte {
	head, _ := text.Peek(256)
	if trimmed := strings.TrimSpace(string(head)); trimmed != "" {
		return trimmed[0]
	}
	return 0
}

func (t *table) add(r row) error {
	if len(t.rows) == maxRows {
		return fault.New(fault.TooLarge, fault.CodeTooLarge, "A file may hold %d rows: split it.", maxRows)
	}
	t.rows = append(t.rows, r)
	return nil
}

func (t *table) column(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if name != "" && len(t.columns) < maxColumns && !slices.Contains(t.columns, name) {
		t.columns = append(t.columns, name)
	}
	return name
}

func (t *table) readCSV(name string, text io.Reader, known map[string][]string, needs []string) error {
	lines := csv.NewReader(text)
	lines.FieldsPerRecord = -1
	lines.ReuseRecord = true
	header, err := lines.Read()
	if err != nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "The file must be CSV that begins with the names of its columns, or GeoJSON.").Wrap(err)
	}
	names := make([]string, len(header))
	for i := range header {
		names[i] = t.column(header[i])
	}
	for _, which := range needs {
		if !slices.ContainsFunc(known[which], func(name string) bool { return slices.Contains(names, name) }) {
			return fault.New(fault.Invalid, fault.CodeMalformed, "The first line must name a column %s, with commas between the names.", which)
		}
	}
	for {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *csv.ParseError
		r := row{}
		switch {
		case errors.As(err, &broken):
			r.at, r.err = fmt.Sprintf("%s%d", name, broken.StartLine), broken.Err
		case err != nil:
			return err // the file ends within its packing, or can't be read
		default:
			line, _ := lines.FieldPos(0)
			r.at = fmt.Sprintf("%s%d", name, line)
			r.cells, r.err = cellsOf(names, cells)
		}
		if err := t.add(r); err != nil {
			return err
		}
	}
}

func cellsOf(names, cells []string) (map[string]string, error) {
	if len(cells) != len(names) {
		return nil, fmt.Errorf("it has %d columns, the header has %d", len(cells), len(names))
	}
	byName := make(map[string]string, len(names))
	for i, text := range cells {
		if !utf8.ValidString(text) {
			return nil, fmt.Errorf("%s: must be UTF-8", names[i])
		}
		if text = strings.TrimSpace(text); text != "" {
			byName[names[i]] = strings.Clone(text) // not the whole line
		}
	}
	return byName, nil
}

// feature is a GeoJSON feature; what else it may have is nothing to us.
type feature struct {
	Type       string                    `json:"type"`
	ID         jsontext.Value            `json:"id"`
	Geometry   jsontext.Value            `json:"geometry"`
	Properties map[string]jsontext.Value `json:"properties"`
}

func (t *table) readGeoJSON(name string, text io.Reader) error {
	var all struct {
		Type     string           `json:"type"`
		Features []jsontext.Value `json:"features"`
	}
	if err := json.UnmarshalRead(text, &all); err != nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "The file begins like GeoJSON, but is none.").Wrap(err)
	}
	if all.Type != "FeatureCollection" {
		return fault.Field("type", "must be FeatureCollection, not %q", all.Type)
	}
	for i, raw := range all.Features {
		r := row{at: fmt.Sprintf("%s feature %d", strings.TrimSuffix(name, "line "), i+1)}
		var f feature
		if err := json.Unmarshal(raw, &f); err != nil || f.Type != "Feature" {
			r.err = errors.New("it is no GeoJSON feature")
		} else {
			r.geometry, r.cells = f.Geometry, map[string]string{}
			if f.Properties == nil {
				f.Properties = map[string]jsontext.Value{}
			}
			if _, ok := f.Properties["id"]; !ok && f.ID != nil {
				f.Properties["id"] = f.ID
			}
			for property, value := range f.Properties {
				if text := plain(value); text != "" {
					r.cells[t.column(property)] = text
				}
			}
		}
		if err := t.add(r); err != nil {
			return err
		}
	}
	slices.Sort(t.columns)
	return nil
}

// plain returns a JSON value as a cell would have it: a list of texts with commas between them, null as nothing.
func plain(v jsontext.Value) string {
	var text string
	var texts []string
	switch {
	case v.Kind() == 'n':
		return ""
	case json.Unmarshal(v, &text) == nil:
		return strings.TrimSpace(text)
	case json.Unmarshal(v, &texts) == nil:
		return strings.Join(texts, ",")
	default:
		return string(v)
	}
}
