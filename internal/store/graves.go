package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/id"
)

const saltSize = 16

// grave is the salted hash of an erased user's id, all that is kept of the person.
type grave [sha256.Size]byte

// stage is how far an erase has come.
type stage uint8

const (
	closed  stage = iota // nothing is left in any file
	emptied              // records and key are deleted, their bytes may still be in the files
	dug                  // the tombstone stands
)

// graves holds all tombstones in memory.
type graves struct {
	mu    sync.RWMutex
	stage map[grave]stage
	open  int // not closed
}

func (g *graves) has(x grave) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	_, ok := g.stage[x]
	return ok
}

// stageOf returns how far the erase of a grave has come.
func (g *graves) stageOf(x grave) stage {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.stage[x]
}

func (g *graves) put(x grave, to stage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stage[x] != closed {
		g.open--
	}
	if to != closed {
		g.open++
	}
	g.stage[x] = to
}

// counts returns how many tombstones there are, and how many erases are not complete.
func (g *graves) counts() (all, open int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return len(g.stage), g.open
}

// at returns the graves at a stage.
func (g *graves) at(st stage) []grave {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var all []grave
	if g.open == 0 {
		return nil
	}
	for x, is := range g.stage {
		if is == st {
			all = append(all, x)
		}
	}
	return all
}

func (s *Store) graveOf(user id.User) grave {
	return sha256.Sum256(append(s.salt[:], user...))
}

func (x grave) key() string { return tombstonePrefix + base64.RawURLEncoding.EncodeToString(x[:]) }

// tombstone is the payload of a tombstone: open 1 | Unix seconds 8 | salt 16. The salt stands in each, so that losing
// its own record loses no tombstone.
func (s *Store) tombstone(open bool, at time.Time) envelope {
	b := []byte{0}
	if open {
		b[0] = 1
	}
	b = binary.BigEndian.AppendUint64(b, uint64(at.Unix()))
	return envelope{rev: s.nextRev(), payload: string(append(b, s.salt[:]...))}
}

func readTombstone(env envelope) (open bool, at time.Time, salt string, err error) {
	r := reader{rest: env.payload}
	open = r.bytes(1) == "\x01"
	at = time.Unix(int64(r.uint64()), 0)
	salt = r.bytes(saltSize)
	if r.bad {
		err = errPayload
	}
	return open, at, salt, err
}

// loadGraves reads the salt and all tombstones; a new store gets its salt.
func (s *Store) loadGraves() error {
	s.graves.stage = map[grave]stage{}
	ctx := context.Background()
	var salt string
	var broken error
	err := s.core.view(ctx, func(tx *buntdb.Tx) error {
		env, _, err := get(tx, saltKey)
		if err != nil {
			return err
		}
		salt = env.payload
		return ascend(tx, tombstonePrefix, "", func(key, value string) bool {
			var x grave
			raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(key, tombstonePrefix))
			env, derr := decode(key, value)
			open, _, itsSalt, perr := readTombstone(env)
			if broken = errors.Join(err, derr, perr); broken != nil || copy(x[:], raw) != len(x) {
				return false
			}
			salt = itsSalt
			s.graves.put(x, closed)
			if open {
				s.graves.put(x, dug)
			}
			return true
		})
	})
	if err = errors.Join(err, broken); err != nil {
		return err
	}
	if copy(s.salt[:], salt) == saltSize {
		return nil
	}
	_, _ = rand.Read(s.salt[:])
	err = s.core.update(ctx, func(tx *buntdb.Tx) error {
		return set(tx, saltKey, envelope{rev: s.nextRev(), payload: string(s.salt[:])})
	})
	if err != nil {
		return err
	}
	return s.core.flush()
}
