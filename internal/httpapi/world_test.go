package httpapi_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/httpapi"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// world is a server with everything behind it, in memory.
type world struct {
	t      testing.TB
	url    string
	store  *store.Store
	book   *insight.Book
	server *httptest.Server
	now    time.Time
	vars   map[string]string // what "$name" in a URL, header or body stands for
	log    strings.Builder
}

func newWorld(t testing.TB, change ...func(*httpapi.Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Now().UTC().Truncate(time.Second), vars: map[string]string{}}
	s, err := store.OpenMemory(store.Options{})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	w.store = s
	clock := func() time.Time { return w.now }
	index := offers.NewCatalogue(hex.Grid{})
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	log := slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey { // may hold any digits
			return slog.Attr{}
		}
		return a
	}}))
	e := engine.New(engine.Options{
		Catalogue: index, Matcher: offers.NewMatcher(index, rails), Rails: rails, Records: records{s}, Ledger: s, Codes: s, Sender: silence{},
		Grid: hex.Grid{}, Clock: clock, Log: log,
	})
	e.SetHolders([]privacy.Eraser{tombstone{s}, e.Forget()})
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	c, err := catalogue.Open(ctx, catalogue.Config{Store: s, Ledger: s, Index: index, Cells: cells, Outline: hex.Region, Clock: clock, Listener: e})
	must(t, err)
	hooks, err := webhook.Open(ctx, webhook.Config{
		Records: s, Outbox: s, People: nobody{}, Merchant: index.Merchant, Clock: clock, Log: log, AllowPrivate: true,
	})
	must(t, err)
	book, err := insight.Open(ctx, insight.Config{
		Notes: s, Offer: index.Offer, Clock: clock, Zone: time.UTC, Cohort: 20, Keep: time.Hour, Log: log,
	})
	must(t, err)
	w.book = book
	footfall, err := insight.OpenFootfall(ctx, insight.FootfallConfig{
		Notes: s, Grid: hex.Grid{}, Clock: clock, Zone: time.UTC, Cohort: 20, Log: log,
	})
	must(t, err)
	cfg := httpapi.Config{
		Webhooks: hooks, Numbers: book, Footfall: footfall,
		Engine: e, Catalogue: c, Clock: clock, Log: log, Origins: []string{"https://app.example"}, LocalSimulation: true,
		Once: func(ctx context.Context, scope, key string, body [32]byte, do func(context.Context) ([]byte, id.User, error)) ([]byte, bool, error) {
			return s.Once(ctx, store.Request{Scope: scope, Key: key, Body: body}, do)
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	w.server = httptest.NewServer(httpapi.New(cfg))
	t.Cleanup(w.server.Close)
	w.url = w.server.URL
	w.populate()
	return w
}

// populate makes keys of all kinds, a merchant with a place and an offer in live data, and people.
func (w *world) populate() {
	for name, spec := range map[string]catalogue.KeySpec{
		"sk":     {Mode: offers.Live, Kind: catalogue.Secret},
		"pk":     {Mode: offers.Live, Kind: catalogue.Publishable},
		"testsk": {Mode: offers.Test, Kind: catalogue.Secret},
		"testpk": {Mode: offers.Test, Kind: catalogue.Publishable},
	} {
		w.vars[name] = w.key(spec)
	}
	w.vars["merchant"] = w.made("sk", "/v1/merchants", `{"name":"Da Anna GmbH"}`, "id")
	w.vars["stranger"] = w.made("sk", "/v1/merchants", `{"name":"Another"}`, "id")
	w.vars["boundsk"] = w.key(catalogue.KeySpec{Mode: offers.Live, Kind: catalogue.Secret, Merchant: id.Merchant(w.vars["merchant"])})
	w.vars["place"] = w.made("sk", "/v1/places", `{"name":"Da Anna","merchant":"$merchant","category":"restaurant.italian","location":{"lat":48.4,"lon":9.99}}`, "id")
	w.vars["offer"] = w.made("sk", "/v1/offers", offerBody, "id")
	w.vars["testmerchant"] = w.made("testsk", "/v1/merchants", `{"name":"Test"}`, "id")
	w.vars["token"] = w.made("pk", "/v1/users", `{"consents":{"location":{"granted":true,"policy":"1"},"purchases":{"granted":true,"policy":"1"}}}`, "token")
	w.vars["shy"] = w.made("pk", "/v1/users", `{"consents":{"mood":{"granted":true,"policy":"1"}}}`, "token")
	w.vars["notice"] = privacy.NoticeVersion
	w.vars["now"] = w.now.Format(time.RFC3339)
}

const offerBody = `{"merchant":"$merchant","place":"$place","title":"Two for one at lunch","category":"restaurant.italian",` +
	`"reward":{"kind":"two_for_one"},"reach":{"type":"Point","coordinates":[9.99,48.4],"radius":300},"triggers":["nearby"],` +
	`"budget":{"total":1,"perUser":1}}`

func (w *world) key(spec catalogue.KeySpec) string {
	w.t.Helper()
	k, err := catalogue.CreateKey(context.Background(), w.store, spec, w.now)
	must(w.t, err)
	return string(k.Key)
}

// made posts a body and returns one member of the answer.
func (w *world) made(key, path, body, member string) string {
	w.t.Helper()
	res := w.send(http.MethodPost, path, key, body, nil)
	if res.status != http.StatusCreated {
		w.t.Fatalf("POST %s: %d %s", path, res.status, res.body)
	}
	var v map[string]any
	must(w.t, json.Unmarshal([]byte(res.body), &v))
	s, _ := v[member].(string)
	return s
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t testing.TB) (p api.Problem) {
	t.Helper()
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("Content-Type %q of a problem", ct)
	}
	if err := json.Unmarshal([]byte(a.body), &p, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("no problem: %v: %s", err, a.body)
	}
	return p
}

// send makes a request. cred names a variable; headers are names and values in turn.
func (w *world) send(method, path, cred, body string, headers []string) answer {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+w.fill(path), strings.NewReader(w.fill(body)))
	must(w.t, err)
	if cred != "" {
		req.Header.Set("Authorization", "Bearer "+w.vars[cred])
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Del(headers[i]); headers[i+1] != "" {
			req.Header.Set(headers[i], w.fill(headers[i+1]))
		}
	}
	res, err := w.server.Client().Do(req)
	must(w.t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	must(w.t, err)
	return answer{res.StatusCode, res.Header, string(b)}
}

func (w *world) fill(s string) string {
	for name, value := range w.vars {
		s = strings.ReplaceAll(s, "$"+name+"$", value)
	}
	for _, name := range []string{"merchant", "stranger", "place", "offer", "testmerchant", "notice", "now"} {
		s = strings.ReplaceAll(s, "$"+name, w.vars[name])
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func cells(r geo.Region) ([]geo.Cell, error) {
	cover, err := hex.Cover(nil, r, hex.FitResolution(r))
	out := make([]geo.Cell, len(cover))
	for i, c := range cover {
		out[i] = c.Cell
	}
	return out, err
}

// silence takes messages and delivers none.
type silence struct{}

func (silence) Send(context.Context, push.Message) error { return nil }
func (silence) Acked(id.User, id.Delivery) bool          { return false }
func (silence) Tell(id.User, any)                        {}
func (silence) Recall(context.Context, id.User) error    { return nil }

// records is the store in the terms of the engine.
type records struct{ *store.Store }

func (r records) Create(ctx context.Context, user id.User, profile []byte) (uint64, error) {
	if err := r.CreateUser(ctx, user, store.Record{Name: "profile", Value: profile}); err != nil {
		return 0, err
	}
	_, rev, err := r.ReadUser(ctx, user, "profile")
	return uint64(rev), err
}

func (r records) Read(ctx context.Context, user id.User, name string) ([]byte, uint64, error) {
	value, rev, err := r.ReadUser(ctx, user, name)
	return value, uint64(rev), err
}

func (r records) List(ctx context.Context, user id.User, prefix string, fn func(string, []byte) bool) error {
	return r.ListUser(ctx, user, prefix, func(rec store.Record) bool { return fn(rec.Name, rec.Value) })
}

func (r records) Write(ctx context.Context, user id.User, name string, value []byte, prev uint64) (uint64, error) {
	rev, err := r.WriteUser(ctx, user, name, value, store.Rev(prev))
	return uint64(rev), err
}

func (r records) Delete(ctx context.Context, user id.User, prefix string) error {
	var found []store.Record
	err := r.ListUser(ctx, user, prefix, func(rec store.Record) bool { found = append(found, rec); return true })
	for _, rec := range found {
		if err == nil {
			err = r.DeleteRecord(ctx, user, rec.Name, rec.Rev)
		}
	}
	return err
}

// tombstone lets the store forget.
type tombstone struct{ *store.Store }

func (tombstone) Name() string { return "records" }

func (s tombstone) Erase(ctx context.Context, user id.User) error {
	_, err := s.EraseUser(ctx, user)
	return err
}
