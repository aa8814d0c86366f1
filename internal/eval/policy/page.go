package policy

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"

	"github.com/flaneur-io/flaneur/internal/eval"
)

//go:embed page.html
var pageText string

// page is what the template shows.
type page struct {
	*Result
	Charts []eval.Chart
}

// WritePage writes a page with charts that needs nothing else: no script, no other file, no network. It shows figures alone.
func (r *Result) WritePage(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"figure": func(n eval.Number) string { return number(n, "%.3f") },
		"whole":  func(n eval.Number) string { return number(n, "%.0f") },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	p := page{Result: r}
	for i := range r.Policies {
		p.Charts = append(p.Charts, r.chart(&r.Policies[i]))
	}
	return t.Execute(w, &p)
}

func number(n eval.Number, format string) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf(format, float64(n))
}

// chart draws the estimates of a policy with their intervals, beside what was decided.
func (r *Result) chart(p *Policy) eval.Chart {
	estimates := [...]Estimate{r.Logged, p.IPS, p.SNIPS, p.DM, p.DR}
	c := eval.Chart{
		Title: p.Name, Note: fmt.Sprintf("Mean reward with 95 %% intervals. The log speaks for %s decisions of this policy.", number(p.Effective, "%.0f")),
		X: eval.Axis{Low: -0.5, High: 4.5, Ticks: []float64{0, 1, 2, 3, 4}, Labels: []string{"decided", "IPS", "SNIPS", "DM", "DR"}},
		Y: eval.Axis{Name: "mean reward"},
	}
	if !p.Enough {
		c.Note += " That is too few: nothing can be said."
	}
	low, high := 0.0, 0.0
	for i, e := range estimates {
		if math.IsNaN(float64(e.Value)) {
			continue
		}
		x, colour := float64(i), min(i, 1)
		c.Series = append(c.Series, eval.Series{Kind: eval.Dots, Colour: colour, X: []float64{x}, Y: []float64{float64(e.Value)}})
		high = max(high, float64(e.Value))
		if l, h := float64(e.Low), float64(e.High); !math.IsNaN(l) && !math.IsNaN(h) {
			c.Series = append(c.Series, eval.Series{Colour: colour, X: []float64{x, x}, Y: []float64{l, h}})
			low, high = min(low, l), max(high, h)
		}
	}
	step := 0.25
	for _, s := range []float64{0.1, 0.05, 0.01} {
		if high-low <= 5*s {
			step = s
		}
	}
	from, to := math.Floor(low/step), max(math.Ceil(high/step), 1)
	c.Y.Low, c.Y.High = from*step, to*step
	for k := from; k <= to; k++ {
		c.Y.Ticks = append(c.Y.Ticks, math.Round(100*k*step)/100)
	}
	return c
}
