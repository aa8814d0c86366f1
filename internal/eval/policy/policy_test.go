package policy

import (
	"bytes"
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
	if few, err := read(strings.NewReader(logText(100))); err != nil || few.Policies[0].Enough || !math.IsNaN(float64(few.Policies[0].SNIPS.High)) {
		t.Errorf("a hundred decisions are enough: %+v, %v", few, err)
	}
}

func TestBadLogsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                   "line 1: must name the columns",
		"propensity,target_a\n":                              "there must be a column reward",
		"propensity,reward\n":                                "there must be a column target_NAME",
		"propensity,reward,target_a\n0,1,1\n":                "line 2: propensity must be above 0",
		"propensity,reward,target_a\n0.5,2,1\n":              "line 2: reward must be a number from 0 to 1, not \"2\"",
		"propensity,reward,target_a\n0.5,1,NaN\n":            "line 2: target_a must be a number",
		"propensity,reward,target_a\n0.5,1\n":                "wrong number of fields",
		"propensity,reward,target_a\n":                       "there are no decisions",
		"propensity,reward,target_a,group\n1,1,1,\n":         "line 2: group must not be empty",
		"propensity,reward,target_a,group\n1,1,1,x\n1,1,1,x": "group must name more than one",
	} {
		if _, err := read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Where people answer alike each time, their answers count once: the interval is as wide as that of one answer each.
func TestGroupsAreDrawnWhole(t *testing.T) {
	log := func(each int, column bool) string {
		var b strings.Builder
		b.WriteString("propensity,reward,target_a,expected,expected_a")
		if column {
			b.WriteString(",group")
		}
		for i := range 400 * each {
			who := i % 400
			fmt.Fprintf(&b, "\n0.5,%d,%d,0.5,0.5", who/2%2, who%2)
			if column {
				fmt.Fprintf(&b, ",%d", who)
			}
		}
		return b.String()
	}
	width := func(e Estimate) float64 { return float64(e.High - e.Low) }
	of := func(text string) *Result {
		r, err := read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	once, alone, together := of(log(1, true)), of(log(9, false)), of(log(9, true))
	if once.Groups != 400 || together.Groups != 400 || alone.Groups != 0 {
		t.Errorf("groups %d, %d, %d", once.Groups, together.Groups, alone.Groups)
	}
	for name, e := range map[string]func(*Result) Estimate{
		"logged": func(r *Result) Estimate { return r.Logged },
		"SNIPS":  func(r *Result) Estimate { return r.Policies[0].SNIPS },
		"DR":     func(r *Result) Estimate { return r.Policies[0].DR },
	} {
		if a, b := width(e(once)), width(e(together)); math.Abs(a-b) > 0.01*a {
			t.Errorf("%s: nine answers of each are as good as others: %.4f against %.4f", name, b, a)
		}
		if a, b := width(e(alone)), width(e(together)); b < 2.5*a {
			t.Errorf("%s: %.4f wide by groups, %.4f without", name, b, a)
		}
		if e(alone).Value != e(together).Value {
			t.Errorf("%s: groups move the estimate", name)
		}
	}
	var page bytes.Buffer
	if err := together.WritePage(&page); err != nil || !strings.Contains(page.String(), "<svg") {
		t.Errorf("page: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(logText(3))
	f.Fuzz(func(_ *testing.T, text string) { _, _ = read(strings.NewReader(text)) })
}
