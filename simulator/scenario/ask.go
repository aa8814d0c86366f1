package scenario

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request is what a step asks of the server.
type request struct {
	method, path string
	body         any
}

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
		return p.block(ctx, a, s.verb, arg)
	case *Duration:
		return request{http.MethodPost, "/v1/me/pause", p.timed(map[string]any{"minutes": arg.Minutes()})}, nil
	case *Goal:
		to := p.locate(&arg.To)
		body := map[string]any{"lat": to.Lat, "lon": to.Lon}
		if arg.Mode != "" {
			body["mode"] = arg.Mode
		}
		return request{http.MethodPost, "/v1/me/trips", p.timed(body)}, nil
	case *Reservation:
		body := map[string]any{"offer": p.id("offers", string(arg.Offer))}
		if arg.Place != "" {
			body["place"] = p.id("places", string(arg.Place))
		}
		return request{http.MethodPost, "/v1/me/redemptions", p.timed(body)}, nil
	case *Shown:
		return request{http.MethodPost, "/v1/till/redemptions/" + p.shown(arg.Person, arg.Offer).get("id") + "/rollback", p.timed(map[string]any{})}, nil
	case *Checkout:
		return p.checkout(ctx, s.verb, arg)
	case *Shopping:
		return request{http.MethodPut, "/v1/me/shopping-list", map[string]any{"items": arg.items}}, nil
	case *Purposes:
		notice, err := p.notice(ctx, *arg)
		return request{http.MethodPatch, "/v1/me/consents", map[string]any{"consents": grants(*arg, s.verb == "allows", notice), "at": p.now.UTC()}}, err
	case *Change:
		return request{http.MethodPatch, offer, p.resolve(arg.Set.with())}, nil
	case *Stock:
		body := map[string]any{"items": []any{p.resolve(arg.Rest.with())}}
		return request{http.MethodPatch, "/v1/places/" + p.id("places", string(arg.Place)) + "/stock", body}, nil
	case *Call:
		return p.call(arg), nil
	}
	return p.plainly(ctx, a, s)
}

// plainly is what a step asks whose argument says nothing about it.
func (p *play) plainly(ctx context.Context, a *actor, s *Step) (request, error) {
	if action, ok := actions[s.verb]; ok {
		return request{http.MethodPost, "/v1/me/feedback", p.feedback(s, action)}, nil
	}
	switch s.verb {
	case "buys":
		return request{http.MethodPost, "/v1/me/purchases", p.timed(p.resolve(treeOf(s.arg)))}, nil
	case "rates":
		return request{http.MethodPost, "/v1/me/ratings", p.timed(p.resolve(treeOf(s.arg)))}, nil
	case "plans":
		return request{http.MethodPost, "/v1/me/shopping-list/plan", p.timed(p.resolve(treeOf(s.arg)))}, nil
	case "prefers":
		r, err := a.ask(ctx, http.MethodGet, "/v1/me/preferences", nil)
		now, _ := r.body.(map[string]any)
		change, _ := p.resolve(treeOf(s.arg)).(map[string]any)
		return request{http.MethodPut, "/v1/me/preferences", merge(orEmpty(now), change)}, err
	case "redeem":
		return request{http.MethodPost, "/v1/me/redemptions", p.timed(map[string]any{"offer": p.id("offers", s.offer()), "redeem": true})}, nil
	case "returns":
		path := "/v1/me/redemptions/" + p.shown(s.Person, OfferName(s.offer())).get("id")
		return request{http.MethodDelete, path + "?" + url.Values{"at": {p.now.Format(time.RFC3339Nano)}}.Encode(), nil}, nil
	case "resumes":
		return request{http.MethodDelete, "/v1/me/pause", nil}, nil
	case "arrives":
		return request{http.MethodDelete, "/v1/me/trips/current?" + p.query(&Pull{}), nil}, nil
	case "leavesChain":
		return request{http.MethodDelete, "/v1/me/chains/" + p.id("offers", s.offer()), nil}, nil
	case "erases":
		return request{http.MethodDelete, "/v1/me", nil}, nil
	}
	return request{http.MethodPost, "/v1/offers/" + p.id("offers", s.offer()) + "/" + s.verb, nil}, nil // publish, pause, resume, stop, archive
}

// shown is what a person got for their newest reservation of an offer.
func (p *play) shown(person PersonName, offer OfferName) reply { return p.kept[Shown{person, offer}] }

// checkout is what a till sends for a basket.
func (p *play) checkout(ctx context.Context, verb string, c *Checkout) (request, error) {
	body, _ := p.timed(p.resolve(c.Rest.with())).(map[string]any)
	missing(body, "currency", "EUR")
	missing(body, "amount", 0)
	if verb == "sells" {
		member, err := p.actor(c.Person).ask(ctx, http.MethodGet, "/v1/me/member-code?"+p.query(&Pull{}), nil)
		body["member"] = member.get("code")
		return request{http.MethodPost, "/v1/till/purchases", body}, err
	}
	codes := []any{}
	for _, offer := range c.Offers {
		codes = append(codes, p.shown(c.Person, offer).get("code"))
	}
	if _, set := body["codes"]; !set {
		body["codes"] = codes
	}
	body = p.filled(body).(map[string]any)
	path := map[string]string{"takes": "/v1/till/redemptions", "checks": "/v1/till/check"}[verb]
	return request{http.MethodPost, path, body}, nil
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

// Constant table: what people say about an offer, as the interface calls it.
var actions = map[string]string{
	"open": "opened", "dismiss": "dismissed", "like": "liked", "notInterested": "not_interested", "notNow": "not_now",
	"lessLikeThis": "less_like_this", "neverBrand": "never_brand", "neverMerchant": "never_merchant",
}

// feedback is about the newest delivery of the offer, or about the offer if none came.
func (p *play) feedback(s *Step, action string) any {
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

func (p *play) block(ctx context.Context, a *actor, verb string, b *Blocked) (request, error) {
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
	field := map[string]string{"blocks": "blocked", "favours": "favourites"}[verb]
	list, _ := now[field].([]any)
	now[field] = append(list, block)
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
