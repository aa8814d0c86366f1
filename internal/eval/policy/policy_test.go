package policy

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// logText is a log in which the first of two offers is taken by half of the people and the other one by none.
func logText(n int) string {
	var b strings.Builder
	b.WriteString("propensity,reward,target_first,target_other,expected,expected_first,expected_other\n")
	for i := range n {
		first := 1 - i%2
		fmt.Fprintf(&b, "0.5,%d,%d,%d,%g,0.5,0\n", first*(i/2%2), first, 1-first, 0.5*float64(first))
	}
	return b.String()
}

func TestPoliciesAreToldApart(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log.csv")
	if err := os.WriteFile(name, []byte(logText(2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(name)
	if err != nil {
		t.Fatal(err)
	}
	first, other := r.Policies[0], r.Policies[1]
	if !first.Enough || math.Abs(float64(first.SNIPS.Value)-0.5) > 1e-9 || first.DR.Value != 0.5 || other.SNIPS.Value != 0 || r.Logged.Value != 0.25 || first.SNIPS.Low <= other.SNIPS.High {
		t.Errorf("%+v", r)
	}
	if few, err := read(strings.NewReader(logText(100))); err != nil || few.Policies[0].Enough {
		t.Errorf("a hundred decisions are enough: %+v, %v", few, err)
	}
}

func TestBadLogsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                        "line 1: must name the columns",
		"propensity,target_a\n":                   "there must be a column reward",
		"propensity,reward\n":                     "there must be a column target_NAME",
		"propensity,reward,target_a\n0,1,1\n":     "line 2: propensity must be above 0",
		"propensity,reward,target_a\n0.5,2,1\n":   "line 2: reward must be a number from 0 to 1, not \"2\"",
		"propensity,reward,target_a\n0.5,1,NaN\n": "line 2: target_a must be a number",
		"propensity,reward,target_a\n0.5,1\n":     "wrong number of fields",
		"propensity,reward,target_a\n":            "there are no decisions",
	} {
		if _, err := read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(logText(3))
	f.Fuzz(func(_ *testing.T, text string) { _, _ = read(strings.NewReader(text)) })
}
