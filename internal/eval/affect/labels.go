package affect

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// table is a CSV file with a heading, read whole.
type table struct {
	path   string
	column map[string]int
	rows   [][]string
}

func readTable(in io.Reader, path string, columns ...string) (t table, err error) {
	r := csv.NewReader(in)
	r.ReuseRecord = false
	rows, err := r.ReadAll()
	if err != nil {
		return t, fault.Field("data", "%s is no CSV file: %v", path, err)
	}
	if len(rows) == 0 {
		return t, fault.Field("data", "%s is empty: it must begin with the names of its columns", path)
	}
	t = table{path, make(map[string]int), rows[1:]}
	for i, name := range rows[0] {
		t.column[name] = i
	}
	for _, c := range columns {
		if _, ok := t.column[c]; !ok {
			return t, fault.Field("data", "%s has no column %s", path, c)
		}
	}
	return t, nil
}

func (t *table) text(row int, column string) string { return t.rows[row][t.column[column]] }

// number reads a number between bounds.
func (t *table) number(row int, column string, low, high float64) (float64, error) {
	x, err := strconv.ParseFloat(t.text(row, column), 64)
	if err != nil || !(x >= low && x <= high) {
		return 0, fault.Field("data", "%s line %d: %s must be a number from %g to %g, not %.40q", t.path, row+2, column, low, high, t.text(row, column))
	}
	return x, nil
}

// readSpans reads labels.csv, and self_report.csv if it is there, by subject.
func readSpans(root string) (map[string][]Span, error) {
	path := filepath.Join(root, "labels.csv")
	in, err := open(path)
	if err != nil {
		return nil, fault.Field("data", "there must be a labels.csv in %s: %v", root, err)
	}
	defer func() { _ = in.Close() }()
	t, err := readTable(in, path, "subject", "condition", "start_unix", "end_unix")
	if err != nil {
		return nil, err
	}
	spans := make(map[string][]Span)
	for i := range t.rows {
		from, err := t.number(i, "start_unix", 1, 1e11)
		if err != nil {
			return nil, err
		}
		to, err := t.number(i, "end_unix", from, 1e11)
		if err != nil {
			return nil, err
		}
		name, who := t.text(i, "condition"), t.text(i, "subject")
		spans[who] = append(spans[who], Span{Name: name, Condition: conditionNames[name], From: unix(from), To: unix(to)})
	}
	return spans, readReports(root, spans)
}

func unix(seconds float64) time.Time { return time.UnixMilli(int64(math.Round(seconds * 1e3))).UTC() }

// readReports adds what people said on the nine steps of the self-assessment manikin (SAM, Bradley & Lang 1994).
func readReports(root string, spans map[string][]Span) error {
	path := filepath.Join(root, "self_report.csv")
	in, err := open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	t, err := readTable(in, path, "subject", "condition", "sam_valence_1_9", "sam_arousal_1_9")
	if err != nil {
		return err
	}
	for i := range t.rows {
		v, err := t.number(i, "sam_valence_1_9", 1, 9)
		if err != nil {
			return err
		}
		a, err := t.number(i, "sam_arousal_1_9", 1, 9)
		if err != nil {
			return err
		}
		of := spans[t.text(i, "subject")]
		for k := range of {
			if s := &of[k]; s.Name == t.text(i, "condition") {
				s.Reported, s.Valence, s.Arousal = true, (v-5)/4, (a-5)/4
			}
		}
	}
	return nil
}
