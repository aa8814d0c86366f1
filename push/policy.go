package push

import (
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Mode is what the person chose: to be asked, or to be surprised.
type Mode string

// The modes.
const (
	AskFirst Mode = "ask_first" // never push; offers come only when the person pulls
	Surprise Mode = "surprise"  // push within the limits of the policy
)

// Suppression codes of [Policy.Allow]; stable.
const (
	CodeAskFirst   = "mode_ask_first"
	CodeQuietHours = "quiet_hours"
	CodeDailyCap   = "daily_cap"
	CodeWeeklyCap  = "weekly_cap"
	CodeMinimumGap = "minimum_gap"
	CodePaused     = "paused"

	// CodeUnreachable is for callers of Allow: the person has neither a socket nor a device that takes pushes.
	CodeUnreachable = "unreachable"

	// For callers that keep messages: they come at the end of the quiet hours, or with the digest; or others came then.
	CodeHeldQuiet = "held_quiet"
	CodeDigest    = "digest"
	CodeOutranked = "outranked"
)

// QuietAction is what becomes of an offer that comes up within the quiet hours.
type QuietAction string

// The actions; the empty one is Cancel.
const (
	Cancel QuietAction = "cancel" // it is dropped
	Hold   QuietAction = "hold"   // it waits for the end of the quiet hours
)

// Bounds and defaults of what a person may choose.
const (
	MaxDailyCap          = 16
	MaxWeeklyCap         = 64 // also what a [Memory] remembers
	MaxMinGapMinutes     = 24 * 60
	MaxDigests           = 4 // moments of a day
	MaxPause             = 30 * 24 * time.Hour
	DefaultDailyCap      = 5
	DefaultMinGapMinutes = 30
	DefaultQuietFrom     = 21 * 60
	DefaultQuietTo       = 8 * 60
)

// Policy is one person's own limits for being interrupted. Quiet hours are wall-clock minutes of the day in the
// person's zone, from (included) to (excluded); they may wrap midnight, and there are none if both are equal.
type Policy struct {
	Mode          Mode `json:"mode"`
	DailyCap      int  `json:"daily_cap"`           // pushes in a local day, 0 to MaxDailyCap
	WeeklyCap     int  `json:"weekly_cap,omitzero"` // pushes from Monday to Sunday, 1 to MaxWeeklyCap; 0: no bound
	MinGapMinutes int  `json:"min_gap_minutes"`     // between two pushes, 0 to MaxMinGapMinutes
	QuietFrom     int  `json:"quiet_from"`          // minute of the day, 0 to 1439
	QuietTo       int  `json:"quiet_to"`            // minute of the day, 0 to 1439

	QuietAction QuietAction `json:"quiet_action,omitzero"`
	PausedUntil time.Time   `json:"paused_until,omitzero"` // nothing is pushed before
	// Digest are minutes of the day, rising, at which what was collected goes out as one push; empty: each offer goes out
	// when it comes up.
	Digest []int `json:"digest,omitempty"`
}

// DefaultPolicy returns the limits of a person who has chosen none: ask first; once they switch to surprises, at
// most 5 a day, 30 minutes apart, none between 21:00 and 08:00.
func DefaultPolicy() Policy {
	return Policy{
		Mode: AskFirst, DailyCap: DefaultDailyCap, MinGapMinutes: DefaultMinGapMinutes,
		QuietFrom: DefaultQuietFrom, QuietTo: DefaultQuietTo,
	}
}

// Validate returns a fault that names the first field out of its range.
func (p Policy) Validate() error {
	if p.Mode != AskFirst && p.Mode != Surprise {
		return fault.Field("mode", "must be %q or %q", AskFirst, Surprise)
	}
	for _, f := range [...]struct {
		name       string
		value, max int
	}{
		{"daily_cap", p.DailyCap, MaxDailyCap},
		{"min_gap_minutes", p.MinGapMinutes, MaxMinGapMinutes},
		{"quiet_from", p.QuietFrom, minutesPerDay - 1},
		{"quiet_to", p.QuietTo, minutesPerDay - 1},
		{"weekly_cap", p.WeeklyCap, MaxWeeklyCap},
	} {
		if f.value < 0 || f.value > f.max {
			return fault.Field(f.name, "must be from 0 to %d", f.max)
		}
	}
	if p.QuietAction != "" && p.QuietAction != Hold && p.QuietAction != Cancel {
		return fault.Field("quiet_action", "must be %q or %q", Hold, Cancel)
	}
	return p.checkDigest()
}

func (p *Policy) checkDigest() error {
	if len(p.Digest) > MaxDigests {
		return fault.Field("digest", "must hold at most %d moments of the day", MaxDigests)
	}
	for i, minute := range p.Digest {
		field := "digest[" + strconv.Itoa(i) + "]"
		switch {
		case minute < 0 || minute >= minutesPerDay:
			return fault.Field(field, "must be a minute of the day, from 0 to %d", minutesPerDay-1)
		case i > 0 && minute <= p.Digest[i-1]:
			return fault.Field(field, "must be later than the one before")
		case p.quiet(minute):
			return fault.Field(field, "must lie outside the quiet hours")
		}
	}
	return nil
}

// Allow reports whether a push may go out at now, to a person who lives in zone and was last interrupted as mem
// says. If not, code is the first rule against it, and next is the first moment at which no rule is, provided that
// nothing else is sent before; next is zero if there is no such moment while the policy stands. A nil zone is UTC.
// It does not allocate, and it does not record: call [Memory.Record] when the message goes out.
func (p *Policy) Allow(now time.Time, zone *time.Location, mem *Memory) (ok bool, code string, next time.Time) {
	if zone == nil {
		zone = time.UTC
	}
	if p.Mode != Surprise {
		return false, CodeAskFirst, time.Time{}
	}
	if p.DailyCap <= 0 {
		return false, CodeDailyCap, time.Time{}
	}
	t := now.In(zone)
	for range maxSteps {
		c, until := p.against(t, mem)
		if c == "" {
			break
		}
		if code == "" {
			code = c
		}
		t = until
	}
	if code != "" {
		return false, code, t
	}
	return true, "", time.Time{}
}

// NextDigest returns the first moment after t at which a digest is due, by the clock of zone (nil: UTC); zero if there
// are none. Where the clocks are changed it may be off by that hour.
func (p *Policy) NextDigest(t time.Time, zone *time.Location) time.Time {
	if len(p.Digest) == 0 {
		return time.Time{}
	}
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	for _, minute := range p.Digest {
		if at := time.Date(t.Year(), t.Month(), t.Day(), 0, minute, 0, 0, zone); at.After(t) {
			return at
		}
	}
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, p.Digest[0], 0, 0, zone)
}

// maxSteps bounds the search for next. A pause, the days of a week, gap and quiet hours after one another take some ten
// steps; a change of the clocks adds one to each, and a memory written under a wrong clock some more.
const maxSteps = 32

// against returns the first rule against a push at t, and the moment at which to ask again.
func (p *Policy) against(t time.Time, mem *Memory) (code string, until time.Time) {
	if t.Before(p.PausedUntil) {
		return CodePaused, p.PausedUntil.In(t.Location())
	}
	if m := minuteOfDay(t); p.quiet(m) {
		return CodeQuietHours, nextWall(t, p.QuietTo)
	}
	if mem.onDayOf(t) >= p.DailyCap {
		return CodeDailyCap, nextWall(t, minutesPerDay)
	}
	if p.WeeklyCap > 0 && mem.inWeekOf(t) >= p.WeeklyCap {
		return CodeWeeklyCap, nextWall(t, minutesPerDay)
	}
	gap := time.Duration(p.MinGapMinutes) * time.Minute
	if last, found := mem.within(t, gap); found {
		return CodeMinimumGap, last.Add(gap)
	}
	return "", time.Time{}
}

func (p *Policy) quiet(minute int) bool {
	if p.QuietFrom <= p.QuietTo {
		return p.QuietFrom <= minute && minute < p.QuietTo
	}
	return minute >= p.QuietFrom || minute < p.QuietTo
}

const minutesPerDay = 24 * 60

func minuteOfDay(t time.Time) int { return t.Hour()*60 + t.Minute() }

// nextWall returns the next moment after t at which t's wall clock shows minute (minutesPerDay: midnight), or at
// which the clocks are changed, if that comes first: the wall clock jumps there, so the caller looks again.
func nextWall(t time.Time, minute int) time.Time {
	wait := (minute - minuteOfDay(t) + minutesPerDay) % minutesPerDay
	if wait == 0 {
		wait = minutesPerDay
	}
	sinceMinute := time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	at := t.Add(time.Duration(wait)*time.Minute - sinceMinute)
	if _, change := t.ZoneBounds(); !change.IsZero() && change.Before(at) {
		return change
	}
	return at
}
