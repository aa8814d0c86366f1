package affect

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

func recipe(name string, fit func([]Recording) (Model, error)) Recipe {
	return Recipe{Name: name, Fit: fit}
}

// foresight looks at the whole recording to say what is usual.
type foresight struct{ *plain }

func (m foresight) Walk(windows []physio.Window) []wearable.Reading {
	out := m.plain.Walk(windows)
	mean := 0.0
	for _, r := range out {
		mean += r.Stress / float64(len(out))
	}
	for i := range out {
		out[i].Stress = 1 / (1 + math.Exp(-8*(out[i].Stress-mean)))
	}
	return out
}

// hurried looks one window ahead.
type hurried struct{ *plain }

func (m hurried) Walk(windows []physio.Window) []wearable.Reading {
	out := m.plain.Walk(windows)
	for i := range len(out) - 1 {
		out[i].Stress = out[i+1].Stress
	}
	return out
}

// TestLeaksAreCaught plants every kind of leak that we could think of. Each must end the evaluation with a sentence that names
// the person and what went wrong.
func TestLeaksAreCaught(t *testing.T) {
	t.Parallel()
	people := inventedPeople(3, 1)
	honest := func(train []Recording) (Model, error) { return fitPlain(train, true), nil }
	var fits atomic.Int64 // folds are fitted side by side
	for _, c := range []struct {
		name string
		fit  func(all []Recording) func([]Recording) (Model, error)
		says string
	}{
		{"a fit that holds on to everybody", func(all []Recording) func([]Recording) (Model, error) {
			return func([]Recording) (Model, error) { return fitPlain(all, true), nil }
		}, "the weights change with that person's own data"},
		{"a scale taken from everybody", func(all []Recording) func([]Recording) (Model, error) {
			return func(train []Recording) (Model, error) {
				m, everybody := fitPlain(train, true), fitPlain(all, true)
				m.spread = everybody.spread
				return m, nil
			}
		}, "the weights change with that person's own data"},
		{"reports of everybody", func(all []Recording) func([]Recording) (Model, error) {
			return func(train []Recording) (Model, error) {
				m := fitPlain(train, true)
				for _, r := range all {
					m.said[0][0] += r.Spans[0].Valence
				}
				return m, nil
			}
		}, "the weights change with that person's own data"},
		{"a fit that differs each time", func([]Recording) func([]Recording) (Model, error) {
			return func(train []Recording) (Model, error) {
				m := fitPlain(train, true)
				m.weights[0][0] += float64(fits.Add(1))
				return m, nil
			}
		}, "the weights change"},
		{"a baseline that knows the whole recording", func([]Recording) func([]Recording) (Model, error) {
			return func(train []Recording) (Model, error) { return foresight{fitPlain(train, true)}, nil }
		}, "change with what comes after"},
		{"a filter that looks one window ahead", func([]Recording) func([]Recording) (Model, error) {
			return func(train []Recording) (Model, error) { return hurried{fitPlain(train, true)}, nil }
		}, "change with what comes after"},
		{"none", func([]Recording) func([]Recording) (Model, error) { return honest }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := evaluate(people, func(all []Recording) []Recipe { return []Recipe{recipe("planted", c.fit(all))} })
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *fault.Error
			if res != nil || !errors.As(err, &f) || f.Kind != fault.Internal || !strings.Contains(f.Detail, c.says) || !strings.Contains(f.Detail, "planted, P1: ") {
				t.Fatalf("not caught: %v", err)
			}
			t.Log(f.Detail)
		})
	}
}

// evaluate gives recipes a hold on the recordings that are evaluated.
func evaluate(people []Recording, recipes func([]Recording) []Recipe) (*Result, error) {
	return Evaluate(context.Background(), people, Options{Recipes: recipes(people)})
}

// Windows that look ahead are caught where they are made from samples.
func TestEarlyWindowsAreCaught(t *testing.T) {
	t.Parallel()
	people := studied(t, 2)
	if err := auditSignals(people); err != nil {
		t.Fatal(err)
	}
	last := len(people[1].Windows) / 3
	people[1].Windows[last].Values[physio.HRMean] += 1e-9
	if err := auditSignals(people); err == nil || !strings.Contains(err.Error(), "S2") || !strings.Contains(err.Error(), "changes with samples after it") {
		t.Fatalf("not caught: %v", err)
	}
}
