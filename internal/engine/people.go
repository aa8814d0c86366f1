package engine

import (
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

const shards = id.UserShards

type people struct {
	shards [shards]struct {
		mu sync.Mutex
		m  map[id.User]*person
	}
}

func (ps *people) get(user id.User, now time.Time) *person {
	s := &ps.shards[user.Shard()]
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.m[user]
	if p == nil {
		if s.m == nil {
			s.m = make(map[id.User]*person)
		}
		p = &person{id: user, lot: offers.LotOf(user)}
		s.m[user] = p
	}
	p.used.Store(now.UnixNano())
	return p
}

// holds reports whether p is the one that stands in memory for its id.
func (ps *people) holds(p *person) bool {
	s := &ps.shards[p.id.Shard()]
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[p.id] == p
}

// dropIdle takes p out of memory unless somebody uses it, or did since.
func (ps *people) dropIdle(p *person, since time.Time) {
	s := &ps.shards[p.id.Shard()]
	s.mu.Lock() // nobody gets p meanwhile
	defer s.mu.Unlock()
	p.mu.Lock()
	waits := p.later.waits() && !p.simulated // nobody looks for simulated people between their fixes
	idle := p.sessions == 0 && !p.dirty && !waits && p.used.Load() < since.UnixNano()
	p.mu.Unlock()
	if idle && s.m[p.id] == p {
		delete(s.m, p.id)
	}
}

// drop takes p out of memory, if it is still the one that stands there.
func (ps *people) drop(p *person) {
	s := &ps.shards[p.id.Shard()]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m[p.id] == p {
		delete(s.m, p.id)
	}
}

// each calls fn with everybody in memory, without a lock held.
func (ps *people) each(fn func(*person)) {
	var list []*person
	for i := range ps.shards {
		s := &ps.shards[i]
		s.mu.Lock()
		list = list[:0]
		for _, p := range s.m {
			list = append(list, p)
		}
		s.mu.Unlock()
		for _, p := range list {
			fn(p)
		}
	}
}
