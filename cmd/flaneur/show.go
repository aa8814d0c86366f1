package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/simulator"
)

// show tells on a terminal what happens: everything about one person, and how far the others are. With --json it writes
// nothing to standard output.
type show struct {
	out    io.Writer
	person string
	colour bool
	fixes  int
	bar    *progressbar.ProgressBar // nil: none
}

// newShow follows a person; empty: nobody, only the progress.
func newShow(c *cli.Context, person string) *show {
	s := &show{out: stdout(c), person: person}
	if c.Bool("json") {
		s.out = io.Discard
	}
	if f, ok := stdout(c).(*os.File); ok && !c.Bool("json") {
		s.colour = term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
	}
	return s
}

// printf writes to the terminal; what can't be shown is no reason to stop the walk.
func (s *show) printf(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }

func (s *show) begin(server string, people int) {
	if s.person != "" {
		s.printf("A server at %s, a city, %d people. %s opts in.\n\n", server, people, s.person)
		return
	}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		s.bar = progressbar.NewOptions(people, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("walking"),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
}

func (s *show) end() {
	if s.bar != nil {
		_ = s.bar.Finish()
	}
	s.printf("\n")
}

func (s *show) sink() simulator.Sink {
	return func(e simulator.Event) {
		who := simulator.PersonAt(e)
		if s.person != "" && who.Person == s.person {
			s.tell(who, e)
		}
		if s.bar == nil {
			return
		}
		switch e.(type) {
		case simulator.Moved:
			if s.fixes++; s.fixes%1000 == 0 {
				s.bar.Describe(fmt.Sprintf("walking, %d fixes", s.fixes))
			}
		case simulator.Finished:
			_ = s.bar.Add(1)
		}
	}
}

const (
	bold   = "1"
	dim    = "2"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (s *show) paint(code, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// tell prints one event of the person who is followed.
func (s *show) tell(who simulator.Who, e simulator.Event) {
	line := func(mark, text string) {
		s.printf("%s %s %s\n", s.paint(dim, who.At.Format("15:04")), mark, text)
	}
	more := func(text string) { s.printf("        %s\n", s.paint(dim, text)) }
	switch e := e.(type) {
	case simulator.OptedIn:
		line("+", fmt.Sprintf("%s allows %s; mood may %s", who.Person, strings.Join(e.Consents, ", "), e.MoodLevel))
	case simulator.Chosen:
		line("+", fmt.Sprintf("chooses: when %s, prefer %s", e.State, strings.Join(e.Categories, ", ")))
	case simulator.MoodTold:
		line("~", fmt.Sprintf("says how she feels: valence %+.1f, arousal %+.1f", e.Valence, e.Arousal))
	case simulator.Delivered:
		o := e.Offer
		line(s.paint(green, "*"), s.paint(bold, o.Title)+fmt.Sprintf(" at %s, %.0f m away (%s)", o.Place.Name, o.Distance, strings.ReplaceAll(o.Trigger, "_", " ")))
		for _, r := range o.Reasons {
			more(fmt.Sprintf("%2.0f %%  %s", 100*r.Share, r.Text))
		}
	case simulator.Answered:
		more("→ " + strings.ReplaceAll(string(e.Outcome), "_", " "))
	case simulator.Suppressed:
		if !strings.HasPrefix(e.Code, "guard_") {
			return
		}
		line(s.paint(yellow, "-"), fmt.Sprintf("held back: %s. %s (%s)", e.Offer, cmp.Or(push.SuppressionText(e.Code, "en"), offers.SuppressionText(e.Code, "en")), e.Code))
	case simulator.Pulled:
		line("?", fmt.Sprintf("asks what is near: %d offers", e.Offers))
	case simulator.Used:
		line(s.paint(green, "✓"), "redeems "+e.Offer.Title)
	case simulator.Looked:
		s.account(line, more, e)
	case simulator.Blocked:
		line("x", fmt.Sprintf("blocks the %s %s", e.Kind, e.Value))
	case simulator.Erased:
		line("x", "erases herself; forgotten by: "+strings.Join(e.Holders, ", "))
	}
}

func (s *show) account(line func(string, string), more func(string), e simulator.Looked) {
	a := e.Account
	line(s.paint(cyan, "i"), `opens "what do you know about me?"`)
	more(fmt.Sprintf("%d consents, mood: %s, %d purchases, %d offers sent, %d held back, %d redeemed",
		len(a.Consents), a.MoodLevel, len(a.Purchases), len(a.Deliveries), len(a.Suppressed), len(a.Redemptions)))
	var learned []string
	for i, f := range a.Affinities {
		if i == 4 {
			break
		}
		learned = append(learned, fmt.Sprintf("%s %s %+.2f", f.Kind, f.Name, f.Weight))
	}
	more("learned: " + strings.Join(learned, ", "))
	for _, b := range a.Preferences.Blocked {
		more(fmt.Sprintf("blocked: %s %s", b.Kind, b.Value))
	}
}
