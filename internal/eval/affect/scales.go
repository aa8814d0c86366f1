package affect

import (
	"math"

	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// fitScales fits valence and arousal to what people reported after each span.
//
// Fifty reports are few and coarse. So a span's target is what people said of its condition on average, and the penalty is
// strong. Both draw predictions towards the middle; a filter that weighs a measurement by its variance needs one that is not
// drawn in. So predictions are stretched until, for people left out in turn, they vary as much as their reports do.
func fitScales(traces []trace, features []physio.Feature) (valence, arousal wearable.Scale) {
	s := sight{recent: features}
	for d, scale := range []*wearable.Scale{&valence, &arousal} {
		var guesses, truths []float64 // of spans, less what is usual for everybody
		var within float64            // variance of windows about their span's mean
		var x []float64
		each(traces, func(rest []trace, out *trace) {
			l, usual := s.stretchless(rest, d)
			for k, span := range out.spans {
				var sum, squares, n float64
				for i := range out.steps {
					if t := &out.steps[i]; t.seen && t.span == k {
						x = s.inputs(&t.contrast, x)
						g := l.at(x) - usual
						sum, squares, n = sum+g, squares+g*g, n+1
					}
				}
				if n > 0 && span.Reported {
					guesses, truths = append(guesses, sum/n), append(truths, report(span, d)-usual)
					within += squares/n - sum/n*sum/n
				}
			}
		})
		stretch := min(math.Sqrt(variance(truths)/max(variance(guesses), 1e-6)), 5)
		scale.Variance = within / float64(len(guesses)) * stretch * stretch
		for i, g := range guesses {
			e := g*stretch - truths[i]
			scale.Variance += e * e / float64(len(guesses))
		}
		scale.Variance = round(min(max(scale.Variance, 0.01), 4))
		l, usual := s.stretchless(traces, d)
		l.bias = usual + (l.bias-usual)*stretch
		for k := range l.weights {
			l.weights[k] *= stretch
		}
		scale.Head = s.head(l)
	}
	return valence, arousal
}

func report(s Span, dimension int) float64 {
	if dimension == 0 {
		return s.Valence
	}
	return s.Arousal
}

// stretchless fits one dimension, and returns the mean target beside it.
func (s *sight) stretchless(traces []trace, dimension int) (l linear, usual float64) {
	var said, reports [numConditions]float64
	for _, t := range traces {
		for _, span := range t.spans {
			if span.Reported {
				said[span.Condition] += report(span, dimension)
				reports[span.Condition]++
			}
		}
	}
	var d design
	var x []float64
	total := 0.0
	for i := range traces {
		t := &traces[i]
		for k, span := range t.spans {
			if !span.Reported || span.Condition == None {
				continue
			}
			from := d.rows()
			for j := range t.steps {
				if st := &t.steps[j]; st.seen && st.span == k {
					x = s.inputs(&st.contrast, x)
					d.add(x, 1, said[span.Condition]/reports[span.Condition])
				}
			}
			for r := from; r < d.rows(); r++ {
				d.weight[r] = reportWindows / float64(d.rows()-from)
				usual += d.weight[r] * d.target[r]
				total += d.weight[r]
			}
		}
	}
	return leastSquares(&d, scalePenalty), usual / total
}

func variance(x []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sum += (v - mean) * (v - mean)
	}
	return sum / float64(len(x))
}
