package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/wire"
)

// World is where a scenario plays: a server that knows nothing yet.
type World struct {
	URL         string     // http://127.0.0.1:8080
	Secret      api.Secret // key of the merchants' side, not bound to one
	Publishable api.Secret // key to opt people in; both of the file's mode
	// Pushed waits until the push service has the delivery for the device, for as long as that is likely; nil: there is no
	// push service.
	Pushed func(ctx context.Context, device, delivery string) bool
	// Till makes the key of a till of a merchant at a place.
	Till func(ctx context.Context, merchant, place string) (api.Secret, error)
	// Open opens a file that the scenario names.
	Open func(name string) (io.ReadCloser, error)
}

// play is a scenario under way.
type play struct {
	*File
	World
	edge   edge
	client *client.Client

	ids    map[named]string
	names  map[string]string // of offers, by id
	saved  map[string]string
	kept   map[Shown]reply       // what people got for their reservations
	tills  map[string]api.Secret // keys by place
	actors []*actor
	reach  map[string]geo.Region // of offers by name, as far as the file tells
	now    time.Time
	until  time.Time

	log        []Event
	deliveries []delivery
	held       []suppression
	withdrawn  []withdrawal
	checks     []Check
}

// delivery is an offer that came to somebody.
type delivery struct {
	at            time.Time
	person, offer string
	channel       string
	frame         wire.Offer
}

type suppression struct {
	at                  time.Time
	person, offer, code string
}

type withdrawal struct {
	at                    time.Time
	person, offer, reason string
}

// Run plays a scenario and compares. An error means that it could not be played: the server is gone, ctx is done, or, as
// Mistakes, it refuses what the file registers.
func Run(ctx context.Context, f *File, w World) (Result, error) {
	c, err := client.New(w.URL, w.Publishable)
	if err != nil {
		return Result{}, err
	}
	defer c.Close()
	p := &play{
		File: f, World: w, client: c, edge: edge{strings.TrimRight(w.URL, "/"), &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}},
		ids: map[named]string{}, names: map[string]string{}, saved: map[string]string{}, kept: map[Shown]reply{}, tills: map[string]api.Secret{}, reach: map[string]geo.Region{},
		now: f.begin, until: f.end,
	}
	defer p.edge.http.CloseIdleConnections()
	defer p.hangUp()
	if err := p.prepare(ctx); err != nil {
		return Result{}, err
	}
	if err := p.walk(ctx); err != nil {
		return Result{}, err
	}
	for i := range f.Expect {
		p.judge(&f.Expect[i])
	}
	return p.result(), nil
}

// turn is what comes next: a position or a step of somebody.
type turn struct {
	at    time.Time
	actor *actor
	fix   *wire.Fix
	step  *Step
}

// walk takes all positions and steps in the order of time, one by one.
func (p *play) walk(ctx context.Context) error {
	var turns []turn
	for _, a := range p.actors {
		fixes, err := p.fixes(a.name, a.spec, p.Open)
		if err != nil {
			return err
		}
		if n := len(fixes); n > 0 && p.Until.IsZero() {
			p.until = maxTime(p.until, time.UnixMilli(fixes[n-1].At))
		}
		for i := range fixes {
			turns = append(turns, turn{at: time.UnixMilli(fixes[i].At).In(p.zone), actor: a, fix: &fixes[i]})
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		turns = append(turns, turn{at: s.At.Time.Time, actor: p.actor(s.Person), step: s})
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return a.at.Compare(b.at) }) // positions were put in first
	for _, t := range turns {
		p.now = t.at
		var err error
		if t.fix != nil {
			err = t.actor.position(ctx, *t.fix)
		} else {
			err = p.take(ctx, t.actor, t.step)
		}
		if err != nil {
			return err
		}
	}
	p.now = p.until
	for _, a := range p.actors {
		if err := a.look(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) actor(name PersonName) *actor {
	for _, a := range p.actors {
		if a.name == string(name) {
			return a
		}
	}
	return nil
}

func (p *play) hangUp() {
	for _, a := range p.actors {
		a.close()
	}
}

// prepare registers what there is before the first moment.
func (p *play) prepare(ctx context.Context) error {
	for i := range p.Merchants {
		m := &p.Merchants[i]
		if err := p.register(ctx, "merchants", m.Name, m.Line, m.Value.tree); err != nil {
			return err
		}
	}
	for i := range p.Places {
		m := &p.Places[i]
		if err := p.register(ctx, "places", m.Name, m.Line, m.Value.Rest.tree); err != nil {
			return err
		}
		if err := p.fill(ctx, m); err != nil {
			return err
		}
	}
	for i := range p.People {
		m := &p.People[i]
		a := &actor{play: p, name: m.Name, spec: &m.Value, app: m.Value.Socket == nil || *m.Value.Socket, gps: true, seen: map[string]bool{}}
		if err := a.optIn(ctx); err != nil {
			return err
		}
		p.actors = append(p.actors, a)
	}
	if err := p.registerOffers(ctx); err != nil {
		return err
	}
	for _, o := range p.Offers {
		if r, ok := p.reachOf(o.Value.tree); ok {
			p.reach[o.Name] = r
		}
	}
	return nil
}

// fill puts into a place what it sells.
func (p *play) fill(ctx context.Context, m *Named[Place]) error {
	if len(m.Value.Stock) == 0 {
		return nil
	}
	items := make([]any, len(m.Value.Stock))
	for i := range items {
		items[i] = m.Value.Stock[i].tree
	}
	r, err := p.edge.call(ctx, string(p.Secret), http.MethodPut, "/v1/places/"+p.id("places", m.Name)+"/stock", map[string]any{"items": items})
	if err == nil && !r.ok() {
		err = Mistakes{{Line: m.Line, Column: 1, Path: "places." + m.Name + ".stock", Detail: r.refusal()}}
	}
	return err
}

// registerOffers registers those first that others name.
func (p *play) registerOffers(ctx context.Context) error {
	left := slices.Clone(p.Offers)
	for len(left) > 0 {
		next := max(0, slices.IndexFunc(left, func(o Named[Body[api.OfferInput]]) bool { return !p.waits(o.Value.tree) }))
		o := left[next]
		if err := p.register(ctx, "offers", o.Name, o.Line, o.Value.tree); err != nil {
			return err
		}
		left = slices.Delete(left, next, next+1)
	}
	return nil
}

// waits reports whether an offer names one that is not registered yet.
func (p *play) waits(v any) bool {
	switch x := v.(type) {
	case named:
		return p.ids[x] == ""
	case map[string]any:
		for _, v := range x {
			if p.waits(v) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, p.waits)
	}
	return false
}

// register makes something of the catalogue. What the server refuses is a mistake of the file.
func (p *play) register(ctx context.Context, kind, name string, line int, tree map[string]any) error {
	r, err := p.edge.call(ctx, string(p.Secret), http.MethodPost, "/v1/"+kind, p.resolve(tree))
	if err != nil {
		return err
	}
	if !r.ok() {
		return Mistakes{{Line: line, Column: 1, Path: join(kind+"."+name, r.get("field")), Detail: fmt.Sprintf("%s (%s)", r.get("detail"), r.get("code"))}}
	}
	p.ids[named{kind, name}] = r.get("id")
	if kind == "offers" {
		p.names[r.get("id")] = name
	}
	return nil
}

// id returns the id of something of the file.
func (p *play) id(kind, name string) string {
	if kind == "places" {
		if place := p.place(name); place != nil {
			name = place.Name
		}
	}
	return p.ids[named{kind, name}]
}

// resolve turns a tree of the file into JSON of the interface.
func (p *play) resolve(v any) any {
	switch x := v.(type) {
	case named:
		return p.id(x.kind, x.name)
	case *Point:
		return p.locate(x)
	case *reach:
		return x.geoJSON(p.locate)
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, v := range x {
			if _, none := v.(nobody); !none {
				out[k] = p.resolve(v)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, v := range x {
			out[i] = p.resolve(v)
		}
		return out
	}
	return v
}

// reachOf returns the area of an offer, as far as the file tells it.
func (p *play) reachOf(tree map[string]any) (r geo.Region, ok bool) {
	shape := tree["reach"]
	if at, named := tree["place"].(named); shape == nil && named {
		radius, _ := number(tree["radius"])
		if place := p.place(at.name); place != nil && radius > 0 {
			shape = &reach{Circle: &place.Value.At, Radius: radius}
		}
	}
	if shape == nil {
		return r, false
	}
	text, err := json.Marshal(p.resolve(shape))
	return r, err == nil && r.UnmarshalJSON(text) == nil
}
