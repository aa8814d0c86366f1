package gateway

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// session is the inbound half of a socket: what it has said so far. One goroutine at a time has it:
// [session.read] while the device speaks, [session.wait] while it is silent.
type session[S Session] struct {
	conn
	in      *bufio.Reader // gorilla's, too
	gateway *Gateway[S]
	who     S
	user    id.User // empty before the hello
	detach  func()
	limiter *rate.Limiter // nil: no limit
	seq     uint64        // of the last frame that was taken up
	strikes int           // unreadable frames in a row
}

// scratch is what a session needs while it reads one message, and only then.
type scratch struct {
	message []byte
	fixes   []geo.Fix
	json    *wire.Decoder
	binary  *wire.Decoder
}

func (g *Gateway[S]) newSession(ws *websocket.Conn, in *bufio.Reader) *session[S] {
	s := &session[S]{
		conn:    conn{edge: &g.edge, ws: ws},
		in:      in,
		gateway: g,
		limiter: rate.NewLimiter(rate.Limit(g.limits.FramesPerSecond), g.limits.Burst),
	}
	ws.SetPongHandler(func(string) error { s.heard(); return nil })
	ws.SetPingHandler(s.pinged)
	return s
}

// run begins the session.
func (s *session[S]) run() {
	known := false
	if s.codec, known = wire.CodecOf(s.ws.Subprotocol()); !known {
		s.codec = wire.JSON
	}
	_ = s.ws.NetConn().SetReadDeadline(time.Now().Add(s.edge.limits.Hello)) // fails on a dead socket only
	if !s.edge.roster.add(&s.conn) {
		s.close(wire.CloseRestart, "the server restarts")
	}
	if !known {
		s.close(wire.CloseProtocol, "ask for the subprotocol "+wire.SubprotocolBinary+" or "+wire.SubprotocolJSON)
	}
	s.wait()
}

// wait lets the device be silent, on a small stack, and hands the session to a new goroutine when something arrives.
func (s *session[S]) wait() {
	if waitReadable(s.ws.NetConn()) {
		go s.read()
		return
	}
	s.read()
}

// read serves the socket until it ends, or seems silent: after the first message, and when all that comes is a pong.
// After the goodbye it goes on reading for a moment, without looking, so that the goodbye is not lost to a reset.
func (s *session[S]) read() {
	for {
		silent := s.user == ""
		if s.ponged() {
			silent = true
		} else if err := s.next(); err != nil {
			s.left(err)
			s.finish()
			return
		}
		if silent && s.in.Buffered() == 0 && !s.ended() {
			go s.wait()
			return
		}
	}
}

// next takes in one message.
func (s *session[S]) next() error {
	kind, r, err := s.ws.NextReader()
	if err != nil || s.ended() {
		return err
	}
	err = s.receive(kind, r)
	s.flush()
	return err
}

// ponged skips a pong between messages, after which NextReader would wait for a message instead of returning. It also
// says goodbye after too long a silence, while gorilla, which does not read on after an error, knows of none.
func (s *session[S]) ponged() bool {
	const final, masked = 0x80, 0x80
	if s.ended() {
		return false // perhaps within a message
	}
	head, err := s.in.Peek(2)
	switch {
	case err != nil:
		if timedOut(err) {
			s.close(wire.CloseIdle, "silence")
		}
		return false // any other error comes again
	case head[0] != final|websocket.PongMessage || head[1] < masked || head[1] > masked|125:
		return false
	}
	if _, err = s.in.Discard(2 + 4 + int(head[1]&^masked)); err != nil {
		return false
	}
	s.heard()
	return true
}

// left counts how a session ended that the server did not close.
func (s *session[S]) left(err error) {
	var closed *websocket.CloseError
	switch {
	case s.ended():
	case timedOut(err):
		s.mu.Lock()
		s.closing(wire.CloseIdle, "silence")
		s.mu.Unlock()
		s.flush()
	case errors.As(err, &closed):
		s.edge.counters.left(closedByClient)
	default:
		s.edge.counters.left(closedLost)
	}
}

func (s *session[S]) finish() {
	s.mu.Lock()
	if s.goodbye == nil { // refuse what is sent from here on
		s.goodbye = &wire.Goodbye{}
	}
	s.mu.Unlock()
	s.cut()
	if s.user != "" {
		s.detach()
		s.gateway.config.Admission.Detach(s.who)
	}
	s.edge.roster.remove(&s.conn, s.user)
	s.edge.roster.release()
}

// receive reads one message and answers it. It fails if the message breaks off.
func (s *session[S]) receive(kind int, r io.Reader) error {
	b := s.edge.takeScratch()
	defer s.edge.scratch.Put(b)
	var err error
	b.message, err = readLimited(b.message[:0], r)
	switch {
	case errors.Is(err, errTooLong):
		s.refuse(0, fault.New(fault.TooLarge, fault.CodeTooLarge, "must be at most %d bytes", wire.MaxFrameBytes))
		s.close(wire.CloseTooLarge, "the frame is too large")
		return nil
	case err != nil:
		return err
	case kind != messageType(s.codec):
		s.strike(0, fault.New(fault.Invalid, fault.CodeMalformed, "must be a text message in %s and a binary one in %s", wire.SubprotocolJSON, wire.SubprotocolBinary))
		return nil
	}
	d := b.decoder(s.codec)
	f, err := d.Decode(b.message)
	if s.limited(d.Seq()) {
		return nil
	}
	if err != nil {
		s.strike(d.Seq(), err)
		return nil
	}
	s.handle(f, b)
	return nil
}

var errTooLong = errors.New("gateway: message too long")

// readLimited appends a whole message to buf, which grows with what arrives and no further than a frame may.
func readLimited(buf []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buf) > wire.MaxFrameBytes {
			return buf, errTooLong
		}
		buf = slices.Grow(buf, 64) // one more byte than is left shows that a frame is too long
		n, err := r.Read(buf[len(buf):min(cap(buf), wire.MaxFrameBytes+1)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			if len(buf) > wire.MaxFrameBytes {
				return buf, errTooLong
			}
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// limited answers a frame above the rate and lets the socket wait, which slows the device down through TCP.
func (s *session[S]) limited(seq uint64) bool {
	if s.limiter == nil {
		return false
	}
	now := time.Now()
	ticket := s.limiter.ReserveN(now, 1)
	wait := ticket.DelayFrom(now)
	if wait == 0 {
		return false
	}
	ticket.CancelAt(now)
	s.refuse(seq, fault.New(fault.RateLimited, fault.CodeRateLimited, "Too many frames; report fixes in batches.").WithRetry(wait))
	s.flush()
	select {
	case <-time.After(wait):
	case <-s.edge.ctx.Done():
	}
	return true
}

// strike refuses a frame that can't be read; after some in a row the session ends.
func (s *session[S]) strike(seq uint64, err error) {
	s.refuse(seq, err)
	if s.strikes++; s.strikes >= s.edge.limits.Malformed {
		s.close(wire.CloseMalformed, "too many frames that can't be read")
	}
}

// refuse answers with an error. What went wrong inside stays in the log.
func (s *session[S]) refuse(seq uint64, err error) {
	e := fault.From(err)
	if e.Kind == fault.Internal || e.Kind == fault.Unavailable {
		s.edge.log.ErrorContext(s.edge.ctx, "frame failed", "user", s.user, "err", err)
	}
	s.edge.counters.failed(e.Code)
	s.answer(&wire.Error{Seq: seq, Code: e.Code, Field: e.Field, Message: e.Detail, RetryAfter: e.RetryAfter.Milliseconds()})
}

// pinged answers a ping of the device; pings count against the rate like frames.
func (s *session[S]) pinged(payload string) error {
	if s.limiter != nil && !s.limiter.Allow() {
		return nil
	}
	s.mu.Lock()
	s.pong = &payload
	s.wake()
	return nil
}

func (e *edge) takeScratch() *scratch {
	if b, ok := e.scratch.Get().(*scratch); ok {
		return b
	}
	return &scratch{
		message: make([]byte, 0, 512),
		json:    wire.NewDecoder(wire.JSON, wire.Device),
		binary:  wire.NewDecoder(wire.Binary, wire.Device),
	}
}

func (b *scratch) decoder(c wire.Codec) *wire.Decoder {
	if c == wire.Binary {
		return b.binary
	}
	return b.json
}
