package scenario

import (
	"fmt"
	"io"
	"time"
)

// WriteText writes the result for people: what failed, and everything that happened if trace is wanted. file is how the
// scenario is called.
func (r *Result) WriteText(w io.Writer, file string, trace bool) error {
	p := &printer{w: w}
	word := "ok  "
	if !r.Passed {
		word = "FAIL"
	}
	p.line("%s %s%s", word, file, titled(r.Name))
	for _, c := range r.Checks {
		if c.Passed {
			continue
		}
		p.line("  %s:%d: %s", file, c.Line, c.Text)
		p.line("    expected  %s", c.Expected)
		p.line("    happened  %s", c.Happened)
		if !trace {
			p.events("    ", c.Trace)
		}
	}
	if trace {
		p.events("  ", r.Events)
	}
	return p.err
}

func titled(name string) string {
	if name == "" {
		return ""
	}
	return "  " + name
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) events(indent string, events []Event) {
	day := 0
	for _, e := range events {
		if d := e.At.YearDay(); d != day {
			if day != 0 {
				p.line("%s%s", indent, e.At.Format(time.DateOnly))
			}
			day = d
		}
		p.line("%s%s  %s", indent, clock(e.At), sentence(e))
	}
}

func sentence(e Event) string {
	if e.Person == "" {
		return e.Text
	}
	return e.Person + " " + e.Text
}
