package geo

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// TrackFormat is the file format of a recorded track.
type TrackFormat uint8

// The formats. AnyTrack tells them by the first character.
const (
	AnyTrack TrackFormat = iota
	CSV
	GPX
	GeoJSON
)

// TrackFix is one recorded position of one person; User is empty if the file names none.
type TrackFix struct {
	User string
	Fix
}

// TrackReport says what a track reader passed over.
type TrackReport struct {
	Fixes    int            // handed on
	Skipped  int            // broken rows or points
	Problems []TrackProblem // the first of them
	Ignored  []string       // columns that were not understood
}

// TrackProblem is a broken row. Line counts from 1; it is 0 where a format has no lines, then Detail names the point.
type TrackProblem struct {
	Line   int
	Detail string
}

// Bounds of the readers.
const (
	maxProblems = 100     // kept in a report
	maxIgnored  = 100     // columns named in a report
	maxRow      = 1 << 20 // bytes of a CSV line or an XML token
	maxValue    = 1 << 26 // bytes of a GeoJSON feature
)

// ReadTrack reads fixes from r, gzipped or not, and hands each to each, in the order of the file; an error from each
// ends the reading and is returned as it is. Broken rows are skipped and reported, or, if strict, refused: then the
// error names the first one's line. The report is valid in either case.
//
//   - CSV: a header names the columns, in any order: lat|latitude, lon|lng|longitude, unix_time, datetime|time|timestamp;
//     optional user|uid|user_id, accuracy, speed, course. Other columns are ignored and reported. datetime is RFC 3339 or
//     2006-01-02 15:04:05 (UTC); it counts where unix_time is empty. A quoted field ends with its line.
//   - GPX 1.0 and 1.1: track and route points with a time; the track's name is the user.
//   - GeoJSON: a LineString with properties.coordTimes, a Point with properties.time|timestamp|datetime|unix_time, a
//     FeatureCollection of them, or a bare Feature; properties.user|uid|user_id is the user.
//
// It holds one row, point or feature at a time.
func ReadTrack(r io.Reader, format TrackFormat, strict bool, each func(TrackFix) error) (TrackReport, error) {
	t := &trackReader{strict: strict, each: each}
	src, err := plain(r)
	if err != nil {
		return t.report, err
	}
	if format == AnyTrack {
		if format, err = sniff(src); err != nil {
			return t.report, err
		}
	}
	switch format {
	case CSV:
		err = t.readCSV(src)
	case GPX:
		err = t.readGPX(src)
	case GeoJSON:
		err = t.readGeoJSON(src)
	default:
		err = fault.Field("format", "must be CSV, GPX or GeoJSON")
	}
	return t.report, err
}

type trackReader struct {
	strict bool
	each   func(TrackFix) error
	report TrackReport
}

func (t *trackReader) emit(fix TrackFix) error {
	fix.Accuracy = max(0, fix.Accuracy)
	if fix.Course >= 360 {
		fix.Course = math.Mod(fix.Course, 360)
	}
	t.report.Fixes++
	return t.each(fix)
}

// skip notes a broken row, or returns it as an error in strict reading.
func (t *trackReader) skip(line int, detail string, args ...any) error {
	p := TrackProblem{Line: line, Detail: fmt.Sprintf(detail, args...)}
	if t.strict {
		return p.fault()
	}
	t.report.Skipped++
	if len(t.report.Problems) < maxProblems {
		t.report.Problems = append(t.report.Problems, p)
	}
	return nil
}

func (p TrackProblem) fault() error {
	f := fault.New(fault.Invalid, fault.CodeMalformed, "%s", p.Detail)
	if p.Line > 0 {
		f = f.WithField("line " + strconv.Itoa(p.Line))
	}
	return f
}

// plain undoes gzip, told by its first two bytes, and a byte order mark.
func plain(r io.Reader) (*bufio.Reader, error) {
	src := bufio.NewReader(r)
	magic, err := peek(src, 2)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fault.New(fault.Invalid, fault.CodeMalformed, "must be whole gzip data").Wrap(err)
		}
		src = bufio.NewReader(z)
	}
	bom, err := peek(src, 3)
	if string(bom) == "\ufeff" {
		_, _ = src.Discard(3)
	}
	return src, err
}

func sniff(src *bufio.Reader) (TrackFormat, error) {
	head, err := peek(src, 512)
	switch head = bytes.TrimLeft(head, " \t\r\n"); {
	case bytes.HasPrefix(head, []byte("<")):
		return GPX, err
	case bytes.HasPrefix(head, []byte("{")):
		return GeoJSON, err
	}
	return CSV, err
}

// peek returns up to n bytes that are still to be read; the end of the input is no error.
func peek(src *bufio.Reader, n int) ([]byte, error) {
	head, err := src.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(1, err)
	}
	return head, nil
}

var errTooLong = errors.New("too long")

// meter lets at most left bytes through; a reader that refills it row by row bounds the row.
type meter struct {
	src  io.Reader
	left int
}

func (m *meter) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooLong
	}
	n, err := m.src.Read(b[:min(len(b), m.left)])
	m.left -= n
	return n, err
}

// parseTime reads seconds (or milliseconds) since 1970, RFC 3339, or date and time without a zone, which is UTC.
func parseTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if sec, err := strconv.ParseFloat(s, 64); err == nil {
		return unixTime(sec)
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("time must be seconds since 1970, RFC 3339, or YYYY-MM-DD hh:mm:ss")
}

func unixTime(sec float64) (time.Time, error) {
	if math.Abs(sec) >= 1e11 { // the year 5138: milliseconds are meant
		sec /= 1000
	}
	if !(math.Abs(sec) < 1e11) {
		return time.Time{}, errors.New("time must be seconds since 1970")
	}
	whole, part := math.Modf(sec)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1000).UTC(), nil
}
