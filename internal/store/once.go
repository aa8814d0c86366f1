package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

const onceKept = day

// calls are the idempotent calls under way, by record key; the channel closes when one ends.
type calls struct {
	mu    sync.Mutex
	under map[string]chan struct{}
}

// enter returns nil if the caller is the first, else the channel to wait for.
func (c *calls) enter(key string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.under[key]; ok {
		return first
	}
	if c.under == nil {
		c.under = map[string]chan struct{}{}
	}
	c.under[key] = make(chan struct{})
	return nil
}

func (c *calls) leave(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.under[key])
	delete(c.under, key)
}

// Once runs do at most once per Scope and Key within 24 hours and answers repeats with the stored result; calls at
// the same time wait for the first. Another Body under the same key is an idempotency_mismatch fault. If do fails,
// nothing is stored. If the result is about a person, do names the person as owner: the result is then sealed with
// that user's data key and goes with the user's erase. A crash between do and its record lets do run again; a caller
// who goes away does not: do and its record are finished without them, on a context that is not cancelled.
func (s *Store) Once(ctx context.Context, r Request, do func(context.Context) (result []byte, owner id.User, err error)) (result []byte, replayed bool, err error) {
	key := r.key()
	for {
		first := s.calls.enter(key)
		if first == nil {
			break
		}
		select {
		case <-first:
		case <-ctx.Done():
			return nil, false, alive(ctx)
		}
	}
	defer s.calls.leave(key)
	result, known, err := s.replay(ctx, key, r.Body)
	if err != nil || known {
		return result, known, err
	}
	ctx = context.WithoutCancel(ctx)
	result, owner, err := do(ctx)
	if err != nil {
		return nil, false, err
	}
	if len(result) > maxValue {
		return nil, false, tooLarge("result")
	}
	return result, false, s.remember(ctx, key, r.Body, result, owner)
}

func (r Request) key() string {
	h := sha256.Sum256(appendText(appendText(nil, r.Scope), r.Key))
	return oncePrefix + base64.RawURLEncoding.EncodeToString(h[:])
}

// replay returns the stored result, if there is one. Its payload: body 32 | owner | result, sealed if it has an owner.
func (s *Store) replay(ctx context.Context, key string, body [32]byte) (result []byte, known bool, err error) {
	var env envelope
	err = s.core.view(ctx, func(tx *buntdb.Tx) (err error) {
		env, known, err = get(tx, key)
		return err
	})
	if err != nil || !known {
		return nil, false, err
	}
	r := reader{rest: env.payload}
	was, owner := r.bytes(32), r.text()
	if r.bad {
		return nil, false, asFault(errPayload)
	}
	if was != string(body[:]) {
		return nil, false, fault.New(fault.Conflict, fault.CodeIdempotency, "This key was used for another request.").WithField("Idempotency-Key")
	}
	if owner == "" {
		return []byte(r.rest), true, nil
	}
	k, err := s.dataKeyOf(ctx, id.User(owner))
	if err != nil {
		return nil, false, err
	}
	env.payload = r.rest
	result, err = k.open(key, env)
	return result, err == nil, asFault(err)
}

// remember stores a result. For an owner who has been erased meanwhile there is nothing to remember.
func (s *Store) remember(ctx context.Context, key string, body [32]byte, result []byte, owner id.User) error {
	rev := s.nextRev()
	payload := string(appendText(body[:], string(owner)))
	if owner == "" {
		payload += string(result)
	} else {
		shard := s.shard(owner)
		shard.RLock()
		defer shard.RUnlock()
		k, err := s.dataKeyOf(ctx, owner)
		if errors.Is(err, errErased) {
			return nil
		}
		if err != nil {
			return err
		}
		payload += k.seal(key, rev, result)
	}
	err := s.index.update(ctx, func(itx *buntdb.Tx) error {
		if err := indexOwner(itx, owner, key); err != nil {
			return err
		}
		return s.core.update(ctx, func(tx *buntdb.Tx) error {
			return set(tx, key, envelope{rev, time.Now().Add(onceKept).Unix(), payload})
		})
	})
	if err != nil {
		return err
	}
	return s.core.flush()
}

// indexOwner notes whose result a record is, for as long as the record lives.
func indexOwner(itx *buntdb.Tx, owner id.User, key string) error {
	if owner == "" {
		return nil
	}
	_, _, err := itx.Set(ownerPrefix(string(owner))+key, "",
		&buntdb.SetOptions{Expires: true, TTL: onceKept + time.Hour})
	return err
}

// indexOwners derives the owners of results from the facts.
func (s *Store) indexOwners(ctx context.Context) error {
	owners := map[string]id.User{}
	err := s.core.view(ctx, func(tx *buntdb.Tx) error {
		return ascend(tx, oncePrefix, "", func(key, value string) bool {
			if env, err := decode(key, value); err == nil {
				owners[key] = ownerOf(env)
			}
			return true
		})
	})
	if err != nil {
		return err
	}
	return s.index.update(ctx, func(itx *buntdb.Tx) error {
		for key, owner := range owners {
			if err := indexOwner(itx, owner, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownerOf returns whose result a record is; "" if nobody's.
func ownerOf(env envelope) id.User {
	r := reader{rest: env.payload}
	r.bytes(32)
	return id.User(r.text())
}
