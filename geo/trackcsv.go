package geo

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// csvColumns are the places of the columns in a row, -1 for those that are missing.
type csvColumns struct {
	lat, lon, unixTime, datetime, user, accuracy, speed, course int
}

// csvRows reads rows line by line: a quoted field ends with its line, so that a stray quote takes no other row with it.
type csvRows struct {
	lines  *bufio.Scanner
	line   int // the last one that was read
	text   bytes.Reader
	fields *csv.Reader // of text
}

func newCSVRows(src io.Reader) *csvRows {
	r := &csvRows{lines: bufio.NewScanner(src)}
	r.lines.Buffer(nil, maxRow)
	r.fields = csv.NewReader(&r.text)
	r.fields.FieldsPerRecord = -1
	r.fields.ReuseRecord = true
	return r
}

// next returns the next row that is not empty, or io.EOF. The row is valid until the next call; after a
// *csv.ParseError the following rows can be read.
func (r *csvRows) next() ([]string, error) {
	for r.lines.Scan() {
		r.line++
		r.text.Reset(r.lines.Bytes())
		row, err := r.fields.Read()
		if !errors.Is(err, io.EOF) { // the line is not empty
			return row, err
		}
	}
	if err := r.lines.Err(); err != nil {
		return nil, unreadable(r.line+1, err)
	}
	return nil, io.EOF
}

func (t *trackReader) readCSV(src io.Reader) error {
	rows := newCSVRows(src)
	header, err := rows.next()
	if err != nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "must begin with a header of column names").WithField("line 1").Wrap(err)
	}
	columns, err := t.columns(header)
	if err != nil {
		return err
	}
	width := len(header)
	var user string
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var fix Fix
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			err = broken.Err // without its own idea of the line
		case err != nil:
			return err
		default:
			fix, err = columns.fix(row, width)
		}
		if err != nil {
			if err := t.skip(rows.line, "%v", err); err != nil {
				return err
			}
			continue
		}
		if columns.user >= 0 && row[columns.user] != user {
			user = strings.Clone(row[columns.user]) // don't keep the row alive
		}
		if err := t.emit(TrackFix{User: user, Fix: fix}); err != nil {
			return err
		}
	}
}

// columns reads the header.
func (t *trackReader) columns(header []string) (csvColumns, error) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	find := func(candidates ...string) int {
		for _, c := range candidates {
			if i := slices.Index(names, c); i >= 0 {
				names[i] = "" // understood
				return i
			}
		}
		return -1
	}
	c := csvColumns{
		lat: find("lat", "latitude"), lon: find("lon", "lng", "longitude"), unixTime: find("unix_time"), datetime: find("datetime", "time", "timestamp"),
		user: find("user", "uid", "user_id"), accuracy: find("accuracy"), speed: find("speed"), course: find("course"),
	}
	for i, name := range names {
		if name != "" && len(t.report.Ignored) < maxIgnored {
			t.report.Ignored = append(t.report.Ignored, strings.Clone(header[i]))
		}
	}
	switch {
	case c.lat < 0:
		return c, missingColumn("lat or latitude")
	case c.lon < 0:
		return c, missingColumn("lon, lng or longitude")
	case c.unixTime < 0 && c.datetime < 0:
		return c, missingColumn("unix_time, datetime, time or timestamp")
	}
	return c, nil
}

func missingColumn(names string) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "must name a column %s", names).WithField("line 1")
}

func (c csvColumns) fix(row []string, width int) (Fix, error) {
	if len(row) != width {
		return Fix{}, fmt.Errorf("row has %d fields, the header %d", len(row), width)
	}
	fix := Fix{Speed: Unknown, Course: Unknown}
	var err error
	if fix.Lat, err = number(row, c.lat, "lat", 0); err != nil {
		return Fix{}, err
	}
	if fix.Lon, err = number(row, c.lon, "lon", 0); err != nil {
		return Fix{}, err
	}
	if err := fix.Check(""); err != nil {
		return Fix{}, errors.New(fault.From(err).Field + " " + fault.From(err).Detail)
	}
	at := c.unixTime
	if at < 0 || c.datetime >= 0 && strings.TrimSpace(row[at]) == "" {
		at = c.datetime
	}
	if fix.Time, err = parseTime(row[at]); err != nil {
		return Fix{}, err
	}
	if fix.Accuracy, err = number(row, c.accuracy, "accuracy", 0); err != nil {
		return Fix{}, err
	}
	if fix.Speed, err = number(row, c.speed, "speed", Unknown); err != nil {
		return Fix{}, err
	}
	fix.Course, err = number(row, c.course, "course", Unknown)
	return fix, err
}

// number reads an optional column: empty or missing means absent.
func number(row []string, column int, name string, absent float64) (float64, error) {
	if column < 0 || row[column] == "" && name != "lat" && name != "lon" {
		return absent, nil
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(row[column]), 64)
	if err != nil || f-f != 0 { // neither NaN nor infinite
		return 0, fmt.Errorf("%s must be a number", name)
	}
	return f, nil
}

// unreadable is the error for input that cannot be read on.
func unreadable(line int, err error) error {
	detail := "must be readable to the end"
	if errors.Is(err, errTooLong) || errors.Is(err, bufio.ErrTooLong) {
		detail = "must not be longer than " + strconv.Itoa(maxRow) + " bytes"
	}
	return fault.New(fault.Invalid, fault.CodeMalformed, "%s", detail).WithField("line " + strconv.Itoa(line)).Wrap(err)
}
