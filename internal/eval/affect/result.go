package affect

import (
	"context"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// Result is all that an evaluation found. Its JSON names are stable and documented in docs/mood-quality.md.
type Result struct {
	Version   int         `json:"version"`
	Data      Data        `json:"data"`
	Fairness  Fairness    `json:"fairness"`
	Summary   Summary     `json:"summary"`
	Models    []Measured  `json:"models"`
	Diary     *Diary      `json:"diary"` // null if there is none
	Published []Published `json:"published"`
	timeline  timeline
}

// Data says what was evaluated.
type Data struct {
	Subjects []string `json:"subjects"`           // who was tested
	Teachers []string `json:"teachers,omitempty"` // on whom weights were fitted too
	Windows  int      `json:"windows"`
	Labelled Labelled `json:"labelled"`
	Reports  int      `json:"reports"` // of valence and arousal
	Notices  []string `json:"notices"` // what was left out, and why
}

// Labelled counts windows that lie wholly in a condition.
type Labelled struct {
	Baseline   int `json:"baseline"`
	Stress     int `json:"stress"`
	Amusement  int `json:"amusement"`
	Meditation int `json:"meditation"`
}

// Fairness says what was checked before anything was believed. If a check fails there is no result.
type Fairness struct {
	Refits      int `json:"refits"`      // with the held-out person replaced by nonsense: same weights
	Truncations int `json:"truncations"` // of recordings: same readings before the cut
}

// Measured is how good one model is on people whom it never saw.
type Measured struct {
	Name                   string      `json:"name"`
	Note                   string      `json:"note"`
	Answered               eval.Number `json:"answered"` // share of labelled windows with a reading; the others count as guesses
	TwoClass               Classified  `json:"twoClass"`
	TwoClassWithMeditation Classified  `json:"twoClassWithMeditation"`
	ThreeClass             Classified  `json:"threeClass"`
	Valence                Agreement   `json:"valence"`
	Arousal                Agreement   `json:"arousal"`
	Thresholds             []Operating `json:"thresholds"`
	Rails                  []Rail      `json:"rails"`
}

// Summary is what most people ask for, of the first model; Heart is of the model for heart rate and its variability alone.
type Summary struct {
	TwoClassAccuracy         eval.Number   `json:"twoClassAccuracy"`
	TwoClassMacroF1          eval.Number   `json:"twoClassMacroF1"`
	TwoClassFilteredAccuracy eval.Number   `json:"twoClassFilteredAccuracy"`
	HeartFilteredAccuracy    eval.Number   `json:"heartFilteredAccuracy"`
	ThreeClassAccuracy       eval.Number   `json:"threeClassAccuracy"`
	ThreeClassFiltered       eval.Number   `json:"threeClassFilteredAccuracy"`
	ECE                      eval.Number   `json:"ece"`
	ArousalCCC               eval.Number   `json:"arousalCCC"`
	ValenceCCC               eval.Number   `json:"valenceCCC"`
	Unprotected              eval.Number   `json:"unprotected"`   // at probability 0.10, filtered
	OverProtected            eval.Number   `json:"overProtected"` // at the same
	BaselineGain             eval.Interval `json:"baselineGain"`  // 2-class accuracy per window with less without the personal baseline
}

// Options say how to evaluate.
type Options struct {
	Recipes  []Recipe    // the first is what is shipped; nil: Recipes
	Teachers []Recording // further people to fit on, who are not tested
	Diary    []Diarist
	Notices  []string
	Progress func(done, of int) // may be called from several goroutines at once; nil: nobody listens
}

// Evaluate tests each recipe on each person and checks that this was fair; if not, it returns an error that says who leaked
// where, and no result. It uses all processors; the recordings are changed meanwhile, and restored.
func Evaluate(ctx context.Context, recordings []Recording, o Options) (*Result, error) {
	if o.Recipes == nil {
		o.Recipes = Recipes()
	}
	res := &Result{Version: 1, Data: describe(recordings, o), Published: published}
	if n := &res.Data.Labelled; n.Baseline == 0 || n.Stress == 0 || n.Amusement == 0 {
		return nil, fault.Field("data", "labels.csv must tell of baseline, stress and amusement, each for more than a minute: there are %d, %d and %d windows",
			n.Baseline, n.Stress, n.Amusement)
	}
	if err := auditSignals(recordings); err != nil {
		return nil, err
	}
	step := steps(2*len(o.Recipes)*len(recordings), o.Progress)
	walks := make([][]walked, len(o.Recipes))
	for i, r := range o.Recipes {
		var err error
		if walks[i], err = walk(ctx, recordings, o.Teachers, r, step); err != nil {
			return nil, err
		}
	}
	if err := audit(ctx, recordings, o.Teachers, o.Recipes, walks, step); err != nil {
		return nil, err
	}
	res.Fairness = Fairness{len(o.Recipes) * len(recordings), len(truncations) * len(o.Recipes) * len(recordings)}
	var err error
	if res.Models, err = measureAll(recordings, o.Recipes, walks); err != nil {
		return nil, err
	}
	res.summarise(recordings, walks)
	if len(o.Diary) > 0 {
		res.Diary = predict(o.Diary)
	}
	res.timeline = timelineOf(recordings, walks[0], res.Models[0].TwoClass.Filtered.Worst.Name)
	return res, nil
}

func describe(recordings []Recording, o Options) Data {
	d := Data{Notices: append([]string{}, o.Notices...)}
	for _, r := range o.Teachers {
		d.Teachers = append(d.Teachers, r.Subject)
	}
	for _, r := range recordings {
		d.Subjects = append(d.Subjects, r.Subject)
		d.Windows += len(r.Windows)
		for _, c := range r.Labels {
			switch n := &d.Labelled; c {
			case Baseline:
				n.Baseline++
			case Stress:
				n.Stress++
			case Amusement:
				n.Amusement++
			case Meditation:
				n.Meditation++
			}
		}
		for _, s := range r.Spans {
			if s.Reported {
				d.Reports++
			}
		}
	}
	return d
}

func measure(recordings []Recording, r Recipe, ws []walked) (Measured, error) {
	m := Measured{
		Name: r.Name, Note: r.Note, Answered: answered(recordings, ws),
		TwoClass:               twoClass.measure(recordings, ws),
		TwoClassWithMeditation: twoClassWithMeditation.measure(recordings, ws),
		ThreeClass:             threeClass.measure(recordings, ws),
		Valence:                agreement(recordings, ws, false),
		Arousal:                agreement(recordings, ws, true),
		Thresholds:             operating(recordings, ws),
	}
	var err error
	m.Rails, err = replay(recordings, ws)
	return m, err
}

func answered(recordings []Recording, ws []walked) eval.Number {
	var n, told eval.Number
	for k, r := range recordings {
		for i, c := range r.Labels {
			if c != None {
				n++
				told += eval.Number(index(ws[k].readings[i] != wearable.Reading{}))
			}
		}
	}
	return told / n
}
