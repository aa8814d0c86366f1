package affect

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// steps counts what is done.
func steps(of int, told func(done, of int)) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if done++; told != nil {
			told(done, of)
		}
	}
}

func measureAll(recordings []Recording, recipes []Recipe, walks [][]walked) ([]Measured, error) {
	out := make([]Measured, len(recipes))
	var each errgroup.Group
	each.SetLimit(runtime.GOMAXPROCS(0))
	for i := range recipes {
		each.Go(func() (err error) {
			out[i], err = measure(recordings, recipes[i], walks[i])
			return err
		})
	}
	return out, each.Wait()
}

// guardAt is the threshold of the summary, on the filtered probability of stress.
const guardAt = 0.1

func (r *Result) summarise(recordings []Recording, walks [][]walked) {
	m := &r.Models[0]
	r.Summary = Summary{
		TwoClassAccuracy: m.TwoClass.Window.Accuracy, TwoClassMacroF1: m.TwoClass.Window.MacroF1,
		TwoClassFilteredAccuracy: m.TwoClass.Filtered.Accuracy,
		ThreeClassAccuracy:       m.ThreeClass.Window.Accuracy, ThreeClassFiltered: m.ThreeClass.Filtered.Accuracy,
		ECE: m.TwoClass.Window.ECE, ArousalCCC: m.Arousal.CCC, ValenceCCC: m.Valence.CCC,
		HeartFilteredAccuracy: nan, BaselineGain: eval.Interval{Low: nan, High: nan},
	}
	if i := slices.IndexFunc(m.Thresholds, func(o Operating) bool { return o.Threshold == guardAt }); i >= 0 {
		r.Summary.Unprotected, r.Summary.OverProtected = m.Thresholds[i].Unprotected, m.Thresholds[i].OverProtected
	}
	for i := range r.Models {
		switch other := &r.Models[i]; other.Name {
		case heartName:
			r.Summary.HeartFilteredAccuracy = other.TwoClass.Filtered.Accuracy
		case impersonalName:
			r.Summary.BaselineGain = eval.Paired(twoClass.guesses(recordings, walks[0], false), twoClass.guesses(recordings, walks[i], false))
		}
	}
}

// timeline is how one held-out person's recording was read: for the report alone, since it shows a person.
type timeline struct {
	subject string
	spans   []Span
	at      []time.Time
	stress  []float64 // filtered
	valence []float64
	arousal []float64
}

func timelineOf(recordings []Recording, ws []walked, subject string) (t timeline) {
	k := slices.IndexFunc(recordings, func(r Recording) bool { return r.Subject == subject })
	if k < 0 {
		return t
	}
	t.subject, t.spans = subject, recordings[k].Spans
	for _, x := range ws[k].readings {
		if !x.At.IsZero() {
			t.at, t.stress = append(t.at, x.At), append(t.stress, x.Filtered)
			t.valence, t.arousal = append(t.valence, x.Valence), append(t.arousal, x.Arousal)
		}
	}
	return t
}

// Published is a figure of somebody else on the same recordings, leaving one person out.
type Published struct {
	Source   string      `json:"source"`
	Task     string      `json:"task"` // 2-class or 3-class
	Signals  string      `json:"signals"`
	Accuracy eval.Number `json:"accuracy"`
	MacroF1  eval.Number `json:"macroF1"`
	Checked  bool        `json:"checked"` // in the source itself; otherwise as cited, not re-checked
	Note     string      `json:"note"`    // what is not comparable
}

// published are figures on 15 people. Constant. Random splits of windows, which report up to 99.9 %, leak people and are
// left out.
var published = []Published{
	{"Schmidt et al. 2018 (WESAD)", "2-class", "wrist, random forest", .8833, .861, false, "windows of 60 s, step 0.25 s; 15 people"},
	{"Schmidt et al. 2018 (WESAD)", "2-class", "wrist, pulse alone, LDA", .858, nan, false, "the same"},
	{"Schmidt et al. 2018 (WESAD)", "2-class", "chest, LDA (best)", .9312, .915, false, "chest, not wrist; 15 people. The abstract's \"up to 93 %\" was checked"},
	{"Schmidt et al. 2018 (WESAD)", "3-class", "wrist, random forest", .7617, .663, false, "windows of 60 s, step 0.25 s; 15 people"},
	{"Schmidt et al. 2018 (WESAD)", "3-class", "wrist, pulse alone, LDA", .702, nan, false, "the same"},
	{"Schmidt et al. 2018 (WESAD)", "3-class", "chest, AdaBoost (best)", .8034, .725, false, "chest, not wrist; 15 people. The abstract's \"up to 80 %\" was checked"},
	{"wesad-wrist (code on the web)", "2-class", "wrist, MLP", .845, .808, true, "15 people; its own windows"},
	{"wesad-wrist (code on the web)", "3-class", "wrist, MLP", .684, .590, true, "15 people; its own windows"},
	{"JMIR AI 2024", "3-class", "CNN, subject-exclusive", .6765, .4305, true, "15 people; the 95 % that it reports with personal data is another question"},
	{"Prototype of this project", "2-class", "wrist, causal baseline", .955, .946, true, "15 people; beats found with later samples; filtered .966"},
	{"Prototype of this project", "3-class", "wrist, causal baseline", .832, .784, true, "15 people; the same; filtered .853"},
}
