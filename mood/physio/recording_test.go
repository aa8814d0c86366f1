package physio_test

import (
	"bufio"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// recording is what a wrist device stored: each signal with the time of its first sample.
type recording struct {
	at          [4]time.Time
	pulse       []float64
	motion      [][3]float64
	skin        []float64
	temperature []float64
}

var device = physio.Signals{Pulse: 64, Motion: 32, Skin: 4, Temperature: 4}

// column reads a file of the device: start, rate, samples.
func column(t testing.TB, path string) (start time.Time, rows [][]float64) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(z); s.Scan(); {
		var row []float64
		for _, x := range strings.Split(s.Text(), ",") {
			v, _ := strconv.ParseFloat(strings.TrimSpace(x), 64)
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	if len(rows[0]) == 2 { // intervals have no rate
		return time.Unix(0, int64(rows[0][0]*1e9)), rows[1:]
	}
	return time.Unix(0, int64(rows[0][0]*1e9)), rows[2:]
}

func subjects(t testing.TB) []string {
	dir := os.Getenv("FLANEUR_TESTDATA")
	if dir == "" {
		t.Skip("FLANEUR_TESTDATA names no folder with recordings (affect/wesad_wrist)")
	}
	found, _ := filepath.Glob(filepath.Join(dir, "affect/wesad_wrist/S*"))
	if len(found) == 0 {
		t.Skip("no recordings in affect/wesad_wrist")
	}
	return found
}

func load(t testing.TB, dir string) recording {
	var r recording
	flat := func(rows [][]float64) (x []float64) {
		for _, v := range rows {
			x = append(x, v[0])
		}
		return x
	}
	var rows [][]float64
	r.at[0], rows = column(t, dir+"/BVP.csv.gz")
	r.pulse = flat(rows)
	r.at[1], rows = column(t, dir+"/ACC.csv.gz")
	for _, v := range rows {
		r.motion = append(r.motion, [3]float64{v[0] / 64, v[1] / 64, v[2] / 64})
	}
	r.at[2], rows = column(t, dir+"/EDA.csv.gz")
	r.skin = flat(rows)
	r.at[3], rows = column(t, dir+"/TEMP.csv.gz")
	r.temperature = flat(rows)
	return r
}

// part is the samples from a time on for a duration.
func part[T any](x []T, start time.Time, rate float64, from time.Time, d time.Duration) (time.Time, []T) {
	i := max(0, int(math.Ceil(from.Sub(start).Seconds()*rate)))
	j := min(len(x), int(math.Ceil(from.Add(d).Sub(start).Seconds()*rate)))
	if i >= j {
		return from, nil
	}
	return start.Add(time.Duration(float64(i) / rate * 1e9)), x[i:j]
}

// play hands a recording over in chunks of d.
func (r *recording) play(w *physio.Wrist, d time.Duration) (out []physio.Window) {
	end := r.at[0].Add(time.Duration(float64(len(r.pulse)) / 64 * 1e9))
	for t := r.at[0].Add(-5 * time.Second); t.Before(end.Add(5 * time.Second)); t = t.Add(d) {
		for signal := range 4 {
			r.hand(w, signal, t, d)
		}
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			out = append(out, win)
		}
	}
	return out
}

// The device's own heart rate and intervals are there to compare with. Its intervals are careful and cover 15 to 52 % of the
// time; its heart rate is smoothed, filled in, and up to 5 a minute off its own intervals (S3).
func TestRecordings(t *testing.T) {
	for _, dir := range subjects(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := load(t, dir)
			windows := r.play(newWrist(t, device), 10*time.Second)
			start, hr := column(t, dir+"/HR.csv.gz")
			began, ibi := column(t, dir+"/IBI.csv.gz") // its first line has no second, its other ones are offset and length
			own := 0.0
			for _, x := range ibi {
				own += x[1] / (float64(len(r.pulse)) / 64)
			}
			var covered float64
			var rate, beats average
			for _, x := range windows {
				check(t, x)
				covered += x.Values[physio.Coverage] / float64(len(windows))
				if x.Quality < 0.5 {
					continue
				}
				begin := x.End.Add(-physio.WindowLength)
				if from := int(begin.Sub(start).Seconds()); from >= 0 && from+60 <= len(hr) {
					var m average
					for _, v := range hr[from : from+60] {
						m.add(v[0])
					}
					rate.add(x.Values[physio.HRMean] - m.mean)
				}
				var m average
				for _, v := range ibi {
					if s := v[0] - begin.Sub(began).Seconds(); s > 0 && s <= 60 {
						m.add(60 / v[1])
					}
				}
				if m.n >= 30 {
					beats.add(x.Values[physio.HRMean] - m.mean)
				}
			}
			t.Logf("%d windows, coverage %.2f (device %.2f); of %.0f windows with quality above 0.5 the heart rate differs by %+.1f a minute, from the device's intervals by %+.1f (%.1f absolute, %.0f windows)",
				len(windows), covered, own, rate.n, rate.mean, beats.mean, beats.absolute, beats.n)
			if covered < own+0.05 {
				t.Errorf("clean intervals cover %.2f, those of the device %.2f", covered, own)
			}
			if !(math.Abs(rate.mean) < 8) || !(math.Abs(beats.mean) < 3) || !(beats.absolute < 4) {
				t.Error("the heart rate differs by more than it may")
			}
		})
	}
}

// average is a mean as it grows.
type average struct{ n, mean, absolute float64 }

func (m *average) add(x float64) {
	m.n++
	m.mean += (x - m.mean) / m.n
	m.absolute += (math.Abs(x) - m.absolute) / m.n
}
