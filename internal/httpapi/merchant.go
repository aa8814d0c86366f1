package httpapi

import (
	"context"
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// creator makes things of one kind.
type creator[In, Out any] interface {
	Create(ctx context.Context, who catalogue.Caller, in In) (out Out, created bool, err error)
	CreateBatch(ctx context.Context, who catalogue.Caller, in []In) ([]catalogue.Result, error)
}

// shelf is one kind of thing in the catalogue.
type shelf[In, Out any] interface {
	creator[In, Out]
	Get(ctx context.Context, who catalogue.Caller, itemID string) (Out, error)
	List(ctx context.Context, who catalogue.Caller, cursor string, limit int) (api.Page[Out], error)
	Change(ctx context.Context, who catalogue.Caller, itemID, revision string, edit func(*In) error) (Out, error)
}

func merchantID(m api.Merchant) (path, revision string) {
	return "merchants/" + string(m.ID), m.Revision
}
func placeID(p api.Place) (path, revision string) { return "places/" + string(p.ID), p.Revision }
func offerID(o api.Offer) (path, revision string) { return "offers/" + string(o.ID), o.Revision }
func merchantRevision(m api.Merchant) string      { return m.Revision }
func placeRevision(p api.Place) string            { return p.Revision }
func offerRevision(o api.Offer) string            { return o.Revision }

// create answers 201, or 200 if the external id was known and its item was replaced.
func create[In, Out any](on func() shelf[In, Out], where func(Out) (path, revision string)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		var in In
		if err := decode(c.body, &in); err != nil {
			return answer{}, err
		}
		out, created, err := on().Create(c.ctx, c.caller, in)
		if err != nil {
			return answer{}, err
		}
		path, revision := where(out)
		a := answer{status: http.StatusOK, body: out, revision: revision, location: "/v1/" + path}
		if created {
			a.status = http.StatusCreated
		}
		return a, nil
	}
}

func createBatch[In, Out any](on func() shelf[In, Out]) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		var in api.Batch[In]
		if err := decode(c.body, &in); err != nil {
			return answer{}, err
		}
		results, err := on().CreateBatch(c.ctx, c.caller, in.Items)
		if err != nil {
			return answer{}, err
		}
		out := api.BatchResult{Results: make([]api.ItemResult, len(results))}
		for i, r := range results {
			item := api.ItemResult{Index: i, ID: r.ID, Revision: r.Revision, Replaced: r.Replaced}
			switch {
			case r.Err != nil:
				p := problem(fault.From(r.Err))
				item = api.ItemResult{Index: i, Problem: &p}
				out.Failed++
			case r.Replaced:
				out.Replaced++
			default:
				out.Created++
			}
			out.Results[i] = item
		}
		return answer{status: http.StatusOK, body: out}, nil
	}
}

func list[In, Out any](on func() shelf[In, Out]) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		q := c.query("cursor", "limit")
		cursor, limit := q.text("cursor"), q.integer("limit")
		if q.err != nil {
			return answer{}, q.err
		}
		page, err := on().List(c.ctx, c.caller, cursor, limit)
		return answer{status: http.StatusOK, body: page}, err
	}
}

func get[In, Out any](on func() shelf[In, Out], revision func(Out) string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		out, err := on().Get(c.ctx, c.caller, c.PathValue("id"))
		if err != nil {
			return answer{}, err
		}
		return answer{status: http.StatusOK, body: out, revision: revision(out)}, nil
	}
}

func change[In, Out any](on func() shelf[In, Out], revision func(Out) string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		expected, err := c.ifMatch()
		if err != nil {
			return answer{}, err
		}
		out, err := on().Change(c.ctx, c.caller, c.PathValue("id"), expected, func(in *In) error { return decode(c.body, in) })
		if err != nil {
			return answer{}, err
		}
		return answer{status: http.StatusOK, body: out, revision: revision(out)}, nil
	}
}

// listPlaces lists places: all of them page by page, or those near a point, or those within a box.
func (s *server) listPlaces(c *call) (answer, error) {
	q := c.query("near", "bbox", "cursor", "limit")
	cursor, limit := q.text("cursor"), q.integer("limit")
	var page api.Page[api.Place]
	var err error
	switch near, bbox := q.has("near"), q.has("bbox"); {
	case near && bbox:
		q.err = fault.Field("bbox", "must be absent when near is given")
	case (near || bbox) && cursor != "":
		q.err = fault.Field("cursor", "must be absent when near or bbox is given")
	case near:
		if p := q.point("near"); q.err == nil {
			page.Items, err = s.Catalogue.PlacesNear(c.ctx, c.caller, p, limit)
		}
	case bbox:
		if b := q.box("bbox"); q.err == nil {
			page.Items, err = s.Catalogue.PlacesWithin(c.ctx, c.caller, b, limit)
		}
	case q.err == nil:
		page, err = s.Catalogue.Places.List(c.ctx, c.caller, cursor, limit)
	}
	if q.err != nil {
		return answer{}, q.err
	}
	return answer{status: http.StatusOK, body: page}, err
}

func (s *server) removePlace(c *call) (answer, error) {
	expected, err := c.ifMatch()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, s.Catalogue.RemovePlace(c.ctx, c.caller, id.Place(c.PathValue("id")), expected)
}

// listOrPullOffers is the merchant's list for a key, and what is near for a person.
func (s *server) listOrPullOffers(c *call) (answer, error) {
	if c.session != nil {
		return s.pull(c)
	}
	return s.listOffers(c)
}
