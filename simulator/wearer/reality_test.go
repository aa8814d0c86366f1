package wearer_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// visit is what a condition looked like on one person: medians over its minutes.
type visit struct{ rate, rmssd, conductance, responses, slope, shaking float64 }

var quantities = []struct {
	name string
	of   func(visit) float64
}{
	{"beats per minute", func(v visit) float64 { return v.rate }},
	{"RMSSD in ms", func(v visit) float64 { return v.rmssd }},
	{"conductance in µS", func(v visit) float64 { return v.conductance }},
	{"responses per minute", func(v visit) float64 { return v.responses }},
	{"°C per minute", func(v visit) float64 { return v.slope }},
	{"movement in g", func(v visit) float64 { return v.shaking }},
}

// TestLooksLikePeople compares invented people with the recordings of real ones (WESAD: Schmidt et al. 2018). Beats of
// the real ones are those that the wristband itself was sure of.
func TestLooksLikePeople(t *testing.T) {
	root := os.Getenv("FLANEUR_TESTDATA")
	if root == "" {
		t.Skip("FLANEUR_TESTDATA is not set: it names the folder that holds affect/wesad_wrist")
	}
	root = filepath.Join(root, "affect", "wesad_wrist")
	real := recordedVisits(t, root)
	invented := inventedVisits(25)
	for _, condition := range []string{"baseline", "stress"} {
		for _, q := range quantities {
			have, want := sorted(invented[condition], q.of), sorted(real[condition], q.of)
			low, high := want[0], want[len(want)-1]
			t.Logf("%-8s %-20s real %7.3f %7.3f %7.3f, invented %7.3f %7.3f %7.3f", condition, q.name,
				low, want[len(want)/2], high, have[0], have[len(have)/2], have[len(have)-1])
			within(t, condition+": median of "+q.name, have[len(have)/2], low, high)
			far, room := 0, (high-low)/2
			for _, v := range have {
				if v < low-room || v > high+room {
					far++
				}
			}
			if far > len(have)/5 {
				t.Errorf("%s: %s of %d of %d people lie far outside %.3f to %.3f", condition, q.name, far, len(have), low, high)
			}
		}
	}
}

func sorted(all []visit, of func(visit) float64) (v []float64) {
	for _, x := range all {
		if y := of(x); !math.IsNaN(y) {
			v = append(v, y)
		}
	}
	slices.Sort(v)
	return v
}

// beat is the end of an interval in seconds, and its length in ms.
type beat struct{ at, interval float64 }

// signals are those of a condition.
type signals struct {
	beats             []beat
	skin, temperature []float64 // 4 Hz
	motion            []float64 // magnitude in g, 32 Hz
}

func (s signals) summary() visit {
	var v [6][]float64
	for m := range len(s.skin) / (60 * wearer.SkinRate) {
		part := func(x []float64, rate int) []float64 { return x[m*60*rate : min(len(x), (m+1)*60*rate)] }
		skin := part(s.skin, wearer.SkinRate)
		v[2] = append(v[2], average(skin))
		v[3] = append(v[3], responses(skin))
		v[4] = append(v[4], 60*wearer.TemperatureRate*trend(part(s.temperature, wearer.TemperatureRate)))
		v[5] = append(v[5], deviation(part(s.motion, wearer.MotionRate)))
		var intervals, squares []float64
		for i, b := range s.beats {
			if b.at < float64(60*m) || b.at >= float64(60*m+60) {
				continue
			}
			intervals = append(intervals, b.interval)
			if i > 0 && math.Abs(b.at-b.interval/1000-s.beats[i-1].at) < 0.02 {
				squares = append(squares, (b.interval-s.beats[i-1].interval)*(b.interval-s.beats[i-1].interval))
			}
		}
		if len(squares) >= 8 {
			v[0], v[1] = append(v[0], 60000/average(intervals)), append(v[1], math.Sqrt(average(squares)))
		}
	}
	return visit{middle(v[0]), middle(v[1]), middle(v[2]), middle(v[3]), middle(v[4]), middle(v[5])}
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func deviation(x []float64) float64 {
	m, sum := average(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(x)))
}

func trend(x []float64) float64 {
	m, n, sum := float64(len(x)-1)/2, float64(len(x)), 0.0
	for i, v := range x {
		sum += (float64(i) - m) * v
	}
	return sum / (n * (n*n - 1) / 12)
}

func middle(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	return x[len(x)/2]
}

// responses counts rises of at least 0.03 µS from trough to peak.
func responses(x []float64) (n float64) {
	low, high, rising := x[0], x[0], false
	for i := range x {
		v := average(x[max(0, i-1):min(len(x), i+2)])
		switch {
		case rising && v >= high:
			high = v
		case rising && v < high-0.01:
			rising, low = false, v
		case !rising && v < low:
			low = v
		case !rising && v > low+0.03:
			rising, high = true, v
			n++
		}
	}
	return n
}

func inventedVisits(people int) map[string][]visit {
	all := map[string][]visit{}
	for i := range people {
		w := wearer.New(wearer.Invent(uint64(i)), uint64(i), start)
		var s wearer.Second
		for _, scene := range wearer.Laboratory(i%2 == 1) {
			var have signals
			from, end := w.Now(), 0.0
			for range int(scene.Lasts / time.Second) {
				w.Next(&scene, &s)
				have.skin, have.temperature = append(have.skin, s.Skin[:]...), append(have.temperature, s.Temperature[:]...)
				for _, g := range s.Motion {
					have.motion = append(have.motion, math.Sqrt(g[0]*g[0]+g[1]*g[1]+g[2]*g[2]))
				}
				for _, b := range s.Beats {
					end = cmp.Or(end, s.At.Sub(from).Seconds()) + b/1000
					have.beats = append(have.beats, beat{end, b})
				}
			}
			all[scene.Name] = append(all[scene.Name], have.summary())
		}
	}
	return all
}

func recordedVisits(t *testing.T, root string) map[string][]visit {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "labels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]visit{}
	for _, row := range rows[1:] {
		if row[1] != "baseline" && row[1] != "stress" {
			continue
		}
		from, to := number(t, row[2])+5, number(t, row[3])-5
		read := func(name string, rate float64) (x [][]float64) {
			x = readSignal(t, filepath.Join(root, row[0], name+".csv.gz"))[2:]
			if rate > 0 {
				x = x[int(from*rate):min(len(x), int(to*rate))]
			}
			return x
		}
		var s signals
		for _, v := range read("EDA", wearer.SkinRate) {
			s.skin = append(s.skin, v[0])
		}
		for _, v := range read("TEMP", wearer.TemperatureRate) {
			s.temperature = append(s.temperature, v[0])
		}
		for _, v := range read("ACC", wearer.MotionRate) {
			s.motion = append(s.motion, math.Sqrt(v[0]*v[0]+v[1]*v[1]+v[2]*v[2])/64)
		}
		for _, v := range read("IBI", 0) {
			if len(v) == 2 && v[0] >= from && v[0] < to {
				s.beats = append(s.beats, beat{v[0] - from, 1000 * v[1]})
			}
		}
		all[row[1]] = append(all[row[1]], s.summary())
	}
	return all
}

func readSignal(t *testing.T, name string) (rows [][]float64) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(zip)
	for lines.Scan() {
		var row []float64
		for field := range strings.SplitSeq(lines.Text(), ",") {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil {
				break // the header of IBI
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
