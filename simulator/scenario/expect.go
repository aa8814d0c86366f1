package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Expectation is something that must be true of the whole. The tag of says which fields one kind may be narrowed by.
type Expectation struct {
	Person PersonName `json:"person" doc:"whom it is about"`
	Offer  OfferName  `json:"offer" doc:"what it is about" of:"deliveries,redemptions"`

	Receives    OfferName   `json:"receives" kind:"yes" doc:"a delivery of it came"`
	Not         OfferName   `json:"not" kind:"yes" doc:"no delivery of it came"`
	Held        OfferName   `json:"held" kind:"yes" doc:"it was held back, with code"`
	Withdrawn   OfferName   `json:"withdrawn" kind:"yes" doc:"the app was told that it holds no longer"`
	Order       []OfferName `json:"order" kind:"yes" doc:"these came, in this order"`
	Deliveries  Want        `json:"deliveries" kind:"yes" doc:"so many came: 2, or a comparison such as '<= 3'"`
	Redemptions Want        `json:"redemptions" kind:"yes" doc:"so many redemptions"`
	Knows       Want        `json:"knows" kind:"yes" doc:"parts of what GET /v1/me answers at the end"`

	At          moment   `json:"at" of:"receives,held" doc:"when, give or take within"`
	Within      Duration `json:"within" of:"receives,held" doc:"tolerance of at; absent: 1 min"`
	Between     []moment `json:"between" of:"receives,not,held,withdrawn,deliveries" doc:"from and to, both included"`
	After       moment   `json:"after" of:"receives,not,held,withdrawn,deliveries" doc:"from then"`
	Before      moment   `json:"before" of:"receives,not,held,withdrawn,deliveries" doc:"earlier than then"`
	Channel     string   `json:"channel" of:"receives" enum:"socket,fcm,none" doc:"the way it came"`
	Trigger     string   `json:"trigger" of:"receives" enum:"enter,exit,dwell,nearby,crossed,on_the_way,follow_up" doc:"what brought it up"`
	Reasons     []string `json:"reasons" of:"receives" doc:"codes that are among its reasons"`
	FirstReason string   `json:"firstReason" of:"receives" doc:"the code of the strongest"`
	NotUsed     []string `json:"notUsed" of:"receives" doc:"what played no part"`
	Shows       Want     `json:"shows" of:"receives" doc:"parts of the offer as the person sees it"`
	Code        string   `json:"code" of:"not,held" doc:"why it was held back"`
	Reason      string   `json:"reason" of:"withdrawn" enum:"stopped,paused,changed,expired,sold_out,blocked" doc:"why it was withdrawn"`
	Source      Source   `json:"-"`

	kind string
}

func (e *Expectation) read(d *decoder, n ast.Node, path string) {
	type plain Expectation
	d.fields(n, valueOf((*plain)(e)), path)
}

// check looks at the parts of an expectation together.
func (e *Expectation) check() (found Mistakes) {
	fail := func(format string, args ...any) { found = append(found, e.Source.mistake(format, args...)) }
	v := valueOf(e)
	t := v.Type()
	var kinds, all []string
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("kind") != "" {
			all = append(all, nameOf(t.Field(i)))
			if isSet(v.Field(i)) {
				kinds = append(kinds, nameOf(t.Field(i)))
			}
		}
	}
	if len(kinds) != 1 {
		fail("must say one of %s", either(all))
		return found
	}
	e.kind = kinds[0]
	for i := range t.NumField() {
		of := t.Field(i).Tag.Get("of")
		if name := nameOf(t.Field(i)); of != "" && isSet(v.Field(i)) && !slices.Contains(strings.Split(of, ","), e.kind) {
			fail("%s says nothing about %s; it goes with %s", name, e.kind, either(strings.Split(of, ",")))
		}
	}
	switch {
	case e.Person == "" && e.kind != "deliveries" && e.kind != "redemptions":
		fail("needs person: NAME")
	case e.Person == "" && e.Offer == "" && (e.kind == "deliveries" || e.kind == "redemptions"):
		fail("needs a person, an offer, or both")
	case e.kind == "held" && e.Code == "":
		fail("needs the code that it was held back with")
	case e.Between != nil && (len(e.Between) != 2 || e.Between[1].Before(e.Between[0].Time.Time)):
		fail("between must be [from, to]")
	case !e.At.IsZero() && (e.Between != nil || !e.After.IsZero() || !e.Before.IsZero()):
		fail("has at and a span of time; choose one")
	case e.Knows.idle() || e.Shows.idle():
		fail("names nothing that could be otherwise")
	case !isCount(e.Deliveries), !isCount(e.Redemptions):
		fail("%s must be a number, or a comparison such as \"<= 3\"", e.kind)
	case e.Within.Duration != 0 && e.At.IsZero():
		fail("within is the tolerance of at")
	}
	return found
}

// isCount reports whether a number can be compared with what is wanted of it.
func isCount(w Want) bool {
	if _, ok := number(w.tree); ok || !w.set {
		return true
	}
	text, _ := w.tree.(string)
	_, _, ok := comparison(text)
	return ok
}

const tolerance = time.Minute

// span returns when it may happen, both ends included; zero: no bound.
func (e *Expectation) span() (from, to time.Time) {
	switch {
	case !e.At.IsZero():
		within := e.Within.Duration
		if within == 0 {
			within = tolerance
		}
		return e.At.Add(-within), e.At.Add(within)
	case len(e.Between) == 2:
		return e.Between[0].Time.Time, e.Between[1].Time.Time
	}
	return e.After.Time.Time, e.Before.Time.Time
}

// in reports whether a time lies in the span; what happens at the end of before is not before it.
func (e *Expectation) in(at time.Time) bool {
	from, to := e.span()
	return within(at, from, to) && (e.Before.IsZero() || at.Before(e.Before.Time.Time))
}

func within(at, from, to time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (to.IsZero() || !at.After(to))
}

// when says the span.
func (e *Expectation) when() string { return spanText(e.span()) }

func spanText(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case to.IsZero():
		return " from " + clock(from)
	case from.IsZero():
		return " before " + clock(to)
	}
	return " from " + clock(from) + " to " + clock(to)
}

func clock(t time.Time) string { return t.Format(time.TimeOnly) }

// String returns the expectation as a sentence.
func (e *Expectation) String() string {
	switch e.kind {
	case "receives":
		return fmt.Sprintf("%s receives %s%s%s", e.Person, e.Receives, e.when(), e.narrowed())
	case "not":
		if e.Code != "" {
			return fmt.Sprintf("%s does not receive %s%s, held back: %s", e.Person, e.Not, e.when(), e.Code)
		}
		return fmt.Sprintf("%s does not receive %s%s", e.Person, e.Not, e.when())
	case "held":
		return fmt.Sprintf("%s is held back from %s%s: %s", e.Held, e.Person, e.when(), e.Code)
	case "withdrawn":
		return fmt.Sprintf("%s is told that %s is withdrawn%s", e.Person, e.Withdrawn, e.when())
	case "order":
		return fmt.Sprintf("%s receives %v in this order", e.Person, e.Order)
	case "deliveries":
		return fmt.Sprintf("deliveries %s%s: %v", about(e), e.when(), e.Deliveries.tree)
	case "redemptions":
		return fmt.Sprintf("redemptions %s: %v", about(e), e.Redemptions.tree)
	}
	return fmt.Sprintf("what is known about %s", e.Person)
}

func about(e *Expectation) string {
	switch {
	case e.Person == "":
		return "of " + string(e.Offer)
	case e.Offer == "":
		return "to " + string(e.Person)
	}
	return "of " + string(e.Offer) + " to " + string(e.Person)
}

// narrowed says what else a delivery must be.
func (e *Expectation) narrowed() (out string) {
	v := valueOf(e)
	for _, name := range []string{"Channel", "Trigger", "Reasons", "FirstReason", "NotUsed"} {
		if f := v.FieldByName(name); isSet(f) {
			tag, _ := reflect.TypeFor[Expectation]().FieldByName(name)
			out += fmt.Sprintf(", %s %v", nameOf(tag), f.Interface())
		}
	}
	if e.Shows.set {
		out += ", shows " + written(e.Shows.tree)
	}
	return out
}
