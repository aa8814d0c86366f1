package affect

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
)

// Condition is what somebody went through while they were recorded.
type Condition uint8

// The conditions. The two times of meditation are one condition, with a report each.
const (
	None Condition = iota // anything else, or too near to a border
	Baseline
	Stress
	Amusement
	Meditation
	numConditions
)

var conditionNames = map[string]Condition{
	"baseline": Baseline, "stress": Stress, "amusement": Amusement, "meditation1": Meditation, "meditation2": Meditation,
}

// Span is a stretch of a recording, and how the person said afterwards that it had felt.
type Span struct {
	Name             string
	Condition        Condition
	From, To         time.Time
	Reported         bool
	Valence, Arousal float64 // -1 to 1
}

// Recording is one person's.
type Recording struct {
	Subject string
	Spans   []Span
	Windows []physio.Window
	Labels  []Condition // of each window: the condition in which it lies wholly, Edge away from its borders
	span    []int       // of each window: the span, -1 for none
	raw     signals
}

// Edge is what is dropped at both ends of a condition: people had just begun, or got ready for the next.
const Edge = 5 * time.Second

// signals are the samples of a recording; at is when the first was measured.
type signals struct {
	pulse, skin, temperature series
	motion                   series // three values each, g
}

type series struct {
	at     time.Time
	rate   float64
	values []float64
}

// Subjects returns the names of the people with a folder in dir/wesad_wrist (or dir itself), S2 before S10.
func Subjects(dir string) ([]string, error) { return people(rootOf(dir)) }

func rootOf(dir string) string {
	root := filepath.Join(dir, "wesad_wrist")
	if _, err := os.Stat(root); err != nil {
		return dir
	}
	return root
}

// Read returns the recordings of all people that are found, in the order of Subjects.
// Notices tell what was left out and why. Every fault names its file and line.
func Read(dir string) (recordings []Recording, notices []string, err error) {
	root := rootOf(dir)
	spans, err := readSpans(root)
	if err != nil {
		return nil, nil, err
	}
	found, err := people(root)
	if err != nil {
		return nil, nil, err
	}
	read, missing := make([]Recording, len(found)), make([]string, len(found))
	var each errgroup.Group
	each.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range found {
		if len(spans[s]) == 0 {
			missing[i] = "labels.csv tells no condition of theirs"
			continue
		}
		each.Go(func() (err error) {
			read[i], missing[i], err = readPerson(filepath.Join(root, s), s, spans[s])
			return err
		})
	}
	if err := each.Wait(); err != nil {
		return nil, nil, err
	}
	for i, s := range found {
		if missing[i] != "" {
			notices = append(notices, s+" is left out: "+missing[i])
			continue
		}
		recordings = append(recordings, read[i])
	}
	if len(recordings) < 2 {
		return nil, nil, fault.Field("data", "%s holds %d usable recordings; at least 2 people are needed, to test on one what others taught%s",
			root, len(recordings), strings.Join(append([]string{""}, notices...), "; "))
	}
	return recordings, notices, nil
}

func readPerson(dir, subject string, spans []Span) (r Recording, missing string, err error) {
	r = Recording{Subject: subject, Spans: spans}
	if r.raw, missing, err = readSignals(dir); err != nil || missing != "" {
		return r, missing, err
	}
	if r.Windows, err = r.raw.windows(time.Time{}); err != nil {
		return r, "", fault.Field("data", "%s: %v", dir, err)
	}
	if len(r.Windows) == 0 {
		return r, "its signals share no whole minute", nil
	}
	r.label()
	return r, "", nil
}

// people returns the folders of root that hold a recording, S2 before S10.
func people(root string) (out []string, err error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fault.Field("data", "can't be read: %v", err)
	}
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(root, e.Name())); err == nil && info.IsDir() { // links, too
			out = append(out, e.Name())
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return out, nil
}

// label tells of each window in which span it lies.
func (r *Recording) label() {
	r.Labels, r.span = make([]Condition, len(r.Windows)), make([]int, len(r.Windows))
	for i, w := range r.Windows {
		r.span[i] = slices.IndexFunc(r.Spans, func(s Span) bool {
			return s.Condition != None && !w.End.Add(-physio.WindowLength).Before(s.From.Add(Edge)) && !w.End.After(s.To.Add(-Edge))
		})
		if k := r.span[i]; k >= 0 {
			r.Labels[i] = r.Spans[k].Condition
		}
	}
}

// windows plays the samples that were measured before until (zero: all) into a wrist, a second at a time.
func (s *signals) windows(until time.Time) (out []physio.Window, err error) {
	w, err := physio.New(physio.Signals{Pulse: s.pulse.rate, Motion: s.motion.rate, Skin: s.skin.rate, Temperature: s.temperature.rate})
	if err != nil {
		return nil, err
	}
	last := s.pulse.end(1)
	if !until.IsZero() && until.Before(last) {
		last = until
	}
	axes := make([][3]float64, 0, 256)
	for t := s.pulse.at; t.Before(last); t = t.Add(time.Second) {
		to := t.Add(time.Second)
		if to.After(last) {
			to = last
		}
		w.Pulse(s.pulse.cut(t, to, 1))
		w.Skin(s.skin.cut(t, to, 1))
		w.Temperature(s.temperature.cut(t, to, 1))
		at, flat := s.motion.cut(t, to, 3)
		axes = axes[:0]
		for i := 0; i+2 < len(flat); i += 3 {
			axes = append(axes, [3]float64{flat[i], flat[i+1], flat[i+2]})
		}
		w.Motion(at, axes)
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			out = append(out, win)
		}
	}
	return out, nil
}

// index returns the first sample that was measured at t or later.
func (s *series) index(t time.Time, width int) int {
	i := int(math.Ceil(t.Sub(s.at).Seconds()*s.rate - 1e-6))
	return min(max(i, 0), len(s.values)/width)
}

func (s *series) cut(from, to time.Time, width int) (time.Time, []float64) {
	i, j := s.index(from, width), s.index(to, width)
	return s.at.Add(time.Duration(float64(i) / s.rate * 1e9)), s.values[i*width : j*width]
}

func (s *series) end(width int) time.Time {
	return s.at.Add(time.Duration(float64(len(s.values)/width) / s.rate * 1e9))
}

// readSignals reads the files of one person. Missing says which is not there.
func readSignals(dir string) (s signals, missing string, err error) {
	for _, f := range []struct {
		name  string
		to    *series
		width int
		scale float64
	}{
		{"BVP", &s.pulse, 1, 1},
		{"ACC", &s.motion, 3, 1.0 / 64}, // the device counts 64 to the g
		{"EDA", &s.skin, 1, 1},
		{"TEMP", &s.temperature, 1, 1},
	} {
		path := filepath.Join(dir, f.name+".csv")
		in, err := open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return s, "there is no " + f.name + ".csv or " + f.name + ".csv.gz", nil
		} else if err != nil {
			return s, "", err
		}
		*f.to, err = readSeries(in, path, f.width, f.scale)
		_ = in.Close()
		if err != nil {
			return s, "", err
		}
	}
	return s, "", nil
}

// open opens a file, packed or not.
func open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err == nil {
		return f, nil
	}
	if f, err = os.Open(path + ".gz"); err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		_ = f.Close()
		return nil, fault.Field("data", "%s.gz is not packed with gzip: %v", path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// readSeries reads the device's form: line 1 the start in Unix seconds, line 2 the rate, then width numbers a line.
func readSeries(in io.Reader, path string, width int, scale float64) (s series, err error) {
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		rest := lines.Text()
		for k := 0; k < width; k++ {
			var field string
			field, rest, _ = strings.Cut(rest, ",")
			x, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			switch {
			case err != nil:
				return s, fault.Field("data", "%s line %d must be %d numbers, not %.40q", path, n, width, lines.Text())
			case n == 1 && k == 0:
				if !(x > 0 && x < 1e11) {
					return s, fault.Field("data", "%s line 1 must be the start in Unix seconds, not %.40q", path, field)
				}
				s.at = time.UnixMicro(int64(math.Round(x * 1e6))).UTC()
			case n == 2 && k == 0:
				if !(x > 0 && x <= 256) {
					return s, fault.Field("data", "%s line 2 must be the samples per second, above 0 to 256, not %.40q", path, field)
				}
				s.rate = x
			case n > 2:
				s.values = append(s.values, x*scale)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return s, fault.Field("data", "%s can't be read: %v", path, err)
	}
	if len(s.values) == 0 {
		return s, fault.Field("data", "%s holds no samples: line 1 is the start, line 2 the rate, samples follow", path)
	}
	return s, nil
}
