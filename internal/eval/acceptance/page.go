package acceptance

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
	Title   string
	Charts  []eval.Chart
	Systems []Named
}

var titles = map[string]string{UCI: "Is a coupon taken? In-vehicle coupons", Starbucks: "Is an offer completed? Starbucks offer log"}

// Systems are all that were compared, the model first.
func (r *Result) Systems() []Named {
	return append([]Named{{systemNames[online], r.Online}, {systemNames[static], r.Without}}, r.Baselines...)
}

// WritePage writes a page with charts that needs nothing else: no script, no other file, no network. It shows figures alone.
func (r *Result) WritePage(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"figure": func(n eval.Number) string {
			if math.IsNaN(float64(n)) {
				return "-"
			}
			return fmt.Sprintf("%.3f", float64(n))
		},
		"whole": func(n eval.Number) string { return fmt.Sprintf("%.0f", float64(n)) },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, &page{Result: r, Title: titles[r.Kind], Systems: r.Systems(), Charts: []eval.Chart{r.byEarlier(), r.reliability()}})
}

// byEarlier draws the AUC over how many answers of the person were known.
func (r *Result) byEarlier() eval.Chart {
	low := 1.0
	with, without := eval.Series{Name: systemNames[online]}, eval.Series{Name: systemNames[static], Kind: eval.Dashed, Colour: 1}
	c := eval.Chart{
		Title: "The more answers, the better?", Note: "AUC by how many of the person's own answers were known. Who answered more may also be easier or harder to tell.",
		X: eval.Axis{Name: "answers known", Low: -0.5, High: max(float64(len(r.Earlier))-0.5, 0.5)},
	}
	for i, e := range r.Earlier {
		x := float64(i)
		c.X.Ticks, c.X.Labels = append(c.X.Ticks, x), append(c.X.Labels, e.Answers)
		with.X, with.Y = append(with.X, x), append(with.Y, float64(e.Online.AUC))
		without.X, without.Y = append(without.X, x), append(without.Y, float64(e.Without.AUC))
		for _, v := range []eval.Number{e.Online.AUC, e.Without.AUC} {
			if !math.IsNaN(float64(v)) {
				low = min(low, float64(v))
			}
		}
	}
	low = max(0, math.Floor(low*10)/10)
	c.Y = eval.Axis{Name: "AUC", Low: low, High: 1}
	for v := low; v < 1.01; v += 0.1 {
		c.Y.Ticks, c.Y.Labels = append(c.Y.Ticks, v), append(c.Y.Labels, fmt.Sprintf("%.1f", v))
	}
	dots := with
	dots.Name, dots.Kind = "", eval.Dots
	c.Series = []eval.Series{with, without, dots}
	return c
}

// reliability draws what came of what was said.
func (r *Result) reliability() eval.Chart {
	ticks := []float64{0, .25, .5, .75, 1}
	c := eval.Chart{
		Title: "Does it come as often as said?", Note: "Share taken over the probability that was said (with own answers), in ten steps. The broken line would be ideal.",
		X: eval.Axis{Name: "probability said", Low: 0, High: 1, Ticks: ticks}, Y: eval.Axis{Name: "share taken", Low: 0, High: 1, Ticks: ticks},
	}
	s := eval.Series{Name: "came"}
	for _, b := range r.Calibration {
		s.X, s.Y = append(s.X, float64(b.Probability)), append(s.Y, float64(b.Taken))
	}
	dots := s
	dots.Name, dots.Kind = "", eval.Dots
	c.Series = []eval.Series{{Name: "ideal", Kind: eval.Dashed, Colour: 3, X: []float64{0, 1}, Y: []float64{0, 1}}, s, dots}
	return c
}
