package scenario

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/geo"
)

func hasLine(body any, line string) bool {
	text, _ := body.(string)
	return slices.Contains(strings.Split(text, "\n"), line)
}

// take takes a step, and compares its answer.
func (p *play) take(ctx context.Context, a *actor, s *Step) error {
	if row := verbs[s.verb]; row.who == "person" && a.gone {
		p.record(s, "", fmt.Sprintf("%s was erased before", a.name))
		return nil
	}
	if done, err := p.local(ctx, a, s); done || err != nil {
		return err
	}
	key, err := p.credential(ctx, a, s)
	if err != nil {
		return err
	}
	if s.verb == "erases" || s.verb == "withdraws" { // what is known goes with it
		if err := a.look(ctx); err != nil {
			return err
		}
	}
	ask, err := p.ask(ctx, a, s)
	if err != nil {
		return err
	}
	r, err := p.edge.call(ctx, key, ask.method, ask.path, ask.body)
	if err != nil {
		return err
	}
	if s.verb == "erases" && r.ok() {
		a.gone = true
		a.close()
	}
	return p.answered(s, r)
}

// credential is what the actor of a step shows.
func (p *play) credential(ctx context.Context, a *actor, s *Step) (string, error) {
	switch {
	case a != nil:
		return string(a.token), nil
	case s.As == "app":
		return string(p.Publishable), nil
	case s.Till == "":
		return string(p.Secret), nil
	}
	place := p.place(string(s.Till))
	if key, ok := p.tills[place.Name]; ok {
		return string(key), nil
	}
	owner, _ := place.Value.Rest.with()["merchant"].(named)
	key, err := p.Till(ctx, p.id("merchants", owner.name), p.id("places", place.Name))
	if err != nil {
		return "", Mistakes{s.Source.mistake("there can be no till at %s: %v", place.Name, err)}
	}
	p.tills[place.Name] = key
	return string(key), nil
}

// local takes the steps that the server does not hear of.
func (p *play) local(ctx context.Context, a *actor, s *Step) (done bool, err error) {
	on, isSwitch := s.arg.(*bool)
	switch {
	case s.verb == "gps":
		a.gps = *on
	case s.verb == "socket" && *on:
		a.app = true
	case s.verb == "socket":
		a.app = false
		if err = a.register(ctx); err == nil && a.socket != nil {
			a.close()
			err = a.settle(ctx)
		}
	case isSwitch && !*on: // erases: no
	default:
		return false, nil
	}
	p.tell(string(s.Person), "", "%s %v", s.verb, *on)
	return true, err
}

// answered compares the answer of a step with what it must be, and keeps what is to be kept.
func (p *play) answered(s *Step, r reply) error {
	for name, path := range s.Save {
		v, ok := part(r.body, path)
		if !ok {
			p.record(s, "", fmt.Sprintf("the answer has no %q", path))
			continue
		}
		p.saved[name] = fmt.Sprint(v)
	}
	if s.offer() != "" && r.ok() && r.get("code") != "" {
		p.kept[Shown{s.Person, OfferName(s.offer())}] = r
	}
	want := Answer{}
	if s.Expect != nil {
		want = *s.Expect
	}
	if s.Refused != "" {
		want.Code = s.Refused
	}
	expected, got := p.compare(&want, r)
	p.tell(string(s.Person), s.offer(), "%s: %s", s.does(), p.outcome(s, r))
	if got == "" && s.Expect == nil && s.Refused == "" {
		return nil
	}
	p.record(s, expected, got)
	return nil
}

// compare says what was expected of an answer, and what is wrong with it, or "".
func (p *play) compare(want *Answer, r reply) (expected, got string) {
	switch {
	case want.Code != "" && r.get("code") != want.Code:
		return "refused: " + want.Code, or(p.refusalOf(r), "it was not refused")
	case want.Status != 0 && r.status != want.Status:
		return fmt.Sprintf("status %d", want.Status), or(p.refusalOf(r), fmt.Sprintf("status %d", r.status))
	case want.Code == "" && want.Status == 0 && !r.ok():
		return "it succeeds", r.refusal()
	case want.Field != "" && r.get("field") != want.Field:
		return "field " + want.Field, "field " + r.get("field")
	}
	found := p.found(r)
	switch {
	case want.Offers != nil && !slices.Equal(found, *want.Offers):
		return fmt.Sprintf("offers %v", *want.Offers), fmt.Sprintf("offers %v", found)
	case want.Includes != nil && !all(want.Includes, func(o OfferName) bool { return slices.Contains(found, o) }):
		return fmt.Sprintf("offers that include %v", want.Includes), fmt.Sprintf("offers %v", found)
	case !all(want.Excludes, func(o OfferName) bool { return !slices.Contains(found, o) }):
		return fmt.Sprintf("offers without %v", want.Excludes), fmt.Sprintf("offers %v", found)
	case want.Answer.set:
		if difference := match("", r.body, p.filled(want.Answer.tree), true); difference != "" {
			return "an answer with " + written(want.Answer.tree), difference
		}
	}
	return "as said", ""
}

func (p *play) refusalOf(r reply) string {
	if r.ok() {
		return ""
	}
	return r.refusal()
}

func all[T any](list []T, holds func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !holds(v) })
}

// found lists the offers of a pull's answer by name.
func (p *play) found(r reply) []OfferName {
	items, _ := part(r.body, "items")
	list, _ := items.([]any)
	out := []OfferName{}
	for _, item := range list {
		id, _ := part(item, "id")
		out = append(out, OfferName(p.names[fmt.Sprint(id)]))
	}
	return out
}

// outcome says in a few words what a step brought.
func (p *play) outcome(s *Step, r reply) string {
	switch {
	case !r.ok():
		return r.refusal()
	case s.verb == "pull":
		return fmt.Sprintf("%v", p.found(r))
	}
	return strconv.Itoa(r.status)
}

// offer names the offer that a step is about, or "".
func (s *Step) offer() string {
	switch a := s.arg.(type) {
	case *OfferName:
		return string(*a)
	case *Change:
		return string(a.Offer)
	case *Reservation:
		return string(a.Offer)
	case *Shown:
		return string(a.Offer)
	}
	return ""
}

func (s *Step) does() string { return strings.TrimSpace(s.verb + " " + s.offer()) }

// trace notes when somebody comes into the reach of an offer, or leaves it.
func (a *actor) trace(at geo.Point) {
	first := a.inside == nil
	if first {
		a.inside = map[string]bool{}
	}
	for name, r := range a.reach {
		inside := r.Contains(at)
		switch {
		case first && !inside:
			a.tell(a.name, name, "begins %.0f m from the reach of %s", r.Distance(at), name)
		case inside && !a.inside[name]:
			a.tell(a.name, name, "comes into the reach of %s", name)
		case !inside && a.inside[name]:
			a.tell(a.name, name, "leaves the reach of %s", name)
		}
		a.inside[name] = inside
	}
}
