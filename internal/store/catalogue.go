package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	batchSize = 1000 // writes per transaction and sync
	maxPage   = 1000
	maxCells  = 1 << 16
)

func itemKey(partition string, kind Kind, id string) string {
	return itemPrefix + partition + "/" + string(kind) + "/" + id
}

// Put writes item if its revision is still prev (0: does not exist yet) and returns the new revision.
// Faults: conflict (another revision), already_exists (prev 0, or the external id is taken), invalid_field, too_large.
func (s *Store) Put(ctx context.Context, item Item, prev Rev) (Rev, error) {
	res, err := s.PutBatch(ctx, []Put{{Item: item, Prev: prev}})
	if err != nil {
		return 0, err
	}
	return res[0].Rev, res[0].Err
}

// PutBatch writes many items with one sync per 1000; each stands or fails alone and has its result at its index.
// The error is that of the batch as a whole (context, disk): the results that it comes with hold, the other writes
// may or may not have happened.
func (s *Store) PutBatch(ctx context.Context, puts []Put) ([]PutResult, error) {
	results := make([]PutResult, 0, len(puts))
	for chunk := range slices.Chunk(puts, batchSize) {
		done, err := s.putChunk(ctx, chunk)
		if err != nil {
			return results, err
		}
		results = append(results, done...)
	}
	return results, nil
}

func (s *Store) putChunk(ctx context.Context, puts []Put) ([]PutResult, error) {
	results := make([]PutResult, len(puts))
	for i := range puts {
		results[i].Err = puts[i].Item.check()
	}
	err := s.changeCatalogue(ctx, func(tx, itx *buntdb.Tx) ([]Change, error) {
		var changes []Change
		for i := range puts {
			if results[i].Err != nil {
				continue
			}
			item := puts[i].Item
			if puts[i].Delete {
				change, refused, err := s.remove(tx, itx, &item, puts[i].Prev)
				if err != nil {
					return nil, err
				}
				if refused != nil {
					results[i].Err = refused
					continue
				}
				changes = append(changes, change)
				continue
			}
			refused, err := s.put(tx, itx, &item, puts[i].Prev)
			if err != nil {
				return nil, err
			}
			if refused != nil {
				results[i].Err = refused
				continue
			}
			results[i].Rev = item.Rev
			changes = append(changes, Change{Item: item.clone()})
		}
		return changes, nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// put writes the fact and what is derived from it. refused is for the caller of this one item.
func (s *Store) put(tx, itx *buntdb.Tx, item *Item, prev Rev) (refused *fault.Error, err error) {
	key := itemKey(item.Partition, item.Kind, item.ID)
	cur, exists, err := get(tx, key)
	if err != nil {
		return nil, err
	}
	if refused := checkRev(cur, exists, prev); refused != nil {
		return refused, nil
	}
	if holder, err := itx.Get(externalKey(*item)); item.ExternalID != "" && err == nil && holder != item.ID {
		return fault.New(fault.Conflict, fault.CodeExists, "This external id belongs to %s.", holder).WithField("externalId"), nil
	}
	if exists {
		old, err := decodeItem(key, cur)
		if err != nil {
			return nil, err
		}
		if err := unindex(itx, old); err != nil {
			return nil, err
		}
	}
	item.Rev = s.nextRev()
	if err := set(tx, key, envelope{rev: item.Rev, payload: string(item.encode())}); err != nil {
		return nil, err
	}
	return nil, enter(itx, *item)
}

// checkRev compares the revision that a writer expects with the one that stands.
func checkRev(cur envelope, exists bool, prev Rev) *fault.Error {
	switch {
	case exists && prev == 0:
		return fault.New(fault.Conflict, fault.CodeExists, "It exists already.")
	case !exists && prev != 0, exists && cur.rev != prev:
		return fault.New(fault.Conflict, fault.CodeConflict, "Somebody else changed it first; read it again.")
	}
	return nil
}

// Delete removes an item if its revision is still prev. Deleting what does not exist is a not_found fault.
func (s *Store) Delete(ctx context.Context, partition string, kind Kind, id string, prev Rev) error {
	return s.changeCatalogue(ctx, func(tx, itx *buntdb.Tx) ([]Change, error) {
		change, refused, err := s.remove(tx, itx, &Item{Kind: kind, Partition: partition, ID: id}, prev)
		if err == nil && refused != nil {
			err = refused
		}
		return []Change{change}, err
	})
}

// remove takes a fact away with what is derived from it. refused is for the caller of this one item.
func (s *Store) remove(tx, itx *buntdb.Tx, item *Item, prev Rev) (ch Change, refused *fault.Error, err error) {
	key := itemKey(item.Partition, item.Kind, item.ID)
	cur, exists, err := get(tx, key)
	if err != nil {
		return ch, nil, err
	}
	if !exists {
		return ch, notFound(string(item.Kind)), nil
	}
	if refused := checkRev(cur, exists, prev); refused != nil {
		return ch, refused, nil
	}
	old, err := decodeItem(key, cur)
	if err != nil {
		return ch, nil, err
	}
	if err := unindex(itx, old); err != nil {
		return ch, nil, err
	}
	gone := Item{Kind: item.Kind, Partition: item.Partition, ID: item.ID}
	return Change{Item: gone, Deleted: true}, nil, remove(tx, key)
}

// changeCatalogue runs one change of facts and derived entries, both or neither, tells the watchers, and returns
// when it is on disk. Watchers learn it a moment earlier: they are in this process and fall with it.
func (s *Store) changeCatalogue(ctx context.Context, fn func(tx, itx *buntdb.Tx) ([]Change, error)) error {
	err := func() error {
		s.catalogue.Lock()
		defer s.catalogue.Unlock()
		var changes []Change
		err := s.index.update(ctx, func(itx *buntdb.Tx) error {
			return s.core.update(ctx, func(tx *buntdb.Tx) (err error) {
				changes, err = fn(tx, itx)
				return err
			})
		})
		if err != nil {
			return err
		}
		s.tell(changes)
		return nil
	}()
	if err != nil {
		return err
	}
	return s.core.flush()
}

// Get returns an item, or a not_found fault. The caller owns the item.
func (s *Store) Get(ctx context.Context, partition string, kind Kind, id string) (Item, error) {
	items, err := s.getMany(ctx, partition, kind, []string{id})
	if err != nil {
		return Item{}, err
	}
	if len(items) == 0 {
		return Item{}, notFound(string(kind))
	}
	return items[0], nil
}

// getMany returns those of the items that exist, in the order of ids.
func (s *Store) getMany(ctx context.Context, partition string, kind Kind, ids []string) ([]Item, error) {
	items := make([]Item, 0, len(ids))
	err := s.core.view(ctx, func(tx *buntdb.Tx) error {
		for _, id := range ids {
			key := itemKey(partition, kind, id)
			env, ok, err := get(tx, key)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			item, err := decodeItem(key, env)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		return nil
	})
	return items, err
}

// GetExternal returns the item that carries an external id, or a not_found fault.
func (s *Store) GetExternal(ctx context.Context, partition string, kind Kind, scope, externalID string) (Item, error) {
	var holder string
	err := s.index.view(ctx, func(itx *buntdb.Tx) (err error) {
		holder, err = itx.Get(externalKey(Item{Partition: partition, Kind: kind, Scope: scope, ExternalID: externalID}))
		if errors.Is(err, buntdb.ErrNotFound) {
			return notFound(string(kind))
		}
		return err
	})
	if err != nil {
		return Item{}, err
	}
	return s.Get(ctx, partition, kind, holder)
}

// List returns up to limit items (1 to 1000) of a kind in the order of their ids, after the cursor of the last page
// ("": from the start), and the next cursor ("": no more).
func (s *Store) List(ctx context.Context, partition string, kind Kind, cursor string, limit int) (items []Item, next string, err error) {
	if err := checkLimit(limit, maxPage); err != nil {
		return nil, "", err
	}
	prefix := itemKey(partition, kind, "")
	items, key, err := s.items(ctx, prefix, after(prefix, cursor), limit)
	if key != "" {
		next = items[limit-1].ID
	}
	return items, next, err
}

// items returns up to limit items under a prefix from a key on, and the key after them ("": no more).
func (s *Store) items(ctx context.Context, prefix, from string, limit int) (items []Item, next string, err error) {
	err = s.core.view(ctx, func(tx *buntdb.Tx) error {
		var broken error
		err := ascend(tx, prefix, from, func(k, v string) bool {
			if len(items) == limit {
				next = k
				return false
			}
			var item Item
			if item, broken = readItem(k, v); broken != nil {
				return false
			}
			items = append(items, item)
			return true
		})
		return cmp.Or(broken, err)
	})
	return items, next, err
}

// after is the least key above prefix+cursor, or prefix itself without a cursor.
func after(prefix, cursor string) string {
	if cursor == "" {
		return prefix
	}
	return prefix + cursor + "\x00"
}

func checkLimit(limit, most int) error {
	if limit < 1 || limit > most {
		return fault.Field("limit", "must be from 1 to %d", most)
	}
	return nil
}

func notFound(what string) *fault.Error {
	return fault.New(fault.NotFound, fault.CodeNotFound, "There is no such %s.", what)
}

func readItem(key, value string) (Item, error) {
	env, err := decode(key, value)
	if err != nil {
		return Item{}, err
	}
	return decodeItem(key, env)
}

func (it *Item) check() error {
	switch {
	case it.Kind != Merchant && it.Kind != Place && it.Kind != Offer && it.Kind != OfferVersion && it.Kind != APIKey && it.Kind != Webhook && it.Kind != Stock:
		return fault.Field("kind", "must be one of the catalogue's kinds")
	case !validPartition(it.Partition):
		return fault.Field("partition", "must be 1 to 16 of a-z and 0-9")
	case !validID(it.ID):
		return fault.Field("id", "must be 1 to 128 of A-Z a-z 0-9 _ - . :")
	case it.Scope != "" && !validID(it.Scope):
		return fault.Field("scope", "must be an id")
	case len(it.ExternalID) > 256 || strings.ContainsFunc(it.ExternalID, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fault.Field("externalId", "must be at most 256 bytes without control characters")
	case it.Point != nil && (it.Kind != Place || !validPoint(*it.Point)):
		return fault.Field("point", "must be a place's latitude in [-90, 90] and longitude in [-180, 180]")
	case len(it.Cells) > maxCells:
		return fault.Field("cells", "must be at most %d", maxCells)
	case len(it.Value) > maxValue:
		return tooLarge("value")
	}
	return nil
}

func tooLarge(field string) *fault.Error {
	return fault.New(fault.TooLarge, fault.CodeTooLarge, "It must be at most %d bytes.", maxValue).WithField(field)
}

func validPartition(s string) bool {
	return s != "" && len(s) <= 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func validPoint(p geo.Point) bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180 // false for NaN
}

// clone returns a copy that shares no memory with what the caller gave.
func (it *Item) clone() Item {
	c := *it
	c.Value, c.Cells = slices.Clone(it.Value), slices.Clone(it.Cells)
	if it.Point != nil {
		p := *it.Point
		c.Point = &p
	}
	return c
}

// encode is the payload of an item: flags, scope, external id, point, cells, value.
func (it *Item) encode() []byte {
	b := make([]byte, 0, 32+len(it.Scope)+len(it.ExternalID)+8*len(it.Cells)+len(it.Value))
	var flags byte
	if it.Point != nil {
		flags = 1
	}
	b = append(b, flags)
	b = appendText(b, it.Scope)
	b = appendText(b, it.ExternalID)
	if it.Point != nil {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(it.Point.Lat))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(it.Point.Lon))
	}
	b = binary.AppendUvarint(b, uint64(len(it.Cells)))
	for _, c := range it.Cells {
		b = binary.BigEndian.AppendUint64(b, uint64(c))
	}
	return append(b, it.Value...)
}

func decodeItem(key string, env envelope) (Item, error) {
	part := strings.SplitN(key, "/", 4)
	if len(part) != 4 {
		return Item{}, errPayload
	}
	it := Item{Partition: part[1], Kind: Kind(part[2]), ID: part[3], Rev: env.rev}
	r := reader{rest: env.payload}
	flags := r.bytes(1)
	it.Scope, it.ExternalID = r.text(), r.text()
	if flags == "\x01" {
		it.Point = &geo.Point{Lat: math.Float64frombits(r.uint64()), Lon: math.Float64frombits(r.uint64())}
	}
	n := r.uint()
	if r.bad || n > maxCells {
		return Item{}, errPayload
	}
	for range n {
		it.Cells = append(it.Cells, geo.Cell(r.uint64()))
	}
	if r.bad {
		return Item{}, errPayload
	}
	it.Value = []byte(r.rest)
	return it, nil
}
