package httpapi

import (
	"net/http"
	"strconv"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

func (s *server) purchase(c *call) (answer, error) {
	var in api.Purchase
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	switch {
	case in.ID != "":
		return answer{}, fault.Field("id", "must be absent: the server gives it")
	case in.Points != 0:
		return answer{}, fault.Field("points", "must be absent: the server gives them")
	case in.Source == engine.SourceTill:
		return answer{}, fault.Field("source", "must be %s or %s: only tills tell for tills", engine.SourceSelf, engine.SourceReceipt)
	}
	b := engine.Purchase{
		Place: in.Place, Merchant: in.Merchant, Category: in.Category, Brand: in.Brand, Amount: in.Amount, Currency: in.Currency, At: in.At,
		Source: in.Source, Items: each(in.Items, func(x api.Item) engine.Item { return engine.Item(x) }),
	}
	out, err := s.Engine.Purchase(c.ctx, c.session, b)
	return answer{status: http.StatusCreated, body: viewPurchase(out)}, err
}

func viewPurchase(b engine.Purchase) api.Purchase {
	return api.Purchase{
		ID: b.ID, Place: b.Place, Merchant: b.Merchant, Category: b.Category, Brand: b.Brand, Amount: b.Amount, Currency: b.Currency, At: b.At,
		Source: b.Source, Items: each(b.Items, func(x engine.Item) api.Item { return api.Item(x) }), Points: b.Points,
	}
}

func (s *server) purchases(c *call) (answer, error) {
	list, err := s.Engine.Purchases(c.ctx, c.session)
	if err != nil {
		return answer{}, err
	}
	return paged(c, each(list, viewPurchase))
}

func (s *server) forgetPurchase(c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Engine.ForgetPurchase(c.ctx, c.session, id.Purchase(c.PathValue("id")))
}

func (s *server) rate(c *call) (answer, error) {
	var in api.Rate
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	r := engine.Rating{Offer: in.Offer, Place: in.Place, Stars: in.Stars, At: in.At}
	if in.Redemption != "" {
		if in.Offer != "" || in.Place != "" {
			return answer{}, fault.Field("redemption", "must be absent when offer or place is given")
		}
		var err error
		if r.Offer, err = s.Engine.RatedBy(c.ctx, c.session, in.Redemption); err != nil {
			return answer{}, err
		}
	}
	out, err := s.Engine.Rate(c.ctx, c.session, r)
	return answer{status: http.StatusOK, body: api.Rating(out)}, err
}

func (s *server) ratings(c *call) (answer, error) {
	list, err := s.Engine.Ratings(c.ctx, c.session)
	if err != nil {
		return answer{}, err
	}
	return paged(c, each(list, func(r engine.Rating) api.Rating { return api.Rating(r) }))
}

func (s *server) forgetRating(c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Engine.ForgetRating(c.ctx, c.session, c.PathValue("id"))
}

// pageLimit is how many items a page of a person's own list has without a wish, and at most.
const pageLimit = 100

// paged answers the page of a list that the query asks for; a cursor is how many items to skip.
func paged[T any](c *call, list []T) (answer, error) {
	q := c.query("cursor", "limit")
	limit := q.integer("limit")
	if q.err != nil {
		return answer{}, q.err
	}
	if limit > pageLimit {
		return answer{}, fault.Field("limit", "must be from 1 to %d", pageLimit)
	}
	if limit == 0 {
		limit = pageLimit
	}
	skip := 0
	if cursor := q.text("cursor"); cursor != "" {
		var err error
		if skip, err = strconv.Atoi(cursor); err != nil || skip < 0 {
			return answer{}, fault.Field("cursor", "must be one that an answer gave")
		}
	}
	list = list[min(skip, len(list)):]
	page := api.Page[T]{Items: list[:min(limit, len(list))]}
	if len(list) > limit {
		page.Next = strconv.Itoa(skip + limit)
	}
	return answer{status: http.StatusOK, body: page}, nil
}
