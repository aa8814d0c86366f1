package mood_test

import (
	"bytes"
	"math"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/mood"
)

func TestNothingObservedNothingBelieved(t *testing.T) {
	var e mood.Estimator
	if got := e.At(noon); got != (mood.Estimate{}) {
		t.Errorf("a new estimator believes %+v", got.Export())
	}
}

// TestLoneReport holds the figures of the package documentation.
func TestLoneReport(t *testing.T) {
	var e mood.Estimator
	if !e.Observe(report(-0.6, 0.6, noon)) {
		t.Fatal("not taken")
	}
	fresh := e.At(noon)
	if fresh.Confidence < 0.5 || fresh.State() != mood.Stressed || fresh.Distress < 0.5 {
		t.Errorf("right after a report: %+v", fresh.Export())
	}
	if got := e.At(noon.Add(95 * time.Minute)); !got.Known() {
		t.Errorf("forgotten after 95 minutes: %+v", got.Export())
	}
	if got := e.At(noon.Add(105 * time.Minute)); got.Known() {
		t.Errorf("still known after 105 minutes: %+v", got.Export())
	}
	for m := range 48 * 60 {
		at := noon.Add(time.Duration(m) * time.Minute)
		if a, b := e.At(at), e.At(at.Add(time.Minute)); b.Confidence > a.Confidence || b.Valence < a.Valence || b.Arousal > a.Arousal {
			t.Fatalf("after %d minutes it does not fade: %+v then %+v", m, a.Export(), b.Export())
		}
	}
}

func TestHistoryBecomesTheSetPoint(t *testing.T) {
	var e mood.Estimator
	start := noon.AddDate(0, 0, -30)
	for at := start; at.Before(noon); at = at.Add(12 * time.Hour) {
		e.Observe(report(-0.4, -0.3, at))
	}
	got := e.At(noon.AddDate(0, 0, 3))
	if got.Known() || math.Abs(got.Valence+0.4) > 0.1 || math.Abs(got.Arousal+0.3) > 0.1 {
		t.Errorf("three days later the usual mood is %+v", got.Export())
	}
	if got.Distress < 0.3 {
		t.Errorf("lasting low mood no longer counts: distress %.2f", got.Distress)
	}
}

// TestRestlessness: of two people with the same usual mood, the one whose mood swings is the more likely to feel bad.
func TestRestlessness(t *testing.T) {
	distress := func(swing float64) float64 {
		var e mood.Estimator
		for i := range 40 {
			e.Observe(report(0.1+swing*float64(i%2*2-1), 0, noon.Add(time.Duration(i-40)*8*time.Hour)))
		}
		return e.At(noon.Add(24 * time.Hour)).Distress
	}
	steady, usual, restless := distress(0.02), distress(0.25), distress(0.7)
	if steady > 0.01 || usual < 2*steady || restless < 2*usual || restless > 0.4 {
		t.Errorf("distress a day after: steady %.4f, usual %.4f, restless %.4f", steady, usual, restless)
	}
}

func TestManyTapsAreNotManyDays(t *testing.T) {
	var once, often mood.Estimator
	once.Observe(report(-0.8, 0, noon))
	for i := range 20 {
		often.Observe(report(-0.8, 0, noon.Add(time.Duration(i)*time.Second)))
	}
	later := noon.AddDate(0, 0, 5)
	if a, b := once.At(later).Valence, often.At(later).Valence; a-b > 0.15 {
		t.Errorf("one tap leaves a set-point of %.2f, twenty in a row %.2f", a, b)
	}
}

func TestOwnTapIsNeverAnOutlier(t *testing.T) {
	var e mood.Estimator
	for i := range 60 {
		e.Observe(report(0.8, -0.5, noon.Add(time.Duration(i-60)*time.Minute)))
	}
	before := e
	if e.Observe(mood.Affect{Valence: -1, Arousal: 1, Confidence: 1, Source: mood.Wearable, At: noon}) {
		t.Error("an outlier of a sensor was taken")
	}
	if e != before {
		t.Error("a refused observation left a trace")
	}
	if !e.Observe(report(-1, 1, noon)) {
		t.Fatal("the person's own tap was refused")
	}
	if got := e.At(noon); got.State() != mood.Stressed || got.Distress < 0.05 {
		t.Errorf("right after the tap: %+v", got.Export())
	}
}

// TestNobodyTalksDownAnOwnAlarm: only the person's own reports lower the distress that these raised.
func TestNobodyTalksDownAnOwnAlarm(t *testing.T) {
	after := func(source mood.Source, valence float64) float64 {
		var e mood.Estimator
		e.Observe(report(-1, 0, noon))
		at := noon
		for range 30 {
			at = at.Add(10 * time.Second)
			e.Observe(mood.Affect{Valence: valence, Confidence: 1, Source: source, At: at})
		}
		return e.At(at).Distress
	}
	for _, s := range []mood.Source{mood.Wearable, mood.Face, mood.Voice, mood.Typing} {
		if got := after(s, 0.4); got < 0.9 {
			t.Errorf("%v talked an own report of -1 down to a distress of %.3f", s, got)
		}
	}
	if got := after(mood.SelfReport, 0.4); got > 0.1 {
		t.Errorf("own reports left a distress of %.3f", got)
	}
	var e mood.Estimator
	e.Observe(mood.Affect{Valence: -0.9, Confidence: 1, Source: mood.Wearable, At: noon})
	if got := e.At(noon).Distress; got < 0.25 {
		t.Errorf("a low valence from a wearable raises no alarm: distress %.3f", got)
	}
}

func TestWeakerSourcesWeighLess(t *testing.T) {
	valence := func(s mood.Source, confidence float64) float64 {
		var e mood.Estimator
		e.Observe(mood.Affect{Valence: -0.3, Arousal: 0, Confidence: confidence, Source: s, At: noon})
		return e.At(noon).Valence
	}
	for _, s := range []mood.Source{mood.Wearable, mood.Face, mood.Voice, mood.Typing} {
		if valence(s, 1) <= valence(mood.SelfReport, 1) {
			t.Errorf("%v moves the estimate as far as the person's own tap", s)
		}
	}
	if valence(mood.SelfReport, 0.2) <= valence(mood.SelfReport, 1) {
		t.Error("confidence makes no difference")
	}
}

func TestOrderOfArrival(t *testing.T) {
	first, second := report(-0.6, 0.5, noon.Add(-time.Hour)), report(0.4, 0, noon)
	t.Run("a repetition changes nothing", func(t *testing.T) {
		var e mood.Estimator
		e.Observe(second)
		before := e
		if e.Observe(second) || e != before {
			t.Error("it was taken again")
		}
	})
	t.Run("another source at the same time counts", func(t *testing.T) {
		var e mood.Estimator
		e.Observe(second)
		face := second
		face.Source = mood.Face
		if !e.Observe(face) || e.Observe(face) || e.Observe(second) {
			t.Error("want each source taken once")
		}
	})
	t.Run("a repetition that comes late changes nothing", func(t *testing.T) {
		var e mood.Estimator
		for _, a := range []mood.Affect{first, second} {
			for _, source := range []mood.Source{mood.SelfReport, mood.Face} {
				a.Source = source
				e.Observe(a)
			}
		}
		e.Observe(report(0.4, 0, noon.AddDate(0, 0, 2)))
		before := e
		if e.Observe(first) || e.Observe(second) || e != before {
			t.Error("it was taken again")
		}
	})
	t.Run("what is too old to be known from a repetition is none", func(t *testing.T) {
		var e mood.Estimator
		for i := range 8 {
			if a := report(0.2, 0, noon.Add(time.Duration(i-8)*time.Minute)); !e.Observe(a) || e.Observe(a) {
				t.Errorf("report %d: want it taken once", i)
			}
		}
		before := e
		if e.Observe(first) || e.Observe(report(0.2, 0, noon.Add(-8*time.Minute))) || e != before {
			t.Error("an old one was taken")
		}
		if !e.Observe(report(0.2, 0, noon.Add(-150*time.Second))) {
			t.Error("a late one was refused")
		}
	})
	t.Run("late counts for less", func(t *testing.T) {
		var alone, late, ordered mood.Estimator
		alone.Observe(second)
		late.Observe(second)
		if !late.Observe(first) {
			t.Fatal("not taken")
		}
		ordered.Observe(first)
		ordered.Observe(second)
		a, l, o := alone.At(noon), late.At(noon), ordered.At(noon)
		if !(l.Valence < a.Valence) || math.Abs(l.Valence-o.Valence) > 0.02 || math.Abs(l.Arousal-o.Arousal) > 0.02 {
			t.Errorf("without %+v, late %+v, in order %+v", a.Export(), l.Export(), o.Export())
		}
	})
	t.Run("the clock is set back", func(t *testing.T) {
		var e mood.Estimator
		e.Observe(report(0.4, 0, noon.AddDate(14, 0, 0))) // the phone believed to be far ahead
		if e.At(noon).Known() {
			t.Error("a report from the future counts as fresh")
		}
		e.Observe(first)
		e.Observe(second)
		if got := e.At(noon); !got.Known() || got.Valence > 0.4 {
			t.Errorf("after the clock was put right: %+v", got.Export())
		}
	})
	t.Run("years pass", func(t *testing.T) {
		var e mood.Estimator
		e.Observe(first)
		e.Observe(report(0.4, 0, noon.AddDate(40, 0, 0)))
		var fresh mood.Estimator
		fresh.Observe(report(0.4, 0, noon.AddDate(40, 0, 0)))
		if a, b := e.At(noon.AddDate(40, 0, 0)), fresh.At(noon.AddDate(40, 0, 0)); math.Abs(a.Valence-b.Valence) > 1e-9 {
			t.Errorf("an old report still counts: %+v, want %+v", a.Export(), b.Export())
		}
	})
}

func drawAffect(t *rapid.T) mood.Affect {
	a := mood.Affect{
		Valence:    rapid.Float64Range(-1, 1).Draw(t, "valence"),
		Arousal:    rapid.Float64Range(-1, 1).Draw(t, "arousal"),
		Confidence: rapid.Float64Range(math.SmallestNonzeroFloat64, 1).Draw(t, "confidence"),
		Source:     mood.Source(rapid.IntRange(1, 5).Draw(t, "source")),
		At:         drawTime(t),
	}
	if a.Source != mood.SelfReport {
		a.Stress = rapid.Float64Range(0, 1).Draw(t, "stress")
	}
	return a
}

// drawTime prefers moments close to each other, and sometimes leaves the calendar.
func drawTime(t *rapid.T) time.Time {
	span := rapid.SampledFrom([]int64{2, 1000, 3600_000, 86400_000, 1 << 45, math.MaxInt64}).Draw(t, "span")
	return time.UnixMilli(noon.UnixMilli()).Add(time.Duration(rapid.Int64Range(-span, span-1).Draw(t, "ms")) % math.MaxInt64 * time.Millisecond)
}

func checkSane(t interface{ Fatalf(string, ...any) }, x mood.Estimate) {
	if !(math.Abs(x.Valence) <= 1 && math.Abs(x.Arousal) <= 1 && x.Confidence >= 0 && x.Confidence <= 1 && x.Distress >= 0 && x.Distress <= 1) {
		t.Fatalf("out of range: %+v", x.Export())
	}
}

// TestAnySequence: whatever comes in whatever order, estimates stay in range, an own tap is taken unless repeated,
// reading changes nothing, and a snapshot brings back the very same estimator.
func TestAnySequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e mood.Estimator
		newest := int64(math.MinInt64)
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			a := drawAffect(t)
			before := e
			taken := e.Observe(a)
			if !taken && e != before {
				t.Fatalf("a refused observation left a trace")
			}
			if taken {
				newest = max(newest, a.At.UnixMilli())
			} else if a.Source == mood.SelfReport { // refused: then it must be for its time alone
				if a.At = time.UnixMilli(newest + 1); newest < math.MaxInt64 && !e.Observe(a) {
					t.Fatalf("an own tap was refused")
				}
				newest++
			}
			now := drawTime(t)
			x := e.At(now)
			checkSane(t, x)
			if y := e.At(now); x != y {
				t.Fatalf("reading changes the estimate")
			}
			state := e.AppendState(nil)
			var back mood.Estimator
			if err := back.UnmarshalState(state); err != nil {
				t.Fatalf("own snapshot refused: %v", err)
			}
			if back != e || !bytes.Equal(back.AppendState(nil), state) {
				t.Fatalf("the snapshot differs")
			}
		}
	})
}

func TestCost(t *testing.T) {
	if size := unsafe.Sizeof(mood.Estimator{}); size > 992 {
		t.Errorf("an estimator takes %d bytes", size)
	}
	var e mood.Estimator
	at, buffer := noon, make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() {
		at = at.Add(time.Minute)
		e.Observe(report(0.1, 0.2, at))
		e.At(at.Add(time.Hour))
		e.Observe(mood.Affect{Confidence: 0.5, Stress: 0.4, Source: mood.Wearable, At: at.Add(time.Second)})
		buffer = e.AppendState(buffer[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	var e mood.Estimator
	at := noon
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Minute)
		e.Observe(report(0.1, 0.2, at))
	}
}

func BenchmarkObserveWearable(b *testing.B) {
	var e mood.Estimator
	e.Observe(report(0.1, 0.2, noon))
	a := mood.Affect{Valence: 0.1, Arousal: 0.2, Confidence: 0.5, Stress: 0.1, Source: mood.Wearable, At: noon}
	b.ReportAllocs()
	for b.Loop() {
		a.At = a.At.Add(10 * time.Second)
		e.Observe(a)
	}
}

func BenchmarkAt(b *testing.B) {
	var e mood.Estimator
	e.Observe(report(0.1, 0.2, noon))
	at := noon.Add(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		e.At(at)
	}
}
