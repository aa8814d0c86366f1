package engine_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func TestOptInWithoutConsentKeepsNothing(t *testing.T) {
	w := newWorld(t)
	_, err := w.OptIn(t.Context(), engine.OptIn{Interests: []string{"cafe"}})
	if code(err) != fault.CodeConsent {
		t.Fatalf("err = %v, want %s", err, fault.CodeConsent)
	}
	if n := len(w.memory.records); n != 0 {
		t.Errorf("%d records were kept", n)
	}
}

func TestPositionNeedsConsent(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Push)
	before := len(w.memory.records)
	_, err := w.Position(t.Context(), s, []geo.Fix{w.fix(market)})
	if f := fault.From(err); f == nil || f.Code != fault.CodeConsent || f.Field != "location" {
		t.Fatalf("err = %v, want %s of location", err, fault.CodeConsent)
	}
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || a.LastFix != nil || len(w.memory.records) != before {
		t.Errorf("something of the fix was kept: %+v, %v", a.LastFix, err)
	}
}

func TestOfferReachesPassingPerson(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, geo.Destination(market, 270, 1000))
	if n := len(w.memory.messages()); n != 0 {
		t.Fatalf("%d messages a kilometre away", n)
	}
	w.later(10 * time.Minute)
	w.at(t, s, geo.Destination(market, 270, 100))
	sent := w.memory.messages()
	if len(sent) != 1 {
		t.Fatalf("%d messages in reach, want 1; held: %+v", len(sent), w.held(t, s))
	}
	view := sent[0].Frame.(*wire.Offer)
	if view.ID != string(o.ID) || view.Delivery != string(sent[0].ID) || len(view.Reasons) == 0 || view.Merchant != "Trattoria" {
		t.Errorf("frame = %+v", view)
	}
	if err := sent[0].Check(w.now); err != nil {
		t.Errorf("message: %v", err)
	}
	// The record and the person's limits stand before the message goes out.
	if log := strings.Join(w.memory.log, ", "); !strings.HasSuffix(log, "write delivery, write state, write fix, send") {
		t.Errorf("order: %s", log)
	}
}

func (w *world) held(t testing.TB, s *engine.Session) []engine.Suppressed {
	t.Helper()
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return a.Suppressed
}

func TestFailingStoreSendsNothing(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.memory.fail = errors.New("disk full")
	w.at(t, s, market)
	if n := len(w.memory.messages()); n != 0 {
		t.Errorf("%d messages without a durable record", n)
	}
	if n := w.Stats().Undelivered; n != 1 {
		t.Errorf("undelivered = %d, want 1", n)
	}
}

func TestPolicyHoldsBack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy func(*push.Policy)
		want   string
	}{
		{"quiet hours", func(p *push.Policy) { p.QuietFrom, p.QuietTo = 11*60, 13*60 }, push.CodeQuietHours},
		{"no pushes a day", func(p *push.Policy) { p.DailyCap = 0 }, push.CodeDailyCap},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.offer(t, market, nil)
			s, _ := w.person(t, privacy.Location, privacy.Push)
			prefs := w.Preferences(s)
			tt.policy(&prefs.Push)
			if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
				t.Fatal(err)
			}
			w.at(t, s, market)
			w.later(time.Minute)
			w.at(t, s, geo.Destination(market, 90, 100))
			held := w.held(t, s)
			if len(w.memory.messages()) != 0 || len(held) != 1 || held[0].Code != tt.want {
				t.Errorf("sent %d, held %+v; want none sent and one held for %s", len(w.memory.messages()), held, tt.want)
			}
		})
	}
}

func TestMinimumGapBetweenTwoOffers(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	far := geo.Destination(market, 90, 2000)
	w.offer(t, far, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	w.later(20 * time.Minute)
	w.at(t, s, far)
	if held := w.held(t, s); len(w.memory.messages()) != 1 || len(held) == 0 || held[len(held)-1].Code != push.CodeMinimumGap {
		t.Errorf("sent %d, held %+v", len(w.memory.messages()), held)
	}
}

func TestAskFirstIsNeverPushed(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location)
	w.at(t, s, market)
	a, err := w.Pull(t.Context(), s, engine.PullQuery{})
	if err != nil || len(a.Offers) != 1 || len(w.memory.messages()) != 0 {
		t.Errorf("pulled %d (%v), pushed %d; want 1 and 0", len(a.Offers), err, len(w.memory.messages()))
	}
}

func TestFixesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location)
	w.at(t, s, market)
	for _, tt := range []struct {
		name        string
		change      func(*geo.Fix)
		code, field string
	}{
		{"same time", func(f *geo.Fix) {}, fault.CodeFixOrder, "fixes[0].at"},
		{"earlier", func(f *geo.Fix) { f.Time = f.Time.Add(-time.Second) }, fault.CodeFixOrder, "fixes[0].at"},
		{"future", func(f *geo.Fix) { f.Time = f.Time.Add(time.Hour) }, fault.CodeFixFuture, "fixes[0].at"},
		{"vague", func(f *geo.Fix) { f.Time = f.Time.Add(time.Second); f.Accuracy = 3000 }, fault.CodeFixInaccurate, "fixes[0].acc"},
		{"mocked", func(f *geo.Fix) { f.Time = f.Time.Add(time.Second); f.Flags = geo.Mock }, fault.CodeFixMock, "fixes[0].mock"},
		{"teleport", func(f *geo.Fix) { f.Time = f.Time.Add(time.Second); f.Lat = 52.5 }, fault.CodeFixTeleport, "fixes[0].lat"},
	} {
		fix := w.fix(market)
		tt.change(&fix)
		r, err := w.Position(t.Context(), s, []geo.Fix{fix})
		if err != nil || r.Accepted != 0 || r.Refused == nil || r.Refused.Code != tt.code || r.Refused.Field != tt.field {
			t.Errorf("%s: %+v, %v; want %s of %s", tt.name, r.Refused, err, tt.code, tt.field)
		}
	}
	// A second fix near the implausible one is believed: the phone was in a plane, or the first fix was wrong.
	w.later(time.Minute)
	there := w.fix(geo.Point{Lat: 52.5, Lon: market.Lon})
	if r, err := w.Position(t.Context(), s, []geo.Fix{there}); err != nil || r.Accepted != 1 {
		t.Errorf("confirmed fix: %+v, %v", r, err)
	}
}

func TestBatchTakesWhatItCan(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location)
	a, b := w.fix(market), w.fix(geo.Destination(market, 0, 50))
	a.Time, b.Time = w.now.Add(-2*time.Minute), w.now.Add(-time.Minute)
	r, err := w.Position(t.Context(), s, []geo.Fix{a, a, b})
	if err != nil || r.Accepted != 2 || r.Refused == nil || r.Refused.Field != "fixes[1].at" {
		t.Errorf("r = %+v, %v", r, err)
	}
}

func TestLateFixesSendNothing(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	late := w.fix(market)
	late.Time = w.now.Add(-10 * time.Minute)
	if r, err := w.Position(t.Context(), s, []geo.Fix{late}); err != nil || r.Accepted != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if n := len(w.memory.messages()); n != 0 {
		t.Errorf("%d messages for a fix from a buffer", n)
	}
}

func TestStateSurvivesRestart(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push, privacy.Mood)
	w.at(t, s, market)
	if err := w.Mood(t.Context(), s, mood.Affect{Valence: -0.5, Arousal: -0.5, Confidence: 1, Source: mood.SelfReport, At: w.now}); err != nil {
		t.Fatal(err)
	}
	prefs := w.Preferences(s)
	prefs.Push.DailyCap = 7
	prefs.Blocked = []offers.Block{{Kind: offers.BlockCategory, Value: "bar"}}
	if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
		t.Fatal(err)
	}
	w.stop(t)
	w.restart(t)
	s, err := w.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	w.later(time.Minute)
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || a.LastFix == nil || a.Mood == nil || a.Preferences.Push.DailyCap != 7 || len(a.Preferences.Blocked) != 1 || len(a.Deliveries) != 1 {
		t.Fatalf("account after restart: %+v, %v", a, err)
	}
	w.at(t, s, geo.Destination(market, 0, 100))
	if n := len(w.memory.messages()); n != 1 {
		t.Errorf("the offer went out again after the restart: %d messages", n)
	}
}

// stop runs the engine until it has written everything.
func (w *world) stop(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestWithdrawnConsentForgets(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push, privacy.Mood, privacy.Purchases)
	w.at(t, s, market)
	_ = w.Mood(t.Context(), s, mood.Affect{Valence: 0.5, Arousal: 0.5, Confidence: 1, Source: mood.SelfReport, At: w.now})
	if _, err := w.Purchase(t.Context(), s, engine.Purchase{Category: "fashion", Brand: "Lindenblatt", Amount: 40, Currency: "EUR"}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []privacy.Purpose{privacy.Location, privacy.Mood, privacy.Purchases, privacy.Push} {
		if err := w.Consent(t.Context(), s, privacy.Change{Purpose: p}); err != nil {
			t.Fatal(err)
		}
	}
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || a.LastFix != nil || a.Mood != nil || len(a.Purchases) != 0 || len(a.Deliveries) != 0 || len(a.Affinities) != 0 {
		t.Errorf("still held: %+v, %v", a, err)
	}
	for name, want := range map[string]error{
		"mood":     w.Mood(t.Context(), s, mood.Affect{Valence: 0.5, Confidence: 1, Source: mood.SelfReport, At: w.now}),
		"purchase": second(w.Purchase(t.Context(), s, engine.Purchase{Category: "fashion"})),
		"pull":     second(w.Pull(t.Context(), s, engine.PullQuery{})),
	} {
		if code(want) != fault.CodeConsent {
			t.Errorf("%s after withdrawal: %v, want %s", name, want, fault.CodeConsent)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestEraseLeavesNobody(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	r, err := w.Erase(t.Context(), s)
	if err != nil || len(r.Holders) != 2 {
		t.Fatalf("receipt = %+v, %v", r, err)
	}
	if n := len(w.memory.records); n != 0 {
		t.Errorf("%d records are left", n)
	}
	w.later(time.Minute)
	if _, err := w.Position(t.Context(), s, []geo.Fix{w.fix(market)}); code(err) != fault.CodeErased {
		t.Errorf("late frame: %v, want %s", err, fault.CodeErased)
	}
	if _, err := w.Authenticate(t.Context(), in.Token); code(err) != fault.CodeErased {
		t.Errorf("old token: %v, want %s", err, fault.CodeErased)
	}
	w.stop(t)
	if n := len(w.memory.records); n != 0 {
		t.Errorf("%d records came back", n)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	_, in := w.person(t, privacy.Location)
	for _, token := range []string{"", "fl_dev_", "nonsense", in.Token[:len(in.Token)-1] + "A", in.Token + "A", strings.Replace(in.Token, "usr_0_", "usr_1_", 1)} {
		if token == in.Token {
			continue
		}
		if _, err := w.Authenticate(t.Context(), token); code(err) != fault.CodeUnauthorized {
			t.Errorf("token %q: %v, want %s", token, err, fault.CodeUnauthorized)
		}
	}
}

func TestRedeemIsExact(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Budget.Total = 1 })
	s, _ := w.person(t, privacy.Location, privacy.Push)
	if r, err := w.Redeem(t.Context(), s, o.ID, time.Time{}, ""); err != nil || r.Ticket != 1 || r.Code == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	other, _ := w.person(t, privacy.Location, privacy.Push)
	if _, err := w.Redeem(t.Context(), other, o.ID, time.Time{}, ""); code(err) != fault.CodeSoldOut {
		t.Errorf("second: %v, want %s", err, fault.CodeSoldOut)
	}
	w.at(t, other, market)
	if n := len(w.memory.messages()); n != 0 {
		t.Errorf("a sold-out offer was sent")
	}
}

func TestNoUnitIsLostOnTheWay(t *testing.T) {
	o1 := func(o *offers.Offer) { o.Budget.Total, o.Budget.PerUser = 1, 1 }
	t.Run("a repeat finishes what failed half way", func(t *testing.T) {
		w := newWorld(t)
		o := w.offer(t, market, o1)
		s, _ := w.person(t, privacy.Location)
		w.memory.fail = fault.New(fault.Unavailable, fault.CodeUnavailable, "The disk is full.")
		if _, err := w.Redeem(t.Context(), s, o.ID, time.Time{}, "k"); code(err) != fault.CodeUnavailable {
			t.Fatalf("without a record: %v", err)
		}
		w.memory.fail = nil
		r, err := w.Redeem(t.Context(), s, o.ID, time.Time{}, "k")
		if err != nil || r.Ticket != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		again, err := w.Redeem(t.Context(), s, o.ID, time.Time{}, "k")
		if err != nil || again.ID != r.ID || again.Code != r.Code || w.Stats().Redemptions != 1 {
			t.Errorf("a repeat is another redemption: %+v, %v", again, err)
		}
		if _, err := w.Redeem(t.Context(), s, o.ID, time.Time{}, "another"); code(err) != fault.CodeSoldOut {
			t.Errorf("another wish: %v", err)
		}
	})
	t.Run("what nobody can repeat is given back", func(t *testing.T) {
		w := newWorld(t)
		o := w.offer(t, market, o1)
		s, _ := w.person(t, privacy.Location)
		w.memory.fail = fault.New(fault.Unavailable, fault.CodeUnavailable, "The disk is full.")
		_, unnamed := w.Redeem(t.Context(), s, o.ID, time.Time{}, "")
		w.memory.fail = fault.New(fault.Internal, fault.CodeInternal, "The record is broken.")
		_, broken := w.Redeem(t.Context(), s, o.ID, time.Time{}, "k")
		if unnamed == nil || broken == nil || w.catalogue.Exhausted(o.ID, w.now) {
			t.Fatalf("%v, %v; exhausted: %v", unnamed, broken, w.catalogue.Exhausted(o.ID, w.now))
		}
		w.memory.fail = nil
		if _, err := w.Redeem(t.Context(), s, o.ID, time.Time{}, "another"); err != nil || !w.catalogue.Exhausted(o.ID, w.now) {
			t.Errorf("%v; exhausted: %v", err, w.catalogue.Exhausted(o.ID, w.now))
		}
	})
	t.Run("a caller who goes away between claim and record", func(t *testing.T) {
		w := newWorld(t)
		o := w.offer(t, market, o1)
		s, _ := w.person(t, privacy.Location)
		ctx, hangUp := context.WithCancel(t.Context())
		w.memory.onClaim = hangUp
		if r, err := w.Redeem(ctx, s, o.ID, time.Time{}, "k"); err != nil || r.Ticket != 1 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestFeedbackChangesDelivery(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	d := w.memory.messages()[0].ID
	if err := w.Delivered(t.Context(), s, d); err != nil {
		t.Fatal(err)
	}
	if err := w.Feedback(t.Context(), s, engine.Feedback{Delivery: d, Action: offers.Opened}); err != nil {
		t.Fatal(err)
	}
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || len(a.Deliveries) != 1 || a.Deliveries[0].Status != "opened" {
		t.Errorf("%+v, %v", a.Deliveries, err)
	}
	if err := w.Delivered(t.Context(), s, "dlv_unknown"); code(err) != fault.CodeNotFound {
		t.Errorf("unknown delivery: %v", err)
	}
}

func TestPullPages(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.offer(t, geo.Destination(market, float64(i*70), 50), nil)
	}
	s, _ := w.person(t, privacy.Location)
	seen := map[string]bool{}
	q := engine.PullQuery{At: &market, Limit: 2}
	for range 3 {
		a, err := w.Pull(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range a.Offers {
			seen[o.ID] = true
			if len(o.Reasons) == 0 {
				t.Errorf("%s has no reasons", o.Title)
			}
		}
		q.Cursor = a.Cursor
	}
	if len(seen) != 5 || q.Cursor != "" {
		t.Errorf("saw %d offers, cursor %q; want 5 and none", len(seen), q.Cursor)
	}
}

func TestSensitivePlaceIsNotMatchedOrKept(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	if err := w.catalogue.PutPlace(&offers.Place{ID: "plc_clinic", Name: "Clinic", Category: "health.hospital", Point: market}); err != nil {
		t.Fatal(err)
	}
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || a.LastFix != nil || len(w.memory.messages()) != 0 {
		t.Errorf("at a clinic: fix %+v, %d messages, %v", a.LastFix, len(w.memory.messages()), err)
	}
}

func TestPublishedOfferFindsWhoStandsThere(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location, privacy.Push)

	w.at(t, s, market)
	o := w.offer(t, market, nil)
	w.Published(o)
	w.Reconsider(t.Context())
	if n := len(w.memory.messages()); n != 1 {
		t.Fatalf("%d messages, want 1", n)
	}
	w.offer(t, geo.Destination(market, 90, 700), nil)
	w.Published(w.offer(t, geo.Destination(market, 180, 400), func(o *offers.Offer) { o.Mode = offers.Test }))
	w.Published(w.offer(t, geo.Destination(market, 0, 500), nil))
	w.Reconsider(t.Context())
	if hint, ok := w.memory.told[0].(*wire.Hint); !ok || math.Abs(hint.Metres-200) > 5 {
		t.Fatalf("told %+v, want a hint of 200 m: a reach of 300 m begins there", w.memory.told)
	}
	w.memory.told = nil
	w.Withdrawn(o, "stopped")
	if len(w.memory.told) != 1 || w.memory.told[0].(*wire.Withdrawn).Offer != string(o.ID) {
		t.Errorf("told %+v", w.memory.told)
	}
}

func TestSimulatedPeopleLiveOnTheirOwnClock(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	in, err := w.OptIn(t.Context(), engine.OptIn{Simulated: true, Interests: []string{"restaurant.italian"}, Changes: []privacy.Change{
		{Purpose: privacy.Location, Granted: true, Policy: "1"}, {Purpose: privacy.Push, Granted: true, Policy: "1"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	w.Attach(s)
	fix := w.fix(market)
	fix.Time = time.Date(2012, 4, 3, 12, 0, 0, 0, time.UTC)
	if r, err := w.Position(t.Context(), s, []geo.Fix{fix}); err != nil || r.Accepted != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	sent := w.memory.messages()
	if len(sent) != 1 || !sent[0].Expires.After(w.now) {
		t.Errorf("sent %+v", sent)
	}
}

type brokenHolder struct{ fail bool }

func (*brokenHolder) Name() string { return "broken" }
func (h *brokenHolder) Erase(context.Context, id.User) error {
	if h.fail {
		return errors.New("disk full")
	}
	return nil
}

func TestFailedEraseCanBeAskedForAgain(t *testing.T) {
	w := newWorld(t)
	s, in := w.person(t, privacy.Location)
	broken := &brokenHolder{fail: true}
	w.SetHolders([]privacy.Eraser{broken, w.Forget()}) // the tombstone can't be written
	if _, err := w.Erase(t.Context(), s); err == nil {
		t.Fatal("no error")
	}
	broken.fail = false
	s, err := w.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.Erase(t.Context(), s); err != nil || len(r.Holders) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestPurchasesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Purchases)
	for _, tt := range []struct {
		field string
		b     engine.Purchase
	}{
		{"category", engine.Purchase{}},
		{"category", engine.Purchase{Category: "a b!"}},
		{"category", engine.Purchase{Category: strings.Repeat("a", 129)}},
		{"brand", engine.Purchase{Brand: strings.Repeat("a", 129)}},
		{"merchant", engine.Purchase{Category: "cafe", Merchant: id.Merchant(strings.Repeat("m", 10_000))}},
		{"merchant", engine.Purchase{Category: "cafe", Merchant: "mer_none"}},
		{"currency", engine.Purchase{Category: "cafe", Currency: strings.Repeat("E", 10_000)}},
		{"currency", engine.Purchase{Category: "cafe", Currency: "EURO"}},
		{"amount", engine.Purchase{Category: "cafe", Amount: -1}},
		{"amount", engine.Purchase{Category: "cafe", Amount: math.Inf(1)}},
		{"amount", engine.Purchase{Category: "cafe", Amount: 1e308}}, // the sum of two is no number
		{"at", engine.Purchase{Category: "cafe", At: w.now.Add(time.Hour)}},
		{"at", engine.Purchase{Category: "cafe", At: w.now.AddDate(-3, 0, 0)}},
	} {
		if _, err := w.Purchase(t.Context(), s, tt.b); err == nil || fault.From(err).Field != tt.field {
			t.Errorf("%.60v: %v, want a refusal of %s", tt.b, err, tt.field)
		}
	}
	if _, err := w.Purchase(t.Context(), s, engine.Purchase{Category: "Cafe", Currency: "EUR", Amount: 3.5}); err != nil {
		t.Error(err)
	}
}

func TestTheServersOwnZoneIsNobodys(t *testing.T) {
	w := newWorld(t)
	change := privacy.Change{Purpose: privacy.Location, Granted: true, Policy: "1"}
	if _, err := w.OptIn(t.Context(), engine.OptIn{Changes: []privacy.Change{change}, Zone: "Local"}); err == nil || fault.From(err).Field != "zone" {
		t.Errorf("err = %v, want a refusal of zone", err)
	}
}

// meanwhile returns what to do before a write: it starts fn once, where the name begins with the
// prefix, and gives it every chance to overtake what goes on.
func meanwhile(prefix string, fn func()) (onWrite func(string), done chan struct{}) {
	done = make(chan struct{})
	var once sync.Once
	return func(name string) {
		if !strings.HasPrefix(name, prefix) {
			return
		}
		once.Do(func() {
			go func() {
				defer close(done)
				fn()
			}()
			for range 10_000 {
				runtime.Gosched()
			}
		})
	}, done
}

func TestConsentWithdrawnWhileAnOfferIsOnItsWay(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push, privacy.Purchases)
	var done chan struct{}
	w.memory.onWrite, done = meanwhile("delivery/", func() {
		if err := w.Consent(t.Context(), s, privacy.Change{Purpose: privacy.Location}); err != nil {
			t.Error(err)
		}
	})
	w.at(t, s, market)
	<-done
	if a, err := w.Account(t.Context(), s, w.now); err != nil || len(a.Deliveries) != 0 {
		t.Errorf("deliveries are left: %+v, %v", a.Deliveries, err)
	}
	if !slices.Equal(w.memory.recalls, []id.User{s.User()}) {
		t.Errorf("recalled: %v", w.memory.recalls)
	}
}

func TestConsentWithdrawnWhileAPurchaseIsOnItsWay(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Purchases)
	var done chan struct{}
	w.memory.onWrite, done = meanwhile("purchase/", func() {
		if err := w.Consent(t.Context(), s, privacy.Change{Purpose: privacy.Purchases}); err != nil {
			t.Error(err)
		}
	})
	_, _ = w.Purchase(t.Context(), s, engine.Purchase{Category: "cafe"})
	<-done
	if a, err := w.Account(t.Context(), s, w.now); err != nil || len(a.Purchases) != 0 || len(a.Affinities) != 0 {
		t.Errorf("purchases are left: %+v %+v, %v", a.Purchases, a.Affinities, err)
	}
}

// TestEraseOvertakesNoOffer: what is sent is sent before the holders are asked to forget, so that they find it.
func TestEraseOvertakesNoOffer(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	var done chan struct{}
	w.memory.onWrite, done = meanwhile("written delivery/", func() { _, _ = w.Erase(t.Context(), s) })
	w.at(t, s, market)
	<-done
	if i := slices.Index(w.memory.log, "erase"); i < 0 || slices.Contains(w.memory.log[i:], "send") {
		t.Errorf("sent after the erase: %v", w.memory.log)
	}
}
