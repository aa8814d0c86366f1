package engine_test

import (
	"context"
	"strings"
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
)

// stored returns what the records of a class hold of everybody, as text.
func (w *world) stored(class string) string {
	w.memory.mu.Lock()
	defer w.memory.mu.Unlock()
	var all []string
	for key, r := range w.memory.records {
		if _, name, _ := strings.Cut(key, "/"); strings.HasPrefix(name, class) {
			all = append(all, string(r.value))
		}
	}
	return strings.Join(all, "\n")
}

func TestClinicIsInNoRecord(t *testing.T) {
	w := newWorld(t)
	clinic := geo.Point{Lat: 47.9876543, Lon: 7.8765432}
	if err := w.catalogue.PutPlace(&offers.Place{ID: "plc_clinic", Name: "Clinic", Category: "health.hospital", Point: clinic}); err != nil {
		t.Fatal(err)
	}
	s, _ := w.person(t, privacy.Location, privacy.Push)

	for _, at := range []geo.Point{geo.Destination(clinic, 45, 600), clinic, clinic, clinic, geo.Destination(clinic, 135, 600)} {
		w.later(4 * time.Minute)
		w.at(t, s, at)
		w.stop(t)
		if text := w.stored(""); strings.Contains(text, "47.98765") || strings.Contains(text, "7.87654") {
			t.Fatalf("the clinic is stored: %s", w.stored("fix"))
		}
	}
	if text := w.stored("fix"); !strings.Contains(text, "47.98") {
		t.Errorf("the fix afterwards is not: %s", text)
	}
}

func TestNewOfferAtAClinicWaits(t *testing.T) {
	w := newWorld(t)
	if err := w.catalogue.PutPlace(&offers.Place{ID: "plc_clinic", Name: "Clinic", Category: "health.hospital", Point: market}); err != nil {
		t.Fatal(err)
	}
	s, _ := w.person(t, privacy.Location, privacy.Push)

	w.at(t, s, market)
	w.Published(w.offer(t, market, nil))
	w.Reconsider(t.Context())
	if before, n := w.Stats().Evaluations, len(w.memory.messages()); before != 0 || n != 0 {
		t.Errorf("%d evaluations and %d messages at a clinic", before, n)
	}
}

func TestNewOfferLeavesDriversAlone(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location, privacy.Push)

	fix := w.fix(market)
	fix.Speed = 30
	if _, err := w.Position(t.Context(), s, []geo.Fix{fix}); err != nil {
		t.Fatal(err)
	}
	w.Published(w.offer(t, market, nil))
	w.Reconsider(t.Context())
	if n := len(w.memory.messages()); n != 0 {
		t.Errorf("%d messages to somebody at 30 m/s", n)
	}
}

func TestNewOfferFindsNobody(t *testing.T) {
	for _, tt := range []struct {
		name   string
		offer  func(*offers.Offer)
		before func(*testing.T, *world, *engine.Session)
	}{
		{"of other data", func(o *offers.Offer) { o.Mode = offers.Test }, func(*testing.T, *world, *engine.Session) {}},
		{"long gone", nil, func(_ *testing.T, w *world, _ *engine.Session) { w.later(time.Hour) }},
		{"without a socket", nil, func(_ *testing.T, w *world, s *engine.Session) { w.Detach(s) }},
		{"just evaluated for another", nil, func(t *testing.T, w *world, s *engine.Session) {
			prefs := w.Preferences(s)
			prefs.Push.MinGapMinutes = 0
			if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
				t.Fatal(err)
			}
			w.Published(w.offer(t, market, func(o *offers.Offer) { o.Status = offers.Stopped }))
			w.Reconsider(t.Context())
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			s, _ := w.person(t, privacy.Location, privacy.Push)

			w.at(t, s, market)
			tt.before(t, w, s)
			w.Published(w.offer(t, market, tt.offer))
			w.Reconsider(t.Context())
			if n := len(w.memory.messages()); n != 0 {
				t.Errorf("%d messages", n)
			}
		})
	}
}

func TestANewerTextOfTheConsentChangesNoChoice(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	prefs := w.Preferences(s)
	prefs.Push.Mode = push.AskFirst
	if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
		t.Fatal(err)
	}
	if err := w.Consent(t.Context(), s, privacy.Change{Purpose: privacy.Push, Granted: true, Policy: "2026-07"}); err != nil {
		t.Fatal(err)
	}
	if mode := w.Preferences(s).Push.Mode; mode != push.AskFirst {
		t.Errorf("mode %s after agreeing to a newer text", mode)
	}
}

// killed is a restart without an end: what was not written is lost.
func (w *world) killed(t *testing.T, in engine.OptedIn) *engine.Session {
	t.Helper()
	w.restart(t)
	s, err := w.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAcknowledgedWishesSurviveAKill(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push, privacy.Purchases)
	if err := w.Feedback(t.Context(), s, engine.Feedback{Offer: o.ID, Action: offers.NotInterested}); err != nil {
		t.Fatal(err)
	}
	s = w.killed(t, in)
	w.at(t, s, market)
	if n := len(w.memory.messages()); n != 0 {
		t.Error("an offer that does not interest was sent")
	}
	if _, err := w.Purchase(t.Context(), s, engine.Purchase{Category: "cafe"}); err != nil {
		t.Fatal(err)
	}
	s = w.killed(t, in)
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || len(a.Interests) != 1 || len(a.Purchases) != 1 || len(a.Affinities) == 0 {
		t.Errorf("account %+v, %v", a, err)
	}
}

func TestWithdrawalTakesTheRecordsAlong(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push, privacy.Mood, privacy.Purchases)
	prefs := w.Preferences(s)
	prefs.Mood = []offers.MoodChoice{{State: mood.Calm, Categories: []string{"restaurant.italian"}}}
	if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
		t.Fatal(err)
	}
	if err := w.Consent(t.Context(), s, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "1", Level: mood.Help}); err != nil {
		t.Fatal(err)
	}
	calm := mood.Affect{Valence: 0.6, Arousal: -0.5, Confidence: 1, Source: mood.SelfReport, At: w.now}
	if err := w.Mood(t.Context(), s, calm); err != nil {
		t.Fatal(err)
	}
	if err := w.SetPushToken(t.Context(), s, "phone-token"); err != nil {
		t.Fatal(err)
	}
	w.at(t, s, market)
	if !strings.Contains(w.stored("delivery"), offers.ReasonMood) {
		t.Fatalf("the delivery tells nothing of the mood: %s", w.stored("delivery"))
	}
	withdraw := func(p privacy.Purpose) {
		t.Helper()
		if err := w.Consent(t.Context(), s, privacy.Change{Purpose: p}); err != nil {
			t.Fatal(err)
		}
	}
	withdraw(privacy.Mood)
	if text := w.stored("delivery"); strings.Contains(text, offers.ReasonMood) || text == "" {
		t.Errorf("deliveries after mood was withdrawn: %s", text)
	}
	w.later(time.Minute)
	w.at(t, s, geo.Destination(market, 0, 100)) // the offer is in its cooldown now
	withdraw(privacy.Push)
	if text := w.stored("profile"); strings.Contains(text, "phone-token") {
		t.Error("the token of the phone is still there")
	}
	if len(w.held(t, s)) == 0 {
		t.Fatal("nothing was held back: the test looks at nothing")
	}
	withdraw(privacy.Location)
	if held := w.held(t, s); len(held) != 0 {
		t.Errorf("held: %+v", held)
	}
	if text := w.stored(""); strings.Contains(text, string(o.ID)) || strings.Contains(text, "47.99") {
		t.Errorf("still stored: %s", text)
	}
	if s = w.killed(t, in); len(w.held(t, s)) != 0 {
		t.Errorf("held: %+v", w.held(t, s))
	}
}

func TestUnfinishedWithdrawalIsFinishedLater(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push, privacy.Purchases)
	w.at(t, s, market)
	if _, err := w.Purchase(t.Context(), s, engine.Purchase{Category: "cafe"}); err != nil {
		t.Fatal(err)
	}
	w.stop(t)
	before := map[string]record{}
	for key, r := range w.memory.records {
		before[key] = r
	}
	for _, p := range []privacy.Purpose{privacy.Location, privacy.Purchases} {
		if err := w.Consent(t.Context(), s, privacy.Change{Purpose: p}); err != nil {
			t.Fatal(err)
		}
	}
	for key, r := range before { // as a crash right after the profile would have left them
		if !strings.HasSuffix(key, "/profile") {
			w.memory.records[key] = r
		}
	}
	s = w.killed(t, in)
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || a.LastFix != nil || len(a.Deliveries)+len(a.Purchases)+len(a.Affinities) != 0 {
		t.Errorf("account %+v, %v", a, err)
	}
}

// curious is a holder that looks whether the person is still served while they are being erased.
type curious struct {
	w *world
	s *engine.Session
	t *testing.T
}

func (curious) Name() string { return "curious" }
func (c curious) Erase(ctx context.Context, _ id.User) error {
	c.w.later(time.Minute)
	if _, err := c.w.Position(ctx, c.s, []geo.Fix{c.w.fix(market)}); code(err) != fault.CodeErased {
		c.t.Errorf("a fix during the erase: %v", err)
	}
	return nil
}

func TestNobodyIsServedDuringTheirErase(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location)
	w.SetHolders([]privacy.Eraser{curious{w, s, t}, w.memory, w.Forget()})
	if _, err := w.Erase(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func TestTestAndLiveNeverMeet(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Mode = offers.Test })
	s, _ := w.person(t, privacy.Location, privacy.Push)
	_, redeem := w.Redeem(t.Context(), s, o.ID, time.Time{}, "")
	for name, err := range map[string]error{
		"feedback": w.Feedback(t.Context(), s, engine.Feedback{Offer: o.ID, Action: offers.Liked}),
		"redeem":   redeem,
	} {
		if code(err) != fault.CodeNotFound {
			t.Errorf("%s: %v, want %s", name, err, fault.CodeNotFound)
		}
	}
	if a, err := w.Pull(t.Context(), s, engine.PullQuery{At: &market}); err != nil || len(a.Offers) != 0 {
		t.Errorf("pulled %+v, %v", a.Offers, err)
	}
}

func TestMessageIsWorthlessWhenItsOfferEnds(t *testing.T) {
	w := newWorld(t)
	ends := w.now.Add(10 * time.Minute)
	w.offer(t, market, func(o *offers.Offer) { o.Ends = ends })
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	if sent := w.memory.messages(); len(sent) != 1 || !sent[0].Expires.Equal(ends) {
		t.Errorf("sent %+v, want one until %v", sent, ends)
	}
}

func TestIdlePeopleLeaveMemory(t *testing.T) {
	w := newWorld(t)
	s, in := w.person(t, privacy.Location)
	w.at(t, s, market)
	w.Detach(s)
	w.stop(t)
	if n := w.Stats().People; n != 1 {
		t.Fatalf("%d people in memory", n)
	}
	w.later(time.Hour)
	w.stop(t)
	if n := w.Stats().People; n != 0 {
		t.Errorf("%d people in memory an hour later", n)
	}
	if _, err := w.Authenticate(t.Context(), in.Token); err != nil {
		t.Errorf("coming back: %v", err)
	}
}

func TestUnderAge(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, func(o *offers.Offer) { o.Category = "bar"; o.Place = "" })
	grant := func(p privacy.Purpose) privacy.Change { return privacy.Change{Purpose: p, Granted: true, Policy: "1"} }
	_, err := w.OptIn(t.Context(), engine.OptIn{Minor: true, Changes: []privacy.Change{grant(privacy.Location), grant(privacy.Mood)}})
	if code(err) != fault.CodeForbidden {
		t.Errorf("mood at the opt-in: %v, want %s", err, fault.CodeForbidden)
	}
	in, err := w.OptIn(t.Context(), engine.OptIn{Minor: true, Changes: []privacy.Change{grant(privacy.Location), grant(privacy.Push)}})
	if err != nil {
		t.Fatal(err)
	}
	s := w.killed(t, in)
	if err := w.Consent(t.Context(), s, grant(privacy.Mood)); code(err) != fault.CodeForbidden {
		t.Errorf("mood later: %v, want %s", err, fault.CodeForbidden)
	}
	w.at(t, s, market)
	a, err := w.Pull(t.Context(), s, engine.PullQuery{})
	if held := w.held(t, s); err != nil || len(a.Offers)+len(w.memory.messages()) != 0 || len(held) == 0 || held[0].Code != offers.CodeGuardMinor {
		t.Errorf("a bar: pulled %+v, sent %d, held %+v, %v", a.Offers, len(w.memory.messages()), held, err)
	}
}

func TestNobodyCanBeReached(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.Detach(s)
	w.at(t, s, market)
	if held := w.held(t, s); len(w.memory.messages()) != 0 || len(held) != 1 || held[0].Code != "unreachable" {
		t.Errorf("sent %d, held %+v", len(w.memory.messages()), held)
	}
	if err := w.SetPushToken(t.Context(), s, "phone"); err != nil {
		t.Fatal(err)
	}
	w.later(time.Minute)
	w.at(t, s, geo.Destination(market, 0, 100))
	if n := len(w.memory.messages()); n != 1 {
		t.Errorf("%d messages once there is a device", n)
	}
}
