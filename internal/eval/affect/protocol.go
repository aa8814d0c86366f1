package affect

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// Model estimates the mood of somebody whom it never saw.
type Model interface {
	// Walk goes through somebody's windows from the first second on, and returns a reading for each; its zero where there
	// is none. A reading may depend on its window and those before it.
	Walk(windows []physio.Window) []wearable.Reading
	// Fingerprint is all that was learned, byte for byte.
	Fingerprint() []byte
}

// Recipe is one way of making a model. Fit must depend on the recordings that it is given alone.
type Recipe struct {
	Weights  string // fitted on the others, or shipped
	Baseline string // what values are compared with: causal (the person's own past) or none
	Features string // all, or heart: heart rate, its variability and the pulse's amplitude
	Fit      func(train []Recording) (Model, error)
}

// outcome is what was read in one labelled window.
type outcome struct {
	subject   int
	span      int
	condition Condition
	reading   wearable.Reading
}

// Progress is told how many of all folds are done. It may be called from several goroutines at once.
type Progress func(done, of int)

// walk tests a recipe on each person with a model that was fitted on the others.
func walk(recordings []Recording, r Recipe, done func()) ([]outcome, error) {
	folds, errs := make([][]outcome, len(recordings)), make([]error, len(recordings))
	next := atomic.Int64{}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(recordings)) {
		wg.Go(func() {
			for k := int(next.Add(1)) - 1; k < len(recordings); k = int(next.Add(1)) - 1 {
				folds[k], errs[k] = fold(recordings, k, r)
				done()
			}
		})
	}
	wg.Wait()
	for k, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("without %s: %w", recordings[k].Subject, err)
		}
	}
	return slices.Concat(folds...), nil
}

func fold(recordings []Recording, k int, r Recipe) ([]outcome, error) {
	m, err := r.Fit(without(recordings, k))
	if err != nil {
		return nil, err
	}
	test := &recordings[k]
	var out []outcome
	for i, reading := range m.Walk(test.Windows) {
		if test.Labels[i] != None && !reading.At.IsZero() {
			out = append(out, outcome{subject: k, span: test.span[i], condition: test.Labels[i], reading: reading})
		}
	}
	return out, nil
}

func without(recordings []Recording, k int) []Recording {
	return slices.Concat(recordings[:k], recordings[k+1:])
}

// Audit proves that a recipe is tested fairly, or returns a fault that says who leaked where. For each person the model is
// fitted once more while everything of that person is replaced by nonsense: it must come out the same, byte for byte.
// And what a model reads must not depend on windows, nor windows on samples, that come later.
func Audit(recordings []Recording, r Recipe) error {
	own := slices.Clone(recordings)
	for k := range own {
		before, err := r.Fit(without(own, k))
		if err != nil {
			return err
		}
		kept := recordings[k]
		recordings[k] = nonsense(kept)
		after, err := r.Fit(without(recordings, k))
		recordings[k] = kept
		if err != nil {
			return err
		}
		if !bytes.Equal(before.Fingerprint(), after.Fingerprint()) {
			return leak("%s: the weights change with that person's own data; they must be fitted on the others alone", kept.Subject)
		}
		whole := before.Walk(kept.Windows)
		for _, part := range []float64{0.3, 0.6, 0.9} {
			n := int(part * float64(len(kept.Windows)))
			if !slices.Equal(before.Walk(kept.Windows[:n]), whole[:n]) {
				return leak("%s: readings up to window %d change with what comes after it", kept.Subject, n)
			}
		}
	}
	return nil
}

// AuditSignals does the same for windows: they must not depend on samples that come later. Recordings without samples,
// such as invented windows, pass.
func AuditSignals(recordings []Recording) error {
	for _, r := range recordings {
		if len(r.raw.pulse.values) == 0 || len(r.Windows) == 0 {
			continue
		}
		until := r.Windows[len(r.Windows)/2].End.Add(3500 * time.Millisecond)
		short, err := r.raw.windows(until)
		if err != nil {
			return err
		}
		for i, w := range short {
			if !same(w, r.Windows[i]) {
				return leak("%s: the window that ends at %s changes with samples after it", r.Subject, w.End.Format(time.TimeOnly))
			}
		}
	}
	return nil
}

func same(a, b physio.Window) bool {
	for i := range a.Values {
		if math.Float64bits(a.Values[i]) != math.Float64bits(b.Values[i]) {
			return false
		}
	}
	return a.End.Equal(b.End) && a.Quality == b.Quality
}

func leak(format string, args ...any) error {
	return fault.New(fault.Internal, fault.CodeInternal, "The evaluation is not fair: "+format+".", args...)
}

// nonsense is somebody of whom nothing is left but the times.
func nonsense(r Recording) Recording {
	r.Windows, r.Labels, r.Spans = slices.Clone(r.Windows), slices.Clone(r.Labels), slices.Clone(r.Spans)
	for i := range r.Windows {
		for f := range r.Windows[i].Values {
			r.Windows[i].Values[f] = float64((i*31+f*17)%101) - 50
		}
		if r.Labels[i] != None {
			r.Labels[i] = 1 + Condition(i)%(numConditions-1)
		}
	}
	for i := range r.Spans {
		r.Spans[i].Valence, r.Spans[i].Arousal = -r.Spans[i].Arousal, -r.Spans[i].Valence
	}
	return r
}

// Tasks of classification.
const (
	TwoClass      = "2-class"                 // stress against baseline and amusement
	TwoClassRest  = "2-class with meditation" // stress against these and meditation
	ThreeClass    = "3-class"                 // baseline, stress, amusement
	perWindow     = "window"
	withFilter    = "filtered"
	bootstrapSeed = 1
)

// guesses turns outcomes into answers for a task, with the subject of each.
func guesses(out []outcome, task string, filtered bool) (gs []eval.Guess, subjects []int) {
	for i := range out {
		o := &out[i]
		if o.condition == Meditation && task != TwoClassRest {
			continue
		}
		var g eval.Guess
		switch p := &o.reading; {
		case task == ThreeClass:
			classes := p.Classes
			if filtered {
				classes = p.Lasting
			}
			g = eval.Guess{P: classes[:], Truth: int(o.condition - Baseline)}
		default:
			stress := p.Stress
			if filtered {
				stress = p.Filtered
			}
			g = eval.Guess{P: []float64{1 - stress, stress}}
			if o.condition == Stress {
				g.Truth = 1
			}
		}
		gs, subjects = append(gs, g), append(subjects, o.subject)
	}
	return gs, subjects
}
