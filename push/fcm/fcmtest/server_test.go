package fcmtest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
)

const (
	camel = `{"message": {"token": "phone", "data": {"a_b": "c"}, "notification": {"title": "T", "body": "B"},
		"android": {"collapseKey": "k", "priority": "high", "ttl": "3.5s", "notification": {"tag": "g"}},
		"apns": {"headers": {"apns-collapse-id": "k"}}}}`
	snake = `{"message": {"token": "phone", "data": {"a_b": "c"}, "notification": {"title": "T", "body": "B"},
		"android": {"collapse_key": "k", "priority": "high", "ttl": "3.5s", "notification": {"tag": "g"}},
		"apns": {"headers": {"apns-collapse-id": "k"}}}}`
)

func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body)) //nolint:noctx // loopback
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestBothSpellings(t *testing.T) {
	for name, body := range map[string]string{"camel": camel, "snake": snake} {
		t.Run(name, func(t *testing.T) {
			s := fcmtest.Start(t)
			status, answer := post(t, s.Endpoint()+"/projects/demo/messages:send", body)
			if status != http.StatusOK || !strings.Contains(answer, "projects/demo/messages/") {
				t.Fatalf("%d %s", status, answer)
			}
			got, err := s.WaitAccepted(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			m := got[0]
			if m.Token != "phone" || m.Data["a_b"] != "c" || m.Title != "T" || m.Body != "B" || m.CollapseKey != "k" ||
				m.Priority != "high" || m.TTL != 3500*time.Millisecond || m.Tag != "g" || m.APNS["apns-collapse-id"] != "k" || m.Project != "demo" {
				t.Errorf("decoded %+v", m)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	s := fcmtest.Start(t)
	send := s.Endpoint() + "/projects/demo/messages:send"
	for _, tt := range []struct {
		name, url, body string
		want            int
	}{
		{"not JSON", send, "{", 400},
		{"no token", send, `{"message": {}}`, 400},
		{"a wrong type", send, `{"message": {"token": 1}}`, 400},
		{"a bad ttl", send, `{"message": {"token": "phone", "android": {"ttl": "soon"}}}`, 400},
		{"a wrong path", s.Endpoint() + "/messages:send", camel, 404},
		{"another method", s.Endpoint() + "/projects/demo/messages", camel, 404},
	} {
		if status, answer := post(t, tt.url, tt.body); status != tt.want {
			t.Errorf("%s: %d %s, want %d", tt.name, status, answer, tt.want)
		}
	}
	if n := len(s.Accepted()); n != 0 {
		t.Errorf("%d accepted", n)
	}
}

func TestScriptAndWait(t *testing.T) {
	s := fcmtest.Start(t)
	url := s.Endpoint() + "/projects/demo/messages:send"
	s.Script("phone", fcmtest.Throttled.After(3*time.Second), fcmtest.OK)
	for _, want := range []int{429, 200, 200} {
		if status, _ := post(t, url, camel); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
	if err := s.WaitAttempts(t.Context(), "phone", 3); err != nil {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.WaitAccepted(gone, 3); err == nil {
		t.Error("waited for what never came, without an error")
	}
}
