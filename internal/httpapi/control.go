package httpapi

import (
	"net/http"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// The person's own controls: a pause, why and why not, visits.

func (s *server) pause(c *call) (answer, error) {
	var in api.Pause
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	var until time.Time
	var err error
	switch {
	case in.UntilTomorrow && in.Minutes != 0:
		err = fault.Field("minutes", "must be absent when untilTomorrow is given")
	case in.UntilTomorrow:
		until, err = s.Engine.PauseUntilTomorrow(c.ctx, c.session, in.At)
	case in.Minutes < 1:
		err = fault.Field("minutes", "must be at least 1, or untilTomorrow must be given")
	default:
		until, err = s.Engine.Pause(c.ctx, c.session, time.Duration(in.Minutes)*time.Minute, in.At)
	}
	return answer{status: http.StatusOK, body: api.Paused{Until: until}}, err
}

func (s *server) unpause(c *call) (answer, error) {
	_, err := s.Engine.Pause(c.ctx, c.session, 0, time.Time{})
	return answer{status: http.StatusNoContent}, err
}

func (s *server) why(c *call) (answer, error) {
	w, err := s.Engine.Why(c.ctx, c.session, id.Delivery(c.PathValue("id")))
	d := w.Delivery
	return answer{status: http.StatusOK, body: api.Why{
		Delivery: d.ID, Offer: id.Offer(d.Offer.ID), Title: d.Offer.Title, Merchant: d.Offer.Merchant, At: d.At, Status: d.Status,
		Trigger: d.Offer.Trigger, Confidence: d.Confidence, Sponsored: d.Sponsored, Reasons: d.Offer.Reasons, NotUsed: viewTold(w.NotUsed),
		NeverAsked: viewTold(w.NeverAsked), Controls: d.Offer.Controls,
	}}, err
}

func viewTold(list []engine.Told) []api.Told {
	return each(list, func(t engine.Told) api.Told { return api.Told(t) })
}

func (s *server) suppressions(c *call) (answer, error) {
	q := c.query("cursor", "limit")
	cursor, limit := q.text("cursor"), q.integer("limit")
	if q.err != nil {
		return answer{}, q.err
	}
	page, err := s.Engine.Suppressions(c.session, cursor, limit)
	return answer{status: http.StatusOK, body: api.Page[api.WhyNot]{Next: page.Next, Items: each(page.Items, func(w engine.WhyNot) api.WhyNot {
		return api.WhyNot{
			Offer: w.Offer, Title: w.Title, Merchant: w.Merchant, Code: w.Code, Text: w.Text, At: w.At, Change: (*api.Told)(w.Change),
		}
	})}}, err
}

func (s *server) visits(c *call) (answer, error) {
	list, err := s.Engine.Visits(c.session)
	return answer{status: http.StatusOK, body: api.Page[api.Visit]{Items: each(list, func(v engine.Visit) api.Visit { return api.Visit(v) })}}, err
}

func (s *server) forgetVisits(c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Engine.ForgetVisits(c.ctx, c.session)
}
