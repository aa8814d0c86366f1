package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	lib "github.com/SherClockHolmes/webpush-go"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/outbound"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
)

const (
	maxPayload   = 3993        // what is left of 4096 bytes under the encryption
	maxTopic     = 32          // characters, by RFC 8030
	maxAnswer    = 4 << 10     // bytes that are read of an answer
	throttleWait = time.Minute // after a 429 that does not say
)

// sender turns one entry into one HTTP request.
type sender struct {
	client                   *http.Client
	transport                *http.Transport
	private, public, subject string
	allowPrivate             bool
}

func newSender(c Config, private, public string) *sender {
	t := outbound.NewTransport(c.AllowPrivate, nil, outbound.Limits{Timeout: c.Timeout, Idle: 64, IdlePerHost: 16})
	return &sender{
		client: &http.Client{
			Transport:     t,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		transport: t, private: private, public: public, subject: strings.TrimPrefix(c.Subject, "mailto:"), allowPrivate: c.AllowPrivate,
	}
}

// parse reads the JSON of a subscription. The field of a fault is token.
func parse(token string, allowPrivate bool) (*lib.Subscription, error) {
	var s lib.Subscription
	if err := json.Unmarshal([]byte(token), &s); err != nil || s.Endpoint == "" {
		return nil, fault.Field("token", "must be the JSON of a PushSubscription: endpoint and keys")
	}
	key, err := decode(s.Keys.P256dh)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	secret, secretErr := decode(s.Keys.Auth)
	if err != nil || secretErr != nil || len(secret) != 16 {
		return nil, fault.Field("token", "must have the keys p256dh and auth of the subscription")
	}
	return &s, outbound.CheckURL("token", s.Endpoint, allowPrivate)
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}

// payload is what the service worker reads.
type payload struct {
	Title    string `json:"title,omitempty"`
	Body     string `json:"body,omitempty"`
	Delivery string `json:"delivery"`
	Offer    string `json:"offer,omitempty"`
	Trigger  string `json:"trigger,omitempty"`
	Tag      string `json:"tag,omitempty"` // one notification takes the place of the other
}

// Send makes exactly one request and returns nil or one of the errors of package push.
func (s *sender) Send(ctx context.Context, e push.Entry) error {
	subscription, err := parse(e.Token, s.allowPrivate)
	if err != nil {
		return push.ErrTokenDead.Wrap(err) // it never was one, or the settings became stricter
	}
	m := &e.Message
	text, err := json.Marshal(payload{
		Title: m.Title, Body: m.Body, Delivery: string(m.ID), Offer: m.Data["offer"], Trigger: m.Data["trigger"], Tag: m.CollapseKey,
	})
	if err != nil || len(text) > maxPayload {
		return push.ErrTooLarge
	}
	resp, err := lib.SendNotificationWithContext(ctx, text, subscription, &lib.Options{
		HTTPClient: s.client, Subscriber: s.subject, VAPIDPrivateKey: s.private, VAPIDPublicKey: s.public,
		Topic: topic(subscription.Keys.Auth, m.CollapseKey), TTL: max(int(time.Until(m.Expires).Seconds()), 0), Urgency: lib.UrgencyHigh,
	})
	if err != nil {
		if errors.Is(err, outbound.ErrAddress) {
			return push.ErrRejected.Wrap(outbound.ErrAddress)
		}
		return push.ErrUnavailable.Wrap(hideAddress(err))
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	return classify(resp, time.Now())
}

// hideAddress takes the address off an error: whoever knows it can tell which browser it is.
func hideAddress(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// topic is under what a waiting message is replaced: the push service must not learn which offer it is.
func topic(auth, collapseKey string) string {
	if collapseKey == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(auth))
	mac.Write([]byte(collapseKey))
	return encode(mac.Sum(nil))[:maxTopic]
}

// classify maps a status to our errors. A subscription that ended answers 404 or 410; its address is its own, so that no
// misconfiguration of ours looks like it.
func classify(resp *http.Response, now time.Time) error {
	wait := courier.RetryAfter(resp.Header, now)
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return push.ErrTokenDead
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return push.ErrCredentials
	case status == http.StatusTooManyRequests:
		if wait == 0 {
			wait = throttleWait
		}
		return push.ErrThrottled.WithRetry(wait)
	case status >= http.StatusInternalServerError:
		return push.ErrUnavailable.WithRetry(wait)
	case status == http.StatusRequestEntityTooLarge:
		return push.ErrTooLarge
	}
	return push.ErrRejected
}
