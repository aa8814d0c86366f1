//nolint:bodyclose // answers that are made here are closed by the client that is tested
package webhook_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/offers"
)

const rosa = id.Merchant("mer_rosa")

var who = webhook.Caller{Merchant: rosa}

// crowd answers for people: everybody may be mentioned but those who are listed.
type crowd struct {
	*store.Store
	mu    sync.Mutex
	limit map[id.User]webhook.Disclosure
}

func (c *crowd) Discloses(_ context.Context, user id.User) (webhook.Disclosure, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.limit[user]; ok {
		return d, nil
	}
	return webhook.Disclosure{Person: true, Location: true, Push: true, Purchases: true}, nil
}

// world is a dispatcher over a store in memory, or in a directory.
type world struct {
	*webhook.Dispatcher
	store  *store.Store
	people *crowd
	stop   func()
}

func newWorld(t *testing.T, s *store.Store, transport http.RoundTripper) *world {
	t.Helper()
	if s == nil {
		var err error
		if s, err = store.OpenMemory(store.Options{}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
	}
	w := &world{store: s, people: &crowd{Store: s, limit: map[id.User]webhook.Disclosure{}}}
	d, err := webhook.Open(t.Context(), webhook.Config{
		Records: s, Outbox: s, People: w.people, Clock: time.Now, Log: slog.New(slog.DiscardHandler), AllowPrivate: true, Transport: transport,
		Merchant: func(m id.Merchant) *offers.Merchant {
			if m == rosa || m == "mer_other" {
				return &offers.Merchant{ID: m}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Dispatcher = d
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { d.Run(ctx); close(done) }()
	w.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(w.stop)
	return w
}

func (w *world) endpoint(t *testing.T, url string, events ...string) api.Webhook {
	t.Helper()
	if len(events) == 0 {
		events = []string{"*"}
	}
	ep, err := w.Create(t.Context(), who, api.WebhookInput{URL: url, Events: events})
	if err != nil {
		t.Fatal(err)
	}
	return ep
}

func (w *world) user(t *testing.T) id.User {
	t.Helper()
	u := id.NewUser("0")
	if err := w.store.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	return u
}

func redeemed(u id.User) event.Event {
	return event.Event{
		ID: id.New(id.PrefixEvent), Type: event.Redeemed, At: time.Now(), Merchant: rosa, Offer: "off_lunch", User: u, Redemption: "red_1",
		Amount: 20, Discount: 4, Currency: "EUR", Place: "plc_1",
	}
}

// received is a message as a merchant's server saw it.
type received struct {
	head http.Header
	body []byte
	api.EventMessage
}

// receiver is a merchant's server that answers as it is told, 204 by default.
func receiver(t *testing.T, answer func(n int, w http.ResponseWriter)) (*httptest.Server, chan received) {
	got, n := make(chan received, 100), 0
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := received{head: r.Header}
		m.body, _ = io.ReadAll(r.Body)
		_ = json.Unmarshal(m.body, &m.EventMessage)
		mu.Lock()
		n++
		k := n
		mu.Unlock()
		if answer != nil {
			answer(k, w)
		} else {
			w.WriteHeader(http.StatusNoContent)
		}
		got <- m
	}))
	t.Cleanup(s.Close)
	return s, got
}

func next(t *testing.T, got chan received) received {
	t.Helper()
	select {
	case m := <-got:
		return m
	case <-time.After(time.Minute):
		t.Fatal("nothing came")
		return received{}
	}
}

func TestAMessageIsSignedAndNamesNobody(t *testing.T) {
	server, got := receiver(t, nil)
	w := newWorld(t, nil, nil)
	ep := w.endpoint(t, server.URL)
	anna := w.user(t)
	verify := func(m received, secrets ...api.Secret) {
		t.Helper()
		for _, s := range secrets {
			wh, err := standardwebhooks.NewWebhook(string(s))
			if err != nil {
				t.Fatal(err)
			}
			if err := wh.Verify(m.body, m.head); err != nil {
				t.Errorf("the reference library refuses it: %v", err)
			}
		}
	}
	e := redeemed(anna)
	w.Tell(e)
	m := next(t, got)
	verify(m, ep.Secret)
	if m.head.Get("webhook-id") != e.ID || m.Type != "redemption.succeeded" || m.Data.Amount != 20 || m.Data.Redemption != "red_1" {
		t.Errorf("%s %s", m.head, m.body)
	}
	if strings.Contains(string(m.body), string(anna)) || !strings.HasPrefix(m.Data.User, "per_") {
		t.Errorf("the person is not hidden: %s", m.body)
	}
	w.Tell(redeemed(anna))
	if again := next(t, got); again.Data.User != m.Data.User {
		t.Error("the same person has two names with one merchant")
	}
	fresh, err := w.Rotate(t.Context(), who, ep.ID)
	if err != nil || fresh.Secret == ep.Secret || fresh.Secret == "" {
		t.Fatal(fresh, err)
	}
	w.Tell(redeemed(anna))
	verify(next(t, got), ep.Secret, fresh.Secret)
	if shown, _ := w.Get(t.Context(), who, ep.ID); shown.Secret != "" {
		t.Error("the secret is shown twice")
	}
	a, err := w.Test(t.Context(), who, ep.ID)
	if err != nil || a.Problem != "" || a.Status != 204 {
		t.Error(a, err)
	}
	ping := next(t, got)
	verify(ping, fresh.Secret)
	if ping.Type != "webhook.ping" {
		t.Error(ping.Type)
	}
}

func TestWhatMayLeave(t *testing.T) {
	server, got := receiver(t, nil)
	w := newWorld(t, nil, nil)
	w.endpoint(t, server.URL)
	anna, child, shy := w.user(t), w.user(t), w.user(t)
	w.people.limit[child] = webhook.Disclosure{Location: true, Push: true}
	w.people.limit[shy] = webhook.Disclosure{Person: true, Location: true}
	for _, c := range []struct {
		name string
		e    event.Event
		out  bool
		user bool
	}{
		{"a reach, with consents", event.Event{Type: event.EnteredReach, User: anna}, true, true},
		{"a reach, without pushes", event.Event{Type: event.EnteredReach, User: shy}, false, false},
		{"a delivery", event.Event{Type: event.Delivered, User: shy}, true, true},
		{"a delivery to a minor", event.Event{Type: event.Delivered, User: child}, false, false},
		{"a redemption by a minor", event.Event{Type: event.Redeemed, User: child}, true, false},
		{"a suppression", event.Event{Type: event.Suppressed, User: anna, Code: "quiet_hours"}, false, false},
		{"a rating", event.Event{Type: event.Rated, User: anna, Stars: 1}, false, false},
		{"a visit", event.Event{Type: event.VisitedPlace, User: anna}, false, false},
		{"a purchase", event.Event{Type: event.Purchased, User: anna}, false, false},
		{"somebody unknown", event.Event{Type: event.Redeemed, User: "usr_0_nobody"}, false, false},
		{"an offer paused", event.Event{Type: event.Paused}, true, false},
		{"another merchant's", event.Event{Type: event.Paused, Merchant: "mer_other"}, false, false},
		{"another mode's", event.Event{Type: event.Paused, Mode: offers.Test}, false, false},
		{"a refusal for a mood", event.Event{Type: event.Refused, User: anna, Code: offers.CodeGuardMood}, true, true},
	} {
		c.e.ID, c.e.At = id.New(id.PrefixEvent), time.Now()
		if c.e.Merchant == "" {
			c.e.Merchant = rosa
		}
		w.Tell(c.e)
		last := event.Event{ID: id.New(id.PrefixEvent), Type: event.SoldOut, At: time.Now(), Merchant: rosa}
		w.Tell(last)
		seen := map[string]received{}
		for range 2 { // they may overtake one another
			m := next(t, got)
			seen[m.head.Get("webhook-id")] = m
			if len(seen) == 1 && !c.out {
				break
			}
		}
		m, out := seen[c.e.ID]
		if out != c.out || (m.Data.User != "") != c.user || strings.Contains(string(m.body), "mood") {
			t.Errorf("%s: left %v: %s", c.name, out, m.body)
		}
	}
}

// script answers attempts without a network, one entry each; the last stays.
type script struct {
	mu    sync.Mutex
	steps []func(*http.Request) (*http.Response, error)
	times []time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	step := s.steps[min(len(s.times), len(s.steps)-1)]
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	return step(r)
}

func answer(status int, head ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(head); i += 2 {
			h.Set(head[i], head[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
	}
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// during runs fn on a virtual clock with a dispatcher that meets the script.
func during(t *testing.T, s *script, fn func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		mem, err := store.OpenMemory(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, mem, s)
		fn(t, w)
		w.stop()
		_ = mem.Close()
		<-time.After(2 * time.Second) // buntdb notices
	})
}

func TestRetriesThenADeadLetterThenReplay(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){answer(500), hang, answer(302, "Location", "http://x/")}}
	during(t, s, func(t *testing.T, w *world) {
		ep := w.endpoint(t, "https://rosa.example/hook")
		start := time.Now()
		w.Tell(redeemed(w.user(t)))
		<-time.After(4 * 24 * time.Hour)
		least := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
		if len(s.times) != len(least) {
			t.Fatalf("%d attempts, want %d", len(s.times), len(least))
		}
		before := start
		for i, at := range s.times {
			slack := least[i]/4 + 16*time.Second // jitter, and an attempt that hung
			if pause := at.Sub(before); pause < least[i] || pause > least[i]+slack {
				t.Errorf("attempt %d came after %v, want %v", i+1, pause, least[i])
			}
			before = at
		}
		dead, err := w.Dead(t.Context(), who, ep.ID)
		if err != nil || len(dead.Items) != 1 || dead.Items[0].Attempts != 10 || dead.Items[0].Problem != "redirect" {
			t.Fatal(dead, err)
		}
		log, _ := w.Attempts(t.Context(), who, ep.ID)
		if n := len(log.Items); n != 10 || log.Items[n-1].Status != 500 || log.Items[n-2].Problem != "timeout" || log.Items[n-2].Millis != 15000 {
			t.Error(log)
		}
		s.steps = append(s.steps, answer(200))
		s.times = make([]time.Time, 3)
		out, err := w.Replay(t.Context(), who, ep.ID, api.WebhookReplay{Since: start.Add(-time.Second)})
		if err != nil || out.Replayed != 1 {
			t.Fatal(out, err)
		}
		<-time.After(time.Second)
		if st := w.Stats(); st.Dead != 0 || st.Waiting != 0 || st.Attempts["ok"] != 1 || st.Attempts["status"] != 1 {
			t.Error(st)
		}
		if _, err := w.Replay(t.Context(), who, ep.ID, api.WebhookReplay{Event: "evt_none"}); !errors.Is(err, fault.New(fault.NotFound, fault.CodeNotFound, "")) {
			t.Error(err)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){answer(503, "Retry-After", "3600"), answer(200)}}
	during(t, s, func(t *testing.T, w *world) {
		w.endpoint(t, "https://rosa.example/hook")
		w.Tell(redeemed(w.user(t)))
		<-time.After(2 * time.Hour)
		if len(s.times) != 2 || s.times[1].Sub(s.times[0]) < time.Hour {
			t.Error(s.times)
		}
	})
}

func TestGoneDisables(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){answer(410)}}
	during(t, s, func(t *testing.T, w *world) {
		ep := w.endpoint(t, "https://rosa.example/hook")
		w.Tell(redeemed(w.user(t)))
		<-time.After(time.Second)
		w.Tell(redeemed(w.user(t)))
		<-time.After(time.Second)
		ep, _ = w.Get(t.Context(), who, ep.ID)
		if *ep.Enabled || !strings.Contains(ep.Note, "410") || ep.Dead != 1 || len(s.times) != 1 {
			t.Error(ep, len(s.times))
		}
		on := true
		ep, err := w.Change(t.Context(), who, ep.ID, "", func(in *api.WebhookInput) error { in.Enabled = &on; return nil })
		if err != nil || !*ep.Enabled || ep.Note != "" {
			t.Error(ep, err)
		}
	})
}

func TestDaysOfFailureDisable(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){answer(500)}}
	during(t, s, func(t *testing.T, w *world) {
		ep := w.endpoint(t, "https://rosa.example/hook")
		for range 7 {
			w.Tell(redeemed(w.user(t)))
			<-time.After(24 * time.Hour)
		}
		ep, _ = w.Get(t.Context(), who, ep.ID)
		if *ep.Enabled || !strings.Contains(ep.Note, "No attempt has succeeded since") {
			t.Error(ep)
		}
	})
}

func TestASlowEndpointKeepsNobodyWaiting(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "slow.example" {
			return hang(r)
		}
		return answer(200)(r)
	}}}
	during(t, s, func(t *testing.T, w *world) {
		w.endpoint(t, "https://slow.example/")
		w.endpoint(t, "https://quick.example/")
		u := w.user(t)
		for range 200 {
			w.Tell(redeemed(u))
		}
		<-time.After(time.Second)
		if st := w.Stats(); st.Attempts["ok"] != 200 || st.Waiting != 200 {
			t.Error(st)
		}
	})
}

func TestTheOutboxIsBounded(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){hang}}
	during(t, s, func(t *testing.T, w *world) {
		w.endpoint(t, "https://slow.example/")
		for range 3 {
			for range 4000 {
				w.Tell(event.Event{ID: id.New(id.PrefixEvent), Type: event.Paused, At: time.Now(), Merchant: rosa})
			}
			synctest.Wait()
		}
		if st := w.Stats(); st.Waiting != 10_000 || st.Dropped["full"] != 2000 {
			t.Error(st)
		}
	})
}

// TestAFullOutboxDrains holds that what was dropped while an endpoint was slow keeps nothing of the rest from going out.
func TestAFullOutboxDrains(t *testing.T) {
	slow := make(chan struct{})
	s := &script{steps: []func(*http.Request) (*http.Response, error){func(r *http.Request) (*http.Response, error) {
		<-slow
		return answer(200)(r)
	}}}
	during(t, s, func(t *testing.T, w *world) {
		w.endpoint(t, "https://slow.example/")
		slow = make(chan struct{}) // of the test's bubble
		for range 4 {
			for range 5000 {
				w.Tell(event.Event{ID: id.New(id.PrefixEvent), Type: event.Paused, At: time.Now(), Merchant: rosa})
			}
			synctest.Wait()
		}
		close(slow)
		synctest.Wait()
		if st := w.Stats(); st.Waiting != 0 || st.Attempts["ok"] < 10_000 {
			t.Error(st)
		}
	})
}

// TestOnePingAtATime holds that tests of an endpoint don't pile up.
func TestOnePingAtATime(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){hang}}
	during(t, s, func(t *testing.T, w *world) {
		ep := w.endpoint(t, "https://slow.example/")
		go func() { _, _ = w.Test(context.Background(), who, ep.ID) }()
		synctest.Wait()
		if _, err := w.Test(t.Context(), who, ep.ID); fault.From(err).Kind != fault.RateLimited {
			t.Error(err)
		}
		<-time.After(time.Minute)
		if _, err := w.Test(t.Context(), who, ep.ID); err != nil {
			t.Error(err)
		}
	})
}

// TestTwoAttemptsFailAtOnce lets the state of an endpoint be written while another of its messages is settled: it is for
// the race detector.
func TestTwoAttemptsFailAtOnce(t *testing.T) {
	const messages = 40
	server, got := receiver(t, func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	w := newWorld(t, nil, nil)
	ep := w.endpoint(t, server.URL)
	anna := w.user(t)
	for range messages {
		w.Tell(redeemed(anna))
	}
	for range messages {
		next(t, got)
	}
	if back, err := w.Get(t.Context(), who, ep.ID); err != nil || back.Waiting != messages {
		t.Errorf("%d wait, want %d: %v", back.Waiting, messages, err)
	}
}

func TestMessagesSurviveAndGoWithThePerson(t *testing.T) {
	dir := t.TempDir()
	open := func() *store.Store {
		s, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	server, got := receiver(t, func(n int, w http.ResponseWriter) {
		if n <= 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	first := newWorld(t, open(), nil)
	ep := first.endpoint(t, server.URL)
	anna, ben, eve := first.user(t), first.user(t), first.user(t)
	first.Tell(redeemed(anna))
	first.Tell(redeemed(ben))
	entered := redeemed(eve)
	entered.Type = event.EnteredReach
	first.Tell(entered)
	for range 3 {
		next(t, got)
	}
	first.stop()
	if _, err := first.store.EraseUser(t.Context(), anna); err != nil {
		t.Fatal(err)
	}
	if err := first.Recall(t.Context(), eve); err != nil {
		t.Fatal(err)
	}
	if err := first.store.Close(); err != nil {
		t.Fatal(err)
	}
	second := newWorld(t, open(), nil)
	defer func() { second.stop(); _ = second.store.Close() }()
	m := next(t, got) // the second attempt, about 5 s after the first
	if name, _ := second.store.Alias(t.Context(), ben, string(rosa)); m.Data.User != name {
		t.Errorf("%s, want ben alone", m.body)
	}
	for second.Stats().Waiting > 0 {
		<-time.After(time.Millisecond)
	}
	if len(got) > 0 {
		t.Errorf("a message about somebody erased or withdrawn went out: %s", (<-got).body)
	}
	if back, err := second.Get(t.Context(), who, ep.ID); err != nil || back.URL != server.URL {
		t.Error(back, err)
	}
}

func TestEndpointsAreTheMerchantsOwn(t *testing.T) {
	w := newWorld(t, nil, nil)
	ep := w.endpoint(t, "https://rosa.example/hook", "redemption.succeeded")
	other := webhook.Caller{Merchant: "mer_other"}
	if _, err := w.Get(t.Context(), other, ep.ID); err == nil {
		t.Error("another merchant sees it")
	}
	if err := w.Remove(t.Context(), other, ep.ID, ""); err == nil {
		t.Error("another merchant deletes it")
	}
	for _, in := range []api.WebhookInput{
		{URL: "https://rosa.example/"},
		{URL: "https://rosa.example/", Events: []string{"user.undressed"}},
		{URL: "https://rosa.example/", Events: []string{"offer.suppressed"}},
		{URL: "ftp://rosa.example/", Events: []string{"*"}},
		{URL: "https://rosa.example/", Events: []string{"*"}, Merchant: "mer_other"},
	} {
		if _, err := w.Create(t.Context(), who, in); err == nil {
			t.Errorf("taken: %+v", in)
		}
	}
	for range webhook.MaxEndpoints - 1 {
		w.endpoint(t, "https://rosa.example/hook")
	}
	if _, err := w.Create(t.Context(), who, api.WebhookInput{URL: "https://rosa.example/", Events: []string{"*"}}); err == nil {
		t.Error("there is no end to webhooks")
	}
	if err := w.Remove(t.Context(), who, ep.ID, "stale"); err == nil {
		t.Error("a stale revision deletes")
	}
	if err := w.Remove(t.Context(), who, ep.ID, ep.Revision); err != nil {
		t.Error(err)
	}
	page, err := w.List(t.Context(), who, "", 10)
	if err != nil || len(page.Items) != 10 || page.Next == "" {
		t.Error(page, err)
	}
	rest, _ := w.List(t.Context(), who, page.Next, 10)
	if len(rest.Items) != webhook.MaxEndpoints-1-10 || rest.Next != "" {
		t.Error(len(rest.Items))
	}
}

func TestTheBasketNeedsAConsent(t *testing.T) {
	server, got := receiver(t, nil)
	w := newWorld(t, nil, nil)
	w.endpoint(t, server.URL)
	shy := w.user(t)
	w.people.limit[shy] = webhook.Disclosure{Person: true, Location: true, Push: true}
	w.Tell(event.Event{
		ID: id.New(id.PrefixEvent), Type: event.Redeemed, At: time.Now(), Merchant: rosa, User: shy, Amount: 20, Discount: 4, Currency: "EUR",
	})
	if m := next(t, got); m.Data.Amount != 0 || m.Data.Discount != 4 || m.Data.User == "" {
		t.Errorf("%+v", m.Data)
	}
}
