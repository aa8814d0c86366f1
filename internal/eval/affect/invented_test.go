package affect

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// inventedPeople are recordings of people with different bodies: what a condition does to them is the same for all, in units of
// their own spread, and smaller than the differences between them.
func inventedPeople(people int, seed uint64) []Recording {
	order := []struct {
		name    string
		minutes int
		shift   float64 // in standard deviations of the person
		v, a    float64
	}{
		{"", 15, 0.3, 0, 0},
		{"baseline", 15, 0, 0.5, -0.5},
		{"", 5, 0.5, 0, 0},
		{"stress", 9, 3, -0.5, 0.75},
		{"", 5, 0.5, 0, 0},
		{"meditation1", 6, -1, 0.5, -0.75},
		{"amusement", 7, 0.4, 0.75, -0.25},
		{"meditation2", 6, -1, 0.5, -0.75},
	}
	var out []Recording
	for p := range people {
		rng := rand.New(rand.NewPCG(seed, uint64(p)))
		r := Recording{Subject: "P" + strconv.Itoa(p+1)}
		at := time.Date(2026, 3, 2+p, 9, 0, 0, 0, time.UTC)
		var mean, spread [physio.NumFeatures]float64
		for f := range mean {
			mean[f], spread[f] = 4*rng.NormFloat64(), 0.5+rng.Float64()
		}
		for _, o := range order {
			end := at.Add(time.Duration(o.minutes) * time.Minute)
			if o.name != "" {
				r.Spans = append(r.Spans, Span{
					Name: o.name, Condition: conditionNames[o.name], From: at, To: end, Reported: true,
					Valence: math.Tanh(o.v + 0.2*rng.NormFloat64()), Arousal: math.Tanh(o.a + 0.2*rng.NormFloat64()),
				})
			}
			for ; at.Before(end); at = at.Add(physio.WindowStep) {
				w := physio.Window{End: at.Add(physio.WindowStep), Quality: 0.8}
				for f := range w.Values {
					sign := []float64{1, -1, 0}[f%3]
					w.Values[f] = mean[f] + spread[f]*(sign*o.shift+rng.NormFloat64())
				}
				r.Windows = append(r.Windows, w)
			}
		}
		r.label()
		out = append(out, r)
	}
	return out
}
