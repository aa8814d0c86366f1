package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push/courier"
)

// Config of the channel; the zero value of a field means its default.
type Config struct {
	KeyFile      string        // VAPID private key, as [NewKey] makes it
	Subject      string        // mailto: or https: address of the operator, for push services that want to complain
	AllowPrivate bool          // lets browsers name push services on this machine and in private networks: for tests
	Workers      int           // messages under way at once, 1 to 100: 32
	Queue        int           // messages that wait: 10,000
	Timeout      time.Duration // for one attempt: 10 s
	Attempts     int           // for one message: 5

	// TokenDead is told of subscriptions that ended, so that their owner forgets them. It is called by the workers, and holds
	// up only them.
	TokenDead func(user id.User, token string)
	// Sent is told of deliveries that a push service took for a browser, in the same way.
	Sent func(user id.User, delivery id.Delivery)
}

// Channel sends messages to browsers. It is safe for concurrent use. Use [Open].
type Channel struct {
	*courier.Courier
	sender *sender
}

// Open checks the configuration, reads the key and returns a channel; it talks to nobody yet. The error names the field
// that is wrong.
func Open(config Config) (*Channel, error) {
	private, public, err := readKey(config.KeyFile)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(config.Subject, "https://") && !strings.HasPrefix(config.Subject, "mailto:") {
		return nil, fault.Field("subject", "must be a mailto: or https:// address at which push services reach the operator")
	}
	if config.Timeout == 0 {
		config.Timeout = 10 * time.Second
	}
	s := newSender(config, private, public)
	c, err := courier.Open(courier.Config{
		Name: "webpush", Workers: config.Workers, Queue: config.Queue, Timeout: config.Timeout, Attempts: config.Attempts,
		TokenDead: config.TokenDead, Sent: config.Sent,
	}, s)
	if err != nil {
		return nil, err
	}
	return &Channel{c, s}, nil
}

// Key returns the public key, for the browsers' applicationServerKey: base64url, without padding.
func (c *Channel) Key() string { return c.sender.public }

// Check returns a fault that says what is wrong with a token: it must be the JSON of a subscription whose address may be called.
func (c *Channel) Check(token string) error {
	_, err := parse(token, c.sender.allowPrivate)
	return err
}

// Close ends the courier, and the connections.
func (c *Channel) Close(ctx context.Context) error {
	defer c.sender.transport.CloseIdleConnections()
	return c.Courier.Close(ctx)
}

// NewKey makes a key pair. The private half is what the key file holds; both are base64url, without padding.
func NewKey() (private, public string, err error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("webpush: key: %w", err)
	}
	return encode(key.Bytes()), encode(key.PublicKey().Bytes()), nil
}

func readKey(file string) (private, public string, err error) {
	text, err := os.ReadFile(file) //nolint:gosec // the operator's own configuration
	if err != nil {
		return "", "", fault.Field("vapid_key_file", "must be readable").Wrap(err)
	}
	private = strings.TrimSpace(string(text))
	raw, err := base64.RawURLEncoding.DecodeString(private)
	if err != nil { // the cause could quote the key
		return "", "", fault.Field("vapid_key_file", "must hold a key as flaneur key vapid makes it")
	}
	key, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		return "", "", fault.Field("vapid_key_file", "must hold a key as flaneur key vapid makes it")
	}
	return private, encode(key.PublicKey().Bytes()), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
