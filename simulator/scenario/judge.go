package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Event is something that happened in a scenario.
type Event struct {
	At     time.Time `json:"at"`
	Person string    `json:"person,omitzero"`
	Offer  string    `json:"offer,omitzero"`
	Text   string    `json:"text"`
}

// Check is one thing that was expected.
type Check struct {
	Line     int     `json:"line"`
	Text     string  `json:"text"`
	Passed   bool    `json:"passed"`
	Expected string  `json:"expected,omitzero"` // of one that failed
	Happened string  `json:"happened,omitzero"`
	Trace    []Event `json:"trace,omitempty"` // what there is to know about that person and that offer
}

// Result is what came of a scenario.
type Result struct {
	Name   string  `json:"name"`
	Passed bool    `json:"passed"`
	Checks []Check `json:"checks"` // in the order of the file, steps first
	People int     `json:"people"`
	Lasted float64 `json:"lastedSeconds"` // on the clock of the scenario
	Events []Event `json:"-"`             // all of them, in the order of time
}

func (p *play) tell(person, offer, format string, args ...any) {
	p.tellAt(p.now, person, offer, format, args...)
}

func (p *play) tellAt(at time.Time, person, offer, format string, args ...any) {
	p.log = append(p.log, Event{at, person, offer, fmt.Sprintf(format, args...)})
}

// record notes whether a step answered as it should.
func (p *play) record(s *Step, expected, got string) {
	c := Check{Line: s.Source.Line, Text: fmt.Sprintf("%s %s: %s", clock(s.At.Time.Time), s.who(), s.does()), Passed: got == ""}
	if !c.Passed {
		c.Expected, c.Happened = p.readable(expected), p.readable(got)
		c.Trace = p.about(string(s.Person), s.offer(), time.Time{}, s.At.Time.Time)
	}
	p.checks = append(p.checks, c)
}

func (p *play) result() Result {
	slices.SortStableFunc(p.log, func(a, b Event) int { return a.At.Compare(b.At) })
	r := Result{Name: p.Name, Passed: true, Checks: p.checks, People: len(p.actors), Lasted: p.until.Sub(p.begin).Seconds(), Events: p.log}
	for _, c := range p.checks {
		r.Passed = r.Passed && c.Passed
	}
	return r
}

// readable writes offers by the names of the file, in place of ids that are others each time.
func (p *play) readable(text string) string {
	for id, name := range p.names {
		text = strings.ReplaceAll(text, id, "{offers."+name+"}")
	}
	return text
}

// judge compares one expectation with what happened.
func (p *play) judge(e *Expectation) {
	c := Check{Line: e.Source.Line, Text: e.String()}
	switch e.kind {
	case "receives":
		c.Expected, c.Happened = p.receives(e)
	case "not":
		c.Expected, c.Happened = p.receivesNot(e)
	case "held":
		from, to := e.span()
		c.Expected, c.Happened = p.isHeld(e, e.Held, from, to)
	case "withdrawn":
		c.Expected, c.Happened = p.isWithdrawn(e)
	case "order":
		c.Expected, c.Happened = p.inOrder(e)
	case "deliveries":
		n := len(p.delivered(string(e.Person), string(e.Offer), e))
		c.Expected, c.Happened = counted(n, e.Deliveries.tree, "deliveries")
	case "redemptions":
		c.Expected, c.Happened = counted(p.redeemed(e), e.Redemptions.tree, "redemptions")
	case "knows":
		c.Expected, c.Happened = p.knows(e)
	}
	if c.Passed = c.Happened == ""; !c.Passed {
		c.Expected, c.Happened = p.readable(c.Expected), p.readable(c.Happened)
		_, to := e.span()
		offer := string(e.Receives + e.Not + e.Held + e.Withdrawn + e.Offer)
		c.Trace = p.about(string(e.Person), offer, time.Time{}, to)
	} else {
		c.Expected = ""
	}
	p.checks = append(p.checks, c)
}

// delivered lists the deliveries of an offer to a person within an expectation's span; "" stands for all.
func (p *play) delivered(person, offer string, e *Expectation) (out []delivery) {
	for _, d := range p.deliveries {
		if (person == "" || d.person == person) && (offer == "" || d.offer == offer) && e.in(d.at) {
			out = append(out, d)
		}
	}
	return out
}

func (p *play) receives(e *Expectation) (expected, happened string) {
	expected = fmt.Sprintf("a delivery of %s to %s%s%s", e.Receives, e.Person, e.when(), e.narrowed())
	var wrong []string
	for _, d := range p.delivered(string(e.Person), string(e.Receives), e) {
		difference := p.differs(e, &d)
		if difference == "" {
			return expected, ""
		}
		wrong = append(wrong, fmt.Sprintf("the one at %s: %s", clock(d.at), difference))
	}
	if len(wrong) > 0 {
		return expected, strings.Join(wrong, "; ")
	}
	for _, d := range p.deliveries {
		if d.person == string(e.Person) && d.offer == string(e.Receives) {
			wrong = append(wrong, clock(d.at))
		}
	}
	if len(wrong) > 0 {
		return expected, "it came at " + strings.Join(wrong, ", ")
	}
	return expected, "none" + or(p.heldInWords(string(e.Person), string(e.Receives)), "; nothing is on record that held it back")
}

// heldInWords tells the reasons for which an offer was held back.
func (p *play) heldInWords(person, offer string) string {
	var codes []string
	for _, s := range p.held {
		if s.person == person && s.offer == offer {
			codes = append(codes, fmt.Sprintf("%s at %s", s.code, clock(s.at)))
		}
	}
	if len(codes) == 0 {
		return ""
	}
	return "; held back: " + strings.Join(codes, ", ")
}

// differs says how a delivery is not what is expected, or "".
func (p *play) differs(e *Expectation, d *delivery) string {
	var codes []string
	for _, r := range d.frame.Reasons {
		codes = append(codes, r.Code)
	}
	switch {
	case e.Channel != "" && d.channel != e.Channel:
		return "channel " + d.channel
	case e.Trigger != "" && d.frame.Trigger != e.Trigger:
		return "trigger " + d.frame.Trigger
	case e.FirstReason != "" && (len(codes) == 0 || codes[0] != e.FirstReason),
		!all(e.Reasons, func(code string) bool { return slices.Contains(codes, code) }):
		return fmt.Sprintf("reasons %v", codes)
	case !all(e.NotUsed, func(what string) bool { return slices.Contains(d.frame.NotUsed, what) }):
		return fmt.Sprintf("notUsed %v", d.frame.NotUsed)
	case e.Shows.set:
		return match("", plain(d.frame), p.filled(e.Shows.tree), true)
	}
	return ""
}

// plain is a value as its JSON is read.
func plain(v any) (out any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		return nil
	}
	return out
}

func (p *play) receivesNot(e *Expectation) (expected, happened string) {
	if came := p.delivered(string(e.Person), string(e.Not), e); len(came) > 0 {
		return fmt.Sprintf("no delivery of %s to %s%s", e.Not, e.Person, e.when()), fmt.Sprintf("it came at %s, trigger %s", clock(came[0].at), came[0].frame.Trigger)
	}
	if e.Code != "" { // on record once a day, perhaps before the span
		_, to := e.span()
		return p.isHeld(e, e.Not, time.Time{}, to)
	}
	return "", ""
}

func (p *play) isHeld(e *Expectation, offer OfferName, from, to time.Time) (expected, happened string) {
	expected = fmt.Sprintf("%s held back from %s%s with %s", offer, e.Person, spanText(from, to), e.Code)
	for _, s := range p.held {
		if s.person == string(e.Person) && s.offer == string(offer) && s.code == e.Code && within(s.at, from, to) && (e.kind == "not" || e.in(s.at)) {
			return expected, ""
		}
	}
	return expected, or(strings.TrimPrefix(p.heldInWords(string(e.Person), string(offer)), "; "), "it was not held back")
}

func (p *play) isWithdrawn(e *Expectation) (expected, happened string) {
	expected = fmt.Sprintf("%s is told%s that %s is withdrawn%s", e.Person, e.when(), e.Withdrawn, because(e.Reason))
	happened = "was not told"
	for _, w := range p.withdrawn {
		if w.person != string(e.Person) || w.offer != string(e.Withdrawn) {
			continue
		}
		if e.in(w.at) && (e.Reason == "" || e.Reason == w.reason) {
			return expected, ""
		}
		happened = fmt.Sprintf("told at %s%s", clock(w.at), because(w.reason))
	}
	return expected, happened
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func (p *play) inOrder(e *Expectation) (expected, happened string) {
	var came []string
	next := 0
	for _, d := range p.deliveries {
		if d.person != string(e.Person) {
			continue
		}
		came = append(came, d.offer)
		if next < len(e.Order) && d.offer == string(e.Order[next]) {
			next++
		}
	}
	if next == len(e.Order) {
		return "", ""
	}
	return fmt.Sprintf("%v in this order", e.Order), fmt.Sprintf("%v", came)
}

func counted(n int, want any, what string) (expected, happened string) {
	if equal(float64(n), want) {
		return "", ""
	}
	return fmt.Sprintf("%s: %v", what, want), fmt.Sprint(n)
}

func (p *play) redeemed(e *Expectation) (n int) {
	for _, a := range p.actors {
		if e.Person != "" && a.name != string(e.Person) {
			continue
		}
		list, _ := part(a.account, "redemptions")
		items, _ := list.([]any)
		for _, item := range items {
			id, _ := part(item, "offer")
			status, _ := part(item, "status")
			if (e.Offer == "" || p.names[fmt.Sprint(id)] == string(e.Offer)) && (status == nil || status == "redeemed") {
				n++
			}
		}
	}
	return n
}

func (p *play) knows(e *Expectation) (expected, happened string) {
	a := p.actor(e.Person)
	return "an account with " + written(e.Knows.tree), match("", a.account, p.filled(e.Knows.tree), true)
}

// about picks what there is to know about a person and an offer ("": all), until a while after a time.
func (p *play) about(person, offer string, from, to time.Time) (out []Event) {
	for _, e := range p.log {
		if (person == "" || e.Person == "" || e.Person == person) && (offer == "" || e.Offer == "" || e.Offer == offer) &&
			!e.At.Before(from) && (to.IsZero() || !e.At.After(to.Add(lookEvery))) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out[max(0, len(out)-maxTrace):]
}

const maxTrace = 60
