package fcm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a network in memory, so that real HTTP runs under a synthetic clock.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }
func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bubble runs f under a synthetic clock with a channel and the server it talks to. It fails if a goroutine is left.
func bubble(t *testing.T, config Config, f func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := fcmtest.New()
		network := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		h := &http.Server{Handler: s}
		go func() { _ = h.Serve(network) }()
		config.Project, config.Endpoint, config.dial = "demo", "http://fcm.test/v1", network.dial
		c, err := Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		f(t, c, s, func(d time.Duration) { // and everything that is due then settles
			time.Sleep(d)
			synctest.Wait()
		})
		s.Close()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_ = c.Close(gone)
		_ = h.Close()
	})
}

var user = id.User("usr_0_ada")

func message(n int, tokens ...string) push.Message {
	return push.Message{
		ID: id.Delivery(fmt.Sprintf("dlv_%d", n)), User: user, CollapseKey: fmt.Sprintf("off_%d", n),
		Title: "Pasta", Body: "two for one", Data: map[string]string{"offer": "off_1"},
		Expires: time.Now().Add(time.Hour), Tokens: tokens,
	}
}

func send(t *testing.T, c *Channel, m push.Message) {
	t.Helper()
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatalf("Send: %v", err)
	}
}

func TestMessageArrivesOnceWithEverythingTheDeviceNeeds(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
		send(t, c, message(1, "good"))
		advance(time.Hour) // long enough for any repeat
		got := s.Accepted()
		if len(got) != 1 {
			t.Fatalf("accepted %d messages, want 1", len(got))
		}
		m := got[0]
		for _, f := range []struct{ name, got, want string }{
			{"token", m.Token, "good"},
			{"title", m.Title, "Pasta"},
			{"body", m.Body, "two for one"},
			{"data.offer", m.Data["offer"], "off_1"},
			{"data.delivery", m.Data[push.DataDelivery], "dlv_1"},
			{"collapse key", m.CollapseKey, "off_1"},
			{"tag", m.Tag, "off_1"},
			{"apns-collapse-id", m.APNS["apns-collapse-id"], "off_1"},
			{"apns-expiration", m.APNS["apns-expiration"], fmt.Sprint(time.Now().Unix())},
			{"apns-priority", m.APNS["apns-priority"], "10"},
			{"content-available", fmt.Sprint(m.Wakes), "true"},
			{"priority", m.Priority, "high"},
			{"ttl", m.TTL.String(), "1h0m0s"},
			{"project", m.Project, "demo"},
		} {
			if f.got != f.want {
				t.Errorf("%s = %q, want %q", f.name, f.got, f.want)
			}
		}
		if st := c.Stats(); st.Sent != 1 || st.Retried != 0 || len(st.Failed) != 0 {
			t.Errorf("stats = %+v", st)
		}
	})
}

func TestAnswers(t *testing.T) {
	const second, minute = time.Second, time.Minute
	tests := []struct {
		name     string
		script   []fcmtest.Answer
		attempts int
		accepted int           // by the server, repeats too
		failed   string        // code; empty: sent
		dead     bool          // the owner is told to drop the token
		gap, max time.Duration // between the first two attempts
	}{
		{name: "accepted", script: []fcmtest.Answer{fcmtest.OK}, attempts: 1, accepted: 1},
		{name: "unregistered", script: []fcmtest.Answer{fcmtest.Unregistered}, attempts: 1, failed: fault.CodeTokenDead, dead: true},
		{name: "404 of a wrong path", script: []fcmtest.Answer{fcmtest.NotFound}, attempts: 1, failed: fault.CodePushRejected},
		{name: "invalid argument", script: []fcmtest.Answer{fcmtest.Invalid}, attempts: 1, failed: fault.CodePushRejected},
		{name: "413", script: []fcmtest.Answer{{Status: 413, Body: "too large"}}, attempts: 1, failed: fault.CodeTooLarge},
		{name: "another sender's token", script: []fcmtest.Answer{fcmtest.SenderMismatch}, attempts: 1, failed: fault.CodePushRejected},
		{name: "permission denied", script: []fcmtest.Answer{fcmtest.Denied}, attempts: 1, failed: fault.CodePushCredentials},
		{name: "apple refuses our key", script: []fcmtest.Answer{fcmtest.ThirdPartyAuth}, attempts: 1, failed: fault.CodePushCredentials},
		{name: "unauthenticated", script: []fcmtest.Answer{fcmtest.Unauthorized}, attempts: 1, failed: fault.CodePushCredentials},
		{name: "429", script: []fcmtest.Answer{fcmtest.Throttled, fcmtest.OK}, attempts: 2, accepted: 1, gap: minute, max: minute + second},
		{name: "429 with Retry-After", script: []fcmtest.Answer{fcmtest.Throttled.After(5 * minute), fcmtest.OK}, attempts: 2, accepted: 1, gap: 5 * minute, max: 5*minute + second},
		{name: "503", script: []fcmtest.Answer{fcmtest.Unavailable, fcmtest.OK}, attempts: 2, accepted: 1, gap: second / 2, max: second},
		{name: "503 with a short Retry-After", script: []fcmtest.Answer{fcmtest.Unavailable.After(second), fcmtest.OK}, attempts: 2, accepted: 1, gap: second, max: 2 * second},
		{name: "503 with a long Retry-After", script: []fcmtest.Answer{fcmtest.Unavailable.After(5 * minute), fcmtest.OK}, attempts: 2, accepted: 1, gap: 5 * minute, max: 5*minute + second},
		{name: "503 for ever", script: []fcmtest.Answer{fcmtest.Unavailable}, attempts: 5, failed: fault.CodeUnavailable, gap: second / 2, max: second},
		{name: "500", script: []fcmtest.Answer{fcmtest.Internal, fcmtest.OK}, attempts: 2, accepted: 1, gap: second / 2, max: second},
		{name: "a proxy's 502", script: []fcmtest.Answer{fcmtest.BadGateway, fcmtest.OK}, attempts: 2, accepted: 1, gap: second / 2, max: second},
		{name: "accepted, answer spoilt", script: []fcmtest.Answer{fcmtest.BadJSON, fcmtest.OK}, attempts: 2, accepted: 2, gap: second / 2, max: second},
		{name: "accepted, connection dropped", script: []fcmtest.Answer{fcmtest.Drop, fcmtest.OK}, attempts: 2, accepted: 2, gap: second / 2, max: second},
		{name: "accepted, answer cut short", script: []fcmtest.Answer{fcmtest.Cut, fcmtest.OK}, attempts: 2, accepted: 2, gap: second / 2, max: second},
		{name: "dropped for ever", script: []fcmtest.Answer{fcmtest.Drop}, attempts: 5, accepted: 5, failed: fault.CodeUnavailable, gap: second / 2, max: second},
		{name: "hang", script: []fcmtest.Answer{fcmtest.Hang, fcmtest.OK}, attempts: 2, accepted: 1, gap: 10*second + second/2, max: 11 * second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var dead []string
			config := Config{TokenDead: func(u id.User, token string) { dead = append(dead, string(u)+" "+token) }}
			bubble(t, config, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
				s.Script("phone", tt.script...)
				send(t, c, message(1, "phone"))
				advance(time.Hour - time.Second)
				at := s.Attempts("phone")
				if len(at) != tt.attempts {
					t.Fatalf("%d attempts, want %d", len(at), tt.attempts)
				}
				if len(at) > 1 {
					if gap := at[1].Sub(at[0]); gap < tt.gap || gap > tt.max {
						t.Errorf("second attempt after %v, want %v to %v", gap, tt.gap, tt.max)
					}
				}
				got := s.Accepted()
				if len(got) != tt.accepted {
					t.Errorf("server accepted %d, want %d", len(got), tt.accepted)
				}
				for _, m := range got {
					if m.Data[push.DataDelivery] != "dlv_1" || m.CollapseKey != "off_1" {
						t.Errorf("a repeat that the device can't recognise: %+v", m)
					}
				}
				st := c.Stats()
				if st.Retried != uint64(tt.attempts-1) || st.InFlight != 0 || st.Waiting != 0 {
					t.Errorf("stats = %+v", st)
				}
				if tt.failed == "" && (st.Sent != 1 || len(st.Failed) != 0) {
					t.Errorf("not counted as sent: %+v", st)
				}
				if tt.failed != "" && (st.Sent != 0 || st.Failed[tt.failed] != 1 || len(st.Failed) != 1) {
					t.Errorf("not counted as failed %s: %+v", tt.failed, st)
				}
				if tt.dead != (len(dead) == 1 && dead[0] == "usr_0_ada phone") || tt.dead != (st.DeadTokens == 1) {
					t.Errorf("dead tokens %q, counted %d", dead, st.DeadTokens)
				}
			})
		})
	}
}

func TestRetryAfterDate(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
		start := time.Now()
		s.Script("phone", fcmtest.Unavailable.AfterDate(start.Add(10*time.Minute)), fcmtest.OK)
		send(t, c, message(1, "phone"))
		advance(30 * time.Minute)
		if at := s.Attempts("phone"); len(at) != 2 || at[1].Sub(start) < 10*time.Minute {
			t.Errorf("attempts at %v, started at %v", at, start)
		}
	})
}

func TestNoRetryAfterExpiry(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
		s.Script("phone", fcmtest.Throttled)
		m := message(1, "phone")
		m.Expires = time.Now().Add(30 * time.Second)
		send(t, c, m)
		advance(time.Hour)
		if n := len(s.Attempts("phone")); n != 1 {
			t.Errorf("%d attempts, want 1", n)
		}
		if st := c.Stats(); st.DroppedExpired != 1 || st.Waiting != 0 {
			t.Errorf("stats = %+v", st)
		}
	})
}

func TestHangDoesNotHoldUpOthers(t *testing.T) {
	bubble(t, Config{Workers: 2}, func(t *testing.T, c *Channel, s *fcmtest.Server, _ func(time.Duration)) {
		s.Script("stuck", fcmtest.Hang)
		send(t, c, message(0, "stuck"))
		for n := 1; n <= 50; n++ {
			send(t, c, message(n, "good"))
		}
		synctest.Wait() // no time passes
		if n := len(s.Accepted()); n != 50 {
			t.Errorf("%d of 50 arrived beside a hanging one", n)
		}
	})
}

func TestWorkersAreBounded(t *testing.T) {
	bubble(t, Config{Workers: 3}, func(t *testing.T, c *Channel, s *fcmtest.Server, _ func(time.Duration)) {
		for n := range 10 {
			token := fmt.Sprint("stuck", n)
			s.Script(token, fcmtest.Hang)
			send(t, c, message(n, token))
		}
		synctest.Wait()
		if st := c.Stats(); st.InFlight != 3 || st.Waiting != 7 {
			t.Errorf("stats = %+v, want 3 under way and 7 waiting", st)
		}
	})
}

func TestQueueCollapsesAndIsBounded(t *testing.T) {
	bubble(t, Config{Workers: 1, Queue: 2}, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
		s.Script("stuck", fcmtest.Hang, fcmtest.OK)
		send(t, c, message(0, "stuck"))
		for n := 1; n <= 3; n++ {
			send(t, c, message(n, "phone")) // the third pushes the first out
		}
		later := message(4, "phone")
		later.CollapseKey = "off_3"
		send(t, c, later)
		advance(30 * time.Second) // the hanging one fails, and finds the queue full
		var got []string
		for _, m := range s.Accepted() {
			got = append(got, m.Data[push.DataDelivery])
		}
		if want := "dlv_2 dlv_4"; strings.Join(got, " ") != want {
			t.Errorf("arrived %v, want %s", got, want)
		}
		if st := c.Stats(); st.DroppedFull != 2 || st.Replaced != 1 || st.Sent != 2 {
			t.Errorf("stats = %+v", st)
		}
	})
}

func TestEveryDeviceGetsIt(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
		send(t, c, message(1, "phone", "tablet", "phone"))
		advance(time.Minute)
		if p, b := len(s.Attempts("phone")), len(s.Attempts("tablet")); p != 1 || b != 1 {
			t.Errorf("phone %d, tablet %d", p, b)
		}
	})
}

func TestEraseEndsEverything(t *testing.T) {
	bubble(t, Config{Workers: 1}, func(t *testing.T, c *Channel, s *fcmtest.Server, advance func(time.Duration)) {
		s.Script("stuck", fcmtest.Hang)
		send(t, c, message(1, "stuck"))
		send(t, c, message(2, "waiting"))
		other := message(3, "others")
		other.User = "usr_0_bob"
		send(t, c, other)
		if err := c.Erase(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		advance(time.Hour / 2)
		if n := len(s.Attempts("stuck")); n != 1 {
			t.Errorf("the attempt under way was repeated: %d", n)
		}
		if n := len(s.Attempts("waiting")); n != 0 {
			t.Errorf("what waited went out: %d", n)
		}
		if n := len(s.Attempts("others")); n != 1 {
			t.Errorf("another person's message: %d attempts", n)
		}
	})
}

func TestCloseDrains(t *testing.T) {
	bubble(t, Config{Workers: 2}, func(t *testing.T, c *Channel, s *fcmtest.Server, _ func(time.Duration)) {
		s.Script("again", fcmtest.Unavailable, fcmtest.OK)
		for n := range 20 {
			send(t, c, message(n, "good"))
		}
		send(t, c, message(20, "again"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		if n := len(s.Accepted()); n != 21 {
			t.Errorf("%d of 21 arrived", n)
		}
		if err := c.Send(t.Context(), message(21, "good")); !errors.Is(err, push.ErrClosed) {
			t.Errorf("Send after Close: %v", err)
		}
	})
}

func TestCloseGivesUpAndCounts(t *testing.T) {
	bubble(t, Config{Workers: 1}, func(t *testing.T, c *Channel, s *fcmtest.Server, _ func(time.Duration)) {
		s.Script("stuck", fcmtest.Hang)
		for n := range 3 {
			send(t, c, message(n, "stuck"))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		err := c.Close(ctx)
		if err == nil || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "3 messages") {
			t.Errorf("Close: %v, want one that counts 3 messages", err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("Close took %v", took)
		}
		if st := c.Stats(); st.Left != 3 || st.InFlight != 0 {
			t.Errorf("stats = %+v", st)
		}
	})
}

func TestSendRefuses(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, c *Channel, s *fcmtest.Server, _ func(time.Duration)) {
		large, late := message(1, "phone"), message(1, "phone")
		large.Body = strings.Repeat("x", push.MaxSize)
		late.Expires = time.Now()
		for _, tt := range []struct {
			name string
			m    push.Message
			want error
		}{
			{"too large", large, push.ErrTooLarge},
			{"expired", late, push.ErrExpired},
			{"without tokens", message(1), push.ErrNoToken},
		} {
			if err := c.Send(t.Context(), tt.m); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
		synctest.Wait()
		if n := len(s.Attempts("phone")); n != 0 {
			t.Errorf("%d requests all the same", n)
		}
	})
}
