package push

import (
	"container/heap"
	"container/list"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// Entry is one message to one device, waiting for its turn.
type Entry struct {
	Message Message
	Token   string    // which of the message's tokens
	Attempt int       // how often it was tried
	Due     time.Time // not before; zero: at once
}

// Queue is one bounded queue for all people: entries come out by due time, equal ones in the order they went in.
// An entry with the person, token and collapse key of a waiting one replaces it; a full queue drops its oldest
// entry; an expired entry never comes out. It is not safe for concurrent use. Use [NewQueue].
type Queue struct {
	capacity int
	seq      uint64
	due      dueHeap
	age      *list.List // of *item, oldest first
	byKey    map[queueKey]*item
	stats    QueueStats
}

// QueueStats counts what a queue did, since it was made.
type QueueStats struct {
	Waiting        int    // entries in the queue now
	Replaced       uint64 // by a later message with the same collapse key
	DroppedFull    uint64
	DroppedExpired uint64
}

type queueKey struct {
	user            id.User
	token, collapse string
}

type item struct {
	Entry
	key      queueKey
	seq      uint64
	position int // in the heap
	element  *list.Element
}

// NewQueue returns a queue for at most capacity entries, at least one.
func NewQueue(capacity int) *Queue {
	return &Queue{capacity: max(capacity, 1), age: list.New(), byKey: make(map[queueKey]*item)}
}

// keyOf returns what e shares with what it replaces: a message without a collapse key replaces itself only.
func keyOf(e *Entry) queueKey {
	k := queueKey{e.Message.User, e.Token, e.Message.CollapseKey}
	if k.collapse == "" {
		k.collapse = string(e.Message.ID)
	}
	return k
}

// Push puts e in. If it replaces an entry that has to wait, it has to wait as long: the wait was the service's wish.
func (q *Queue) Push(e Entry) {
	k := keyOf(&e)
	if old := q.byKey[k]; old != nil {
		q.remove(old)
		q.stats.Replaced++
		if old.Due.After(e.Due) {
			e.Due = old.Due
		}
	}
	if !e.Due.Before(e.Message.Expires) {
		q.stats.DroppedExpired++
		return
	}
	if len(q.due) >= q.capacity {
		q.remove(q.age.Front().Value.(*item))
		q.stats.DroppedFull++
	}
	q.seq++
	it := &item{Entry: e, key: k, seq: q.seq}
	it.element = q.age.PushBack(it)
	q.byKey[k] = it
	heap.Push(&q.due, it)
}

// Retry puts e back after a failed attempt. It is older than what came in meanwhile: if that is a message with its
// collapse key, e is the one that is replaced, and if the queue is full, e is the one that is dropped.
func (q *Queue) Retry(e Entry) {
	switch {
	case q.byKey[keyOf(&e)] != nil:
		q.stats.Replaced++
	case len(q.due) >= q.capacity:
		q.stats.DroppedFull++
	default:
		q.Push(e)
	}
}

// Pop takes out the first entry that is due at now; ok is false if none is. Expired entries on the way are dropped.
func (q *Queue) Pop(now time.Time) (e Entry, ok bool) {
	for len(q.due) > 0 && !q.due[0].Due.After(now) {
		it := q.due[0]
		q.remove(it)
		if now.Before(it.Message.Expires) {
			return it.Entry, true
		}
		q.stats.DroppedExpired++
	}
	return Entry{}, false
}

// NextDue returns when Pop will have something to do; ok is false if the queue is empty.
func (q *Queue) NextDue() (at time.Time, ok bool) {
	if len(q.due) == 0 {
		return time.Time{}, false
	}
	return q.due[0].Due, true
}

// Erase drops everything that waits for a person, and returns how much that was.
func (q *Queue) Erase(user id.User) (dropped int) {
	return q.drop(func(it *item) bool { return it.key.user == user })
}

// Drop drops one delivery of a person, for all devices, and returns how many entries that were.
func (q *Queue) Drop(user id.User, delivery id.Delivery) (dropped int) {
	return q.drop(func(it *item) bool { return it.key.user == user && it.Message.ID == delivery })
}

func (q *Queue) drop(these func(*item) bool) (dropped int) {
	for e := q.age.Front(); e != nil; {
		it := e.Value.(*item)
		e = e.Next()
		if these(it) {
			q.remove(it)
			dropped++
		}
	}
	return dropped
}

// Len returns how many entries wait.
func (q *Queue) Len() int { return len(q.due) }

// Stats returns the counters.
func (q *Queue) Stats() QueueStats {
	s := q.stats
	s.Waiting = len(q.due)
	return s
}

func (q *Queue) remove(it *item) {
	heap.Remove(&q.due, it.position)
	q.age.Remove(it.element)
	delete(q.byKey, it.key)
}

// dueHeap is a heap.Interface by due time, then by order of arrival.
type dueHeap []*item

func (h dueHeap) Len() int { return len(h) }
func (h dueHeap) Less(i, j int) bool {
	if c := h[i].Due.Compare(h[j].Due); c != 0 {
		return c < 0
	}
	return h[i].seq < h[j].seq
}

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].position, h[j].position = i, j
}

func (h *dueHeap) Push(x any) {
	it := x.(*item)
	it.position = len(*h)
	*h = append(*h, it)
}

func (h *dueHeap) Pop() any {
	old := *h
	it := old[len(old)-1]
	old[len(old)-1] = nil // let it be collected
	*h = old[:len(old)-1]
	return it
}
