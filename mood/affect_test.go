package mood_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func report(valence, arousal float64, at time.Time) mood.Affect {
	return mood.Affect{Valence: valence, Arousal: arousal, Confidence: 1, Source: mood.SelfReport, At: at}
}

func TestCheckNamesTheField(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*mood.Affect)
		field string // empty: the affect is right
	}{
		{"as it should be", func(*mood.Affect) {}, ""},
		{"corners are in range", func(a *mood.Affect) { a.Valence, a.Arousal, a.Confidence = -1, 1, 1e-9 }, ""},
		{"valence NaN", func(a *mood.Affect) { a.Valence = math.NaN() }, "mood.valence"},
		{"valence above", func(a *mood.Affect) { a.Valence = 1.01 }, "mood.valence"},
		{"valence infinite", func(a *mood.Affect) { a.Valence = math.Inf(-1) }, "mood.valence"},
		{"arousal NaN", func(a *mood.Affect) { a.Arousal = math.NaN() }, "mood.arousal"},
		{"arousal below", func(a *mood.Affect) { a.Arousal = -1.01 }, "mood.arousal"},
		{"confidence zero", func(a *mood.Affect) { a.Confidence = 0 }, "mood.confidence"},
		{"confidence above", func(a *mood.Affect) { a.Confidence = 1.01 }, "mood.confidence"},
		{"confidence NaN", func(a *mood.Affect) { a.Confidence = math.NaN() }, "mood.confidence"},
		{"no source", func(a *mood.Affect) { a.Source = 0 }, "mood.source"},
		{"unknown source", func(a *mood.Affect) { a.Source = mood.Typing + 1 }, "mood.source"},
		{"a device's stress", func(a *mood.Affect) { a.Source, a.Stress = mood.Wearable, 1 }, ""},
		{"stress NaN", func(a *mood.Affect) { a.Source, a.Stress = mood.Wearable, math.NaN() }, "mood.stress"},
		{"stress above", func(a *mood.Affect) { a.Source, a.Stress = mood.Wearable, 1.01 }, "mood.stress"},
		{"stress below", func(a *mood.Affect) { a.Source, a.Stress = mood.Wearable, -0.01 }, "mood.stress"},
		{"stress of a self-report", func(a *mood.Affect) { a.Stress = 0.1 }, "mood.stress"},
		{"no time", func(a *mood.Affect) { a.At = time.Time{} }, "mood.at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := report(0.5, 0, noon)
			c.spoil(&a)
			err := a.Check("mood")
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field || f.Detail == "" {
				t.Errorf("Check = %v, want an invalid %s", err, c.field)
			}
			if bare := fault.From(a.Check("")).Field; "mood."+bare != c.field {
				t.Errorf("without a path the field is %q", bare)
			}
			if new(mood.Estimator).Observe(a) {
				t.Error("the estimator took it")
			}
		})
	}
}

// TestNothingLeaks plants a valence that no encoder, log line or message may show, at the top and inside other values.
func TestNothingLeaks(t *testing.T) {
	const canary = 0.7654321
	var estimator mood.Estimator
	estimator.Observe(report(canary, 0.1, noon))
	type record struct {
		Who  string
		Mood any
	}
	encoders := map[string]func(any) ([]byte, error){
		"json": json.Marshal, "json/v2": func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
		"cbor": cbor.Marshal, "yaml": yaml.Marshal,
		"gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
	}
	affect, estimate := report(canary, 0.1, noon), mood.Estimate{Valence: canary, Confidence: 1}
	stress, distress := mood.Affect{Stress: canary}, mood.Estimate{Distress: canary}
	for name, secret := range map[string]any{
		"affect": affect, "*affect": &affect, "estimate": estimate, "*estimate": &estimate, "stress": stress, "distress": distress, "*estimator": &estimator,
	} {
		for format, encode := range encoders {
			for _, v := range []any{secret, record{"me", secret}, []any{secret}} {
				if b, err := encode(v); err == nil {
					t.Errorf("%s: %s encoded %T as %q", name, format, v, b)
				}
			}
		}
		var log strings.Builder
		for _, h := range []slog.Handler{slog.NewTextHandler(&log, timeless), slog.NewJSONHandler(&log, timeless)} {
			slog.New(h).Info("now", "mood", secret, "record", record{"me", secret})
		}
		fmt.Fprintf(&log, "%v %+v %#v %s %f %v %#v", secret, secret, secret, secret, secret, record{"me", secret}, record{"me", secret})
		if strings.Contains(log.String(), "0.76") {
			t.Errorf("%s shows: %s", name, &log)
		}
	}
}

func TestExportIsForThePersonOnly(t *testing.T) {
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, timeless)).Info("now", "me", mood.Estimate{Valence: 0.7654321}.Export())
	if strings.Contains(log.String(), "0.76") {
		t.Errorf("an export gets into the log: %s", &log)
	}
	b, err := json.Marshal(mood.Estimate{Valence: -0.5, Arousal: -0.25, Confidence: 0.5, Distress: 0.75}.Export())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"valence":-0.5,"arousal":-0.25,"confidence":0.5,"distress":0.75,"state":"drained"}`
	if string(b) != want {
		t.Errorf("export is %s, want %s", b, want)
	}
}

// timeless handlers leave out the time: its digits could be taken for what must not show.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}
