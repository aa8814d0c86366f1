package socket

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

// shard holds the people of one user shard.
//
// A message is passed to the next channel by whoever claims it, that is, takes it out of the pending ones under mu:
// hence exactly once. passing is held for reading around that, so that those who take it for writing know that
// nothing is on its way. Lock order: passing, then mu; Conn and Next are called under neither mu.
type shard struct {
	hub     *Hub
	passing sync.RWMutex
	closed  bool // guarded by passing

	mu     sync.Mutex
	people map[id.User]*person // with a connection or something pending
	queue  list.List           // of *pending: all of the shard, by deadline, since all wait equally long
	timer  *time.Timer         // calls overdue; nil until first needed
	armed  bool

	passed     [64]id.Delivery // the last ones that went unacknowledged, to tell a late acknowledgement
	passedNext int
}

type person struct {
	conns   []*attachment // oldest first; replaced, never changed
	pending []*pending    // oldest first
}

// attachment gives a connection an identity.
type attachment struct{ Conn }

type pending struct {
	m        push.Message
	deadline time.Time
	element  *list.Element
}

// attach returns the connection that has to go, if there are too many.
func (s *shard) attach(user id.User, a *attachment) (oldest *attachment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[user]
	if p == nil {
		p = &person{}
		s.people[user] = p
	}
	conns := p.conns
	if len(conns) >= MaxConns {
		oldest, conns = conns[0], conns[1:]
	}
	p.conns = append(slices.Clone(conns), a)
	return oldest
}

func (s *shard) detach(user id.User, a *attachment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[user]
	if p == nil {
		return
	}
	if i := slices.Index(p.conns, a); i >= 0 {
		p.conns = slices.Delete(slices.Clone(p.conns), i, i+1)
	}
	s.tidy(user, p)
}

// connections returns the person's connections; nobody changes the slice.
func (s *shard) connections(user id.User) []*attachment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[user]; p != nil {
		return p.conns
	}
	return nil
}

func (s *shard) tidy(user id.User, p *person) {
	if len(p.conns) == 0 && len(p.pending) == 0 {
		delete(s.people, user)
	}
}

// expect makes m pending, if the person has connections, and returns them; added is nil if it was pending before.
// crowded is what had to make room: the caller passes it on.
func (s *shard) expect(m push.Message, deadline time.Time) (conns []*attachment, added, crowded *pending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[m.User]
	if p == nil || len(p.conns) == 0 {
		return nil, nil, nil
	}
	if p.find(m.ID) != nil {
		return p.conns, nil, nil
	}
	switch {
	case len(p.pending) >= MaxPending:
		crowded = p.pending[0]
	case s.queue.Len() >= s.hub.config.MaxPending/id.UserShards:
		crowded = s.queue.Front().Value.(*pending)
	}
	if crowded != nil {
		s.remove(crowded)
		s.remember(crowded)
	}
	added = &pending{m: m, deadline: deadline}
	added.element = s.queue.PushBack(added)
	p.pending = append(p.pending, added)
	s.arm()
	return p.conns, added, crowded
}

func (p *person) find(delivery id.Delivery) *pending {
	for _, x := range p.pending {
		if x.m.ID == delivery {
			return x
		}
	}
	return nil
}

// remove takes out p, which must be pending. The caller holds mu.
func (s *shard) remove(p *pending) {
	s.queue.Remove(p.element)
	p.element = nil
	owner := s.people[p.m.User]
	owner.pending = slices.DeleteFunc(owner.pending, func(x *pending) bool { return x == p })
	s.tidy(p.m.User, owner)
}

// claim takes p out; false means that somebody else did.
func (s *shard) claim(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.element == nil {
		return false
	}
	s.remove(p)
	return true
}

func (s *shard) remember(p *pending) {
	s.passed[s.passedNext] = p.m.ID
	s.passedNext = (s.passedNext + 1) % len(s.passed)
}

func (s *shard) acked(user id.User, delivery id.Delivery) (waited, late bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[user]; p != nil {
		if x := p.find(delivery); x != nil {
			s.remove(x)
			return true, false
		}
	}
	if i := slices.Index(s.passed[:], delivery); i >= 0 && delivery != "" {
		s.passed[i] = "" // counts once
		return false, true
	}
	return false, false
}

// arm sets the timer for the oldest pending message. The caller holds mu.
func (s *shard) arm() {
	if s.armed || s.queue.Len() == 0 {
		return
	}
	s.armed = true
	wait := time.Until(s.queue.Front().Value.(*pending).deadline)
	if s.timer == nil {
		s.timer = time.AfterFunc(wait, s.overdue)
		return
	}
	s.timer.Reset(wait)
}

// overdue passes on what nobody acknowledged in time, one by one; it runs on the timer's goroutine.
func (s *shard) overdue() {
	for {
		s.passing.RLock()
		p := s.nextOverdue(time.Now())
		if p != nil {
			s.hub.unacked.Add(1)
			_ = s.hub.pass(context.Background(), p.m) // counted
		}
		s.passing.RUnlock()
		if p == nil {
			return
		}
	}
}

// nextOverdue claims the oldest message if its time is up; if not, it sets the timer again and returns nil.
func (s *shard) nextOverdue(now time.Time) *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	if front := s.queue.Front(); front != nil {
		if p := front.Value.(*pending); !p.deadline.After(now) {
			s.remove(p)
			s.remember(p)
			return p
		}
	}
	s.armed = false
	s.arm()
	return nil
}

// forget takes a person out and returns their connections. The caller holds passing for writing.
func (s *shard) forget(user id.User) (conns []*attachment, dropped int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[user]
	if p == nil {
		return nil, 0
	}
	conns, dropped = p.conns, s.empty(p)
	delete(s.people, user)
	return conns, dropped
}

// recall takes out what is pending for a person. The caller holds passing for writing.
func (s *shard) recall(user id.User) (dropped int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[user]
	if p == nil {
		return 0
	}
	dropped = s.empty(p)
	s.tidy(user, p)
	return dropped
}

func (s *shard) empty(p *person) (dropped int) {
	for _, x := range p.pending {
		s.queue.Remove(x.element)
		x.element = nil
	}
	dropped, p.pending = len(p.pending), nil
	return dropped
}

// close stops the timer and takes out everything that is pending. The caller holds passing for writing.
func (s *shard) close() (left []*pending) {
	s.closed = true
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	for s.queue.Len() > 0 {
		p := s.queue.Front().Value.(*pending)
		s.remove(p)
		s.remember(p)
		left = append(left, p)
	}
	return left
}
