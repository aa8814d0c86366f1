package httpapi

import (
	"net/http"
	"strconv"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// moveOffer takes an offer a step through its life.
func (s *server) moveOffer(step string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		out, err := s.Catalogue.MoveOffer(c.ctx, c.caller, id.Offer(c.PathValue("id")), step)
		return answer{status: http.StatusOK, body: out, revision: out.Revision}, err
	}
}

func (s *server) listOffers(c *call) (answer, error) {
	q := c.query("status", "cursor", "limit")
	status, cursor, limit := q.text("status"), q.text("cursor"), q.integer("limit")
	if q.err != nil {
		return answer{}, q.err
	}
	page, err := s.Catalogue.ListOffers(c.ctx, c.caller, status, cursor, limit)
	return answer{status: http.StatusOK, body: page}, err
}

func (s *server) offerVersions(c *call) (answer, error) {
	list, err := s.Catalogue.Versions(c.ctx, c.caller, id.Offer(c.PathValue("id")))
	return answer{status: http.StatusOK, body: api.Page[api.OfferVersion]{Items: list}}, err
}

func (s *server) offerVersion(c *call) (answer, error) {
	n, err := strconv.Atoi(c.PathValue("n"))
	if err != nil {
		return answer{}, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such version: it is a number from 1.")
	}
	out, err := s.Catalogue.Version(c.ctx, c.caller, id.Offer(c.PathValue("id")), n)
	return answer{status: http.StatusOK, body: out}, err
}
