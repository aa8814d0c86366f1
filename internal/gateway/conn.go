package gateway

import (
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// conn is the outbound half of a socket: a bounded queue, and at most one goroutine that writes. It is the [Conn] of
// the channel of pushes. Its methods never wait for the network, flush apart.
type conn struct {
	edge  *edge
	ws    *websocket.Conn
	codec wire.Codec
	slot  uint8 // of the roster
	place int32

	mu      sync.Mutex
	queue   []wire.Frame
	first   [1]wire.Frame // the queue's memory while it is short
	goodbye *wire.Goodbye // set once; nothing more is queued then
	writing bool          // somebody is in write, or will be at once
	held    bool          // the goodbye has to wait
	pings   bool          // a ping is due
	pong    *string       // the payload of a ping of the device, to be sent back
}

// Offer queues a pushed frame. An offer replaces an older one of the same offer; when the queue is full the oldest
// offer goes.
func (c *conn) Offer(m push.Message) bool {
	f, ok := m.Frame.(wire.Frame)
	if !ok {
		return false
	}
	c.mu.Lock()
	if c.goodbye != nil {
		c.mu.Unlock()
		return false
	}
	if i := c.offerInQueue(f); i >= 0 {
		c.queue[i] = f
		c.mu.Unlock()
		c.edge.counters.replaced.Add(1)
		return true
	}
	taken := c.enqueue(f)
	c.wake()
	return taken
}

// Tell queues a frame that needs no acknowledgement. In a full queue it makes room as an answer does.
func (c *conn) Tell(frame any) {
	f, ok := frame.(wire.Frame)
	c.mu.Lock()
	if !ok || c.goodbye != nil {
		c.mu.Unlock()
		return
	}
	c.enqueue(f)
	c.wake()
}

// Close ends the socket for a reason of package fault.
func (c *conn) Close(code string) {
	switch code {
	case fault.CodeErased:
		c.close(wire.CloseErased, "the user was erased")
	case fault.CodeUnauthorized, fault.CodeForbidden:
		c.close(wire.CloseUnauthorized, "the token is no longer valid")
	case fault.CodeReplaced:
		c.close(wire.CloseReplaced, "another session of the user took the place")
	default:
		c.close(wire.CloseRestart, "the server restarts")
	}
}

// answer queues a frame that must not be lost; the caller, the session's own goroutine, flushes.
func (c *conn) answer(f wire.Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.goodbye == nil {
		c.enqueue(f)
	}
}

// enqueue appends f; in a full queue the oldest offer makes room, and if there is none, the device reads too slowly
// and the socket is closed. The caller holds c.mu.
func (c *conn) enqueue(f wire.Frame) bool {
	if len(c.queue) >= c.edge.limits.Queue {
		oldest := c.offerInQueue(nil)
		if oldest < 0 {
			c.closing(wire.CloseSlow, "the device reads too slowly")
			return false
		}
		c.queue = append(c.queue[:oldest], c.queue[oldest+1:]...)
		c.edge.counters.dropped.Add(1)
	}
	if c.queue == nil {
		c.queue = c.first[:0]
	}
	c.queue = append(c.queue, f)
	return true
}

// offerInQueue returns the place of the oldest offer, or, if like is given, of the one it replaces; -1 if there is
// none. The caller holds c.mu.
func (c *conn) offerInQueue(like wire.Frame) int {
	newer, ok := like.(*wire.Offer)
	if like != nil && !ok {
		return -1
	}
	for i, f := range c.queue {
		if o, ok := f.(*wire.Offer); ok && (like == nil || o.ID == newer.ID) {
			return i
		}
	}
	return -1
}

func (c *conn) ping() {
	c.mu.Lock()
	c.pings = true
	c.wake()
}

// close says goodbye and ends the socket; the first reason stays.
func (c *conn) close(code int, reason string) {
	c.mu.Lock()
	c.closing(code, reason)
	c.wake()
}

// closing is close for a caller that holds c.mu and flushes. What is queued still goes out, unless it can't or must
// not.
func (c *conn) closing(code int, reason string) {
	if c.goodbye != nil {
		return
	}
	c.goodbye = &wire.Goodbye{Code: code, Reason: reason}
	if wire.ReconnectAfter(code) == wire.ReconnectLater {
		c.goodbye.Reconnect = 1 + rand.Int64N(max(1, c.edge.limits.Reconnect.Milliseconds())) //nolint:gosec // spread, not secrecy
	}
	switch code {
	case wire.CloseSlow:
		c.queue = nil
	case wire.CloseErased:
		c.queue = slices.DeleteFunc(c.queue, func(f wire.Frame) bool { return f.Kind() == wire.KindOffer })
	}
	c.edge.counters.closed(code)
	_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(c.edge.limits.Linger)) // fails on a dead socket only
}

// hold keeps the goodbye back, or lets it go with the next flush.
func (c *conn) hold(held bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = held
}

// ended reports whether the goodbye was said.
func (c *conn) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.goodbye != nil
}

// heard moves the read deadline.
func (c *conn) heard() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.goodbye == nil {
		_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(c.edge.limits.Pong))
	}
}

// wake starts a writer if there is none, and unlocks c.mu, which the caller holds.
func (c *conn) wake() {
	start := !c.writing
	c.writing = true
	c.mu.Unlock()
	if start {
		go c.write()
	}
}

// flush writes what is queued in the caller's goroutine, unless somebody else is at it.
func (c *conn) flush() {
	c.mu.Lock()
	start := !c.writing && (len(c.queue) > 0 || c.goodbye != nil)
	c.writing = c.writing || start
	c.mu.Unlock()
	if start {
		c.write()
	}
}

// write empties the queue. There is one writer at a time: the one that set c.writing.
func (c *conn) write() {
	for {
		c.mu.Lock()
		f, control, payload := c.take()
		if f == nil && control == 0 {
			c.writing = false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		if err := c.send(f, control, payload); err != nil {
			c.lost(err)
			return // c.writing stays set: nobody writes here any more
		}
		if f != nil && f.Kind() == wire.KindGoodbye {
			return
		}
	}
}

// take returns what goes out next: a frame, or a control message. The goodbye comes last. The caller holds c.mu.
func (c *conn) take() (f wire.Frame, control int, payload string) {
	switch {
	case c.pong != nil:
		payload, c.pong = *c.pong, nil
		return nil, websocket.PongMessage, payload
	case len(c.queue) > 0:
		f = c.queue[0]
		c.queue = append(c.queue[:0], c.queue[1:]...)
		clear(c.queue[len(c.queue) : len(c.queue)+1])
		if len(c.queue) == 0 {
			c.queue = nil // a queue that grew goes back to its short memory
		}
		return f, 0, ""
	case c.goodbye != nil && !c.held:
		return c.goodbye, 0, ""
	case c.pings:
		c.pings = false
		return nil, websocket.PingMessage, ""
	}
	return nil, 0, ""
}

func (c *conn) send(f wire.Frame, control int, payload string) error {
	deadline := time.Now().Add(c.edge.limits.Write)
	if control != 0 {
		return c.ws.WriteControl(control, []byte(payload), deadline)
	}
	buf := c.edge.buffer()
	defer c.edge.writeBuf.Put(buf)
	data, err := c.codec.Append((*buf)[:0], f)
	if err != nil {
		c.edge.log.Error("frame not encoded", "kind", f.Kind().String(), "err", err)
		return nil // ours, not the device's: the session goes on
	}
	*buf = data[:0]
	if err := c.ws.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if err := c.ws.WriteMessage(messageType(c.codec), data); err != nil {
		return err
	}
	c.edge.counters.sent(f.Kind())
	if bye, ok := f.(*wire.Goodbye); ok {
		return c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(bye.Code, bye.Reason), deadline)
	}
	return nil
}

// lost ends a socket that can't be written to: the reader wakes up and cleans up.
func (c *conn) lost(err error) {
	c.mu.Lock()
	if c.goodbye == nil && timedOut(err) {
		c.closing(wire.CloseSlow, "the device reads too slowly")
	}
	c.mu.Unlock()
	c.cut()
}

// timedOut looks for a deadline; gorilla hides the original error.
func timedOut(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// cut closes the socket without a word.
func (c *conn) cut() { _ = c.ws.NetConn().Close() }

func (e *edge) buffer() *[]byte {
	if b, ok := e.writeBuf.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 512)
	return &b
}

func messageType(c wire.Codec) int {
	if c == wire.Binary {
		return websocket.BinaryMessage
	}
	return websocket.TextMessage
}
