package scenario

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

func hasLine(body any, line string) bool {
	text, _ := body.(string)
	return slices.Contains(strings.Split(text, "\n"), line)
}

// request is what a step asks of the server.
type request struct {
	method, path string
	body         any
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
	key := string(p.Secret)
	switch {
	case a != nil:
		key = string(a.token)
	case s.As == "app":
		key = string(p.Publishable)
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
	}
	return ""
}

func (s *Step) does() string { return strings.TrimSpace(s.verb + " " + s.offer()) }

// ask says what a step asks of the server.
func (p *play) ask(ctx context.Context, a *actor, s *Step) (request, error) {
	offer := "/v1/offers/" + p.id("offers", s.offer())
	switch arg := s.arg.(type) {
	case *Pull:
		return request{http.MethodGet, "/v1/offers?" + p.query(arg), nil}, nil
	case *Feeling:
		return request{http.MethodPost, "/v1/me/mood", map[string]any{
			"valence": arg.Valence, "arousal": arg.Arousal, "confidence": arg.Confidence, "source": arg.Source, "at": p.now.UnixMilli(),
		}}, nil
	case *Blocked:
		return p.block(ctx, a, arg)
	case *Purposes:
		return request{http.MethodPatch, "/v1/me/consents", map[string]any{"consents": grants(*arg, s.verb == "allows"), "at": p.now.UTC()}}, nil
	case *Change:
		return request{http.MethodPatch, offer, p.resolve(arg.Set.with())}, nil
	case *Stock:
		body := map[string]any{"items": []any{p.resolve(arg.Rest.with())}}
		return request{http.MethodPatch, "/v1/places/" + p.id("places", string(arg.Place)) + "/stock", body}, nil
	case *Call:
		return p.call(arg), nil
	}
	switch s.verb {
	case "open", "dismiss", "like", "notInterested":
		return request{http.MethodPost, "/v1/me/feedback", p.feedback(s)}, nil
	case "buys":
		return request{http.MethodPost, "/v1/me/purchases", p.timed(p.resolve(treeOf(s.arg)))}, nil
	case "prefers":
		r, err := a.ask(ctx, http.MethodGet, "/v1/me/preferences", nil)
		now, _ := r.body.(map[string]any)
		change, _ := p.resolve(treeOf(s.arg)).(map[string]any)
		return request{http.MethodPut, "/v1/me/preferences", merge(orEmpty(now), change)}, err
	case "redeem":
		return request{http.MethodPost, "/v1/me/redemptions", p.timed(map[string]any{"offer": p.id("offers", s.offer())})}, nil
	case "erases":
		return request{http.MethodDelete, "/v1/me", nil}, nil
	}
	return request{http.MethodPost, offer + "/" + s.verb, nil}, nil // publish, pause, resume, stop, archive
}

// timed adds the time of the step, unless the body has one.
func (p *play) timed(body any) any {
	tree, ok := body.(map[string]any)
	if ok {
		tree = maps.Clone(tree)
		missing(tree, "at", p.now.UTC().Format(time.RFC3339Nano))
		return tree
	}
	return body
}

func treeOf(arg any) map[string]any {
	if b, ok := arg.(interface{ with() map[string]any }); ok {
		return b.with()
	}
	return nil
}

// feedback is about the newest delivery of the offer, or about the offer if none came.
func (p *play) feedback(s *Step) any {
	action := map[string]string{"open": "opened", "dismiss": "dismissed", "like": "liked", "notInterested": "not_interested"}[s.verb]
	body := map[string]any{"action": action, "at": p.now.UnixMilli()}
	for _, d := range slices.Backward(p.deliveries) {
		if d.person == string(s.Person) && d.offer == s.offer() {
			body["delivery"] = d.frame.Delivery
			return body
		}
	}
	body["offer"] = p.id("offers", s.offer())
	return body
}

func (p *play) query(in *Pull) string {
	v := url.Values{"at": {p.now.Format(time.RFC3339Nano)}, "category": in.Categories}
	if in.Radius > 0 {
		v.Set("radius", decimal(in.Radius))
	}
	if in.Limit > 0 {
		v.Set("limit", strconv.Itoa(in.Limit))
	}
	if in.Near != nil {
		at := p.locate(in.Near)
		v.Set("lat", decimal(at.Lat))
		v.Set("lon", decimal(at.Lon))
	}
	return v.Encode()
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (p *play) block(ctx context.Context, a *actor, b *Blocked) (request, error) {
	block := map[string]any{"kind": "category", "value": b.Category}
	switch {
	case b.Merchant != "":
		block = map[string]any{"kind": "merchant", "value": p.id("merchants", string(b.Merchant))}
	case b.Brand != "":
		block = map[string]any{"kind": "brand", "value": b.Brand}
	}
	r, err := a.ask(ctx, http.MethodGet, "/v1/me/preferences", nil)
	if err != nil {
		return request{}, err
	}
	now, _ := r.body.(map[string]any)
	now = orEmpty(now)
	list, _ := now["blocked"].([]any)
	now["blocked"] = append(list, block)
	return request{http.MethodPut, "/v1/me/preferences", now}, nil
}

// call fills in the names of a free request.
func (p *play) call(c *Call) request {
	r := request{method: c.Method, path: p.filled(c.Path).(string)}
	if c.Body.set {
		r.body = p.filled(c.Body.tree)
	}
	if r.method == "" {
		r.method = http.MethodGet
		if c.Body.set {
			r.method = http.MethodPost
		}
	}
	if !strings.HasPrefix(r.path, "/") {
		r.path = "/" + r.path
	}
	return r
}

// filled puts ids in the place of {offers.NAME} and the like.
func (p *play) filled(v any) any {
	switch x := v.(type) {
	case string:
		if !strings.Contains(x, "{") {
			return x
		}
		pairs := []string{"{now}", p.now.UTC().Format(time.RFC3339Nano)}
		for n, id := range p.ids {
			pairs = append(pairs, "{"+n.kind+"."+n.name+"}", id)
		}
		for name, v := range p.saved {
			pairs = append(pairs, "{saved."+name+"}", v)
		}
		return strings.NewReplacer(pairs...).Replace(x)
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, v := range x {
			out[k] = p.filled(v)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, v := range x {
			out[i] = p.filled(v)
		}
		return out
	}
	return v
}

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
