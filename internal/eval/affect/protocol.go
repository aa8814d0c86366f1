package affect

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

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
	Name string
	Note string // what it is, in a sentence
	Fit  func(train []Recording) (Model, error)
}

// walked is what a recipe read in one person's recording, knowing nobody but the others.
type walked struct {
	model    Model
	readings []wearable.Reading // of each window; zero: none
}

// walk tests a recipe on each person with a model that was fitted on the others, teachers among them. It calls done after each person, maybe
// from several goroutines at once.
func walk(ctx context.Context, recordings, teachers []Recording, r Recipe, done func()) ([]walked, error) {
	out := make([]walked, len(recordings))
	folds, ctx := errgroup.WithContext(ctx)
	folds.SetLimit(runtime.GOMAXPROCS(0))
	for k := range recordings {
		folds.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			m, err := r.Fit(others(recordings, k, teachers))
			if err != nil {
				return fmt.Errorf("without %s: %w", recordings[k].Subject, err)
			}
			out[k] = walked{m, m.Walk(recordings[k].Windows)}
			done()
			return nil
		})
	}
	return out, folds.Wait()
}

func others(recordings []Recording, k int, teachers []Recording) []Recording {
	return slices.Concat(recordings[:k], recordings[k+1:], teachers)
}

// audit proves that walks were fair, or returns a fault that says who leaked where. For each person the models are fitted
// once more while everything of that person is replaced by nonsense, in place, so that a recipe that holds on to the
// recordings is caught too: they must come out the same, byte for byte. And a reading must not depend on windows that come
// later.
func audit(ctx context.Context, recordings, teachers []Recording, recipes []Recipe, walks [][]walked, done func()) error {
	for k := range recordings {
		restore := scramble(&recordings[k])
		refits, ctx := errgroup.WithContext(ctx)
		refits.SetLimit(runtime.GOMAXPROCS(0))
		for i, r := range recipes {
			refits.Go(func() error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				defer done()
				return sameWeights(recordings, k, teachers, r, walks[i][k].model)
			})
		}
		err := refits.Wait()
		restore()
		if err != nil {
			return err
		}
		for i, r := range recipes {
			if err := causal(&recordings[k], r, walks[i][k]); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameWeights(recordings []Recording, k int, teachers []Recording, r Recipe, before Model) error {
	after, err := r.Fit(others(recordings, k, teachers))
	if err != nil {
		return err
	}
	if !bytes.Equal(before.Fingerprint(), after.Fingerprint()) {
		return leak("%s, %s: the weights change with that person's own data; they must be fitted on the others alone", r.Name, recordings[k].Subject)
	}
	return nil
}

func causal(person *Recording, r Recipe, w walked) error {
	for _, part := range truncations {
		n := int(part * float64(len(person.Windows)))
		if !slices.Equal(w.model.Walk(person.Windows[:n]), w.readings[:n]) {
			return leak("%s, %s: readings up to window %d change with what comes after it", r.Name, person.Subject, n)
		}
	}
	return nil
}

// truncations are the parts of a recording after which it is cut off. A table of constants.
var truncations = [...]float64{0.3, 0.6, 0.9}

// auditSignals does the same for windows: they must not depend on samples that come later. Recordings without samples,
// such as invented windows, pass.
func auditSignals(recordings []Recording) error {
	for _, r := range recordings {
		if len(r.raw.pulse.values) == 0 || len(r.Windows) == 0 {
			continue
		}
		until := r.Windows[len(r.Windows)/2].End.Add(3500 * time.Millisecond)
		short, err := r.raw.windows(until)
		if err != nil {
			return err
		}
		if len(short) < len(r.Windows)/2 {
			return leak("%s: windows come only when later samples are there", r.Subject)
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

// scramble leaves nothing of somebody but the times, in place, until restore is called.
func scramble(r *Recording) (restore func()) {
	windows, labels, spans := slices.Clone(r.Windows), slices.Clone(r.Labels), slices.Clone(r.Spans)
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
	return func() {
		copy(r.Windows, windows)
		copy(r.Labels, labels)
		copy(r.Spans, spans)
	}
}
