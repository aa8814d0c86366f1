package affect

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// TestEvaluate: on people who were invented to be told apart the whole protocol finds so, leaves their recordings as they
// were, and counts every window.
func TestEvaluate(t *testing.T) {
	t.Parallel()
	people, before := inventedPeople(4, 3), inventedPeople(4, 3)
	calls, total := 0, 0
	res, err := Evaluate(context.Background(), people, Options{Progress: func(done, of int) { calls, total = done, of }})
	if err != nil {
		t.Fatal(err)
	}
	if calls != total || total == 0 {
		t.Errorf("progress ended at %d of %d", calls, total)
	}
	if !reflect.DeepEqual(people, before) {
		t.Error("the recordings are not what they were")
	}
	for i, r := range Recipes() {
		if res.Models[i].Name != r.Name {
			t.Errorf("model %d is %s, want %s", i, res.Models[i].Name, r.Name)
		}
	}
	labelled := 0
	for _, r := range people {
		for _, l := range r.Labels {
			labelled += index(l != None && l != Meditation)
		}
	}
	causal := &res.Models[0]
	if causal.TwoClass.Window.Cases != labelled || causal.Answered < 0.99 {
		t.Errorf("%d of %d windows, %.2f answered", causal.TwoClass.Window.Cases, labelled, causal.Answered)
	}
	if causal.TwoClass.Filtered.Accuracy < 0.97 || causal.Arousal.CCC < 0.7 || res.Summary.TwoClassAccuracy != causal.TwoClass.Window.Accuracy {
		t.Errorf("accuracy %.3f, arousal CCC %.3f", causal.TwoClass.Filtered.Accuracy, causal.Arousal.CCC)
	}
	if push := causal.Rails[0]; push.Name != "push" || push.Unprotected > 0.1 || push.OverProtected > 0.5 {
		t.Errorf("the rails: %+v", push)
	}
	if a, b := marshal(t, &res.Models[0]), marshal(t, &again(t, people).Models[0]); !bytes.Equal(a, b) {
		t.Error("two runs on the same recordings differ")
	}
	var page bytes.Buffer
	if err := res.WritePage(&page); err != nil || strings.Count(page.String(), "<svg") != 5 || strings.Contains(page.String(), "NaN") {
		t.Errorf("page: %v, %d charts", err, strings.Count(page.String(), "<svg"))
	}
}

func again(t *testing.T, people []Recording) *Result {
	t.Helper()
	res, err := Evaluate(context.Background(), people, Options{Recipes: Recipes()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func marshal(t *testing.T, res *Measured) []byte {
	t.Helper()
	b, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSilenceGainsNothing: a model that answers only what it is sure of is charged for the rest.
func TestSilenceGainsNothing(t *testing.T) {
	people := inventedPeople(3, 2)
	ws := make([]walked, len(people))
	for k := range people {
		ws[k].readings = make([]wearable.Reading, len(people[k].Windows))
	}
	c := twoClass.measure(people, ws).Window
	if c.LogLoss < 0.69 || c.BalancedAccuracy != 0.5 || answered(people, ws) != 0 {
		t.Errorf("log loss %.3f, balanced accuracy %.3f", c.LogLoss, c.BalancedAccuracy)
	}
}

// TestTable: fitted weights say where they are from, and can be read back.
func TestTable(t *testing.T) {
	b, err := Table(inventedPeople(3, 4))
	if err != nil {
		t.Fatal(err)
	}
	w, err := wearable.Parse(b)
	if err != nil || !strings.Contains(w.Origin, "P1, P2, P3") || w.Terms == "" {
		t.Fatalf("%+v, %v", w, err)
	}
}

func TestDataThatCannotBeTestedIsRefused(t *testing.T) {
	people := inventedPeople(2, 1)
	for k := range people {
		for i := range people[k].Labels {
			if people[k].Labels[i] == Stress {
				people[k].Labels[i] = None
			}
		}
	}
	if _, err := Evaluate(context.Background(), people, Options{}); err == nil || !strings.Contains(err.Error(), "must tell of baseline, stress and amusement") {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Evaluate(ctx, inventedPeople(2, 1), Options{}); err == nil {
		t.Fatal("an interrupted evaluation gives a result")
	}
}

// TestRecordedPeople holds the floors on real recordings, and prints what was reached.
func TestRecordedPeople(t *testing.T) {
	dir := os.Getenv("FLANEUR_TESTDATA")
	if dir == "" {
		t.Skip("FLANEUR_TESTDATA names no folder with affect/wesad_wrist and affect/diary")
	}
	dir = filepath.Join(dir, "affect")
	people, notices, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	diary, err := ReadDiary(dir)
	if err != nil {
		t.Fatal(err)
	}
	res, err := Evaluate(context.Background(), people, Options{Diary: diary, Notices: notices})
	if err != nil {
		t.Fatal(err)
	}
	s := &res.Summary
	t.Logf("%d people: %+v", len(people), *s)
	for _, c := range []struct {
		name       string
		got, floor eval.Number
	}{
		{"2-class accuracy", s.TwoClassAccuracy, 0.95},
		{"2-class macro-F1", s.TwoClassMacroF1, 0.94},
		{"2-class accuracy, filtered", s.TwoClassFilteredAccuracy, 0.96},
		{"heart alone, filtered", s.HeartFilteredAccuracy, 0.93},
		{"3-class accuracy", s.ThreeClassAccuracy, 0.83},
		{"calibration error (negative)", -s.ECE, -0.03},
		{"arousal CCC", s.ArousalCCC, 0.65},
		{"valence CCC", s.ValenceCCC, 0.42},
		{"unprotected (negative)", -s.Unprotected, -0.03},
		{"over-protected (negative)", -s.OverProtected, -0.09},
		{"unprotected by the offers' rails (negative)", -res.Models[0].Rails[0].Unprotected, -0.03},
		{"over-protected by the offers' rails (negative)", -res.Models[0].Rails[0].OverProtected, -0.09},
	} {
		if !(c.got >= c.floor) {
			t.Errorf("%s is %.3f, below %.2f", c.name, c.got, c.floor)
		}
	}
	if d := res.Diary; !(d.Valence.RMSE < d.Valence.RunningMean && d.Energy.RMSE < d.Energy.RunningMean && d.Valence.RMSE < d.Valence.LastValue && d.Energy.RMSE < d.Energy.LastValue) {
		t.Errorf("the diary is not told better than by a mean or the last value: %+v", *d)
	}
}
