package httpapi

import (
	"math"
	"net/http"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

// reaches answers phones whose system watches fences while the app sleeps.
func (s *server) reaches(c *call) (answer, error) {
	q := c.query("lat", "lon", "limit", "at")
	ask := engine.ReachQuery{Limit: q.integer("limit"), Now: q.time("at")}
	frame := wire.Pull{Seq: 1, Lat: q.optional("lat"), Lon: q.optional("lon")}
	if q.err != nil {
		return answer{}, q.err
	}
	if err := frame.Check(); err != nil { // as pull does
		return answer{}, err
	}
	if frame.Lat != nil {
		ask.At = &geo.Point{Lat: *frame.Lat, Lon: *frame.Lon}
	}
	out, err := s.Engine.Reaches(c.ctx, c.session, ask)
	return answer{status: http.StatusOK, body: api.Reaches{
		Reaches: each(out.Reaches, viewReach), Code: out.Code, Radius: out.Metres, Seconds: int(math.Ceil(out.Wait.Seconds())),
	}}, err
}

func viewReach(r offers.Reach) api.Reach {
	v := api.Reach{
		Offer: r.Offer.ID, Lat: r.Centre.Lat, Lon: r.Centre.Lon, Radius: r.Radius, Triggers: r.Triggers.Names(), Until: r.Offer.Ends,
	}
	if r.Place != nil {
		v.Place = r.Place.ID
	}
	return v
}
