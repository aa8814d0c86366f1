package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
	"github.com/flaneur-io/flaneur/push/webpush"
	"github.com/flaneur-io/flaneur/push/webpush/webpushtest"
	"github.com/flaneur-io/flaneur/wire"
)

// webPush are settings with a fresh key, which trust push services on this machine.
func webPush(t *testing.T) config.WebPush {
	t.Helper()
	private, _, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "vapid.key")
	if err := os.WriteFile(file, []byte(private), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.WebPush{KeyFile: file, Subject: "mailto:ops@example.org", AllowPrivate: true}
}

// A person with a phone and two browsers, one of which is gone: the offer reaches the phone and the living browser, and the
// dead subscription is forgotten.
func TestPushOverWebPush(t *testing.T) {
	fake, service := fcmtest.Start(t), webpushtest.Start(t)
	s := start(t, t.TempDir(), func(c *config.Config) {
		nightless(t)(c)
		c.FCM.Project, c.FCM.Endpoint, c.WebPush = "flaneur-test", fake.Endpoint(), webPush(t)
	})
	o := s.Lunch(t, market)
	me, in := s.somebody(t, "location", "push")
	key, err := s.Phone.WebPushKey(t.Context()) // before anybody opts in, too
	if err != nil {
		t.Fatal(err)
	}
	living, gone := service.Subscribe(key.Key), service.Subscribe(key.Key)
	gone.Script(webpushtest.Answer{Status: 410})
	for channel, tokens := range map[string][]string{"fcm": {"phone-1"}, "webpush": {gone.Token(), living.Token()}} {
		for _, token := range tokens {
			if err := me.SetPushToken(t.Context(), api.PushToken{Channel: channel, Token: api.Secret(token)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for channel, token := range map[string]string{"fcm": living.Token(), "webpush": "phone-1", "pigeon": "p"} {
		if err := me.SetPushToken(t.Context(), api.PushToken{Channel: channel, Token: api.Secret(token)}); fault.From(err).Code != fault.CodeInvalidField {
			t.Errorf("%s took %s: %v", channel, token, err)
		}
	}
	if _, err := me.Positions(t.Context(), []wire.Fix{fix(market)}); err != nil {
		t.Fatal(err)
	}
	if _, err := fake.WaitAccepted(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	wait(t, "the browser has nothing", func() bool { return len(living.Messages()) == 1 })
	var got map[string]string
	if err := json.Unmarshal(living.Messages()[0].Text, &got); err != nil || got["offer"] != string(o.ID) || got["title"] != "Pasta of the day" {
		t.Errorf("%v, %v", got, err)
	}
	wait(t, "the dead subscription is kept", func() bool {
		account, err := me.Me(t.Context(), time.Time{})
		return err == nil && account.PushTokens == 2
	})

	// Who is erased leaves nothing behind of where their browsers are.
	if _, err := me.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(in.User), living.Token()} {
		if found := s.Traces(text); len(found) > 0 {
			t.Errorf("left in %s", strings.Join(found, ", "))
		}
	}
}

func TestWithoutWebPushNobodyIsPromisedAny(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	me, _ := s.somebody(t, "location", "push")
	if _, err := me.WebPushKey(t.Context()); fault.From(err).Code != fault.CodeNotFound {
		t.Error(err)
	}
	token := webpushtest.Start(t).Subscribe("").Token()
	if err := me.SetPushToken(t.Context(), api.PushToken{Channel: "webpush", Token: api.Secret(token)}); fault.From(err).Field != "channel" {
		t.Error(err)
	}
}

func wait(t *testing.T, complaint string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); {
		if time.Now().After(deadline) {
			t.Fatal(complaint)
		}
		<-time.After(time.Millisecond)
	}
}
