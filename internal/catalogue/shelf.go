package catalogue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Limits of a call.
const (
	MaxBatch    = 1000 // items to create at once
	MaxPage     = 1000 // items of a page
	DefaultPage = 100
	casAttempts = 8 // of a write that keeps meeting others
)

// prefixes is what the ids of each kind start with.
var prefixes = map[store.Kind]string{store.Merchant: id.PrefixMerchant, store.Place: id.PrefixPlace, store.Offer: id.PrefixOffer}

// Shelf is one kind of thing in the catalogue: In is what a caller may set, Out what a caller sees, Rec what is kept.
type Shelf[In, Rec, Out any] struct {
	c    *Catalogue
	kind store.Kind
	shape[In, Rec, Out]
}

// shape is what differs from shelf to shelf.
type shape[In, Rec, Out any] struct {
	// build checks in and makes the record that replaces old, or a new one if old is nil.
	build func(ctx context.Context, who Caller, in In, old *Rec, now time.Time) (*Rec, error)
	item  func(*Rec) (store.Item, error) // all but the value
	input func(*Rec) In
	view  func(*Rec, store.Rev) Out
	owner func(*Rec) id.Merchant
	// linked reports that in leads to others of its kind; such writes are done alone.
	linked func(In) bool
	// keep returns a write that goes along when next takes the place of old (nil: of nothing), or nil. May be nil.
	keep func(ctx context.Context, old, next *Rec) (*store.Put, error)
	// external returns the name that the caller gave to in, and the scope in which it is unique.
	external func(who Caller, in In) (scope, name string)
}

// write is a record on its way to the store.
type write[Rec any] struct {
	rec  *Rec
	put  store.Put
	kept *store.Put // goes along; nil: nothing
}

// Create makes a new item, or replaces the one that has the same external id; created says which.
func (s *Shelf[In, Rec, Out]) Create(ctx context.Context, who Caller, in In) (out Out, created bool, err error) {
	defer s.c.hold(s.linked(in))()
	w, rev, err := s.create(ctx, who, in)
	if err != nil {
		return out, false, err
	}
	return s.view(w.rec, rev), w.put.Prev == 0, nil
}

func (s *Shelf[In, Rec, Out]) create(ctx context.Context, who Caller, in In) (w write[Rec], rev store.Rev, err error) {
	for range casAttempts {
		if w, err = s.prepare(ctx, who, in); err != nil {
			return w, 0, err
		}
		rev, err = s.put(ctx, w)
		if _, name := s.external(who, in); err == nil || name == "" || !collided(err) {
			return w, rev, err
		}
	}
	return w, 0, errBusy
}

// Result is the outcome of one item of a batch: an id and a revision, or Err.
type Result struct {
	ID       string
	Revision string
	Replaced bool
	Err      error
}

// CreateBatch creates or replaces up to MaxBatch items; each stands or fails alone and has its result at its index.
// The error is that of the batch as a whole.
func (s *Shelf[In, Rec, Out]) CreateBatch(ctx context.Context, who Caller, in []In) ([]Result, error) {
	if len(in) == 0 || len(in) > MaxBatch {
		return nil, fault.Field("items", "must hold from 1 to %d items", MaxBatch)
	}
	defer s.c.hold(slices.ContainsFunc(in, s.linked))()
	results := make([]Result, len(in))
	puts := make([]store.Put, 0, len(in))
	var kept []store.Put
	index := make([]int, 0, len(in)) // of each put
	for i := range in {
		if s.linked(in[i]) { // the next one must see it
			results[i] = s.one(ctx, who, in[i])
			continue
		}
		w, err := s.prepare(ctx, who, in[i])
		if err != nil {
			results[i].Err = err
			continue
		}
		puts, index = append(puts, w.put), append(index, i)
		if w.kept != nil {
			kept = append(kept, *w.kept)
		}
	}
	outcomes, err := s.c.put(ctx, slices.Concat(puts, kept))
	if err != nil {
		return nil, err
	}
	for n, o := range outcomes[:len(puts)] {
		i := index[n]
		if _, name := s.external(who, in[i]); name != "" && o.Err != nil && collided(o.Err) {
			// Its external id came up twice in the batch, or meanwhile.
			var w write[Rec]
			w, o.Rev, o.Err = s.create(ctx, who, in[i])
			puts[n] = w.put
		}
		results[i] = Result{ID: puts[n].Item.ID, Revision: revision(o.Rev), Replaced: puts[n].Prev != 0, Err: o.Err}
	}
	return results, nil
}

// one creates or replaces one item of a batch.
func (s *Shelf[In, Rec, Out]) one(ctx context.Context, who Caller, in In) Result {
	w, rev, err := s.create(ctx, who, in)
	if err != nil {
		return Result{Err: err}
	}
	return Result{ID: w.put.Item.ID, Revision: revision(rev), Replaced: w.put.Prev != 0}
}

var errBusy = fault.New(fault.Conflict, fault.CodeConflict, "Others keep changing this; try again.")

// Get returns an item.
func (s *Shelf[In, Rec, Out]) Get(ctx context.Context, who Caller, itemID string) (out Out, err error) {
	rec, rev, err := s.read(ctx, who, itemID)
	if err != nil {
		return out, err
	}
	return s.view(rec, rev), nil
}

// List returns up to limit items (0: DefaultPage) in the order of their ids, after a cursor of an earlier page. For a
// caller bound to a merchant a page may hold fewer and still not be the last.
func (s *Shelf[In, Rec, Out]) List(ctx context.Context, who Caller, cursor string, limit int) (api.Page[Out], error) {
	return s.list(ctx, who, cursor, limit, func(*Rec) bool { return true })
}

// list is List for those items that are wanted.
func (s *Shelf[In, Rec, Out]) list(ctx context.Context, who Caller, cursor string, limit int, wanted func(*Rec) bool) (page api.Page[Out], err error) {
	if limit, err = pageSize(limit); err != nil {
		return page, err
	}
	if cursor != "" && id.Check("cursor", cursor, prefixes[s.kind]) != nil {
		return page, fault.Field("cursor", "must be one that a page gave")
	}
	items, next, err := s.c.Store.List(ctx, who.Mode.String(), s.kind, cursor, limit)
	if err != nil {
		return page, err
	}
	page.Items, page.Next = make([]Out, 0, len(items)), next
	for _, item := range items {
		rec, err := readRecord[Rec](item)
		if err != nil {
			return page, err
		}
		if s.visible(who, rec) && wanted(rec) {
			page.Items = append(page.Items, s.view(rec, item.Rev))
		}
	}
	return page, nil
}

// Change lets edit alter what a caller may set of an item, and writes the result. If revision is set, it must be the
// item's revision still; otherwise edit may be called again with the outcome of somebody else's write.
func (s *Shelf[In, Rec, Out]) Change(ctx context.Context, who Caller, itemID, revision string, edit func(*In) error) (Out, error) {
	alone := false
	next := func(rec *Rec, now time.Time) (*Rec, error) {
		in := s.input(rec)
		if err := edit(&in); err != nil {
			return nil, err
		}
		if s.linked(in) && !alone {
			return nil, errAlone
		}
		return s.build(ctx, who, in, rec, now)
	}
	release := s.c.hold(false)
	out, err := s.update(ctx, who, itemID, revision, next)
	release()
	if errors.Is(err, errAlone) {
		alone = true
		defer s.c.hold(true)()
		return s.update(ctx, who, itemID, revision, next)
	}
	return out, err
}

var errAlone = errors.New("catalogue: this write must be alone")

// update is the loop of a compare-and-set. A record that next leaves out stays as it is. The caller has called hold.
func (s *Shelf[In, Rec, Out]) update(ctx context.Context, who Caller, itemID, expected string, next func(*Rec, time.Time) (*Rec, error)) (out Out, err error) {
	for range casAttempts {
		rec, rev, err := s.read(ctx, who, itemID)
		if err != nil {
			return out, err
		}
		if expected != "" && expected != revision(rev) {
			return out, errRevision
		}
		w := write[Rec]{put: store.Put{Prev: rev}}
		switch w.rec, err = next(rec, s.c.now()); {
		case err != nil:
			return out, err
		case w.rec == nil:
			return s.view(rec, rev), nil
		}
		if err = s.finish(ctx, &w, rec); err != nil {
			return out, err
		}
		written, err := s.put(ctx, w)
		switch {
		case err == nil:
			return s.view(w.rec, written), nil
		case !errors.Is(err, errRevision):
			return out, err
		}
	}
	return out, errBusy
}

var errRevision = fault.New(fault.Conflict, fault.CodeConflict, "It has changed meanwhile: read it again, then decide.")

// read returns an item that the caller may see.
func (s *Shelf[In, Rec, Out]) read(ctx context.Context, who Caller, itemID string) (*Rec, store.Rev, error) {
	item, err := s.c.Store.Get(ctx, who.Mode.String(), s.kind, itemID)
	if err != nil {
		return nil, 0, s.missing(ctx, who, itemID, err)
	}
	rec, err := readRecord[Rec](item)
	if err != nil {
		return nil, 0, err
	}
	if !s.visible(who, rec) {
		return nil, 0, notFound(s.kind)
	}
	return rec, item.Rev, nil
}

// missing explains why there is no such item: the commonest mistake is a key of the other mode.
func (s *Shelf[In, Rec, Out]) missing(ctx context.Context, who Caller, itemID string, err error) error {
	switch fault.From(err).Kind {
	case fault.Invalid: // what is no id names nothing
		return notFound(s.kind)
	case fault.NotFound:
	default:
		return err
	}
	other := offers.Live
	if who.Mode == offers.Live {
		other = offers.Test
	}
	if _, err := s.c.Store.Get(ctx, other.String(), s.kind, itemID); err == nil {
		return fault.New(fault.Forbidden, fault.CodeModeMismatch, "This %s is %s data and the key is a %s key: the two never meet.",
			s.kind, other, who.Mode)
	}
	return notFound(s.kind)
}

func (s *Shelf[In, Rec, Out]) visible(who Caller, rec *Rec) bool {
	return who.Merchant == "" || who.Merchant == s.owner(rec)
}

// prepare finds what in replaces, checks in, and makes the item.
func (s *Shelf[In, Rec, Out]) prepare(ctx context.Context, who Caller, in In) (w write[Rec], err error) {
	var old *Rec
	if scope, name := s.external(who, in); name != "" {
		item, err := s.c.Store.GetExternal(ctx, who.Mode.String(), s.kind, scope, name)
		switch {
		case err == nil:
			if old, err = readRecord[Rec](item); err != nil {
				return w, err
			}
			if !s.visible(who, old) {
				return w, fault.New(fault.Conflict, fault.CodeExists, "This external id is taken by another merchant.").WithField("externalId")
			}
			w.put.Prev = item.Rev
		case fault.From(err).Kind != fault.NotFound:
			return w, err
		}
	}
	if w.rec, err = s.build(ctx, who, in, old, s.c.now()); err != nil {
		return w, err
	}
	err = s.finish(ctx, &w, old)
	return w, err
}

// finish completes the write of a record that takes the place of old, nil if there was none.
func (s *Shelf[In, Rec, Out]) finish(ctx context.Context, w *write[Rec], old *Rec) (err error) {
	if w.put.Item, err = s.item(w.rec); err != nil {
		return err
	}
	w.put.Item.Kind = s.kind
	if w.put.Item.Value, err = writeRecord(w.rec); err != nil || s.keep == nil {
		return err
	}
	w.kept, err = s.keep(ctx, old, w.rec)
	return err
}

func (s *Shelf[In, Rec, Out]) put(ctx context.Context, w write[Rec]) (store.Rev, error) {
	puts := []store.Put{w.put}
	if w.kept != nil {
		puts = append(puts, *w.kept)
	}
	results, err := s.c.put(ctx, puts)
	if err != nil {
		return 0, err
	}
	return results[0].Rev, results[0].Err
}

// collided reports whether somebody else wrote the same external id or revision first.
func collided(err error) bool { return fault.From(err).Kind == fault.Conflict }

func revision(r store.Rev) string { return strconv.FormatUint(uint64(r), 10) }

func pageSize(limit int) (int, error) {
	if limit < 0 || limit > MaxPage {
		return 0, fault.Field("limit", "must be from 1 to %d", MaxPage)
	}
	if limit == 0 {
		return DefaultPage, nil
	}
	return limit, nil
}
