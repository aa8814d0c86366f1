package affect

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/eval"
)

//go:embed page.html
var pageText string

// page is what the template shows.
type page struct {
	*Result
	First  *Measured
	Charts []eval.Chart
	Person string
	Rows   []pageRow
}

type pageRow struct {
	Model, Task, Reading string
	C                    *eval.Classification
}

// WritePage writes a page with charts that needs nothing else: no script, no other file, no network. Its timeline shows one
// person's recording, so the page is as confidential as the data.
func (r *Result) WritePage(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"figure": func(n eval.Number) string { return figure(n, "%.3f") },
		"share":  func(n eval.Number) string { return figure(100*n, "%.1f %%") },
		"rmse":   func(n eval.Number) string { return figure(n, "%.2f") },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	first := &r.Models[0]
	p := page{Result: r, First: first, Person: r.timeline.subject}
	p.Charts = []eval.Chart{reliability(first), coverage(first), perPerson(first), curve(first)}
	if len(r.timeline.at) > 0 {
		p.Charts = append(p.Charts, r.timeline.chart())
	}
	for i := range r.Models {
		m := &r.Models[i]
		for _, k := range []struct {
			task string
			c    *Classified
		}{{"2-class", &m.TwoClass}, {"2-class with meditation", &m.TwoClassWithMeditation}, {"3-class", &m.ThreeClass}} {
			p.Rows = append(p.Rows, pageRow{m.Name, k.task, "window", &k.c.Window}, pageRow{m.Name, k.task, "filtered", &k.c.Filtered})
		}
	}
	return t.Execute(w, &p)
}

func figure(n eval.Number, format string) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf(format, float64(n))
}

func reliability(m *Measured) eval.Chart {
	c := eval.Chart{
		Title: "Calibration", Note: "Stress or not: how sure the model was, and how often it was right.",
		X:      eval.Axis{Name: "probability of the answer", Low: 0.5, High: 1, Ticks: []float64{.5, .6, .7, .8, .9, 1}},
		Y:      eval.Axis{Name: "share right", Low: 0, High: 1, Ticks: []float64{0, .25, .5, .75, 1}},
		Series: []eval.Series{{Name: "ideal", Kind: eval.Dashed, Colour: 3, X: []float64{.5, 1}, Y: []float64{.5, 1}}},
	}
	for i, k := range []struct {
		name string
		bins []eval.Bin
	}{{"window", m.TwoClass.Window.Reliability}, {"filtered", m.TwoClass.Filtered.Reliability}} {
		s := eval.Series{Name: k.name, Kind: eval.Dots, Colour: i}
		for _, b := range k.bins {
			s.X, s.Y = append(s.X, float64(b.Confidence)), append(s.Y, float64(b.Accuracy))
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func coverage(m *Measured) eval.Chart {
	c := eval.Chart{
		Title: "Accuracy on the surest windows", Note: "Stress or not; who may keep silent when unsure errs less.",
		X: eval.Axis{Name: "share answered", Low: 0.5, High: 1, Ticks: []float64{.5, .6, .7, .8, .9, 1}},
		Y: eval.Axis{Name: "accuracy", Low: 0.9, High: 1, Ticks: []float64{.9, .925, .95, .975, 1}},
	}
	for i, k := range []struct {
		name  string
		steps []eval.Step
	}{{"window", m.TwoClass.Window.Coverage}, {"filtered", m.TwoClass.Filtered.Coverage}} {
		s := eval.Series{Name: k.name, Colour: i}
		for _, b := range k.steps {
			s.X, s.Y = append(s.X, float64(b.Coverage)), append(s.Y, float64(b.Accuracy))
			c.Y.Low = min(c.Y.Low, float64(b.Accuracy))
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func perPerson(m *Measured) eval.Chart {
	groups := m.TwoClass.Window.Groups
	c := eval.Chart{
		Title: "Each person", Note: "Accuracy of stress or not, for people whom the weights never saw.",
		X: eval.Axis{Name: "person", Low: -0.6, High: float64(len(groups)) - 0.4},
		Y: eval.Axis{Name: "accuracy", Low: 0, High: 1, Ticks: []float64{0, .25, .5, .75, 1}},
	}
	for i, g := range groups {
		c.X.Ticks, c.X.Labels = append(c.X.Ticks, float64(i)), append(c.X.Labels, g.Name)
	}
	for i, k := range []struct {
		name   string
		groups []eval.Group
	}{{"window", groups}, {"filtered", m.TwoClass.Filtered.Groups}} {
		s := eval.Series{Name: k.name, Kind: eval.Bars, Colour: i}
		for x, g := range k.groups {
			s.X, s.Y = append(s.X, float64(x)), append(s.Y, float64(g.Accuracy))
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func curve(m *Measured) eval.Chart {
	c := eval.Chart{
		Title: "Where to draw the line", Note: "A rule that protects from a probability of stress on: stress that it misses, other time that it takes offers away.",
		X:      eval.Axis{Name: "threshold on the filtered probability of stress", Low: 0, High: 1, Ticks: []float64{0, .2, .4, .6, .8, 1}},
		Y:      eval.Axis{Name: "share of time", Low: 0, High: 0.1, Ticks: []float64{0, .05, .1, .15, .2}},
		Series: []eval.Series{{Name: "unprotected", Colour: 2}, {Name: "over-protected", Colour: 0}},
	}
	for _, o := range m.Thresholds {
		for i, y := range []eval.Number{o.Unprotected, o.OverProtected} {
			s := &c.Series[i]
			s.X, s.Y = append(s.X, float64(o.Threshold)), append(s.Y, float64(y))
			c.Y.High = max(c.Y.High, min(float64(y), 0.2))
		}
	}
	c.Y.Ticks = slices.DeleteFunc(c.Y.Ticks, func(v float64) bool { return v > c.Y.High })
	return c
}

func (t *timeline) chart() eval.Chart {
	start := t.at[0]
	minutes := make([]float64, len(t.at))
	for i, at := range t.at {
		minutes[i] = at.Sub(start).Minutes()
	}
	c := eval.Chart{
		Title: "One held-out person: " + t.subject, Note: "The person with the lowest accuracy. Filtered probability of stress, and the conditions as they were.", Wide: true,
		X:      eval.Axis{Name: "minutes", Low: 0, High: minutes[len(minutes)-1] + 1},
		Y:      eval.Axis{Name: "P(stress)", Low: 0, High: 1, Ticks: []float64{0, .25, .5, .75, 1}},
		Series: []eval.Series{{Name: "P(stress)", Colour: 2, X: minutes, Y: t.stress}},
	}
	for m := 0.0; m <= c.X.High; m += 15 {
		c.X.Ticks = append(c.X.Ticks, m)
	}
	for _, s := range t.spans {
		if s.Condition != None {
			colour := [...]int{Baseline: 0, Stress: 2, Amusement: 1, Meditation: 3}[s.Condition]
			from := max(s.From.Sub(start).Minutes(), 0)
			c.Bands = append(c.Bands, eval.Band{Name: s.Name, From: from, To: max(from, s.To.Sub(start).Minutes()), Colour: colour})
		}
	}
	return c
}
