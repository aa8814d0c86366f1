package wearer_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/simulator/wearer"
)

var start = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

// minute is what plain arithmetic says about a stretch: no estimator is between.
type minute struct {
	rate, rmssd, conductance, cooling, shaking, height float64
	beats, lost                                        int
	feeling                                            wearer.Feeling
}

// live plays a scene and sums up its second half.
func live(w *wearer.Wearer, scene wearer.Scene) (m minute) {
	var s wearer.Second
	var beats, squares, differences, last, force, forces, samples, low, high float64
	seconds := int(scene.Lasts / time.Second)
	var temperatures [2]float64
	for i := range seconds {
		w.Next(&scene, &s)
		if s.Lost {
			m.lost++
		}
		if i < seconds/2 {
			temperatures[0] = s.Temperature[3]
			continue
		}
		temperatures[1] = s.Temperature[3]
		for _, b := range s.Beats {
			m.beats++
			beats += b
			if last > 0 {
				squares += (b - last) * (b - last)
				differences++
			}
			last = b
		}
		for _, v := range s.Skin {
			m.conductance += v / float64(4*(seconds-seconds/2))
		}
		for _, g := range s.Motion {
			v := math.Sqrt(g[0]*g[0] + g[1]*g[1] + g[2]*g[2])
			force, forces, samples = force+v, forces+v*v, samples+1
		}
		for _, v := range s.Pulse {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	m.rate, m.rmssd = 60000*float64(m.beats)/beats, math.Sqrt(squares/differences)
	m.cooling = temperatures[0] - temperatures[1]
	m.shaking = math.Sqrt(math.Max(0, forces/samples-force*force/samples/samples))
	m.height = high - low
	m.feeling = w.Feeling()
	return m
}

const people = 40

// mean is the mean over people of what changes from sitting to a scene.
func changes(t *testing.T, scene wearer.Scene) (d minute) {
	t.Helper()
	for i := range people {
		p := wearer.Invent(uint64(i))
		w := wearer.New(p, uint64(i), start)
		before := live(w, wearer.Scene{Lasts: 10 * time.Minute, Activity: wearer.Sitting})
		after := live(w, scene)
		d.rate += (after.rate - before.rate) / people
		d.rmssd += math.Log(after.rmssd/before.rmssd) / people
		d.conductance += math.Log(after.conductance/before.conductance) / people
		d.cooling += after.cooling / people
		d.shaking += (after.shaking - before.shaking) / people
		d.feeling.Valence += (after.feeling.Valence - before.feeling.Valence) / people
		d.feeling.Arousal += (after.feeling.Arousal - before.feeling.Arousal) / people
		d.feeling.Stress += after.feeling.Stress / people
	}
	return d
}

func within(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if !(got >= low && got <= high) {
		t.Errorf("%s: %.3f, not from %g to %g", what, got, low, high)
	}
}

func TestStressShows(t *testing.T) {
	d := changes(t, wearer.Scene{Lasts: 10 * time.Minute, Activity: wearer.Sitting, Stress: 1})
	within(t, "beats per minute more", d.rate, 6, 25)
	within(t, "ln of RMSSD", d.rmssd, -0.8, -0.15)
	within(t, "ln of conductance", d.conductance, 0.5, 2)
	within(t, "°C colder in five minutes", d.cooling, 0.2, 1)
	within(t, "movement", d.shaking, -0.01, 0.01)
	within(t, "valence", d.feeling.Valence, -0.8, -0.4)
	within(t, "arousal", d.feeling.Arousal, 0.3, 0.8)
	within(t, "stress", d.feeling.Stress, 0.95, 1)
}

func TestWalkingLooksLikeStressAndIsNone(t *testing.T) {
	d := changes(t, wearer.Scene{Lasts: 10 * time.Minute, Activity: wearer.Walking})
	within(t, "beats per minute more", d.rate, 15, 35)
	within(t, "ln of RMSSD", d.rmssd, -1, -0.4)
	within(t, "movement in g", d.shaking, 0.1, 0.4)
	within(t, "stress", d.feeling.Stress, 0, 0)
	within(t, "valence", d.feeling.Valence, -0.15, 0.15)
}

func TestPeopleDiffer(t *testing.T) {
	low, high, silent := math.Inf(1), 0.0, 0
	rates := 0.0
	for i := range 300 {
		p := wearer.Invent(uint64(i))
		low, high = math.Min(low, p.RestingHR), math.Max(high, p.RestingHR)
		within(t, "conductance", p.Conductance, 0.3, 10)
		if !p.Responds {
			silent++
		}
		if i < people { // with the moods of an hour, the rate is near the person's own
			m := live(wearer.New(p, uint64(i), start), wearer.Scene{Lasts: 10 * time.Minute})
			rates += (m.rate - p.RestingHR) / people
			within(t, "RMSSD over the person's", m.rmssd/p.RMSSD, 0.5, 1.7)
		}
	}
	within(t, "lowest", low, 55, 57)
	within(t, "highest", high, 83, 85)
	within(t, "whose skin does not answer", float64(silent), 15, 50)
	within(t, "rate over the person's own", rates, -3, 3)
}

func TestContact(t *testing.T) {
	w := wearer.New(wearer.Invent(3), 3, start)
	worn := live(w, wearer.Scene{Lasts: 4 * time.Minute})
	loose := live(w, wearer.Scene{Lasts: 4 * time.Minute, Contact: wearer.Loose, Lost: 0.25})
	if loose.conductance > 0.8*worn.conductance {
		t.Errorf("a loose electrode reads %.2f µS of %.2f", loose.conductance, worn.conductance)
	}
	within(t, "seconds lost", float64(loose.lost), 40, 80)
	if worn.lost != 0 {
		t.Errorf("%d seconds lost without a reason", worn.lost)
	}
	off := live(w, wearer.Scene{Lasts: 20 * time.Minute, Contact: wearer.Off})
	if off.beats != 0 || off.conductance > 0.01 || off.shaking > 0.005 || off.height > 0.2*worn.height {
		t.Errorf("on the table: %+v", off)
	}
	var s wearer.Second
	w.Next(&wearer.Scene{Contact: wearer.Off}, &s)
	within(t, "°C on the table", s.Temperature[0], 22.5, 24)
}

func TestMeasurement(t *testing.T) {
	s := wearer.Second{Beats: []float64{1000, 500}}
	if got, want := s.AppendMeasurement(nil), []byte{0x16, 80, 0x00, 0x04, 0x00, 0x02}; !bytes.Equal(got, want) {
		t.Errorf("% x, not % x", got, want)
	}
	if got, want := (&wearer.Second{}).AppendMeasurement(nil), []byte{0x04, 0}; !bytes.Equal(got, want) {
		t.Errorf("without skin: % x, not % x", got, want)
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	w, s := wearer.New(wearer.Invent(1), 1, start), wearer.Second{Beats: make([]float64, 0, 4)}
	scene := wearer.Scene{Activity: wearer.Walking}
	if n := testing.AllocsPerRun(100, func() { w.Next(&scene, &s) }); n != 0 {
		t.Errorf("%v allocations a second", n)
	}
}

func short(swapped bool) []wearer.Scene {
	return []wearer.Scene{
		{Lasts: 5 * time.Second},
		{Name: "baseline", Lasts: 40 * time.Second},
		{Name: "stress", Lasts: 30 * time.Second, Stress: 1},
	}
}

func TestSameSeedSameFiles(t *testing.T) {
	dirs := [3]string{t.TempDir(), t.TempDir(), t.TempDir()}
	for i, seed := range [...]uint64{7, 7, 8} {
		if err := (wearer.Study{Seed: seed, People: 2, Scenes: short}).WriteFiles(dirs[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"labels.csv", "self_report.csv", "S1/ACC.csv.gz", "S1/BVP.csv.gz", "S2/EDA.csv.gz", "S2/TEMP.csv.gz"} {
		var files [3][]byte
		for i, dir := range dirs {
			var err error
			if files[i], err = os.ReadFile(filepath.Join(dir, "wesad_wrist", name)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s differs between runs with one seed", name)
		}
		if bytes.Equal(files[0], files[2]) && name != "labels.csv" && name != "self_report.csv" {
			t.Errorf("%s is the same for two seeds", name)
		}
	}
	labels, err := os.ReadFile(filepath.Join(dirs[0], "wesad_wrist", "labels.csv"))
	want := "subject,condition,start_s_from_e4_start,end_s_from_e4_start,start_unix,end_unix,align_uncertainty_s\n" +
		"S1,baseline,5.00,45.00,1767344405.00,1767344445.00,0.00\nS1,stress,45.00,75.00,1767344445.00,1767344475.00,0.00\n"
	if err != nil || !bytes.HasPrefix(labels, []byte(want)) {
		t.Errorf("labels.csv: %s %v", labels, err)
	}
}

func TestWriteFilesSaysWhy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (wearer.Study{People: 1}).WriteFiles(file); err == nil {
		t.Error("a file was taken for a directory")
	}
}

func BenchmarkMinute(b *testing.B) {
	w, s := wearer.New(wearer.Invent(1), 1, start), wearer.Second{}
	for b.Loop() {
		for range 60 {
			w.Next(&wearer.Scene{Activity: wearer.Gesturing}, &s)
		}
	}
}

// TestAStrapTellsEveryWindow: beats without gaps leave no window without a heart rate, fidgeting or not.
func TestAStrapTellsEveryWindow(t *testing.T) {
	w, s, n := wearer.New(wearer.Invent(100), 100, start), wearer.Second{}, 0
	wrist, err := physio.New(wearer.Strap())
	if err != nil {
		t.Fatal(err)
	}
	for range 600 {
		w.Next(&wearer.Scene{}, &s)
		if err := s.FeedStrap(wrist); err != nil {
			t.Fatal(err)
		}
		for win, ok := wrist.Next(); ok; win, ok = wrist.Next() {
			if n++; n > 6 && !(win.Values[physio.Coverage] > 0.8) {
				t.Errorf("window %d: beats cover %.2f", n, win.Values[physio.Coverage])
			}
		}
	}
	if n < 56 {
		t.Errorf("%d windows in ten minutes", n)
	}
}
