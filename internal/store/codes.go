package store

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// A code is a short text that a person shows to a till. Its record is found by a keyed hash of the text, so that a file
// names no code; what it holds is sealed with the user's data key and goes with the user's erase. Due and Ended put it
// on two lists that are derived in memory: what is to be looked at again, and what no till may take any more.
//
// The payload of a code: due 8 | ended 8 (Unix seconds, 0: none) | owner | sealed value.

// secretSize is the length of a server's secret.
const secretSize = 32

// Secrets returns the server's secrets of a name (a-z), oldest first; there is always one. They are random, made on first use,
// and leave core.db only in backups.
func (s *Store) Secrets(ctx context.Context, name string) (all [][]byte, err error) {
	if all, err = s.secrets(ctx, name); err != nil || len(all) > 0 {
		return all, err
	}
	if err := s.AddSecret(ctx, name); err != nil {
		return nil, err
	}
	return s.secrets(ctx, name)
}

func (s *Store) secrets(ctx context.Context, name string) (all [][]byte, err error) {
	var broken error
	err = s.core.view(ctx, func(tx *buntdb.Tx) error {
		return ascend(tx, secretPrefix+name+"/", "", func(key, value string) bool {
			env, err := decode(key, value)
			if err == nil && len(env.payload) != secretSize {
				err = errPayload
			}
			all, broken = append(all, []byte(env.payload)), err
			return err == nil
		})
	})
	return all, asFault(errors.Join(err, broken))
}

// AddSecret makes one more secret of a name, the newest.
func (s *Store) AddSecret(ctx context.Context, name string) error {
	var secret [secretSize]byte
	_, _ = rand.Read(secret[:]) // never fails: it aborts the program instead
	err := s.core.update(ctx, func(tx *buntdb.Tx) error {
		n := 0
		prefix := secretPrefix + name + "/"
		if err := ascend(tx, prefix, "", func(string, string) bool { n++; return true }); err != nil {
			return err
		}
		return set(tx, fmt.Sprintf("%s%06d", prefix, n), envelope{rev: s.nextRev(), payload: string(secret[:])})
	})
	if err != nil {
		return err
	}
	return s.core.flush()
}

// codeSecret is read once, when the store opens.
func (s *Store) loadCodeSecret() error {
	all, err := s.Secrets(context.Background(), "codes")
	if err == nil {
		s.codeSecret = all[0]
	}
	return err
}

func (s *Store) codeKey(text string) string {
	mac := hmac.New(sha256.New, s.codeSecret)
	_, _ = mac.Write([]byte(text))
	return codePrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// PutCode makes a code of a user, or replaces what stands under it. Value is sealed. Due, if not zero, lists it in
// DueCodes from then on; ended, if not zero, in EndedCodes; keep is when it is forgotten; zero: at once. All are in whole seconds.
// A code that another user has is an already_exists fault.
func (s *Store) PutCode(ctx context.Context, user id.User, text string, value []byte, due, ended, keep time.Time) error {
	key, rev := s.codeKey(text), s.nextRev()
	err := func() error {
		shard := s.shard(user)
		shard.RLock()
		defer shard.RUnlock()
		k, err := s.dataKeyOf(ctx, user)
		if err != nil {
			return err
		}
		c := code{due: unixOrZero(due), ended: unixOrZero(ended), owner: user, sealed: k.seal(key, rev, value)}
		return s.index.update(ctx, func(itx *buntdb.Tx) error {
			return s.core.update(ctx, func(tx *buntdb.Tx) error {
				was, known, err := getCode(tx, key)
				switch {
				case err != nil:
					return err
				case known && was.owner != user:
					return fault.New(fault.Conflict, fault.CodeExists, "This code is taken.")
				case known:
					if err := was.unlist(itx, key); err != nil {
						return err
					}
				}
				if keep.IsZero() {
					return remove(tx, key)
				}
				if err := c.list(itx, key, keep); err != nil {
					return err
				}
				return set(tx, key, envelope{rev, keep.Unix(), c.encode()})
			})
		})
	}()
	if err != nil {
		return err
	}
	return s.core.flush()
}

// FindCode returns whose a code is and what it holds, or a not_found fault.
func (s *Store) FindCode(ctx context.Context, text string) (user id.User, value []byte, err error) {
	return s.readCode(ctx, s.codeKey(text))
}

func (s *Store) readCode(ctx context.Context, key string) (user id.User, value []byte, err error) {
	var c code
	var rev Rev
	err = s.core.view(ctx, func(tx *buntdb.Tx) error {
		env, ok, err := get(tx, key)
		if err != nil {
			return err
		}
		if !ok {
			return notFound("code")
		}
		rev = env.rev
		c, err = decodeCode(env)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	k, err := s.dataKeyOf(ctx, c.owner)
	if err != nil {
		return "", nil, err
	}
	value, err = k.open(key, envelope{rev: rev, payload: c.sealed})
	return c.owner, value, asFault(err)
}

// DueCodes calls fn with codes that are due by now, the longest due first, until it returns false. fn may call the Store.
func (s *Store) DueCodes(ctx context.Context, now time.Time, fn func(user id.User, value []byte) bool) error {
	return s.listCodes(ctx, duePrefix, 0, now.Unix(), fn)
}

// EndedCodes calls fn with codes that ended at or after since, in that order, until it returns false. fn may call the Store.
func (s *Store) EndedCodes(ctx context.Context, since time.Time, fn func(user id.User, value []byte) bool) error {
	return s.listCodes(ctx, endedPrefix, since.Unix(), 1<<40, fn)
}

func (s *Store) listCodes(ctx context.Context, prefix string, from, to int64, fn func(id.User, []byte) bool) error {
	var keys []string
	err := s.index.view(ctx, func(itx *buntdb.Tx) error {
		return ascend(itx, prefix, fmt.Sprintf("%s%016x", prefix, max(from, 0)), func(key, _ string) bool {
			var at int64
			var hash string
			if _, err := fmt.Sscanf(key[len(prefix):], "%016x/%s", &at, &hash); err != nil || at > to {
				return false
			}
			keys = append(keys, codePrefix+hash)
			return true
		})
	})
	if err != nil {
		return err
	}
	var broken error // the first that can't be read; it keeps none of the others
	for _, key := range keys {
		user, value, err := s.readCode(ctx, key)
		switch kind := fault.From(err); {
		case err == nil:
			if !fn(user, value) {
				return nil
			}
		case kind.Kind == fault.Unavailable:
			return err
		case kind.Kind != fault.NotFound && kind.Code != fault.CodeErased: // gone meanwhile
			broken = cmp.Or(broken, err)
		}
	}
	return broken
}

type code struct {
	due, ended int64
	owner      id.User
	sealed     string
}

func (c *code) encode() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.due))
	b = binary.BigEndian.AppendUint64(b, uint64(c.ended))
	return string(append(appendText(b, string(c.owner)), c.sealed...))
}

func decodeCode(env envelope) (c code, err error) {
	r := reader{rest: env.payload}
	c.due, c.ended, c.owner = int64(r.uint64()), int64(r.uint64()), id.User(r.text())
	if r.bad {
		return c, errPayload
	}
	c.sealed = r.rest
	return c, nil
}

func getCode(tx *buntdb.Tx, key string) (c code, known bool, err error) {
	env, ok, err := get(tx, key)
	if err != nil || !ok {
		return c, false, err
	}
	c, err = decodeCode(env)
	return c, true, err
}

// entries calls fn with the derived entries of a code: its owner and the lists that it stands on.
func (c *code) entries(key string, fn func(entry string) error) error {
	if err := fn(ownerPrefix(string(c.owner)) + key); err != nil {
		return err
	}
	hash := strings.TrimPrefix(key, codePrefix)
	if c.due != 0 {
		if err := fn(fmt.Sprintf("%s%016x/%s", duePrefix, c.due, hash)); err != nil {
			return err
		}
	}
	if c.ended != 0 {
		return fn(fmt.Sprintf("%s%016x/%s", endedPrefix, c.ended, hash))
	}
	return nil
}

func (c *code) unlist(itx *buntdb.Tx, key string) error {
	return c.entries(key, func(entry string) error { return remove(itx, entry) })
}

func (c *code) list(itx *buntdb.Tx, key string, keep time.Time) error {
	return c.entries(key, func(entry string) error {
		_, _, err := itx.Set(entry, "", &buntdb.SetOptions{Expires: true, TTL: time.Until(keep) + time.Hour})
		return err
	})
}

// indexCodes derives the lists from the facts.
func (s *Store) indexCodes(ctx context.Context) error {
	return s.index.update(ctx, func(itx *buntdb.Tx) error {
		var broken error
		err := s.core.view(ctx, func(tx *buntdb.Tx) error {
			return ascend(tx, codePrefix, "", func(key, value string) bool {
				env, err := decode(key, value)
				if err != nil {
					return true // Verify tells
				}
				c, err := decodeCode(env)
				if err == nil {
					broken = c.list(itx, key, time.Unix(env.expires, 0))
				}
				return broken == nil
			})
		})
		return errors.Join(err, broken)
	})
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(t.Unix(), 1)
}
