package phoneday

import (
	"math"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/wire"
)

// The server's rules about positions, as in internal/engine: what is refused, and the bounds of a hint.
const (
	maxAccuracy    = 500.0
	minHintMetres  = 50.0
	maxHintMetres  = 1000.0 // how far it looks for the next reach
	minHintSeconds = 5.0
	maxHintSeconds = 600.0
	dwellSeconds   = 60.0
	walkingSpeed   = 1.4
	decideMetres   = 15.0
	decideSeconds  = 10.0
)

// Answer is what a client gets for a batch.
type Answer struct {
	Accepted        int
	Metres, Seconds float64 // the hint
}

// Server answers batches of positions; now is in seconds after the day's start.
type Server interface {
	Position(now float64, fixes []wire.Fix) (Answer, error)
}

// Entry is an event that a server told: somebody entered a reach, known at a time in seconds after the day's start.
type Entry struct {
	Reach int
	At    float64
}

// Reckoner is a server in the same goroutine: it follows one person with package geo/fence and hints like the engine,
// which a test compares.
type Reckoner struct {
	Entries  []Entry
	History  []int64 // the times of the positions that it took
	Repeated int     // refused: not newer than the last
	Refused  int     // refused: too vague, or farther away than anything travels
	reaches  []Reach
	fences   fence.Tracker
	motion   geo.Motion
	last     geo.Fix
	stray    *geo.Fix
}

// NewReckoner returns a server with reaches.
func NewReckoner(reaches []Reach) *Reckoner { return &Reckoner{reaches: reaches} }

// Position takes a batch. It never fails.
func (s *Reckoner) Position(now float64, fixes []wire.Fix) (a Answer, _ error) {
	var step geo.Step
	for i := range fixes {
		if f := fixes[i].Geo(); s.takes(f) {
			a.Accepted++
			step = s.motion.Advance(f)
			s.track(now, f)
			s.last = f
			s.History = append(s.History, fixes[i].At)
		}
	}
	a.Metres, a.Seconds = s.hint(step)
	return a, nil
}

// takes reports whether a position passes.
func (s *Reckoner) takes(f geo.Fix) bool {
	switch {
	case !s.last.Time.IsZero() && !f.Time.After(s.last.Time):
		s.Repeated++
		return false
	case f.Accuracy > maxAccuracy:
		s.Refused++
		return false
	case !s.last.Time.IsZero() && !geo.Plausible(s.last, f):
		if s.stray == nil || !geo.Plausible(*s.stray, f) || !f.Time.After(s.stray.Time) {
			s.stray = &f
			s.Refused++
			return false
		}
		s.motion = geo.Motion{}
	}
	s.stray = nil
	return true
}

// track follows the person through the reaches near by.
func (s *Reckoner) track(now float64, f geo.Fix) {
	moved := 0.0
	if !s.last.Time.IsZero() {
		moved = geo.Distance(s.last.Point, f.Point)
	}
	s.fences.Advance(fence.Fix{At: f.Time, Accuracy: f.Accuracy, Moved: moved})
	var events []fence.Event
	for i, r := range s.reaches {
		key := uint64(i) + 1
		d := geo.FlatDistance(f.Point, r.Centre) - r.Radius
		if d > 300 && !s.fences.Knows(key) {
			continue
		}
		before := d
		if !s.last.Time.IsZero() {
			before = geo.FlatDistance(s.last.Point, r.Centre) - r.Radius
		}
		events = s.fences.See(events[:0], fence.Reach{Key: key, Distance: d, Before: before})
		for _, e := range events {
			if e.Kind == fence.Entered {
				s.Entries = append(s.Entries, Entry{Reach: i, At: now})
			}
		}
	}
}

// hint is that of internal/engine.
func (s *Reckoner) hint(step geo.Step) (metres, seconds float64) {
	if s.last.Time.IsZero() {
		return minHintMetres, minHintSeconds
	}
	wait := fence.Wait{Metres: math.Inf(1)}
	if s.fences.Len() > 0 {
		wait = s.fences.Wait()
	}
	next, in := maxHintMetres, false
	for _, r := range s.reaches {
		if d := geo.FlatDistance(s.last.Point, r.Centre) - r.Radius; d > 0 {
			next = min(next, d)
		} else {
			in = true
		}
	}
	metres = max(min(next, wait.Metres), minHintMetres)
	seconds = min(max(metres/max(step.Speed, walkingSpeed), minHintSeconds), maxHintSeconds)
	if step.Stopped && in {
		seconds = min(seconds, dwellSeconds)
	}
	if wait.Undecided {
		metres, seconds = decideMetres, min(seconds, decideSeconds)
	}
	return metres, seconds
}
