package geo

import (
	"log/slog"
	"math"
	"time"
)

// What counts as a stop in a shop (online form of the stay points of Li et al. 2008), and how movement is told from
// the jitter of a resting receiver.
const (
	StopRadius   = 50.0            // metres
	StopDuration = 5 * time.Minute // within StopRadius

	maxAllowance = 50.0 // metres by which a poor accuracy may widen StopRadius
	leastStride  = 10.0 // metres between two fixes that give a speed and course
	longStride   = 30 * time.Second
)

// Motion follows one person from fix to fix, in constant space and time. The zero Motion is ready for its first fix.
// Its fields are its whole state, exported so that it can be stored as JSON; leave them to Advance. It is not safe for
// concurrent use.
type Motion struct {
	Last Fix `json:"last"` // the newest fix; its Time is zero before the first

	// The stay: fixes since Since lie within StopRadius of Anchor, Count of them around the mean Centre.
	Anchor Point     `json:"anchor"`
	Centre Point     `json:"centre"`
	Since  time.Time `json:"since"`
	Count  int       `json:"count"`

	// The newest fix lay outside the stay. A second one in a row ends it; one alone is an outlier.
	Away bool `json:"away,omitzero"`

	// Speed and course as derived between Mark and a later fix.
	Mark   Point     `json:"mark"`
	MarkAt time.Time `json:"markAt"`
	Speed  float64   `json:"speed"`
	Course float64   `json:"course"`
}

// LogValue hides the state: it says where a person is.
func (*Motion) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Step is what one more fix tells about a person's movement.
type Step struct {
	Moved      float64       // metres from the fix before
	Speed      float64       // m/s, measured or derived; Unknown if neither
	Course     float64       // degrees clockwise from north, measured or derived; Unknown if neither
	Stopped    bool          // stayed within StopRadius for StopDuration, and this fix too
	StopAnchor Point         // mean position of the stay, a stop or not yet one
	StoppedFor time.Duration // how long the stay has lasted, also before it is a stop; 0 if this fix lies outside
}

// LogValue hides the step.
func (Step) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Advance takes the next fix. One that is not newer than the last changes nothing and returns the step of a person who
// has not moved.
func (m *Motion) Advance(fix Fix) Step {
	if m.Last.Time.IsZero() {
		*m = Motion{Last: fix, Mark: fix.Point, MarkAt: fix.Time, Speed: Unknown, Course: Unknown}
		m.stay(fix)
		return m.step(0)
	}
	if !fix.Time.After(m.Last.Time) {
		return m.step(0)
	}
	moved := Distance(m.Last.Point, fix.Point)
	m.derive(fix)
	m.follow(fix)
	m.Last = fix
	return m.step(moved)
}

// Step returns what the newest fix told, without the way to it; the zero Motion's says that nothing is known.
func (m *Motion) Step() Step {
	if m.Last.Time.IsZero() {
		return Step{Speed: Unknown, Course: Unknown}
	}
	return m.step(0)
}

func (m *Motion) step(moved float64) Step {
	s := Step{Moved: moved, Speed: m.Speed, Course: m.Course, StopAnchor: m.Centre}
	if m.Last.Speed >= 0 {
		s.Speed = m.Last.Speed
	}
	if m.Last.Course >= 0 {
		s.Course = m.Last.Course
	}
	if !m.Away {
		s.StoppedFor = m.Last.Time.Sub(m.Since)
		s.Stopped = s.StoppedFor >= StopDuration
	}
	return s
}

// derive updates speed and course once the way from Mark is longer than the noise, or the person rests.
func (m *Motion) derive(fix Fix) {
	way, took := FlatDistance(m.Mark, fix.Point), fix.Time.Sub(m.MarkAt)
	switch noise := math.Hypot(m.Last.Accuracy, fix.Accuracy); {
	case way >= max(leastStride, noise):
		m.Speed, m.Course = way/took.Seconds(), Bearing(m.Mark, fix.Point)
	case took >= longStride:
		m.Speed, m.Course = 0, Unknown
	default:
		return
	}
	m.Mark, m.MarkAt = fix.Point, fix.Time
}

// follow updates the stay.
func (m *Motion) follow(fix Fix) {
	switch {
	case m.within(fix, m.Anchor):
		m.Away = false
		m.Count++
		// A running mean over the last fixes only, so that it never freezes.
		n := float64(min(m.Count, 100))
		m.Centre.Lat += (fix.Lat - m.Centre.Lat) / n
		m.Centre.Lon = wrapLon(m.Centre.Lon + wrapLon(fix.Lon-m.Centre.Lon)/n)
	case m.Away:
		if m.within(fix, m.Last.Point) { // arrived with the fix before
			m.stay(m.Last)
			m.follow(fix)
			return
		}
		m.stay(fix)
	default:
		m.Away = true
	}
}

func (m *Motion) stay(fix Fix) {
	m.Anchor, m.Centre, m.Since, m.Count, m.Away = fix.Point, fix.Point, fix.Time, 1, false
}

func (m *Motion) within(fix Fix, anchor Point) bool {
	return FlatDistance(anchor, fix.Point) <= StopRadius+min(max(fix.Accuracy, 0), maxAllowance)
}

// MaxSpeed is the fastest that anybody plausibly travels, in m/s: an airliner with the wind behind it.
const MaxSpeed = 320

// Plausible reports whether somebody can have come from prev to next in the time between: at MaxSpeed, each position
// being off by up to three times its accuracy. Without a sign of time passing only the inaccuracy counts.
func Plausible(prev, next Fix) bool {
	took := max(0, next.Time.Sub(prev.Time).Seconds())
	off := 3*(max(0, prev.Accuracy)+max(0, next.Accuracy)) + 100 // accuracies are told, not true
	return Distance(prev.Point, next.Point) <= MaxSpeed*took+off
}
