package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// The merchant's side: these calls take a secret key.

// CreateMerchant makes a merchant, or replaces the one with the same external id.
func (c *Client) CreateMerchant(ctx context.Context, in api.MerchantInput) (out api.Merchant, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/merchants", body: in, creates: true}, &out)
}

// Merchant returns a merchant.
func (c *Client) Merchant(ctx context.Context, m id.Merchant) (out api.Merchant, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/merchants/" + string(m)}, &out)
}

// Merchants returns a page of merchants; limit 0 is the server's choice.
func (c *Client) Merchants(ctx context.Context, cursor string, limit int) (out api.Page[api.Merchant], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/merchants", query: page(cursor, limit)}, &out)
}

// ChangeMerchant changes what the patch names. A revision that is no longer the merchant's is a conflict; an empty one
// does not matter.
func (c *Client) ChangeMerchant(ctx context.Context, m id.Merchant, revision string, p api.Patch) (out api.Merchant, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: "/v1/merchants/" + string(m), body: p, revision: revision}, &out)
}

// CreatePlace makes a place, or replaces the one with the same external id.
func (c *Client) CreatePlace(ctx context.Context, in api.PlaceInput) (out api.Place, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/places", body: in, creates: true}, &out)
}

// CreatePlaces makes or replaces up to 1000 places; each stands or fails alone.
func (c *Client) CreatePlaces(ctx context.Context, in []api.PlaceInput) (out api.BatchResult, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/places/batch", body: api.Batch[api.PlaceInput]{Items: in}, creates: true}, &out)
}

// Place returns a place.
func (c *Client) Place(ctx context.Context, p id.Place) (out api.Place, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/places/" + string(p)}, &out)
}

// Places returns a page of places; limit 0 is the server's choice.
func (c *Client) Places(ctx context.Context, cursor string, limit int) (out api.Page[api.Place], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/places", query: page(cursor, limit)}, &out)
}

// PlacesNear returns places near a point, nearest first.
func (c *Client) PlacesNear(ctx context.Context, p geo.Point, limit int) ([]api.Place, error) {
	q := page("", limit)
	q.Set("near", number(p.Lat)+","+number(p.Lon))
	var out api.Page[api.Place]
	err := c.do(ctx, request{method: http.MethodGet, path: "/v1/places", query: q}, &out)
	return out.Items, err
}

// PlacesWithin returns places in a box, in no order.
func (c *Client) PlacesWithin(ctx context.Context, b geo.Box, limit int) ([]api.Place, error) {
	q := page("", limit)
	q.Set("bbox", fmt.Sprintf("%s,%s,%s,%s", number(b.West), number(b.South), number(b.East), number(b.North)))
	var out api.Page[api.Place]
	err := c.do(ctx, request{method: http.MethodGet, path: "/v1/places", query: q}, &out)
	return out.Items, err
}

// ChangePlace changes what the patch names; see ChangeMerchant for the revision.
func (c *Client) ChangePlace(ctx context.Context, p id.Place, revision string, patch api.Patch) (out api.Place, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: "/v1/places/" + string(p), body: patch, revision: revision}, &out)
}

// RemovePlace deletes a place at which no offer is active.
func (c *Client) RemovePlace(ctx context.Context, p id.Place, revision string) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/places/" + string(p), revision: revision}, nil)
}

// CreateOffer publishes an offer, or replaces the merchant's one with the same external id.
func (c *Client) CreateOffer(ctx context.Context, in api.OfferInput) (out api.Offer, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/offers", body: in, creates: true}, &out)
}

// CreateOffers publishes or replaces up to 1000 offers; each stands or fails alone.
func (c *Client) CreateOffers(ctx context.Context, in []api.OfferInput) (out api.BatchResult, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/offers/batch", body: api.Batch[api.OfferInput]{Items: in}, creates: true}, &out)
}

// Offer returns an offer as its merchant sees it.
func (c *Client) Offer(ctx context.Context, o id.Offer) (out api.Offer, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/offers/" + string(o)}, &out)
}

// ChangeOffer changes what the patch names; see ChangeMerchant for the revision.
func (c *Client) ChangeOffer(ctx context.Context, o id.Offer, revision string, patch api.Patch) (out api.Offer, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: "/v1/offers/" + string(o), body: patch, revision: revision}, &out)
}

func page(cursor string, limit int) url.Values {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit != 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
