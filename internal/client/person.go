package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// The person's side: OptIn takes a publishable key, the other calls the device token that it answers; see Client.As.

// OptIn makes a person of somebody who allowed something. The token in the answer is shown once.
func (c *Client) OptIn(ctx context.Context, in api.OptIn) (out api.OptedIn, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/users", body: in, creates: true}, &out)
}

// Notices returns what to show before asking for mood, in "en" or "de". It takes the key, or the token.
func (c *Client) Notices(ctx context.Context, lang string) (out api.Notices, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/notices", query: url.Values{"lang": {lang}}}, &out)
}

// Pull returns offers near a point, best first.
func (c *Client) Pull(ctx context.Context, q api.PullQuery) (out api.Page[wire.Offer], err error) {
	v := around(page(q.Cursor, q.Limit), q.Lat, q.Lon)
	if q.Radius != 0 {
		v.Set("radius", number(q.Radius))
	}
	if len(q.Categories) > 0 {
		v["category"] = q.Categories
	}
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/offers", query: instant(v, q.At)}, &out)
}

// Reaches returns the circles that a phone's system may watch while the app sleeps, nearest first.
func (c *Client) Reaches(ctx context.Context, q api.ReachQuery) (out api.Reaches, err error) {
	v := around(page("", q.Limit), q.Lat, q.Lon)
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/reaches", query: instant(v, q.At)}, &out)
}

// around adds a point to a query, as far as it is there.
func around(q url.Values, lat, lon *float64) url.Values {
	if lat != nil {
		q.Set("lat", number(*lat))
	}
	if lon != nil {
		q.Set("lon", number(*lon))
	}
	return q
}

// instant adds the time of a simulated person to a query, unless it is zero.
func instant(q url.Values, at time.Time) url.Values {
	if !at.IsZero() {
		q.Set("at", at.Format(time.RFC3339Nano))
	}
	return q
}

// Me returns everything that is held about the person. For simulated people it is as of at, if that is not zero; others
// have the server's clock.
func (c *Client) Me(ctx context.Context, at time.Time) (out api.Account, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me", query: instant(url.Values{}, at)}, &out)
}

// Erase forgets the person. The token is worth nothing afterwards.
func (c *Client) Erase(ctx context.Context) (out api.Receipt, err error) {
	return out, c.do(ctx, request{method: http.MethodDelete, path: "/v1/me"}, &out)
}

// Consents returns what the person allows.
func (c *Client) Consents(ctx context.Context) (out api.Consents, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/consents"}, &out)
}

// SetConsents replaces all consents: a purpose that is not named is withdrawn.
func (c *Client) SetConsents(ctx context.Context, in api.ConsentChange) (out api.Consents, err error) {
	return out, c.do(ctx, request{method: http.MethodPut, path: "/v1/me/consents", body: in}, &out)
}

// ChangeConsents moves only the switches that are named.
func (c *Client) ChangeConsents(ctx context.Context, in api.ConsentChange) (out api.Consents, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: "/v1/me/consents", body: in}, &out)
}

// Preferences returns how the person wants to be served.
func (c *Client) Preferences(ctx context.Context) (out api.Preferences, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/preferences"}, &out)
}

// SetPreferences replaces how the person wants to be served.
func (c *Client) SetPreferences(ctx context.Context, in api.Preferences) (out api.Preferences, err error) {
	return out, c.do(ctx, request{method: http.MethodPut, path: "/v1/me/preferences", body: in}, &out)
}

// SetPushToken adds or removes a device that takes pushes.
func (c *Client) SetPushToken(ctx context.Context, in api.PushToken) error {
	return c.do(ctx, request{method: http.MethodPut, path: "/v1/me/push-token", body: in}, nil)
}

// WebPushKey returns what browsers subscribe with. Takes a publishable key too.
func (c *Client) WebPushKey(ctx context.Context) (out api.WebPushKey, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/webpush-key"}, &out)
}

// Positions reports fixes without a socket, oldest first, at most wire.MaxFixes.
func (c *Client) Positions(ctx context.Context, fixes []wire.Fix) (out api.PositionsTaken, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/me/positions", body: api.Positions{Fixes: fixes}}, &out)
}

// Moods returns the words and faces for one tap, in "en" or "de". It takes the key, or the token.
func (c *Client) Moods(ctx context.Context, lang string) (out api.Moods, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/moods", query: url.Values{"lang": {lang}}}, &out)
}

// Mood reports an affect; of one with a label only that and the time are sent.
func (c *Client) Mood(ctx context.Context, in api.Mood) error {
	body := any(in)
	if in.Label != "" {
		body = struct {
			Label string `json:"label"`
			At    int64  `json:"at,omitzero"`
		}{in.Label, in.At}
	}
	return c.do(ctx, request{method: http.MethodPost, path: "/v1/me/mood", body: body}, nil)
}

// Feedback reports what the person did with an offer.
func (c *Client) Feedback(ctx context.Context, in api.Feedback) error {
	return c.do(ctx, request{method: http.MethodPost, path: "/v1/me/feedback", body: in}, nil)
}

// Purchase reports something that the person bought.
func (c *Client) Purchase(ctx context.Context, in api.Purchase) (out api.Purchase, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/me/purchases", body: in, creates: true}, &out)
}

// Purchases returns what the person bought, newest first.
func (c *Client) Purchases(ctx context.Context, cursor string, limit int) (out api.Page[api.Purchase], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/purchases", query: page(cursor, limit)}, &out)
}

// ForgetPurchase forgets one purchase.
func (c *Client) ForgetPurchase(ctx context.Context, purchase id.Purchase) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/purchases/" + url.PathEscape(string(purchase))}, nil)
}

// Rate gives stars to what the person redeemed, or to where they were.
func (c *Client) Rate(ctx context.Context, in api.Rate) (out api.Rating, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/me/ratings", body: in}, &out)
}

// Ratings returns what the person gave, newest first.
func (c *Client) Ratings(ctx context.Context, cursor string, limit int) (out api.Page[api.Rating], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/ratings", query: page(cursor, limit)}, &out)
}

// ForgetRating takes the rating of an offer or a place back.
func (c *Client) ForgetRating(ctx context.Context, subject string) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/ratings/" + url.PathEscape(subject)}, nil)
}

// ChangePreferences changes only what the patch names.
func (c *Client) ChangePreferences(ctx context.Context, p api.Patch) (out api.Preferences, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: "/v1/me/preferences", body: p}, &out)
}

// Pause keeps pushes away for a while.
func (c *Client) Pause(ctx context.Context, in api.Pause) (out api.Paused, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/me/pause", body: in}, &out)
}

// EndPause ends the pause.
func (c *Client) EndPause(ctx context.Context) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/pause"}, nil)
}

// Why explains a delivery.
func (c *Client) Why(ctx context.Context, delivery id.Delivery) (out api.Why, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/deliveries/" + url.PathEscape(string(delivery)) + "/why"}, &out)
}

// Suppressions returns what was held back, newest first.
func (c *Client) Suppressions(ctx context.Context, cursor string, limit int) (out api.Page[api.WhyNot], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/suppressions", query: page(cursor, limit)}, &out)
}

// Visits returns the places where the person stopped, newest first.
func (c *Client) Visits(ctx context.Context) (out api.Page[api.Visit], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/me/visits"}, &out)
}

// ForgetVisits forgets the places where the person stopped.
func (c *Client) ForgetVisits(ctx context.Context) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/me/visits"}, nil)
}
