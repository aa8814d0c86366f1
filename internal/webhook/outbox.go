package webhook

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

// room is the outbox in the store; a message's name there is "endpoint/id".
const room = "webhook"

// keep is how long a message may stay in the outbox, dead letters included.
const keep = 30 * 24 * time.Hour

// message is one event on its way to one endpoint, as the outbox has it.
type message struct {
	ID      string     `json:"id"`
	Type    event.Type `json:"type"`
	At      time.Time  `json:"at"`
	Attempt int        `json:"attempt"` // made so far
	Due     time.Time  `json:"due"`
	Died    time.Time  `json:"died,omitzero"`
	Problem string     `json:"problem,omitzero"` // of the last attempt
	Body    string     `json:"body"`
}

// waiting is what memory holds of a message: neither its body nor whom it is about.
type waiting struct {
	endpoint *endpoint
	id       string
	at       time.Time
	due      time.Time
	gone     bool // dropped, replaced or done; may still stand in a queue
}

func readMessage(n store.Note) (m message, err error) {
	return m, json.Unmarshal(n.Value, &m)
}

func note(endpoint string, m *message, owner id.User) (store.Note, error) {
	value, err := json.Marshal(m)
	return store.Note{Name: endpoint + "/" + m.ID, Owner: owner, Value: value, Keep: keep}, err
}

// readOutbox takes up what an earlier process left, oldest first.
func (d *Dispatcher) readOutbox(ctx context.Context) error {
	var list []*waiting
	var orphans []string
	err := d.Outbox.Notes(ctx, room, "", func(n store.Note) bool {
		name, _, _ := strings.Cut(n.Name, "/")
		m, err := readMessage(n)
		ep := d.endpoints[name]
		if err != nil || ep == nil {
			orphans = append(orphans, n.Name)
			return true
		}
		w := &waiting{endpoint: ep, id: m.ID, at: m.At, due: m.Due}
		if m.Died.IsZero() {
			list = append(list, w)
		} else {
			ep.dead = append(ep.dead, w)
		}
		return true
	})
	if err != nil {
		return err
	}
	byAge := func(a, b *waiting) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.id, b.id)) }
	slices.SortFunc(list, byAge)
	for _, w := range list {
		w.endpoint.add(w)
		d.due.add(w)
	}
	for _, ep := range d.endpoints {
		slices.SortFunc(ep.dead, byAge)
	}
	if len(orphans) == 0 {
		return nil
	}
	return d.Outbox.DeleteNotes(ctx, room, orphans...)
}

// file writes pending events to the outbox, one message for each endpoint that wants them.
func (d *Dispatcher) file(ctx context.Context) {
	for {
		d.mu.Lock()
		list := d.pending
		d.pending = nil
		d.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for i := range list {
			if err := d.fileOne(ctx, &list[i]); err != nil {
				d.mu.Lock()
				d.stats.Dropped["unfiled"]++
				d.mu.Unlock()
				d.Log.WarnContext(ctx, "an event for webhooks is lost", "type", list[i].Type, "merchant", list[i].Merchant, "err", err)
			}
		}
	}
}

func (d *Dispatcher) fileOne(ctx context.Context, e *event.Event) error {
	listeners := d.listeners(e)
	if len(listeners) == 0 {
		return nil
	}
	l, ok, err := write(ctx, d.People, e)
	if err != nil || !ok {
		return err
	}
	now := d.Clock()
	m := message{ID: cmp.Or(e.ID, id.New(id.PrefixEvent)), Type: e.Type, At: now, Due: now, Body: string(l.body)}
	for _, ep := range listeners {
		n, err := note(ep.name, &m, l.owner)
		if err == nil {
			err = d.Outbox.PutNotes(ctx, room, n)
		}
		if err != nil {
			return err
		}
		d.mu.Lock()
		surplus := d.enqueue(&waiting{endpoint: ep, id: m.ID, at: now, due: now})
		d.mu.Unlock()
		if len(surplus) > 0 {
			if err := d.Outbox.DeleteNotes(ctx, room, surplus...); err != nil {
				return err
			}
		}
	}
	signal(d.wake)
	return nil
}

// listeners returns the enabled endpoints that want an event.
func (d *Dispatcher) listeners(e *event.Event) (out []*endpoint) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, ep := range d.endpoints {
		if ep.Merchant == e.Merchant && ep.Mode == e.Mode && ep.Enabled && ep.wants(e.Type) {
			out = append(out, ep)
		}
	}
	return out
}

// enqueue lets a message wait, and returns the names of those that had to go for it. The caller holds d.mu.
func (d *Dispatcher) enqueue(w *waiting) (surplus []string) {
	ep := w.endpoint
	if old := ep.waiting[w.id]; old != nil { // told twice: it is one message
		old.gone = true
	} else if len(ep.waiting) >= maxWaiting {
		if oldest := ep.dropOldest(); oldest != nil {
			d.stats.Dropped["full"]++
			if d.swept++; d.swept >= maxWaiting {
				d.due.sweep()
				d.swept = 0
			}
			surplus = append(surplus, ep.name+"/"+oldest.id)
		}
	}
	ep.add(w)
	d.due.add(w)
	return surplus
}

// bury puts a message among the dead letters. The caller holds d.mu.
func (d *Dispatcher) bury(w *waiting) (surplus []string) {
	ep := w.endpoint
	ep.remove(w)
	if len(ep.dead) >= maxDead {
		surplus = append(surplus, ep.name+"/"+ep.dead[0].id)
		ep.dead = slices.Delete(ep.dead, 0, 1)
		d.stats.Dropped["dead_full"]++
	}
	ep.dead = append(ep.dead, &waiting{endpoint: ep, id: w.id, at: w.at})
	return surplus
}
