package webhook

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// record is an endpoint as it is kept. Its secrets are in clear, because they must sign.
type record struct {
	ID       string      `json:"id"`
	Merchant id.Merchant `json:"merchant"`
	Mode     offers.Mode `json:"mode"`
	Name     string      `json:"name,omitzero"`
	URL      string      `json:"url"`
	Events   []string    `json:"events"`
	Enabled  bool        `json:"enabled"`
	Note     string      `json:"note,omitzero"`
	Secret   []byte      `json:"secret"`
	Old      []byte      `json:"old,omitempty"`
	OldUntil time.Time   `json:"oldUntil,omitzero"`
	Failing  time.Time   `json:"failing,omitzero"` // since
	Created  time.Time   `json:"created"`
	Updated  time.Time   `json:"updated"`
}

func (r *record) wants(t event.Type) bool {
	return slices.Contains(r.Events, "*") || slices.Contains(r.Events, string(t))
}

// signing returns the secrets that sign at a time.
func (r *record) signing(now time.Time) [][]byte {
	if len(r.Old) > 0 && now.Before(r.OldUntil) {
		return [][]byte{r.Secret, r.Old}
	}
	return [][]byte{r.Secret}
}

// endpoint is a record and what waits for it. The dispatcher's mu guards it.
type endpoint struct {
	name string // the record's ID; it never changes, so it may be read without mu
	record
	rev     store.Rev
	waiting map[string]*waiting
	order   []*waiting // oldest first; those that are gone are cleared away now and then
	parked  []*waiting // due, but enough are under way
	running int
	testing bool       // a ping is under way
	dead    []*waiting // oldest first
	log     []api.WebhookAttempt
}

func (ep *endpoint) add(w *waiting) {
	if ep.waiting == nil {
		ep.waiting = make(map[string]*waiting)
	}
	if len(ep.order) > 64 && len(ep.order) > 2*len(ep.waiting) {
		ep.order = slices.DeleteFunc(ep.order, func(w *waiting) bool { return w.gone })
	}
	ep.waiting[w.id] = w
	ep.order = append(ep.order, w)
}

// park lets a message wait until another one of the endpoint is through.
func (ep *endpoint) park(w *waiting) {
	if len(ep.parked) > 64 && len(ep.parked) > 2*len(ep.waiting) {
		ep.parked = slices.DeleteFunc(ep.parked, func(w *waiting) bool { return w.gone })
	}
	ep.parked = append(ep.parked, w)
}

func (ep *endpoint) remove(w *waiting) {
	w.gone = true
	if ep.waiting[w.id] == w {
		delete(ep.waiting, w.id)
	}
}

func (ep *endpoint) dropOldest() *waiting {
	for len(ep.order) > 0 {
		w := ep.order[0]
		ep.order = ep.order[1:]
		if !w.gone {
			ep.remove(w)
			return w
		}
	}
	return nil
}

// snapshot returns the endpoint's record, and whether it is enabled and still there.
func (d *Dispatcher) snapshot(ep *endpoint) (record, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return ep.record, ep.Enabled && d.endpoints[ep.ID] == ep
}

func (d *Dispatcher) readEndpoints(ctx context.Context, mode offers.Mode) error {
	const page = 1000
	for cursor, more := "", true; more; {
		items, next, err := d.Records.List(ctx, mode.String(), store.Webhook, cursor, page)
		if err != nil {
			return err
		}
		for _, item := range items {
			ep := &endpoint{rev: item.Rev}
			if err := json.Unmarshal(item.Value, &ep.record); err != nil {
				return fault.New(fault.Internal, fault.CodeInternal, "A webhook can't be read.").Wrap(err)
			}
			ep.name = ep.ID
			d.endpoints[ep.name] = ep
		}
		cursor, more = next, next != ""
	}
	return nil
}

// put writes a changed record and lets memory follow. The caller holds d.changing.
func (d *Dispatcher) put(ctx context.Context, ep *endpoint, r record) error {
	value, err := json.Marshal(r)
	if err != nil {
		return fault.From(err)
	}
	item := store.Item{Kind: store.Webhook, Partition: r.Mode.String(), ID: r.ID, Scope: string(r.Merchant), Value: value}
	rev, err := d.Records.Put(ctx, item, ep.rev)
	if err != nil {
		return err
	}
	d.mu.Lock()
	ep.record, ep.rev = r, rev
	d.mu.Unlock()
	return nil
}

// health notes whether an endpoint works, and disables one that says so or has failed for days.
func (d *Dispatcher) health(ctx context.Context, ep *endpoint, o outcome, now time.Time) {
	failed := o.problem != ""
	if r, enabled := d.snapshot(ep); !enabled || !failed && r.Failing.IsZero() {
		return
	}
	d.changing.Lock()
	defer d.changing.Unlock()
	r, enabled := d.snapshot(ep)
	switch {
	case !enabled:
		return
	case !failed && r.Failing.IsZero():
		return
	case !failed:
		r.Failing = time.Time{}
	case o.status == 410:
		r.Enabled, r.Note = false, "The endpoint answered 410 Gone on "+now.UTC().Format(time.RFC3339)+"."
	case r.Failing.IsZero():
		r.Failing = now.UTC()
	case now.Sub(r.Failing) < giveUpOn:
		return
	default:
		r.Enabled, r.Note = false, "No attempt has succeeded since "+r.Failing.UTC().Format(time.RFC3339)+"; the last problem was "+o.problem+"."
	}
	if err := d.put(ctx, ep, r); err != nil {
		d.Log.WarnContext(ctx, "the state of a webhook could not be written", "webhook", r.ID, "err", err)
		return
	}
	if !r.Enabled {
		d.mu.Lock()
		d.stats.Disabled++
		d.mu.Unlock()
		d.Log.WarnContext(ctx, "a webhook was disabled", "webhook", r.ID, "merchant", r.Merchant)
	}
}

// view is an endpoint as its merchant sees it. The caller holds d.mu.
func (ep *endpoint) view() api.Webhook {
	enabled := ep.Enabled
	return api.Webhook{
		ID:           ep.ID,
		WebhookInput: api.WebhookInput{Merchant: ep.Merchant, Name: ep.Name, URL: ep.URL, Events: ep.Events, Enabled: &enabled},
		OldUntil:     ep.OldUntil, Note: ep.Note, FailingSince: ep.Failing, Waiting: len(ep.waiting), Dead: len(ep.dead),
		Record: api.Record{
			Mode: ep.Mode.String(), Created: ep.Created, Updated: ep.Updated, Revision: strconv.FormatUint(uint64(ep.rev), 10),
		},
	}
}
