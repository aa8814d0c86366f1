package client

import (
	"context"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

var errTodo = fault.New(fault.Unavailable, fault.CodeUnavailable, "not implemented yet")

// --- the merchant's side: secret key

func (c *Client) CreateMerchant(ctx context.Context, in api.MerchantInput) (out api.Merchant, err error) {
	return out, errTodo
}
func (c *Client) Merchant(ctx context.Context, m id.Merchant) (out api.Merchant, err error) {
	return out, errTodo
}
func (c *Client) Merchants(ctx context.Context, cursor string, limit int) (out api.Page[api.Merchant], err error) {
	return out, errTodo
}
func (c *Client) ChangeMerchant(ctx context.Context, m id.Merchant, revision string, p api.Patch) (out api.Merchant, err error) {
	return out, errTodo
}

func (c *Client) CreatePlace(ctx context.Context, in api.PlaceInput) (out api.Place, err error) {
	return out, errTodo
}
func (c *Client) CreatePlaces(ctx context.Context, in []api.PlaceInput) (out api.BatchResult, err error) {
	return out, errTodo
}
func (c *Client) Place(ctx context.Context, p id.Place) (out api.Place, err error) {
	return out, errTodo
}
func (c *Client) Places(ctx context.Context, cursor string, limit int) (out api.Page[api.Place], err error) {
	return out, errTodo
}
func (c *Client) PlacesNear(ctx context.Context, p geo.Point, limit int) (out []api.Place, err error) {
	return out, errTodo
}
func (c *Client) PlacesWithin(ctx context.Context, b geo.Box, limit int) (out []api.Place, err error) {
	return out, errTodo
}
func (c *Client) ChangePlace(ctx context.Context, p id.Place, revision string, patch api.Patch) (out api.Place, err error) {
	return out, errTodo
}
func (c *Client) RemovePlace(ctx context.Context, p id.Place, revision string) error { return errTodo }

func (c *Client) CreateOffer(ctx context.Context, in api.OfferInput) (out api.Offer, err error) {
	return out, errTodo
}
func (c *Client) CreateOffers(ctx context.Context, in []api.OfferInput) (out api.BatchResult, err error) {
	return out, errTodo
}
func (c *Client) Offer(ctx context.Context, o id.Offer) (out api.Offer, err error) {
	return out, errTodo
}
func (c *Client) Offers(ctx context.Context, cursor string, limit int) (out api.Page[api.Offer], err error) {
	return out, errTodo
}
func (c *Client) ChangeOffer(ctx context.Context, o id.Offer, revision string, patch api.Patch) (out api.Offer, err error) {
	return out, errTodo
}
func (c *Client) StopOffer(ctx context.Context, o id.Offer) (out api.Offer, err error) {
	return out, errTodo
}

// --- opting in: publishable key

func (c *Client) OptIn(ctx context.Context, in api.OptIn) (out api.OptedIn, err error) {
	return out, errTodo
}

// --- the person's side: device token (use As)

func (c *Client) Pull(ctx context.Context, q api.PullQuery) (out api.Page[wire.Offer], err error) {
	return out, errTodo
}
func (c *Client) Me(ctx context.Context) (out api.Account, err error)        { return out, errTodo }
func (c *Client) Erase(ctx context.Context) (out api.Receipt, err error)     { return out, errTodo }
func (c *Client) Consents(ctx context.Context) (out api.Consents, err error) { return out, errTodo }
func (c *Client) SetConsents(ctx context.Context, in api.ConsentChange) (out api.Consents, err error) {
	return out, errTodo
}
func (c *Client) ChangeConsents(ctx context.Context, in api.ConsentChange) (out api.Consents, err error) {
	return out, errTodo
}
func (c *Client) Preferences(ctx context.Context) (out api.Preferences, err error) {
	return out, errTodo
}
func (c *Client) SetPreferences(ctx context.Context, in api.Preferences) (out api.Preferences, err error) {
	return out, errTodo
}
func (c *Client) SetPushToken(ctx context.Context, in api.PushToken) error { return errTodo }
func (c *Client) Positions(ctx context.Context, fixes []wire.Fix) (out api.PositionsTaken, err error) {
	return out, errTodo
}
func (c *Client) Mood(ctx context.Context, in api.Mood) error         { return errTodo }
func (c *Client) Feedback(ctx context.Context, in api.Feedback) error { return errTodo }
func (c *Client) Purchase(ctx context.Context, in api.Purchase) (out api.Purchase, err error) {
	return out, errTodo
}
func (c *Client) Redeem(ctx context.Context, in api.Redeem) (out api.Redemption, err error) {
	return out, errTodo
}
