package webhook

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/outbound"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Caller is who reads or writes: the mode, and the one merchant that the key is bound to (empty: any).
type Caller struct {
	Mode     offers.Mode
	Merchant id.Merchant
}

const maxName = 100 // bytes

var (
	errNone     = fault.New(fault.NotFound, fault.CodeNotFound, "There is no such webhook.")
	errRevision = fault.New(fault.Conflict, fault.CodeConflict, "It has changed meanwhile: read it again, then decide.")
)

// Create makes an endpoint. Its secret is in the answer, and in no other one.
func (d *Dispatcher) Create(ctx context.Context, who Caller, in api.WebhookInput) (api.Webhook, error) {
	now := d.now()
	r := record{ID: id.New(id.PrefixEndpoint), Mode: who.Mode, Enabled: true, Secret: newSecret(), Created: now, Updated: now}
	switch r.Merchant = cmp.Or(in.Merchant, who.Merchant); {
	case r.Merchant == "":
		return api.Webhook{}, fault.Field("merchant", "is required: the id of a merchant, because this key is not bound to one")
	case who.Merchant != "" && who.Merchant != r.Merchant:
		return api.Webhook{}, fault.New(fault.Forbidden, fault.CodeForbidden, "This key acts for another merchant.").WithField("merchant")
	}
	if m := d.Merchant(r.Merchant); m == nil || m.Mode != who.Mode {
		return api.Webhook{}, fault.Field("merchant", "must be the id of a merchant")
	}
	if err := d.take(&r, in); err != nil {
		return api.Webhook{}, err
	}
	d.changing.Lock()
	defer d.changing.Unlock()
	if len(d.of(Caller{who.Mode, r.Merchant})) >= MaxEndpoints {
		return api.Webhook{}, fault.New(fault.Conflict, fault.CodeConflict, "A merchant may have %d webhooks: delete one first.", MaxEndpoints)
	}
	ep := &endpoint{name: r.ID}
	if err := d.put(ctx, ep, r); err != nil {
		return api.Webhook{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.endpoints[r.ID] = ep
	out := ep.view()
	out.Secret = api.Secret(showSecret(r.Secret))
	return out, nil
}

// take checks what a caller may set, and puts it into the record.
func (d *Dispatcher) take(r *record, in api.WebhookInput) error {
	if err := outbound.CheckURL("url", in.URL, d.AllowPrivate); err != nil {
		return err
	}
	if len(in.Name) > maxName {
		return fault.Field("name", "must be at most %d bytes", maxName)
	}
	if len(in.Events) == 0 || len(in.Events) > 2*len(public) {
		return fault.Field("events", `must be a list of types, or ["*"]`)
	}
	for i, name := range in.Events {
		if _, known := public[event.Type(name)]; !known && name != "*" {
			return fault.Field("events["+strconv.Itoa(i)+"]", `must be "*" or one of %s`, strings.Join(Types(), ", "))
		}
	}
	r.URL, r.Name, r.Events = in.URL, in.Name, slices.Clone(in.Events)
	if in.Enabled != nil {
		if *in.Enabled && !r.Enabled {
			r.Note, r.Failing = "", time.Time{}
		}
		r.Enabled = *in.Enabled
	}
	return nil
}

// Types returns the types of event that webhooks may ask for, sorted.
func Types() []string {
	out := make([]string, 0, len(public))
	for t := range public {
		out = append(out, string(t))
	}
	slices.Sort(out)
	return out
}

// now is the time of a write, no finer than what JSON readers keep.
func (d *Dispatcher) now() time.Time { return d.Clock().UTC().Truncate(time.Millisecond) }

// of returns the endpoints that a caller may see, by id.
func (d *Dispatcher) of(who Caller) (out []*endpoint) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(d.endpoints)) {
		if ep := d.endpoints[name]; ep.seenBy(who) {
			out = append(out, ep)
		}
	}
	return out
}

func (ep *endpoint) seenBy(who Caller) bool {
	return ep.Mode == who.Mode && (who.Merchant == "" || who.Merchant == ep.Merchant)
}

func (d *Dispatcher) find(who Caller, webhook string) (*endpoint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ep := d.endpoints[webhook]; ep != nil && ep.seenBy(who) {
		return ep, nil
	}
	return nil, errNone
}

func (d *Dispatcher) show(ep *endpoint) api.Webhook {
	d.mu.Lock()
	defer d.mu.Unlock()
	return ep.view()
}

// List returns up to limit endpoints (0: 100) after a cursor, by id.
func (d *Dispatcher) List(_ context.Context, who Caller, cursor string, limit int) (page api.Page[api.Webhook], err error) {
	if limit == 0 {
		limit = 100
	}
	if limit < 0 || limit > 1000 {
		return page, fault.Field("limit", "must be from 1 to 1000")
	}
	page.Items = []api.Webhook{}
	for _, ep := range d.of(who) {
		if ep.ID <= cursor {
			continue
		}
		if len(page.Items) == limit {
			page.Next = page.Items[limit-1].ID
			break
		}
		page.Items = append(page.Items, d.show(ep))
	}
	return page, nil
}

// Get returns an endpoint.
func (d *Dispatcher) Get(_ context.Context, who Caller, webhook string) (api.Webhook, error) {
	ep, err := d.find(who, webhook)
	if err != nil {
		return api.Webhook{}, err
	}
	return d.show(ep), nil
}

// change alters an endpoint's record; expected, if set, must be its revision still.
func (d *Dispatcher) change(ctx context.Context, who Caller, webhook, expected string, alter func(*endpoint, *record) error) (*endpoint, error) {
	d.changing.Lock()
	defer d.changing.Unlock()
	ep, err := d.find(who, webhook)
	if err != nil {
		return nil, err
	}
	if expected != "" && expected != d.show(ep).Revision {
		return nil, errRevision
	}
	r, _ := d.snapshot(ep)
	if err := alter(ep, &r); err != nil {
		return nil, err
	}
	r.Updated = d.now()
	return ep, d.put(ctx, ep, r)
}

// Change lets edit alter what a caller may set.
func (d *Dispatcher) Change(ctx context.Context, who Caller, webhook, revision string, edit func(*api.WebhookInput) error) (api.Webhook, error) {
	ep, err := d.change(ctx, who, webhook, revision, func(ep *endpoint, r *record) error {
		in := d.show(ep).WebhookInput
		in.Events = slices.Clone(in.Events)
		if err := edit(&in); err != nil {
			return err
		}
		if in.Merchant != r.Merchant {
			return fault.Field("merchant", "can't be changed")
		}
		return d.take(r, in)
	})
	if err != nil {
		return api.Webhook{}, err
	}
	return d.show(ep), nil
}

// Rotate gives an endpoint a new secret; the one before signs, too, for a day.
func (d *Dispatcher) Rotate(ctx context.Context, who Caller, webhook string) (api.Webhook, error) {
	secret := newSecret()
	ep, err := d.change(ctx, who, webhook, "", func(_ *endpoint, r *record) error {
		r.Old, r.OldUntil, r.Secret = r.Secret, d.now().Add(rotation), secret
		return nil
	})
	if err != nil {
		return api.Webhook{}, err
	}
	out := d.show(ep)
	out.Secret = api.Secret(showSecret(secret))
	return out, nil
}

// Remove deletes an endpoint with all that waits for it.
func (d *Dispatcher) Remove(ctx context.Context, who Caller, webhook, revision string) error {
	d.changing.Lock()
	defer d.changing.Unlock()
	ep, err := d.find(who, webhook)
	if err != nil {
		return err
	}
	if revision != "" && revision != d.show(ep).Revision {
		return errRevision
	}
	if err := d.Records.Delete(ctx, ep.Mode.String(), store.Webhook, ep.ID, ep.rev); err != nil {
		return err
	}
	d.mu.Lock()
	delete(d.endpoints, ep.ID)
	for _, w := range ep.waiting {
		ep.remove(w)
	}
	d.mu.Unlock()
	return d.deleteAll(ctx, ep.name)
}

func (d *Dispatcher) deleteAll(ctx context.Context, webhook string) error {
	var names []string
	err := d.Outbox.Notes(ctx, room, webhook+"/", func(n store.Note) bool {
		names = append(names, n.Name)
		return true
	})
	if err != nil {
		return err
	}
	return d.Outbox.DeleteNotes(ctx, room, names...)
}

// Test sends a ping at once, past the outbox, and tells what came of it.
func (d *Dispatcher) Test(ctx context.Context, who Caller, webhook string) (api.WebhookAttempt, error) {
	ep, err := d.find(who, webhook)
	if err != nil {
		return api.WebhookAttempt{}, err
	}
	d.mu.Lock()
	busy := ep.testing
	ep.testing = true
	d.mu.Unlock()
	if busy {
		return api.WebhookAttempt{}, fault.New(fault.RateLimited, fault.CodeRateLimited, "One test at a time: this one is still waiting for its answer.").WithRetry(time.Second)
	}
	defer func() {
		d.mu.Lock()
		ep.testing = false
		d.mu.Unlock()
	}()
	r, _ := d.snapshot(ep)
	body, err := json.Marshal(api.EventMessage{
		Type: string(Ping), Timestamp: d.now().Truncate(time.Second), Data: api.EventData{Mode: r.Mode.String(), Merchant: r.Merchant},
	})
	if err != nil {
		return api.WebhookAttempt{}, fault.From(err)
	}
	m := message{ID: id.New(id.PrefixEvent), Type: Ping, At: d.now(), Attempt: 1, Body: string(body)}
	o := d.post(ctx, &r, &m)
	return d.remember(ep, &m, o, d.now()), nil
}

// Attempts returns the last attempts at an endpoint since the server started, newest first.
func (d *Dispatcher) Attempts(_ context.Context, who Caller, webhook string) (page api.Page[api.WebhookAttempt], err error) {
	ep, err := d.find(who, webhook)
	if err != nil {
		return page, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	page.Items = append([]api.WebhookAttempt{}, ep.log...)
	slices.Reverse(page.Items)
	return page, nil
}

// Dead returns an endpoint's dead letters, oldest first.
func (d *Dispatcher) Dead(ctx context.Context, who Caller, webhook string) (page api.Page[api.DeadLetter], err error) {
	ep, err := d.find(who, webhook)
	if err != nil {
		return page, err
	}
	page.Items = []api.DeadLetter{}
	err = d.Outbox.Notes(ctx, room, ep.name+"/", func(n store.Note) bool {
		if m, err := readMessage(n); err == nil && !m.Died.IsZero() {
			page.Items = append(page.Items, api.DeadLetter{
				Event: m.ID, Type: string(m.Type), At: m.At, Died: m.Died, Attempts: m.Attempt, Problem: m.Problem, Payload: jsontext.Value(m.Body),
			})
		}
		return true
	})
	slices.SortFunc(page.Items, func(a, b api.DeadLetter) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Event, b.Event)) })
	return page, err
}

// Replay lets dead letters go out again, with all their attempts anew: one, or all that happened since a time.
func (d *Dispatcher) Replay(ctx context.Context, who Caller, webhook string, in api.WebhookReplay) (out api.WebhookReplayed, err error) {
	ep, err := d.find(who, webhook)
	if err != nil {
		return out, err
	}
	if (in.Event == "") == in.Since.IsZero() {
		return out, fault.Field("event", "must be the id of a dead letter, or since a time; not both")
	}
	var again []store.Note
	err = d.Outbox.Notes(ctx, room, ep.name+"/", func(n store.Note) bool {
		m, err := readMessage(n)
		if err == nil && !m.Died.IsZero() && (m.ID == in.Event || in.Event == "" && !m.At.Before(in.Since)) {
			again = append(again, n)
		}
		return true
	})
	if err != nil {
		return out, err
	}
	if in.Event != "" && len(again) == 0 {
		return out, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such dead letter.").WithField("event")
	}
	for _, n := range again {
		if err := d.revive(ctx, ep, n); err != nil {
			return out, err
		}
		out.Replayed++
	}
	signal(d.wake)
	return out, nil
}

func (d *Dispatcher) revive(ctx context.Context, ep *endpoint, n store.Note) error {
	m, err := readMessage(n)
	if err != nil {
		return fault.From(err)
	}
	m.Attempt, m.Died, m.Problem, m.Due = 0, time.Time{}, "", d.Clock()
	fresh, err := note(ep.name, &m, n.Owner)
	if err == nil {
		err = d.Outbox.PutNotes(ctx, room, fresh)
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	ep.dead = slices.DeleteFunc(ep.dead, func(w *waiting) bool { return w.id == m.ID })
	surplus := d.enqueue(&waiting{endpoint: ep, id: m.ID, at: m.At, due: m.Due})
	d.mu.Unlock()
	return d.Outbox.DeleteNotes(ctx, room, surplus...)
}
