package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

// How a trip ends that nobody ends.
const (
	arrivedWithin = 150.0 // metres from the destination
	stoppedWithin = 300.0 // with a stop
	maxTrip       = 6 * time.Hour
)

// Trip is a way that the person told: Destination, or the point of Place, by Mode. It is part of the whereabouts: kept for
// a day at most, and gone with the consent location.
type Trip struct {
	Destination geo.Point `json:"destination"`
	Place       id.Place  `json:"place,omitzero"`
	Mode        trip.Mode `json:"mode,omitzero"`
	Started     time.Time `json:"started"`

	hidden bool // leads to a sensitive place: known to nothing but this process
}

// LogValue hides the trip: it says where a person goes.
func (*Trip) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Stay is a place where the person used to stay, as coarse as it is remembered.
type Stay struct {
	Cell  geo.Cell  `json:"cell"`
	Point geo.Point `json:"point"` // the cell's centre
	Times int       `json:"times"`
	Last  time.Time `json:"last"`
}

// StartTrip remembers where the person goes, in place of what they told before; Started is read for simulated people only.
// It is durable when it returns. Needs the consent location.
func (e *Engine) StartTrip(ctx context.Context, s *Session, t Trip) (Trip, error) {
	p := s.p
	if t.Place != "" {
		place := e.catalogue.Place(t.Place)
		if place == nil || place.Mode != p.mode {
			return t, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such place.").WithField("place")
		}
		t.Destination = place.Point
	}
	if err := t.Destination.Check(""); err != nil {
		return t, err
	}
	cell, err := e.grid.At(t.Destination, offers.Finest)
	if err != nil {
		return t, err
	}
	t.hidden = e.matcher.AtSensitivePlace(t.Destination, cell, p.mode)
	t.Started = e.now(p, t.Started)
	p.mu.Lock()
	if err := p.mayTrack(); err != nil {
		p.mu.Unlock()
		return t, err
	}
	p.trip, p.dirty = &t, true
	p.eval.done = false // the next fix sees what lies on the way
	p.mu.Unlock()
	return t, e.saveState(ctx, p)
}

// EndTrip forgets where the person goes. Without a trip it does nothing.
func (e *Engine) EndTrip(ctx context.Context, s *Session) error {
	p := s.p
	p.mu.Lock()
	if err := p.mayTrack(); err != nil {
		p.mu.Unlock()
		return err
	}
	p.dirty = p.dirty || p.trip != nil
	p.trip = nil
	p.mu.Unlock()
	return e.saveState(ctx, p)
}

// Trip returns where the person said they go, or a not_found fault. Now is read for simulated people only; zero: that of
// the last fix.
func (e *Engine) Trip(s *Session, now time.Time) (Trip, error) {
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.mayTrack(); err != nil {
		return Trip{}, err
	}
	if now.IsZero() {
		now = p.last.Time
	}
	t := p.tripNow(e.now(p, now))
	if t == nil {
		return Trip{}, fault.New(fault.NotFound, fault.CodeNotFound, "You told of no trip, or it has ended.")
	}
	return *t, nil
}

// tripNow returns a copy of the trip that the person is on, or nil. The caller holds p.mu.
func (p *person) tripNow(now time.Time) *Trip {
	if p.trip == nil || now.Sub(p.trip.Started) >= maxTrip {
		return nil
	}
	t := *p.trip
	return &t
}

// arrive ends a trip whose end is reached, or that lasts too long. The caller holds p.mu.
func (p *person) arrive(u *update) {
	if p.trip == nil {
		return
	}
	left := geo.FlatDistance(u.fix.Point, p.trip.Destination)
	if left <= arrivedWithin || u.step.Stopped && left <= stoppedWithin || u.now.Sub(p.trip.Started) >= maxTrip {
		p.trip = nil
	}
}

// travel follows the way that the person is on: where it began, and whether the stop at its end is a stay to remember. That needs the same consents as visits.
func (e *Engine) travel(p *person, u *update) {
	if p.origin == (geo.Point{}) || u.step.Stopped {
		p.origin = u.fix.Point
	}
	if p.stayed || !u.step.Stopped || u.step.StoppedFor < trip.StayDuration || !p.profile.Consents.Allows(privacy.Purchases) {
		return
	}
	p.stayed = true
	cell, err := e.grid.At(u.step.StopAnchor, trip.Resolution)
	if err != nil {
		return
	}
	if shape, err := e.grid.Shape(cell); err == nil {
		p.stays.Stay(u.now.In(p.zone), cell, shape.Centre())
	}
}

// heading says where the person may be going: where they told, or where they used to go. Whoever took back the consent to
// history has none.
func (p *person) heading(u *update) trip.Heading {
	switch {
	case p.trip != nil:
		return trip.To(p.trip.Destination, p.trip.Mode)
	case len(p.stays.Anchors) == 0, u.step.Stopped, u.step.Course < 0:
		return trip.Heading{}
	}
	return p.stays.Likely(u.now.In(p.zone), p.origin, u.fix.Point)
}

func (p *person) staysNow() []Stay {
	out := make([]Stay, 0, len(p.stays.Anchors))
	for i := range p.stays.Anchors {
		a := &p.stays.Anchors[i]
		out = append(out, Stay{Cell: a.Cell, Point: a.Point, Times: a.Stays(), Last: a.Last})
	}
	return out
}
