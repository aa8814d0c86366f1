package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

const (
	attempts   = 5                      // of one call, the first included
	maxWait    = 30 * time.Second       // a longer Retry-After is told to the caller instead
	minWait    = 100 * time.Millisecond // if the server gives no time; doubled with every attempt
	maxAnswer  = 64 << 20               // bytes
	idleConns  = 256
	idleExpiry = 90 * time.Second
)

// Client calls one server with one credential: an API key or a device token.
type Client struct {
	base       *url.URL
	credential api.Secret
	http       *http.Client
	patience   patience // of sockets
	key        string   // of the call that creates; empty: a new one for each
}

// New returns a client of the server at baseURL ("http://127.0.0.1:8080"). The credential is a secret key for the
// merchant's side, a publishable key to opt people in, a device token for the person's side.
func New(baseURL string, credential api.Secret) (*Client, error) {
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fault.Field("server", "must be a URL such as https://flaneur.example")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.IdleConnTimeout = idleConns, idleExpiry
	return &Client{base: base, credential: credential, http: &http.Client{Transport: transport}, patience: standard}, nil
}

// As returns a client of the same server with another credential; both share their connections.
func (c *Client) As(credential api.Secret) *Client { d := *c; d.credential = credential; return &d }

// Again returns a client for one call that creates something and that may have to be repeated later, even by another
// process: with the same key it creates nothing twice. The server remembers keys for a day.
func (c *Client) Again(key string) *Client { d := *c; d.key = key; return &d }

// Close closes idle connections, those of all clients made with As too.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// request is one call.
type request struct {
	method, path string
	query        url.Values
	body         any    // nil: none
	revision     string // for If-Match
	creates      bool   // gets an Idempotency-Key
}

// do makes a call and reads the answer into out, unless that is nil. What the server asks to repeat is repeated.
func (c *Client) do(ctx context.Context, r request, out any) error {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return fault.New(fault.Invalid, fault.CodeMalformed, "The request can't be written as JSON.").Wrap(err)
		}
	}
	head := http.Header{"Authorization": {"Bearer " + string(c.credential)}}
	if body != nil {
		head.Set("Content-Type", "application/json")
	}
	if r.revision != "" {
		head.Set("If-Match", strconv.Quote(r.revision))
	}
	if r.creates {
		head.Set("Idempotency-Key", cmp.Or(c.key, id.New(""))) // the same for every attempt
	}
	u := c.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	wait := minWait
	for attempt := 1; ; attempt++ {
		err := c.attempt(ctx, r.method, u.String(), head, body, out)
		f := fault.From(err)
		if f == nil || attempt == attempts || f.RetryAfter > maxWait || f.Kind != fault.RateLimited && f.Kind != fault.Unavailable {
			return err
		}
		if err := sleep(ctx, max(wait, f.RetryAfter)); err != nil {
			return err
		}
		wait *= 2
	}
}

func (c *Client) attempt(ctx context.Context, method, target string, head http.Header, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "The request can't be made.").Wrap(err)
	}
	req.Header = head
	res, err := c.http.Do(req)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return unreachable(ctx, err)
	case res.StatusCode >= 400:
		return problem(res, answer)
	case out == nil || len(answer) == 0:
		return nil
	}
	if raw, ok := out.(*[]byte); ok { // a picture
		*raw = answer
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fault.New(fault.Internal, fault.CodeMalformed, "The server's answer can't be read.").Wrap(err)
	}
	return nil
}

func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err // without the URL: its query may hold a position
	}
	return fault.New(fault.Unavailable, fault.CodeUnavailable, "The server can't be reached; whether it took the request is unknown.").Wrap(err)
}

// kinds by status.
var kinds = map[int]fault.Kind{
	http.StatusUnauthorized:          fault.Unauthorized,
	http.StatusForbidden:             fault.Forbidden,
	http.StatusNotFound:              fault.NotFound,
	http.StatusConflict:              fault.Conflict,
	http.StatusPreconditionFailed:    fault.Conflict,
	http.StatusGone:                  fault.Gone,
	http.StatusRequestEntityTooLarge: fault.TooLarge,
	http.StatusTooManyRequests:       fault.RateLimited,
	http.StatusBadGateway:            fault.Unavailable,
	http.StatusServiceUnavailable:    fault.Unavailable,
	http.StatusGatewayTimeout:        fault.Unavailable,
}

// problem turns an answer of 400 and above into the fault that the server had.
func problem(res *http.Response, body []byte) error {
	kind, known := kinds[res.StatusCode]
	if !known && res.StatusCode < 500 {
		kind = fault.Invalid
	}
	var p api.Problem
	if json.Unmarshal(body, &p) != nil || p.Code == "" { // a proxy's page, perhaps
		p = api.Problem{Code: fault.CodeInternal, Detail: "The answer was " + res.Status + "."}
	}
	f := fault.New(kind, p.Code, "%s", p.Detail).WithField(p.Field).WithRetry(time.Duration(p.RetryAfter) * time.Millisecond)
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && p.RetryAfter == 0 {
		f = f.WithRetry(time.Duration(seconds) * time.Second)
	}
	return f
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
