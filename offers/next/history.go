package next

import (
	"slices"
	"time"
	"unsafe"
)

const (
	maxVisits     = 255
	maxPlaces     = 255
	maxCategories = 64
	minuteOfDay   = 24 * 60
)

// History is one person's visits: the latest 255 (of places with many, older ones left), up to 255 places with how often and when last, and at which hours the
// person was at 64 of them before; in 6.1 kB at most. The
// zero value is empty. It is personal: see AppendState for keeping it.
type History struct {
	visits []visit // oldest first
	places []place
	left   []departed
	total  uint32
	taught uint16 // lessons on the day
	day    uint32 // days since 1970, UTC
}

// visit is one event.
type visit struct {
	minute uint32 // since 1970, UTC
	place  uint8  // index into History.places
	zone   int8   // local time less UTC, in quarters of an hour
	before uint8  // place of the visit before, or none
	since  uint8  // how long after that one, see link; the highest bit: never at this place before
}

// place is what is kept of a place, even when its events have left.
type place struct {
	key   uint32
	last  uint32 // minute
	count uint16
	held  uint16 // events that are still there
}

// Visit is somebody at a place. The zone of At tells the local time.
type Visit struct {
	Place uint32 // a number of the caller's that stays the same
	At    time.Time
}

// Len returns how many visits are held, 255 at most.
func (h *History) Len() int { return len(h.visits) }

// Total returns how many visits there ever were.
func (h *History) Total() int { return int(h.total) }

// Count returns how often the person was seen at a place, as far as is remembered.
func (h *History) Count(place uint32) int {
	for i := range h.places {
		if h.places[i].key == place {
			return int(h.places[i].count)
		}
	}
	return 0
}

// Last returns the place of the latest visit.
func (h *History) Last() (place uint32, ok bool) {
	if len(h.visits) == 0 {
		return 0, false
	}
	return h.places[h.visits[len(h.visits)-1].place].key, true
}

// Places appends the places that are remembered to dst, in no order of meaning.
func (h *History) Places(dst []uint32) []uint32 {
	for i := range h.places {
		dst = append(dst, h.places[i].key)
	}
	return dst
}

// Each calls fn with the visits that are held, oldest first, in the zones that they were told in.
func (h *History) Each(fn func(Visit)) {
	for _, v := range h.visits {
		zone := time.UTC
		if v.zone != 0 {
			zone = time.FixedZone("", int(v.zone)*900)
		}
		fn(Visit{Place: h.places[v.place].key, At: time.Unix(int64(v.minute)*60, 0).In(zone)})
	}
}

// Top appends the n places, 16 at most, where the person was most often, the most frequent first; those that dst holds count, and
// are not repeated.
func (h *History) Top(dst []uint32, n int) []uint32 {
	var best [16]*place
	k := 0
	for i := range h.places {
		p := &h.places[i]
		if k == min(n, len(best)) {
			if k == 0 || best[k-1].count >= p.count {
				continue
			}
			k--
		}
		at := k
		for ; at > 0 && best[at-1].count < p.count; at-- {
			best[at] = best[at-1]
		}
		best[at] = p
		k++
	}
	for _, p := range best[:k] {
		if !slices.Contains(dst, p.key) {
			dst = append(dst, p.key)
		}
	}
	return dst
}

// Remove takes a visit back that was added for that minute, and reports whether there was one. Lessons that it gave are not.
func (h *History) Remove(v Visit) bool {
	minute, _ := minuteOf(v.At)
	at := slices.IndexFunc(h.visits, func(o visit) bool { return o.minute == minute && h.places[o.place].key == v.Place })
	if at < 0 {
		return false
	}
	gone := h.visits[at]
	h.visits = slices.Delete(h.visits, at, at+1)
	if at < len(h.visits) {
		h.link(at)
	}
	h.total--
	p := &h.places[gone.place]
	p.count--
	p.held--
	if p.count == 0 {
		h.drop(gone.place)
		return true
	}
	if next := slices.IndexFunc(h.visits, func(o visit) bool { return o.place == gone.place }); next >= 0 {
		h.visits[next].since |= gone.since & firstTime
	}
	for i := len(h.visits) - 1; i >= 0; i-- {
		if h.visits[i].place == gone.place {
			p.last = h.visits[i].minute
			break
		}
	}
	return true
}

// drop takes out a place without events; the last one takes its number.
func (h *History) drop(i uint8) {
	h.unlearn(i)
	last := uint8(len(h.places) - 1)
	h.places[i] = h.places[last]
	h.places = h.places[:last]
	for k := range h.visits {
		v := &h.visits[k]
		if v.before == i {
			v.before = none
		}
		if v.place == last {
			v.place = i
		}
		if v.before == last {
			v.before = i
		}
	}
	for k := range h.left {
		if h.left[k].place == last {
			h.left[k].place = i
		}
	}
}

// Add appends a visit to this history alone; an old one leaves when there are too many. Time never runs backwards. See
// Shared.Observe for one that counts for all.
func (h *History) Add(v Visit) {
	minute, zone := minuteOf(v.At)
	if n := len(h.visits); n > 0 {
		minute = max(minute, h.visits[n-1].minute)
	}
	if len(h.visits) == maxVisits {
		h.leave()
	}
	i, fresh := h.place(v.Place)
	p := &h.places[i]
	p.last, p.held = minute, p.held+1
	if p.count < 1<<16-1 {
		p.count++
	}
	n := visit{minute: minute, place: uint8(i), zone: zone}
	if fresh {
		n.since = firstTime
	}
	h.visits = append(tight(h.visits, maxVisits), n)
	h.link(len(h.visits) - 1)
	h.total++
}

// place returns the index of a place. A new one may take the room of the one left longest ago that no event refers to;
// there is one, since fewer events are held by now.
func (h *History) place(key uint32) (index int, fresh bool) {
	oldest := -1
	for i := range h.places {
		p := &h.places[i]
		if p.key == key {
			return i, false
		}
		if p.held == 0 && (oldest < 0 || p.last < h.places[oldest].last) {
			oldest = i
		}
	}
	if len(h.places) < maxPlaces {
		h.places = append(tight(h.places, maxPlaces), place{key: key})
		return len(h.places) - 1, true
	}
	h.unlearn(uint8(oldest))
	for k := range h.visits {
		if v := &h.visits[k]; int(v.before) == oldest {
			v.before = none
		}
	}
	h.places[oldest] = place{key: key}
	return oldest, true
}

// tight returns the list with room for one more: people are many, and an append would double what each of them takes.
func tight[T any](list []T, most int) []T {
	if len(list) < cap(list) {
		return list
	}
	return append(make([]T, 0, min(len(list)+1+len(list)/8, most)), list...)
}

// teach reports whether the person may give another lesson on that day, and counts it.
func (h *History) teach(minute uint32, most int) bool {
	if day := minute / minuteOfDay; day > h.day {
		h.day, h.taught = day, 0
	}
	if int(h.taught) >= most {
		return false
	}
	h.taught++
	return true
}

func minuteOf(at time.Time) (minute uint32, zone int8) {
	_, offset := at.Zone()
	return uint32(min(max(at.Unix(), 0)/60, 1<<32-1)), int8(offset / 900)
}

// clock is a local time.
type clock struct{ day, weekday, minute int32 } // days since 1970, from Monday, minutes of the day

func clockOf(minute uint32, zone int8) clock {
	local := max(int64(minute)+15*int64(zone), 0)
	day := local / minuteOfDay
	return clock{int32(day), (int32(day) + 3) % 7, int32(local - day*minuteOfDay)} // 1970 began on a Thursday
}

func (c *clock) weekend() bool { return c.weekday >= 5 }

// Size returns the bytes of memory that the history takes.
func (h *History) Size() int {
	return int(unsafe.Sizeof(*h)) + cap(h.visits)*int(unsafe.Sizeof(visit{})) + cap(h.places)*int(unsafe.Sizeof(place{})) +
		cap(h.left)*int(unsafe.Sizeof(departed{}))
}
