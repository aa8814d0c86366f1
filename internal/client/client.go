package client

import (
	"net/http"
	"net/url"

	"github.com/flaneur-io/flaneur/internal/api"
)

// Client calls one server with one credential: an API key or a device token.
type Client struct {
	base       *url.URL
	credential api.Secret
	http       *http.Client
}

// New returns a client of the server at baseURL ("http://127.0.0.1:8080"). The credential is a secret key for the
// merchant's side, a publishable key to opt people in, a device token for the person's side.
func New(baseURL string, credential api.Secret) (*Client, error) { return nil, nil }

// As returns a client of the same server with another credential; both share their connections.
func (c *Client) As(credential api.Secret) *Client { d := *c; d.credential = credential; return &d }
