package store

import "context"

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
		items, next, err := s.items(ctx, itemPrefix, cursor, maxPage)
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
