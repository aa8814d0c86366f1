package httpapi

import (
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/webhook"
)

func (s *server) createWebhook(c *call) (answer, error) {
	var in api.WebhookInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	out, err := s.Webhooks.Create(c.ctx, webhook.Caller(c.caller), in)
	return answer{status: http.StatusCreated, body: out, revision: out.Revision, location: "/v1/webhooks/" + out.ID}, err
}

func (s *server) listWebhooks(c *call) (answer, error) {
	q := c.query("cursor", "limit")
	cursor, limit := q.text("cursor"), q.integer("limit")
	if q.err != nil {
		return answer{}, q.err
	}
	out, err := s.Webhooks.List(c.ctx, webhook.Caller(c.caller), cursor, limit)
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) getWebhook(c *call) (answer, error) {
	out, err := s.Webhooks.Get(c.ctx, webhook.Caller(c.caller), c.PathValue("id"))
	return answer{status: http.StatusOK, body: out, revision: out.Revision}, err
}

func (s *server) changeWebhook(c *call) (answer, error) {
	expected, err := c.ifMatch()
	if err != nil {
		return answer{}, err
	}
	edit := func(in *api.WebhookInput) error { return decode(c.body, in) }
	out, err := s.Webhooks.Change(c.ctx, webhook.Caller(c.caller), c.PathValue("id"), expected, edit)
	return answer{status: http.StatusOK, body: out, revision: out.Revision}, err
}

func (s *server) removeWebhook(c *call) (answer, error) {
	expected, err := c.ifMatch()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, s.Webhooks.Remove(c.ctx, webhook.Caller(c.caller), c.PathValue("id"), expected)
}

func (s *server) rotateWebhook(c *call) (answer, error) {
	out, err := s.Webhooks.Rotate(c.ctx, webhook.Caller(c.caller), c.PathValue("id"))
	return answer{status: http.StatusOK, body: out, revision: out.Revision}, err
}

func (s *server) testWebhook(c *call) (answer, error) {
	out, err := s.Webhooks.Test(c.ctx, webhook.Caller(c.caller), c.PathValue("id"))
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) webhookAttempts(c *call) (answer, error) {
	out, err := s.Webhooks.Attempts(c.ctx, webhook.Caller(c.caller), c.PathValue("id"))
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) deadLetters(c *call) (answer, error) {
	out, err := s.Webhooks.Dead(c.ctx, webhook.Caller(c.caller), c.PathValue("id"))
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) replayWebhook(c *call) (answer, error) {
	var in api.WebhookReplay
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	out, err := s.Webhooks.Replay(c.ctx, webhook.Caller(c.caller), c.PathValue("id"), in)
	return answer{status: http.StatusOK, body: out}, err
}
