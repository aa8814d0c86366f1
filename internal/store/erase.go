package store

import (
	"context"
	"time"

	"github.com/tidwall/buntdb"
	"golang.org/x/sync/errgroup"

	"github.com/flaneur-io/flaneur/internal/id"
)

// eraseAtOnce is how many bytes core and state may have for EraseUser to wait for their compaction.
const eraseAtOnce = 64 << 20

// EraseUser destroys everything held about a user and keeps a tombstone, a salted hash of the id. From its first
// durable step on, every call for that user answers an erased fault; an erase that a crash interrupts is finished by
// Open. Repeating it returns a receipt again; an unknown user is a not_found fault. It rewrites the files, which takes
// about a third of a second and is shared by erases at the same time, and deletes damaged files that repairs kept.
func (s *Store) EraseUser(ctx context.Context, user id.User) (Receipt, error) {
	if err := id.Check("user", string(user), id.PrefixUser); err != nil {
		return Receipt{}, err
	}
	at, done, err := s.digGrave(ctx, user)
	if err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Erased: at, Compacted: true}
	if done {
		return receipt, nil
	}
	// From here on the erase happens, whether the caller waits or not.
	ctx = context.WithoutCancel(ctx)
	if receipt.Records, err = s.destroy(ctx, user); err != nil {
		return Receipt{}, err
	}
	if s.core.size()+s.state.size() > eraseAtOnce {
		receipt.Compacted = false
		return receipt, s.keys.shrink(ctx)
	}
	return receipt, s.bury(ctx)
}

// digGrave writes the tombstone, before anything is destroyed. It returns the time of the first erase, and whether
// that one is complete.
func (s *Store) digGrave(ctx context.Context, user id.User) (at time.Time, done bool, err error) {
	x := s.graveOf(user)
	err = func() error {
		shard := s.shard(user)
		shard.Lock()
		defer shard.Unlock()
		held, err := s.holds(ctx, user)
		if err != nil {
			return err
		}
		at = time.Now()
		err = s.core.update(ctx, func(tx *buntdb.Tx) error {
			env, exists, err := get(tx, x.key())
			if err != nil {
				return err
			}
			if exists {
				var open bool
				if open, at, _, err = readTombstone(env); err != nil || open || !held {
					done = !open
					return err
				}
			} else if !held {
				return notFound("user")
			}
			return set(tx, x.key(), s.tombstone(true, at))
		})
		if err == nil && held {
			s.graves.put(x, dug)
		}
		return err
	}()
	if err != nil {
		return at, false, err
	}
	return at, done, s.core.flush()
}

// destroy deletes the data key, which already makes all records unreadable, and then the records.
func (s *Store) destroy(ctx context.Context, user id.User) (records int, err error) {
	err = s.keys.update(ctx, func(tx *buntdb.Tx) error { return remove(tx, keyPrefix+string(user)) })
	if err != nil {
		return 0, err
	}
	if records, err = s.removeRecords(ctx, user); err != nil {
		return records, err
	}
	s.graves.put(s.graveOf(user), emptied)
	return records, nil
}

// holds reports whether anything of the user is left in a file.
func (s *Store) holds(ctx context.Context, user id.User) (bool, error) {
	held := false
	for _, f := range []*file{s.keys, s.core, s.state} {
		prefix := userKey(user, "")
		if f == s.keys {
			prefix = keyPrefix + string(user)
		}
		err := f.view(ctx, func(tx *buntdb.Tx) error {
			return ascend(tx, prefix, "", func(key, _ string) bool {
				held = held || userOf(key) == user
				return false
			})
		})
		if err != nil || held {
			return held, err
		}
	}
	return false, nil
}

// removeRecords deletes a user's sealed records, results and codes and returns how many there were.
func (s *Store) removeRecords(ctx context.Context, user id.User) (n int, err error) {
	var results []string
	err = s.index.view(ctx, func(itx *buntdb.Tx) error {
		prefix := ownerPrefix(string(user))
		return ascend(itx, prefix, "", func(key, _ string) bool {
			results = append(results, key[len(prefix):])
			return true
		})
	})
	if err != nil {
		return 0, err
	}
	notes, err := s.notesOf(ctx, user)
	if err != nil {
		return 0, err
	}
	for _, f := range []*file{s.core, s.state} {
		err := f.update(ctx, func(tx *buntdb.Tx) error {
			var doomed []string
			err := ascend(tx, userKey(user, ""), "", func(key, _ string) bool {
				doomed = append(doomed, key)
				return true
			})
			if err != nil {
				return err
			}
			if f == s.core {
				doomed = append(doomed, results...)
			} else {
				doomed = append(doomed, notes...)
			}
			n += len(doomed)
			for _, key := range doomed {
				if err := remove(tx, key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	return n, s.index.update(ctx, func(itx *buntdb.Tx) error {
		for _, key := range results {
			if err := remove(itx, ownerPrefix(string(user))+key); err != nil {
				return err
			}
		}
		return nil
	})
}

// bury compacts the files, so that what erases deleted leaves the disk, and closes the graves that waited for it.
func (s *Store) bury(ctx context.Context) error {
	waiting := s.graves.at(emptied)
	var all errgroup.Group
	for _, f := range []*file{s.keys, s.core, s.state} {
		all.Go(func() error { return f.shrink(ctx) })
	}
	if err := all.Wait(); err != nil {
		return err
	}
	if s.dir != "" {
		if err := removeDamaged(s.dir); err != nil {
			return asFault(err)
		}
	}
	err := s.core.update(ctx, func(tx *buntdb.Tx) error {
		for _, x := range waiting {
			env, ok, err := get(tx, x.key())
			if err != nil || !ok {
				return err
			}
			_, at, _, err := readTombstone(env)
			if err != nil {
				return err
			}
			if err := set(tx, x.key(), s.tombstone(false, at)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, x := range waiting {
		s.graves.put(x, closed)
	}
	return s.core.flush()
}

// finishErases completes what a crash interrupted: it deletes what is left of the erased and compacts. It also
// catches records that a repair or a restored file brought back.
func (s *Store) finishErases() error {
	all, open := s.graves.counts()
	if all == 0 {
		return nil
	}
	ctx := context.Background()
	left := map[id.User]bool{}
	for _, f := range []*file{s.keys, s.core, s.state} {
		err := f.view(ctx, func(tx *buntdb.Tx) error {
			return tx.Ascend("", func(key, value string) bool {
				if user := personOf(key, value); user != "" && !left[user] && s.graves.has(s.graveOf(user)) {
					left[user] = true
				}
				return true
			})
		})
		if err != nil {
			return err
		}
	}
	for user := range left {
		if _, _, err := s.digGrave(ctx, user); err != nil {
			return err
		}
		if _, err := s.destroy(ctx, user); err != nil {
			return err
		}
	}
	for _, x := range s.graves.at(dug) {
		s.graves.put(x, emptied)
	}
	s.report.ErasesFinished = max(open, len(left))
	if s.report.ErasesFinished == 0 {
		return nil
	}
	return s.bury(ctx)
}

// personOf returns the user that a record names, "" if none.
func personOf(key, value string) id.User {
	switch classOf(key) {
	case "user", "key":
		return userOf(key)
	case "code":
		if env, err := decode(key, value); err == nil {
			if c, err := decodeCode(env); err == nil {
				return c.owner
			}
		}
	case "once":
		if env, err := decode(key, value); err == nil {
			return ownerOf(env)
		}
	case "note":
		if env, err := decode(key, value); err == nil {
			return noteOwner(env)
		}
	}
	return ""
}

// Erased reports whether the user has been erased.
func (s *Store) Erased(_ context.Context, user id.User) bool { return s.graves.has(s.graveOf(user)) }
