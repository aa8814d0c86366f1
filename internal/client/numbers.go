package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// NumbersQuery says which numbers; all of it may be empty.
type NumbersQuery struct {
	From, To string // days as 2026-05-01, both included; empty: the last 28
	By       string // day, hour or store
}

func (q NumbersQuery) values() url.Values {
	v := url.Values{}
	for name, text := range map[string]string{"from": q.From, "to": q.To, "by": q.By} {
		if text != "" {
			v.Set(name, text)
		}
	}
	return v
}

// OfferNumbers returns what came of an offer.
func (c *Client) OfferNumbers(ctx context.Context, o id.Offer, q NumbersQuery) (out api.Numbers, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/offers/" + string(o) + "/numbers", query: q.values()}, &out)
}

// MerchantNumbers returns what came of all offers of a merchant.
func (c *Client) MerchantNumbers(ctx context.Context, m id.Merchant, q NumbersQuery) (out api.Numbers, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/merchants/" + string(m) + "/numbers", query: q.values()}, &out)
}

// Estimate returns how many people pass through a reach on a day, in a coarse band.
func (c *Client) Estimate(ctx context.Context, in api.EstimateInput) (out api.Estimate, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/offers/estimate", body: in}, &out)
}
