package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// script answers requests in turn, without a network, so that time can be made up.
type script struct {
	answers []said
	at      []time.Time
	keys    []string
	queries []url.Values
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	next := s.answers[min(len(s.at), len(s.answers)-1)]
	s.at, s.keys = append(s.at, time.Now()), append(s.keys, r.Header.Get("Idempotency-Key"))
	s.queries = append(s.queries, r.URL.Query())
	if next.err != nil {
		return nil, next.err
	}
	return &http.Response{
		Status: http.StatusText(next.status), StatusCode: next.status, Body: io.NopCloser(strings.NewReader(next.body)),
		Header: http.Header{"Retry-After": {next.retryAfter}},
	}, nil
}

// said is one answer.
type said struct {
	status     int
	body       string
	retryAfter string
	err        error
}

func scripted(t *testing.T, answers ...said) (*Client, *script) {
	t.Helper()
	c, err := New("http://flaneur.example", "fl_test_sk_x")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{answers: answers}
	c.http = &http.Client{Transport: s}
	return c, s
}

const busy = `{"type":"x","title":"Too Many Requests","status":429,"code":"rate_limited","detail":"Slow down.","retryAfter":2500}`

func TestWaitsAsTheServerAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := scripted(t, said{status: 429, body: busy}, said{status: 503, retryAfter: "7"}, said{status: 201, body: `{"id":"mer_1","name":"A"}`})
		m, err := c.CreateMerchant(t.Context(), api.MerchantInput{Name: "A"})
		if err != nil || m.ID != "mer_1" {
			t.Fatalf("%+v, %v", m, err)
		}
		if first, second := s.at[1].Sub(s.at[0]), s.at[2].Sub(s.at[1]); first != 2500*time.Millisecond || second != 7*time.Second {
			t.Errorf("waited %s and %s", first, second)
		}
		if s.keys[0] == "" || s.keys[0] != s.keys[1] || s.keys[1] != s.keys[2] {
			t.Errorf("a repeat must carry the same Idempotency-Key: %q", s.keys)
		}
	})
}

func TestGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := scripted(t, said{status: 429, body: busy})
		if _, err := c.Me(t.Context(), time.Time{}); fault.From(err).Code != fault.CodeRateLimited || len(s.at) != attempts {
			t.Errorf("%v after %d attempts", err, len(s.at))
		}
		c, s = scripted(t, said{status: 503, retryAfter: "3600"})
		if _, err := c.Me(t.Context(), time.Time{}); fault.From(err).RetryAfter != time.Hour || len(s.at) != 1 {
			t.Errorf("an hour is too long to wait: %v after %d attempts", err, len(s.at))
		}
		c, s = scripted(t, said{status: 409, body: `{"code":"conflict"}`})
		if _, err := c.Me(t.Context(), time.Time{}); fault.From(err).Kind != fault.Conflict || len(s.at) != 1 {
			t.Errorf("a conflict is no reason to repeat: %v after %d attempts", err, len(s.at))
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		c, _ = scripted(t, said{status: 429, body: busy})
		if _, err := c.Me(ctx, time.Time{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a wait must end with the context: %v", err)
		}
	})
}

func TestProblemsAreFaults(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		kind   fault.Kind
		code   string
		field  string
	}{
		{400, `{"code":"invalid_field","field":"name","detail":"must not be empty","status":400}`, fault.Invalid, "invalid_field", "name"},
		{405, `{"code":"method_not_allowed"}`, fault.Invalid, "method_not_allowed", ""},
		{412, `{"code":"conflict"}`, fault.Conflict, "conflict", ""},
		{500, `{"code":"internal"}`, fault.Internal, "internal", ""},
		{418, `<html>teapot</html>`, fault.Invalid, "internal", ""},
		{200, `<html>captive portal</html>`, fault.Internal, "malformed", ""},
	} {
		c, _ := scripted(t, said{status: tt.status, body: tt.body})
		_, err := c.Me(t.Context(), time.Time{})
		if f := fault.From(err); f == nil || f.Kind != tt.kind || f.Code != tt.code || f.Field != tt.field {
			t.Errorf("%d %s: %v", tt.status, tt.body, err)
		}
	}
}

func TestErrorsHideTheQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := scripted(t, said{err: errors.New("refused")})
		lat := 48.40001
		_, err := c.Pull(t.Context(), api.PullQuery{Lat: &lat, Lon: &lat})
		if fault.From(err).Kind != fault.Unavailable || strings.Contains(err.Error(), "48.4") || len(s.at) != attempts {
			t.Errorf("%v after %d attempts", err, len(s.at))
		}
	})
}

// Questions about simulated people carry their time, those about others none.
func TestTimeOfSimulatedPeople(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 30, 0, 5e8, time.UTC)
	for _, tt := range []struct {
		at   time.Time
		want string
	}{{at, "2026-03-01T08:30:00.5Z"}, {time.Time{}, ""}} {
		c, s := scripted(t, said{status: 200, body: "{}"})
		_, errMe := c.Me(t.Context(), tt.at)
		_, errPull := c.Pull(t.Context(), api.PullQuery{At: tt.at})
		if err := errors.Join(errMe, errPull); err != nil {
			t.Fatal(err)
		}
		for _, q := range s.queries {
			if q.Get("at") != tt.want || q.Has("at") != (tt.want != "") {
				t.Errorf("query %v, want %q", q, tt.want)
			}
		}
	}
}

func TestNewRefusesWhatIsNoServer(t *testing.T) {
	for _, url := range []string{"", "flaneur.example", "ftp://flaneur.example", "http://", "http://[::1"} {
		if _, err := New(url, ""); fault.From(err) == nil || fault.From(err).Field != "server" {
			t.Errorf("%q: %v", url, err)
		}
	}
}
