package gateway

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

type nobody struct{}

func (nobody) User() id.User   { return "usr_0_nobody" }
func (nobody) Simulated() bool { return false }

// stuck returns the server's half of a socket whose writer never gets on.
func stuck(t *testing.T, queue int) (*conn, *counters) {
	t.Helper()
	g, err := New(Config[nobody]{Limits: Limits{Queue: queue, Linger: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(g)
	ws, resp, err := (&websocket.Dialer{Subprotocols: wire.Subprotocols()}).Dial("ws"+strings.TrimPrefix(srv.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() {
		_ = ws.Close()
		_ = g.Drain(t.Context())
		srv.Close()
	})
	for {
		if open := g.roster.open(); len(open) > 0 {
			c := open[0]
			c.mu.Lock()
			c.writing = true
			c.mu.Unlock()
			return c, &g.counters
		}
	}
}

func queued(c *conn) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, len(c.queue))
	for i, f := range c.queue {
		switch f := f.(type) {
		case *wire.Offer:
			names[i] = f.ID + ":" + f.Title
		case *wire.Ack:
			names[i] = fmt.Sprint(f.Seq)
		}
	}
	return strings.Join(names, " ")
}

func offered(name, title string) push.Message {
	return push.Message{Frame: &wire.Offer{ID: name, Title: title}}
}

// A newer offer takes the place of the older one; a full queue loses its oldest offer and never an answer.
func TestQueue(t *testing.T) {
	c, n := stuck(t, 4)
	c.Offer(offered("a", "1"))
	c.answer(&wire.Ack{Seq: 1})
	c.Offer(offered("b", "1"))
	c.Offer(offered("a", "2"))
	if got := queued(c); got != "a:2 1 b:1" || n.replaced.Load() != 1 {
		t.Errorf("queue %q, %d replaced", got, n.replaced.Load())
	}
	c.Offer(offered("c", "1"))
	c.Offer(offered("d", "1"))
	c.answer(&wire.Ack{Seq: 2})
	if got := queued(c); got != "1 c:1 d:1 2" || n.dropped.Load() != 2 {
		t.Errorf("queue %q, %d dropped", got, n.dropped.Load())
	}
	c.answer(&wire.Ack{Seq: 3})
	c.answer(&wire.Ack{Seq: 4})
	if got := queued(c); got != "1 2 3 4" || c.ended() {
		t.Errorf("queue %q, ended %v", got, c.ended())
	}
	if c.Offer(offered("e", "1")) {
		t.Error("a queue full of answers took an offer")
	}
	if c.mu.Lock(); c.goodbye == nil || c.goodbye.Code != wire.CloseSlow {
		t.Errorf("goodbye %+v, want %d", c.goodbye, wire.CloseSlow)
	}
	c.mu.Unlock()
}

// What came first goes out first, and a queue that grew gives its memory back.
func TestTake(t *testing.T) {
	c, _ := stuck(t, 8)
	for i := range uint64(5) {
		c.answer(&wire.Ack{Seq: i + 1})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var got []uint64
	for {
		f, control, _ := c.take()
		if f == nil && control == 0 {
			break
		}
		got = append(got, f.(*wire.Ack).Seq)
	}
	if !slices.Equal(got, []uint64{1, 2, 3, 4, 5}) || c.queue != nil {
		t.Errorf("took %v, left %v", got, c.queue)
	}
}

func TestSecondsRoundUp(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Millisecond: "1", time.Second: "1", 1500 * time.Millisecond: "2"} {
		if got := seconds(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
