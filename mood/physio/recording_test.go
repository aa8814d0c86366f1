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

// The device's own heart rate and intervals are there to compare with: its intervals cover 15 to 52 % of the time.
func TestRecordings(t *testing.T) {
	for _, dir := range subjects(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := load(t, dir)
			w, err := physio.New(device)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			windows := r.play(w, 10*time.Second)
			took := time.Since(began)
			start, hr := column(t, dir+"/HR.csv.gz")
			_, ibi := column(t, dir+"/IBI.csv.gz")
			own := 0.0
			for _, x := range ibi {
				own += x[len(x)-1]
			}
			own /= float64(len(r.pulse)) / 64
			var covered, off, bias, n, good float64
			for _, x := range windows {
				covered += x.Values[physio.Coverage]
				if x.Quality > 0.5 {
					good++
				}
				sum, k := 0.0, 0.0
				for i := range hr {
					if at := start.Add(time.Duration(i) * time.Second); at.After(x.End.Add(-physio.WindowLength)) && !at.After(x.End) {
						sum += hr[i][0]
						k++
					}
				}
				if v := x.Values[physio.HRMean]; k > 50 && !math.IsNaN(v) && x.Values[physio.Coverage] > 0.3 {
					off += math.Abs(v - sum/k)
					bias += v - sum/k
					n++
				}
			}
			total := float64(len(windows))
			t.Logf("windows %d, coverage %.2f (device %.2f), quality > .5 in %.2f; heart rate differs by %.1f (mean %+.1f) per minute over %.0f windows; %v",
				len(windows), covered/total, own, good/total, off/n, bias/n, n, took/time.Duration(len(windows)))
		})
	}
}
