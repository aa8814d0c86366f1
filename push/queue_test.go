package push_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func entry(delivery, collapse string) push.Entry {
	return push.Entry{
		Message: push.Message{
			ID: id.Delivery("dlv_" + delivery), User: "usr_0_ada", CollapseKey: collapse, Expires: noon.Add(time.Hour),
		},
		Token: "phone",
	}
}

// drain pops everything due at now, as "a b c".
func drain(q *push.Queue, now time.Time) string {
	var out []string
	for {
		e, ok := q.Pop(now)
		if !ok {
			return strings.Join(out, " ")
		}
		out = append(out, strings.TrimPrefix(string(e.Message.ID), "dlv_"))
	}
}

func TestQueue(t *testing.T) {
	due := func(e push.Entry, d time.Duration) push.Entry { e.Due = noon.Add(d); return e }
	to := func(e push.Entry, token string) push.Entry { e.Token = token; return e }
	until := func(e push.Entry, d time.Duration) push.Entry { e.Message.Expires = noon.Add(d); return e }
	for _, tt := range []struct {
		name string
		do   func(q *push.Queue)
		now  time.Duration
		want string
		stat push.QueueStats
	}{
		{"first in, first out", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			q.Push(entry("b", "2"))
			q.Push(entry("c", "3"))
		}, 0, "a b c", push.QueueStats{}},
		{"due times first", func(q *push.Queue) {
			q.Push(due(entry("a", "1"), 2*time.Minute))
			q.Push(due(entry("b", "2"), time.Minute))
			q.Push(due(entry("c", "3"), 3*time.Minute))
		}, 2 * time.Minute, "b a", push.QueueStats{Waiting: 1}},
		{"the same collapse key replaces", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			q.Push(entry("b", "2"))
			q.Push(entry("c", "1"))
		}, 0, "b c", push.QueueStats{Replaced: 1}},
		{"not on another device", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			q.Push(to(entry("b", "1"), "tablet"))
		}, 0, "a b", push.QueueStats{}},
		{"without a key only itself", func(q *push.Queue) {
			q.Push(entry("a", ""))
			q.Push(entry("b", ""))
			q.Push(entry("a", ""))
		}, 0, "b a", push.QueueStats{Replaced: 1}},
		{"a replacement waits as long as what it replaces had to", func(q *push.Queue) {
			q.Push(due(entry("a", "1"), time.Minute))
			q.Push(entry("b", "1"))
		}, time.Minute - 1, "", push.QueueStats{Waiting: 1, Replaced: 1}},
		{"overflow drops the oldest", func(q *push.Queue) {
			q.Push(due(entry("a", "1"), -time.Minute))
			for _, s := range []string{"b", "c", "d"} {
				q.Push(entry(s, s))
			}
		}, 0, "b c d", push.QueueStats{DroppedFull: 1}},
		{"expired never comes out", func(q *push.Queue) {
			q.Push(until(entry("a", "1"), time.Minute))
			q.Push(entry("b", "2"))
		}, time.Minute, "b", push.QueueStats{DroppedExpired: 1}},
		{"nor is kept if it will be expired when due", func(q *push.Queue) {
			q.Push(due(until(entry("a", "1"), time.Minute), time.Minute))
		}, 0, "", push.QueueStats{DroppedExpired: 1}},
		{"a retry", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			e, _ := q.Pop(noon)
			q.Retry(due(e, time.Minute))
		}, time.Minute, "a", push.QueueStats{}},
		{"a retry gives way to a later message of its key", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			e, _ := q.Pop(noon)
			q.Push(entry("b", "1"))
			q.Retry(e)
		}, 0, "b", push.QueueStats{Replaced: 1}},
		{"a retry finds the queue full", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			e, _ := q.Pop(noon)
			for _, s := range []string{"b", "c", "d"} {
				q.Push(entry(s, s))
			}
			q.Retry(e)
		}, 0, "b c d", push.QueueStats{DroppedFull: 1}},
		{"erased", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			other := entry("b", "2")
			other.Message.User = "usr_0_bob"
			q.Push(other)
			if n := q.Erase("usr_0_ada"); n != 1 {
				panic(n)
			}
		}, 0, "b", push.QueueStats{}},
		{"a delivery that arrived by another way", func(q *push.Queue) {
			q.Push(entry("a", "1"))
			q.Push(entry("b", "2"))
			if n := q.Drop("usr_0_ada", "dlv_a"); n != 1 {
				panic(n)
			}
		}, 0, "b", push.QueueStats{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := push.NewQueue(3)
			tt.do(q)
			if got := drain(q, noon.Add(tt.now)); got != tt.want {
				t.Errorf("out came %q, want %q", got, tt.want)
			}
			if got := q.Stats(); got != tt.stat {
				t.Errorf("stats = %+v, want %+v", got, tt.stat)
			}
		})
	}
}

func TestNextDue(t *testing.T) {
	q := push.NewQueue(3)
	if _, ok := q.NextDue(); ok {
		t.Error("an empty queue has something due")
	}
	e := entry("a", "1")
	e.Due = noon.Add(time.Minute)
	q.Push(e)
	if at, ok := q.NextDue(); !ok || !at.Equal(e.Due) {
		t.Errorf("NextDue = %v, %v", at, ok)
	}
}

// TestQueueLosesNothingUncounted: what went in came out, waits, was erased, or is in a counter; never more than fits.
func TestQueueLosesNothingUncounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 5).Draw(t, "capacity")
		q := push.NewQueue(capacity)
		now := noon
		in, out, erased := 0, 0, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "op") {
			case 0, 1, 2:
				e := entry(fmt.Sprint(in), fmt.Sprint(rapid.IntRange(0, 6).Draw(t, "key")))
				e.Message.User = id.User("usr_0_" + string(rune('a'+rapid.IntRange(0, 1).Draw(t, "user"))))
				e.Due = now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "due")) * time.Minute)
				e.Message.Expires = now.Add(time.Duration(rapid.IntRange(1, 9).Draw(t, "expires")) * time.Minute)
				q.Push(e)
				in++
			case 3:
				e, ok := q.Pop(now)
				if ok {
					out++
				}
				if ok && (e.Due.After(now) || !now.Before(e.Message.Expires)) {
					t.Fatalf("%+v came out at %v", e, now)
				}
				now = now.Add(time.Minute)
			case 4:
				erased += q.Erase("usr_0_a")
			}
			st := q.Stats()
			if st.Waiting > capacity || st.Waiting != q.Len() {
				t.Fatalf("%d wait, capacity %d", st.Waiting, capacity)
			}
			if in != out+erased+st.Waiting+int(st.Replaced+st.DroppedFull+st.DroppedExpired) {
				t.Fatalf("in %d, out %d, erased %d, %+v", in, out, erased, st)
			}
		}
	})
}

func TestBackoff(t *testing.T) {
	b := push.Backoff{Base: time.Second, Max: time.Minute}
	random := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		attempts int
		after    time.Duration
		min, max time.Duration
	}{
		{1, 0, time.Second / 2, time.Second},
		{2, 0, time.Second, 2 * time.Second},
		{6, 0, 16 * time.Second, 32 * time.Second},
		{7, 0, 30 * time.Second, time.Minute},
		{1000, 0, 30 * time.Second, time.Minute},
		{1, 10 * time.Second, 10 * time.Second, 10*time.Second + time.Second/2},
		{1, time.Hour, time.Hour, time.Hour + time.Second/2},
	} {
		least, most := time.Duration(1<<62), time.Duration(0)
		for range 1000 {
			d := b.Delay(tt.attempts, tt.after, random)
			least, most = min(least, d), max(most, d)
		}
		if least < tt.min || most > tt.max {
			t.Errorf("after %d attempts, asked for %v: %v to %v, want %v to %v", tt.attempts, tt.after, least, most, tt.min, tt.max)
		}
		if most-least < (tt.max-tt.min)/2 {
			t.Errorf("after %d attempts: hardly any jitter, %v to %v", tt.attempts, least, most)
		}
	}
}

func BenchmarkQueue(b *testing.B) {
	q := push.NewQueue(10_000)
	list := make([]push.Entry, 10_000)
	for i := range list {
		list[i] = entry(fmt.Sprint(i), fmt.Sprint(i))
		q.Push(list[i])
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e, _ := q.Pop(noon)
		q.Push(e)
	}
}
