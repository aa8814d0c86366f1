package socket

import (
	"context"
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

// Conn is one attached connection of one device. Its methods are called from many goroutines; they must not block,
// and must not call the hub's Send, CloseUser, Erase or Close.
type Conn interface {
	// Offer puts m into the connection's own bounded queue; false means that the connection is closed.
	Offer(m push.Message) bool
	// Tell puts a frame that needs no acknowledgement there.
	Tell(frame any)
	// Close ends the connection; code is a code of package fault, which the owner turns into a close code.
	Close(code string)
}

// Bounds for one person.
const (
	MaxConns   = 8  // attached connections; one more closes the oldest
	MaxPending = 32 // unacknowledged messages; one more hands the oldest to Next at once
)

// Config of a hub; the zero value of a field means its default.
type Config struct {
	AckTimeout time.Duration // until an unacknowledged message goes to Next: 5 s
	Next       push.Channel  // who takes what no device acknowledged; nil: nobody
	MaxPending int           // unacknowledged messages of all people: 65,536; one more hands an old one to Next at once
}

// Hub holds the attached connections and the unacknowledged messages. It is safe for concurrent use. Use [New].
type Hub struct {
	config Config
	shards [id.UserShards]shard
	counters
}

// New returns a hub. It fails if a setting is out of range.
func New(c Config) (*Hub, error) {
	if c.AckTimeout == 0 {
		c.AckTimeout = 5 * time.Second
	}
	if c.MaxPending == 0 {
		c.MaxPending = 1 << 16
	}
	if c.AckTimeout < 0 {
		return nil, fault.Field("ack_timeout", "must be positive")
	}
	if c.MaxPending < id.UserShards {
		return nil, fault.Field("max_pending", "must be at least %d", id.UserShards)
	}
	h := &Hub{config: c}
	for i := range h.shards {
		h.shards[i].hub = h
		h.shards[i].people = make(map[id.User]*person)
	}
	return h, nil
}

func (h *Hub) shard(user id.User) *shard { return &h.shards[user.Shard()] }

// Attach adds a connection of a person; detach takes it out again, any number of times. What was sent before is
// not repeated on it. If the person has [MaxConns] connections, the oldest one is closed as replaced.
func (h *Hub) Attach(user id.User, c Conn) (detach func()) {
	s := h.shard(user)
	a := &attachment{c}
	if oldest := s.attach(user, a); oldest != nil {
		oldest.Close(fault.CodeReplaced)
	}
	return func() { s.detach(user, a) }
}

// Attached reports whether the person has a connection.
func (h *Hub) Attached(user id.User) bool {
	return len(h.shard(user).connections(user)) > 0
}

// Send hands m to all connections of the person or, if none takes it, to Next. It waits for nobody. A message that
// is pending already is not sent again. It returns what [push.Message.Check] finds, push.ErrClosed after Close,
// push.ErrNoToken if there is no connection and no Next, and otherwise Next's error.
func (h *Hub) Send(ctx context.Context, m push.Message) error {
	now := time.Now()
	if err := m.Check(now); err != nil {
		return fmt.Errorf("socket: send: %w", err)
	}
	s := h.shard(m.User)
	s.passing.RLock()
	defer s.passing.RUnlock()
	if s.closed {
		return fmt.Errorf("socket: send: %w", push.ErrClosed)
	}
	conns, p, crowded := s.expect(m, now.Add(h.config.AckTimeout))
	if crowded != nil {
		h.crowded.Add(1)
		_ = h.pass(ctx, crowded.m) // not this caller's message; counted
	}
	if p == nil && len(conns) > 0 {
		return nil // pending already
	}
	taken := false
	for _, c := range conns {
		taken = c.Offer(m) || taken
	}
	if taken {
		h.sent.Add(1)
		return nil
	}
	if p != nil && !s.claim(p) {
		return nil // timed out, and was passed on, in between
	}
	h.detached.Add(1)
	return h.pass(ctx, m)
}

// Tell puts a frame that needs no acknowledgement on the person's connections, if there are any.
func (h *Hub) Tell(user id.User, frame any) {
	for _, c := range h.shard(user).connections(user) {
		c.Tell(frame)
	}
}

// pass hands m to Next. The caller holds passing of m's shard and has claimed m.
func (h *Hub) pass(ctx context.Context, m push.Message) error {
	if !time.Now().Before(m.Expires) {
		h.expired.Add(1)
		return push.ErrExpired
	}
	err := error(push.ErrNoToken)
	if h.config.Next != nil {
		err = h.config.Next.Send(ctx, m)
	}
	if err != nil {
		h.failed.Add(1)
		return fmt.Errorf("socket: next channel: %w", err)
	}
	return nil
}

// Acked records that a device of the person has the message. It reports whether that was still waited for.
func (h *Hub) Acked(user id.User, delivery id.Delivery) bool {
	waited, late := h.shard(user).acked(user, delivery)
	switch {
	case waited:
		h.acked.Add(1)
	case late:
		h.ackedLate.Add(1)
	default:
		h.ackedUnknown.Add(1)
	}
	return waited
}

// Recall drops what is pending for a person; the connections stay. When it returns, nothing more of what was sent
// before goes to Next.
func (h *Hub) Recall(user id.User) {
	s := h.shard(user)
	s.passing.Lock()
	dropped := s.recall(user)
	s.passing.Unlock()
	h.dropped.Add(uint64(dropped)) //nolint:gosec // a length
}

// CloseUser closes all connections of a person, with a code of package fault, and drops what is pending for them.
// When it returns, nothing more of what was sent before goes to Next.
func (h *Hub) CloseUser(user id.User, code string) {
	s := h.shard(user)
	s.passing.Lock() // waits for what is just being passed on
	conns, dropped := s.forget(user)
	s.passing.Unlock()
	h.dropped.Add(uint64(dropped)) //nolint:gosec // a length
	for _, c := range conns {
		c.Close(code)
	}
}

// Erase is CloseUser for an erased person. It never fails.
func (h *Hub) Erase(_ context.Context, user id.User) error {
	h.CloseUser(user, fault.CodeErased)
	return nil
}

// Close hands everything unacknowledged to Next at once, and takes no more messages. It leaves the connections to
// their owner. Close it before Next is closed. If ctx ends before all is handed over, the error says how much is left.
func (h *Hub) Close(ctx context.Context) error {
	left := 0
	for i := range h.shards {
		s := &h.shards[i]
		s.passing.Lock()
		for _, p := range s.close() {
			if ctx.Err() != nil {
				left++
				continue
			}
			h.unacked.Add(1)
			_ = h.pass(ctx, p.m) // counted
		}
		s.passing.Unlock()
	}
	if left > 0 {
		return fmt.Errorf("socket: close: %d messages not passed on: %w", left, context.Cause(ctx))
	}
	return nil
}
