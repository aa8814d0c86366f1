package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/internal/eval/affect"
)

// moodText is the evaluation for people.
func moodText(r *affect.Result) []byte {
	var b bytes.Buffer
	t := &tables{w: tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)}
	d := &r.Data
	t.line("%d people (%s), %d windows of 60 s, of which %d baseline, %d stress, %d amusement, %d meditation; %d reports",
		len(d.Subjects), strings.Join(d.Subjects, " "), d.Windows, d.Labelled.Baseline, d.Labelled.Stress,
		d.Labelled.Amusement, d.Labelled.Meditation, d.Reports)
	if len(d.Teachers) > 0 {
		t.line("fitted on these without the one tested, and on %s", strings.Join(d.Teachers, " "))
	}
	for _, n := range d.Notices {
		t.line("note: %s", n)
	}
	t.line("fair: %d refits without the person tested gave the same weights, %d cut recordings the same readings",
		r.Fairness.Refits, r.Fairness.Truncations)
	for _, k := range []struct {
		title string
		of    func(*affect.Measured) *affect.Classified
	}{
		{"Stress against baseline and amusement", func(m *affect.Measured) *affect.Classified { return &m.TwoClass }},
		{"Stress against baseline, amusement and meditation", func(m *affect.Measured) *affect.Classified { return &m.TwoClassWithMeditation }},
		{"Baseline, stress, amusement", func(m *affect.Measured) *affect.Classified { return &m.ThreeClass }},
	} {
		t.classified(k.title, r.Models, k.of)
	}
	t.agreement(r.Models)
	first := &r.Models[0]
	t.people(first)
	t.calibration(first)
	t.guard(first)
	t.published(r)
	t.diary(r.Diary)
	_ = t.w.Flush() // into memory
	return b.Bytes()
}

type tables struct{ w *tabwriter.Writer }

// line writes a line that is no row of a table.
func (t *tables) line(format string, args ...any) {
	_ = t.w.Flush()
	_, _ = fmt.Fprintf(t.w, format+"\n", args...) // into memory
	_ = t.w.Flush()
}

func (t *tables) title(format string, args ...any) { t.line("\n"+format, args...) }

func (t *tables) row(cells ...string) { _, _ = fmt.Fprintln(t.w, strings.Join(cells, "\t")) }

// figure writes .955 as 0.955, and nothing for what does not exist.
func figure(n eval.Number) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf("%.3f", n)
}

func interval(i eval.Interval) string { return figure(i.Low) + "-" + figure(i.High) }

func share(n eval.Number) string { return fmt.Sprintf("%.1f %%", 100*n) }

func (t *tables) classified(title string, models []affect.Measured, of func(*affect.Measured) *affect.Classified) {
	t.title("%s (%d windows)", title, of(&models[0]).Window.Cases)
	t.row("model", "reading", "accuracy", "95 % interval", "macro-F1", "balanced", "ECE", "Brier", "AUC", "worst person")
	for i := range models {
		c := of(&models[i])
		for _, k := range []struct {
			name string
			c    *eval.Classification
		}{{"window", &c.Window}, {"filtered", &c.Filtered}} {
			t.row(models[i].Name, k.name, figure(k.c.Accuracy), interval(k.c.AccuracyInterval), figure(k.c.MacroF1), figure(k.c.BalancedAccuracy),
				figure(k.c.ECE), figure(k.c.Brier), figure(k.c.AUC), k.c.Worst.Name+" "+figure(k.c.Worst.Accuracy))
		}
	}
}

func (t *tables) agreement(models []affect.Measured) {
	t.title("Valence and arousal against the report after each condition")
	t.row("model", "", "reports", "CCC", "95 % interval", "r", "r within people", "MAE (steps of 9)", "80 % intervals hold")
	for i := range models {
		for _, k := range []struct {
			name string
			a    *affect.Agreement
		}{{"valence", &models[i].Valence}, {"arousal", &models[i].Arousal}} {
			t.row(models[i].Name, k.name, fmt.Sprint(k.a.Reports), figure(k.a.CCC), interval(k.a.CCCInterval), figure(k.a.R), figure(k.a.WithinR),
				figure(k.a.MAESteps), share(k.a.Covered))
		}
	}
}

func (t *tables) people(m *affect.Measured) {
	t.title("Each person (%s; accuracy, macro-F1)", m.Name)
	t.row("person", "2-class window", "", "filtered", "", "3-class window", "", "filtered", "")
	for i, g := range m.TwoClass.Window.Groups {
		row := []string{g.Name}
		for _, c := range []*eval.Classification{&m.TwoClass.Window, &m.TwoClass.Filtered, &m.ThreeClass.Window, &m.ThreeClass.Filtered} {
			row = append(row, figure(c.Groups[i].Accuracy), figure(c.Groups[i].MacroF1))
		}
		t.row(row...)
	}
}

func (t *tables) calibration(m *affect.Measured) {
	t.title("Calibration (%s, 2-class window) and accuracy on the surest", m.Name)
	t.row("windows", "says", "is right")
	for _, b := range m.TwoClass.Window.Reliability {
		t.row(fmt.Sprint(b.Cases), figure(b.Confidence), figure(b.Accuracy))
	}
	_ = t.w.Flush()
	t.row("surest", "window", "filtered")
	for i, s := range m.TwoClass.Window.Coverage {
		t.row(share(s.Coverage), figure(s.Accuracy), figure(m.TwoClass.Filtered.Coverage[i].Accuracy))
	}
}

func (t *tables) guard(m *affect.Measured) {
	t.title("Guard rails (%s, filtered): stress left unprotected, other time protected for nothing", m.Name)
	t.row("threshold", "unprotected", "over-protected", "meditation included")
	for _, o := range m.Thresholds {
		t.row(fmt.Sprintf("%.2f", o.Threshold), share(o.Unprotected), share(o.OverProtected), share(o.WithMeditation))
	}
	for _, o := range m.Rails {
		t.row("offers: "+o.Name, share(o.Unprotected), share(o.OverProtected), share(o.WithMeditation))
	}
}

func (t *tables) published(r *affect.Result) {
	t.title("Published, leaving one person out, beside ours")
	t.row("source", "task", "signals", "accuracy", "macro-F1", "", "not comparable")
	for _, p := range r.Published {
		checked := "as cited, not re-checked"
		if p.Checked {
			checked = "checked"
		}
		t.row(p.Source, p.Task, p.Signals, figure(p.Accuracy), figure(p.MacroF1), checked, p.Note)
	}
	m := &r.Models[0]
	for _, k := range []struct {
		name string
		c    *affect.Classified
	}{{"2-class", &m.TwoClass}, {"3-class", &m.ThreeClass}} {
		t.row("this run", k.name, "wrist, "+m.Name, figure(k.c.Window.Accuracy), figure(k.c.Window.MacroF1), "",
			fmt.Sprintf("%d people; filtered %s", len(r.Data.Subjects), figure(k.c.Filtered.Accuracy)))
	}
}

func (t *tables) diary(d *affect.Diary) {
	if d == nil {
		return
	}
	t.title("Diary: the next report of %d people, %d times (error on 0-100)", d.People, d.Reports)
	t.row("", "RMSE", "95 % interval", "80 % intervals hold", "running mean", "last value")
	for _, k := range []struct {
		name string
		f    *affect.Forecast
	}{{"valence", &d.Valence}, {"energy", &d.Energy}} {
		t.row(k.name, fmt.Sprintf("%.2f", k.f.RMSE), fmt.Sprintf("%.2f-%.2f", k.f.RMSEInterval.Low, k.f.RMSEInterval.High),
			share(k.f.Covered), fmt.Sprintf("%.2f", k.f.RunningMean), fmt.Sprintf("%.2f", k.f.LastValue))
	}
}

// figure4 is figure with four decimals.
func figure4(n eval.Number) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf("%.4f", n)
}
