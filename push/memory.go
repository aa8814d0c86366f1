package push

import (
	"slices"
	"time"
)

// Memory is when a person was last interrupted: Unix seconds, newest first, at most MaxWeeklyCap of them. It is plain
// data, to be stored with the person's state; nil remembers nothing.
type Memory []int64

// Record remembers a push at t; the oldest one is forgotten.
func (m *Memory) Record(t time.Time) {
	s := t.Unix()
	i := 0
	for i < len(*m) && (*m)[i] >= s {
		i++
	}
	*m = slices.Insert(*m, i, s)
	*m = (*m)[:min(len(*m), MaxWeeklyCap)]
}

// Last returns when the person was last interrupted; zero if not remembered.
func (m *Memory) Last() time.Time {
	if len(*m) == 0 {
		return time.Time{}
	}
	return time.Unix((*m)[0], 0)
}

// onDayOf counts the pushes on t's calendar day, in t's zone.
func (m *Memory) onDayOf(t time.Time) (n int) {
	const farAway = 48 * 60 * 60 // spares the zone look-up
	year, day := t.Year(), t.YearDay()
	for _, s := range *m {
		if d := t.Unix() - s; d > farAway || d < -farAway {
			continue
		}
		if at := time.Unix(s, 0).In(t.Location()); at.Year() == year && at.YearDay() == day {
			n++
		}
	}
	return n
}

// inWeekOf counts the pushes in t's calendar week, Monday to Sunday, in t's zone.
func (m *Memory) inWeekOf(t time.Time) (n int) {
	day := t.Day() - (int(t.Weekday())+6)%7
	monday := time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, t.Location())
	next := time.Date(t.Year(), t.Month(), day+7, 0, 0, 0, 0, t.Location())
	for _, s := range *m {
		if s >= monday.Unix() && s < next.Unix() {
			n++
		}
	}
	return n
}

// within returns the newest push less than gap away from t, on either side: a memory written while the clock was
// ahead must neither be ignored nor block for ever.
func (m *Memory) within(t time.Time, gap time.Duration) (at time.Time, found bool) {
	for _, s := range *m {
		if at := time.Unix(s, 0).In(t.Location()); t.Sub(at).Abs() < gap {
			return at, true
		}
	}
	return time.Time{}, false
}
