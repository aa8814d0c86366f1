package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// Trips is where people go.
type Trips interface {
	StartTrip(ctx context.Context, s *engine.Session, t engine.Trip) (engine.Trip, error)
	EndTrip(ctx context.Context, s *engine.Session) error
	Trip(s *engine.Session, now time.Time) (engine.Trip, error)
}

// Chains is what follows from what people used.
type Chains interface {
	Chains(s *engine.Session, now time.Time) ([]engine.Step, error)
	LeaveChain(ctx context.Context, s *engine.Session, root id.Offer) error
}

func (s *server) startTrip(c *call) (answer, error) {
	var in api.Trip
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	frame := wire.Trip{Seq: 1, Action: "start", Lat: in.Lat, Lon: in.Lon, Place: string(in.Place), Mode: in.Mode}
	if err := frame.Check(); err != nil { // as the socket does
		return answer{}, err
	}
	t := engine.Trip{Place: in.Place, Started: in.At}
	if in.Lat != nil {
		t.Destination = geo.Point{Lat: *in.Lat, Lon: *in.Lon}
	}
	if err := t.Mode.UnmarshalText([]byte(in.Mode)); err != nil {
		return answer{}, err
	}
	t, err := s.Engine.StartTrip(c.ctx, c.session, t)
	return answer{status: http.StatusCreated, body: viewTrip(t)}, err
}

func (s *server) trip(c *call) (answer, error) {
	q := c.query("at")
	now := q.time("at")
	if q.err != nil {
		return answer{}, q.err
	}
	t, err := s.Engine.Trip(c.session, now)
	return answer{status: http.StatusOK, body: viewTrip(t)}, err
}

func (s *server) endTrip(c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Engine.EndTrip(c.ctx, c.session)
}

func viewTrip(t engine.Trip) api.Trip {
	return api.Trip{Lat: &t.Destination.Lat, Lon: &t.Destination.Lon, Place: t.Place, Mode: t.Mode.String(), At: t.Started}
}

func (s *server) chains(c *call) (answer, error) {
	q := c.query("at")
	now := q.time("at")
	if q.err != nil {
		return answer{}, q.err
	}
	steps, err := s.Engine.Chains(c.session, now)
	return answer{status: http.StatusOK, body: api.Chains{Items: each(steps, viewStep)}}, err
}

func (s *server) leaveChain(c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Engine.LeaveChain(c.ctx, c.session, id.Offer(c.PathValue("id")))
}

func viewStep(s engine.Step) api.Step {
	return api.Step{Root: s.Root, From: s.From, Offer: s.Offer, Title: s.Title, Due: s.Due, Until: s.Until}
}

func viewStay(s engine.Stay) api.Stay {
	return api.Stay{Cell: s.Cell.String(), Lat: s.Point.Lat, Lon: s.Point.Lon, Times: s.Times, Last: s.Last}
}
