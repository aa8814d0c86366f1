package matching

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
	Arms   []pageArms
	Gains  []pageGains
}

type pageArms struct {
	Title string
	Rows  []Figures
}

type pageGains struct {
	Title string
	Rows  []Gain
}

// WritePage writes a page with charts that needs nothing else: no script, no other file, no network.
func (r *Result) WritePage(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"mean":   func(m Mean) string { return number(m.Value, "%.3f") },
		"plain":  func(m Mean) string { return number(m.Value, "%.1f") },
		"span":   func(m Mean) string { return number(m.Low, "%.3f") + " to " + number(m.High, "%.3f") },
		"whole":  func(n eval.Number) string { return number(n, "%.0f") },
		"figure": func(n eval.Number) string { return number(n, "%.3f") },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, &page{
		Result: r,
		Charts: []eval.Chart{weeks("Strong tastes", r.Strong.Weeks), weeks("Weak tastes", r.Weak.Weeks), r.follow(), r.slider()},
		Arms:   []pageArms{{"Strong tastes", r.Strong.Arms}, {"Weak tastes", r.Weak.Arms}, {"Discovery (learned, strong tastes)", r.Discovery}},
		Gains:  []pageGains{{"Differences, strong tastes", r.Strong.Gains}, {"Differences, weak tastes", r.Weak.Gains}, {"What discoveries change", r.Gained}},
	})
}

func number(n eval.Number, format string) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf(format, float64(n))
}

// Both are how a matcher follows to four fifths and to nine tenths.
func (c Change) Both() []Followed { return []Followed{c.Fifths, c.Tenths} }

// most is a round number above all shares.
func most(curves ...[]eval.Number) (top float64, ticks []float64) {
	for _, c := range curves {
		for _, v := range c {
			if v := float64(v); !math.IsNaN(v) {
				top = max(top, v)
			}
		}
	}
	unit := 0.1
	if top > 0.5 {
		unit = 0.25
	}
	top = max(math.Ceil(top/unit), 1) * unit
	for v := 0.0; v < top+unit/2; v += unit {
		ticks = append(ticks, math.Round(100*v)/100)
	}
	return top, ticks
}

func line(name string, colour int, from, by float64, share []eval.Number) eval.Series {
	s := eval.Series{Name: name, Colour: colour}
	for i, v := range share {
		s.X, s.Y = append(s.X, from+by*float64(i)), append(s.Y, float64(v))
	}
	return s
}

// Constant table: the colours of the matchers, in their order.
var colours = [...]int{3, 1, 0}

// weeks draws what was accepted of what was delivered, by week.
func weeks(title string, curves []Curve) eval.Chart {
	c := eval.Chart{Title: title + ": learning", Note: "Accepted per delivered by week, all seeds together."}
	var all [][]eval.Number
	for i, k := range curves {
		c.Series, all = append(c.Series, line(k.Name, colours[i], 1, 1, k.Share)), append(all, k.Share)
	}
	top, ticks := most(all...)
	last := float64(len(curves[0].Share))
	c.X, c.Y = eval.Axis{Name: "week", Low: 0.5, High: last + 0.5}, eval.Axis{Name: "accepted per delivered", High: top, Ticks: ticks}
	for v := 1.0; v <= last; v++ {
		c.X.Ticks = append(c.X.Ticks, v)
	}
	return c
}

// follow draws how matchers follow people whose tastes change.
func (r *Result) follow() eval.Chart {
	c := eval.Chart{
		Title: "A change of taste", Note: "Accepted per delivered as a part of what it was before, by the person's deliveries since. Broken: the same people if their tastes stay (learned).",
		X: eval.Axis{Name: "own deliveries since", High: followed, Ticks: []float64{0, 30, 60, 90, 120, 150}},
	}
	var all [][]eval.Number
	for i, k := range r.Changes {
		c.Series, all = append(c.Series, line(k.Name, colours[i], step/2, step, k.Share)), append(all, k.Share, k.Same)
	}
	same := line("", 2, step/2, step, r.Changes[2].Same)
	same.Kind = eval.Dashed
	c.Series = append(c.Series, same)
	c.Y = eval.Axis{Name: "part of what it was"}
	c.Y.High, c.Y.Ticks = most(all...)
	return c
}

// slider draws what the share of discoveries does.
func (r *Result) slider() eval.Chart {
	c := eval.Chart{
		Title: "The exploration slider", Note: "By the share that people give to discoveries: discoveries and accepted per delivered; people who found the taste that they did not know of.",
		X: eval.Axis{Name: "share given to discoveries", Low: -0.5, High: 2.5, Ticks: []float64{0, 1, 2}, Labels: []string{"0", "0.1", "0.3"}},
		Y: eval.Axis{Name: "share", High: 1, Ticks: []float64{0, .25, .5, .75, 1}},
	}
	var discovered, accepted, found []eval.Number
	for _, f := range r.Discovery {
		discovered, accepted, found = append(discovered, f.Discovered.Value), append(accepted, f.Accepted.Value), append(found, f.Hidden.Found.Value)
	}
	c.Series = []eval.Series{line("discoveries", 1, 0, 1, discovered), line("accepted", 0, 0, 1, accepted), line("found their taste", 2, 0, 1, found)}
	for i := range c.Series {
		c.Series[i].Kind = eval.Bars
	}
	return c
}
