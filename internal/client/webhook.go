package client

import (
	"context"
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
)

// CreateWebhook makes an endpoint for events. The answer holds its secret, which is shown once.
func (c *Client) CreateWebhook(ctx context.Context, in api.WebhookInput) (out api.Webhook, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/webhooks", body: in, creates: true}, &out)
}

// Webhooks returns a page of endpoints; limit 0 is the server's choice.
func (c *Client) Webhooks(ctx context.Context, cursor string, limit int) (out api.Page[api.Webhook], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/webhooks", query: page(cursor, limit)}, &out)
}

// Webhook returns an endpoint.
func (c *Client) Webhook(ctx context.Context, webhook string) (out api.Webhook, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: "/v1/webhooks/" + webhook}, &out)
}

// ChangeWebhook changes what the patch names; see ChangeMerchant for the revision.
func (c *Client) ChangeWebhook(ctx context.Context, webhook, revision string, p api.Patch) (out api.Webhook, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: "/v1/webhooks/" + webhook, body: p, revision: revision}, &out)
}

// RemoveWebhook deletes an endpoint with all that waits for it.
func (c *Client) RemoveWebhook(ctx context.Context, webhook, revision string) error {
	return c.do(ctx, request{method: http.MethodDelete, path: "/v1/webhooks/" + webhook, revision: revision}, nil)
}

// RotateWebhook gives an endpoint a new secret, which is in the answer; the one before signs, too, for a day.
func (c *Client) RotateWebhook(ctx context.Context, webhook string) (out api.Webhook, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/webhooks/" + webhook + "/rotate"}, &out)
}

// TestWebhook sends a ping and returns what came of it.
func (c *Client) TestWebhook(ctx context.Context, webhook string) (out api.WebhookAttempt, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/webhooks/" + webhook + "/test"}, &out)
}

// WebhookAttempts returns the last attempts at an endpoint, newest first.
func (c *Client) WebhookAttempts(ctx context.Context, webhook string) ([]api.WebhookAttempt, error) {
	var out api.Page[api.WebhookAttempt]
	err := c.do(ctx, request{method: http.MethodGet, path: "/v1/webhooks/" + webhook + "/attempts"}, &out)
	return out.Items, err
}

// DeadLetters returns the messages to an endpoint that were given up, oldest first.
func (c *Client) DeadLetters(ctx context.Context, webhook string) ([]api.DeadLetter, error) {
	var out api.Page[api.DeadLetter]
	err := c.do(ctx, request{method: http.MethodGet, path: "/v1/webhooks/" + webhook + "/dead"}, &out)
	return out.Items, err
}

// ReplayWebhook lets dead letters go out again.
func (c *Client) ReplayWebhook(ctx context.Context, webhook string, in api.WebhookReplay) (out api.WebhookReplayed, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: "/v1/webhooks/" + webhook + "/replay", body: in}, &out)
}
