package geo

import (
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
	lat, lon, time, user, accuracy, speed, course int
}

func (t *trackReader) readCSV(src io.Reader) error {
	bound := &meter{src: src, left: maxRow}
	rows := csv.NewReader(bound)
	rows.FieldsPerRecord = -1
	rows.ReuseRecord = true
	header, err := rows.Read()
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
		bound.left = maxRow
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			if err := t.skip(broken.StartLine, "%v", broken.Err); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return unreadable(t.report.Fixes+t.report.Skipped+2, err)
		}
		fix, err := columns.fix(row, width)
		if err != nil {
			line, _ := rows.FieldPos(0)
			if err := t.skip(line, "%v", err); err != nil {
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
		lat: find("lat"), lon: find("lon", "lng"), time: find("unix_time", "datetime"), user: find("user", "uid", "user_id"),
		accuracy: find("accuracy"), speed: find("speed"), course: find("course"),
	}
	for i, name := range names {
		if name != "" && len(t.report.Ignored) < maxIgnored {
			t.report.Ignored = append(t.report.Ignored, strings.Clone(header[i]))
		}
	}
	switch {
	case c.lat < 0:
		return c, missingColumn("lat")
	case c.lon < 0:
		return c, missingColumn("lon or lng")
	case c.time < 0:
		return c, missingColumn("unix_time or datetime")
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
	if fix.Time, err = parseTime(row[c.time]); err != nil {
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
	if errors.Is(err, errTooLong) {
		detail = "must not be longer than " + strconv.Itoa(maxRow) + " bytes"
	}
	return fault.New(fault.Invalid, fault.CodeMalformed, "%s", detail).WithField("line " + strconv.Itoa(line)).Wrap(err)
}
