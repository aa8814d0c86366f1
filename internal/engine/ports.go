package engine

import (
	"context"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

// Reader reads a person's sealed records. A record that does not exist is a not_found fault, an erased person an
// erased fault.
type Reader interface {
	Read(ctx context.Context, user id.User, name string) (value []byte, rev uint64, err error)
	List(ctx context.Context, user id.User, prefix string, fn func(name string, value []byte) bool) error
}

// Writer writes a person's sealed records: a write holds if the record's revision is still prev (0: there is none
// yet) and answers the new one.
type Writer interface {
	Create(ctx context.Context, user id.User, profile []byte) (rev uint64, err error)
	Write(ctx context.Context, user id.User, name string, value []byte, prev uint64) (rev uint64, err error)
	Delete(ctx context.Context, user id.User, prefix string) error // every record whose name starts with prefix
}

// Records is the durable side of a person.
type Records interface {
	Reader
	Writer
}

// Ledger hands out the units of an offer's budget, and is never oversold. Claim and Release are safe to repeat with the
// same redemption id; Claimed counts the claims that stand.
type Ledger interface {
	Claim(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption, total, perUser int) (ticket int, err error)
	Release(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption) error
	Claimed(ctx context.Context, offer id.Offer) (int, error)
}

// Channels are the ways to a person's devices.
type Channels interface {
	Sender
	Recaller
}

// Recaller takes back what was sent to a person and waits somewhere: for an acknowledgement, or for another attempt.
type Recaller interface {
	Recall(ctx context.Context, user id.User) error
}

// Sender takes messages for a person's devices: by socket, or by the channel behind it. It never waits.
type Sender interface {
	Send(ctx context.Context, m push.Message) error
	Acked(user id.User, delivery id.Delivery) bool
	// Tell puts a frame that needs no acknowledgement on the person's sockets, if there are any.
	Tell(user id.User, frame any)
}
