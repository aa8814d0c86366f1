package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

// codeRecord is a code of the memory.
type codeRecord struct {
	user       id.User
	value      []byte
	due, ended time.Time
}

func (m *memory) PutCode(_ context.Context, user id.User, text string, value []byte, due, ended, keep time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if keep.IsZero() {
		delete(m.codes, text)
		return nil
	}
	m.codes[text] = codeRecord{user, value, due, ended}
	return nil
}

func (m *memory) FindCode(_ context.Context, text string) (id.User, []byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.codes[text]
	if !ok {
		return "", nil, notFound
	}
	return c.user, c.value, nil
}

func (m *memory) DueCodes(_ context.Context, now time.Time, fn func(id.User, []byte) bool) error {
	m.eachCode(func(c codeRecord) bool { return !c.due.IsZero() && !c.due.After(now) }, fn)
	return nil
}

func (m *memory) EndedCodes(_ context.Context, since time.Time, fn func(id.User, []byte) bool) error {
	m.eachCode(func(c codeRecord) bool { return !c.ended.IsZero() && !c.ended.Before(since) }, fn)
	return nil
}

func (m *memory) eachCode(want func(codeRecord) bool, fn func(id.User, []byte) bool) {
	m.mu.Lock()
	var found []codeRecord
	for _, c := range m.codes {
		if want(c) {
			found = append(found, c)
		}
	}
	m.mu.Unlock()
	for _, c := range found {
		if !fn(c.user, c.value) {
			return
		}
	}
}

// Redeem uses an offer without a till.
func (w *world) Redeem(ctx context.Context, s *engine.Session, offer id.Offer, at time.Time, key string) (engine.Redemption, error) {
	return w.Reserve(ctx, s, engine.Wish{Offer: offer, At: at, Key: key, Redeem: true})
}

// TestPresenceHoldsWhenItIsUsed reserves on the spot and walks away: presence is asked for when the offer is used.
func TestPresenceHoldsWhenItIsUsed(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Redeeming.Presence = true })
	s, _ := w.person(t, privacy.Location)
	w.at(t, s, market)
	if _, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID}); err != nil {
		t.Fatal(err)
	}
	w.later(5 * time.Minute)
	w.at(t, s, geo.Destination(market, 0, 3000))
	if _, err := w.Redeem(t.Context(), s, o.ID, w.now, ""); code(err) != fault.CodeNotPresent {
		t.Errorf("used 3 km away: %v", err)
	}
	w.later(5 * time.Minute)
	w.at(t, s, market)
	if r, err := w.Redeem(t.Context(), s, o.ID, w.now, ""); err != nil || r.Status != engine.Redeemed {
		t.Errorf("on the spot: %+v, %v", r, err)
	}
}

// TestUnitWaitsForTillsWithoutNetwork gives a voucher back that a till without network may have taken: no merchant can
// bring its unit back before that is over, and an erase does.
func TestUnitWaitsForTillsWithoutNetwork(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Redeeming.OfflineHours = 24 })
	s, _ := w.person(t, privacy.Location)
	r, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID})
	if err == nil {
		_, err = w.GiveBack(t.Context(), s, r.ID, w.now)
	}
	if err != nil {
		t.Fatal(err)
	}
	till := engine.Till{Key: "till", Merchant: o.Merchant, Place: o.Place, Mode: o.Mode}
	if _, err := w.RollBack(t.Context(), till, r.ID, w.now); err != nil {
		t.Errorf("a merchant hears that it was given back: %v", err)
	}
	if w.memory.claims[o.ID][0].released {
		t.Error("the unit is back before a till without network can have told of it")
	}
	if _, err := w.Erase(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if !w.memory.claims[o.ID][0].released {
		t.Error("nobody can bring the unit back any more")
	}
}
