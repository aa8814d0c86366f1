package client

import (
	"context"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/wire"
)

// Socket is an open session of the device protocol. One goroutine may send while another receives. It lives until
// Close, until the server closes it, or until the context given to Dial is done.
type Socket struct{}

// Dial opens a socket with the person's device token: it connects, sends hello and waits for the welcome. subprotocol
// is wire.SubprotocolBinary or wire.SubprotocolJSON. A simulated session runs on the clock of its frames.
func (c *Client) Dial(ctx context.Context, token api.Secret, subprotocol string, simulated bool) (*Socket, error) {
	return nil, errTodo
}

// Welcome returns the server's answer to the hello.
func (s *Socket) Welcome() *wire.Welcome { return nil }

// Send sets the frame's Seq to the next number, sends the frame and returns the number.
func (s *Socket) Send(f wire.Frame) (seq uint64, err error) { return 0, errTodo }

// Receive waits for the next frame. The frame is valid until the next call. A closed socket is a *CloseError.
func (s *Socket) Receive() (wire.Frame, error) { return nil, errTodo }

// Do sends the frame and receives until the server has answered it: the answer is an *wire.Ack, *wire.Offers or a
// *wire.Goodbye; a *wire.Error comes back as a *fault.Error. Frames in between, such as offers, go to also (which may
// be nil); they are valid during that call.
func (s *Socket) Do(f wire.Frame, also func(wire.Frame)) (wire.Frame, error) { return nil, errTodo }

// Close ends the session.
func (s *Socket) Close() error { return nil }

// CloseError says that the server closed the socket, or that the connection was lost (1006).
type CloseError struct {
	Code   int
	Reason string
}

// Error returns the code and the reason.
func (e *CloseError) Error() string { return e.Reason }

// Reconnect says what the client may do now.
func (e *CloseError) Reconnect() wire.Reconnect { return wire.ReconnectAfter(e.Code) }
