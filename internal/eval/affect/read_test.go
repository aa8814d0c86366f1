package affect

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRead: what can't be used is left out with a notice, what is broken is refused with file, line and what would be right.
func TestRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(study(t, 4), "wesad_wrist")
	unpack(t, filepath.Join(dir, "S1", "EDA.csv"))
	if err := os.Remove(filepath.Join(dir, "S3", "TEMP.csv.gz")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "S9"), 0o755); err != nil {
		t.Fatal(err)
	}
	rs, notices, err := Read(dir)
	if err != nil || len(rs) != 3 || rs[0].Subject != "S1" || len(rs[0].Windows) < 300 {
		t.Fatalf("%d recordings, %v, %v", len(rs), notices, err)
	}
	if got := strings.Join(notices, "; "); got != "S3 is left out: there is no TEMP.csv or TEMP.csv.gz; S9 is left out: labels.csv tells no condition of theirs" {
		t.Errorf("notices: %s", got)
	}
	for _, r := range rs {
		seen := map[Condition]int{}
		for i, l := range r.Labels {
			seen[l]++
			if l != None && r.Spans[r.span[i]].Condition != l {
				t.Fatal("a label is not that of its span")
			}
		}
		for _, c := range []Condition{Baseline, Stress, Amusement, Meditation} {
			if seen[c] == 0 {
				t.Errorf("%s: no windows of condition %d", r.Subject, c)
			}
		}
	}
	alone := t.TempDir()
	if err := os.CopyFS(alone, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, r := range rs[1:] {
		if err := os.RemoveAll(filepath.Join(alone, r.Subject)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := Read(alone); err == nil || !strings.Contains(err.Error(), "at least 2 people") {
		t.Errorf("one person alone: %v", err)
	}
	overwrite := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, text, says string }{
		{"S1/EDA.csv", "1000\n4\n0.5\nx\n", "EDA.csv line 4 must be 1 numbers, not \"x\""},
		{"S1/EDA.csv", "-1\n4\n0.5\n", "line 1 must be the start in Unix seconds"},
		{"S1/EDA.csv", "1000\n0\n0.5\n", "line 2 must be the samples per second, above 0 to 256"},
		{"S1/EDA.csv", "1000\n4\n", "holds no samples"},
		{"S2/ACC.csv.gz", "not packed", "is not packed with gzip"},
		{"labels.csv", "subject,condition,start_unix\n", "labels.csv has no column end_unix"},
		{"labels.csv", "subject,condition,start_unix,end_unix\nS1,stress,20,10\n", "labels.csv line 2: end_unix must be a number from 20"},
		{"self_report.csv", "subject,condition,sam_valence_1_9,sam_arousal_1_9\nS1,stress,12,3\n", "self_report.csv line 2: sam_valence_1_9 must be a number from 1 to 9"},
	} {
		path := filepath.Join(dir, c.name)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		overwrite(c.name, c.text)
		if _, _, err := Read(dir); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s with %q: %v, want %q", c.name, c.text, err, c.says)
		}
		overwrite(c.name, string(before))
	}
}

// unpack replaces name.gz by name.
func unpack(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name + ".gz"); err != nil {
		t.Fatal(err)
	}
}

// A device that counts wrongly, such as with rates that no device has, ends in an error and not in a crash.
func FuzzReadSeries(f *testing.F) {
	f.Add("1495437325.000000\n64.000000\n-0.00\n1.5\n", 1)
	f.Add("1495437325.0, 1495437325.0, 1495437325.0\n32.0, 32.0, 32.0\n42,3,39\n", 3)
	f.Add("NaN\n4\n1\n", 1)
	f.Add("1e300\n1e-300\ninf\n", 1)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = 1 + 2*(width&1)
		s, err := readSeries(strings.NewReader(text), "x.csv", width, 1)
		if err != nil {
			return
		}
		if !(s.rate > 0 && s.rate <= 256) || s.at.Unix() < 0 || len(s.values) == 0 || len(s.values)%width != 0 {
			t.Fatalf("%v %g %d", s.at, s.rate, len(s.values))
		}
		raw := signals{pulse: s, skin: s, temperature: s, motion: series{s.at, 32, make([]float64, 3)}}
		_, _ = raw.windows(s.at.Add(1e10))
	})
}

func FuzzTables(f *testing.F) {
	f.Add("subject,condition,start_unix,end_unix\nS1,stress,1000,2000\n", "subject,condition,sam_valence_1_9,sam_arousal_1_9\nS1,stress,3,7\n")
	f.Add("\xef\xbb\xbfsubject,condition,start_unix,end_unix\n", "a,b\n\"")
	f.Fuzz(func(t *testing.T, labels, reports string) {
		dir := t.TempDir()
		for name, text := range map[string]string{"labels.csv": labels, "self_report.csv": reports} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		spans, err := readSpans(dir)
		for _, of := range spans {
			for _, s := range of {
				if err == nil && (s.To.Before(s.From) || s.Reported && !(s.Valence >= -1 && s.Valence <= 1 && s.Arousal >= -1 && s.Arousal <= 1)) {
					t.Fatalf("%+v", s)
				}
			}
		}
	})
}

func FuzzDiary(f *testing.F) {
	f.Add("participant,start,slider_happy,slider_relaxed,slider_sad,slider_angry,slider_anxious,slider_energetic,slider_tired\n" +
		"1,1713945657,50,60,10,0,5,40,70\n1,1713955657,70,60,10,0,5,40,70\n1,1713945757,,,,,,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		people, err := readDiary(strings.NewReader(text), "ema.csv")
		if err == nil && len(people) > 0 {
			predict(people)
		}
	})
}
