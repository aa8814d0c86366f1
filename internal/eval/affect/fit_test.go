package affect

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// invented is a person in whom stress drives the heart, amusement warms the skin, and reports follow both.
func invented(seed uint64) Recording {
	rng := rand.New(rand.NewPCG(seed, 7))
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	r := Recording{Subject: string(rune('A' + seed))}
	heart, skin := 60+20*rng.Float64(), rng.Float64()
	for _, c := range []Condition{None, Baseline, None, Stress, None, Amusement, Meditation} {
		from := at
		for range 60 {
			at = at.Add(physio.WindowStep)
			w := physio.Window{End: at, Quality: 1}
			for f := range w.Values {
				w.Values[f] = rng.NormFloat64()
			}
			w.Values[physio.HRLow], w.Values[physio.HRHigh] = 60+rng.NormFloat64(), 80+rng.NormFloat64()
			w.Values[physio.HRMean] = heart + 3*rng.NormFloat64()
			w.Values[physio.LnSCL] = skin + 0.2*rng.NormFloat64()
			w.Values[physio.TempMean] = 32 + 0.3*rng.NormFloat64()
			switch c {
			case Stress:
				w.Values[physio.HRMean] += 15
				w.Values[physio.LnSCL] += 0.5
			case Amusement:
				w.Values[physio.TempMean] += 0.6
			}
			r.Windows = append(r.Windows, w)
		}
		s := Span{Condition: c, From: from, To: at, Reported: c != None, Valence: 0.4, Arousal: -0.4}
		if c == Stress {
			s.Valence, s.Arousal = -0.3, 0.6
		}
		s.Valence += 0.2 * rng.NormFloat64()
		r.Spans = append(r.Spans, s)
	}
	r.label()
	return r
}

func people4() (out []Recording) {
	for seed := range uint64(5) {
		out = append(out, invented(seed))
	}
	return out
}

// TestFit: on people who were invented to be told apart, somebody left out is told apart.
func TestFit(t *testing.T) {
	all := people4()
	w, err := Fit(all[1:], false)
	if err != nil {
		t.Fatal(err)
	}
	right, n := 0, 0
	var v, a [numConditions]float64
	var count [numConditions]float64
	for i, r := range (Worn{w}).Walk(all[0].Windows) {
		l := all[0].Labels[i]
		if l == None || r.At.IsZero() {
			continue
		}
		n++
		if (r.Stress > 0.5) == (l == Stress) {
			right++
		}
		v[l], a[l], count[l] = v[l]+r.Valence, a[l]+r.Arousal, count[l]+1
	}
	if share := float64(right) / float64(n); share < 0.97 {
		t.Errorf("stress is told in %.2f of the windows", share)
	}
	if v[Stress]/count[Stress] > 0 || a[Stress]/count[Stress] < 0.3 || a[Baseline]/count[Baseline] > 0 {
		t.Errorf("valence %v, arousal %v of %v windows by condition", v, a, count)
	}
	if w.Wrist.Arousal.Variance > 0.2 || !strings.Contains(w.Origin, "4 recordings") {
		t.Errorf("variance %v, origin %q", w.Wrist.Arousal.Variance, w.Origin)
	}
	again, _ := Fit(people4()[1:], false)
	if !bytes.Equal(Worn{w}.Fingerprint(), Worn{again}.Fingerprint()) {
		t.Error("the same recordings gave other weights")
	}
	none, err := Fit(all[1:], true)
	if err != nil || !none.Impersonal {
		t.Errorf("impersonal: %v", err)
	}
}

// TestFitRefuses what can't teach.
func TestFitRefuses(t *testing.T) {
	calm := invented(1)
	for i, l := range calm.Labels {
		if l == Stress {
			calm.Labels[i] = None
		}
	}
	silent := invented(1)
	for i := range silent.Spans {
		silent.Spans[i].Reported = false
	}
	for want, r := range map[string]Recording{"baseline, stress and amusement": calm, "at least 4 self-reports": silent} {
		if _, err := Fit([]Recording{r}, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want a word about %s", err, want)
		}
	}
	if _, err := Fit([]Recording{invented(1)}, false); err != nil {
		t.Errorf("one person: %v", err)
	}
}

// TestRegression: known answers.
func TestRegression(t *testing.T) {
	var d, yes design
	rng := rand.New(rand.NewPCG(1, 1))
	for range 4000 {
		x := []float64{3 + 2*rng.NormFloat64(), rng.NormFloat64()}
		d.add(x, 1, 0.5+2*x[0]-x[1])
		y := 0.0
		if rng.Float64() < 1/(1+math.Exp(-(x[0]-3-0.5*x[1]))) {
			y = 1
		}
		yes.add(x, 1, y)
	}
	if l := leastSquares(&d, 1e-9); math.Abs(l.bias-0.5)+math.Abs(l.weights[0]-2)+math.Abs(l.weights[1]+1) > 1e-9 {
		t.Errorf("least squares: %+v", l)
	}
	if l := logistic(&yes, 1e-9, 0); math.Abs(l.bias+3) > 0.3 || math.Abs(l.weights[0]-1) > 0.1 || math.Abs(l.weights[1]+0.5) > 0.1 {
		t.Errorf("logistic: %+v", l)
	}
	var apart design // can be told apart by any threshold from 1 to 2: only the penalty keeps this finite
	for _, x := range []float64{0, 1, 2, 3} {
		apart.add([]float64{x}, 1, math.Floor(x/2))
	}
	if l := logistic(&apart, 1, 0); !(l.weights[0] > 0.1 && l.weights[0] < 10) {
		t.Errorf("separable: %+v", l)
	}
}
