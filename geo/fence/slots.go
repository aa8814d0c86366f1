package fence

import (
	"math"
	"time"
)

// Len returns how many reaches are remembered, some of them only for their cool-downs.
func (t *Tracker) Len() int { return len(t.slots) }

// Open returns the key of the i-th reach remembered if its next fix matters: the person is in it, or not clearly out.
// Seen says that the present fix was told about it.
func (t *Tracker) Open(i int) (key uint64, open, seen bool) {
	s := &t.slots[i]
	return s.key, s.open(), s.seen == t.now
}

// Seen reports whether the tracker was told how the present fix lies to a reach, and remembers it.
func (t *Tracker) Seen(key uint64) bool {
	s := t.find(key)
	return s != nil && s.seen == t.now
}

// Knows reports whether the tracker remembers how the person lies to a reach, so that Reach.Before is not read.
func (t *Tracker) Knows(key uint64) bool {
	s := t.find(key)
	return s != nil && (s.side != unknown || s.evidence != 0)
}

func (s *slot) open() bool {
	return s.side == inside || s.evidence != 0 || s.near || s.best >= clearest
}

// Forget drops where the person is, without an event: for places of which no trace may be kept. What was told stays for
// its cool-downs.
func (t *Tracker) Forget() {
	if t.now == 0 {
		return
	}
	t.leaveAll()
	t.prune()
	t.now = 0
}

func (t *Tracker) leaveAll() {
	for i := range t.slots {
		s := &t.slots[i]
		t.turnTo(s, unknown)
		s.near, s.due, s.turn, s.seen, s.best, s.fixes, s.edge = false, 0, 0, 0, 0, 0, 0
	}
}

// Wait is what the tracker would like to know next.
type Wait struct {
	Undecided bool          // another fix soon would decide something
	Metres    float64       // to the nearest border of the reaches that hold the person or the fix; +Inf: none does
	Dwell     time.Duration // until the first dwell is due; 0: none is
}

// Wait returns what the next fix is wanted for.
func (t *Tracker) Wait() Wait {
	w := Wait{Metres: math.Inf(1)}
	for i := range t.slots {
		s := &t.slots[i]
		if !s.open() {
			continue
		}
		w.Undecided = w.Undecided || s.evidence != 0
		w.Metres = min(w.Metres, float64(s.edge))
		if left := time.Duration(s.due-t.now) * time.Millisecond; s.due != 0 && (w.Dwell == 0 || left < w.Dwell) {
			w.Dwell = max(left, time.Second)
		}
	}
	return w
}

// Memory is what is remembered of one reach. Times are zero for never, or not now.
type Memory struct {
	Reach                             uint64
	Since                             time.Time // the person is in since then
	Entered, Exited, Dwelled, Crossed time.Time // told last, as long as the cool-down of one of them lasts
}

// Memories appends what is remembered, for the person's own export.
func (t *Tracker) Memories(dst []Memory) []Memory {
	at := func(ms int64) time.Time {
		if ms == 0 {
			return time.Time{}
		}
		return time.UnixMilli(ms).UTC()
	}
	for i := range t.slots {
		s := &t.slots[i]
		dst = append(dst, Memory{s.key, at(s.since), at(s.told[Entered]), at(s.told[Exited]), at(s.told[Dwelled]), at(s.told[Crossed])})
	}
	return dst
}

func (t *Tracker) find(key uint64) *slot {
	for i := range t.slots {
		if t.slots[i].key == key {
			return &t.slots[i]
		}
	}
	return nil
}

// add makes room for a reach, at the cost of the least relevant one; nil if the person is in all the others.
func (t *Tracker) add(key uint64) *slot {
	fresh := slot{key: key}
	if len(t.slots) < MaxReaches {
		t.slots = append(t.slots, fresh)
		return &t.slots[len(t.slots)-1]
	}
	least := -1
	for i := range t.slots {
		if t.slots[i].side != inside && (least < 0 || t.slots[i].relevance() < t.slots[least].relevance()) {
			least = i
		}
	}
	if least < 0 {
		return nil
	}
	t.slots[least] = fresh
	return &t.slots[least]
}

// relevance orders reaches that the person is not in: those that matter now come after those that only cool down, the
// longest away first.
func (s *slot) relevance() int64 {
	if s.open() {
		return s.seen
	}
	return s.until - math.MaxInt64/2
}

// prune drops what neither matters now nor cools down.
func (t *Tracker) prune() {
	kept := 0
	for i := range t.slots {
		if s := &t.slots[i]; s.open() || s.until > t.now {
			if kept < i {
				t.slots[kept] = *s
			}
			kept++
		}
	}
	t.slots = t.slots[:kept]
}
