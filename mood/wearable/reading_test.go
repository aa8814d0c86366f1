package wearable_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

var morning = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// minute is an invented window of somebody at ease, or the more stressed the further from 0.
func minute(at time.Time, stress float64, rng *rand.Rand) physio.Window {
	w := physio.Window{End: at, Quality: 0.8}
	usual := [physio.NumFeatures]float64{
		physio.HRMean: 68, physio.HRSD: 4, physio.HRLow: 63, physio.HRHigh: 74, physio.LnRMSSD: 3.6, physio.LnSDNN: 3.8,
		physio.PNN50: 0.2, physio.Coverage: 0.8, physio.LnRatio: 0.2, physio.LnSCL: 0.5, physio.LnEDASD: -2.5,
		physio.SCRRate: 2, physio.LnSCRSum: -2, physio.LnPhasic: -3, physio.SCRRise: 1, physio.TempMean: 32,
		physio.LnMotion: -4, physio.LnJerk: -4.5, physio.LnPulse: 4, physio.PulseCV: 0.3,
	}
	for f := range usual {
		w.Values[f] = usual[f] + 0.1*rng.NormFloat64()*math.Max(1, math.Abs(usual[f])/10)
	}
	w.Values[physio.HRMean] += 22 * stress
	w.Values[physio.LnSCL] += 1.2 * stress
	w.Values[physio.SCRRate] += 8 * stress
	w.Values[physio.LnRMSSD] -= 0.6 * stress
	w.Values[physio.LnPulse] -= 0.8 * stress
	return w
}

// day plays an hour at ease, a quarter of an hour of stress, and an hour at ease again.
func day(w *wearable.Wearer) (readings []wearable.Reading) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 810 {
		stress := 0.0
		if i >= 360 && i < 450 {
			stress = 1
		}
		at := morning.Add(time.Duration(i) * physio.WindowStep)
		r, _ := w.Take(minute(at, stress, rng), at)
		readings = append(readings, r)
	}
	return readings
}

func wearer(t testing.TB) *wearable.Wearer {
	w, err := wearable.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func Example() {
	w, err := wearable.New(wearable.Default())
	if err != nil {
		fmt.Println(err)
		return
	}
	readings := day(w)
	calm, tense := readings[350], readings[430]
	fmt.Println("stress is more likely:", tense.Filtered > 5*calm.Filtered)
	a, ok := tense.Affect()
	fmt.Println(a.Source, ok, a.Arousal > 0, a.Stress == tense.Filtered)
	fmt.Println(tense)
	// Output:
	// stress is more likely: true
	// wearable true true true
	// (hidden)
}

func TestColdStart(t *testing.T) {
	for i, r := range day(wearer(t)) {
		if known := !r.At.IsZero(); known != (i >= 30) {
			t.Fatalf("window %d: a reading: %v; the first 30 windows must tell nothing, all others something", i, known)
		}
	}
}

func TestReadingsAreProbabilities(t *testing.T) {
	for i, r := range day(wearer(t))[30:] {
		sum, lasting := 0.0, 0.0
		for c := range r.Classes {
			sum, lasting = sum+r.Classes[c], lasting+r.Lasting[c]
		}
		if math.Abs(sum-1) > 1e-12 || math.Abs(lasting-1) > 1e-12 || r.Classes[wearable.Stressed] != r.Stress ||
			r.Lasting[wearable.Stressed] != r.Filtered || !(r.Stress >= 0 && r.Stress <= 1) {
			t.Fatalf("window %d: classes %v, lasting %v, stress %v, filtered %v", i, r.Classes, r.Lasting, r.Stress, r.Filtered)
		}
	}
}

// TestQuality: what was measured badly is believed less, and not at all with a quality of 0.
func TestQuality(t *testing.T) {
	r := wearable.Reading{At: morning, VarV: 0.12, VarA: 0.045, Quality: 0.5}
	a, ok := r.Affect()
	// An Estimator expects 0.6 of 0.12 to last, and the rest over confidence to be noise: in all 0.12 over quality, as it should.
	if !ok || math.Abs(0.6*0.12+0.4*0.12/a.Confidence-0.12/0.5) > 1e-12 {
		t.Errorf("confidence %v", a.Confidence)
	}
	if err := a.Check(""); err != nil {
		t.Error(err)
	}
	r.Quality = 0
	if _, ok = r.Affect(); ok {
		t.Error("an affect of no quality")
	}
}

// TestNoQuality: a window of quality 0 gives no affect, teaches nothing about what is usual, and no report is learned with it.
func TestNoQuality(t *testing.T) {
	w, rng := wearer(t), rand.New(rand.NewPCG(1, 2))
	at := morning
	take := func(quality, stress float64) (wearable.Reading, bool) {
		at = at.Add(physio.WindowStep)
		win := minute(at, stress, rng)
		win.Quality = quality
		return w.Take(win, at)
	}
	for range 60 {
		if _, ok := take(0, 0); ok {
			t.Fatal("a reading before anything was known")
		}
	}
	for range 60 {
		take(0.8, 0)
	}
	before := w.AppendState(nil)
	for range 100 { // a device on a table
		r, _ := take(0, 3)
		if _, ok := r.Affect(); ok {
			t.Fatal("an affect of a window without quality")
		}
		if w.Learn(mood.Affect{Valence: -0.5, Confidence: 1, Source: mood.SelfReport, At: at}) {
			t.Fatal("learned from a window without quality")
		}
	}
	if string(w.AppendState(nil)) != string(before) {
		t.Error("windows without quality were learned from")
	}
	if r, ok := take(0.8, 0); !ok || r.Filtered > 0.5 {
		t.Errorf("worn again: a reading %v, stress %.2f of when nobody wore it", ok, r.Filtered)
	}
}

// TestDevices: a strap is read by the heads for the heart; nothing is read from neither heart nor skin.
func TestDevices(t *testing.T) {
	for name, keep := range map[string]func(physio.Feature) bool{
		"strap":    physio.Feature.OfHeart,
		"nothing":  func(f physio.Feature) bool { return f == physio.TempMean },
		"no pulse": func(f physio.Feature) bool { return !f.OfHeart() },
	} {
		w, rng, told := wearer(t), rand.New(rand.NewPCG(1, 2)), false
		for i := range 60 {
			at := morning.Add(time.Duration(i) * physio.WindowStep)
			win := minute(at, float64(i/50), rng)
			for f := range physio.NumFeatures {
				if !keep(f) {
					win.Values[f] = math.NaN()
				}
			}
			r, ok := w.Take(win, at)
			told = ok
			if ok && (math.IsNaN(r.Valence+r.Arousal+r.Stress+r.Filtered) || r.VarV == 0) {
				t.Fatalf("%s: %+v", name, r.Classes)
			}
		}
		if told != (name != "nothing") {
			t.Errorf("%s: a reading: %v", name, told)
		}
	}
}

// TestGaps: when movement hides the heart, what it did a moment ago still tells something, but not for long.
func TestGaps(t *testing.T) {
	w, rng := wearer(t), rand.New(rand.NewPCG(1, 2))
	var before wearable.Reading
	at := morning
	for i := range 170 {
		at = at.Add(physio.WindowStep)
		win := minute(at, float64(i/100), rng)
		hidden := i >= 140
		for f := range physio.NumFeatures {
			if hidden || !f.OfHeart() {
				win.Values[f] = math.NaN()
			}
		}
		r, ok := w.Take(win, at)
		switch {
		case i == 139:
			before = r
		case hidden && ok != (i < 139+19): // three minutes
			t.Fatalf("%d windows without a heart: a reading: %v", i-139, ok)
		case hidden && ok && r.Filtered < before.Filtered/2:
			t.Errorf("%d windows without a heart: stress %.2f, before %.2f", i-139, r.Filtered, before.Filtered)
		}
	}
}

// TestPartsOfTheDay: what is usual in the evening is no news there, though it would be in the morning.
func TestPartsOfTheDay(t *testing.T) {
	w, rng := wearer(t), rand.New(rand.NewPCG(1, 2))
	last := map[int]wearable.Reading{}
	for d := range 8 {
		for _, hour := range []int{9, 20} {
			for i := range 360 {
				at := morning.Add(time.Duration(24*d+hour-9)*time.Hour + time.Duration(i)*physio.WindowStep)
				win := minute(at, float64(hour/20)*0.5, rng)
				r, _ := w.Take(win, at)
				last[hour] = r
			}
		}
	}
	evening := last[20].Arousal - last[9].Arousal
	at := morning.Add(8*24*time.Hour + time.Hour)
	var r wearable.Reading
	for range 18 {
		at = at.Add(physio.WindowStep)
		r, _ = w.Take(minute(at, 0.5, rng), at)
	}
	if diff := r.Arousal - last[9].Arousal; diff < 0.4 || math.Abs(evening) > diff/2 {
		t.Errorf("it adds %.2f of arousal in the evening, when it is usual, and %.2f in the morning", evening, diff)
	}
}

// TestTime: what is repeated or late is dropped; after a break, or when the clock goes back, the present starts anew.
func TestTime(t *testing.T) {
	w, rng := wearer(t), rand.New(rand.NewPCG(1, 2))
	var tense wearable.Reading
	at := morning
	for i := range 120 {
		at = at.Add(physio.WindowStep)
		tense, _ = w.Take(minute(at, float64(i/100), rng), at)
	}
	for _, late := range []time.Duration{0, -10 * time.Second, -2 * time.Minute} {
		if _, ok := w.Take(minute(at.Add(late), 0, rng), at); ok {
			t.Errorf("a window that is %s late was read", late)
		}
	}
	for _, jump := range []time.Duration{time.Hour, -10 * time.Hour} {
		at = at.Add(jump)
		r, ok := w.Take(minute(at, 0, rng), at)
		if !ok || r.Filtered > tense.Filtered/2 {
			t.Errorf("after a jump of %s: %v, stress still %.2f of %.2f", jump, ok, r.Filtered, tense.Filtered)
		}
	}
}

// TestLearn: from the fifth report on, readings follow the person's own.
func TestLearn(t *testing.T) {
	w, rng := wearer(t), rand.New(rand.NewPCG(1, 2))
	var before, after wearable.Reading
	at, used := morning, 0
	for i := range 1500 {
		at = at.Add(physio.WindowStep)
		r, ok := w.Take(minute(at, float64(i/30%2), rng), at)
		if ok && i%30 == 29 {
			own := mood.Affect{Valence: -0.5, Arousal: 0.5, Confidence: 1, Source: mood.SelfReport, At: at}
			if own.Source = mood.Face; w.Learn(own) {
				t.Fatal("learned from what was no report")
			}
			own.Source = mood.SelfReport
			if before = r; w.Learn(own) {
				used++
			}
			if w.Learn(own) {
				t.Fatal("learned twice from one report")
			}
			after, _ = w.Take(minute(at.Add(time.Second), float64(i/30%2), rng), at)
			moved := math.Abs(after.Valence - before.Valence)
			if used < 4 && moved > 0.05 {
				t.Errorf("%d reports moved valence by %.2f", used, moved)
			}
		}
	}
	if used < 40 || after.Valence > 0 { // everybody's weights give about 0.3 here
		t.Errorf("after %d reports of -0.5, valence is still %.2f", used, after.Valence)
	}
	if w.Learn(mood.Affect{Confidence: 1, Source: mood.SelfReport, At: at.Add(time.Hour)}) {
		t.Error("learned an hour after the last window")
	}
}

func TestHidden(t *testing.T) {
	w := wearer(t)
	r := day(w)[400]
	for _, v := range []any{r, &r, w, *w} {
		if s := fmt.Sprintf("%v %+v %#v %s %d", v, v, v, v, v); strings.ContainsAny(s, "0123456789") {
			t.Errorf("%T shows %.80s", v, s)
		}
		if _, err := json.Marshal(v); err == nil {
			t.Errorf("%T was marshalled", v)
		}
	}
}

func TestSmallAndQuiet(t *testing.T) {
	w, rng := wearer(t), rand.New(rand.NewPCG(1, 2))
	if size := unsafe.Sizeof(*w); size > 8<<10 {
		t.Errorf("a wearer takes %d bytes", size)
	}
	win := minute(morning, 0, rng)
	allocs := testing.AllocsPerRun(100, func() {
		win.End = win.End.Add(physio.WindowStep)
		r, _ := w.Take(win, win.End)
		_, _ = r.Affect()
	})
	if allocs > 0 {
		t.Errorf("%v allocations per window", allocs)
	}
}

func BenchmarkTake(b *testing.B) {
	w, rng := wearer(b), rand.New(rand.NewPCG(1, 2))
	win := minute(morning, 0, rng)
	b.ReportAllocs()
	for b.Loop() {
		win.End = win.End.Add(physio.WindowStep)
		_, _ = w.Take(win, win.End)
	}
}
