package webpush

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/outbound"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/webpush/webpushtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func keyFile(t *testing.T) (file, public string) {
	t.Helper()
	private, public, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "vapid")
	if err := os.WriteFile(file, []byte(private+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, public
}

func open(t *testing.T, change func(*Config)) *Channel {
	t.Helper()
	file, public := keyFile(t)
	config := Config{KeyFile: file, Subject: "mailto:ops@example.org", AllowPrivate: true}
	if change != nil {
		change(&config)
	}
	c, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	if c.Key() != public {
		t.Errorf("the key is %s, want %s", c.Key(), public)
	}
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}

func message(tokens ...string) push.Message {
	return push.Message{
		ID: "dlv_1", User: "usr_0_ada", CollapseKey: "off_06d3x4q2m8r5t7v9w1y0z2b4c6", Title: "Käsespätzle 🧀", Body: "120 m away",
		Data: map[string]string{"delivery": "dlv_1", "offer": "off_1", "trigger": "enter"}, Expires: time.Now().Add(time.Hour), Tokens: tokens,
	}
}

func TestABrowserReadsWhatWasSentAndNobodyElse(t *testing.T) {
	service := webpushtest.Start(t)
	sent := make(chan id.Delivery, 1)
	c := open(t, func(c *Config) { c.Sent = func(_ id.User, d id.Delivery) { sent <- d } })
	browser := service.Subscribe(c.Key())
	if err := c.Send(t.Context(), message(browser.Token())); err != nil {
		t.Fatal(err)
	}
	if d := <-sent; d != "dlv_1" {
		t.Errorf("sent %s", d)
	}
	got := browser.Messages()
	if len(got) != 1 {
		t.Fatalf("%d messages, %v", len(got), browser.Err())
	}
	var p map[string]string
	if err := json.Unmarshal(got[0].Text, &p); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{
		"title": "Käsespätzle 🧀", "body": "120 m away", "delivery": "dlv_1", "offer": "off_1", "trigger": "enter", "tag": "off_06d3x4q2m8r5t7v9w1y0z2b4c6",
	} {
		if p[k] != want {
			t.Errorf("%s = %q, want %q", k, p[k], want)
		}
	}
	if m := got[0]; !regexp.MustCompile(`^(35\d\d|3600)$`).MatchString(m.TTL) || m.Urgency != "high" || m.Subject != "mailto:ops@example.org" {
		t.Errorf("%+v", m)
	}
	if topic := got[0].Topic; len(topic) != 32 || strings.Contains(topic, "off_") {
		t.Errorf("the topic %q must tell nobody which offer it is", topic)
	}
	other := service.Subscribe(c.Key())
	if topic(strings.Repeat("a", 22), "off_1") == topic(strings.Repeat("b", 22), "off_1") || other.Token() == browser.Token() {
		t.Error("two browsers share a topic")
	}
}

func TestAnswersMeanWhatTheySay(t *testing.T) {
	service := webpushtest.Start(t)
	c := open(t, nil)
	for _, tt := range []struct {
		answer webpushtest.Answer
		code   string
		wait   time.Duration
	}{
		{webpushtest.Answer{}, "", 0},
		{webpushtest.Answer{Status: 200}, "", 0},
		{webpushtest.Answer{Status: 404}, fault.CodeTokenDead, 0},
		{webpushtest.Answer{Status: 410}, fault.CodeTokenDead, 0},
		{webpushtest.Answer{Status: 401}, fault.CodePushCredentials, 0},
		{webpushtest.Answer{Status: 403}, fault.CodePushCredentials, 0},
		{webpushtest.Answer{Status: 400}, fault.CodePushRejected, 0},
		{webpushtest.Answer{Status: 307}, fault.CodePushRejected, 0},
		{webpushtest.Answer{Status: 413}, fault.CodeTooLarge, 0},
		{webpushtest.Answer{Status: 429}, fault.CodeRateLimited, time.Minute},
		{webpushtest.Answer{Status: 429, Retry: "7"}, fault.CodeRateLimited, 7 * time.Second},
		{webpushtest.Answer{Status: 500}, fault.CodeUnavailable, 0},
		{webpushtest.Answer{Status: 503, Retry: "30"}, fault.CodeUnavailable, 30 * time.Second},
	} {
		browser := service.Subscribe(c.Key())
		browser.Script(tt.answer)
		err := c.sender.Send(t.Context(), push.Entry{Message: message(), Token: browser.Token()})
		switch f := fault.From(err); {
		case tt.code == "" && err != nil, tt.code != "" && (err == nil || f.Code != tt.code || f.RetryAfter != tt.wait):
			t.Errorf("%+v: %v", tt.answer, err)
		case err != nil && strings.Contains(err.Error(), "127.0.0.1"):
			t.Errorf("%+v: the error tells the address: %v", tt.answer, err)
		}
	}
}

func TestADeadSubscriptionIsToldToItsOwner(t *testing.T) {
	service := webpushtest.Start(t)
	dead := make(chan string, 2)
	c := open(t, func(c *Config) { c.TokenDead = func(_ id.User, token string) { dead <- token } })
	gone := service.Subscribe(c.Key())
	gone.Script(webpushtest.Answer{Status: http.StatusGone})
	if err := c.Send(t.Context(), message(gone.Token(), `{"endpoint":"nonsense"}`)); err != nil {
		t.Fatal(err)
	}
	if a, b := <-dead, <-dead; a != gone.Token() && b != gone.Token() {
		t.Errorf("dead: %s, %s", a, b)
	}
	if n := len(gone.Attempts()); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestASubscriptionMustBeOneAndLeadOutside(t *testing.T) {
	service := webpushtest.Start(t)
	strict := open(t, func(c *Config) { c.AllowPrivate = false })
	inside := service.Subscribe(strict.Key()).Token()
	var s struct {
		Endpoint string
		Keys     struct{ P256dh, Auth string }
	}
	if err := json.Unmarshal([]byte(inside), &s); err != nil {
		t.Fatal(err)
	}
	at := func(url string) string {
		return `{"endpoint":"` + url + `","keys":{"p256dh":"` + s.Keys.P256dh + `","auth":"` + s.Keys.Auth + `"}}`
	}
	for token, good := range map[string]bool{
		at("https://updates.push.services.mozilla.com/wpush/v2/abc"): true,
		inside:                                  false,
		at("https://10.0.0.1/x"):                false,
		at("https://169.254.169.254/"):          false,
		at("http://push.example/x"):             false,
		at("https://push.example:22/x"):         false,
		`{"endpoint":"https://push.example/x"}`: false,
		`{"endpoint":"https://push.example/x","keys":{"p256dh":"AAAA","auth":"AAAA"}}`: false,
		"{":     false,
		"phone": false,
	} {
		if err := strict.Check(token); (err == nil) != good || err != nil && fault.From(err).Field != "token" {
			t.Errorf("%s: %v", token, err)
		}
	}
	if err := strict.sender.Send(t.Context(), push.Entry{Message: message(), Token: inside}); !errors.Is(err, push.ErrTokenDead) {
		t.Errorf("sent to the inside: %v", err)
	}
	// What a name leads to is looked at when it is dialled.
	resp, err := strict.sender.client.Get(s.Endpoint)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("dialled the inside: %v", err)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	file, _ := keyFile(t)
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("secret-that-is-no-key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for field, config := range map[string]Config{
		"vapid_key_file": {KeyFile: filepath.Join(t.TempDir(), "none"), Subject: "mailto:a@b"},
		"subject":        {KeyFile: file, Subject: "ops"},
		"workers":        {KeyFile: file, Subject: "mailto:a@b", Workers: 101},
	} {
		if _, err := Open(config); err == nil || fault.From(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := Open(Config{KeyFile: bad, Subject: "mailto:a@b"}); err == nil || strings.Contains(err.Error(), "secret-that") {
		t.Errorf("a bad key: %v", err)
	}
}

func TestTooLongIsTold(t *testing.T) {
	service := webpushtest.Start(t)
	c := open(t, nil)
	m := message()
	m.Body = strings.Repeat("x", maxPayload)
	err := c.sender.Send(t.Context(), push.Entry{Message: m, Token: service.Subscribe(c.Key()).Token()})
	if !errors.Is(err, push.ErrTooLarge) {
		t.Error(err)
	}
	m.Body = strings.Repeat("x", maxPayload-200)
	if err := c.sender.Send(t.Context(), push.Entry{Message: m, Token: service.Subscribe(c.Key()).Token()}); err != nil {
		t.Error(err)
	}
}

func FuzzToken(f *testing.F) {
	f.Add(`{"endpoint":"https://push.example/x","keys":{"p256dh":"AAAA","auth":"AAAA"}}`)
	f.Add(`{"endpoint":"https://127.1/","keys":{}}`)
	f.Fuzz(func(t *testing.T, token string) {
		if s, err := parse(token, false); err == nil && !strings.HasPrefix(strings.ToLower(s.Endpoint), "https://") {
			t.Fatalf("taken: %s", token)
		}
	})
}
