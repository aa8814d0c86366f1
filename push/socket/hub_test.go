package socket_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/socket"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a connection or the next channel: it remembers what it was given.
type recorder struct {
	mu     sync.Mutex
	got    []id.Delivery
	told   []any
	closed []string
	deaf   bool  // a connection that is closed
	err    error // of the next channel

	entered, hold chan struct{} // the next channel closes the one and waits for the other
}

func (r *recorder) take(m push.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, m.ID)
}

func (r *recorder) Offer(m push.Message) bool {
	if !r.deaf {
		r.take(m)
	}
	return !r.deaf
}

func (r *recorder) Tell(frame any) { r.told = append(r.told, frame) }

func (r *recorder) Close(code string) { r.closed = append(r.closed, code) }

func (r *recorder) Send(_ context.Context, m push.Message) error {
	if r.hold != nil {
		close(r.entered)
		<-r.hold
	}
	r.take(m)
	return r.err
}

func (r *recorder) want(t *testing.T, what string, ids ...id.Delivery) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.got, ids) {
		t.Errorf("%s got %v, want %v", what, r.got, ids)
	}
}

const (
	ada = id.User("usr_0_ada")
	bob = id.User("usr_0_bob")
)

func message(user id.User, n int) push.Message {
	return push.Message{
		ID: id.Delivery(fmt.Sprintf("dlv_%d", n)), User: user, CollapseKey: "off_1", Title: "Pasta",
		Expires: time.Now().Add(time.Hour),
	}
}

func hub(t *testing.T, c socket.Config) *socket.Hub {
	t.Helper()
	h, err := socket.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func send(t *testing.T, h *socket.Hub, m push.Message) {
	t.Helper()
	if err := h.Send(t.Context(), m); err != nil {
		t.Fatalf("Send: %v", err)
	}
}

func TestAcknowledgedStaysOnTheSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, tablet, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		defer h.Attach(ada, &phone)()
		defer h.Attach(ada, &tablet)()
		send(t, h, message(ada, 1))
		time.Sleep(4 * time.Second)
		if !h.Acked(ada, "dlv_1") {
			t.Error("not waited for after 4 s")
		}
		if h.Acked(ada, "dlv_1") {
			t.Error("the tablet's acknowledgement was still waited for")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		phone.want(t, "phone", "dlv_1")
		tablet.want(t, "tablet", "dlv_1")
		fcm.want(t, "fcm")
		want := socket.Stats{Users: 1, Conns: 2, Sent: 1, Acked: 1, AckedUnknown: 1}
		if st := h.Stats(); st != want {
			t.Errorf("stats = %+v, want %+v", st, want)
		}
	})
}

func TestUnacknowledgedGoesOnOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		detach := h.Attach(ada, &phone)
		send(t, h, message(ada, 1))
		time.Sleep(2 * time.Second)
		send(t, h, message(ada, 2))
		time.Sleep(3*time.Second - 1)
		synctest.Wait()
		fcm.want(t, "fcm just before the timeout")
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		fcm.want(t, "fcm after 5 s", "dlv_1")
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm after a minute", "dlv_1", "dlv_2")
		if h.Acked(ada, "dlv_1") {
			t.Error("a late acknowledgement was still waited for")
		}
		h.Acked(ada, "dlv_1")
		detach()
		want := socket.Stats{Sent: 2, Unacked: 2, AckedLate: 1, AckedUnknown: 1}
		if st := h.Stats(); st != want {
			t.Errorf("stats = %+v, want %+v", st, want)
		}
	})
}

func TestWithoutConnection(t *testing.T) {
	refusal := errors.New("refused")
	for _, tt := range []struct {
		name   string
		attach bool // a connection that is closed but not yet detached
		next   push.Channel
		want   error
		stats  socket.Stats
	}{
		{"never attached", false, &recorder{}, nil, socket.Stats{Detached: 1}},
		{"closed", true, &recorder{}, nil, socket.Stats{Users: 1, Conns: 1, Detached: 1}},
		{"next refuses", false, &recorder{err: refusal}, refusal, socket.Stats{Detached: 1, Failed: 1}},
		{"no next", false, nil, push.ErrNoToken, socket.Stats{Detached: 1, Failed: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := hub(t, socket.Config{Next: tt.next})
				if tt.attach {
					h.Attach(ada, &recorder{deaf: true})
				}
				if err := h.Send(t.Context(), message(ada, 1)); !errors.Is(err, tt.want) {
					t.Errorf("Send = %v, want %v", err, tt.want)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if r, ok := tt.next.(*recorder); ok {
					r.want(t, "next", "dlv_1")
				}
				if st := h.Stats(); st != tt.stats {
					t.Errorf("stats = %+v, want %+v", st, tt.stats)
				}
			})
		})
	}
}

func TestSendIsSafeToRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		h.Attach(ada, &phone)
		send(t, h, message(ada, 1))
		send(t, h, message(ada, 1))
		phone.want(t, "phone", "dlv_1")
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm", "dlv_1")
	})
}

func TestExpiredGoesNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		h.Attach(ada, &phone)
		m := message(ada, 1)
		m.Expires = time.Now().Add(3 * time.Second)
		send(t, h, m)
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm")
		if err := h.Send(t.Context(), m); !errors.Is(err, push.ErrExpired) {
			t.Errorf("Send of an expired message: %v", err)
		}
		if st := h.Stats(); st.Expired != 1 || st.Pending != 0 {
			t.Errorf("stats = %+v", st)
		}
	})
}

func TestBounds(t *testing.T) {
	t.Run("pending of one person", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var phone, fcm recorder
			h := hub(t, socket.Config{Next: &fcm})
			h.Attach(ada, &phone)
			for n := range socket.MaxPending + 2 {
				send(t, h, message(ada, n))
			}
			fcm.want(t, "fcm", "dlv_0", "dlv_1")
			if st := h.Stats(); st.Pending != socket.MaxPending || st.Crowded != 2 {
				t.Errorf("stats = %+v", st)
			}
			_ = h.Erase(t.Context(), ada)
		})
	})
	t.Run("pending of all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var phone, fcm recorder
			h := hub(t, socket.Config{Next: &fcm, MaxPending: id.UserShards}) // one in each shard
			h.Attach(ada, &phone)
			send(t, h, message(ada, 1))
			send(t, h, message(ada, 2))
			fcm.want(t, "fcm", "dlv_1")
			_ = h.Erase(t.Context(), ada)
		})
	})
	t.Run("connections of one person", func(t *testing.T) {
		h := hub(t, socket.Config{})
		var first, others recorder
		detach := h.Attach(ada, &first)
		for range socket.MaxConns {
			h.Attach(ada, &others)
		}
		if !slices.Equal(first.closed, []string{fault.CodeReplaced}) || len(others.closed) != 0 {
			t.Errorf("closed: the first %v, others %v", first.closed, others.closed)
		}
		detach()
		if st := h.Stats(); st.Conns != socket.MaxConns {
			t.Errorf("%d connections", st.Conns)
		}
	})
}

func TestDetach(t *testing.T) {
	h := hub(t, socket.Config{})
	var phone, tablet recorder
	detach := h.Attach(ada, &phone)
	h.Attach(ada, &tablet)
	detach()
	detach()
	h.Tell(ada, "hello")
	h.Tell(bob, "hello")
	if len(phone.told) != 0 || len(tablet.told) != 1 {
		t.Errorf("told: phone %v, tablet %v", phone.told, tablet.told)
	}
	if !h.Attached(ada) || h.Attached(bob) {
		t.Errorf("attached: ada %v, bob %v", h.Attached(ada), h.Attached(bob))
	}
}

func TestEraseForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, other, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		detach := h.Attach(ada, &phone)
		h.Attach(bob, &other)
		send(t, h, message(ada, 1))
		send(t, h, message(bob, 2))
		if err := h.Erase(t.Context(), ada); err != nil {
			t.Fatal(err)
		}
		detach() // as its owner does when it closes
		if !slices.Equal(phone.closed, []string{fault.CodeErased}) || len(other.closed) != 0 {
			t.Errorf("closed: %v, other %v", phone.closed, other.closed)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm", "dlv_2")
		want := socket.Stats{Users: 1, Conns: 1, Sent: 2, Unacked: 1, Dropped: 1}
		if st := h.Stats(); st != want {
			t.Errorf("stats = %+v, want %+v", st, want)
		}
	})
}

func TestRecallKeepsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		h.Attach(ada, &phone)
		send(t, h, message(ada, 1))
		h.Recall(ada)
		h.Recall(bob)
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm")
		if st := h.Stats(); st.Conns != 1 || st.Pending != 0 || st.Dropped != 1 || len(phone.closed) != 0 {
			t.Errorf("stats = %+v, closed %v", st, phone.closed)
		}
		send(t, h, message(ada, 2))
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm", "dlv_2")
	})
}

// TestEraseWaitsForWhatIsOnItsWay: once Erase has returned, the next channel may forget the person too, and
// nothing comes after that.
func TestEraseWaitsForWhatIsOnItsWay(t *testing.T) {
	var phone recorder
	fcm := recorder{entered: make(chan struct{}), hold: make(chan struct{})}
	h := hub(t, socket.Config{Next: &fcm, AckTimeout: time.Millisecond})
	h.Attach(ada, &phone)
	send(t, h, message(ada, 1))
	<-fcm.entered // by the timer

	erased := make(chan struct{})
	go func() {
		_ = h.Erase(t.Context(), ada)
		fcm.want(t, "fcm when Erase returned", "dlv_1")
		close(erased)
	}()
	for range 1000 {
		runtime.Gosched() // every chance to return too early
	}
	close(fcm.hold)
	<-erased
}

func TestCloseHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		detach := h.Attach(ada, &phone)
		send(t, h, message(ada, 1))
		send(t, h, message(ada, 2))
		detach()
		if err := h.Close(t.Context()); err != nil {
			t.Errorf("Close: %v", err)
		}
		if st := h.Stats(); st.Users != 0 || st.Pending != 0 {
			t.Errorf("something is left: %+v", st)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		fcm.want(t, "fcm", "dlv_1", "dlv_2")
		if len(phone.closed) != 0 {
			t.Error("Close touched a connection, which is its owner's")
		}
		if err := h.Send(t.Context(), message(ada, 3)); !errors.Is(err, push.ErrClosed) {
			t.Errorf("Send after Close: %v", err)
		}
	})
}

func TestCloseGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var phone, fcm recorder
		h := hub(t, socket.Config{Next: &fcm})
		h.Attach(ada, &phone)
		send(t, h, message(ada, 1))
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.Close(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("Close: %v", err)
		}
		fcm.want(t, "fcm")
	})
}

func TestNewNamesTheField(t *testing.T) {
	for field, c := range map[string]socket.Config{
		"ack_timeout": {AckTimeout: -1},
		"max_pending": {MaxPending: 1},
	} {
		if _, err := socket.New(c); fault.From(err) == nil || fault.From(err).Field != field {
			t.Errorf("New(%+v) = %v, want a fault of %s", c, err, field)
		}
	}
}

// TestEveryMessageEndsOnce lets senders, devices, the timer and reconnects loose on each other.
func TestEveryMessageEndsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fcm recorder
		h := hub(t, socket.Config{Next: &fcm, AckTimeout: time.Second})
		var wg sync.WaitGroup
		const people, each = 16, 100
		for i := range people {
			user := id.User(fmt.Sprintf("usr_0_%d", i))
			wg.Go(func() {
				for n := range each {
					detach := func() {}
					if n%3 != 0 {
						detach = h.Attach(user, &recorder{deaf: n%7 == 0})
					}
					m := message(user, i*each+n)
					send(t, h, m)
					time.Sleep(time.Duration(n%4) * 400 * time.Millisecond)
					h.Acked(user, m.ID)
					detach()
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		slices.Sort(fcm.got)
		if len(slices.Compact(slices.Clone(fcm.got))) != len(fcm.got) {
			t.Error("the next channel got a message twice")
		}
		st := h.Stats()
		if st.Acked+uint64(len(fcm.got)) != people*each || st.Acked == 0 || st.Unacked == 0 || st.Detached == 0 {
			t.Errorf("%d passed on, stats = %+v", len(fcm.got), st)
		}
		if st.Users != 0 || st.Pending != 0 {
			t.Errorf("something is left: %+v", st)
		}
	})
}
