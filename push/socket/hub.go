package socket

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

// Conn is one attached connection of one device. Its methods are called from many goroutines and must not block.
type Conn interface {
	// Offer puts m into the connection's own bounded queue; false means that the connection is closed.
	Offer(m push.Message) bool
	// Close ends the connection; code is a code of package fault, which the owner turns into a close code.
	Close(code string)
}

// Config of a hub; the zero value of a field means its default.
type Config struct {
	AckTimeout time.Duration // until a message goes to Next: 5 s
	Next       push.Channel  // who takes what no socket took; nil: nobody
	MaxConns   int           // attached connections of one person: 8; one more closes the oldest
	MaxPending int           // unacknowledged messages of one person: 32; one more hands the oldest to Next at once
}

// Hub holds the attached connections and the unacknowledged messages. Use [New].
type Hub struct{}

// Stats counts what a hub did, since it was made.
type Stats struct {
	Users, Conns, Pending int // now

	Sent      uint64 // messages that at least one connection took
	Acked     uint64 // in time
	AckedLate uint64 // after the message had gone to Next
	Unacked   uint64 // went to Next because no acknowledgement came
	Detached  uint64 // went to Next because there was no connection
	Crowded   uint64 // went to Next because too much was pending
	Expired   uint64 // worthless by the time nobody had acknowledged it
	Failed    uint64 // Next refused it, or there is none
}

// New returns a hub.
func New(c Config) *Hub { return &Hub{} }

// Attach adds a connection of a person; detach takes it out again, any number of times.
func (h *Hub) Attach(user id.User, c Conn) (detach func()) { return func() {} }

// Attached reports whether the person has a connection.
func (h *Hub) Attached(user id.User) bool { return false }

// Send hands m to all connections of the person, or to Next if there is none. It waits for nobody.
// A message that is pending already is not sent again. The error is Next's.
func (h *Hub) Send(ctx context.Context, m push.Message) error { return nil }

// Acked records that a device of the person has the message. It reports whether that was still waited for.
func (h *Hub) Acked(user id.User, delivery id.Delivery) bool { return false }

// CloseUser closes all connections of a person and drops what is pending for them.
func (h *Hub) CloseUser(user id.User, code string) {}

// Erase forgets a person: CloseUser with the code of an erased user. When it returns, nothing more of the person
// goes to Next. It never fails.
func (h *Hub) Erase(ctx context.Context, user id.User) error { return nil }

// Stats returns the counters.
func (h *Hub) Stats() Stats { return Stats{} }

// Close hands everything unacknowledged to Next at once and takes no more messages. It does not close connections.
func (h *Hub) Close(ctx context.Context) error { return nil }
