package fcm

import (
	"context"
	"net"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push/courier"
)

// Config of the channel; the zero value of a field means its default.
type Config struct {
	Project         string        // Firebase project id; default: the one in the credentials file
	CredentialsFile string        // service account key; empty: requests carry no credentials
	Endpoint        string        // base URL, up to and with /v1; default: Google's
	Workers         int           // messages under way at once, 1 to 100: 32
	Queue           int           // messages that wait: 10,000
	Timeout         time.Duration // for one attempt: 10 s
	Attempts        int           // for one message: 5

	// TokenDead is told of tokens that FCM will never deliver to again, so that their owner forgets them.
	// It is called by the workers, and holds up only them.
	TokenDead func(user id.User, token string)
	// Sent is told of deliveries that FCM took for a device, in the same way.
	Sent func(user id.User, delivery id.Delivery)

	dial func(ctx context.Context, network, address string) (net.Conn, error) // tests: another network
}

const (
	standardWorkers = 32
	maxWorkers      = 100 // what FCM takes as concurrent streams of one connection
)

// Enabled reports whether the configuration says where to send: without credentials and endpoint there is no FCM.
func (c Config) Enabled() bool { return c.CredentialsFile != "" || c.Endpoint != "" }

// Channel sends messages through FCM. It is safe for concurrent use. Use [Open].
type Channel struct {
	*courier.Courier
	sender *sender
}

// Open checks the configuration, reads the credentials and returns a channel; it does not talk to FCM yet.
// The error names the field that is wrong. The context is for reading the credentials only.
func Open(ctx context.Context, config Config) (*Channel, error) {
	if !config.Enabled() {
		return nil, fault.Field("credentials_file", "must name a service account key, or endpoint must be set")
	}
	if config.Workers == 0 {
		config.Workers = standardWorkers
	}
	s := &sender{}
	c, err := courier.Open(courier.Config{
		Name: "fcm", Workers: config.Workers, MaxWorkers: maxWorkers, Queue: config.Queue, Timeout: config.Timeout, Attempts: config.Attempts,
		TokenDead: config.TokenDead, Sent: config.Sent,
	}, s)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, config); err != nil {
		return nil, err
	}
	return &Channel{c, s}, nil
}

// Close ends the courier, and the connections to FCM.
func (c *Channel) Close(ctx context.Context) error {
	defer c.sender.close()
	return c.Courier.Close(ctx)
}
