package engine

import (
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/offers"
)

// held remembers what was kept from a person and why: the newest heldKept, and which pairs of offer and reason were
// noted today already. It is bounded and allocates only while it fills up.
type held struct {
	day    int64 // Unix day of the marks
	marked int
	marks  []uint64     // a hash table; nil until something is held
	kept   []Suppressed // oldest first
}

const (
	heldKept  = 64
	heldMarks = 128  // at first; a power of two
	mostMarks = 1024 // a table of this size is emptied when it is three quarters full
	dayOfUnix = 24 * 60 * 60
)

// add notes a suppression and reports whether it is the first of its kind today.
func (h *held) add(o *offers.Offer, key uint64, code string, now time.Time) bool {
	if day := now.Unix() / dayOfUnix; day != h.day || h.marked >= mostMarks*3/4 {
		h.day, h.marked = day, 0
		clear(h.marks)
	}
	if h.marked >= len(h.marks)*3/4 {
		h.grow()
	}
	key = mark(key, code)
	slot := h.slot(key)
	if h.marks[slot] == key {
		return false
	}
	h.marks[slot] = key
	h.marked++
	if len(h.kept) == heldKept {
		// That an offer did not seem to interest tells the least: it goes first, and pushes nothing else out.
		i := slices.IndexFunc(h.kept, func(s Suppressed) bool { return tooWeak(s.Code) })
		if i < 0 && tooWeak(code) {
			return true
		}
		i = max(i, 0)
		h.kept = slices.Delete(h.kept, i, i+1)
	}
	h.kept = append(h.kept, Suppressed{Offer: o.ID, Code: code, At: now})
	return true
}

// tooWeak reports whether a code says that an offer did not fit well enough.
func tooWeak(code string) bool { return code == offers.CodeLowScore || code == offers.CodeFatigue }

// grow makes room for more marks.
func (h *held) grow() {
	old := h.marks
	h.marks = make([]uint64, max(heldMarks, 2*len(old)))
	for _, key := range old {
		if key != 0 {
			h.marks[h.slot(key)] = key
		}
	}
}

// slot returns where a mark stands, or is to stand.
func (h *held) slot(key uint64) uint64 {
	last := uint64(len(h.marks) - 1)
	slot := key & last
	for h.marks[slot] != 0 && h.marks[slot] != key {
		slot = (slot + 1) & last
	}
	return slot
}

// mark mixes an offer's key with the reason; never 0.
func mark(key uint64, code string) uint64 {
	for i := range len(code) {
		key = (key ^ uint64(code[i])) * 0x100000001b3
	}
	return (key ^ key>>32) | 1<<63
}

// list returns what is remembered, oldest first.
func (h *held) list() []Suppressed { return slices.Clone(h.kept) }

func (h *held) restore(list []Suppressed) {
	*h = held{kept: list[max(0, len(list)-heldKept):]}
}

func (h *held) clear() { *h = held{} }

// drop forgets the suppressions whose code is one of these.
func (h *held) drop(these func(code string) bool) {
	h.restore(slices.DeleteFunc(h.list(), func(s Suppressed) bool { return these(s.Code) }))
}

// tracesKept is how long a suppression that tells of a mood is remembered.
const tracesKept = 7 * 24 * time.Hour

// fade forgets the suppressions that told of a mood long ago, and reports whether there were any.
func (h *held) fade(now time.Time) bool {
	before := len(h.kept)
	h.kept = slices.DeleteFunc(h.kept, func(s Suppressed) bool { return now.Sub(s.At) >= tracesKept && offers.AboutMood(s.Code) })
	return len(h.kept) < before
}
