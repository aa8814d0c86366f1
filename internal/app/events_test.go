package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app/apptest"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/wire"
)

// till is a merchant's own server; it takes messages only while it is open.
type till struct {
	*httptest.Server
	open atomic.Bool
	got  chan heard
}

type heard struct {
	id, body string
	api.EventMessage
}

func newTill(t *testing.T) *till {
	m := &till{got: make(chan heard, 100)}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := heard{id: r.Header.Get("webhook-id")}
		body, _ := io.ReadAll(r.Body)
		h.body = string(body)
		_ = json.Unmarshal(body, &h.EventMessage)
		if !m.open.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		m.got <- h
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *till) hear(t *testing.T) heard {
	t.Helper()
	select {
	case h := <-m.got:
		return h
	case <-time.After(time.Minute):
		t.Fatal("nothing was heard")
		return heard{}
	}
}

// TestAMessageOutlivesTheServer kills a server whose merchant did not answer; the next one tells the same message.
func TestAMessageOutlivesTheServer(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a second attempt")
	}
	dir, m := t.TempDir(), newTill(t)
	c := spawn(t, dir)
	defer func() { c.kill() }()
	o := (&apptest.Server{Merchant: c.merchant}).Lunch(t, market)
	if _, err := c.merchant.CreateWebhook(t.Context(), api.WebhookInput{Merchant: o.Merchant, URL: m.URL, Events: []string{"offer.stopped"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.merchant.StopOffer(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	first := m.hear(t)
	if first.Type != "offer.stopped" || first.Data.Offer != o.ID {
		t.Fatalf("heard %+v", first)
	}
	c.kill()
	m.open.Store(true)
	c = spawn(t, dir)
	if again := m.hear(t); again.id != first.id || again.body != first.body {
		t.Errorf("heard %+v, then %+v", first, again)
	}
}

// TestWhatHappensIsHeard lets a person receive an offer: the merchant hears of it under a name of its own, and of nothing
// more once the person has withdrawn.
func TestWhatHappensIsHeard(t *testing.T) {
	m := newTill(t)
	m.open.Store(true)
	day := nightless(t)
	s := start(t, t.TempDir(), func(c *config.Config) { day(c); c.Webhooks.AllowPrivate = true })
	o := s.Lunch(t, market)
	if _, err := s.Merchant.CreateWebhook(t.Context(), api.WebhookInput{Merchant: o.Merchant, URL: m.URL, Events: []string{"*"}}); err != nil {
		t.Fatal(err)
	}
	me, in := s.somebody(t, "location", "push")
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sock.Close() }()
	if _, err := me.Positions(t.Context(), []wire.Fix{fix(market)}); err != nil {
		t.Fatal(err)
	}
	for {
		h := m.hear(t)
		if strings.Contains(h.body, string(in.User)) || !strings.HasPrefix(h.Data.User, "per_") {
			t.Errorf("heard %s", h.body)
		}
		if h.Type == "offer.delivered" {
			if h.Data.Channel != "socket" || h.Data.Trigger != "nearby" || h.Data.Offer != o.ID {
				t.Errorf("heard %s", h.body)
			}
			return
		}
	}
}
