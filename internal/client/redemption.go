package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Redeem reserves an offer for the person, or uses it at once where there is no till.
func (c *Client) Redeem(ctx context.Context, in api.Redeem) (out api.Redemption, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/me/redemptions", body: in, creates: true}, &out)
}

// Redemptions returns what the person reserved and used, the latest first.
func (c *Client) Redemptions(ctx context.Context) (out api.Page[api.Redemption], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/redemptions"}, &out)
}

// GiveBack ends a reservation of the person.
func (c *Client) GiveBack(ctx context.Context, r id.Redemption) (out api.Redemption, err error) {
	return out, c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/redemptions/" + url.PathEscape(string(r))}, &out)
}

// RedemptionQR returns the QR code of a reservation as a PNG picture.
func (c *Client) RedemptionQR(ctx context.Context, r id.Redemption) (picture []byte, err error) {
	return picture, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/redemptions/" + url.PathEscape(string(r)) + "/qr.png"}, &picture)
}

// Loyalty returns the person's points, by merchant.
func (c *Client) Loyalty(ctx context.Context) (out api.Loyalty, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/loyalty"}, &out)
}

// MemberCode returns the person's present code for tills.
func (c *Client) MemberCode(ctx context.Context) (out api.MemberCode, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/member-code"}, &out)
}

// CheckCodes tells what a checkout would bring, and changes nothing. It and the calls below take the key of a till.
func (c *Client) CheckCodes(ctx context.Context, in api.Checkout) (out api.CheckoutResult, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/till/check", body: in}, &out)
}

// RedeemCodes uses all codes of a checkout, or none.
func (c *Client) RedeemCodes(ctx context.Context, in api.Checkout) (out api.CheckoutResult, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/till/redemptions", body: in, creates: true}, &out)
}

// RollBack takes a redemption back.
func (c *Client) RollBack(ctx context.Context, r id.Redemption) (out api.CheckoutLine, err error) {
	path := "/v1/till/redemptions/" + url.PathEscape(string(r)) + "/rollback"
	return out, c.do(ctx, request{method: http.MethodPost, path: path, creates: true}, &out)
}

// TillPurchase reports a purchase of somebody who showed their member's code.
func (c *Client) TillPurchase(ctx context.Context, in api.TillPurchase) (out api.Credited, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/till/purchases", body: in, creates: true}, &out)
}

// SyncTill tells what a till did without network. It may be repeated.
func (c *Client) SyncTill(ctx context.Context, in api.OfflineRedemptions) (out api.OfflineResults, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/till/sync", body: in}, &out)
}

// TillKeys returns what a till needs to work without network: the keys, and what ended since.
func (c *Client) TillKeys(ctx context.Context, since time.Time) (out api.TillKeys, err error) {
	r := request{method: http.MethodGet, path: "/v1/till/keys"}
	if !since.IsZero() {
		r.query = url.Values{"since": {since.UTC().Format(time.RFC3339)}}
	}
	return out, c.do(ctx, r, &out)
}
