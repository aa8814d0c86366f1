package catalogue

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// feed carries the record's changes to the index, in the order of commits. Changes are collected while a write is
// under way and applied together when it is done, because the index takes a thousand offers at once much cheaper than
// one by one.
type feed struct {
	index *offers.Catalogue
	keys  *keyring
	// measure marks an offer that nobody can claim any more.
	measure func(id.Offer) error
	// listener hears of changes, not of the snapshot; guarded by applying.
	listener Listener
	events   func(event.Event)
	writes   atomic.Int64 // under way in this process

	mu      sync.Mutex
	pending []change
	failed  error
	news    []news // for the listener, in the order in which the index got it

	telling sync.Mutex // held while the listener hears, so that the order stands; taken before mu, not with applying

	applying sync.Mutex       // held while changes go to the index, so that their order stands; taken before mu
	active   map[id.Place]int // active offers by place
}

// news is an offer that the index has now, and what it had in its place, nil for nothing; or what the stock at a place
// did to an offer.
type news struct {
	offer, was *offers.Offer
	stock      *offers.StockChange
}

func (n news) wasActive() bool { return n.was != nil && n.was.Status == offers.Active }

// change is a store.Change that has been read: the pointer that is set says what.
type change struct {
	merchant *offers.Merchant
	place    *offers.Place
	offer    *offers.Offer
	key      *keyRecord
	item     *offers.StockItem
	removed  store.Item // kind and id
}

// take is the watcher. It must be quick: it runs inside the store's write.
func (f *feed) take(ch store.Change) {
	if ch.Ready {
		return
	}
	c, err := readChange(ch)
	f.mu.Lock()
	if err != nil {
		f.failed = err
	} else {
		f.pending = append(f.pending, c)
	}
	f.mu.Unlock()
	if f.writes.Load() == 0 { // from elsewhere: nobody will call apply after it
		if err := f.apply(); err != nil {
			f.mu.Lock()
			f.failed = err // somebody must hear of it: the next writer
			f.mu.Unlock()
		}
	}
}

// during runs a write and applies what it changed; the index is up to date when it returns.
func (f *feed) during(write func() error) error {
	f.writes.Add(1)
	err := write()
	f.writes.Add(-1)
	if failed := f.apply(); err == nil {
		err = failed
	}
	return err
}

// apply brings what changed to the index, and then to the listener.
func (f *feed) apply() error {
	err := f.enter()
	f.tell()
	return err
}

func (f *feed) enter() error {
	f.applying.Lock()
	defer f.applying.Unlock()
	f.mu.Lock()
	changes, err := f.pending, f.failed
	f.pending, f.failed = nil, nil
	f.mu.Unlock()

	var list []*offers.Offer
	var told []news
	latest := make(map[id.Offer]*offers.Offer)
	stock := stockChanges{}
	for _, c := range changes {
		var failed error
		switch {
		case c.merchant != nil:
			f.index.PutMerchant(c.merchant)
		case c.place != nil:
			failed = f.index.PutPlace(c.place)
		case c.offer != nil:
			was := f.count(latest, c.offer)
			list = append(list, c.offer)
			told = append(told, news{offer: c.offer, was: was})
		case c.key != nil:
			f.keys.put(c.key)
		case c.item != nil:
			stock.put(c.item.Place, c.item.SKU, c.item)
		case c.removed.Kind == store.Stock:
			place, sku := stockOf(c.removed.ID)
			stock.put(place, sku, nil)
		case c.removed.Kind == store.Place:
			failed = f.index.RemovePlace(id.Place(c.removed.ID))
		}
		err = cmp.Or(err, failed)
	}
	err = cmp.Or(err, f.put(list, latest))
	told = append(told, stock.apply(f.index)...)
	for _, o := range latest {
		err = cmp.Or(err, f.measure(o.ID))
	}
	if f.listener != nil {
		f.mu.Lock()
		f.news = append(f.news, told...)
		f.mu.Unlock()
	}
	return err
}

// manyOffers are worth all cores: they come with a start.
const manyOffers = 4 * MaxBatch

// put indexes offers, of which the latest of each count.
func (f *feed) put(list []*offers.Offer, latest map[id.Offer]*offers.Offer) error {
	if len(list) < manyOffers {
		return f.index.PutOffers(list...)
	}
	list = slices.DeleteFunc(slices.Clone(list), func(o *offers.Offer) bool { return latest[o.ID] != o })
	parts := slices.Collect(slices.Chunk(list, (len(list)-1)/runtime.GOMAXPROCS(0)+1))
	errs := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() { errs[i] = f.index.PutOffers(part...) })
	}
	wait.Wait()
	return cmp.Or(errs...)
}

// tell lets the listener know of changed offers. Whoever is here first tells what others put there meanwhile, too; but
// it returns when everything has been heard that was there when it was called.
func (f *feed) tell() {
	f.telling.Lock()
	defer f.telling.Unlock()
	f.mu.Lock()
	list := f.news
	f.news = nil
	f.mu.Unlock()
	for _, n := range list {
		now := n.offer.Status == offers.Active
		if n.wasActive() && now && n.was.Version != n.offer.Version {
			f.listener.Withdrawn(n.offer, withdrawnChanged)
		}
		switch {
		case n.stock != nil && !now:
		case n.stock != nil && n.stock.SoldOut:
			f.listener.SoldOut(n.offer, n.stock.Place)
		case now:
			f.listener.Published(n.offer)
		case n.wasActive():
			f.listener.Withdrawn(n.offer, n.offer.Status.String())
		}
		if n.stock == nil {
			f.tellEvent(n)
		}
	}
}

// withdrawnChanged is the reason for what an offer said before.
const withdrawnChanged = "changed"

// tellEvent lets the merchant's side know that an offer came to life or left it.
func (f *feed) tellEvent(n news) {
	var typ event.Type
	switch is := n.offer.Status; {
	case n.was != nil && n.was.Status == is:
		return
	case is == offers.Active:
		typ = event.Published
	case is == offers.Paused:
		typ = event.Paused
	case is == offers.Stopped:
		typ = event.Stopped
	default:
		return
	}
	o := n.offer
	f.events(event.Event{
		ID: id.New(id.PrefixEvent), Type: typ, At: o.Updated, Mode: o.Mode, Merchant: o.Merchant, Offer: o.ID, Version: o.Version, Place: o.Place,
	})
}

// count keeps the number of active offers at each place, and returns the offer as it was before. latest holds the offers
// of this round, which the index may not have yet.
func (f *feed) count(latest map[id.Offer]*offers.Offer, o *offers.Offer) *offers.Offer {
	old := latest[o.ID]
	if old == nil {
		old = f.index.Offer(o.ID)
	}
	latest[o.ID] = o
	if f.active == nil {
		f.active = make(map[id.Place]int)
	}
	wasActive := old != nil && old.Status == offers.Active
	if wasActive {
		f.refer(old, -1)
	}
	if o.Status == offers.Active {
		f.refer(o, 1)
	}
	return old
}

// refer counts the places that an offer names.
func (f *feed) refer(o *offers.Offer, n int) {
	for _, p := range append(o.Places[:len(o.Places):len(o.Places)], o.Place) {
		if f.active[p] += n; f.active[p] == 0 {
			delete(f.active, p)
		}
	}
}

// offersAt returns how many active offers refer to a place.
func (f *feed) offersAt(p id.Place) int {
	f.applying.Lock()
	defer f.applying.Unlock()
	return f.active[p]
}

func readChange(ch store.Change) (c change, err error) {
	if ch.Deleted { // only places and stock ever are
		return change{removed: ch.Item}, nil
	}
	switch ch.Item.Kind {
	case store.Merchant:
		c.merchant, err = readRecord[offers.Merchant](ch.Item)
	case store.Place:
		c.place, err = readRecord[offers.Place](ch.Item)
	case store.Offer:
		c.offer, err = readRecord[offers.Offer](ch.Item)
	case store.APIKey:
		c.key, err = readRecord[keyRecord](ch.Item)
	case store.Stock:
		c.item, err = readRecord[offers.StockItem](ch.Item)
	}
	return c, err
}
