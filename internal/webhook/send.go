package webhook

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/outbound"
	"github.com/flaneur-io/flaneur/internal/store"
)

// Constant table: the pauses before the attempts after the first, as the specification suggests. After the last one the
// message is a dead letter.
var pauses = [...]time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

const (
	jitter     = 0.2                // a pause is up to so much longer, so that what failed together does not come together
	maxPause   = 24 * time.Hour     // of what Retry-After may ask for
	giveUpOn   = 5 * 24 * time.Hour // an endpoint without a success for so long is disabled
	retryStore = 10 * time.Second   // when the outbox could not be written
)

// schedule is a heap of messages, the one that is due first on top.
type schedule []*waiting

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push and Pop are for package heap.
func (s *schedule) Push(x any) { *s = append(*s, x.(*waiting)) }

// Pop takes the last one off.
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	(*s)[len(*s)-1] = nil
	*s = (*s)[:len(*s)-1]
	return last
}

func (s *schedule) add(w *waiting) { heap.Push(s, w) }

// sweep takes out what is gone: it would stay until it were due.
func (s *schedule) sweep() {
	*s = slices.DeleteFunc(*s, func(w *waiting) bool { return w.gone })
	heap.Init(s)
}

// send starts attempts when they are due, until ctx is done.
func (d *Dispatcher) send(ctx context.Context, wg *sync.WaitGroup) {
	for ctx.Err() == nil {
		timer := time.NewTimer(d.start(ctx, wg))
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// start starts every attempt that is due and has room, and returns how long to wait for the next.
func (d *Dispatcher) start(ctx context.Context, wg *sync.WaitGroup) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.Clock()
	for len(d.due) > 0 && d.running < maxAttempts {
		w := d.due[0]
		if wait := w.due.Sub(now); wait > 0 && !w.gone {
			return wait
		}
		heap.Pop(&d.due)
		switch ep := w.endpoint; {
		case w.gone:
		case ep.running >= perEndpoint:
			ep.park(w)
		default:
			ep.running++
			d.running++
			wg.Go(func() {
				d.attempt(ctx, w)
				d.finish(ep)
			})
		}
	}
	return time.Hour // until somebody wakes us
}

// finish makes room for the endpoint's next message.
func (d *Dispatcher) finish(ep *endpoint) {
	d.mu.Lock()
	ep.running--
	d.running--
	for len(ep.parked) > 0 {
		w := ep.parked[0]
		ep.parked = ep.parked[1:]
		if !w.gone {
			d.due.add(w)
			break
		}
	}
	d.mu.Unlock()
	signal(d.wake)
}

// attempt sends a message once and decides what becomes of it.
func (d *Dispatcher) attempt(ctx context.Context, w *waiting) {
	n, m, ok := d.open(ctx, w)
	if !ok {
		return
	}
	ep, enabled := d.snapshot(w.endpoint)
	var o outcome
	if enabled {
		if o = d.post(ctx, &ep, &m); ctx.Err() != nil && o.problem != "" {
			return // broken off by the end of the server: it counts for nothing
		}
	} else {
		o = outcome{problem: problemDisabled}
	}
	now := d.Clock()
	m.Attempt++
	m.Problem = o.problem
	over := o.problem == problemDisabled || o.status == http.StatusGone || m.Attempt > len(pauses)
	switch {
	case o.problem == "":
		m.Due = time.Time{}
	case over:
		m.Died, m.Due = now, time.Time{}
	default:
		m.Due = now.Add(max(stretched(pauses[m.Attempt-1]), min(o.retryAfter, maxPause)))
	}
	ctx = context.WithoutCancel(ctx) // what happened is written down
	d.settle(ctx, w, n, &m)
	d.remember(w.endpoint, &m, o, now)
	d.health(ctx, w.endpoint, o, now)
}

func stretched(d time.Duration) time.Duration {
	return d + time.Duration(rand.Float64()*jitter*float64(d))
} //nolint:gosec // not a secret

// open reads a message from the outbox. One that is not there any more, because its person was erased or it grew too
// old, is forgotten.
func (d *Dispatcher) open(ctx context.Context, w *waiting) (n store.Note, m message, ok bool) {
	name := w.endpoint.name + "/" + w.id
	err := d.Outbox.Notes(ctx, room, name, func(found store.Note) bool {
		if found.Name == name {
			n = found
			m, _ = readMessage(found)
			ok = m.ID != ""
		}
		return false
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err != nil:
		w.due = d.Clock().Add(retryStore)
		d.due.add(w)
		return n, m, false
	case !ok || w.gone:
		w.endpoint.remove(w)
		return n, m, false
	}
	return n, m, true
}

// settle writes what became of a message to the outbox, and lets memory follow.
func (d *Dispatcher) settle(ctx context.Context, w *waiting, n store.Note, m *message) {
	var err error
	var surplus []string
	d.mu.Lock()
	dropped := w.gone
	d.mu.Unlock()
	if m.Problem == "" || dropped {
		err = d.Outbox.DeleteNotes(ctx, room, n.Name)
	} else if n, err = note(w.endpoint.name, m, n.Owner); err == nil {
		err = d.Outbox.PutNotes(ctx, room, n)
	}
	d.mu.Lock()
	switch {
	case err != nil: // it is sent once more: at least once
		w.due = d.Clock().Add(retryStore)
		d.due.add(w)
	case m.Problem == "", dropped:
		w.endpoint.remove(w)
	case !m.Died.IsZero():
		surplus = d.bury(w)
	default:
		w.due = m.Due
		d.due.add(w)
	}
	d.mu.Unlock()
	if len(surplus) > 0 {
		_ = d.Outbox.DeleteNotes(ctx, room, surplus...) // what stays is among the dead letters after a restart
	}
}

// outcome is what came of one attempt. An empty problem is success.
type outcome struct {
	status     int
	problem    string
	took       time.Duration
	retryAfter time.Duration
}

// Problems of attempts: a closed set.
const (
	problemTimeout  = "timeout"
	problemAddress  = "address_refused"
	problemConnect  = "connect_failed"
	problemTLS      = "tls_failed"
	problemRedirect = "redirect"
	problemStatus   = "status"
	problemDisabled = "disabled"
)

// post sends one message.
func (d *Dispatcher) post(ctx context.Context, ep *record, m *message) (o outcome) {
	start := d.Clock()
	defer func() { o.took = d.Clock().Sub(start) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, ep.URL, bytes.NewReader([]byte(m.Body)))
	if err != nil {
		return outcome{problem: problemConnect}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Flaneur-Webhooks")
	sign(req.Header, m.ID, start, []byte(m.Body), ep.signing(start)...)
	res, err := d.client.Do(req)
	if err != nil {
		return outcome{problem: problemOf(err)}
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close()
	o.status = res.StatusCode
	switch {
	case o.status >= 300 && o.status < 400:
		o.problem = problemRedirect
	case o.status < 200 || o.status > 299:
		o.problem = problemStatus
		o.retryAfter = retryAfter(res.Header.Get("Retry-After"), start)
	}
	return o
}

func problemOf(err error) string {
	var timeout net.Error
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.Is(err, outbound.ErrAddress):
		return problemAddress
	case errors.As(err, &timeout) && timeout.Timeout():
		return problemTimeout
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &alert):
		return problemTLS
	}
	return problemConnect
}

// retryAfter reads the header in both its forms.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), int(maxPause/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(now)
	}
	return 0
}

// remember keeps an attempt for the endpoint's log, and counts it.
func (d *Dispatcher) remember(ep *endpoint, m *message, o outcome, now time.Time) api.WebhookAttempt {
	d.mu.Lock()
	defer d.mu.Unlock()
	outcome := o.problem
	if outcome == "" {
		outcome = "ok"
	}
	d.stats.Attempts[outcome]++
	if len(ep.log) == maxLog {
		ep.log = append(ep.log[:0], ep.log[1:]...)
	}
	a := api.WebhookAttempt{
		Event: m.ID, Type: string(m.Type), At: now, Attempt: m.Attempt, Status: o.status, Problem: o.problem,
		Millis: int(o.took.Milliseconds()), Next: m.Due,
	}
	ep.log = append(ep.log, a)
	return a
}
