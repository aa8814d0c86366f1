package store

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// One claim is one key, and the only fact. Tallies are counted from the claims at Open and kept under the shard's
// lock; a released claim stays as a fact, so that its ticket is not given again.
const (
	standing = 1
	released = 2
)

type ledger struct {
	mu      sync.Mutex
	tallies map[id.Offer]*tally
}

// tally counts the claims of one offer.
type tally struct {
	standing int
	last     uint64 // highest ticket ever given
	users    map[[16]byte]int
}

// claim is the payload of a claim: state 1 | ticket 8 | user's tag 16. Neither key nor payload names the person or
// the redemption but by keyed hashes, which mean nothing once the user's data key is gone.
type claim struct {
	state  byte
	ticket uint64
	user   [16]byte
}

func (c claim) encode() string {
	b := append(make([]byte, 0, 25), c.state)
	b = binary.BigEndian.AppendUint64(b, c.ticket)
	return string(append(b, c.user[:]...))
}

func decodeClaim(env envelope) (c claim, err error) {
	r := reader{rest: env.payload}
	if state := r.bytes(1); state != "" {
		c.state = state[0]
	}
	c.ticket = r.uint64()
	copy(c.user[:], r.bytes(16))
	if r.bad || c.state != standing && c.state != released {
		return c, errPayload
	}
	return c, nil
}

func claimKey(offer id.Offer, redemption [16]byte) string {
	return claimPrefix + string(offer) + "/" + base64.RawURLEncoding.EncodeToString(redemption[:])
}

// of returns the tally of an offer; the shard's lock is held.
func (l *ledger) of(offer id.Offer) *tally {
	if l.tallies == nil {
		l.tallies = map[id.Offer]*tally{}
	}
	t := l.tallies[offer]
	if t == nil {
		t = &tally{users: map[[16]byte]int{}}
		l.tallies[offer] = t
	}
	return t
}

// count enters a claim into the tally.
func (t *tally) count(c claim) {
	t.last = max(t.last, c.ticket)
	if c.state == standing {
		t.standing++
		t.users[c.user]++
	}
}

// loadLedger counts the claims.
func (s *Store) loadLedger() error {
	var broken error
	err := s.core.view(context.Background(), func(tx *buntdb.Tx) error {
		return ascend(tx, claimPrefix, "", func(key, value string) bool {
			offer, c, err := readClaim(key, value)
			if err != nil {
				broken = err
				return false
			}
			s.ledger[offer.Shard()].of(offer).count(c)
			return true
		})
	})
	if broken != nil {
		return broken
	}
	return err
}

func readClaim(key, value string) (id.Offer, claim, error) {
	env, err := decode(key, value)
	if err != nil {
		return "", claim{}, err
	}
	c, err := decodeClaim(env)
	offer, _, _ := strings.Cut(strings.TrimPrefix(key, claimPrefix), "/")
	return id.Offer(offer), c, err
}

// Claim takes one unit of an offer for a user and returns its ticket, 1 and up, never given twice. Repeating it for
// the same user and redemption returns the same ticket. total and perUser bound the claims that stand (0: no bound).
// Faults: sold_out (Field "total" or "perUser"), conflict (that claim was released), not_found (no such user), erased.
func (s *Store) Claim(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption, total, perUser int) (ticket int, err error) {
	err = s.changeLedger(ctx, offer, user, redemption, func(tx *buntdb.Tx, key string, tag [16]byte, t *tally) (func(), error) {
		c, known, err := getClaim(tx, key)
		switch {
		case err != nil:
			return nil, err
		case known && c.state == released:
			return nil, fault.New(fault.Conflict, fault.CodeConflict, "This redemption was given back.")
		case known:
			ticket = int(c.ticket)
			return nil, nil
		case total > 0 && t.standing >= total:
			return nil, errSoldOut.WithField("total")
		case perUser > 0 && t.users[tag] >= perUser:
			return nil, errSoldOut.WithField("perUser")
		}
		c = claim{state: standing, ticket: t.last + 1, user: tag}
		ticket = int(c.ticket)
		return func() { t.count(c) }, set(tx, key, envelope{rev: s.nextRev(), payload: c.encode()})
	})
	if err != nil {
		return 0, err
	}
	return ticket, nil
}

var errSoldOut = fault.New(fault.Gone, fault.CodeSoldOut, "Nothing is left of this offer.")

// Release gives a claimed unit back. Repeating it changes nothing; a claim that never was is a not_found fault.
func (s *Store) Release(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption) error {
	return s.changeLedger(ctx, offer, user, redemption, func(tx *buntdb.Tx, key string, tag [16]byte, t *tally) (func(), error) {
		c, known, err := getClaim(tx, key)
		switch {
		case err != nil:
			return nil, err
		case !known:
			return nil, notFound("claim")
		case c.state == released:
			return nil, nil
		}
		c.state = released
		undo := func() {
			t.standing--
			if t.users[tag]--; t.users[tag] == 0 {
				delete(t.users, tag)
			}
		}
		return undo, set(tx, key, envelope{rev: s.nextRev(), payload: c.encode()})
	})
}

func getClaim(tx *buntdb.Tx, key string) (c claim, known bool, err error) {
	env, ok, err := get(tx, key)
	if err != nil || !ok {
		return c, false, err
	}
	c, err = decodeClaim(env)
	return c, true, err
}

// changeLedger runs one change of an offer's claims under the offer's lock: fn changes the fact and returns what to
// do to the tally once the fact is written. Even a repeat waits for the disk, since the first call may still do so.
func (s *Store) changeLedger(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption,
	fn func(tx *buntdb.Tx, key string, tag [16]byte, t *tally) (then func(), err error),
) error {
	if err := id.Check("offer", string(offer), id.PrefixOffer); err != nil {
		return err
	}
	if err := id.Check("redemption", string(redemption), id.PrefixRedemption); err != nil {
		return err
	}
	err := func() error {
		shard := s.shard(user)
		shard.RLock()
		defer shard.RUnlock()
		k, err := s.dataKeyOf(ctx, user)
		if err != nil {
			return err
		}
		key := claimKey(offer, k.tag("redemption", string(offer), string(redemption)))
		tag := k.tag("claimer", string(offer))
		l := &s.ledger[offer.Shard()]
		l.mu.Lock()
		defer l.mu.Unlock()
		t := l.of(offer)
		var then func()
		err = s.core.update(ctx, func(tx *buntdb.Tx) (err error) {
			then, err = fn(tx, key, tag, t)
			return err
		})
		if err == nil && then != nil {
			then()
		}
		return err
	}()
	if err != nil {
		return err
	}
	return s.core.flush()
}

// Claimed returns how many claims of an offer stand.
func (s *Store) Claimed(ctx context.Context, offer id.Offer) (int, error) {
	if err := alive(ctx); err != nil {
		return 0, err
	}
	l := &s.ledger[offer.Shard()]
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.tallies[offer]; t != nil {
		return t.standing, nil
	}
	return 0, nil
}
