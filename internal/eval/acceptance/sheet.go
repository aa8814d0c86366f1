package acceptance

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// locate returns the file that path is, or the one of these names in that directory or where the layout of a data folder has it.
func locate(path, folder string, names ...string) (string, error) {
	info, err := os.Stat(filepath.Clean(path))
	if err != nil {
		return "", &os.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
	}
	if !info.IsDir() {
		return path, nil
	}
	for _, dir := range []string{path, filepath.Join(path, folder), filepath.Join(path, "offers", folder)} {
		for _, name := range names {
			for _, ending := range []string{".gz", ""} {
				file := filepath.Join(dir, name+ending)
				if info, err := os.Stat(file); err == nil && !info.IsDir() {
					return file, nil
				}
			}
		}
	}
	return "", fmt.Errorf("%s: there is no %s(.gz), nor in %s", path, strings.Join(names, "(.gz) or "), folder)
}

// open reads a file, gzipped or not.
func open(name string, read func(io.Reader) error) (err error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewReader(f)
	if magic, _ := in.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		text, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return read(text)
	}
	return read(in)
}

// sheet is a CSV file with named columns.
type sheet struct {
	name    string
	rows    *csv.Reader
	columns map[string]int
	row     []string
}

// newSheet reads the first line, in which these columns must be.
func newSheet(name string, in io.Reader, columns ...string) (*sheet, error) {
	s := &sheet{name: name, rows: csv.NewReader(in), columns: map[string]int{}}
	s.rows.ReuseRecord = true
	head, err := s.rows.Read()
	if err != nil {
		return nil, fmt.Errorf("%s line 1: must name the columns: %w", name, err)
	}
	for i, c := range head {
		s.columns[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))] = i
	}
	for _, c := range columns {
		if _, ok := s.columns[c]; !ok {
			return nil, fmt.Errorf("%s line 1: there must be a column %s", name, c)
		}
	}
	return s, nil
}

// next reads a row; ok is false at the end.
func (s *sheet) next() (ok bool, err error) {
	s.row, err = s.rows.Read()
	switch {
	case errors.Is(err, io.EOF):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", s.name, err) // which names the line
	}
	return true, nil
}

func (s *sheet) cell(column string) string {
	if i, ok := s.columns[column]; ok {
		return strings.TrimSpace(s.row[i])
	}
	return ""
}

// wrong names the line and the field.
func (s *sheet) wrong(column, format string, args ...any) error {
	line := 0
	if i, ok := s.columns[column]; ok {
		line, _ = s.rows.FieldPos(i)
	}
	return fmt.Errorf("%s line %d: %s must be %s, not %q", s.name, line, column, fmt.Sprintf(format, args...), s.cell(column))
}

// need is a cell that must not be empty.
func (s *sheet) need(column string) (string, error) {
	v := s.cell(column)
	if v == "" {
		return "", s.wrong(column, "told")
	}
	return v, nil
}

// yes is a cell that must be 0 or 1.
func (s *sheet) yes(column string) (bool, error) {
	switch s.cell(column) {
	case "1", "1.0", "true":
		return true, nil
	case "0", "0.0", "false":
		return false, nil
	}
	return false, s.wrong(column, "0 or 1")
}

// number is a cell that must be a number from 0 to most.
func (s *sheet) number(column string, most float64) (float64, error) {
	v, err := strconv.ParseFloat(s.cell(column), 64)
	if err != nil || !(v >= 0 && v <= most) {
		return 0, s.wrong(column, "a number from 0 to %g", most)
	}
	return v, nil
}
