package obs_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	m := obs.NewMetrics(obs.Labels{
		Frames: []string{"position"}, Drops: []string{"queue_full"}, Channels: []string{"socket", "fcm"},
		Suppressions: []string{"quiet_hours"}, Outcomes: []string{"redeemed"}, Routes: []string{"GET /v1/offers"},
	})
	m.Frames.Inc("position")
	m.Frames.Inc("made-up by a client")
	m.Frames.Inc("another")
	m.Drops.Add("queue_full", 3)
	m.Fixes.Inc()
	m.SessionOpened()
	m.SessionOpened()
	m.SessionClosed()
	m.ObservePosition(2 * time.Microsecond)
	m.ObserveHTTP("GET /v1/offers", http.MethodGet, http.StatusOK, time.Millisecond)
	m.ObserveHTTP("/wp-login.php", "BREW", 42, time.Millisecond)
	m.CounterFunc("flaneur_push_attempts_total", "Attempts.", map[string]string{"outcome": "sent"}, func() float64 { return 7 })
	m.GaugeFunc("flaneur_push_queue", "Waiting.", nil, func() float64 { return 5 })

	status, text := get(t, obs.Handler(m, ready), "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		`flaneur_frames_total{kind="position"} 1`,
		`flaneur_frames_total{kind="other"} 2`,
		`flaneur_frames_dropped_total{reason="queue_full"} 3`,
		`flaneur_deliveries_total{channel="fcm"} 0`, // there from the start
		`flaneur_suppressions_total{code="quiet_hours"} 0`,
		`flaneur_redemptions_total{outcome="redeemed"} 0`,
		`flaneur_fixes_total 1`,
		`flaneur_evaluations_total 0`,
		`flaneur_pulls_total 0`,
		`flaneur_erasures_total 0`,
		`flaneur_sessions 1`,
		`flaneur_position_seconds_bucket{le="4e-06"} 1`,
		`flaneur_http_requests_total{method="GET",route="GET /v1/offers",status="2xx"} 1`,
		`flaneur_http_requests_total{method="other",route="other",status="other"} 1`,
		`flaneur_http_seconds_count{route="GET /v1/offers"} 1`,
		`flaneur_push_attempts_total{outcome="sent"} 7`,
		`flaneur_push_queue 5`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, "made-up") || strings.Contains(text, "wp-login") {
		t.Error("a value from outside became a label")
	}
}

func TestCountingDoesNotAllocate(t *testing.T) {
	m := obs.NewMetrics(obs.Labels{Frames: []string{"position"}})
	if n := testing.AllocsPerRun(100, func() {
		m.Frames.Inc("position")
		m.Fixes.Inc()
		m.ObservePosition(time.Microsecond)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestProbes(t *testing.T) {
	m := obs.NewMetrics(obs.Labels{})
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
	m := obs.NewMetrics(obs.Labels{Channels: []string{"socket", "fcm"}})
	m.Deliveries.Inc("socket")

	w := httptest.NewRecorder()
	obs.Handler(m, ready).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "flaneur_deliveries_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// flaneur_deliveries_total{channel="fcm"} 0
	// flaneur_deliveries_total{channel="other"} 0
	// flaneur_deliveries_total{channel="socket"} 1
}
