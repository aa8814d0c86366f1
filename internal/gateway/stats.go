package gateway

import (
	"strconv"
	"sync/atomic"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// Stats counts what a gateway did since it was made. The keys of all maps are closed sets.
type Stats struct {
	Sessions int    // open now
	Opened   uint64 // upgraded

	Refused  map[string]uint64 // before the upgrade: origin, full, draining, handshake
	Received map[string]uint64 // frames taken up, by kind
	Sent     map[string]uint64 // frames written, by kind
	Errors   map[string]uint64 // frames refused, by fault code, or other
	Closed   map[string]uint64 // sessions ended, by close code, or client, or lost

	OffersReplaced uint64 // in a queue, by a newer frame of the same offer
	OffersDropped  uint64 // from a full queue
}

const (
	refusedOrigin    = "origin"
	refusedFull      = "full"
	refusedDraining  = "draining"
	refusedHandshake = "handshake"
	closedByClient   = "client"
	closedLost       = "lost"
	otherCode        = "other"
)

// countedCodes are the codes that the gateway itself answers, and those that a healthy system sees often.
var countedCodes = [...]string{
	fault.CodeMalformed, fault.CodeUnknownField, fault.CodeInvalidField, fault.CodeTooLarge, fault.CodeSequence, fault.CodeUnexpected,
	fault.CodeRateLimited, fault.CodeUnauthorized, fault.CodeForbidden, fault.CodeErased, fault.CodeConsent, fault.CodeNotFound,
	fault.CodeFixOrder, fault.CodeFixStale, fault.CodeFixFuture, fault.CodeFixInaccurate, fault.CodeFixTeleport, fault.CodeFixMock,
	fault.CodeUnavailable, fault.CodeInternal,
}

var closeCodes = [...]int{
	wire.CloseRestart, wire.CloseSlow, wire.CloseIdle, wire.CloseReplaced, wire.CloseOverloaded, wire.CloseMalformed, wire.CloseTooLarge,
	wire.CloseProtocol, wire.CloseUnauthorized, wire.CloseErased,
}

// family is a set of counters whose labels are fixed by init.
type family map[string]*atomic.Uint64

func newFamily(labels ...string) family {
	f := make(family, len(labels))
	for _, l := range labels {
		f[l] = new(atomic.Uint64)
	}
	return f
}

func (f family) snapshot() map[string]uint64 {
	m := make(map[string]uint64, len(f))
	for l, n := range f {
		m[l] = n.Load()
	}
	return m
}

type counters struct {
	opened, replaced, dropped atomic.Uint64
	refusals, errors, closes  family
	received, written         [128]atomic.Uint64 // by wire.Kind
}

func (c *counters) init() {
	c.refusals = newFamily(refusedOrigin, refusedFull, refusedDraining, refusedHandshake)
	c.errors = newFamily(append(countedCodes[:], otherCode)...)
	labels := []string{closedByClient, closedLost}
	for _, code := range closeCodes {
		labels = append(labels, strconv.Itoa(code))
	}
	c.closes = newFamily(labels...)
}

func (c *counters) refused(why string)  { c.refusals[why].Add(1) }
func (c *counters) closed(code int)     { c.closes[strconv.Itoa(code)].Add(1) }
func (c *counters) left(how string)     { c.closes[how].Add(1) }
func (c *counters) got(kind wire.Kind)  { c.received[kind&127].Add(1) }
func (c *counters) sent(kind wire.Kind) { c.written[kind&127].Add(1) }
func (c *counters) failed(code string) {
	n := c.errors[code]
	if n == nil {
		n = c.errors[otherCode]
	}
	n.Add(1)
}

func (c *counters) snapshot(sessions int) Stats {
	s := Stats{
		Sessions: sessions, Opened: c.opened.Load(), OffersReplaced: c.replaced.Load(), OffersDropped: c.dropped.Load(),
		Refused: c.refusals.snapshot(), Errors: c.errors.snapshot(), Closed: c.closes.snapshot(),
		Received: map[string]uint64{}, Sent: map[string]uint64{},
	}
	for i := range c.received {
		switch k := wire.Kind(i); k.From() { //nolint:gosec // below 128
		case wire.Device:
			s.Received[k.String()] = c.received[i].Load()
		case wire.Server:
			s.Sent[k.String()] = c.written[i].Load()
		}
	}
	return s
}
