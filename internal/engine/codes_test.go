package engine_test

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/id"
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
