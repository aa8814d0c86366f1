package app_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/app/apptest"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
	"github.com/flaneur-io/flaneur/wire"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(serveChild(dir))
	}
	// buntdb looks once a second whether it was closed.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/tidwall/buntdb.(*DB).backgroundManager"))
}

var market = geo.Point{Lat: 47.9959, Lon: 7.8522}

// server is a running server, and what the tests here do with it.
type server struct{ *apptest.Server }

func start(t *testing.T, dir string, change func(*config.Config)) *server {
	t.Helper()
	return &server{apptest.Start(t, dir, change)}
}

// somebody opts in for these purposes, can be pushed to at any hour, and returns a client with the device token.
func (s *server) somebody(t *testing.T, purposes ...string) (*client.Client, api.OptedIn) {
	t.Helper()
	in := api.OptIn{Consents: map[string]api.Grant{}, Interests: []string{"restaurant.italian"}}
	for _, p := range purposes {
		in.Consents[p] = api.Grant{Granted: true, Policy: "2026-06"}
		if p == "mood" {
			in.MoodLevel = "help"
		}
	}
	out, err := s.Phone.OptIn(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	me := s.Phone.As(out.Token)
	prefs, err := me.Preferences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	prefs.Push.QuietFrom, prefs.Push.QuietTo = 0, 0
	if _, err := me.SetPreferences(t.Context(), prefs); err != nil {
		t.Fatal(err)
	}
	return me, out
}

func fix(at geo.Point) wire.Fix {
	return wire.Fix{Lat: at.Lat, Lon: at.Lon, Accuracy: 10, Speed: -1, Course: -1, At: time.Now().UnixMilli()}
}

func TestOfferOverSocket(t *testing.T) {
	s := start(t, t.TempDir(), nightless(t))
	o := s.Lunch(t, market)
	_, in := s.somebody(t, "location", "push")
	for _, sub := range []string{wire.SubprotocolBinary, wire.SubprotocolJSON} {
		sock, err := s.Phone.Dial(t.Context(), in.Token, sub, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []*wire.Offer
		answer, err := sock.Do(&wire.Position{Fixes: []wire.Fix{fix(market)}}, func(f wire.Frame) {
			if offer, ok := f.(*wire.Offer); ok {
				copied := *offer
				got = append(got, &copied)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		ack, ok := answer.(*wire.Ack)
		if !ok || ack.Accepted != 1 || ack.Hint == nil {
			t.Fatalf("%s: answer %+v", sub, answer)
		}
		switch sub {
		case wire.SubprotocolBinary: // the offer comes before the acknowledgement
			if len(got) != 1 || got[0].ID != string(o.ID) || len(got[0].Reasons) == 0 {
				t.Fatalf("offers %+v", got)
			}
			if _, err := sock.Do(&wire.Delivered{Delivery: got[0].Delivery}, nil); err != nil {
				t.Fatal(err)
			}
		default: // and only once
			if len(got) != 0 {
				t.Errorf("again: %+v", got)
			}
		}
		if err := sock.Close(); err != nil {
			t.Error(err)
		}
	}
}

// nightless removes the night from the guard rails' way: the tests run at any hour.
func nightless(t *testing.T) func(*config.Config) {
	t.Helper()
	zone := "UTC"
	for _, z := range []string{"UTC", "Asia/Tokyo", "America/New_York"} {
		l, err := time.LoadLocation(z)
		if err != nil {
			t.Fatal(err)
		}
		if h := time.Now().In(l).Hour(); h >= 8 && h < 20 {
			zone = z
		}
	}
	return func(c *config.Config) { c.Zone = zone }
}

// grep returns the files under dir that hold any of the needles.
func grep(t *testing.T, dir string, needles ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, n := range needles {
			if bytes.Contains(data, []byte(n)) {
				found = append(found, filepath.Base(path)+" holds "+n)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNoConsentNoTrace(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	_, err := s.Phone.OptIn(t.Context(), api.OptIn{
		Consents: map[string]api.Grant{"location": {Granted: false}}, Interests: []string{"canaryinterest"}, Zone: "Antarctica/Troll",
	})
	if f := fault.From(err); f == nil || f.Code != fault.CodeConsent || f.Kind != fault.Forbidden {
		t.Fatalf("opt-in without consent: %v", err)
	}
	me, in := s.somebody(t, "push")
	where := wire.Fix{Lat: 12.3456789, Lon: 98.7654321, Accuracy: 5, Speed: -1, Course: -1, At: time.Now().UnixMilli()}
	if _, err := me.Positions(t.Context(), []wire.Fix{where}); fault.From(err) == nil || fault.From(err).Code != fault.CodeConsent {
		t.Errorf("position without consent over HTTP: %v", err)
	}
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolJSON, false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := sock.Do(&wire.Position{Fixes: []wire.Fix{where}}, nil)
	if f := fault.From(err); err == nil {
		e, ok := answer.(*wire.Error)
		if !ok || e.Code != fault.CodeConsent || e.Field != "location" {
			t.Errorf("position without consent over the socket: %+v", answer)
		}
	} else if f.Code != fault.CodeConsent {
		t.Errorf("position without consent over the socket: %v", err)
	}
	_ = sock.Close()
	if _, err := me.Pull(t.Context(), api.PullQuery{Lat: &market.Lat, Lon: &market.Lon}); fault.From(err) == nil || fault.From(err).Code != fault.CodeConsent {
		t.Errorf("pull without consent: %v", err)
	}
	account, err := me.Me(t.Context(), time.Time{})
	if err != nil || account.LastFix != nil {
		t.Errorf("account: %+v, %v", account.LastFix, err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, "canaryinterest", "Antarctica/Troll", "12.345", "98.765"); len(found) > 0 {
		t.Errorf("traces: %v", found)
	}
}

func TestErasedCanaryIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nightless(t))
	s.Lunch(t, market)
	me, in := s.somebody(t, "location", "push", "purchases", "mood")
	other, _ := s.somebody(t, "location")
	const canary = "canarycanary"
	if _, err := me.Purchase(t.Context(), api.Purchase{Category: "fashion", Brand: canary, Amount: 10, Currency: "EUR"}); err != nil {
		t.Fatal(err)
	}
	if err := me.SetPushToken(t.Context(), api.PushToken{Channel: "fcm", Token: canary}); err != nil {
		t.Fatal(err)
	}
	if _, err := me.Positions(t.Context(), []wire.Fix{fix(market)}); err != nil {
		t.Fatal(err)
	}
	// Before the erase the id is there; the content is sealed all the time.
	if found := grep(t, dir, string(in.User)); len(found) == 0 {
		t.Fatal("the user is in no file: the test looks in the wrong place")
	}
	if found := grep(t, dir, canary); len(found) > 0 {
		t.Errorf("in the clear: %v", found)
	}
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolJSON, false)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := me.Erase(t.Context())
	if err != nil || len(receipt.Holders) < 3 {
		t.Fatalf("receipt %+v, %v", receipt, err)
	}
	if code := closeCode(sock); code != wire.CloseErased {
		t.Errorf("the socket closed with %d, want %d", code, wire.CloseErased)
	}
	if _, err := me.Positions(t.Context(), []wire.Fix{fix(market)}); fault.From(err) == nil || fault.From(err).Code != fault.CodeErased {
		t.Errorf("late position: %v", err)
	}
	_, err = s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolJSON, false)
	if f := fault.From(err); f == nil || f.Code != fault.CodeErased {
		t.Errorf("new socket: %v", err)
	}
	if found := grep(t, dir, canary, string(in.User)); len(found) > 0 {
		t.Errorf("after the erase: %v", found)
	}
	if _, err := other.Me(t.Context(), time.Time{}); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, canary, string(in.User)); len(found) > 0 {
		t.Errorf("after the end: %v", found)
	}
}

// closeCode reads until the server closes.
func closeCode(sock *client.Socket) int {
	for {
		if _, err := sock.Receive(); err != nil {
			if closed := new(client.CloseError); errors.As(err, &closed) {
				return closed.Code
			}
			return -1
		}
	}
}

func TestPushOverFCM(t *testing.T) {
	fake := fcmtest.Start(t)
	s := start(t, t.TempDir(), func(c *config.Config) {
		nightless(t)(c)
		c.FCM.Project, c.FCM.Endpoint = "flaneur-test", fake.Endpoint()
	})
	o := s.Lunch(t, market)
	me, _ := s.somebody(t, "location", "push")
	if err := me.SetPushToken(t.Context(), api.PushToken{Channel: "fcm", Token: "phone-1"}); err != nil {
		t.Fatal(err)
	}
	taken, err := me.Positions(t.Context(), []wire.Fix{fix(market)})
	if err != nil || taken.Accepted != 1 {
		t.Fatalf("%+v, %v", taken, err)
	}
	messages, err := fake.WaitAccepted(t.Context(), 1)
	if err != nil || len(messages) != 1 || messages[0].Token != "phone-1" || messages[0].Data["offer"] != string(o.ID) {
		t.Fatalf("%+v, %v", messages, err)
	}

	wait(t, "the push service has it, but it is not sent", func() bool {
		account, err := me.Me(t.Context(), time.Time{})
		if err != nil || len(account.Deliveries) != 1 {
			t.Fatalf("%d deliveries, %v", len(account.Deliveries), err)
		}
		return account.Deliveries[0].Status == "sent"
	})

	// A second person's phone is gone for good: its token is forgotten.
	gone, _ := s.somebody(t, "location", "push")
	fake.Script("phone-2", fcmtest.Unregistered)
	if err := gone.SetPushToken(t.Context(), api.PushToken{Channel: "fcm", Token: "phone-2"}); err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Positions(t.Context(), []wire.Fix{fix(market)}); err != nil {
		t.Fatal(err)
	}
	if err := fake.WaitAttempts(t.Context(), "phone-2", 1); err != nil {
		t.Fatal(err)
	}
	wait(t, "the dead token is still there", func() bool {
		account, err := gone.Me(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return account.PushTokens == 0
	})
	if n := len(fake.Accepted()); n != 1 {
		t.Errorf("%d messages arrived, want 1", n)
	}
}

func TestRestartKeepsWhatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	o := s.Lunch(t, market)
	me, in := s.somebody(t, "location")
	r, err := me.Redeem(t.Context(), api.Redeem{Offer: o.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir, nil)
	if _, err := s.Merchant.Offer(t.Context(), o.ID); err != nil {
		t.Errorf("offer: %v", err)
	}
	account, err := s.Phone.As(in.Token).Me(t.Context(), time.Time{})
	if err != nil || len(account.Redemptions) != 1 || account.Redemptions[0].ID != r.ID {
		t.Errorf("account: %+v, %v", account, err)
	}
	if page, err := s.Phone.As(in.Token).Pull(t.Context(), api.PullQuery{Lat: &market.Lat, Lon: &market.Lon}); err != nil || len(page.Items) != 1 {
		t.Errorf("pull: %+v, %v", page, err)
	}
}

func TestStoppedOfferIsWithdrawn(t *testing.T) {
	s := start(t, t.TempDir(), nightless(t))
	o := s.Lunch(t, market)
	_, in := s.somebody(t, "location", "push")
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sock.Close() }()
	if _, err := sock.Do(&wire.Position{Fixes: []wire.Fix{fix(market)}}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Merchant.StopOffer(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	for {
		f, err := sock.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if w, ok := f.(*wire.Withdrawn); ok {
			if w.Offer != string(o.ID) || w.Reason != "stopped" {
				t.Errorf("withdrawn %+v", w)
			}
			return
		}
	}
}

func TestSecondServerOnTheSameDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	start(t, dir, nil)
	cfg := config.Default()
	cfg.Data, cfg.Listen = dir, "127.0.0.1:0"
	_, err := app.New(t.Context(), app.Options{Config: cfg})
	if f := fault.From(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(err.Error(), "use") {
		t.Errorf("err = %v", err)
	}
}
