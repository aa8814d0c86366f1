package ranking

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/flaneur-io/flaneur/internal/eval"
)

//go:embed page.html
var pageText string

// page is what the template shows.
type page struct {
	*Result
	Charts []eval.Chart
	Tables []pageTable
}

type pageTable struct {
	Title string
	Rows  []Named
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
		"bytes": func(n eval.Number) string { return fmt.Sprintf("%.1f kB", float64(n)/1000) },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	systems := append([]Named{{"the model", r.Model}}, append(append([]Named{}, r.Variants...), r.Baselines...)...)
	parts := append([]Named{{"returns", r.Returns}, {"new places", r.New}, {"consumer categories", r.Consumer}}, r.Category...)
	return t.Execute(w, &page{
		Result: r,
		Charts: []eval.Chart{depth(append([]Named{{"the model", r.Model}}, r.Baselines...)), history(r.History)},
		Tables: []pageTable{{"Systems", systems}, {"Parts, by what was visited", parts}, {"By how many visits of the person were known", r.History}},
	})
}

// depth draws Acc@k over k.
func depth(systems []Named) eval.Chart {
	c := eval.Chart{
		Title: "How far down the list", Note: "Share of instances whose place was among the first k.",
		X: eval.Axis{Name: "k", Low: 0, High: 3, Ticks: []float64{0, 1, 2, 3}, Labels: []string{"1", "5", "10", "20"}},
		Y: eval.Axis{Name: "Acc@k", Low: 0, High: 1, Ticks: []float64{0, .25, .5, .75, 1}},
	}
	for i := range systems {
		f := &systems[i].Figures
		name, _, _ := strings.Cut(systems[i].Name, " (") // the legend is narrow
		c.Series = append(c.Series, eval.Series{
			Name: name, Colour: i % 4, X: []float64{0, 1, 2, 3},
			Y: []float64{float64(f.Acc1), float64(f.Acc5), float64(f.Acc10), float64(f.Acc20)},
		})
	}
	return c
}

// history draws figures over how many visits were known.
func history(parts []Named) eval.Chart {
	c := eval.Chart{
		Title: "The more visits, the better?", Note: "By how many visits of the person were known.",
		X: eval.Axis{Name: "visits known", Low: -0.5, High: max(float64(len(parts))-0.5, 0.5)},
		Y: eval.Axis{Name: "share", Low: 0, High: 1, Ticks: []float64{0, .25, .5, .75, 1}},
	}
	one, ten := eval.Series{Name: "Acc@1", Kind: eval.Bars}, eval.Series{Name: "Acc@10", Kind: eval.Bars, Colour: 1}
	for i := range parts {
		c.X.Ticks, c.X.Labels = append(c.X.Ticks, float64(i)), append(c.X.Labels, parts[i].Name)
		one.X, one.Y = append(one.X, float64(i)), append(one.Y, float64(parts[i].Acc1))
		ten.X, ten.Y = append(ten.X, float64(i)), append(ten.Y, float64(parts[i].Acc10))
	}
	c.Series = []eval.Series{one, ten}
	return c
}
