package store

import (
	"context"

	"github.com/tidwall/buntdb"
)

type watcher struct {
	ctx context.Context
	fn  func(Change)
}

// Watch calls fn with every item of every partition, then with Ready, and returns; from then on every change is
// passed to fn in the order of commits, inside the call that made it, until ctx is done. Nothing is ever dropped.
// fn must be quick, must not change what it gets, and must not call Put, PutBatch, Delete or Watch.
func (s *Store) Watch(ctx context.Context, fn func(Change)) error {
	s.catalogue.Lock()
	defer s.catalogue.Unlock()
	for cursor, more := itemPrefix, true; more; {
		items, next, err := s.itemsFrom(ctx, cursor, maxPage)
		if err != nil {
			return err
		}
		for _, item := range items {
			fn(Change{Item: item})
		}
		cursor, more = next, next != ""
	}
	fn(Change{Ready: true})
	w := &watcher{ctx, fn}
	s.watchers[w] = struct{}{}
	context.AfterFunc(ctx, func() {
		s.catalogue.Lock()
		defer s.catalogue.Unlock()
		delete(s.watchers, w)
	})
	return nil
}

// tell passes changes to the watchers; the catalogue's lock is held.
func (s *Store) tell(changes []Change) {
	for w := range s.watchers {
		for _, c := range changes {
			if w.ctx.Err() == nil {
				w.fn(c)
			}
		}
	}
}

// itemsFrom returns up to limit items of all partitions and kinds from a key on, and the next key ("": no more).
func (s *Store) itemsFrom(ctx context.Context, from string, limit int) (items []Item, next string, err error) {
	err = s.core.view(ctx, func(tx *buntdb.Tx) error {
		var broken error
		err := ascend(tx, itemPrefix, from, func(k, v string) bool {
			if len(items) == limit {
				next = k
				return false
			}
			item, err := readItem(k, v)
			if err != nil {
				broken = err
				return false
			}
			items = append(items, item)
			return true
		})
		if broken != nil {
			return broken
		}
		return err
	})
	return items, next, err
}
