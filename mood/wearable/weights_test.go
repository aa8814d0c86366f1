package wearable_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// TestDefault: the shipped table is one, says where it is from, and points the published ways.
func TestDefault(t *testing.T) {
	w := wearable.Default()
	if len(w.Sources) < 5 || !strings.Contains(w.Origin, "fitted to nobody's recording") {
		t.Errorf("origin %q of %d sources", w.Origin, len(w.Sources))
	}
	for name, h := range map[string]*wearable.Heads{"wrist": &w.Wrist, "heart": &w.Heart} {
		if s := h.Stress.Recent; !(s[physio.HRMean] > 0 && s[physio.LnRMSSD] < 0 && s[physio.LnPulse] < 0 && s[physio.LnSCL] >= 0) {
			t.Errorf("%s: stress looks at %v", name, s)
		}
	}
	b, err := json.Marshal(w)
	if err != nil || len(b) > 5000 {
		t.Errorf("%d bytes of JSON, %v", len(b), err)
	}
}

func TestFaultsAreClear(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(w *wearable.Weights)
	}{
		{"version", "format", func(w *wearable.Weights) { w.Format = 2 }},
		{"no origin", "origin", func(w *wearable.Weights) { w.Origin = "" }},
		{"no terms", "terms", func(w *wearable.Weights) { w.Terms = "" }},
		{"NaN", "wrist.stress.window.hr_mean", func(w *wearable.Weights) { w.Wrist.Stress.Window[physio.HRMean] = math.NaN() }},
		{"huge", "heart.arousal.recent.pnn50", func(w *wearable.Weights) { w.Heart.Arousal.Recent[physio.PNN50] = -31 }},
		{"bias", "heart.amused.bias", func(w *wearable.Weights) { w.Heart.Amused.Bias = math.Inf(1) }},
		{"certain", "wrist.valence.variance", func(w *wearable.Weights) { w.Wrist.Valence.Variance = 0 }},
		{"upside down", "wrist.stress", func(w *wearable.Weights) { w.Wrist.Stress.Lasting.Slope = -1 }},
	} {
		w := *wearable.Default()
		c.change(&w)
		var f *fault.Error
		if err := w.Check(); !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.want {
			t.Errorf("%s: %v, want a fault of %s", c.name, err, c.want)
		}
		if _, err := wearable.New(&w); err == nil {
			t.Errorf("%s: New took it", c.name)
		}
	}
	good, _ := json.Marshal(wearable.Default())
	for name, table := range map[string]string{
		"nothing":      "",
		"no feature":   strings.Replace(string(good), `"hr_mean"`, `"hr_meen"`, 1),
		"no such word": strings.Replace(string(good), `"bias"`, `"byas"`, 1),
		"two tables":   string(good) + string(good),
		"too long":     string(good) + strings.Repeat(" ", 64<<10),
		"a list":       "[]",
	} {
		if _, err := wearable.Parse([]byte(table)); err == nil {
			t.Errorf("%s: no fault", name)
		}
	}
}

// FuzzParse: what is read is fit for use, and is written as it was read.
func FuzzParse(f *testing.F) {
	good, _ := json.Marshal(wearable.Default())
	f.Add(good)
	f.Add([]byte(`{"format":1,"name":"a","origin":"b","terms":"c"}`))
	f.Add([]byte(`{"wrist":{"stress":{"window":{"hr_mean":1e999}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := wearable.Parse(b)
		if err != nil {
			return
		}
		if _, err := wearable.New(w); err != nil {
			t.Fatalf("parsed, yet %v", err)
		}
		once, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		again, err := wearable.Parse(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, _ := json.Marshal(again); !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s", once, twice)
		}
	})
}
