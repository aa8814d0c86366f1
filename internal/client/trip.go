package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// StartTrip says where the person goes, in place of what they said before.
func (c *Client) StartTrip(ctx context.Context, in api.Trip) (out api.Trip, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/me/trips", body: in, creates: true}, &out)
}

// Trip returns where the person said they go, or a not_found fault; at is read for simulated people only.
func (c *Client) Trip(ctx context.Context, at time.Time) (out api.Trip, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/trips/current", query: instant(url.Values{}, at)}, &out)
}

// EndTrip says that they go there no longer.
func (c *Client) EndTrip(ctx context.Context) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/trips/current"}, nil)
}

// Chains returns the offers that wait for the person because they used others; at is read for simulated people only.
func (c *Client) Chains(ctx context.Context, at time.Time) (out api.Chains, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/chains", query: instant(url.Values{}, at)}, &out)
}

// LeaveChain forgets what waits in the chain that began with an offer.
func (c *Client) LeaveChain(ctx context.Context, root id.Offer) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/chains/" + string(root)}, nil)
}
