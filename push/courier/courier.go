package courier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

// Config of a courier; the zero value of a field means its default.
type Config struct {
	Name       string        // of the channel, in errors
	Workers    int           // messages under way at once: 32
	MaxWorkers int           // the most that the service takes: 100
	Queue      int           // messages that wait: 10,000
	Timeout    time.Duration // for one attempt: 10 s
	Attempts   int           // for one message: 5

	// TokenDead is told of tokens that the service will never deliver to again, so that their owner forgets them.
	// It is called by the workers, and holds up only them.
	TokenDead func(user id.User, token string)
	// Sent is told of deliveries that the service took for a device, in the same way.
	Sent func(user id.User, delivery id.Delivery)
}

func (c Config) withDefaults() (Config, error) {
	if c.MaxWorkers == 0 {
		c.MaxWorkers = 100
	}
	for _, f := range [...]struct {
		name          string
		value         *int
		standard, max int
	}{
		{"workers", &c.Workers, 32, c.MaxWorkers},
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
	return c, nil
}

// Stats counts what a courier did since it was opened: messages to one device each.
type Stats struct {
	Waiting, InFlight int // now

	Sent           uint64            // accepted by the service
	Retried        uint64            // attempts after the first
	DeadTokens     uint64            // among Failed
	Replaced       uint64            // by a later message with the same collapse key, before they went out
	DroppedFull    uint64            // the oldest of a full queue
	DroppedExpired uint64            // worthless before they could go out
	Left           uint64            // not sent when the channel closed
	Failed         map[string]uint64 // given up, by the code of the last error
}

// Sender makes one attempt to hand an entry to a service. It returns nil or one of the errors of package push, and is called by
// many workers at once.
type Sender interface {
	Send(ctx context.Context, e push.Entry) error
}

// Courier carries messages to one push service. It is safe for concurrent use. Use [Open].
type Courier struct {
	config Config
	sender Sender
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

// backoff is what push services ask for: a second doubled, with jitter.
var backoff = push.Backoff{Base: time.Second, Max: time.Minute}

// Open checks the configuration and returns a courier for a service. The error names the field that is wrong.
func Open(config Config, sender Sender) (*Courier, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Courier{
		config: config, sender: sender,
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
func (c *Courier) Send(_ context.Context, m push.Message) error {
	if err := m.Check(time.Now()); err != nil {
		return fmt.Errorf("%s: send: %w", c.config.Name, err)
	}
	if len(m.Tokens) == 0 {
		return fmt.Errorf("%s: send: %w", c.config.Name, push.ErrNoToken)
	}
	m.Frame = nil // for sockets; must not be kept
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return fmt.Errorf("%s: send: %w", c.config.Name, push.ErrClosed)
	}
	for _, token := range m.Tokens {
		c.queue.Push(push.Entry{Message: m, Token: token})
	}
	c.pump()
	return nil
}

// Erase drops what waits for a person; an attempt under way can't be called back, but is not repeated.
// It never fails.
func (c *Courier) Erase(_ context.Context, user id.User) error {
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
func (c *Courier) Drop(user id.User, delivery id.Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue.Drop(user, delivery)
	c.pump() // it may have been what Close waits for
}

// Stats returns the counters.
func (c *Courier) Stats() Stats {
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
func (c *Courier) Close(ctx context.Context) error {
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

	if left := c.Stats().Left; left > 0 {
		return fmt.Errorf("%s: close: %d messages not sent: %w", c.config.Name, left, context.Cause(ctx))
	}
	return nil
}

func (c *Courier) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pump()
}

// pump starts what is due while there are free workers, and sets the timer for the rest. The caller holds c.mu.
func (c *Courier) pump() {
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
func (c *Courier) fly(f *flight) {
	ctx, cancel := context.WithTimeout(c.ctx, c.config.Timeout)
	err := c.sender.Send(ctx, f.entry)
	cancel()
	if errors.Is(err, push.ErrTokenDead) && c.config.TokenDead != nil {
		c.config.TokenDead(f.entry.Message.User, f.entry.Token)
	}
	if err == nil && c.config.Sent != nil {
		c.config.Sent(f.entry.Message.User, f.entry.Message.ID)
	}
	c.settle(f, err)
}

func (c *Courier) settle(f *flight, err error) {
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

// RetryAfter reads the header of an answer in both its forms; 0 if absent, past or unreadable.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(time.Duration(s)*time.Second, 0)
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}
