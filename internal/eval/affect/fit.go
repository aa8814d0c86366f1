package affect

import (
	"math"
	"strconv"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// How weights are fitted. All of this was chosen by means over people, leaving one or half of them out, never for one person;
// results move by less than a hundredth when a penalty changes threefold. docs/mood.md tells what else was tried.
const (
	stressPenalty = 100  // L2, on weights of inputs of unit variance, against about 3,000 windows
	amusedPenalty = 1    // few inputs, against about 900 windows
	scalePenalty  = 1000 // against reports that weigh as many windows as:
	reportWindows = 30
	plattPenalty  = 1 // towards log-odds being right as they are
)

// amusedBy are the inputs that tell amusement from rest: those of the skin, and movement. Heart rate tells stress, and got in
// the way here.
var amusedBy = []physio.Feature{
	physio.LnSDNN, physio.LnSCL, physio.LnEDASD, physio.SCRRate, physio.TempMean, physio.TempSlope,
	physio.LnMotion, physio.LnJerk, physio.LnPulse,
}

// Fit makes weights from recordings. It is deterministic and looks at nothing else. Calibrations, and how far valence and
// arousal reach out, are from predictions for people left out in turn. Impersonal makes weights that compare with the
// population. The terms of the recordings are those of the weights.
func Fit(train []Recording, impersonal bool) (*wearable.Weights, error) {
	traces := make([]trace, len(train))
	for i := range train {
		traces[i] = follow(&train[i], impersonal)
	}
	if err := enough(traces); err != nil {
		return nil, err
	}
	var all, heart, warm []physio.Feature
	for f := range physio.NumFeatures {
		if f == physio.LnPulseRise || f == physio.PulseWidth || f == physio.PulseWidthSD {
			continue // the shape of the pulse, which differs from sensor to sensor, gave nothing
		}
		all = append(all, f)
		if f.OfHeart() {
			heart = append(heart, f)
		}
		if f.OfHeart() || f == physio.TempMean || f == physio.TempSlope {
			warm = append(warm, f)
		}
	}
	w := &wearable.Weights{
		Format: wearable.Format, Name: "fitted", Impersonal: impersonal,
		Origin: "Fitted to " + strconv.Itoa(len(train)) + " recordings by internal/eval/affect.Fit.",
		Terms:  "Those of the recordings.",
	}
	w.Wrist = wearable.Heads{
		Stress: fitLikelihood(traces, stressSight(all), stressPenalty),
		Amused: fitLikelihood(traces, amusedSight(amusedBy), amusedPenalty),
	}
	w.Heart = wearable.Heads{
		Stress: fitLikelihood(traces, stressSight(heart), stressPenalty),
		Amused: fitLikelihood(traces, amusedSight(heart), amusedPenalty),
	}
	w.Wrist.Valence, w.Wrist.Arousal = fitScales(traces, warm)
	w.Heart.Valence, w.Heart.Arousal = fitScales(traces, heart)
	if err := w.Check(); err != nil {
		return nil, err
	}
	return w, nil
}

// enough refuses recordings that don't hold what a head must tell apart.
func enough(traces []trace) error {
	var windows [numConditions]int
	reports := 0
	for _, t := range traces {
		for _, s := range t.steps {
			windows[s.label]++
		}
		for _, s := range t.spans {
			if s.Reported && s.Condition != None {
				reports++
			}
		}
	}
	switch {
	case windows[Baseline] == 0 || windows[Stress] == 0 || windows[Amusement] == 0:
		return fault.Field("data", "recordings to fit to must hold baseline, stress and amusement")
	case reports < 4:
		return fault.Field("data", "recordings to fit to must hold at least 4 self-reports, not %d", reports)
	}
	return nil
}

// trace is a recording as heads see it.
type trace struct {
	steps []step
	spans []Span
}

type step struct {
	contrast wearable.Contrast
	label    Condition
	span     int
	fresh    bool // what went before is forgotten
	seen     bool // a reading would be given
}

func follow(r *Recording, impersonal bool) trace {
	t, out := wearable.NewTracker(impersonal), trace{spans: r.Spans}
	for i := range r.Windows {
		c, fresh, ok := t.Take(&r.Windows[i], r.Windows[i].End)
		out.steps = append(out.steps, step{contrast: *c, label: r.Labels[i], span: r.span[i], fresh: fresh, seen: ok})
	}
	return out
}

// sight is what a head looks at, and what it is to tell.
type sight struct {
	window, recent []physio.Feature
	yes            Condition
	no             []Condition
}

func stressSight(features []physio.Feature) sight {
	return sight{features, features, Stress, []Condition{Baseline, Amusement, Meditation}}
}

func amusedSight(features []physio.Feature) sight {
	return sight{window: features, yes: Amusement, no: []Condition{Baseline}}
}

func (s *sight) inputs(c *wearable.Contrast, x []float64) []float64 {
	x = x[:0]
	for _, f := range s.window {
		x = append(x, c.Window[f])
	}
	for _, f := range s.recent {
		x = append(x, c.Recent[f])
	}
	return x
}

// answer is 1 or 0, or none for a condition that the head does not know.
func (s *sight) answer(c Condition) (y float64, ok bool) {
	if c == s.yes {
		return 1, true
	}
	for _, no := range s.no {
		if c == no {
			return 0, true
		}
	}
	return 0, false
}

func (s *sight) head(l linear) (h wearable.Head) {
	h.Bias = round(l.bias)
	for k, f := range s.window {
		h.Window[f] = round(l.weights[k])
	}
	for k, f := range s.recent {
		h.Recent[f] = round(l.weights[len(s.window)+k])
	}
	return h
}

// round leaves five digits: tables are read by people.
func round(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	return y
}

// each calls with everybody but one, and with that one; a single person is held against themselves.
func each(traces []trace, call func(rest []trace, out *trace)) {
	for k := range traces {
		rest := append(append([]trace{}, traces[:k]...), traces[k+1:]...)
		if len(rest) == 0 {
			rest = traces
		}
		call(rest, &traces[k])
	}
}

// fitLikelihood fits a logistic regression. Each answer weighs by the root of how rare it is.
func fitLikelihood(traces []trace, s sight, penalty float64) (h wearable.Likelihood) {
	h.Head = s.head(s.regress(traces, penalty))
	var alone, lasting design
	var x []float64
	each(traces, func(rest []trace, out *trace) {
		l := s.regress(rest, penalty)
		var memory wearable.Memory
		for i := range out.steps {
			t := &out.steps[i]
			if t.fresh {
				memory = wearable.Memory{}
			}
			if !t.seen {
				continue
			}
			x = s.inputs(&t.contrast, x)
			score := l.at(x)
			mean := memory.Take(score)
			if y, ok := s.answer(t.label); ok {
				alone.add([]float64{score}, 1, y)
				lasting.add([]float64{mean}, 1, y)
			}
		}
	})
	h.Alone, h.Lasting = platt(&alone), platt(&lasting)
	return h
}

func (s *sight) regress(traces []trace, penalty float64) linear {
	var count [2]float64
	var d design
	var x []float64
	for i := range traces {
		for k := range traces[i].steps {
			t := &traces[i].steps[k]
			if y, ok := s.answer(t.label); ok && t.seen {
				x = s.inputs(&t.contrast, x)
				d.add(x, 1, y)
				count[int(y)]++
			}
		}
	}
	for i, y := range d.target {
		d.weight[i] = math.Sqrt((count[0] + count[1]) / 2 / count[int(y)])
	}
	return logistic(&d, penalty, 0)
}

// platt calibrates log-odds; targets are drawn in by one case (Platt 1999).
func platt(d *design) wearable.Calibration {
	yes := 0.0
	for _, y := range d.target {
		yes += y
	}
	no := float64(d.rows()) - yes
	for i, y := range d.target {
		if y > 0 {
			d.target[i] = (yes + 1) / (yes + 2)
		} else {
			d.target[i] = 1 / (no + 2)
		}
	}
	l := logistic(d, plattPenalty, 1)
	return wearable.Calibration{Slope: round(min(max(l.weights[0], 0.05), 10)), Shift: round(min(max(l.bias, -100), 100))}
}
