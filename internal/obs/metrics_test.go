package obs_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/obs"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func ready() error { return nil }

func TestMetrics(t *testing.T) {
	scrapes := 0
	m := obs.NewMetrics([]string{"GET /v1/offers"}, func() obs.Figures {
		scrapes++
		return obs.Figures{
			Sessions: 3, Fixes: 7,
			Frames:     map[string]uint64{"position": 5, "mood": 2},
			StoreBytes: map[string]uint64{"core.db": 4096},
		}
	})
	m.ObservePosition(2 * time.Microsecond)
	m.ObserveHTTP("GET /v1/offers", http.MethodGet, http.StatusOK, time.Millisecond)
	m.ObserveHTTP("/wp-login.php", "BREW", 42, time.Millisecond)

	status, text := get(t, obs.Handler(m, ready), "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	for _, want := range []string{
		"# TYPE flaneur_sessions gauge\nflaneur_sessions 3",
		"# TYPE flaneur_fixes_total counter\nflaneur_fixes_total 7",
		`flaneur_frames_total{kind="mood"} 2`,
		`flaneur_frames_total{kind="position"} 5`,
		`flaneur_store_bytes{file="core.db"} 4096`,
		`flaneur_erasures_total 0`,
		`flaneur_position_seconds_bucket{le="4e-06"} 1`,
		`flaneur_http_requests_total{method="GET",route="GET /v1/offers",status="2xx"} 1`,
		`flaneur_http_requests_total{method="other",route="other",status="other"} 1`,
		`flaneur_http_seconds_count{route="GET /v1/offers"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, "wp-login") {
		t.Error("a value from outside became a label")
	}
	if scrapes != 1 {
		t.Errorf("the figures were read %d times for one scrape", scrapes)
	}
}

// TestEveryFigureShows fills every field of Figures and wants each, well named, in the answer.
func TestEveryFigureShows(t *testing.T) {
	var f obs.Figures
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		switch p := v.Field(i).Addr().Interface().(type) {
		case *int:
			*p = 1
		case *uint64:
			*p = 1
		case *map[string]float64:
			*p = map[string]float64{"x": 1}
		case *map[string]uint64:
			*p = map[string]uint64{"x": 1}
		}
	}
	status, text := get(t, obs.Handler(obs.NewMetrics(nil, func() obs.Figures { return f }), ready), "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	form := regexp.MustCompile(`^flaneur(_[a-z]+)+$`)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, label := field.Tag.Get("metric"), field.Tag.Get("label")
		if !form.MatchString(name) || field.Tag.Get("help") == "" {
			t.Errorf("%s: name %q, help %q", field.Name, name, field.Tag.Get("help"))
		}
		if counts := field.Type.Kind() == reflect.Uint64; counts && !strings.HasSuffix(name, "_total") {
			t.Errorf("%s counts, so %s must end in _total", field.Name, name)
		}
		want := name + " 1\n"
		if label != "" {
			want = fmt.Sprintf("%s{%s=\"x\"} 1\n", name, label)
		}
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
}

func TestObservingDoesNotAllocate(t *testing.T) {
	m := obs.NewMetrics(nil, func() obs.Figures { return obs.Figures{} })
	if n := testing.AllocsPerRun(100, func() { m.ObservePosition(time.Microsecond) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestProbes(t *testing.T) {
	m := obs.NewMetrics(nil, func() obs.Figures { return obs.Figures{} })
	for _, tt := range []struct {
		name   string
		ready  error
		path   string
		status int
		body   string
	}{
		{"alive though not ready", errors.New("x"), "/healthz", 200, "ok"},
		{"ready", nil, "/readyz", 200, "ready"},
		{"draining", fault.New(fault.Unavailable, fault.CodeUnavailable, "Draining."), "/readyz", 503, "Draining."},
		{"an error that is not for strangers", errors.New("open /data/core.db"), "/readyz", 503, "Internal error."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := get(t, obs.Handler(m, func() error { return tt.ready }), tt.path)
			if status != tt.status || strings.TrimSpace(body) != tt.body {
				t.Errorf("got %d %q, want %d %q", status, body, tt.status, tt.body)
			}
		})
	}
}

func Example() {
	m := obs.NewMetrics(nil, func() obs.Figures {
		return obs.Figures{Sessions: 2, Deliveries: map[string]uint64{"socket": 3, "fcm": 1}}
	})
	w := httptest.NewRecorder()
	obs.Handler(m, ready).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "flaneur_deliveries") || strings.HasPrefix(line, "flaneur_sessions ") {
			fmt.Print(line)
		}
	}
	// Output:
	// flaneur_deliveries_total{channel="fcm"} 1
	// flaneur_deliveries_total{channel="socket"} 3
	// flaneur_sessions 2
}
