package trial

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What is foretold as it happens raises no alarm and has nearly no calibration error; when the world changes, an alarm follows soon.
func TestDrift(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 7))
		var d Drift
		outcome := func(p, truth float64) bool { return d.See(p, rng.Float64() < truth) }
		for i := range 10_000 {
			if p := rng.Float64(); outcome(p, p) {
				t.Fatalf("seed %d: an alarm at %d, and nothing changed", seed, i)
			}
		}
		if e := d.Error(); e > 0.06 {
			t.Errorf("seed %d: calibration error %.3f of what is calibrated", seed, e)
		}
		if recent, long := d.Losses(); math.Abs(recent-0.5) > 0.12 || math.Abs(long-0.5) > 0.03 { // ∫ of the entropy over p
			t.Errorf("seed %d: log losses %.3f and %.3f, not 0.5", seed, recent, long)
		}
		after := 0
		for p := rng.Float64(); !outcome(p, 1-p); p = rng.Float64() {
			if after++; after > 500 {
				t.Fatalf("seed %d: no alarm within %d outcomes of a world turned around", seed, after)
			}
		}
		for range 500 {
			p := rng.Float64()
			outcome(p, 1-p)
		}
		if e := d.Error(); d.Alarms() != 1 || e < 0.15 {
			t.Errorf("seed %d: %d alarms, calibration error %.3f of what is upside down", seed, d.Alarms(), e)
		}
		if recent, long := d.Losses(); recent < long+0.1 {
			t.Errorf("seed %d: the recent loss %.3f does not rise above %.3f", seed, recent, long)
		}
	}
}

// A predictor that gets better, and one that knows nothing all the time, raise no alarm.
func TestDriftOfWhatIsNotWorse(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 8))
	var better, ignorant Drift
	for i := range 10_000 {
		truth := 0.05 + 0.9*float64(rng.IntN(2))
		known := float64(i) / 10_000
		happened := rng.Float64() < truth
		if better.See(0.5+(truth-0.5)*known, happened) || ignorant.See(0.5, happened) {
			t.Fatalf("an alarm at %d", i)
		}
	}
}

func TestDriftByHand(t *testing.T) {
	var d Drift
	if recent, _ := d.Losses(); !math.IsNaN(recent) || !math.IsNaN(d.Error()) {
		t.Error("nothing seen says something")
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		d.See(p, true)
	}
	if d != (Drift{}) {
		t.Error("what is no probability counts")
	}
	d.See(0.25, true)
	d.See(1, true)
	b := d.Bins()
	if b[9] != (Bin{1, 1, 1}) || math.Abs(b[2].Expected-0.25*0.999) > 1e-12 || b[2].Happened != 0.999 {
		t.Errorf("bins %+v", b)
	}
	if got, want := d.Error(), 0.75*0.999/1.999; math.Abs(got-want) > 1e-12 {
		t.Errorf("calibration error %v, want %v", got, want)
	}
	recent, _ := d.Losses()
	if want := -math.Log(0.25) / 2; math.Abs(recent-want) > 1e-12 {
		t.Errorf("log loss %v, want %v", recent, want)
	}
}
