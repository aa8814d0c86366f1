package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/httpapi"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
)

func TestIdempotency(t *testing.T) {
	w := newWorld(t)
	body := `{"name":"A","location":{"lat":1,"lon":2}}`
	key := []string{"Idempotency-Key", "k1"}
	first := w.send("POST", "/v1/places", "sk", body, key)
	again := w.send("POST", "/v1/places", "sk", body, key)
	if first.status != 201 || again.status != 201 || first.body != again.body || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Fatalf("first %d %s, again %d %s", first.status, first.body, again.status, again.body)
	}
	if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("only the repeat must say that it is one")
	}
	if other := w.send("POST", "/v1/places", "sk", strings.Replace(body, "A", "B", 1), key); other.status != 409 || other.problem(t).Code != "idempotency_mismatch" {
		t.Errorf("another body: %d %s", other.status, other.body)
	}
	if other := w.send("POST", "/v1/merchants", "sk", body, key); other.status != 409 || other.problem(t).Code != "idempotency_mismatch" {
		t.Errorf("another route: %d %s", other.status, other.body)
	}
	if other := w.send("POST", "/v1/places", "testsk", body, key); other.status != 201 || other.body == first.body {
		t.Errorf("another credential: %d %s", other.status, other.body)
	}
	refused := []string{"Idempotency-Key", "k2"}
	if res := w.send("POST", "/v1/places", "sk", `{"name":""}`, refused); res.status != 400 {
		t.Fatalf("refused: %d", res.status)
	}
	if res := w.send("POST", "/v1/places", "sk", body, refused); res.status != 201 {
		t.Errorf("a refusal must not be kept: %d %s", res.status, res.body)
	}
}

func TestRedemptionRepeatsItsTicket(t *testing.T) {
	w := newWorld(t)
	key := []string{"Idempotency-Key", "till-1"}
	var wait sync.WaitGroup
	answers := make([]answer, 8)
	for i := range answers {
		wait.Go(func() { answers[i] = w.send("POST", "/v1/me/redemptions", "token", `{"offer":"$offer"}`, key) })
	}
	wait.Wait()
	for _, a := range answers {
		if a.status != 201 || a.body != answers[0].body {
			t.Errorf("%d %s, want %s", a.status, a.body, answers[0].body)
		}
	}
	res := w.send("POST", "/v1/me/redemptions", "token", `{"offer":"$offer"}`, nil)
	if p := res.problem(t); res.status != 410 && res.status != 403 {
		t.Errorf("a second redemption of a budget of one: %d %+v", res.status, p)
	}
}

// TestKeptAnswersBelongToThePerson holds that what is kept for repeats goes with the person it is about.
func TestKeptAnswersBelongToThePerson(t *testing.T) {
	var owner id.User
	w := newWorld(t, func(c *httpapi.Config) {
		once := c.Once
		c.Once = func(ctx context.Context, scope, key string, body [32]byte, do func(context.Context) ([]byte, id.User, error)) ([]byte, bool, error) {
			return once(ctx, scope, key, body, func(ctx context.Context) (kept []byte, _ id.User, err error) {
				kept, owner, err = do(ctx)
				return kept, owner, err
			})
		}
	})
	key := []string{"Idempotency-Key", "0123456789abcdef"}
	res := w.send("POST", "/v1/users", "pk", `{"consents":{"location":{"granted":true,"policy":"1"}}}`, key)
	if res.status != 201 || owner == "" || !strings.Contains(res.body, string(owner)) {
		t.Errorf("an opt-in is kept for %q: %s", owner, res.body)
	}
	owner = ""
	if res := w.send("POST", "/v1/me/redemptions", "token", `{"offer":"$offer"}`, key); res.status != 201 || owner == "" {
		t.Errorf("a redemption is kept for %q: %s", owner, res.body)
	}
	if w.send("POST", "/v1/merchants", "sk", `{"name":"A"}`, key); owner != "" {
		t.Errorf("a merchant is kept for %q", owner)
	}
}

func TestRevisions(t *testing.T) {
	w := newWorld(t)
	tag := w.send("GET", "/v1/places/$place", "sk", "", nil).header.Get("ETag")
	if !strings.HasPrefix(tag, `"`) {
		t.Fatalf("ETag %q", tag)
	}
	first := w.send("PATCH", "/v1/places/$place", "sk", `{"name":"A"}`, []string{"If-Match", tag})
	if first.status != 200 || first.header.Get("ETag") == tag {
		t.Fatalf("first: %d, ETag %s", first.status, first.header.Get("ETag"))
	}
	late := w.send("PATCH", "/v1/places/$place", "sk", `{"name":"B"}`, []string{"If-Match", tag})
	if late.status != http.StatusPreconditionFailed || late.problem(t).Status != 412 || late.problem(t).Code != "conflict" {
		t.Errorf("late: %d %s", late.status, late.body)
	}
	if res := w.send("DELETE", "/v1/places/$place", "sk", "", []string{"If-Match", tag}); res.status != http.StatusPreconditionFailed {
		t.Errorf("delete: %d %s", res.status, res.body)
	}
	if res := w.send("PATCH", "/v1/places/$place", "sk", `{"name":"C"}`, []string{"If-Match", "*"}); res.status != 200 {
		t.Errorf("any revision: %d %s", res.status, res.body)
	}
	w.send("POST", "/v1/offers/$offer/stop", "sk", "", nil)
	if res := w.send("DELETE", "/v1/places/$place", "sk", "", nil); res.status != 204 {
		t.Errorf("delete when its offers are stopped: %d %s", res.status, res.body)
	}
	if res := w.send("GET", "/v1/places/$place", "sk", "", nil); res.status != 404 {
		t.Errorf("deleted: %d", res.status)
	}
}

func TestRates(t *testing.T) {
	w := newWorld(t)
	drain := func(cred, path string) (answer, bool) {
		for range 1200 {
			if res := w.send("GET", path, cred, "", nil); res.status != 200 {
				return res, true
			}
		}
		return answer{}, false
	}
	res, limited := drain("token", "/v1/me/consents")
	if !limited || res.status != 429 {
		t.Fatalf("a person is never limited (%d)", res.status)
	}
	p := res.problem(t)
	if p.Code != "rate_limited" || p.RetryAfter <= 0 || p.RetryAfter > 1000 || res.header.Get("Retry-After") != "1" ||
		!strings.HasPrefix(res.header.Get("RateLimit"), `"default";r=0;t=`) || res.header.Get("RateLimit-Policy") != `"default";q=100;w=10` {
		t.Errorf("problem %+v, headers %v", p, res.header)
	}
	if res := w.send("GET", "/v1/me/consents", "shy", "", nil); res.status != 200 {
		t.Errorf("another person pays for it: %d", res.status)
	}
	w.now = w.now.Add(time.Second)
	if res := w.send("GET", "/v1/me/consents", "token", "", nil); res.status != 200 {
		t.Errorf("a second later: %d", res.status)
	}
	if _, limited := drain("testsk", "/v1/merchants"); limited {
		t.Error("test keys must not be limited")
	}
	w.vars["simulated"] = w.made("pk", "/v1/users", `{"consents":{"mood":{"granted":true,"policy":"1"}},"simulated":true}`, "token")
	if _, limited := drain("simulated", "/v1/me/consents"); limited {
		t.Error("simulated people must not be limited")
	}
}

func TestCrossOrigin(t *testing.T) {
	w := newWorld(t)
	for origin, want := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": "", "": ""} {
		headers := []string{"Origin", origin, "Access-Control-Request-Method", "POST"}
		pre := w.send("OPTIONS", "/v1/users", "", "", headers)
		if got := pre.header.Get("Access-Control-Allow-Origin"); got != want || (pre.status == 204) != (want != "") {
			t.Errorf("preflight from %q: %d, allowed %q", origin, pre.status, got)
		}
		res := w.send("GET", "/v1/me", "token", "", headers[:2])
		if got := res.header.Get("Access-Control-Allow-Origin"); got != want || res.status != 200 {
			t.Errorf("request from %q: %d, allowed %q", origin, res.status, got)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	w := newWorld(t)
	res := w.send("GET", "/v1/me", "", "", []string{"X-Request-Id", "mine-1"})
	if res.header.Get("X-Request-Id") != "mine-1" || res.problem(t).Instance != "mine-1" {
		t.Errorf("own id: %v", res.header)
	}
	res = w.send("GET", "/v1/me", "", "", []string{"X-Request-Id", `"><script>`})
	if got := res.header.Get("X-Request-Id"); !strings.HasPrefix(got, "req_") {
		t.Errorf("odd id came back: %q", got)
	}
}

// confused is an engine that can't read its own record, which holds a position.
type confused struct{ httpapi.Engine }

func (confused) Account(context.Context, *engine.Session, time.Time) (engine.Account, error) {
	var lat int
	err := json.Unmarshal([]byte("48.40001"), &lat)
	return engine.Account{}, fault.New(fault.Internal, fault.CodeInternal, "A record can't be read.").Wrap(err)
}

func TestFailuresAreLoggedWithoutValues(t *testing.T) {
	w := newWorld(t, func(c *httpapi.Config) { c.Engine = confused{c.Engine} })
	res := w.send("GET", "/v1/me", "token", "", nil)
	if p := res.problem(t); res.status != 500 || p.Detail != "Internal error." {
		t.Errorf("%d %+v", res.status, p)
	}
	if log := w.log.String(); !strings.Contains(log, "A record can't be read.") || strings.Contains(log, "48.4") {
		t.Errorf("log: %s", log)
	}
}

// full is an engine whose disk is full.
type full struct{ httpapi.Engine }

func (full) Mood(context.Context, *engine.Session, mood.Affect) error {
	return fault.New(fault.Unavailable, fault.CodeUnavailable, "Ask again.").Wrap(errors.New("no space left on device"))
}

func TestOperatorHearsOfAFullDisk(t *testing.T) {
	w := newWorld(t, func(c *httpapi.Config) { c.Engine = full{c.Engine} })
	res := w.send("POST", "/v1/me/mood", "shy", `{"valence":-0.5,"arousal":0,"confidence":0.9,"source":"self","at":1772449200000}`, nil)
	if p := res.problem(t); res.status != 503 || strings.Contains(p.Detail, "space") {
		t.Errorf("%d %+v", res.status, p)
	}
	if log := w.log.String(); !strings.Contains(log, "no space left") {
		t.Errorf("log: %s", log)
	}
}

// broken is an engine with a mistake: what it panics with is personal.
type broken struct{ httpapi.Engine }

func (broken) Mood(context.Context, *engine.Session, mood.Affect) error {
	panic("feels awful at 48.4,9.99")
}

func TestPanicIsAProblemWithoutPersonalData(t *testing.T) {
	var observed []string
	w := newWorld(t, func(c *httpapi.Config) {
		c.Engine = broken{c.Engine}
		c.Observe = func(route, method string, status int, _ time.Duration) {
			observed = append(observed, route+" "+http.StatusText(status))
		}
	})
	res := w.send("POST", "/v1/me/mood", "shy", `{"valence":-0.5,"arousal":0,"confidence":0.9,"source":"self","at":1772449200000}`, nil)
	if p := res.problem(t); res.status != 500 || p.Code != "internal" || p.Detail != "Internal error." {
		t.Errorf("%d %+v", res.status, p)
	}
	if log := w.log.String(); !strings.Contains(log, "POST /v1/me/mood") || strings.Contains(log, "awful") || strings.Contains(log, "usr_") {
		t.Errorf("log: %s", log)
	}
	if last := observed[len(observed)-1]; last != "POST /v1/me/mood Internal Server Error" {
		t.Errorf("observed %q", last)
	}
}

func TestConsentThatStaysKeepsItsTime(t *testing.T) {
	w := newWorld(t)
	before := w.send("GET", "/v1/me/consents", "token", "", nil).body
	w.now = w.now.Add(time.Hour)
	after := w.send("PUT", "/v1/me/consents", "token", `{"consents":{"location":{"granted":true,"policy":"1"},"purchases":{"granted":true,"policy":"1"}}}`, nil).body
	if before != after {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

func TestBehindAProxyOnlyTestKeysSimulate(t *testing.T) {
	w := newWorld(t, func(c *httpapi.Config) { c.LocalSimulation = false })
	const body = `{"consents":{"mood":{"granted":true,"policy":"1"}},"simulated":true}`
	if res := w.send("POST", "/v1/users", "pk", body, nil); res.status != 403 || res.problem(t).Field != "simulated" {
		t.Errorf("a live key from what looks like this machine: %d", res.status)
	}
	if res := w.send("POST", "/v1/users", "testpk", body, nil); res.status != 201 {
		t.Errorf("a test key: %d", res.status)
	}
}
