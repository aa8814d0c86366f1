package fcm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
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

// maxWorkers is what FCM takes as concurrent streams of one connection.
const maxWorkers = 100

// Enabled reports whether the configuration says where to send: without credentials and endpoint there is no FCM.
func (c Config) Enabled() bool { return c.CredentialsFile != "" || c.Endpoint != "" }

func (c Config) withDefaults() (Config, error) {
	for _, f := range [...]struct {
		name          string
		value         *int
		standard, max int
	}{
		{"workers", &c.Workers, 32, maxWorkers},
		{"queue", &c.Queue, 10_000, 1_000_000},
		{"attempts", &c.Attempts, 5, 100},
	} {
		if *f.value == 0 {
			*f.value = f.standard
		}
		if *f.value < 1 || *f.value > f.max {
			return c, fault.Field(f.name, "must be from 1 to %d", f.max)
		}
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Timeout < 0 {
		return c, fault.Field("timeout", "must be positive")
	}
	if !c.Enabled() {
		return c, fault.Field("credentials_file", "must name a service account key, or endpoint must be set")
	}
	return c, nil
}

// Stats counts what a channel did since it was opened: messages to one device each.
type Stats struct {
	Waiting, InFlight int // now

	Sent           uint64            // accepted by FCM
	Retried        uint64            // attempts after the first
	DeadTokens     uint64            // among Failed
	Replaced       uint64            // by a later message with the same collapse key, before they went out
	DroppedFull    uint64            // the oldest of a full queue
	DroppedExpired uint64            // worthless before they could go out
	Left           uint64            // not sent when the channel closed
	Failed         map[string]uint64 // given up, by the code of the last error
}

// Channel sends messages through FCM. It is safe for concurrent use. Use [Open].
type Channel struct {
	config Config
	sender *sender
	ctx    context.Context // of the attempts; cancelled when Close gives up
	cancel context.CancelFunc

	mu      sync.Mutex
	queue   *push.Queue
	flights map[*flight]struct{}
	timer   *time.Timer // calls wake when the next entry is due
	random  *rand.Rand
	closing bool          // takes no more messages
	stopped bool          // starts no more attempts
	drained chan struct{} // closed when closing and nothing is left
	workers sync.WaitGroup
	stats   Stats
}

// flight is one attempt under way.
type flight struct {
	entry  push.Entry
	erased bool // the person was erased meanwhile: never again
}

// backoff is what Google asks for: a second doubled, with jitter.
var backoff = push.Backoff{Base: time.Second, Max: time.Minute}

// Open checks the configuration, reads the credentials and returns a channel; it does not talk to FCM yet.
// The error names the field that is wrong. The context is for reading the credentials only.
func Open(ctx context.Context, config Config) (*Channel, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := newSender(ctx, config)
	if err != nil {
		return nil, err
	}
	c := &Channel{
		config: config, sender: s,
		queue:   push.NewQueue(config.Queue),
		flights: make(map[*flight]struct{}),
		random:  rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), //nolint:gosec // jitter
		drained: make(chan struct{}),
		stats:   Stats{Failed: make(map[string]uint64)},
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.timer = time.AfterFunc(time.Hour, c.wake)
	c.timer.Stop()
	return c, nil
}

// Send queues m for each of its tokens. It does not wait. It returns push.ErrNoToken if there are none,
// push.ErrClosed after Close, and what [push.Message.Check] finds.
func (c *Channel) Send(_ context.Context, m push.Message) error {
	if err := m.Check(time.Now()); err != nil {
		return fmt.Errorf("fcm: send: %w", err)
	}
	if len(m.Tokens) == 0 {
		return fmt.Errorf("fcm: send: %w", push.ErrNoToken)
	}
	m.Frame = nil // for sockets; must not be kept
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return fmt.Errorf("fcm: send: %w", push.ErrClosed)
	}
	for _, token := range m.Tokens {
		c.queue.Push(push.Entry{Message: m, Token: token})
	}
	c.pump()
	return nil
}

// Erase drops what waits for a person; an attempt under way can't be called back, but is not repeated.
// It never fails.
func (c *Channel) Erase(_ context.Context, user id.User) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue.Erase(user)
	for f := range c.flights {
		f.erased = f.erased || f.entry.Message.User == user
	}
	c.pump()
	return nil
}

// Drop drops what waits of a delivery that has arrived by another way. An attempt under way goes on.
func (c *Channel) Drop(user id.User, delivery id.Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue.Drop(user, delivery)
}

// Stats returns the counters.
func (c *Channel) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, q := c.stats, c.queue.Stats()
	s.Waiting, s.InFlight = q.Waiting, len(c.flights)
	s.Replaced, s.DroppedFull, s.DroppedExpired = q.Replaced, q.DroppedFull, q.DroppedExpired
	s.Failed = maps.Clone(c.stats.Failed)
	return s
}

// Close takes no more messages, and goes on sending until nothing is left or ctx is done; then it breaks off what
// is under way. The error says how many messages were not sent. No goroutine is left. A second Close returns nil.
func (c *Channel) Close(ctx context.Context) error {
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		<-c.ctx.Done()
		c.workers.Wait()
		return nil
	}
	c.closing = true
	c.pump()
	c.mu.Unlock()

	select {
	case <-c.drained:
	case <-ctx.Done():
	}
	c.mu.Lock()
	c.stopped = true
	c.timer.Stop()
	c.stats.Left += uint64(c.queue.Len()) //nolint:gosec // a length
	c.mu.Unlock()
	c.cancel()
	c.workers.Wait()
	c.sender.close()

	if left := c.Stats().Left; left > 0 {
		return fmt.Errorf("fcm: close: %d messages not sent: %w", left, context.Cause(ctx))
	}
	return nil
}

func (c *Channel) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pump()
}

// pump starts what is due while there are free workers, and sets the timer for the rest. The caller holds c.mu.
func (c *Channel) pump() {
	if c.stopped {
		return
	}
	now := time.Now()
	for len(c.flights) < c.config.Workers {
		e, ok := c.queue.Pop(now)
		if !ok {
			break
		}
		if e.Attempt++; e.Attempt > 1 {
			c.stats.Retried++
		}
		f := &flight{entry: e}
		c.flights[f] = struct{}{}
		c.workers.Go(func() { c.fly(f) })
	}
	switch at, waiting := c.queue.NextDue(); {
	case waiting && len(c.flights) < c.config.Workers: // otherwise the next free worker pumps
		c.timer.Reset(at.Sub(now))
	case !waiting && c.closing && len(c.flights) == 0:
		c.stopped = true
		close(c.drained)
	}
}

// fly makes one attempt and settles what follows from it. The owner of a dead token is told before the worker is free
// again: if that is slow, sending is slow.
func (c *Channel) fly(f *flight) {
	ctx, cancel := context.WithTimeout(c.ctx, c.config.Timeout)
	err := c.sender.send(ctx, f.entry)
	cancel()
	if errors.Is(err, push.ErrTokenDead) && c.config.TokenDead != nil {
		c.config.TokenDead(f.entry.Message.User, f.entry.Token)
	}
	if err == nil && c.config.Sent != nil {
		c.config.Sent(f.entry.Message.User, f.entry.Message.ID)
	}
	c.settle(f, err)
}

func (c *Channel) settle(f *flight, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flights, f)
	switch {
	case err == nil:
		c.stats.Sent++
	case f.erased:
	case c.stopped:
		c.stats.Left++
	case push.Temporary(err) && f.entry.Attempt < c.config.Attempts:
		wait := backoff.Delay(f.entry.Attempt, fault.From(err).RetryAfter, c.random)
		f.entry.Due = time.Now().Add(wait)
		c.queue.Retry(f.entry)
	default:
		c.stats.Failed[fault.From(err).Code]++
		if errors.Is(err, push.ErrTokenDead) {
			c.stats.DeadTokens++
		}
	}
	c.pump()
}
