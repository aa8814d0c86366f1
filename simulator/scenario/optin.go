package scenario

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/wire"
)

const policyVersion = "scenario" // of the text that a person saw

// grants are switches as the interface takes them. With sources of mood, mood itself is the person's own reports; notice
// is the version of the notices in force.
func grants(purposes []string, granted bool, notice string) map[string]any {
	if slices.Contains(purposes, "all") {
		purposes = []string{"location", "mood", "purchases", "push"}
	}
	out := map[string]any{}
	for _, p := range purposes {
		p, _, _ = strings.Cut(p, ".")
		if p == "none" {
			continue
		}
		g := map[string]any{"granted": granted}
		if granted {
			g["policy"] = policyVersion
		}
		out[p] = g
	}
	sources, whole := sourcesOf(purposes), slices.Contains(purposes, "mood")
	if len(sources) == 0 || whole && !granted {
		return out
	}
	if whole {
		sources = append(sources, "self")
	}
	mood := map[string]any{"granted": granted, "sources": sources}
	if granted {
		mood["policy"] = notice
	}
	out["mood"] = mood
	return out
}

// sourcesOf are the sources of mood that consents name.
func sourcesOf(purposes []string) (sources []string) {
	for _, p := range purposes {
		if source, ok := strings.CutPrefix(p, "mood."); ok {
			sources = append(sources, source)
		}
	}
	return sources
}

// notice asks for the version of the notices in force, as an app does that shows them, if sources of mood are named.
func (p *play) notice(ctx context.Context, purposes []string) (string, error) {
	if len(sourcesOf(purposes)) == 0 {
		return "", nil
	}
	r, err := p.edge.call(ctx, string(p.Publishable), http.MethodGet, "/v1/notices", nil)
	return r.get("version"), err
}

// optIn makes the person on the server, with preferences and history.
func (a *actor) optIn(ctx context.Context) error {
	body := maps.Clone(a.spec.Rest.with())
	notice, err := a.notice(ctx, a.spec.Consents)
	if err != nil {
		return err
	}
	consents := grants(a.spec.Consents, true, notice)
	body["consents"], body["simulated"], body["at"] = consents, true, a.born().UTC()
	if _, allows := consents["mood"]; allows {
		missing(body, "moodLevel", "help")
	}
	missing(body, "zone", a.zone.String())
	r, err := a.edge.call(ctx, string(a.Publishable), http.MethodPost, "/v1/users", a.resolve(body))
	if err != nil {
		return err
	}
	if !r.ok() {
		return Mistakes{a.spec.Source.mistake("%s", r.refusal())}
	}
	a.token = api.Secret(r.get("token"))
	a.ids[named{"people", a.name}] = r.get("user")
	if err := a.prefer(ctx, a.standard()); err != nil {
		return err
	}
	if !a.app {
		if err := a.register(ctx); err != nil {
			return err
		}
	}
	return a.past(ctx)
}

// standard is what people of scenarios choose unless the file says otherwise: nothing that would surprise its reader.
func (a *actor) standard() map[string]any {
	tree := maps.Clone(a.spec.Preferences.with())
	if _, allows := grants(a.spec.Consents, true, "")["push"]; !allows {
		return tree
	}
	push, _ := tree["push"].(map[string]any)
	push = maps.Clone(orEmpty(push))
	missing(push, "mode", "surprise")
	if _, set := push["quietFrom"]; !set {
		missing(push, "quietFrom", 0)
		missing(push, "quietTo", 0)
	}
	tree["push"] = push
	return tree
}

// prefer changes some preferences and leaves the others.
func (a *actor) prefer(ctx context.Context, change map[string]any) error {
	r, err := a.ask(ctx, http.MethodGet, "/v1/me/preferences", nil)
	if err != nil {
		return err
	}
	now, ok := r.body.(map[string]any)
	if !ok {
		return Mistakes{a.spec.Source.mistake("preferences: %s", r.refusal())}
	}
	resolved, _ := a.resolve(change).(map[string]any)
	if r, err = a.ask(ctx, http.MethodPut, "/v1/me/preferences", merge(now, resolved)); err == nil && !r.ok() {
		err = Mistakes{a.spec.Source.mistake("preferences: %s", r.refusal())}
	}
	return err
}

// merge returns a with the members of b, those of members too.
func merge(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	for k, v := range b {
		inner, isMap := v.(map[string]any)
		was, wasMap := out[k].(map[string]any)
		if isMap && wasMap {
			v = merge(was, inner)
		}
		out[k] = v
	}
	return out
}

// event of a past, as it is told to the server.
type memory struct {
	at   time.Time
	past *Past
}

func (a *actor) memories() (out []memory) {
	for i := range a.spec.History {
		h := &a.spec.History[i]
		for n := range max(1, h.Times) {
			every := h.Every.Duration
			if every == 0 {
				every = 24 * time.Hour
			}
			out = append(out, memory{a.begin.Add(-h.Ago.Duration - time.Duration(n)*every), h})
		}
	}
	slices.SortStableFunc(out, func(x, y memory) int { return x.at.Compare(y.at) })
	return out
}

// born is when the person opted in: before all that they did.
func (a *actor) born() time.Time {
	born := a.begin.Add(-time.Second)
	if m := a.memories(); len(m) > 0 {
		born = m[0].at.Add(-time.Hour)
	}
	return born
}

const visitFixes = 10 // a minute apart: long enough for a visit

// past tells the server what was before the clock, when there are no offers yet.
func (a *actor) past(ctx context.Context) error {
	for _, m := range a.memories() {
		var r reply
		var err error
		switch {
		case m.past.Bought != nil:
			body := maps.Clone(m.past.Bought.with())
			body["at"] = m.at.UTC()
			r, err = a.ask(ctx, http.MethodPost, "/v1/me/purchases", a.resolve(body))
		default:
			at := a.locate(&Point{place: string(m.past.Visited)})
			in := api.Positions{}
			for n := range visitFixes {
				in.Fixes = append(in.Fixes, wire.Fix{Lat: at.Lat, Lon: at.Lon, Accuracy: defaultAccuracy, At: m.at.Add(time.Duration(n) * time.Minute).UnixMilli()})
			}
			r, err = a.ask(ctx, http.MethodPost, "/v1/me/positions", in)
		}
		if err != nil {
			return err
		}
		if !r.ok() {
			return Mistakes{m.past.Source.mistake("%s", r.refusal())}
		}
	}
	return nil
}

// register lets the push service reach the person's phone.
func (a *actor) register(ctx context.Context) error {
	if a.device != "" || a.Pushed == nil {
		return nil
	}
	device := "phone of " + a.name
	r, err := a.ask(ctx, http.MethodPut, "/v1/me/push-token", map[string]any{"channel": "fcm", "token": device})
	if err == nil && r.ok() {
		a.device = device
	}
	if err == nil && !r.ok() {
		a.tell(a.name, "", "no device for pushes: %s", r.refusal())
	}
	return err
}

// settle waits until the server knows that the sockets that were closed are closed.
func (a *actor) settle(ctx context.Context) error {
	open := 0
	for _, b := range a.actors {
		if b.socket != nil {
			open++
		}
	}
	want := fmt.Sprintf("flaneur_sessions %d", open)
	for range 200 {
		r, err := a.edge.call(ctx, "", http.MethodGet, "/metrics", nil)
		if err != nil || hasLine(r.body, want) {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
