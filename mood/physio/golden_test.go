package physio_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// golden is what NeuroKit2 says about series and signals that were invented for this test; null is NaN.
type golden struct {
	HRV []struct {
		Name     string
		NN, Ends []*float64
		Want     map[string]*float64
	}
	EDA []struct {
		Name                                           string
		Rate                                           float64
		X, Tonic, Phasic                               []float64
		Onset, Peak, Height, Amplitude, Rise, Recovery []*float64
		RecoveryTime                                   []*float64 `json:"recovery_time"`
	}
}

func loadGolden(t *testing.T) (g golden) {
	t.Helper()
	data, err := os.ReadFile("testdata/neurokit.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func number(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

func numbers(p []*float64) (x []float64) {
	for _, v := range p {
		x = append(x, number(v))
	}
	return x
}

func same(got, want float64) bool {
	return math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= 1e-6
}

func figures(h *physio.HRV) map[string]float64 {
	return map[string]float64{
		"MeanNN": h.MeanNN, "SDNN": h.SDNN, "RMSSD": h.RMSSD, "SDSD": h.SDSD, "CVNN": h.CVNN, "CVSD": h.CVSD,
		"MedianNN": h.MedianNN, "MadNN": h.MadNN, "MCVNN": h.MCVNN, "IQRNN": h.IQRNN, "Prc20NN": h.Prc20NN,
		"Prc80NN": h.Prc80NN, "pNN50": h.PNN50, "pNN20": h.PNN20, "MinNN": h.MinNN, "MaxNN": h.MaxNN, "HTI": h.HTI,
		"PIP": h.PIP, "IALS": h.IALS, "PSS": h.PSS, "PAS": h.PAS,
	}
}

func TestVariabilityAsNeuroKit(t *testing.T) {
	for _, c := range loadGolden(t).HRV {
		h := physio.Variability(numbers(c.NN), numbers(c.Ends))
		got := figures(&h)
		if len(got) != len(c.Want) {
			t.Fatalf("%d figures, want %d", len(got), len(c.Want))
		}
		for name, want := range c.Want {
			if !same(got[name], number(want)) {
				t.Errorf("%s: %s is %.9g, want %.9g", c.Name, name, got[name], number(want))
			}
		}
	}
}

func TestVariabilityOfLittle(t *testing.T) {
	for _, nn := range [][]float64{nil, {math.NaN()}, {800}, {math.Inf(1), 800}, {800, 810}} {
		h := physio.Variability(nn, nil)
		if n := len(nn); n == 2 && nn[1] == 810 {
			if h.RMSSD != 10 || !math.IsNaN(h.SDSD) {
				t.Errorf("two intervals: RMSSD %g, want 10; SDSD %g, want NaN", h.RMSSD, h.SDSD)
			}
		} else if !math.IsNaN(h.SDNN) || !math.IsNaN(h.RMSSD) {
			t.Errorf("%v: SDNN %g, RMSSD %g, want NaN", nn, h.SDNN, h.RMSSD)
		}
	}
}

func TestSkinConductanceAsNeuroKit(t *testing.T) {
	for _, c := range loadGolden(t).EDA {
		t.Run(c.Name, func(t *testing.T) {
			tonic, phasic, err := physio.Decompose(c.X, c.Rate)
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.X {
				if !same(tonic[i], c.Tonic[i]) || !same(phasic[i], c.Phasic[i]) {
					t.Fatalf("sample %d: tonic %.9g, phasic %.9g, want %.9g, %.9g", i, tonic[i], phasic[i], c.Tonic[i], c.Phasic[i])
				}
			}
			got := physio.Responses(phasic, c.Rate)
			if len(got) != len(c.Peak) {
				t.Fatalf("%d responses, want %d", len(got), len(c.Peak))
			}
			index := func(i int) float64 {
				if i < 0 {
					return math.NaN()
				}
				return float64(i)
			}
			for i, r := range got {
				for _, x := range []struct {
					name string
					got  float64
					want *float64
				}{
					{"onset", index(r.Onset), c.Onset[i]},
					{"peak", index(r.Peak), c.Peak[i]},
					{"recovery", index(r.Recovery), c.Recovery[i]},
					{"height", r.Height, c.Height[i]},
					{"amplitude", r.Amplitude, c.Amplitude[i]},
					{"rise", r.Rise, c.Rise[i]},
					{"half recovery", r.HalfRecovery, c.RecoveryTime[i]},
				} {
					if !same(x.got, number(x.want)) {
						t.Errorf("response %d: %s is %.9g, want %.9g", i, x.name, x.got, number(x.want))
					}
				}
			}
		})
	}
}
