package client

import (
	"context"
	"net/http"
	"strconv"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Offers returns a page of the merchant's offers that are not archived; limit 0 is the server's choice.
func (c *Client) Offers(ctx context.Context, cursor string, limit int) (api.Page[api.Offer], error) {
	return c.OffersIn(ctx, "", cursor, limit)
}

// OffersIn is Offers for those of a status: draft, active, paused, stopped or archived.
func (c *Client) OffersIn(ctx context.Context, status, cursor string, limit int) (out api.Page[api.Offer], err error) {
	q := page(cursor, limit)
	if status != "" {
		q.Set("status", status)
	}
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/offers", query: q}, &out)
}

// PublishOffer makes a draft public.
func (c *Client) PublishOffer(ctx context.Context, o id.Offer) (api.Offer, error) {
	return c.moveOffer(ctx, o, "publish")
}

// PauseOffer takes an offer out of sight until it is resumed; what was reserved stays good.
func (c *Client) PauseOffer(ctx context.Context, o id.Offer) (api.Offer, error) {
	return c.moveOffer(ctx, o, "pause")
}

// ResumeOffer undoes PauseOffer.
func (c *Client) ResumeOffer(ctx context.Context, o id.Offer) (api.Offer, error) {
	return c.moveOffer(ctx, o, "resume")
}

// StopOffer ends an offer for good.
func (c *Client) StopOffer(ctx context.Context, o id.Offer) (api.Offer, error) {
	return c.moveOffer(ctx, o, "stop")
}

// ArchiveOffer takes an offer that was stopped, or never published, off the lists.
func (c *Client) ArchiveOffer(ctx context.Context, o id.Offer) (api.Offer, error) {
	return c.moveOffer(ctx, o, "archive")
}

func (c *Client) moveOffer(ctx context.Context, o id.Offer, step string) (out api.Offer, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/offers/" + string(o) + "/" + step}, &out)
}

// OfferVersions returns what an offer said, newest first.
func (c *Client) OfferVersions(ctx context.Context, o id.Offer) ([]api.OfferVersion, error) {
	var out api.Page[api.OfferVersion]
	err := c.do(ctx, request{method: http.MethodGet, path: "/v1/offers/" + string(o) + "/versions"}, &out)
	return out.Items, err
}

// OfferVersion returns what an offer said as one of its versions.
func (c *Client) OfferVersion(ctx context.Context, o id.Offer, version int) (out api.OfferVersion, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/offers/" + string(o) + "/versions/" + strconv.Itoa(version)}, &out)
}
