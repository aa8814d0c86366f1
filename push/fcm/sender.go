package fcm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
	htransport "google.golang.org/api/transport/http"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
)

const scope = "https://www.googleapis.com/auth/firebase.messaging"

// sender turns one entry into one HTTP request.
type sender struct {
	client    *messaging.Client
	transport *http.Transport
}

func (s *sender) open(ctx context.Context, c Config) error {
	base := newTransport(c)
	var rt http.RoundTripper = base
	if c.CredentialsFile != "" {
		project, err := readProject(c.CredentialsFile)
		if err != nil {
			return err
		}
		if c.Project == "" {
			c.Project = project
		}
		rt, err = htransport.NewTransport(ctx, base, option.WithScopes(scope), option.WithTelemetryDisabled(),
			option.WithAuthCredentialsFile(option.ServiceAccount, c.CredentialsFile))
		if err != nil {
			return fault.Field("credentials_file", "must hold a service account key").Wrap(err)
		}
	}
	if c.Project == "" {
		return fault.Field("project", "must be set: no credentials file names it")
	}
	opts := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: once{rt}})}
	if c.Endpoint != "" {
		opts = append(opts, option.WithEndpoint(c.Endpoint))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: c.Project}, opts...)
	if err != nil {
		return fmt.Errorf("fcm: open: %w", err)
	}
	client, err := app.Messaging(ctx)
	if err != nil {
		return fmt.Errorf("fcm: open: %w", err)
	}
	s.client, s.transport = client, base
	return nil
}

func newTransport(c Config) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = c.Workers                                                             // an endpoint without HTTP/2 takes a connection per worker
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second} // all share one connection: notice when it is dead
	if c.dial != nil {
		t.DialContext = c.dial
	}
	return t
}

func readProject(file string) (string, error) {
	b, err := os.ReadFile(file) //nolint:gosec // the operator's own configuration
	if err != nil {
		return "", fault.Field("credentials_file", "must be readable").Wrap(err)
	}
	var key struct {
		Project string `json:"project_id"`
	}
	if err := json.Unmarshal(b, &key); err != nil {
		return "", fault.Field("credentials_file", "must hold a service account key") // the cause could quote the key
	}
	return key.Project, nil
}

func (s *sender) close() { s.transport.CloseIdleConnections() }

// Send makes exactly one request and returns nil or one of the errors of package push.
func (s *sender) Send(ctx context.Context, e push.Entry) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	_, err := s.client.Send(context.WithValue(ctx, stopKey{}, stop), build(e, time.Now()))
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return asTransport(cause)
	}
	return classify(err)
}

// build makes FCM's form of an entry: what goes stale goes away, what repeats takes the place of the former.
func build(e push.Entry, now time.Time) *messaging.Message {
	m := &e.Message
	data := make(map[string]string, len(m.Data)+1)
	for k, v := range m.Data {
		data[k] = v
	}
	data[push.DataDelivery] = string(m.ID)
	ttl := max(m.Expires.Sub(now), 0).Truncate(time.Second)
	out := &messaging.Message{
		Token: e.Token,
		Data:  data,
		Android: &messaging.AndroidConfig{
			CollapseKey: m.CollapseKey,
			Priority:    "high", // a person is to see it here and now, or not at all
			TTL:         &ttl,
		},
		APNS: &messaging.APNSConfig{
			Headers: map[string]string{
				"apns-priority":   "5", // all that Apple takes for what shows nothing
				"apns-expiration": strconv.FormatInt(m.Expires.Unix(), 10),
			},
			Payload: &messaging.APNSPayload{Aps: &messaging.Aps{ContentAvailable: true}}, // wakes the app
		},
	}
	if m.CollapseKey != "" {
		out.APNS.Headers["apns-collapse-id"] = m.CollapseKey
	}
	if m.Title != "" || m.Body != "" {
		out.Notification = &messaging.Notification{Title: m.Title, Body: m.Body}
		out.Android.Notification = &messaging.AndroidNotification{Tag: m.CollapseKey}
		out.APNS.Headers["apns-priority"] = "10"
	}
	return out
}

type stopKey struct{}

// once makes the library send a message once. Left alone it would repeat on its own after every transport error
// and every 503: so here both end the Send's context, with what happened as its cause. The answer is read whole,
// because one that breaks off in its middle counts as a transport error too.
type once struct{ next http.RoundTripper }

const maxAnswer = 64 << 10

func (o once) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(r)
	if err == nil {
		var body []byte
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err == nil && resp.StatusCode == http.StatusServiceUnavailable {
		err = push.ErrUnavailable.WithRetry(courier.RetryAfter(resp.Header, time.Now()))
	}
	if err != nil {
		if stop, ok := r.Context().Value(stopKey{}).(context.CancelCauseFunc); ok {
			stop(err)
		}
		return nil, err
	}
	return resp, nil
}
