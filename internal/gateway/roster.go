package gateway

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// slots is how many groups the pings of one interval are spread over.
const slots = 64

// roster knows the open sockets: all of them in slots, for pings and for draining, and each person's, for the limit.
type roster struct {
	mu       sync.Mutex
	slots    [slots][]*conn // a conn knows its slot and its place there
	people   map[id.User][]*conn
	reserved int // sessions, from before the upgrade to the end
	next     uint8
	draining bool
	gone     chan struct{} // closed when nothing is reserved any more; made by empty
}

// reserve makes room for a session, or says why not; release gives it back.
func (r *roster) reserve(limit int) (why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.draining:
		return refusedDraining
	case r.reserved >= limit:
		return refusedFull
	}
	r.reserved++
	return ""
}

func (r *roster) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reserved--
	r.announce()
}

func (r *roster) announce() {
	if r.reserved == 0 && r.gone != nil {
		close(r.gone)
		r.gone = nil
	}
}

// add enters a socket; false means that the roster is draining already.
func (r *roster) add(c *conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.slot = r.next
	r.next = (r.next + 1) % slots
	c.place = int32(len(r.slots[c.slot])) //nolint:gosec // bounded by Limits.Sessions
	r.slots[c.slot] = append(r.slots[c.slot], c)
	return !r.draining
}

// claim enters a socket for its person and returns the person's oldest one if there are too many.
func (r *roster) claim(c *conn, user id.User, limit int) (oldest *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.people == nil {
		r.people = make(map[id.User][]*conn)
	}
	r.people[user] = append(r.people[user], c)
	if own := r.people[user]; len(own) > limit {
		oldest = own[0]
		r.people[user] = slices.Delete(own, 0, 1)
	}
	return oldest
}

// remove takes a socket out; user is empty if it never said who it is.
func (r *roster) remove(c *conn, user id.User) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slots[c.slot]
	last := len(s) - 1
	s[c.place] = s[last]
	s[c.place].place = c.place
	s[last] = nil
	r.slots[c.slot] = s[:last]
	if own := slices.DeleteFunc(r.people[user], func(o *conn) bool { return o == c }); len(own) > 0 {
		r.people[user] = own
	} else {
		delete(r.people, user)
	}
}

func (r *roster) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reserved
}

// drain refuses new sockets from now on and returns the open ones.
func (r *roster) drain() []*conn {
	r.mu.Lock()
	r.draining = true
	r.mu.Unlock()
	return r.open()
}

func (r *roster) open() []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Concat(r.slots[:]...)
}

// empty returns a channel that is closed when the last session has ended.
func (r *roster) empty() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone == nil {
		r.gone = make(chan struct{})
	}
	gone := r.gone
	r.announce()
	return gone
}

// pingAll sends one ping to every socket in each interval, one slot after the other, until ctx is done.
func (r *roster) pingAll(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(max(interval/slots, 1))
	defer tick.Stop()
	for i := 0; ; i = (i + 1) % slots {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		r.mu.Lock()
		for _, c := range r.slots[i] {
			c.ping()
		}
		r.mu.Unlock()
	}
}
