package engine

import (
	"context"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
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

// Ledger hands out the units of budgets, and is never oversold. All but Claimed are safe to repeat with the same
// redemption id.
type Ledger interface {
	Claim(ctx context.Context, c offers.Claim) (ticket int, err error)
	Release(ctx context.Context, c offers.Claim) error
	Accounts
}

// Accounts is the money side of a ledger. Settle says what a claim cost in the end, at most what was claimed; Claimed is
// what stands in a counter that is not personal.
type Accounts interface {
	Settle(ctx context.Context, c offers.Claim, money int64) error
	Claimed(ctx context.Context, key string) (offers.Tally, error)
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
