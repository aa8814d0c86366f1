package baseline_test

import (
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/mood/baseline"
)

var pace = baseline.Pace{Settle: 30, Horizon: 250}

func learned(values ...float64) *baseline.Norm {
	var n baseline.Norm
	for _, x := range values {
		n.Learn(x, 0.1, 1, pace)
	}
	return &n
}

// TestSettles: before it fades anything, a norm is the plain mean and population variance.
func TestSettles(t *testing.T) {
	n := learned(2, 4, 4, 4, 5, 5, 7, 9)
	if math.Abs(n.Mean-5) > 1e-12 || math.Abs(n.Var-4) > 1e-12 || n.Weight != 8 {
		t.Errorf("mean %v, variance %v, weight %v, want 5, 4, 8", n.Mean, n.Var, n.Weight)
	}
	if got := n.Score(9.2, 0.1); math.Abs(got-2) > 1e-12 {
		t.Errorf("score %v, want 2: (9.2 - 5) / (2 + 0.1)", got)
	}
	if n.Score(1e9, 0.1) != 5 || n.Score(-1e9, 0.1) != -5 || n.Score(math.NaN(), 0.1) != 0 {
		t.Error("scores are not held within 5")
	}
	if new(baseline.Norm).Score(3, 0.1) != 0 {
		t.Error("there is a score though nothing is usual")
	}
}

// TestAnEpisodeIsNotTheBaseline: half as much again of something else moves a settled norm by little.
func TestAnEpisodeIsNotTheBaseline(t *testing.T) {
	var n baseline.Norm
	for i := range 200 {
		n.Learn(float64(i%3), 0.1, 1, pace)
	}
	before := n
	n.Learn(1e6, 0.1, 1, pace)
	if moved := n.Mean - before.Mean; moved <= 0 || moved > 0.02 {
		t.Errorf("one glitch moved the mean by %v", moved)
	}
	n = before
	for range 20 {
		n.Learn(30, 0.1, 1, pace)
	}
	if n.Mean > 2 || n.Score(30, 0.1) != 5 {
		t.Errorf("after an episode the mean is %v and the episode scores %v", n.Mean, n.Score(30, 0.1))
	}
	for range 2000 { // a change that stays is usual in the end
		n.Learn(30, 0.1, 1, pace)
	}
	if math.Abs(n.Mean-30) > 0.5 {
		t.Errorf("what stayed for long is still not usual: mean %v", n.Mean)
	}
}

// TestWeights: ten times a tenth is nearly once a whole, so the rate of measurements does not matter.
func TestWeights(t *testing.T) {
	var whole, tenths baseline.Norm
	for i := range 400 {
		x := math.Sin(float64(i) / 7)
		whole.Learn(x, 0.1, 1, pace)
		for range 10 {
			tenths.Learn(x, 0.1, 0.1, pace)
		}
	}
	if math.Abs(whole.Mean-tenths.Mean) > 0.01 || math.Abs(whole.Var-tenths.Var) > 0.01 || math.Abs(whole.Weight-tenths.Weight) > 1e-9 {
		t.Errorf("%+v, in tenths %+v", whole, tenths)
	}
}

// FuzzLearn: whatever comes, a norm stays sound and its scores in range.
func FuzzLearn(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 1.0)
	f.Add(math.NaN(), math.Inf(1), -1e308, 1e-300)
	f.Add(1e308, -1e308, 1e308, math.Inf(1))
	f.Fuzz(func(t *testing.T, a, b, c, weight float64) {
		var n baseline.Norm
		for i := range 60 {
			n.Learn([]float64{a, b, c, 0}[i%4], 0.1, weight, pace)
			if math.IsNaN(n.Mean+n.Var) || math.IsInf(n.Mean+n.Var, 0) || n.Var < 0 {
				t.Fatalf("%+v", n)
			}
			if z := n.Score(b, 0.1); !(math.Abs(z) <= 5) {
				t.Fatalf("score %v of %+v", z, n)
			}
		}
		within := math.Max(math.Abs(a), math.Max(math.Abs(b), math.Abs(c)))
		if within < 1e100 && weight < 1 && !n.Sound(-within, within, 250) {
			t.Fatalf("not sound: %+v", n)
		}
	})
}

func TestSoundRefusesDamage(t *testing.T) {
	for _, n := range []baseline.Norm{
		{Mean: math.NaN(), Weight: 1},
		{Mean: 2, Weight: 1},
		{Var: -1, Weight: 1},
		{Var: math.Inf(1), Weight: 1},
		{Mean: 0.5},
		{Weight: 251},
		{Weight: math.NaN()},
	} {
		if n.Sound(0, 1, 250) {
			t.Errorf("%+v is called sound", n)
		}
	}
}

func BenchmarkLearn(b *testing.B) {
	var n baseline.Norm
	b.ReportAllocs()
	for i := range b.N {
		_ = n.Score(float64(i%7), 0.1)
		n.Learn(float64(i%7), 0.1, 1, pace)
	}
}
