package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

const (
	socketPath    = "/v1/socket"
	handshakeTime = 15 * time.Second
	closeTime     = time.Second
	socketBuffer  = 4 << 10
)

// patience is how long a socket waits for a server that says nothing.
type patience struct {
	answer time.Duration // without any frame, while Do waits for an answer; and for the server to take a frame
	idle   time.Duration // without even a ping, of which there is one in 50 s
}

var standard = patience{answer: time.Minute, idle: 2 * time.Minute}

// Socket is an open session of the device protocol. One goroutine may send while another receives. It lives until
// Close, until the server closes it, or until the context given to Dial is done.
type Socket struct {
	conn    *websocket.Conn
	codec   wire.Codec
	decoder *wire.Decoder
	welcome wire.Welcome
	ctx     context.Context
	unbind  func() bool // from ctx
	patience

	seq uint64 // of the sender
	out []byte // of the sender
	in  []byte // of the receiver
	due bool   // of the receiver: it waits for an answer, for which a ping does not stand
}

// Dial opens a socket with the person's device token: it connects, sends hello and waits for the welcome. subprotocol
// is wire.SubprotocolBinary or wire.SubprotocolJSON. A simulated session runs on the clock of its frames. An answer
// that refuses the connection is a *fault.Error, one that closes it a *CloseError.
func (c *Client) Dial(ctx context.Context, token api.Secret, subprotocol string, simulated bool) (*Socket, error) {
	codec, ok := wire.CodecOf(subprotocol)
	if !ok {
		return nil, fault.Field("subprotocol", "must be one of %v", wire.Subprotocols())
	}
	u := c.base.JoinPath(socketPath)
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	dialer := websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTime, Subprotocols: []string{subprotocol},
		ReadBufferSize: socketBuffer, WriteBufferSize: socketBuffer,
	}
	conn, res, err := dialer.DialContext(ctx, u.String(), nil)
	if res != nil {
		defer func() { _ = res.Body.Close() }()
	}
	if err != nil {
		if res != nil && errors.Is(err, websocket.ErrBadHandshake) {
			body, _ := io.ReadAll(res.Body) // gorilla keeps the first kilobyte
			return nil, problem(res, body)
		}
		return nil, unreachable(ctx, err)
	}
	if conn.Subprotocol() != subprotocol {
		_ = conn.Close()
		return nil, fault.New(fault.Invalid, fault.CodeMalformed, "The server does not speak %s.", subprotocol)
	}
	s := &Socket{conn: conn, codec: codec, decoder: wire.NewDecoder(codec, wire.Server), ctx: ctx, patience: c.patience}
	conn.SetReadLimit(wire.MaxServerBytes)
	conn.SetPingHandler(s.pinged)
	s.unbind = context.AfterFunc(ctx, func() { _ = conn.Close() })
	answer, err := s.Do(&wire.Hello{Token: string(token), SDK: "flaneur-go", Simulated: simulated}, nil)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	welcome, ok := answer.(*wire.Welcome)
	if !ok {
		_ = s.Close()
		return nil, fault.New(fault.Invalid, fault.CodeUnexpected, "The server answered %s to hello.", answer.Kind())
	}
	s.welcome = *welcome
	return s, nil
}

// Welcome returns the server's answer to the hello.
func (s *Socket) Welcome() *wire.Welcome { return &s.welcome }

// Send sets the frame's Seq to the next number, sends the frame and returns the number.
func (s *Socket) Send(f wire.Frame) (seq uint64, err error) {
	if err := stamp(f, s.seq+1); err != nil {
		return 0, err
	}
	if s.out, err = s.codec.Append(s.out[:0], f); err != nil {
		return 0, err
	}
	s.seq++
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.answer)); err != nil {
		return 0, s.lost(err)
	}
	kind := websocket.BinaryMessage
	if s.codec == wire.JSON {
		kind = websocket.TextMessage
	}
	return s.seq, s.lost(s.conn.WriteMessage(kind, s.out))
}

// stamp writes the sequence number into a frame of the device.
func stamp(f wire.Frame, seq uint64) error {
	switch f := f.(type) {
	case *wire.Hello:
		f.Seq = seq
	case *wire.Position:
		f.Seq = seq
	case *wire.Mood:
		f.Seq = seq
	case *wire.Pull:
		f.Seq = seq
	case *wire.Delivered:
		f.Seq = seq
	case *wire.Feedback:
		f.Seq = seq
	case *wire.Consent:
		f.Seq = seq
	case *wire.Erase:
		f.Seq = seq
	case *wire.Trip:
		f.Seq = seq
	default:
		return fault.New(fault.Invalid, fault.CodeUnexpected, "Devices send no %s.", f.Kind())
	}
	return nil
}

// pinged answers a ping of the server, which shows that it lives; it runs in the receiver's goroutine.
func (s *Socket) pinged(payload string) error {
	if !s.due {
		_ = s.conn.SetReadDeadline(time.Now().Add(s.idle)) // fails on a dead socket only
	}
	err := s.conn.WriteControl(websocket.PongMessage, []byte(payload), time.Now().Add(closeTime))
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return nil // somebody is writing: a sign of life, too
	}
	return err
}

// Receive waits for the next frame, for as long as the server lives. The frame is valid until the next call. A closed
// socket is a *CloseError, and so is a server that has been silent for too long.
func (s *Socket) Receive() (wire.Frame, error) {
	return s.receive(s.idle)
}

func (s *Socket) receive(wait time.Duration) (wire.Frame, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return nil, s.lost(err)
	}
	_, r, err := s.conn.NextReader()
	if err != nil {
		return nil, s.lost(err)
	}
	s.in = s.in[:0]
	for {
		if len(s.in) == cap(s.in) {
			s.in = append(s.in, make([]byte, max(512, len(s.in)))...)[:len(s.in)]
		}
		n, err := r.Read(s.in[len(s.in):cap(s.in)])
		s.in = s.in[:len(s.in)+n]
		if err == io.EOF {
			return s.decoder.Decode(s.in)
		}
		if err != nil {
			return nil, s.lost(err)
		}
	}
}

// Do sends the frame and receives until the server has answered it: the answer is a *wire.Welcome, *wire.Ack,
// *wire.Offers or *wire.Goodbye; a *wire.Error comes back as a *fault.Error. Frames in between, such as offers, go to
// also (which may be nil); they are valid during that call. A server that sends no frame for a minute meanwhile counts as
// lost.
func (s *Socket) Do(f wire.Frame, also func(wire.Frame)) (wire.Frame, error) {
	seq, err := s.Send(f)
	if err != nil {
		return nil, err
	}
	s.due = true
	defer func() { s.due = false }()
	for {
		in, err := s.receive(s.answer)
		if err != nil {
			return nil, err
		}
		answered := false
		switch in := in.(type) {
		case *wire.Welcome:
			answered = in.Seq == seq
		case *wire.Ack:
			answered = in.Seq == seq
		case *wire.Offers:
			answered = in.Seq == seq
		case *wire.Goodbye:
			answered = true
		case *wire.Error:
			if in.Seq == seq || in.Seq == 0 {
				return nil, refusal(in)
			}
		}
		if answered {
			return in, nil
		}
		if also != nil {
			also(in)
		}
	}
}

// kindsByCode tells what sort of failure a refused frame is; other codes are Invalid.
var kindsByCode = map[string]fault.Kind{
	fault.CodeInternal:     fault.Internal,
	fault.CodeUnauthorized: fault.Unauthorized,
	fault.CodeForbidden:    fault.Forbidden,
	fault.CodeConsent:      fault.Forbidden,
	fault.CodeModeMismatch: fault.Forbidden,
	fault.CodeFixMock:      fault.Forbidden,
	fault.CodeNotFound:     fault.NotFound,
	fault.CodeConflict:     fault.Conflict,
	fault.CodeErased:       fault.Gone,
	fault.CodeTooLarge:     fault.TooLarge,
	fault.CodeRateLimited:  fault.RateLimited,
	fault.CodeUnavailable:  fault.Unavailable,
	fault.CodeShuttingDown: fault.Unavailable,
}

func refusal(e *wire.Error) error {
	kind, known := kindsByCode[e.Code]
	if !known {
		kind = fault.Invalid
	}
	return fault.New(kind, e.Code, "%s", e.Message).WithField(e.Field).WithRetry(time.Duration(e.RetryAfter) * time.Millisecond)
}

// lost says how the socket ended.
func (s *Socket) lost(err error) error {
	var closed *websocket.CloseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed):
		return &CloseError{Code: closed.Code, Reason: closed.Text}
	case s.ctx.Err() != nil:
		return context.Cause(s.ctx)
	default:
		return &CloseError{Code: websocket.CloseAbnormalClosure, Reason: "the connection was lost", cause: err}
	}
}

// Close ends the session.
func (s *Socket) Close() error {
	s.unbind()
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = s.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(closeTime)) // the server may be gone
	return s.conn.Close()
}

// CloseError says that the server closed the socket, or that the connection was lost (code 1006).
type CloseError struct {
	Code   int
	Reason string
	cause  error
}

// Error returns the code and the reason.
func (e *CloseError) Error() string { return fmt.Sprintf("socket closed (%d): %s", e.Code, e.Reason) }

// Unwrap returns what the connection said, if it was lost.
func (e *CloseError) Unwrap() error { return e.cause }

// Reconnect says what the client may do now.
func (e *CloseError) Reconnect() wire.Reconnect { return wire.ReconnectAfter(e.Code) }
