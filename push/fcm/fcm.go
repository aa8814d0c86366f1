package fcm

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

// Config of the channel; the zero value of a field means its default.
type Config struct {
	Project         string        // Firebase project id; default: the one in the credentials file
	CredentialsFile string        // service account key; empty: requests carry no credentials
	Endpoint        string        // base URL, up to and with /v1; default: Google's
	Workers         int           // messages under way at once, at most 100: 32
	Queue           int           // messages that wait: 10,000
	Timeout         time.Duration // for one attempt: 10 s
	Attempts        int           // for one message: 5

	// TokenDead is told of tokens that FCM will never deliver to again, so that their owner forgets them.
	// It is called by the workers and should not block.
	TokenDead func(user id.User, token string)
}

// Enabled reports whether the configuration says where to send: without credentials and endpoint there is no FCM.
func (c Config) Enabled() bool { return c.CredentialsFile != "" || c.Endpoint != "" }

// Channel sends messages through FCM. Use [Open].
type Channel struct{}

// Stats counts what a channel did, since it was opened: messages to one device each.
type Stats struct {
	Waiting, InFlight int // now

	Sent           uint64 // accepted by FCM
	Retried        uint64 // attempts after the first
	DeadTokens     uint64
	Replaced       uint64 // by a later message with the same collapse key, before they went out
	DroppedFull    uint64
	DroppedExpired uint64
	Failed         map[string]uint64 // given up, by the code of the last error
}

// Open checks the configuration, reads the credentials and starts the workers.
func Open(ctx context.Context, c Config) (*Channel, error) { return &Channel{}, nil }

// Send queues m for each of its tokens. It does not wait.
func (c *Channel) Send(ctx context.Context, m push.Message) error { return nil }

// Erase drops what waits for a person; an attempt under way is not repeated. It never fails.
func (c *Channel) Erase(ctx context.Context, user id.User) error { return nil }

// Stats returns the counters.
func (c *Channel) Stats() Stats { return Stats{} }

// Close takes no more messages, and sends what waits until nothing is left or ctx is done. Then it returns an
// error that says how much is lost.
func (c *Channel) Close(ctx context.Context) error { return nil }
