package httpapi_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/webhook"
)

// nobody is people of whom nothing is told.
type nobody struct{}

func (nobody) Alias(context.Context, id.User, string) (string, error) { return "", nil }
func (nobody) Discloses(context.Context, id.User) (webhook.Disclosure, error) {
	return webhook.Disclosure{}, nil
}

func TestWebhooks(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	w := newWorld(t)
	body := `{"merchant":"$merchant","url":"` + server.URL + `","events":["*"]}`
	w.vars["hook"] = w.made("sk", "/v1/webhooks", body, "id")
	w.run(t, []scenario{
		{name: "make one", method: "POST /v1/webhooks", cred: "sk", body: body, status: 201, contains: []string{`"secret":"whsec_`, `"enabled":true`}},
		{name: "a bound key makes its own", method: "POST /v1/webhooks", cred: "boundsk", body: `{"url":"https://example.com/","events":["offer.sold_out"]}`, status: 201, contains: []string{"$merchant"}},
		{name: "not for others", method: "POST /v1/webhooks", cred: "boundsk", body: `{"merchant":"$stranger","url":"https://example.com/","events":["*"]}`, status: 403, code: "forbidden", field: "merchant"},
		{name: "of nobody", method: "POST /v1/webhooks", cred: "sk", body: `{"url":"https://example.com/","events":["*"]}`, status: 400, code: "invalid_field", field: "merchant"},
		{name: "a wrong type", method: "POST /v1/webhooks", cred: "boundsk", body: `{"url":"https://example.com/","events":["*","x"]}`, status: 400, code: "invalid_field", field: "events[1]"},
		{name: "a wrong address", method: "POST /v1/webhooks", cred: "boundsk", body: `{"url":"https://169.254.169.254/","events":["*"]}`, status: 400, code: "invalid_field", field: "url"},
		{name: "with a password", method: "POST /v1/webhooks", cred: "boundsk", body: `{"url":"https://a:b@example.com/","events":["*"]}`, status: 400, code: "invalid_field", field: "url"},
		{name: "an unknown member", method: "POST /v1/webhooks", cred: "boundsk", body: `{"secret":"mine"}`, status: 400, code: "unknown_field", field: "secret"},
		{name: "list", method: "GET /v1/webhooks?limit=1", cred: "sk", status: 200, contains: []string{`"next":"whk_`}, lacks: []string{"whsec_"}},
		{name: "read", method: "GET /v1/webhooks/$hook$", cred: "sk", status: 200, contains: []string{`"waiting":0`}, lacks: []string{"whsec_"}},
		{name: "of the other mode", method: "GET /v1/webhooks/$hook$", cred: "testsk", status: 404, code: "not_found"},
		{name: "change", method: "PATCH /v1/webhooks/$hook$", cred: "sk", body: `{"events":["offer.delivered"],"name":"till"}`, status: 200, contains: []string{`["offer.delivered"]`, `"name":"till"`}},
		{name: "it keeps its merchant", method: "PATCH /v1/webhooks/$hook$", cred: "sk", body: `{"merchant":"$stranger"}`, status: 400, code: "invalid_field", field: "merchant"},
		{name: "a stale change", method: "PATCH /v1/webhooks/$hook$", cred: "sk", body: `{}`, headers: []string{"If-Match", `"7"`}, status: 412, code: "conflict"},
		{name: "rotate", method: "POST /v1/webhooks/$hook$/rotate", cred: "sk", status: 200, contains: []string{`"secret":"whsec_`, `"oldUntil":"`}},
		{name: "ping", method: "POST /v1/webhooks/$hook$/test", cred: "sk", status: 200, contains: []string{`"status":200`}},
		{name: "attempts", method: "GET /v1/webhooks/$hook$/attempts", cred: "sk", status: 200, contains: []string{`"type":"webhook.ping"`}},
		{name: "dead letters", method: "GET /v1/webhooks/$hook$/dead", cred: "sk", status: 200, contains: []string{`"items":[]`}},
		{name: "replay all since", method: "POST /v1/webhooks/$hook$/replay", cred: "sk", body: `{"since":"2026-01-01T00:00:00Z"}`, status: 200, contains: []string{`"replayed":0`}},
		{name: "replay nothing", method: "POST /v1/webhooks/$hook$/replay", cred: "sk", body: `{}`, status: 400, code: "invalid_field", field: "event"},
		{name: "replay what is not dead", method: "POST /v1/webhooks/$hook$/replay", cred: "sk", body: `{"event":"evt_1"}`, status: 404, code: "not_found", field: "event"},
		{name: "not for people", method: "GET /v1/webhooks", cred: "token", status: 403, code: "forbidden"},
		{name: "delete", method: "DELETE /v1/webhooks/$hook$", cred: "sk", status: 204},
		{name: "deleted", method: "DELETE /v1/webhooks/$hook$", cred: "sk", status: 404, code: "not_found"},
	})
}
