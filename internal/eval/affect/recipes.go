package affect

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// Names of models that the summary looks for.
const (
	heartName      = "heart"
	impersonalName = "no baseline"
)

// nan is no figure. Constant.
var nan = eval.Number(math.NaN())

// Recipes are what is compared if nothing else is asked for. All but the last two read through a [wearable.Wearer], as a phone
// does, from the first second of a recording.
func Recipes() []Recipe {
	fitted := func(impersonal, heart bool) func([]Recording) (Model, error) {
		return func(train []Recording) (Model, error) {
			w, err := Fit(train, impersonal)
			if err != nil {
				return nil, err
			}
			if heart {
				return strapped{Worn{w}}, nil
			}
			return Worn{w}, nil
		}
	}
	shipped := func([]Recording) (Model, error) { return Worn{wearable.Default()}, nil }
	return []Recipe{
		{"causal", "weights fitted on the others; values compared with the person's own past", fitted(false, false)},
		{impersonalName, "weights fitted on the others; values compared with the population", fitted(true, false)},
		{heartName, "as causal, with heart rate, its variability and the pulse's shape alone", fitted(false, true)},
		{"shipped", "the weights that come with the program, made by hand and calibrated on invented people", shipped},
		Plain(true),
		{"clock", "a control that sees nothing but the time since the recording began: the study's order of conditions", func(train []Recording) (Model, error) {
			return fitClock(train), nil
		}},
	}
}

// strapped is a model for a device without skin conductance, skin temperature and acceleration.
type strapped struct{ Model }

// Walk implements Model.
func (m strapped) Walk(windows []physio.Window) []wearable.Reading {
	return m.Model.Walk(bare(windows))
}

// bare leaves of windows what such a device measures.
func bare(windows []physio.Window) []physio.Window {
	out := make([]physio.Window, len(windows))
	for i, w := range windows {
		for f := range physio.NumFeatures {
			if !f.OfHeart() {
				w.Values[f] = math.NaN()
			}
		}
		out[i] = w
	}
	return out
}

// Table returns weights that were fitted on all of the recordings, as a file for whoever may use them.
func Table(recordings []Recording) ([]byte, error) {
	w, err := Fit(recordings, false)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range recordings {
		names = append(names, r.Subject)
	}
	w.Origin = strings.TrimSuffix(w.Origin, ".") + ": " + strings.Join(names, ", ") + "."
	b, err := json.MarshalIndent(w, "", "  ")
	return append(b, '\n'), err
}
