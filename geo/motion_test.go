package geo_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func fix(p geo.Point, after time.Duration) geo.Fix {
	return geo.Fix{Point: p, Accuracy: 10, Speed: geo.Unknown, Course: geo.Unknown, Time: noon.Add(after)}
}

func TestMotionStopsAndLeaves(t *testing.T) {
	shop := at(52.5, 13.4)
	var m geo.Motion
	for minute := range 10 { // walks there: 80 m a minute
		s := m.Advance(fix(geo.Destination(shop, 270, float64(10-minute)*80), time.Duration(minute)*time.Minute))
		if s.Stopped {
			t.Fatalf("minute %d: walking is a stop", minute)
		}
		if minute > 0 && (math.Abs(s.Moved-80) > 1 || math.Abs(s.Speed-80.0/60) > 0.05 || math.Abs(s.Course-90) > 1) {
			t.Fatalf("minute %d: %+v, want 80 m at 1.33 m/s to the east", minute, s)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for minute := 10; minute <= 30; minute++ { // stays, with jitter
		s := m.Advance(fix(geo.Destination(shop, rng.Float64()*360, rng.Float64()*20), time.Duration(minute)*time.Minute))
		if want := minute >= 15; s.Stopped != want {
			t.Fatalf("minute %d: stopped %v for %v", minute, s.Stopped, s.StoppedFor)
		}
		if s.Stopped && geo.Distance(s.StopAnchor, shop) > 25 {
			t.Fatalf("minute %d: stop is %f m off", minute, geo.Distance(s.StopAnchor, shop))
		}
		if minute > 12 && s.Speed > 0.8 {
			t.Fatalf("minute %d: %f m/s while staying", minute, s.Speed)
		}
	}
	s := m.Advance(fix(geo.Destination(shop, 0, 90), 31*time.Minute))
	if s.Stopped || s.StoppedFor != 0 {
		t.Errorf("90 m off: still stopped for %v", s.StoppedFor)
	}
	s = m.Advance(fix(geo.Destination(shop, 0, 170), 32*time.Minute))
	s = m.Advance(fix(geo.Destination(shop, 0, 250), 33*time.Minute))
	if s.Stopped || s.StoppedFor > time.Minute {
		t.Errorf("gone, but stopped for %v", s.StoppedFor)
	}
}

func TestMotionForgivesOneOutlier(t *testing.T) {
	shop := at(52.5, 13.4)
	var m geo.Motion
	for minute := range 10 {
		m.Advance(fix(shop, time.Duration(minute)*time.Minute))
	}
	if s := m.Advance(fix(geo.Destination(shop, 90, 400), 10*time.Minute)); s.Stopped {
		t.Error("400 m off is stopped")
	}
	if s := m.Advance(fix(shop, 11*time.Minute)); !s.Stopped || s.StoppedFor != 11*time.Minute {
		t.Errorf("back after an outlier: stopped %v for %v", s.Stopped, s.StoppedFor)
	}
	// Two in a row are a departure, and the stay at the new place counts from the first of them.
	away := geo.Destination(shop, 90, 400)
	m.Advance(fix(away, 12*time.Minute))
	if s := m.Advance(fix(away, 13*time.Minute)); s.StoppedFor != time.Minute || geo.Distance(s.StopAnchor, away) > 1 {
		t.Errorf("new place: %v", s.StoppedFor)
	}
}

func TestMotionForgivesPoorAccuracy(t *testing.T) {
	shop := at(52.5, 13.4)
	var m geo.Motion
	var s geo.Step
	for minute := range 10 {
		f := fix(shop, time.Duration(minute)*time.Minute)
		if minute > 1 {
			f.Point, f.Accuracy = geo.Destination(shop, 90, 80), 40
		}
		s = m.Advance(f)
	}
	if !s.Stopped || s.StoppedFor != 9*time.Minute {
		t.Errorf("80 m off, give or take 40, ends a stop: %v", s.StoppedFor)
	}
	f := fix(geo.Destination(shop, 90, 2000), 10*time.Minute)
	f.Accuracy = 5000
	if s = m.Advance(f); s.Stopped {
		t.Error("an accuracy of 5 km keeps a stop at 2 km")
	}
}

func TestMotionPrefersWhatTheDeviceMeasured(t *testing.T) {
	var m geo.Motion
	if s := m.Advance(fix(at(0, 0), 0)); s.Speed >= 0 || s.Course >= 0 || s.Moved != 0 {
		t.Errorf("speed %f and course %f out of one fix", s.Speed, s.Course)
	}
	f := fix(at(0, 0.01), time.Minute)
	f.Speed, f.Course = 7, 45
	if s := m.Advance(f); s.Speed != 7 || s.Course != 45 {
		t.Errorf("%+v", s)
	}
	f = fix(at(0, 0.02), 2*time.Minute)
	if s := m.Advance(f); math.Abs(s.Speed-18.5) > 0.1 || math.Abs(s.Course-90) > 1e-6 {
		t.Errorf("derived: %f m/s, %f°", s.Speed, s.Course)
	}
}

func TestMotionAcrossTheAntimeridian(t *testing.T) {
	var m geo.Motion
	m.Advance(fix(at(0, 179.9999), 0))
	m.Advance(fix(at(0, -179.9999), time.Minute))
	s := m.Advance(fix(at(0, -179.9999), 6*time.Minute))
	if !s.Stopped || geo.Distance(s.StopAnchor, at(0, 180)) > 20 || !s.StopAnchor.Valid() {
		t.Errorf("stopped %v at %v", s.Stopped, s.StopAnchor)
	}
}

func TestMotionIgnoresOldFixes(t *testing.T) {
	var m geo.Motion
	m.Advance(fix(at(0, 0), time.Minute))
	before := m
	if s := m.Advance(fix(at(1, 1), 0)); s.Moved != 0 || m != before {
		t.Error("an old fix moved the person")
	}
	if m.Advance(fix(at(1, 1), time.Minute)); m != before {
		t.Error("a fix at the same time moved the person")
	}
}

func TestMotionGoesOnAfterJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var whole, stored geo.Motion
	p := at(52.5, 13.4)
	for i := range 200 {
		p = geo.Destination(p, rng.Float64()*360, rng.Float64()*60)
		f := fix(p, time.Duration(i)*30*time.Second)
		text, err := json.Marshal(stored)
		if err != nil {
			t.Fatal(err)
		}
		stored = geo.Motion{}
		if err := json.Unmarshal(text, &stored); err != nil {
			t.Fatal(err)
		}
		if a, b := whole.Advance(f), stored.Advance(f); a != b {
			t.Fatalf("fix %d: %+v, after JSON %+v", i, a, b)
		}
	}
}

func TestPlausible(t *testing.T) {
	berlin := at(52.52, 13.40)
	for _, c := range []struct {
		name   string
		metres float64
		took   time.Duration
		want   bool
	}{
		{"a walk", 80, time.Minute, true},
		{"a fast train", 5000, time.Minute, true},
		{"an airliner", 15_000, time.Minute, true},
		{"a rocket", 60_000, time.Minute, false},
		{"jitter", 120, time.Millisecond, true},
		{"a jump in no time", 1000, 0, false},
		{"a jump back in time", 1000, -time.Hour, false},
		{"another continent the next day", 9e6, 24 * time.Hour, true},
	} {
		prev, next := fix(berlin, 0), fix(geo.Destination(berlin, 33, c.metres), c.took)
		if got := geo.Plausible(prev, next); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	prev, next := fix(berlin, 0), fix(geo.Destination(berlin, 33, 3000), time.Second)
	if prev.Accuracy = 2000; !geo.Plausible(prev, next) {
		t.Error("a fix off a far cell tower makes the next one look like a jump")
	}
}

func TestAdvanceDoesNotAllocate(t *testing.T) {
	var m geo.Motion
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		i++
		m.Advance(fix(at(52.5, 13.4+float64(i)*1e-4), time.Duration(i)*time.Second))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAdvance(b *testing.B) {
	b.ReportAllocs()
	var m geo.Motion
	i := 0
	for b.Loop() {
		i++
		m.Advance(fix(at(52.5, 13.4+float64(i%1000)*1e-4), time.Duration(i)*time.Second))
	}
}

func ExampleMotion() {
	var m geo.Motion
	cafe := geo.Point{Lat: 52.5, Lon: 13.4}
	for minute := range 8 {
		step := m.Advance(geo.Fix{Point: cafe, Accuracy: 8, Speed: geo.Unknown, Course: geo.Unknown, Time: noon.Add(time.Duration(minute) * time.Minute)})
		if step.Stopped {
			fmt.Println("in the shop after", step.StoppedFor)
			break
		}
	}
	// Output: in the shop after 5m0s
}
