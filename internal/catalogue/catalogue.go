package catalogue

import (
	"context"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Reader finds items of the record.
type Reader interface {
	Get(ctx context.Context, partition string, kind store.Kind, id string) (store.Item, error)
	GetExternal(ctx context.Context, partition string, kind store.Kind, scope, externalID string) (store.Item, error)
	List(ctx context.Context, partition string, kind store.Kind, cursor string, limit int) (items []store.Item, next string, err error)
}

// Writer changes items of the record, and tells of changes.
type Writer interface {
	PutBatch(ctx context.Context, puts []store.Put) ([]store.PutResult, error)
	Delete(ctx context.Context, partition string, kind store.Kind, id string, prev store.Rev) error
	Watch(ctx context.Context, fn func(store.Change)) error
}

// Map finds places of the record.
type Map interface {
	Nearest(ctx context.Context, partition string, p geo.Point, limit int, fn func(store.Item, float64) bool) error
	Within(ctx context.Context, partition string, southWest, northEast geo.Point, limit int, fn func(store.Item) bool) error
}

// Store is the record; *store.Store is one.
type Store interface {
	Reader
	Writer
	Map
}

// Listener hears of offers when the index has them: published or changed, or no longer valid (for a reason of
// wire.Withdrawn). It must be quick, and must not write to the catalogue. *engine.Engine is one.
type Listener interface {
	Published(o *offers.Offer)
	Withdrawn(o *offers.Offer, reason string)
	SoldOut(o *offers.Offer, place id.Place) // for now: one of its items is out of stock there
}

// nobody is who listens if nobody does.
type nobody struct{}

func (nobody) Published(*offers.Offer)         {}
func (nobody) Withdrawn(*offers.Offer, string) {}
func (nobody) SoldOut(*offers.Offer, id.Place) {}

// Ledger counts the claims that stand; *store.Store is one.
type Ledger interface {
	Claimed(ctx context.Context, key string) (offers.Tally, error)
}

// Config is what a Catalogue needs.
type Config struct {
	Store    Store
	Ledger   Ledger
	Index    *offers.Catalogue                    // to be filled; nobody else writes to it
	Cells    func(geo.Region) ([]geo.Cell, error) // cover of a reach, for the record's own index
	Outline  func([]geo.Cell) (geo.Region, error) // the region that cells cover
	Clock    func() time.Time
	Zone     *time.Location    // of places that name none; nil: UTC
	Listener Listener          // nil: nobody
	Events   func(event.Event) // hears that an offer was published, paused or stopped; it must not wait. nil: nobody
}

// Caller is who reads or writes: the mode, and the one merchant that the key is bound to (empty: any).
type Caller struct {
	Mode     offers.Mode
	Merchant id.Merchant
}

// Catalogue is the write path of merchants, places and offers.
type Catalogue struct {
	Merchants *Shelf[api.MerchantInput, offers.Merchant, api.Merchant]
	Places    *Shelf[api.PlaceInput, offers.Place, api.Place]
	Offers    *Shelf[api.OfferInput, offers.Offer, api.Offer]

	Config
	feed feed
	keys keyring

	// removing is held for writing while a place goes, and for reading by every other write, from its checks to its
	// end: an offer must not refer to a place that goes meanwhile.
	removing sync.RWMutex
}

// Open fills the index from the record and follows it until ctx is done.
func Open(ctx context.Context, cfg Config) (*Catalogue, error) {
	if cfg.Listener == nil {
		cfg.Listener = nobody{}
	}
	if cfg.Events == nil {
		cfg.Events = func(event.Event) {}
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	c := &Catalogue{Config: cfg}
	c.Merchants, c.Places, c.Offers = merchants(c), places(c), promotions(c)
	c.feed.index, c.feed.keys = cfg.Index, &c.keys
	c.feed.measure = func(o id.Offer) error {
		return cfg.Index.Measure(o, "", cfg.Clock(), cfg.Zone, func(key string) (offers.Tally, error) {
			return cfg.Ledger.Claimed(context.WithoutCancel(ctx), key)
		})
	}
	err := c.feed.during(func() error { return cfg.Store.Watch(ctx, c.feed.take) })
	if err != nil {
		return nil, err
	}
	c.feed.applying.Lock()
	c.feed.listener, c.feed.events = cfg.Listener, cfg.Events
	c.feed.applying.Unlock()
	return c, nil
}

// put writes to the record and returns when the index has it.
func (c *Catalogue) put(ctx context.Context, puts []store.Put) (results []store.PutResult, err error) {
	err = c.feed.during(func() error {
		results, err = c.Store.PutBatch(ctx, puts)
		return err
	})
	return results, err
}

// now is the time of a write, no finer than what JSON readers keep.
func (c *Catalogue) now() time.Time { return c.Clock().UTC().Truncate(time.Millisecond) }

func notFound(kind store.Kind) *fault.Error {
	return fault.New(fault.NotFound, fault.CodeNotFound, "There is no such %s.", kind)
}
