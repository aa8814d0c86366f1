package eval

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Chart is a small drawing for a report: lines, dots, bars and shaded stretches over two axes. It is drawn in the page's own
// colours --ink, --soft, --line and --c0 … --c3, so that it fits light and dark pages and print.
type Chart struct {
	Title  string
	Note   string // what is to be seen, for people who don't see it too
	X, Y   Axis
	Series []Series
	Bands  []Band
	Wide   bool
}

// Axis is a scale. Ticks are labelled by Labels, or else by their value.
type Axis struct {
	Name      string
	Low, High float64
	Ticks     []float64
	Labels    []string
}

// Kind is how a series is drawn.
type Kind uint8

// The kinds.
const (
	Drawn  Kind = iota // a line
	Dashed             // a broken line, for what would be ideal
	Dots               // a mark at each point
	Bars               // a bar from the bottom to each point
)

// Series is what is drawn; X and Y are as long. Points that are not finite part a line.
type Series struct {
	Name   string
	Kind   Kind
	Colour int // 0 to 3
	X, Y   []float64
}

// Band is a shaded stretch of the x axis.
type Band struct {
	Name     string
	From, To float64
	Colour   int // 0 to 3
}

// The drawing, in its own units.
const (
	height                   = 240
	left, right, top, bottom = 46, 12, 22, 40
)

func (c *Chart) width() float64 {
	if c.Wide {
		return 900
	}
	return 420
}

func (c *Chart) x(v float64) float64 {
	return left + (v-c.X.Low)/(c.X.High-c.X.Low)*(c.width()-left-right)
}

func (c *Chart) y(v float64) float64 {
	v = min(max(v, c.Y.Low), c.Y.High)
	return height - bottom - (v-c.Y.Low)/(c.Y.High-c.Y.Low)*(height-top-bottom)
}

// SVG draws the chart. Names and notes may hold anything: they are escaped.
func (c *Chart) SVG() template.HTML {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p(`<svg viewBox="0 0 %g %d" role="img" aria-label="%s">`, c.width(), height, html.EscapeString(c.Title+". "+c.Note))
	for _, s := range c.Bands {
		x, to := c.x(s.From), c.x(s.To)
		p(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="var(--c%d)" opacity=".16"/>`, x, top, to-x, height-top-bottom, s.Colour)
		p(`<text x="%.1f" y="%d" class="tick" text-anchor="middle">%s</text>`, (x+to)/2, top-6, html.EscapeString(s.Name))
	}
	c.axes(p)
	for i := range c.Series {
		c.draw(&c.Series[i], p)
	}
	c.legend(p)
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // all that is not ours was escaped above
}

func (c *Chart) axes(p func(string, ...any)) {
	for i, v := range c.Y.Ticks {
		p(`<line x1="%d" x2="%.1f" y1="%.1f" y2="%.1f" stroke="var(--line)"/>`, left, c.width()-right, c.y(v), c.y(v))
		p(`<text x="%d" y="%.1f" class="tick" text-anchor="end">%s</text>`, left-5, c.y(v)+3, c.Y.label(i))
	}
	for i, v := range c.X.Ticks {
		p(`<text x="%.1f" y="%d" class="tick" text-anchor="middle">%s</text>`, c.x(v), height-bottom+14, c.X.label(i))
	}
	p(`<text x="%.1f" y="%d" class="axis" text-anchor="middle">%s</text>`, (left+c.width()-right)/2, height-8, html.EscapeString(c.X.Name))
	p(`<text transform="translate(11 %d) rotate(-90)" class="axis" text-anchor="middle">%s</text>`, (top+height-bottom)/2, html.EscapeString(c.Y.Name))
}

func (a *Axis) label(i int) string {
	if i < len(a.Labels) {
		return html.EscapeString(a.Labels[i])
	}
	return fmt.Sprintf("%g", a.Ticks[i])
}

func (c *Chart) draw(s *Series, p func(string, ...any)) {
	var path strings.Builder
	pen := "M"
	for i := range s.X {
		if math.IsNaN(s.Y[i]) || math.IsInf(s.Y[i], 0) || math.IsNaN(s.X[i]) {
			pen = "M"
			continue
		}
		x, y := c.x(s.X[i]), c.y(s.Y[i])
		switch s.Kind {
		case Dots:
			p(`<circle cx="%.1f" cy="%.1f" r="3.5" fill="var(--c%d)"/>`, x, y, s.Colour)
		case Bars:
			wide := 0.7 * (c.x(1) - c.x(0)) / float64(max(c.bars(), 1))
			x += (float64(c.barIndex(s)) - float64(c.bars()-1)/2) * wide
			p(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="var(--c%d)"/>`, x-wide/2, y, wide, height-bottom-y, s.Colour)
		default:
			fmt.Fprintf(&path, "%s%.1f %.1f", pen, x, y)
			pen = "L"
		}
	}
	if path.Len() > 0 {
		dash := ""
		if s.Kind == Dashed {
			dash = ` stroke-dasharray="4 4"`
		}
		p(`<path d="%s" fill="none" stroke="var(--c%d)" stroke-width="1.6"%s/>`, path.String(), s.Colour, dash)
	}
}

func (c *Chart) bars() (n int) {
	for i := range c.Series {
		if c.Series[i].Kind == Bars {
			n++
		}
	}
	return n
}

// barIndex is which of the bars at a place a series has.
func (c *Chart) barIndex(of *Series) (n int) {
	for i := range c.Series {
		if &c.Series[i] == of {
			break
		}
		if c.Series[i].Kind == Bars {
			n++
		}
	}
	return n
}

func (c *Chart) legend(p func(string, ...any)) {
	if len(c.Bands) > 0 {
		return // their names stand there
	}
	x := float64(left)
	for _, s := range c.Series {
		if s.Name == "" {
			continue
		}
		p(`<rect x="%.1f" y="5" width="9" height="9" rx="2" fill="var(--c%d)"/><text x="%.1f" y="13" class="tick">%s</text>`, x, s.Colour, x+13, html.EscapeString(s.Name))
		x += 28 + 6*float64(len([]rune(s.Name)))
	}
}
