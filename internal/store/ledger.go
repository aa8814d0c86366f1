package store

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// One claim is one key, and the only fact: it names the counters that it counts in. Tallies are counted from the claims
// at Open and kept under the ledger's lock, which costs nothing that the file's own lock does not; a released claim stays as a
// fact, so that its ticket is not given again.
const (
	standing = 1
	released = 2

	maxCounters = 64 // of one claim
)

type ledger struct {
	mu      sync.Mutex
	tallies map[counter]offers.Tally
	tickets map[id.Offer]uint64 // the highest ever given
}

// counter is what is counted: a bound's key, and for a personal one the tag of the user, the zero tag otherwise.
type counter struct {
	key string
	tag [16]byte
}

// claim is a claim's record. Neither key nor payload names the person or the redemption but by keyed hashes, which mean
// nothing once the user's data key is gone.
type claim struct {
	state    byte
	ticket   uint64
	money    int64
	user     [16]byte // tag by the offer: of what was written first, the only counter beside the offer
	counters []counter
}

// encode is the payload: state 1 | ticket 8 | user 16 | money 8 | counters, each a key and a tag.
func (c *claim) encode() string {
	b := append(make([]byte, 0, 64), c.state)
	b = binary.BigEndian.AppendUint64(b, c.ticket)
	b = append(b, c.user[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.money))
	for _, n := range c.counters {
		b = append(appendText(b, n.key), n.tag[:]...)
	}
	return string(b)
}

func decodeClaim(offer id.Offer, env envelope) (c claim, err error) {
	r := reader{rest: env.payload}
	if state := r.bytes(1); state != "" {
		c.state = state[0]
	}
	c.ticket = r.uint64()
	copy(c.user[:], r.bytes(16))
	if r.rest == "" && !r.bad { // as it was written before there were more counters than these
		c.counters = []counter{{key: string(offer)}, {string(offer), c.user}}
	} else {
		c.money = int64(r.uint64())
		for r.rest != "" && !r.bad {
			n := counter{key: r.text()}
			copy(n.tag[:], r.bytes(16))
			c.counters = append(c.counters, n)
		}
	}
	if r.bad || c.state != standing && c.state != released || c.money < 0 || len(c.counters) > maxCounters {
		return c, errPayload
	}
	return c, nil
}

func claimKey(offer id.Offer, redemption [16]byte) string {
	return claimPrefix + string(offer) + "/" + base64.RawURLEncoding.EncodeToString(redemption[:])
}

// enter counts a claim that was found in the record.
func (l *ledger) enter(offer id.Offer, c *claim) {
	if l.tickets == nil {
		l.tickets, l.tallies = map[id.Offer]uint64{}, map[counter]offers.Tally{}
	}
	l.tickets[offer] = max(l.tickets[offer], c.ticket)
	if c.state == standing {
		l.add(c, 1, c.money)
	}
}

// add moves what stands in a claim's counters. Those with nothing left are forgotten.
func (l *ledger) add(c *claim, count int, money int64) {
	for _, n := range c.counters {
		t := l.tallies[n]
		t.Count += count
		t.Money += money
		if t == (offers.Tally{}) {
			delete(l.tallies, n)
		} else {
			l.tallies[n] = t
		}
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
			s.ledger.enter(offer, &c)
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
	offer, _, _ := strings.Cut(strings.TrimPrefix(key, claimPrefix), "/")
	c, err := decodeClaim(id.Offer(offer), env)
	return id.Offer(offer), c, err
}

// Claim takes one unit of an offer for a user and returns its ticket, 1 and up, never given twice. It stands in all of
// the claim's counters or in none; besides, every claim counts under its offer's id. Repeating it for the same user and
// redemption returns the same ticket and takes nothing more.
// Faults: sold_out or, if the bound is one for now, limit_reached (Field is the counter's), conflict (that claim was
// released), not_found (no such user), erased.
func (s *Store) Claim(ctx context.Context, want offers.Claim) (ticket int, err error) {
	if err := checkClaim(&want); err != nil {
		return 0, err
	}
	err = s.changeLedger(ctx, &want, func(tx *buntdb.Tx, key string, k dataKey) (func(), error) {
		c, known, err := getClaim(tx, want.Offer, key)
		switch {
		case err != nil:
			return nil, err
		case known && c.state == released:
			return nil, fault.New(fault.Conflict, fault.CodeConflict, "This redemption was given back.")
		case known:
			ticket = int(c.ticket)
			return nil, nil
		}
		c = claim{state: standing, ticket: s.ledger.tickets[want.Offer] + 1, money: want.Money, user: k.tag("claimer", string(want.Offer))}
		c.counters = append(c.counters, counter{key: string(want.Offer)})
		for i := range want.Counters {
			n := counter{key: want.Counters[i].Key}
			if want.Counters[i].Personal {
				n.tag = k.tag("claimer", n.key)
			}
			if want.Counters[i].Full(s.ledger.tallies[n], want.Money) {
				return nil, want.Counters[i].Refusal()
			}
			if !slices.Contains(c.counters, n) {
				c.counters = append(c.counters, n)
			}
		}
		ticket = int(c.ticket)
		return func() { s.ledger.enter(want.Offer, &c) }, set(tx, key, envelope{rev: s.nextRev(), payload: c.encode()})
	})
	if err != nil {
		return 0, err
	}
	return ticket, nil
}

func checkClaim(c *offers.Claim) error {
	switch {
	case len(c.Counters) >= maxCounters:
		return fault.Field("counters", "must be fewer than %d", maxCounters)
	case c.Money < 0:
		return fault.Field("money", "must be zero or more")
	}
	return nil
}

// Settle says what a claim cost in the end, in hundredths: at most what was claimed. Repeating it changes nothing.
// Faults: not_found (no such claim), conflict (it was released), invalid_field.
func (s *Store) Settle(ctx context.Context, claimed offers.Claim, money int64) error {
	return s.changeClaim(ctx, &claimed, func(c *claim) (func(), error) {
		switch less := money - c.money; {
		case c.state == released:
			return nil, fault.New(fault.Conflict, fault.CodeConflict, "This redemption was given back.")
		case money < 0 || less > 0:
			return nil, fault.Field("money", "must be from 0 to the %d hundredths that were claimed", c.money)
		case less == 0:
			return nil, nil
		default:
			c.money = money
			return func() { s.ledger.add(c, 0, less) }, nil
		}
	})
}

// Release gives a claimed unit back, and the money with it. Repeating it changes nothing; a claim that never was is a
// not_found fault.
func (s *Store) Release(ctx context.Context, claimed offers.Claim) error {
	return s.changeClaim(ctx, &claimed, func(c *claim) (func(), error) {
		if c.state == released {
			return nil, nil
		}
		c.state = released
		return func() { s.ledger.add(c, -1, -c.money) }, nil
	})
}

// changeClaim changes a claim that is there; change returns nil if there is nothing to do.
func (s *Store) changeClaim(ctx context.Context, claimed *offers.Claim, change func(*claim) (then func(), err error)) error {
	return s.changeLedger(ctx, claimed, func(tx *buntdb.Tx, key string, _ dataKey) (func(), error) {
		c, known, err := getClaim(tx, claimed.Offer, key)
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, notFound("claim")
		}
		then, err := change(&c)
		if then == nil || err != nil {
			return nil, err
		}
		return then, set(tx, key, envelope{rev: s.nextRev(), payload: c.encode()})
	})
}

func getClaim(tx *buntdb.Tx, offer id.Offer, key string) (c claim, known bool, err error) {
	env, ok, err := get(tx, key)
	if err != nil || !ok {
		return c, false, err
	}
	c, err = decodeClaim(offer, env)
	return c, true, err
}

// changeLedger runs one change of a claim under the ledger's lock: fn changes the fact and returns what to do to the
// tallies once the fact is written. Even a repeat waits for the disk, since the first call may still do so.
func (s *Store) changeLedger(ctx context.Context, c *offers.Claim, fn func(tx *buntdb.Tx, key string, k dataKey) (then func(), err error)) error {
	if err := id.Check("offer", string(c.Offer), id.PrefixOffer); err != nil {
		return err
	}
	if err := id.Check("redemption", string(c.Redemption), id.PrefixRedemption); err != nil {
		return err
	}
	err := func() error {
		shard := s.shard(c.User)
		shard.RLock()
		defer shard.RUnlock()
		k, err := s.dataKeyOf(ctx, c.User)
		if err != nil {
			return err
		}
		key := claimKey(c.Offer, k.tag("redemption", string(c.Offer), string(c.Redemption)))
		s.ledger.mu.Lock()
		defer s.ledger.mu.Unlock()
		var then func()
		err = s.core.update(ctx, func(tx *buntdb.Tx) (err error) {
			then, err = fn(tx, key, k)
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

// Claimed returns what stands in a counter that is not personal; an offer's id is the key of all its claims.
func (s *Store) Claimed(ctx context.Context, key string) (offers.Tally, error) {
	if err := alive(ctx); err != nil {
		return offers.Tally{}, err
	}
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	return s.ledger.tallies[counter{key: key}], nil
}
