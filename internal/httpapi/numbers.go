package httpapi

import (
	"net/http"
	"strconv"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/insight"
)

const maxEstimatePlaces = 100

func (s *server) offerNumbers(c *call) (answer, error) {
	o, err := s.Catalogue.Offers.Get(c.ctx, c.caller, c.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return s.numbers(c, insight.Question{Merchant: o.Merchant, Offer: o.ID})
}

func (s *server) merchantNumbers(c *call) (answer, error) {
	m, err := s.Catalogue.Merchants.Get(c.ctx, c.caller, c.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return s.numbers(c, insight.Question{Merchant: m.ID})
}

func (s *server) numbers(c *call, ask insight.Question) (answer, error) {
	q := c.query("from", "to", "by")
	ask.From, ask.To, ask.By = q.text("from"), q.text("to"), q.text("by")
	if q.err != nil {
		return answer{}, q.err
	}
	out, err := s.Numbers.Numbers(c.ctx, ask)
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) estimate(c *call) (answer, error) {
	var in api.EstimateInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	regions, err := s.estimated(c, in)
	if err != nil {
		return answer{}, err
	}
	out, err := s.Footfall.Estimate(c.caller.Mode, regions)
	return answer{status: http.StatusOK, body: out}, err
}

// estimated returns the regions that an estimate is asked for.
func (s *server) estimated(c *call, in api.EstimateInput) ([]geo.Region, error) {
	hasReach := in.Reach != nil && !in.Reach.IsZero()
	switch {
	case hasReach == (len(in.Places) > 0):
		return nil, fault.Field("reach", "must be given, or places with a radius; not both")
	case hasReach:
		r, err := s.Catalogue.Outlined(*in.Reach)
		return []geo.Region{r}, err
	case len(in.Places) > maxEstimatePlaces:
		return nil, fault.Field("places", "must be at most %d", maxEstimatePlaces)
	}
	out := make([]geo.Region, 0, len(in.Places))
	for i, which := range in.Places {
		p, err := s.Catalogue.Places.Get(c.ctx, c.caller, string(which))
		if err != nil {
			return nil, fault.From(err).WithField("places[" + strconv.Itoa(i) + "]")
		}
		r, err := geo.NewCircle(*p.Location, in.Radius)
		if err != nil {
			return nil, fault.From(err).WithField("radius")
		}
		out = append(out, r)
	}
	return out, nil
}
