package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

const start = int64(1767225600000) // 2026-01-01T00:00:00Z

// person is the fake engine's session.
type person struct {
	user      id.User
	simulated bool
}

func (p *person) User() id.User   { return p.user }
func (p *person) Simulated() bool { return p.simulated }

// fakeEngine takes everything, remembers the last call, and is its own channel of pushes.
type fakeEngine struct {
	position func(p *person, fixes []geo.Fix) (engine.PositionResult, error) // nil: all taken
	greeting func()                                                          // called when a socket is attached
	erasing  func()                                                          // called when the sockets are closed, before the end

	mu     sync.Mutex
	last   any
	inside int  // sessions
	erased bool // everybody
	conns  map[id.User][]gateway.Conn
}

// The engine is what a gateway needs.
var (
	_ gateway.Admission[*engine.Session] = (*engine.Engine)(nil)
	_ gateway.Updates[*engine.Session]   = (*engine.Engine)(nil)
	_ gateway.Responses[*engine.Session] = (*engine.Engine)(nil)
	_ gateway.Rights[*engine.Session]    = (*engine.Engine)(nil)
	_ gateway.Trips[*engine.Session]     = (*engine.Engine)(nil)
)

func (e *fakeEngine) remember(v any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = v
}

func (e *fakeEngine) Authenticate(_ context.Context, token string) (*person, error) {
	name, ok := strings.CutPrefix(token, "token-")
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case token == "erased", e.erased:
		return nil, fault.New(fault.Gone, fault.CodeErased, "The user was erased.")
	case token == "broken":
		return nil, errors.New("the disk is on fire")
	case !ok:
		return nil, fault.New(fault.Unauthorized, fault.CodeUnauthorized, "The token is unknown.").WithField("token")
	}
	e.inside++
	return &person{user: id.User("usr_0_" + name), simulated: name == "sim"}, nil
}

func (e *fakeEngine) Consents(*person) privacy.Consents {
	return privacy.Consents{}.Apply(privacy.Change{Purpose: privacy.Location, Granted: true, Policy: "1"})
}

func (e *fakeEngine) Detach(*person) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.inside--
}

func (e *fakeEngine) Position(_ context.Context, p *person, fixes []geo.Fix) (engine.PositionResult, error) {
	if e.position != nil {
		return e.position(p, fixes)
	}
	return engine.PositionResult{Accepted: len(fixes), Hint: engine.Hint{Metres: 50, Seconds: 30}}, nil
}

func (e *fakeEngine) Mood(_ context.Context, _ *person, a mood.Affect) error {
	e.remember(a)
	return nil
}

func (e *fakeEngine) StartTrip(_ context.Context, _ *person, t engine.Trip) (engine.Trip, error) {
	e.remember(t)
	return t, nil
}

func (e *fakeEngine) EndTrip(context.Context, *person) error {
	e.remember("no trip")
	return nil
}

func (e *fakeEngine) Pull(_ context.Context, _ *person, q engine.PullQuery) (engine.PullAnswer, error) {
	e.remember(q)
	return engine.PullAnswer{Offers: []wire.Offer{offer("off_1")}, Cursor: "more"}, nil
}

func (e *fakeEngine) Delivered(_ context.Context, _ *person, d id.Delivery) error {
	e.remember(d)
	return nil
}

func (e *fakeEngine) Feedback(_ context.Context, _ *person, f engine.Feedback) error {
	e.remember(f)
	return nil
}

func (e *fakeEngine) Consent(_ context.Context, _ *person, changes ...privacy.Change) error {
	for _, c := range changes {
		e.remember(c)
	}
	return nil
}

func (e *fakeEngine) Erase(_ context.Context, p *person) (privacy.Receipt, error) {
	for _, c := range e.attached(p.user) {
		c.Close(fault.CodeErased)
	}
	if e.erasing != nil {
		e.erasing()
	}
	return privacy.Receipt{}, nil
}

func (e *fakeEngine) attach(user id.User, c gateway.Conn) (detach func()) {
	if e.greeting != nil {
		e.greeting()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.conns == nil {
		e.conns = map[id.User][]gateway.Conn{}
	}
	e.conns[user] = append(e.conns[user], c)
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.conns, user)
	}
}

func (e *fakeEngine) attached(user id.User) []gateway.Conn {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.conns[user]
}

func offer(name string) wire.Offer {
	return wire.Offer{ID: name, Delivery: "dlv_1", Title: "Pasta", Merchant: "Da Enzo", Category: "restaurant", Trigger: "nearby", Reasons: []wire.Reason{{Code: "near", Text: "It is near.", Share: 1}}}
}

func message(o wire.Offer) push.Message { return push.Message{Frame: &o} }

func config(e *fakeEngine) gateway.Config[*person] {
	return gateway.Config[*person]{
		Admission: e, Updates: e, Responses: e, Rights: e, Trips: e, Attach: e.attach,
		Origins: []string{"https://app.example.org"},
	}
}

type served struct {
	*gateway.Gateway[*person]
	url string
}

// serve runs a gateway on a real listener until the test ends.
func serve(tb testing.TB, c gateway.Config[*person]) served {
	tb.Helper()
	g, err := gateway.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	srv := httptest.NewServer(g)
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = g.Drain(ctx)
		srv.Close()
	})
	return served{g, "ws" + strings.TrimPrefix(srv.URL, "http")}
}

// device is a client of the tests.
type device struct {
	tb    testing.TB
	ws    *websocket.Conn
	codec wire.Codec
	dec   *wire.Decoder
	seq   uint64
}

func dial(tb testing.TB, url string, c wire.Codec) *device {
	tb.Helper()
	d := websocket.Dialer{Subprotocols: []string{c.Subprotocol()}}
	ws, resp, err := d.Dial(url, nil)
	if err != nil {
		tb.Fatalf("dial: %v", err)
	}
	_ = resp.Body.Close()
	tb.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(time.Minute))
	return &device{tb: tb, ws: ws, codec: c, dec: wire.NewDecoder(c, wire.Server)}
}

// greeted returns a device that was welcomed.
func greeted(tb testing.TB, url string, c wire.Codec, token string) *device {
	tb.Helper()
	d := dial(tb, url, c)
	d.greet(token)
	return d
}

func (d *device) greet(token string) {
	d.tb.Helper()
	d.send(&wire.Hello{Seq: d.next(), Token: token, Simulated: token == "token-sim"})
	expect[*wire.Welcome](d)
}

func (d *device) next() uint64 { d.seq++; return d.seq }

func (d *device) send(f wire.Frame) {
	d.tb.Helper()
	data, err := d.codec.Append(nil, f)
	if err != nil {
		d.tb.Fatal(err)
	}
	d.raw(data)
}

func (d *device) raw(data []byte) {
	d.tb.Helper()
	kind := websocket.TextMessage
	if d.codec == wire.Binary {
		kind = websocket.BinaryMessage
	}
	if err := d.ws.WriteMessage(kind, data); err != nil {
		d.tb.Fatal(err)
	}
}

func (d *device) position() *wire.Position {
	p := &wire.Position{Seq: d.next(), Fixes: []wire.Fix{{Lat: 52.52, Lon: 13.405, Accuracy: 5, Speed: -1, Course: -1}}}
	p.Fixes[0].At = start + int64(p.Seq)*1000 //nolint:gosec // small
	return p
}

// expect reads the next frame, which must be an F.
func expect[F wire.Frame](d *device) F {
	d.tb.Helper()
	_, data, err := d.ws.ReadMessage()
	if err != nil {
		d.tb.Fatalf("read: %v", err)
	}
	f, err := d.dec.Decode(data)
	if err != nil {
		d.tb.Fatalf("decode: %v", err)
	}
	want, ok := f.(F)
	if !ok {
		d.tb.Fatalf("got %s %+v, want %T", f.Kind(), f, want)
	}
	return want
}

func (d *device) expectError(code, field string) *wire.Error {
	d.tb.Helper()
	e := expect[*wire.Error](d)
	if e.Code != code || e.Field != field || e.Message == "" {
		d.tb.Fatalf("got %+v, want code %s, field %q and a message", e, code, field)
	}
	return e
}

// expectClose wants a goodbye and the close frame, and nothing in between.
func (d *device) expectClose(code int) *wire.Goodbye {
	d.tb.Helper()
	bye := expect[*wire.Goodbye](d)
	if bye.Code != code {
		d.tb.Fatalf("goodbye with %d (%s), want %d", bye.Code, bye.Reason, code)
	}
	_, _, err := d.ws.ReadMessage()
	if !websocket.IsCloseError(err, code) {
		d.tb.Fatalf("closed with %v, want %d", err, code)
	}
	return bye
}

// works shows that the session goes on.
func (d *device) works() {
	d.tb.Helper()
	p := d.position()
	d.send(p)
	if a := expect[*wire.Ack](d); a.Seq != p.Seq || a.Accepted != 1 {
		d.tb.Fatalf("got %+v, want the ack of %d", a, p.Seq)
	}
}

func refusedDial(tb testing.TB, url string, header http.Header) (status int, answer http.Header) {
	tb.Helper()
	ws, resp, err := websocket.DefaultDialer.Dial(url, header)
	if err == nil {
		_ = ws.Close()
		tb.Fatal("connected, want a refusal")
	}
	if resp == nil {
		tb.Fatalf("no answer: %v", err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header
}
