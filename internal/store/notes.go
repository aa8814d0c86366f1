package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Note is a small record of one of the server's own rooms: a message that waits to leave, a count. Its name is unique
// within the room. One that is about a person names the owner: it is sealed with that user's data key and goes with the
// user's erase.
type Note struct {
	Name  string // words of A-Z a-z 0-9 _ - . : with slashes between them, at most 256 bytes
	Owner id.User
	Value []byte
	Keep  time.Duration // from the write on; 0: until it is deleted
}

const maxNoteName = 256

func noteKey(room, name string) string { return notePrefix + room + "/" + name }

func checkNote(room string, n Note) error {
	switch {
	case !validID(room):
		return fault.Field("room", "must be an id")
	case len(n.Name) > maxNoteName:
		return fault.Field("name", "must be at most %d bytes", maxNoteName)
	case len(n.Value) > maxValue:
		return tooLarge("value")
	case n.Keep < 0 || n.Keep > 0 && n.Keep < time.Second:
		return fault.Field("keep", "must be at least a second, or nothing")
	}
	for word := range strings.SplitSeq(n.Name, "/") {
		if !validID(word) {
			return fault.Field("name", "must be ids with slashes between them")
		}
	}
	return nil
}

// PutNotes writes notes, over those of the same names. They are in the file when it returns, so that the process may be
// killed, and on disk within a second. A note about somebody who has been erased is left out.
func (s *Store) PutNotes(ctx context.Context, room string, notes ...Note) error {
	for _, n := range notes {
		if err := checkNote(room, n); err != nil {
			return err
		}
	}
	for _, n := range notes {
		if n.Owner == "" {
			continue
		}
		shard := s.shard(n.Owner) // one at a time: two shards at once could lock each other up
		shard.RLock()
		err := s.putOwned(ctx, room, n)
		shard.RUnlock()
		if err != nil && !errors.Is(err, errErased) {
			return err
		}
	}
	return s.state.update(ctx, func(tx *buntdb.Tx) error {
		for _, n := range notes {
			if n.Owner != "" {
				continue
			}
			env := envelope{s.nextRev(), n.expiry(), string(append(appendText(nil, ""), n.Value...))}
			if err := set(tx, noteKey(room, n.Name), env); err != nil {
				return err
			}
		}
		return nil
	})
}

// putOwned writes a note about a person. The caller holds the owner's shard.
func (s *Store) putOwned(ctx context.Context, room string, n Note) error {
	k, err := s.dataKeyOf(ctx, n.Owner)
	if err != nil {
		return err
	}
	key, rev := noteKey(room, n.Name), s.nextRev()
	payload := string(appendText(nil, string(n.Owner))) + k.seal(key, rev, n.Value)
	return s.state.update(ctx, func(tx *buntdb.Tx) error { return set(tx, key, envelope{rev, n.expiry(), payload}) })
}

func (n *Note) expiry() int64 {
	if n.Keep == 0 {
		return 0
	}
	return time.Now().Add(n.Keep).Unix()
}

// DeleteNotes removes the notes of these names; those that do not exist are no error.
func (s *Store) DeleteNotes(ctx context.Context, room string, names ...string) error {
	return s.state.update(ctx, func(tx *buntdb.Tx) error {
		for _, name := range names {
			if err := remove(tx, noteKey(room, name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Notes calls fn with a room's notes whose names start with prefix, in the order of their names, until fn returns false.
// Those of people who are being erased are left out. fn may keep the note and may call the Store.
func (s *Store) Notes(ctx context.Context, room, prefix string, fn func(Note) bool) error {
	from, start := noteKey(room, prefix), noteKey(room, prefix)
	for {
		var page []command
		err := s.state.view(ctx, func(tx *buntdb.Tx) error {
			return ascend(tx, from, start, func(key, value string) bool {
				page = append(page, command{key: key, value: value})
				return len(page) < maxPage
			})
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			n, err := s.openNote(ctx, room, c.key, c.value)
			if errors.Is(err, errErased) {
				continue
			}
			if err != nil {
				return asFault(err)
			}
			if !fn(n) {
				return nil
			}
		}
		if len(page) < maxPage {
			return nil
		}
		start = page[len(page)-1].key + "\x00"
	}
}

func (s *Store) openNote(ctx context.Context, room, key, value string) (Note, error) {
	env, err := decode(key, value)
	if err != nil {
		return Note{}, err
	}
	r := reader{rest: env.payload}
	n := Note{Name: strings.TrimPrefix(key, noteKey(room, "")), Owner: id.User(r.text())}
	if r.bad {
		return n, errPayload
	}
	n.Value = []byte(r.rest)
	if n.Owner == "" {
		return n, nil
	}
	k, err := s.dataKeyOf(ctx, n.Owner)
	if err != nil {
		return n, err
	}
	env.payload = r.rest
	n.Value, err = k.open(key, env)
	return n, err
}

// noteOwner returns whom a note is about, "" if nobody.
func noteOwner(env envelope) id.User {
	r := reader{rest: env.payload}
	return id.User(r.text())
}

// notesOf returns the keys of the notes about a user.
func (s *Store) notesOf(ctx context.Context, user id.User) (keys []string, err error) {
	err = s.state.view(ctx, func(tx *buntdb.Tx) error {
		return ascend(tx, notePrefix, "", func(key, value string) bool {
			if env, err := decode(key, value); err == nil && noteOwner(env) == user {
				keys = append(keys, key)
			}
			return true
		})
	})
	return keys, err
}

// aliasSize is how many bytes of the keyed hash an alias shows: 80 bits.
const aliasSize = 10

// Alias returns a name for the user that is the same within one scope and has nothing to do with the one in another. It
// is derived from the user's data key: when that is erased, nobody can tell any more whose alias it was.
func (s *Store) Alias(ctx context.Context, user id.User, scope string) (string, error) {
	k, err := s.dataKeyOf(ctx, user)
	if err != nil {
		return "", err
	}
	t := k.tag("alias", scope)
	return id.Encode(id.PrefixAlias, t[:aliasSize]), nil
}
