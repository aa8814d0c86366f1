package push_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push"
)

func good() push.Message {
	return push.Message{
		ID: "dlv_1", User: "usr_0_ada", CollapseKey: "off_1", Title: "canary-title", Body: "canary-body",
		Data: map[string]string{"delivery": "dlv_1", "offer": "canary-data"}, Expires: noon,
		Tokens: []string{"canary-token"}, Frame: "canary-frame",
	}
}

func TestCheck(t *testing.T) {
	if m := good(); m.Check(noon.Add(-1)) != nil {
		t.Errorf("a good message: %v", m.Check(noon.Add(-1)))
	}
	for _, tt := range []struct {
		name   string
		change func(*push.Message)
		field  string
		want   error
	}{
		{"no id", func(m *push.Message) { m.ID = "" }, "id", nil},
		{"a foreign id", func(m *push.Message) { m.ID = "off_1" }, "id", nil},
		{"no user", func(m *push.Message) { m.User = "" }, "user", nil},
		{"no expiry", func(m *push.Message) { m.Expires = time.Time{} }, "expires", nil},
		{"too many tokens", func(m *push.Message) { m.Tokens = make([]string, push.MaxTokens+1) }, "tokens", nil},
		{"an empty token", func(m *push.Message) { m.Tokens = []string{"a", ""} }, "tokens[1]", nil},
		{"a long token", func(m *push.Message) { m.Tokens = []string{strings.Repeat("x", push.MaxToken+1)} }, "tokens[0]", nil},
		{"a long collapse key", func(m *push.Message) { m.CollapseKey = strings.Repeat("x", push.MaxCollapseKey+1) }, "collapse_key", nil},
		{"a name that FCM reserves", func(m *push.Message) { m.Data = map[string]string{"google.x": ""} }, "data.google.x", nil},
		{"too large", func(m *push.Message) { m.Data = map[string]string{"x": strings.Repeat("x", push.MaxSize)} }, "", push.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := good()
			tt.change(&m)
			err := m.Check(noon.Add(-1))
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("Check = %v, want %v", err, tt.want)
			}
			if f := fault.From(err); f == nil || f.Field != tt.field {
				t.Errorf("Check = %v, want a fault of field %q", err, tt.field)
			}
		})
	}
	if m := good(); !errors.Is(m.Check(noon), push.ErrExpired) {
		t.Error("expired messages pass")
	}
}

func TestSizeIsExactAtTheLimit(t *testing.T) {
	m := good()
	m.Body = ""
	m.Body = strings.Repeat("x", push.MaxSize-m.Size())
	if err := m.Check(noon.Add(-1)); err != nil {
		t.Errorf("%d bytes: %v", m.Size(), err)
	}
	m.Body += "x"
	if err := m.Check(noon.Add(-1)); !errors.Is(err, push.ErrTooLarge) {
		t.Errorf("%d bytes: %v", m.Size(), err)
	}
}

func TestLogShowsNoContent(t *testing.T) {
	var b bytes.Buffer
	m := good()
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("sent", "message", m, "pointer", &m)
	if s := b.String(); strings.Contains(s, "canary") || strings.Contains(s, "ada") || !strings.Contains(s, "dlv_1") {
		t.Errorf("logged %s", s)
	}
}

func TestTemporary(t *testing.T) {
	for err, want := range map[error]bool{
		push.ErrThrottled: true, push.ErrUnavailable: true,
		push.ErrTokenDead: false, push.ErrNoToken: false, push.ErrTooLarge: false, push.ErrExpired: false,
		push.ErrRejected: false, push.ErrCredentials: false, push.ErrClosed: false,
	} {
		if got := push.Temporary(fmt.Errorf("fcm: %w", err)); got != want {
			t.Errorf("Temporary(%v) = %v", err, got)
		}
	}
}
