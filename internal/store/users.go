package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// shard is the lock that an erase takes alone and every other call about a user shares: so none of them can write
// after the tombstone.
func (s *Store) shard(user id.User) *sync.RWMutex { return &s.users[user.Shard()] }

func (s *Store) fileOf(c Class) *file {
	if c.Durable {
		return s.core
	}
	return s.state
}

// expiry returns the end of a record of this class that is written now, in Unix seconds; 0: none.
func (s *Store) expiry(c Class) int64 {
	if c.Keep == 0 {
		return 0
	}
	keep := c.Keep
	if shorter, ok := s.keep[c.Name]; ok {
		keep = shorter
	}
	return time.Now().Add(keep).Unix()
}

// CreateUser makes a user's data key and first records. A user who has one of them already is an already_exists
// fault, an erased one an erased fault. The key is on disk before any record.
func (s *Store) CreateUser(ctx context.Context, user id.User, records ...Record) error {
	for _, r := range records {
		if err := checkRecord(r.Name, r.Value); err != nil {
			return err
		}
	}
	if err := s.createKey(ctx, user); err != nil {
		return err
	}
	for _, r := range records {
		if _, err := s.WriteUser(ctx, user, r.Name, r.Value, 0); err != nil {
			return err
		}
	}
	return nil
}

// createKey makes sure that the user has a data key: one without records is what a crash left of a creation.
func (s *Store) createKey(ctx context.Context, user id.User) error {
	shard := s.shard(user)
	shard.RLock()
	defer shard.RUnlock()
	if err := s.checkUser(user); err != nil {
		return err
	}
	err := s.keys.update(ctx, func(tx *buntdb.Tx) error {
		key := keyPrefix + string(user)
		if _, ok, err := get(tx, key); ok || err != nil {
			return err
		}
		k := newDataKey()
		return set(tx, key, envelope{rev: s.nextRev(), payload: string(k[:])})
	})
	if err != nil {
		return err
	}
	return s.keys.flush()
}

func checkRecord(name string, value []byte) error {
	if _, err := classOfRecord(name); err != nil {
		return err
	}
	if len(value) > maxValue {
		return tooLarge("value")
	}
	return nil
}

// ReadUser returns one record of a user, or a not_found or erased fault. The caller owns the value.
func (s *Store) ReadUser(ctx context.Context, user id.User, name string) ([]byte, Rev, error) {
	class, err := classOfRecord(name)
	if err != nil {
		return nil, 0, err
	}
	shard := s.shard(user)
	shard.RLock()
	defer shard.RUnlock()
	k, err := s.dataKeyOf(ctx, user)
	if err != nil {
		return nil, 0, err
	}
	key := userKey(user, name)
	var env envelope
	err = s.fileOf(class).view(ctx, func(tx *buntdb.Tx) (err error) {
		var ok bool
		if env, ok, err = get(tx, key); err == nil && !ok {
			return notFound("record")
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	value, err := k.open(key, env)
	return value, env.rev, asFault(err)
}

// WriteUser writes one record if its revision is still prev (0: does not exist yet). The record lives for the
// retention of its class from now on. Faults: conflict, already_exists, not_found (no such user), erased,
// invalid_field, too_large.
func (s *Store) WriteUser(ctx context.Context, user id.User, name string, value []byte, prev Rev) (Rev, error) {
	if err := checkRecord(name, value); err != nil {
		return 0, err
	}
	class, _ := classOfRecord(name)
	key, rev := userKey(user, name), s.nextRev()
	err := s.changeUser(ctx, user, class, func(tx *buntdb.Tx, k dataKey) error {
		cur, exists, err := get(tx, key)
		if err != nil {
			return err
		}
		if refused := checkRev(cur, exists, prev); refused != nil {
			return refused
		}
		return set(tx, key, envelope{rev, s.expiry(class), k.seal(key, rev, value)})
	})
	if err != nil {
		return 0, err
	}
	return rev, nil
}

// DeleteRecord removes one record of a user if its revision is still prev. Its bytes leave the file at the next
// compaction.
func (s *Store) DeleteRecord(ctx context.Context, user id.User, name string, prev Rev) error {
	class, err := classOfRecord(name)
	if err != nil {
		return err
	}
	key := userKey(user, name)
	return s.changeUser(ctx, user, class, func(tx *buntdb.Tx, _ dataKey) error {
		cur, exists, err := get(tx, key)
		if err != nil {
			return err
		}
		if !exists {
			return notFound("record")
		}
		if refused := checkRev(cur, exists, prev); refused != nil {
			return refused
		}
		return remove(tx, key)
	})
}

// changeUser runs one change of a living user's records and syncs it as the class asks.
func (s *Store) changeUser(ctx context.Context, user id.User, class Class, fn func(*buntdb.Tx, dataKey) error) error {
	f := s.fileOf(class)
	err := func() error {
		shard := s.shard(user)
		shard.RLock()
		defer shard.RUnlock()
		k, err := s.dataKeyOf(ctx, user)
		if err != nil {
			return err
		}
		return f.update(ctx, func(tx *buntdb.Tx) error { return fn(tx, k) })
	}()
	if err != nil {
		return err
	}
	return f.flush()
}

// ListUser calls fn with a user's records whose names start with prefix, in the order of their names within each
// file (core before state), until fn returns false. fn may keep the record and may call the Store.
func (s *Store) ListUser(ctx context.Context, user id.User, prefix string, fn func(Record) bool) error {
	records, err := s.recordsOf(ctx, user, prefix)
	if err != nil {
		return asFault(err)
	}
	for _, r := range records {
		if !fn(r) {
			break
		}
	}
	return nil
}

func (s *Store) recordsOf(ctx context.Context, user id.User, prefix string) (records []Record, err error) {
	shard := s.shard(user)
	shard.RLock()
	defer shard.RUnlock()
	k, err := s.dataKeyOf(ctx, user)
	if err != nil {
		return nil, err
	}
	all := userKey(user, "")
	for _, f := range []*file{s.core, s.state} {
		var broken error
		err := f.view(ctx, func(tx *buntdb.Tx) error {
			return ascend(tx, all+prefix, "", func(key, value string) bool {
				env, err := decode(key, value)
				if err == nil {
					var plain []byte
					plain, err = k.open(key, env)
					records = append(records, Record{key[len(all):], plain, env.rev})
				}
				broken = err
				return err == nil
			})
		})
		if err := errors.Join(err, broken); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// Users returns up to limit users (1 to 1000) after cursor, in the order of their ids, and the next cursor. For
// operators and jobs; nothing on the hot path asks across users.
func (s *Store) Users(ctx context.Context, cursor string, limit int) (users []id.User, next string, err error) {
	if err := checkLimit(limit, maxPage); err != nil {
		return nil, "", err
	}
	err = s.keys.view(ctx, func(tx *buntdb.Tx) error {
		return ascend(tx, keyPrefix, after(keyPrefix, cursor), func(key, _ string) bool {
			if len(users) == limit {
				next = string(users[limit-1])
				return false
			}
			users = append(users, userOf(key))
			return true
		})
	})
	return users, next, err
}

var errErased = fault.New(fault.Gone, fault.CodeErased, "This person has been erased.")
