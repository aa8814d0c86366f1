package baseline_test

import (
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/mood/baseline"
)

func TestCompare(t *testing.T) {
	cues := []baseline.Cue{{Floor: 0.1, Arousal: 0.1}, {Floor: 0.1, Valence: 0.2}, {Floor: 0.1, Arousal: -0.3}}
	norms := make([]baseline.Norm, 3)
	if v, a, share := baseline.Compare(cues, norms, []float64{1, 1, 1}, 1, pace); v != 0 || a != 0 || share != 0 {
		t.Errorf("the first measurement tells %v, %v, %v", v, a, share)
	}
	for i := range 50 {
		x := 1 + float64(i%2*2-1)*0.9 // mean 1, standard deviation 0.9, floor 0.1
		baseline.Compare(cues, norms, []float64{x, x, x}, 1, pace)
	}
	for i := range norms {
		norms[i].Mean, norms[i].Var = 1, 0.81
	}
	before := norms[0]
	v, a, share := baseline.Compare(cues, norms, []float64{2, 2, math.NaN()}, 1, pace)
	z := 3 * math.Tanh(1/3.0)
	if math.Abs(v-0.2*z) > 1e-12 || math.Abs(a-0.1*z) > 1e-12 || math.Abs(share-0.25) > 1e-12 {
		t.Errorf("%v, %v, %v", v, a, share)
	}
	if norms[0] == before || norms[2].Mean != 1 {
		t.Error("it learned what was not measured, or not what was")
	}
	if _, a, _ := baseline.Compare(cues, norms, []float64{1e300, 1, 1}, 1, pace); a > 0.3 {
		t.Errorf("one cue adds %v", a)
	}
}

func TestSnapshot(t *testing.T) {
	norms := []baseline.Norm{{Mean: 1, Var: 2, Weight: 3}, {Mean: -4, Var: 5, Weight: 6}}
	b := baseline.Append([]byte("x"), norms)
	back := make([]baseline.Norm, 2)
	if baseline.Read(b[1:], back); len(b) != 1+2*baseline.Size || back[0] != norms[0] || back[1] != norms[1] {
		t.Errorf("%v became %v", norms, back)
	}
}
