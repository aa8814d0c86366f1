package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/outbound"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Bounds. What is beyond the oldest goes, and is counted.
const (
	MaxEndpoints   = 16      // of one merchant
	maxPending     = 8192    // events that wait to be filed
	maxWaiting     = 10_000  // messages of one endpoint that wait to be sent
	maxDead        = 1000    // dead letters of one endpoint
	maxLog         = 100     // attempts of one endpoint that are remembered
	maxAttempts    = 64      // under way at once
	maxAnswer      = 4 << 10 // bytes that are read of an answer
	attemptTimeout = 15 * time.Second
	perEndpoint    = 4 // of those, to one endpoint: a slow one keeps nobody waiting
)

// Records is where endpoints are kept; *store.Store is one.
type Records interface {
	Put(ctx context.Context, item store.Item, prev store.Rev) (store.Rev, error)
	Delete(ctx context.Context, partition string, kind store.Kind, id string, prev store.Rev) error
	List(ctx context.Context, partition string, kind store.Kind, cursor string, limit int) (items []store.Item, next string, err error)
}

// Outbox is where messages wait; *store.Store is one.
type Outbox interface {
	PutNotes(ctx context.Context, room string, notes ...store.Note) error
	DeleteNotes(ctx context.Context, room string, names ...string) error
	Notes(ctx context.Context, room, prefix string, fn func(store.Note) bool) error
}

// Config is what a Dispatcher needs.
type Config struct {
	Records  Records
	Outbox   Outbox
	People   People
	Merchant func(id.Merchant) *offers.Merchant // nil: there is none such
	Clock    func() time.Time
	Log      *slog.Logger
	// AllowPrivate lets webhooks go to this machine and to private networks, to any port, and to this machine without
	// TLS: for development.
	AllowPrivate bool
	Transport    http.RoundTripper // nil: the guarded one
}

// Dispatcher tells merchants' servers what happened. Use Open; Run does the work.
type Dispatcher struct {
	Config
	client *http.Client
	wake   chan struct{} // something is due
	filed  chan struct{} // something is pending

	changing sync.Mutex // held while endpoints are written; taken before mu

	mu        sync.Mutex
	endpoints map[string]*endpoint
	pending   []event.Event // oldest first
	due       schedule
	swept     int // messages dropped since due was swept
	running   int
	stats     Stats
}

// Stats is what a dispatcher did since it was made. Labels are closed sets.
type Stats struct {
	Waiting, Dead, Endpoints int               // now
	Attempts                 map[string]uint64 // by outcome: ok, timeout, address_refused, …
	Dropped                  map[string]uint64 // by reason: pending, full, dead_full, unfiled
	Disabled                 uint64
}

// Open returns a dispatcher with the endpoints and messages of the record.
func Open(ctx context.Context, cfg Config) (*Dispatcher, error) {
	d := &Dispatcher{
		Config: cfg, wake: make(chan struct{}, 1), filed: make(chan struct{}, 1), endpoints: make(map[string]*endpoint),
		stats: Stats{Attempts: make(map[string]uint64), Dropped: make(map[string]uint64)},
	}
	if d.Transport == nil {
		d.Transport = outbound.NewTransport(cfg.AllowPrivate, nil, outbound.Limits{
			Timeout: attemptTimeout, Idle: maxAttempts, IdlePerHost: perEndpoint, PerHost: 4 * perEndpoint,
		})
	}
	d.client = &http.Client{
		Transport: d.Transport, Timeout: attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, mode := range []offers.Mode{offers.Live, offers.Test} {
		if err := d.readEndpoints(ctx, mode); err != nil {
			return nil, err
		}
	}
	return d, d.readOutbox(ctx)
}

// Tell notes an event to be told to the merchant's endpoints. It never waits: beyond its bound the oldest is dropped and
// counted.
func (d *Dispatcher) Tell(e event.Event) {
	if _, leaves := public[e.Type]; !leaves || e.Merchant == "" {
		return
	}
	d.mu.Lock()
	if len(d.pending) == maxPending {
		d.pending[0] = event.Event{} // nothing of the person is left behind; append moves the rest now and then
		d.pending = d.pending[1:]
		d.stats.Dropped["pending"]++
	}
	d.pending = append(d.pending, e)
	d.mu.Unlock()
	signal(d.filed)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run files events and sends messages until ctx is done; attempts under way are then broken off and repeated after the
// next start. What was told before is filed first.
func (d *Dispatcher) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-d.filed:
				d.file(ctx)
			case <-ctx.Done():
				d.file(context.WithoutCancel(ctx))
				return
			}
		}
	})
	d.send(ctx, &wg)
	wg.Wait()
	d.client.CloseIdleConnections()
}

// Name is how the dispatcher is called on the erase list.
func (*Dispatcher) Name() string { return "webhooks" }

// Erase forgets events about a person that were not filed yet. What was, went with the person's records.
func (d *Dispatcher) Erase(_ context.Context, user id.User) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := make([]event.Event, 0, len(d.pending)) // a new array: nothing of the person is left behind its end
	for _, e := range d.pending {
		if e.User != user {
			kept = append(kept, e)
		}
	}
	d.pending = kept
	return nil
}

// Recall takes back what waits to be told about a person who withdrew a consent that it needed.
func (d *Dispatcher) Recall(ctx context.Context, user id.User) error {
	if err := d.Erase(ctx, user); err != nil {
		return err
	}
	var names []string
	err := d.Outbox.Notes(ctx, room, "", func(n store.Note) bool {
		if m, err := readMessage(n); n.Owner == user && err == nil && public[m.Type] != atTill {
			names = append(names, n.Name)
		}
		return true
	})
	if err != nil || len(names) == 0 {
		return err
	}
	return d.Outbox.DeleteNotes(ctx, room, names...)
}

// Stats returns the counters.
func (d *Dispatcher) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := Stats{
		Endpoints: len(d.endpoints), Disabled: d.stats.Disabled,
		Attempts: copied(d.stats.Attempts), Dropped: copied(d.stats.Dropped),
	}
	for _, ep := range d.endpoints {
		s.Waiting += len(ep.waiting)
		s.Dead += len(ep.dead)
	}
	return s
}

func copied(m map[string]uint64) map[string]uint64 {
	out := make(map[string]uint64, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
