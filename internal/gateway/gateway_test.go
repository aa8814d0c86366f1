package gateway_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(idleAddrEnv); addr != "" {
		holdIdleSockets(addr)
		return
	}
	if task := os.Getenv(pumpEnv); task != "" {
		pumpPositions(task)
		return
	}
	goleak.VerifyTestMain(m)
}

func eachCodec(t *testing.T, f func(t *testing.T, c wire.Codec)) {
	for _, c := range []wire.Codec{wire.Binary, wire.JSON} {
		t.Run(c.Subprotocol(), func(t *testing.T) { f(t, c) })
	}
}

// Every frame reaches the engine with its content and has exactly one answer.
func TestFrames(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		e := &fakeEngine{}
		d := dial(t, serve(t, config(e)).url, c)
		d.send(&wire.Hello{Seq: d.next(), Token: "token-ada", SDK: "test 1"})
		w := expect[*wire.Welcome](d)
		if w.Seq != 1 || w.Session == "" || w.Now == 0 || !cmp.Equal(w.Consents, []string{"location"}) || w.MoodLevel != "off" {
			t.Errorf("welcome %+v", w)
		}
		d.works()
		lat, lon := 52.5, 13.25
		at := time.UnixMilli(start)
		for _, tt := range []struct {
			frame wire.Frame
			want  any
		}{
			{&wire.Mood{Valence: 0.5, Arousal: -0.25, Confidence: 1, Source: "self", At: start}, mood.Affect{Valence: 0.5, Arousal: -0.25, Confidence: 1, Source: mood.SelfReport, At: at}},
			{&wire.Mood{Valence: -0.5, Arousal: 0.5, Confidence: 0.5, Source: "wearable", Stress: 0.75, At: start}, mood.Affect{Valence: -0.5, Arousal: 0.5, Confidence: 0.5, Stress: 0.75, Source: mood.Wearable, At: at}},
			{&wire.Delivered{Delivery: "dlv_1"}, "dlv_1"},
			{&wire.Feedback{Offer: "off_1", Action: "not_interested", At: start}, engine.Feedback{Offer: "off_1", Action: offers.NotInterested, At: at}},
			{&wire.Consent{Purpose: "mood", Granted: new(true), Policy: "7", Level: "help", At: start}, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "7", Level: mood.Help, At: at}},
			{&wire.Consent{Purpose: "mood", Granted: new(true), Policy: "7", Sources: []string{"self", "typing"}}, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "7", Sources: []mood.Source{mood.SelfReport, mood.Typing}}},
			{&wire.Consent{Purpose: "mood", Granted: new(false), Sources: []string{"typing"}}, privacy.Change{Purpose: privacy.Mood, Sources: []mood.Source{mood.Typing}}},
			{&wire.Trip{Action: "start", Lat: &lat, Lon: &lon, Mode: "walk", At: start}, engine.Trip{Destination: geo.Point{Lat: 52.5, Lon: 13.25}, Mode: trip.Walk, Started: at}},
			{&wire.Trip{Action: "stop"}, "no trip"},
			{&wire.Pull{Lat: &lat, Lon: &lon, Radius: 500, Limit: 3, Categories: []string{"cafe"}, Cursor: "c"}, engine.PullQuery{At: &geo.Point{Lat: 52.5, Lon: 13.25}, Radius: 500, Limit: 3, Categories: []string{"cafe"}, Cursor: "c"}},
		} {
			seq := d.next()
			switch f := tt.frame.(type) {
			case *wire.Mood:
				f.Seq = seq
			case *wire.Delivered:
				f.Seq = seq
			case *wire.Feedback:
				f.Seq = seq
			case *wire.Consent:
				f.Seq = seq
			case *wire.Trip:
				f.Seq = seq
			case *wire.Pull:
				f.Seq = seq
			}
			d.send(tt.frame)
			if _, pull := tt.frame.(*wire.Pull); pull {
				if o := expect[*wire.Offers](d); o.Seq != seq || len(o.Offers) != 1 || o.Cursor != "more" {
					t.Errorf("answer to pull: %+v", o)
				}
			} else if a := expect[*wire.Ack](d); a.Seq != seq {
				t.Errorf("%s: ack of %d, want %d", tt.frame.Kind(), a.Seq, seq)
			}
			e.mu.Lock()
			if diff := cmp.Diff(fmt.Sprintf("%+v", tt.want), fmt.Sprintf("%+v", e.last)); diff != "" && tt.frame.Kind() != wire.KindPull {
				t.Errorf("%s: -want +got\n%s", tt.frame.Kind(), diff)
			} else if q, ok := e.last.(engine.PullQuery); ok && !cmp.Equal(q, tt.want) {
				t.Errorf("pull: %s", cmp.Diff(tt.want, q))
			}
			e.mu.Unlock()
		}
		d.send(&wire.Erase{Seq: d.next()})
		if bye := d.expectClose(wire.CloseErased); bye.Reconnect != 0 {
			t.Error("an erased device was asked to come back")
		}
	})
}

// Whoever waited for the ack of a position has seen the offers that it caused.
func TestOffersComeBeforeTheAck(t *testing.T) {
	e := &fakeEngine{}
	e.position = func(p *person, _ []geo.Fix) (engine.PositionResult, error) {
		for _, c := range e.attached(p.user) {
			c.Offer(message(offer("off_1")))
			c.Offer(message(offer("off_2")))
		}
		return engine.PositionResult{Accepted: 1}, nil
	}
	d := greeted(t, serve(t, config(e)).url, wire.Binary, "token-ada")
	for range 50 {
		d.send(d.position())
		for _, want := range []string{"off_1", "off_2"} {
			if o := expect[*wire.Offer](d); o.ID != want {
				t.Fatalf("got %s, want %s", o.ID, want)
			}
		}
		expect[*wire.Ack](d)
	}
}

// The goodbye of an erasure is a receipt: it does not go out before everything is forgotten.
func TestEraseSaysGoodbyeAtTheEnd(t *testing.T) {
	e := &fakeEngine{}
	s := serve(t, config(e))
	done := make(chan bool, 1)
	e.erasing = func() {
		early := false
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for range 30 {
			<-tick.C
			early = early || s.Stats().Sent["goodbye"] > 0
		}
		done <- early
	}
	d := greeted(t, s.url, wire.Binary, "token-ada")
	d.send(&wire.Erase{Seq: d.next()})
	d.expectClose(wire.CloseErased)
	if early := <-done; early {
		t.Error("goodbye was said while the erasure was under way")
	}
}

// Fixes refused out of a batch are told after the ack; a batch of which nothing was taken has an error as its answer.
func TestEraseBetweenLookAndAttach(t *testing.T) {
	e := &fakeEngine{}
	e.greeting = func() { // closes what is attached: not this socket yet
		e.mu.Lock()
		defer e.mu.Unlock()
		e.erased = true
	}
	greeted(t, serve(t, config(e)).url, wire.Binary, "token-anna").expectClose(wire.CloseErased)
}

func TestRefusedFixes(t *testing.T) {
	e := &fakeEngine{}
	d := greeted(t, serve(t, config(e)).url, wire.JSON, "token-ada")
	stale := fault.New(fault.Invalid, fault.CodeFixStale, "too old").WithField("fixes[0].at")
	e.position = func(*person, []geo.Fix) (engine.PositionResult, error) {
		return engine.PositionResult{Accepted: 1, Refused: stale}, nil
	}
	d.send(d.position())
	expect[*wire.Ack](d)
	d.expectError(fault.CodeFixStale, "fixes[0].at")
	e.position = func(*person, []geo.Fix) (engine.PositionResult, error) {
		return engine.PositionResult{Refused: stale}, nil
	}
	d.send(d.position())
	if got := d.expectError(fault.CodeFixStale, "fixes[0].at"); got.Seq != d.seq {
		t.Errorf("error names frame %d, want %d", got.Seq, d.seq)
	}
}

// A bad frame gets an error that names the field, and harms nobody: the session goes on.
func TestBadFramesAreRefusedByName(t *testing.T) {
	fix := func(s string) string { return `{"t":"position","seq":%d,"fixes":[` + s + `]}` }
	e := &fakeEngine{}
	url := serve(t, config(e)).url
	for _, tt := range []struct{ name, text, code, field string }{
		{"not JSON", `hello?`, fault.CodeMalformed, ""},
		{"empty", ``, fault.CodeMalformed, ""},
		{"cut off", `{"t":"position","seq":%d,`, fault.CodeMalformed, ""},
		{"unknown frame", `{"t":"teleport","seq":%d}`, fault.CodeInvalidField, "t"},
		{"a frame of the server", `{"t":"welcome","seq":%d}`, fault.CodeInvalidField, "t"},
		{"unknown field", fix(`{"lat":1,"lon":2,"at":5,"alt":3}`), fault.CodeUnknownField, "fixes[0].alt"},
		{"repeated field", fix(`{"lat":1,"lat":1,"lon":2,"at":5}`), fault.CodeMalformed, "fixes[0].lat"},
		{"NaN", fix(`{"lat":NaN,"lon":2,"at":5}`), fault.CodeMalformed, "fixes[0].lat"},
		{"text for a number", fix(`{"lat":"1","lon":2,"at":5}`), fault.CodeInvalidField, "fixes[0].lat"},
		{"null", fix(`{"lat":null,"lon":2,"at":5}`), fault.CodeInvalidField, "fixes[0].lat"},
		{"latitude out of range", fix(`{"lat":1,"lon":2,"at":5},{"lat":90.1,"lon":2,"at":5}`), fault.CodeInvalidField, "fixes[1].lat"},
		{"longitude out of range", fix(`{"lat":1,"lon":-181,"at":5}`), fault.CodeInvalidField, "fixes[0].lon"},
		{"no longitude", fix(`{"lat":1,"at":5}`), fault.CodeInvalidField, "fixes[0].lon"},
		{"no fixes", fix(``), fault.CodeInvalidField, "fixes"},
		{"no token", `{"t":"hello","seq":%d}`, fault.CodeInvalidField, "token"},
		{"hello again", `{"t":"hello","seq":%d,"token":"token-ada"}`, fault.CodeUnexpected, "t"},
		{"replayed", `{"t":"erase","seq":1}`, fault.CodeSequence, "seq"},
		{"no number", `{"t":"erase"}`, fault.CodeInvalidField, "seq"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := greeted(t, url, wire.JSON, "token-ada")
			if strings.Contains(tt.text, "%d") {
				tt.text = fmt.Sprintf(tt.text, d.next())
			}
			d.raw([]byte(tt.text))
			d.expectError(tt.code, tt.field)
			d.works()
		})
	}
	nan := "03a6" + "63736571" + "02" + "6776616c656e6365" + "f97e00" + "6761726f7573616c" + "00" + "6a636f6e666964656e6365" + "01" + "66736f75726365" + "6473656c66" + "626174" + "01"
	for _, tt := range []struct{ name, hex, code, field string }{
		{"empty", "", fault.CodeMalformed, ""},
		{"unknown frame", "ff", fault.CodeInvalidField, "t"},
		{"a position cut off", "020201aabb", fault.CodeMalformed, "fixes"},
		{"more fixes than allowed", "0202ffff03", fault.CodeInvalidField, "fixes"},
		{"latitude out of range", "020201" + "7fffffff" + "00000000" + "0000000000000001" + "0000ffffffff00", fault.CodeInvalidField, "fixes[0].lat"},
		{"NaN", nan, fault.CodeInvalidField, "valence"},
		{"unknown field", "08a26373657102616105", fault.CodeUnknownField, "a"},
		{"replayed", "08a16373657101", fault.CodeSequence, "seq"},
	} {
		t.Run("binary/"+tt.name, func(t *testing.T) {
			d := greeted(t, url, wire.Binary, "token-ada")
			data, err := hex.DecodeString(tt.hex)
			if err != nil {
				t.Fatal(err)
			}
			d.raw(data)
			d.expectError(tt.code, tt.field)
			d.next()
			d.works()
		})
	}
	t.Run("text on the binary protocol", func(t *testing.T) {
		d := greeted(t, url, wire.Binary, "token-ada")
		if err := d.ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"erase","seq":2}`)); err != nil {
			t.Fatal(err)
		}
		d.expectError(fault.CodeMalformed, "")
		d.works()
	})
}

func TestHello(t *testing.T) {
	url := serve(t, config(&fakeEngine{})).url
	for _, tt := range []struct {
		name, token string
		simulated   bool
		code, field string
		close       int
	}{
		{"unknown token", "nobody", false, fault.CodeUnauthorized, "token", wire.CloseUnauthorized},
		{"erased", "erased", false, fault.CodeErased, "", wire.CloseErased},
		{"our fault", "broken", false, fault.CodeInternal, "", wire.CloseOverloaded},
		{"simulated, but real", "token-ada", true, fault.CodeForbidden, "simulated", wire.CloseUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachCodec(t, func(t *testing.T, c wire.Codec) {
				d := dial(t, url, c)
				d.send(&wire.Hello{Seq: 1, Token: tt.token, Simulated: tt.simulated})
				d.expectError(tt.code, tt.field)
				d.expectClose(tt.close)
			})
		})
	}
	t.Run("another frame first", func(t *testing.T) {
		d := dial(t, url, wire.Binary)
		d.send(d.position())
		d.expectError(fault.CodeUnexpected, "t")
		d.send(&wire.Hello{Seq: d.next(), Token: "token-ada"})
		expect[*wire.Welcome](d)
		d.works()
	})
}

func TestNoiseEndsTheSession(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Malformed = 3
	d := greeted(t, serve(t, c).url, wire.JSON, "token-ada")
	for range 2 {
		d.raw([]byte("noise"))
		d.expectError(fault.CodeMalformed, "")
	}
	d.works() // a good frame clears the count
	for range 3 {
		d.raw([]byte("noise"))
		d.expectError(fault.CodeMalformed, "")
	}
	d.expectClose(wire.CloseMalformed)
}

func TestKnockingWithoutHelloEndsTheSession(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Malformed = 3
	d := dial(t, serve(t, c).url, wire.JSON)
	for range 3 {
		d.send(d.position())
		d.expectError(fault.CodeUnexpected, "t")
	}
	d.expectClose(wire.CloseProtocol)
}

// An oversized frame is not read to its end into memory, and the device learns why it was closed.
func TestOversizedFrame(t *testing.T) {
	url := serve(t, config(&fakeEngine{})).url
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		d := greeted(t, url, c, "token-ada")
		d.raw(bytes.Repeat([]byte(" "), wire.MaxFrameBytes)) // as large as allowed
		d.tb.Helper()
		expect[*wire.Error](d)
		d.works()
		d.raw(bytes.Repeat([]byte(" "), 1<<20))
		d.expectError(fault.CodeTooLarge, "")
		d.expectClose(wire.CloseTooLarge)
	})
}

func TestRateLimit(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.FramesPerSecond, c.Limits.Burst = 2, 2 // the hello counts
	url := serve(t, c).url
	d := greeted(t, url, wire.Binary, "token-ada")
	d.works()
	d.send(d.position())
	if e := d.expectError(fault.CodeRateLimited, ""); e.Seq != d.seq || e.RetryAfter <= 0 || e.RetryAfter > 500 {
		t.Errorf("got %+v, want frame %d and a moment to wait", e, d.seq)
	}
	d.works() // the socket waited, nothing else is lost

	sim := greeted(t, url, wire.Binary, "token-sim")
	for range 50 {
		sim.works()
	}
}

func TestOrigin(t *testing.T) {
	s := serve(t, config(&fakeEngine{}))
	for origin, want := range map[string]int{
		"https://app.example.org":      0,
		"https://evil.example.org":     http.StatusForbidden,
		"http://app.example.org":       http.StatusForbidden,
		"https://app.example.org.evil": http.StatusForbidden,
		"null":                         http.StatusForbidden,
	} {
		h := http.Header{"Origin": {origin}}
		if want != 0 {
			if status, header := refusedDial(t, s.url, h); status != want || header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s", origin, status, header.Get("Content-Type"))
			}
			continue
		}
		ws, resp, err := websocket.DefaultDialer.Dial(s.url, h)
		if err != nil {
			t.Fatalf("%s: %v", origin, err)
		}
		_ = resp.Body.Close()
		_ = ws.Close()
	}
	if n := s.Stats().Refused["origin"]; n != 4 {
		t.Errorf("counted %d refused origins, want 4", n)
	}
}

func TestHandshake(t *testing.T) {
	s := serve(t, config(&fakeEngine{}))
	resp, err := http.Get("http" + strings.TrimPrefix(s.url, "ws"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("plain GET: %s, want 400", resp.Status)
	}
	ws, resp, err := (&websocket.Dialer{Subprotocols: []string{"flaneur.v9.json"}}).Dial(s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	d := &device{tb: t, ws: ws, codec: wire.JSON, dec: wire.NewDecoder(wire.JSON, wire.Server)}
	d.expectClose(wire.CloseProtocol)
	_ = ws.Close()
}

func TestSessionLimits(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Sessions, c.Limits.SessionsPerUser = 3, 2
	s := serve(t, c)
	first := greeted(t, s.url, wire.Binary, "token-ada")
	second := greeted(t, s.url, wire.Binary, "token-ada")
	third := greeted(t, s.url, wire.Binary, "token-ada")
	if bye := first.expectClose(wire.CloseReplaced); bye.Reconnect == 0 {
		t.Error("a replaced session may come back later, but was not told when")
	}
	_ = first.ws.Close()
	second.works()
	third.works()
	until(t, func() bool { return s.Stats().Sessions == 2 })
	other := greeted(t, s.url, wire.Binary, "token-bob")
	if status, header := refusedDial(t, s.url, nil); status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("full: %d, Retry-After %q", status, header.Get("Retry-After"))
	}
	other.works()
}

// until polls for an effect on the server that no frame announces.
func until(tb testing.TB, ok func() bool) {
	tb.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 60_000 {
		if ok() {
			return
		}
		<-tick.C
	}
	tb.Fatal("did not happen")
}

// A device that does not read is dropped; meanwhile the others are served.
func TestSlowReaderHarmsNobody(t *testing.T) {
	e := &fakeEngine{}
	c := config(e)
	c.Limits.Write, c.Limits.Linger = 3*time.Second, 300*time.Millisecond // the quick one may be slow, too, where much runs
	c.Limits.FramesPerSecond, c.Limits.Burst = 1e6, 1e6
	s := serve(t, c)
	greeted(t, s.url, wire.JSON, "token-slow") // and never reads again
	quick := greeted(t, s.url, wire.JSON, "token-quick")
	conn := e.attached("usr_0_slow")[0]
	big := offer("off_0")
	big.Text = strings.Repeat("x", 60_000)
	for i := 0; ; i++ {
		big.ID = fmt.Sprintf("off_%d", i)
		if !conn.Offer(message(big)) {
			break
		}
		if i%100 == 0 {
			quick.works()
		}
	}
	until(t, func() bool { return s.Stats().Sessions == 1 })
	st := s.Stats()
	if st.Closed["4000"] != 1 || st.OffersDropped == 0 {
		t.Errorf("closed as slow: %d, offers dropped: %d", st.Closed["4000"], st.OffersDropped)
	}
	quick.works()
}

func TestDrain(t *testing.T) {
	e := &fakeEngine{}
	c := config(e)
	c.Limits.Reconnect = 5 * time.Second
	s := serve(t, c)
	devices := []*device{greeted(t, s.url, wire.Binary, "token-ada"), greeted(t, s.url, wire.JSON, "token-bob"), dial(t, s.url, wire.JSON)}
	done := make(chan error)
	go func() { done <- s.Drain(context.Background()) }()
	for _, d := range devices {
		if bye := d.expectClose(wire.CloseRestart); bye.Reconnect <= 0 || bye.Reconnect > 5000 {
			t.Errorf("come back in %d ms, want 1 to 5000", bye.Reconnect)
		}
	}
	if err := <-done; err != nil {
		t.Errorf("Drain: %v", err)
	}
	if status, _ := refusedDial(t, s.url, nil); status != http.StatusServiceUnavailable {
		t.Errorf("while draining: %d", status)
	}
	if e.inside != 0 {
		t.Errorf("%d sessions were never ended", e.inside)
	}
	if n := s.Stats().Sessions; n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

// A device that ignores the goodbye does not hold the server up.
func TestDrainAtOnce(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Reconnect = time.Microsecond
	s := serve(t, c)
	d := greeted(t, s.url, wire.Binary, "token-anna")
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(t.Context()) }()
	if bye := d.expectClose(wire.CloseRestart); bye.Reconnect != 1 {
		t.Errorf("come back in %d ms", bye.Reconnect)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

func TestDrainCutsOffWhoStays(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Linger = time.Hour
	s := serve(t, c)
	greeted(t, s.url, wire.Binary, "token-ada") // does not read, so does not answer the close frame
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain: %v, want the deadline", err)
	}
	if n := s.Stats().Sessions; n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

func TestSilence(t *testing.T) {
	t.Run("no hello", func(t *testing.T) {
		c := config(&fakeEngine{})
		c.Limits.Hello = 20 * time.Millisecond
		dial(t, serve(t, c).url, wire.JSON).expectClose(wire.CloseIdle)
	})
	t.Run("no pong", func(t *testing.T) {
		c := config(&fakeEngine{})
		c.Limits.Ping, c.Limits.Pong = 10*time.Millisecond, 50*time.Millisecond
		d := greeted(t, serve(t, c).url, wire.JSON, "token-ada")
		d.ws.SetPingHandler(func(string) error { return nil })
		d.expectClose(wire.CloseIdle)
	})
	t.Run("pong", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { // on a real clock a busy machine may be silent for too long itself
			g, err := gateway.New(config(&fakeEngine{}))
			if err != nil {
				t.Fatal(err)
			}
			lines := make(pipes)
			srv := &http.Server{Handler: g} //nolint:gosec // nobody is slow here
			go func() { _ = srv.Serve(lines) }()
			dialer := websocket.Dialer{NetDialContext: lines.dial, Subprotocols: []string{wire.JSON.Subprotocol()}}
			ws, resp, err := dialer.Dial("ws://gateway.test", nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			d := &device{tb: t, ws: ws, codec: wire.JSON, dec: wire.NewDecoder(wire.JSON, wire.Server)}
			d.greet("token-ada")
			began, enough := time.Now(), errors.New("enough")
			ws.SetPingHandler(func(string) error {
				if time.Since(began) > time.Hour {
					return enough
				}
				return ws.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second))
			})
			if _, _, err := ws.ReadMessage(); !errors.Is(err, enough) {
				t.Errorf("read: %v, want pings for longer than the silence allowed", err)
			}
			_ = ws.Close()
			_ = g.Drain(t.Context())
			_ = srv.Close()
		})
	})
}

// pipes is a network in memory, for tests on a synthetic clock.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error { close(p); return nil }
func (pipes) Addr() net.Addr { return &net.IPAddr{} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p <- theirs
	return ours, nil
}

// A pong ends no message and begins none, whether it comes alone, before a message or within one.
func TestPongsAreSkipped(t *testing.T) {
	d := greeted(t, serve(t, config(&fakeEngine{})).url, wire.JSON, "token-ada")
	pong := []byte{0x8a, 0x83, 0, 0, 0, 0, 'y', 'e', 's'} // masked with zeros
	write := func(parts ...[]byte) {
		if _, err := d.ws.NetConn().Write(slices.Concat(parts...)); err != nil {
			t.Fatal(err)
		}
	}
	frame := func(first byte, data []byte) []byte {
		return append([]byte{first, 0x80 | 126, byte(len(data) >> 8), byte(len(data)), 0, 0, 0, 0}, data...)
	}
	for range 2 {
		write(pong)
		d.works()
		data, err := d.codec.Append(nil, d.position())
		if err != nil {
			t.Fatal(err)
		}
		write(pong, pong, frame(0x01, data[:9]), pong, frame(0x80, data[9:]), pong)
		expect[*wire.Ack](d)
	}
}

// Who breaks the protocol within a message is cut off at once, though the device says nothing more.
func TestBrokenMessageEndsTheSession(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Ping, c.Limits.Pong = time.Hour, 2*time.Hour // no ping finds out
	d := greeted(t, serve(t, c).url, wire.JSON, "token-ada")
	conn := d.ws.NetConn()
	if _, err := conn.Write([]byte{0x01, 0x81, 0, 0, 0, 0, '{', 0x83, 0x80}); err != nil { // opcode 3 is nothing
		t.Fatal(err)
	}
	if said, err := io.ReadAll(conn); err != nil || len(said) < 4 || said[0] != 0x88 || int(said[2])<<8|int(said[3]) != websocket.CloseProtocolError {
		t.Errorf("read %x: %v, want close %d and the end", said, err, websocket.CloseProtocolError)
	}
}

func TestPingOfTheDeviceIsAnswered(t *testing.T) {
	d := greeted(t, serve(t, config(&fakeEngine{})).url, wire.JSON, "token-ada")
	got := fmt.Errorf("pong")
	d.ws.SetPongHandler(func(s string) error {
		if s != "are you there" {
			t.Errorf("pong %q", s)
		}
		return got
	})
	if err := d.ws.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.ws.ReadMessage(); !errors.Is(err, got) {
		t.Errorf("read: %v, want a pong", err)
	}
}

// The channel of pushes ends sessions with fault codes; the device gets a close code.
func TestCloseCodes(t *testing.T) {
	e := &fakeEngine{}
	url := serve(t, config(e)).url
	for code, want := range map[string]int{
		fault.CodeErased:       wire.CloseErased,
		fault.CodeUnauthorized: wire.CloseUnauthorized,
		fault.CodeReplaced:     wire.CloseReplaced,
		fault.CodeUnavailable:  wire.CloseRestart,
	} {
		d := greeted(t, url, wire.Binary, "token-ada")
		for _, c := range e.attached("usr_0_ada") {
			c.Close(code)
			c.Close(fault.CodeUnavailable) // the first reason stays
			if c.Offer(message(offer("off_1"))) {
				t.Error("a closed socket took an offer")
			}
		}
		bye := d.expectClose(want)
		if (bye.Reconnect > 0) != (wire.ReconnectAfter(want) == wire.ReconnectLater) {
			t.Errorf("%d: reconnect %d", want, bye.Reconnect)
		}
		_ = d.ws.Close()
		until(t, func() bool { return len(e.attached("usr_0_ada")) == 0 })
	}
}

// Logs tell what failed, not where somebody is, what they feel, or their token.
func TestLogsTellNothingPersonal(t *testing.T) {
	var log bytes.Buffer
	e := &fakeEngine{}
	c := config(e)
	c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{
		Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // a time of day may hold any digits
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	e.position = func(*person, []geo.Fix) (engine.PositionResult, error) {
		return engine.PositionResult{}, fmt.Errorf("disk full")
	}
	s := serve(t, c)
	d := greeted(t, s.url, wire.JSON, "token-ada")
	d.send(d.position())
	if e := d.expectError(fault.CodeInternal, ""); strings.Contains(e.Message, "disk") {
		t.Errorf("the device was told %q", e.Message)
	}
	if err := s.Drain(t.Context()); err != nil && t.Context().Err() == nil {
		t.Log(err)
	}
	text := log.String()
	if !strings.Contains(text, "disk full") {
		t.Errorf("the log does not say what failed: %s", text)
	}
	for _, secret := range []string{"token-ada", "usr_0_ada", "52.5", "13.40"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q: %s", secret, text)
		}
	}
}

func TestLimitsAreChecked(t *testing.T) {
	c := config(&fakeEngine{})
	c.Limits.Queue = -1
	if _, err := gateway.New(c); fault.From(err).Field != "queue" {
		t.Errorf("New: %v, want a fault that names queue", err)
	}
}
