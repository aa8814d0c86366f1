package hours

import (
	"slices"
	"time"
)

const (
	day  = 24 * 60 // minutes
	week = 7 * day
)

// Hours are the open times of a week.
type Hours struct {
	spans []span // sorted, apart from each other; one that goes on over the end of the week ends there and begins anew
}

// span is a stretch of minutes of the week, which begins on Monday; to is excluded.
type span struct{ from, to int16 }

// Minute returns the minute of the week, from 0 on Monday at midnight, that the wall clock shows in the location of t.
func Minute(t time.Time) int {
	hour, minute, _ := t.Clock()
	return (int(t.Weekday())+6)%7*day + hour*60 + minute
}

// Open reports whether it is open in a minute of the week, as Minute returns it. It allocates nothing.
func (h *Hours) Open(minute int) bool {
	for _, s := range h.spans {
		if minute < int(s.to) {
			return minute >= int(s.from)
		}
	}
	return false
}

// OpenAt reports whether it is open at a time, in that time's location. An hour that the clock shows twice is open or
// closed twice.
func (h *Hours) OpenAt(t time.Time) bool { return h.Open(Minute(t)) }

// Next returns when it opens if it is closed at t, or closes if it is open then; the zero time if it never closes.
func (h *Hours) Next(t time.Time) time.Time {
	open := h.OpenAt(t)
	for {
		minutes := h.until(Minute(t), open)
		if minutes == 0 {
			return time.Time{}
		}
		next := t.Truncate(time.Minute).Add(time.Duration(minutes) * time.Minute)
		_, jump := t.ZoneBounds() // where the wall clock jumps, minutes are not what they seem
		if jump.IsZero() || next.Before(jump) {
			return next
		}
		if h.OpenAt(jump.In(t.Location())) != open {
			return jump.In(t.Location())
		}
		t = jump.In(t.Location())
	}
}

// until returns how many minutes of the wall clock it stays open or closed from a minute of the week on; 0: for ever.
func (h *Hours) until(minute int, open bool) int {
	for n := 1; n <= 2; n++ { // what is left of this week, then the next one
		for _, s := range h.spans {
			from, to := int(s.from), int(s.to)
			edge := from
			if open {
				edge = to
			}
			if edge += (n - 1) * week; edge > minute && h.Open(edge%week) != open {
				return edge - minute
			}
		}
	}
	return 0
}

// compile joins the spans of each day, counted from its own midnight, to those of a week.
func compile(days *[7][]span) *Hours {
	var all []span
	for d, spans := range days {
		for _, s := range spans {
			from, to := d*day+int(s.from), d*day+int(s.to)
			all = append(all, span{int16(from), int16(min(to, week))})
			if to > week {
				all = append(all, span{0, int16(to - week)})
			}
		}
	}
	slices.SortFunc(all, func(a, b span) int { return int(a.from) - int(b.from) })
	h := &Hours{}
	for _, s := range all {
		if last := len(h.spans) - 1; last >= 0 && s.from <= h.spans[last].to {
			h.spans[last].to = max(h.spans[last].to, s.to)
		} else {
			h.spans = append(h.spans, s)
		}
	}
	return h
}
