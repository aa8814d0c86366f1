package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// serve runs a server whose sockets are handled by talk.
func serve(t testing.TB, talk func(*peer)) *client.Client {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: wire.Subprotocols()}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/socket" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			return
		}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		codec, _ := wire.CodecOf(conn.Subprotocol())
		talk(&peer{conn, codec, wire.NewDecoder(codec, wire.Device)})
	}))
	t.Cleanup(srv.Close)
	c, err := client.New(srv.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// peer is the server's end of a socket.
type peer struct {
	*websocket.Conn
	codec   wire.Codec
	decoder *wire.Decoder
}

// read returns the next frame, nil when the socket is closed.
func (p *peer) read() wire.Frame {
	_, data, err := p.ReadMessage()
	if err != nil {
		return nil
	}
	f, err := p.decoder.Decode(data)
	if err != nil {
		return nil
	}
	return f
}

func (p *peer) write(f wire.Frame) {
	data, err := p.codec.Append(nil, f)
	if err != nil {
		panic(err)
	}
	kind := websocket.BinaryMessage
	if p.codec == wire.JSON {
		kind = websocket.TextMessage
	}
	_ = p.WriteMessage(kind, data)
}

func (p *peer) welcome() *wire.Hello {
	hello, _ := p.read().(*wire.Hello)
	if hello == nil {
		return nil
	}
	p.write(&wire.Welcome{Seq: hello.Seq, Session: "s", Now: 1, Consents: []string{"location"}})
	return hello
}

func (p *peer) close(code int) {
	_ = p.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "because"), time.Now().Add(time.Second))
}

func fix(at int64) wire.Fix { return wire.Fix{Lat: 48.4, Lon: 9.99, Speed: -1, Course: -1, At: at} }

func TestLockstep(t *testing.T) {
	for _, subprotocol := range wire.Subprotocols() {
		t.Run(subprotocol, func(t *testing.T) {
			hellos := make(chan wire.Hello, 1)
			c := serve(t, func(p *peer) {
				if hello := p.welcome(); hello != nil {
					hellos <- *hello
				}
				for f := p.read(); f != nil; f = p.read() {
					switch f := f.(type) {
					case *wire.Position:
						p.write(&wire.Offer{
							ID: "off_1", Title: "T", Merchant: "M", Category: "cafe", Reward: wire.Reward{Kind: "none"}, Trigger: "nearby",
							Reasons: []wire.Reason{{Code: "near", Text: "near"}},
						})
						p.write(&wire.Ack{Seq: f.Seq, Accepted: len(f.Fixes), Hint: &wire.Hint{Metres: 50, Seconds: 60}})
					case *wire.Mood:
						p.write(&wire.Error{Seq: f.Seq, Code: fault.CodeConsent, Field: "mood", Message: "Ask first.", RetryAfter: 5})
					case *wire.Erase:
						p.write(&wire.Goodbye{Code: wire.CloseErased, Reason: "erased"})
						p.close(wire.CloseErased)
					}
				}
			})
			s, err := c.Dial(t.Context(), "fl_dev_x", subprotocol, true)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if h := <-hellos; h.Token != "fl_dev_x" || !h.Simulated || h.Seq != 1 || s.Welcome().Session != "s" {
				t.Errorf("hello %+v, welcome %+v", h, s.Welcome())
			}
			var seen []string
			also := func(f wire.Frame) { seen = append(seen, f.(*wire.Offer).ID) }
			for i := range 3 {
				answer, err := s.Do(&wire.Position{Fixes: []wire.Fix{fix(int64(i + 1))}}, also)
				ack, ok := answer.(*wire.Ack)
				if err != nil || !ok || ack.Accepted != 1 || ack.Hint.Metres != 50 || len(seen) != i+1 {
					t.Fatalf("answer %+v, %v, offers %v", answer, err, seen)
				}
			}
			_, err = s.Do(&wire.Mood{Valence: 1, Confidence: 1, Source: "self", At: 1}, also)
			if f := fault.From(err); f == nil || f.Kind != fault.Forbidden || f.Field != "mood" || f.RetryAfter != 5*time.Millisecond {
				t.Errorf("a refusal: %v", err)
			}
			if _, err := s.Send(&wire.Position{Fixes: []wire.Fix{{Lat: 91}}}); fault.From(err).Field != "fixes[0].lat" {
				t.Errorf("a frame that the server would refuse: %v", err)
			}
			if _, err := s.Send(&wire.Ack{}); fault.From(err).Code != fault.CodeUnexpected {
				t.Errorf("a frame of the server: %v", err)
			}
			if answer, err := s.Do(&wire.Erase{}, also); err != nil || answer.Kind() != wire.KindGoodbye {
				t.Errorf("goodbye: %v, %v", answer, err)
			}
			_, err = s.Receive()
			var closed *client.CloseError
			if !errors.As(err, &closed) || closed.Code != wire.CloseErased || closed.Reconnect() != wire.ReconnectNever {
				t.Errorf("closed: %v", err)
			}
		})
	}
}

// A frame that no server may send ends the socket before it takes memory.
func TestReadsNoMoreThanAFrame(t *testing.T) {
	c := serve(t, func(p *peer) {
		p.welcome()
		_ = p.WriteMessage(websocket.BinaryMessage, make([]byte, wire.MaxServerBytes+1))
		p.read()
	})
	s, err := c.Dial(t.Context(), "fl_dev_x", wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Receive(); !errors.Is(err, websocket.ErrReadLimit) {
		t.Errorf("a frame of more than %d bytes: %v", wire.MaxServerBytes, err)
	}
}

func TestDialFails(t *testing.T) {
	refuses := serve(t, func(p *peer) {
		if p.read() != nil {
			p.close(wire.CloseUnauthorized)
		}
	})
	_, err := refuses.Dial(t.Context(), "fl_dev_x", wire.SubprotocolJSON, false)
	var closed *client.CloseError
	if !errors.As(err, &closed) || closed.Reconnect() != wire.ReconnectAfterChange {
		t.Errorf("a wrong token: %v", err)
	}
	if _, err := refuses.Dial(t.Context(), "fl_dev_x", "flaneur.v9", false); fault.From(err).Field != "subprotocol" {
		t.Errorf("another protocol: %v", err)
	}
	drops := serve(t, func(p *peer) { p.read() })
	_, err = drops.Dial(t.Context(), "fl_dev_x", wire.SubprotocolJSON, false)
	if !errors.As(err, &closed) || closed.Code != 1006 || closed.Reconnect() != wire.ReconnectLater {
		t.Errorf("a lost connection: %v", err)
	}
	nobody, _ := client.New("http://127.0.0.1:1", "")
	if _, err := nobody.Dial(t.Context(), "fl_dev_x", wire.SubprotocolJSON, false); fault.From(err).Kind != fault.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	c, _ := client.New(plain.URL, "")
	if _, err := c.Dial(t.Context(), "fl_dev_x", wire.SubprotocolJSON, false); fault.From(err).Kind != fault.NotFound {
		t.Errorf("a server without sockets: %v", err)
	}
}

func TestASilentServerHoldsNobody(t *testing.T) {
	c := serve(t, func(p *peer) {
		p.welcome()
		if p.read() == nil {
			return
		}
		for p.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) == nil { // and no answer, ever
			<-time.After(10 * time.Millisecond)
		}
	})
	for name, wait := range map[string]func(*client.Socket) error{
		"Do": func(s *client.Socket) error {
			_, err := s.Do(&wire.Position{Fixes: []wire.Fix{fix(1)}}, nil)
			return err
		},
		"Receive": func(s *client.Socket) error { _, err := s.Receive(); return err },
	} {
		s, err := c.Dial(t.Context(), "token", wire.SubprotocolBinary, false)
		if err != nil {
			t.Fatal(err)
		}
		s.SetPatience(50*time.Millisecond, 50*time.Millisecond)
		var closed *client.CloseError
		if err := wait(s); !errors.As(err, &closed) || closed.Reconnect() != wire.ReconnectLater {
			t.Errorf("%s: %v", name, err)
		}
		_ = s.Close()
	}
}

func TestPingsKeepAnIdleSocket(t *testing.T) {
	t.Parallel()
	const idle = 5 * time.Second // no machine stands still for so long
	c := serve(t, func(p *peer) {
		p.welcome()
		for range 60 {
			<-time.After(idle / 50)
			if p.WriteControl(websocket.PingMessage, nil, time.Now().Add(idle)) != nil {
				return
			}
		}
		p.write(&wire.Hint{Metres: 1, Seconds: 1})
		p.read()
	})
	s, err := c.Dial(t.Context(), "token", wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	s.SetPatience(time.Minute, idle)
	defer func() { _ = s.Close() }()
	if f, err := s.Receive(); err != nil || f.Kind() != wire.KindHint {
		t.Errorf("%v, %v", f, err)
	}
}

func TestContextEndsTheSocket(t *testing.T) {
	c := serve(t, func(p *peer) {
		p.welcome()
		p.read()
	})
	why := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	s, err := c.Dial(ctx, "fl_dev_x", wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ended := make(chan error)
	go func() {
		_, err := s.Receive()
		ended <- err
	}()
	stop(why)
	if err := <-ended; !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
}

func BenchmarkLockstep(b *testing.B) {
	c := serve(b, func(p *peer) {
		p.welcome()
		for f := p.read(); f != nil; f = p.read() {
			p.write(&wire.Ack{Seq: f.(*wire.Position).Seq, Accepted: 1})
		}
	})
	s, err := c.Dial(b.Context(), "fl_dev_x", wire.SubprotocolBinary, true)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	f := &wire.Position{Fixes: []wire.Fix{fix(1)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Do(f, nil); err != nil {
			b.Fatal(err)
		}
	}
}
