package engine_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// prefer changes somebody's wishes.
func (w *world) prefer(t testing.TB, s *engine.Session, change func(*engine.Preferences)) {
	t.Helper()
	p := w.Preferences(s)
	change(&p)
	if err := w.SetPreferences(t.Context(), s, p); err != nil {
		t.Fatal(err)
	}
}

// clock moves the clock to a time of that day.
func (w *world) clock(hour, minute int) {
	w.now = time.Date(w.now.Year(), w.now.Month(), w.now.Day(), hour, minute, 0, 0, time.UTC)
}

func titles(m push.Message) []string {
	o := m.Frame.(*wire.Offer)
	list := []string{o.Title}
	for _, more := range o.More {
		list = append(list, more.Title)
	}
	return list
}

func codes(held []engine.Suppressed) (list []string) {
	for _, h := range held {
		list = append(list, h.Code)
	}
	return list
}

func TestQuietHours(t *testing.T) {
	for _, tt := range []struct {
		name   string
		action push.QuietAction
		away   float64 // metres gone by the end
		change func(*engine.Preferences)
		titles []string
		codes  []string
	}{
		{"cancel", push.Cancel, 0, nil, nil, []string{push.CodeQuietHours}},
		{"hold", push.Hold, 0, nil, []string{"B"}, []string{push.CodeHeldQuiet, push.CodeHeldQuiet, push.CodeOutranked}},
		{"hold, but gone", push.Hold, 3000, nil, nil, []string{push.CodeHeldQuiet, push.CodeHeldQuiet, offers.CodeLate, offers.CodeLate}},
		{"hold, but paused", push.Hold, 0, func(p *engine.Preferences) { p.Push.PausedUntil = time.Date(2026, 6, 4, 0, 0, 0, 0, time.UTC) }, nil, []string{push.CodeHeldQuiet, push.CodeHeldQuiet, push.CodePaused, push.CodePaused}},
		{"hold, but asks first now", push.Hold, 0, func(p *engine.Preferences) { p.Push.Mode = push.AskFirst }, nil, []string{push.CodeHeldQuiet, push.CodeHeldQuiet}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place = "A", ""; o.Category = "restaurant" })
			w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place = "B", "" })
			s, _ := w.person(t, privacy.Location, privacy.Push)
			w.prefer(t, s, func(p *engine.Preferences) {
				p.Push.QuietAction, p.Push.QuietFrom, p.Push.QuietTo = tt.action, 11*60, 12*60+20
			})
			w.at(t, s, market)
			if tt.change != nil {
				w.prefer(t, s, tt.change)
			}
			for range 2 { // within the quiet hours nothing comes
				w.SendOverdue(t.Context())
				w.later(10 * time.Minute)
			}
			if n := len(w.memory.messages()); n != 0 {
				t.Fatalf("%d messages within the quiet hours", n)
			}
			if tt.away > 0 {
				w.at(t, s, geo.Destination(market, 0, tt.away))
			}
			w.SendOverdue(t.Context())
			var got []string
			for _, m := range w.memory.messages() {
				got = append(got, titles(m)...)
			}
			held := codes(w.held(t, s))
			if !slices.Equal(got, tt.titles) || !slices.Equal(held, tt.codes) {
				t.Errorf("sent %v, held %v; want %v, %v", got, held, tt.titles, tt.codes)
			}
		})
	}
}

// What waits is judged like any other offer: by the person's language, and by their past.
func TestDigestKnowsThePerson(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, func(o *offers.Offer) { o.Place, o.Audience.Languages = "", []string{"de"} })
	w.offer(t, market, func(o *offers.Offer) { o.Place, o.Conditions.NewCustomer = "", true })
	s, _ := w.person(t, privacy.Location, privacy.Push, privacy.Purchases)
	w.prefer(t, s, func(p *engine.Preferences) { p.Push.Digest, p.Language = []int{14 * 60}, "de" })
	w.at(t, s, market)
	w.clock(13, 50)
	w.at(t, s, market)
	w.clock(14, 0)
	w.SendOverdue(t.Context())
	if sent := w.memory.messages(); len(sent) != 1 || len(titles(sent[0])) != 2 {
		t.Errorf("sent %+v; held %v", sent, codes(w.held(t, s)))
	}
}

func TestDigestCollects(t *testing.T) {
	w := newWorld(t)
	var events []event.Event
	w.heard = func(e event.Event) { events = append(events, e) }
	w.restart(t)
	for _, title := range []string{"A", "B", "C", "D", "E", "F", "G"} {
		w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place = title, "" })
	}
	over := w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place, o.Ends = "over", "", w.now.Add(time.Hour) })
	s, in := w.person(t, privacy.Location, privacy.Push)
	w.prefer(t, s, func(p *engine.Preferences) { p.Push.Digest = []int{14 * 60, 18 * 60}; p.Push.DailyCap = 1 })
	w.at(t, s, market)
	w.later(time.Hour)
	w.at(t, s, geo.Destination(market, 0, 60))
	s = w.killed(t, in) // what was collected outlives the server
	w.Attach(s)
	w.clock(13, 59)
	w.at(t, s, market)
	w.SendOverdue(t.Context())
	if n := len(w.memory.messages()); n != 0 {
		t.Fatalf("%d messages before the digest", n)
	}
	w.clock(14, 0)
	w.SendOverdue(t.Context())
	sent := w.memory.messages()
	if len(sent) != 1 || len(titles(sent[0])) != 5 || slices.Contains(titles(sent[0]), "over") || sent[0].Body != "and 4 more offers near you" {
		t.Fatalf("sent %+v", sent)
	}
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || len(a.Deliveries) != 5 || len(a.Pushes) != 1 || len(a.Waiting) != 0 {
		t.Errorf("%d deliveries, %d interruptions, waiting %v, %v", len(a.Deliveries), len(a.Pushes), a.Waiting, err)
	}
	held := w.held(t, s)
	if !slices.ContainsFunc(held, func(h engine.Suppressed) bool { return h.Offer == over.ID && h.Code == offers.CodeEnded }) {
		t.Errorf("held %v", held)
	}
	if err := w.Delivered(t.Context(), s, sent[0].ID); err != nil {
		t.Fatal(err)
	}
	a, _ = w.Account(t.Context(), s, w.now)
	for _, d := range a.Deliveries {
		if d.Status != "delivered" {
			t.Errorf("one acknowledgement is enough, but %s is %s", d.ID, d.Status)
		}
	}
	n := 0
	for _, e := range events {
		if e.Type == event.Delivered && e.Trigger == offers.Nearby && e.Channel == "socket" {
			n++
		}
	}
	if n != 5 {
		t.Errorf("%d events of deliveries", n)
	}
}

func TestPauseAndOneTapControls(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Brand = "Stride" })
	s, in := w.person(t, privacy.Location, privacy.Push)
	until, err := w.Pause(t.Context(), s, time.Hour, time.Time{})
	if err != nil || !until.Equal(w.now.Add(time.Hour)) || len(w.memory.recalls) == 0 {
		t.Fatalf("paused until %v, %v", until, err)
	}
	w.at(t, s, market)
	if held := codes(w.held(t, s)); !slices.Equal(held, []string{push.CodePaused}) {
		t.Errorf("held %v", held)
	}
	w.later(61 * time.Minute)
	w.at(t, s, geo.Destination(market, 0, 60))
	sent := w.memory.messages()
	if len(sent) != 1 {
		t.Fatalf("%d messages after the pause", len(sent))
	}
	actions := []string{}
	for _, c := range sent[0].Frame.(*wire.Offer).Controls {
		actions = append(actions, c.Action)
	}
	if !slices.Equal(actions, []string{"not_now", "less_like_this", "never_brand", "never_merchant", "pause"}) {
		t.Errorf("controls %v", actions)
	}
	if err := w.Feedback(t.Context(), s, engine.Feedback{Delivery: sent[0].ID, Action: offers.NeverBrand}); err != nil {
		t.Fatal(err)
	}
	want := []offers.Block{{Kind: offers.BlockBrand, Value: "Stride"}}
	if got := w.Preferences(w.killed(t, in)).Blocked; !slices.Equal(got, want) {
		t.Errorf("blocked %v after a kill, want %v", got, want)
	}
	page, err := w.Suppressions(s, "", 1)
	if err != nil || len(page.Items) != 1 || page.Next != "" || page.Items[0].Change == nil || page.Items[0].Change.Code != "push.pausedUntil" || page.Items[0].Title != o.Title {
		t.Errorf("why not: %+v, %v", page, err)
	}
	tomorrow, err := w.PauseUntilTomorrow(t.Context(), s, time.Time{})
	if err != nil || !tomorrow.Equal(time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("until tomorrow: %v, %v", tomorrow, err)
	}
	if end, err := w.Pause(t.Context(), s, 0, time.Time{}); err != nil || !end.IsZero() || !w.Preferences(s).Push.PausedUntil.IsZero() {
		t.Errorf("the pause does not end: %v, %v", end, err)
	}
	if _, err := w.Pause(t.Context(), s, 31*24*time.Hour, time.Time{}); fault.From(err) == nil || fault.From(err).Field != "minutes" {
		t.Errorf("a pause of a month and more: %v", err)
	}
}

func TestWhy(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, func(o *offers.Offer) { o.Sponsored = "Pasta Board" })
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	delivery := w.memory.messages()[0].ID
	why, err := w.Why(t.Context(), s, delivery)
	if err != nil {
		t.Fatal(err)
	}
	if why.Delivery.Sponsored != "Pasta Board" || len(why.Delivery.Offer.Reasons) < 2 || len(why.NotUsed) != 2 || len(why.NeverAsked) != 4 {
		t.Errorf("why: %+v", why)
	}
	sum := 0.0
	for _, r := range why.Delivery.Offer.Reasons {
		sum += r.Share
	}
	if sum < 0.999 || sum > 1.001 {
		t.Errorf("the shares sum to %g", sum)
	}
	stranger, _ := w.person(t, privacy.Location)
	if _, err := w.Why(t.Context(), stranger, delivery); code(err) != fault.CodeNotFound || fault.From(err).Field != "id" {
		t.Errorf("somebody else asks: %v", err)
	}
}

func TestDiscoveryKeepsItsShare(t *testing.T) {
	for _, share := range []float64{0, 0.1, 0.5} {
		w := newWorld(t)
		known := w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place = "known", "" })
		for range 40 {
			w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place, o.Merchant = "known", "", known.Merchant })
		}
		for range 40 {
			w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place, o.Category = "new", "", "culture.museum" })
		}
		s, _ := w.person(t, privacy.Location, privacy.Push, privacy.Purchases)
		w.prefer(t, s, func(p *engine.Preferences) {
			p.Discovery, p.Push.DailyCap, p.Push.MinGapMinutes, p.Push.QuietTo, p.Push.QuietFrom = share, 16, 0, 0, 0
			p.Favourites = []offers.Block{{Kind: offers.BlockCategory, Value: "culture"}}
		})
		for range 5 {
			if _, err := w.Purchase(t.Context(), s, engine.Purchase{Merchant: known.Merchant, Category: "restaurant.italian"}); err != nil {
				t.Fatal(err)
			}
		}
		found := 0
		for i := range 40 {
			w.later(24 * time.Hour) // what is ignored speaks against its merchant for a while
			w.at(t, s, geo.Destination(market, 0, float64(60*(i%2))))
		}
		sent := w.memory.messages()
		for _, m := range sent {
			if slices.ContainsFunc(m.Frame.(*wire.Offer).Reasons, func(r wire.Reason) bool { return r.Code == offers.ReasonDiscovery }) {
				found++
				if m.Title != "new" {
					t.Errorf("%s is a discovery", m.Title)
				}
			}
		}
		want := share * float64(len(sent))
		if len(sent) < 30 || float64(found) < want-1 || float64(found) > want+1 {
			t.Errorf("share %g: %d of %d", share, found, len(sent))
		}
	}
}

func TestVisits(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Purchases)
	stay := func(minutes int) {
		for range minutes {
			w.later(time.Minute)
			if _, err := w.Position(t.Context(), s, []geo.Fix{{Point: market, Accuracy: 5, Time: w.now}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	stay(10)
	list, err := w.Visits(s)
	if err != nil || len(list) != 1 || list[0].Day != "2026-06-02" || list[0].Name != "Trattoria" {
		t.Fatalf("visits %v, %v", list, err)
	}
	learned := func() int { a, _ := w.Account(t.Context(), s, w.now); return len(a.Affinities) }
	if learned() == 0 {
		t.Error("nothing was learned")
	}
	w.stop(t)
	s = w.killed(t, in)
	if list, _ = w.Visits(s); len(list) != 1 {
		t.Errorf("after a kill: %v", list)
	}
	if err := w.ForgetVisits(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	a, _ := w.Account(t.Context(), s, w.now)
	for _, f := range a.Affinities {
		if math.Abs(f.Weight) > 0.01 {
			t.Errorf("still known: %v", f)
		}
	}
	if list, _ = w.Visits(s); len(list) != 0 {
		t.Errorf("after forgetting: %v", list)
	}
}

func TestWhyTellsHowSureTheTriggerIs(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, func(o *offers.Offer) { o.Triggers = offers.Enter })
	s, _ := w.person(t, privacy.Location, privacy.Push)
	for metres := 600.0; metres >= 0; metres -= 15 {
		w.later(10 * time.Second)
		w.at(t, s, geo.Destination(market, 0, metres))
	}
	sent := w.memory.messages()
	if len(sent) != 1 {
		t.Fatalf("%d messages", len(sent))
	}
	why, err := w.Why(t.Context(), s, sent[0].ID)
	if err != nil || why.Delivery.Offer.Trigger != "enter" || why.Delivery.Confidence < 1 || why.Delivery.Confidence > 3 {
		t.Errorf("trigger %s, confidence %d, %v", why.Delivery.Offer.Trigger, why.Delivery.Confidence, err)
	}
}

func TestRecordsOfOldStillLoad(t *testing.T) {
	w := newWorld(t)
	_, in := w.person(t, privacy.Location, privacy.Push)
	for key, r := range w.memory.records {
		if old := strings.Replace(string(r.value), `,"discovery":0.1`, "", 1); strings.HasSuffix(key, "/profile") {
			w.memory.records[key] = record{[]byte(old), r.rev}
		}
	}
	w.memory.records[string(in.User)+"/state"] = record{[]byte(`{"push":[1780401600,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"matching":{}}`), 1}
	s := w.killed(t, in)
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil || len(a.Pushes) != 1 || w.Preferences(s).Discovery != engine.DefaultDiscovery {
		t.Errorf("pushes %v, discovery %g, %v", a.Pushes, w.Preferences(s).Discovery, err)
	}
}

// TestForgottenPurchaseMakesNoCustomer takes purchases back one by one: with the last, the merchant's new customer again.
func TestForgottenPurchaseMakesNoCustomer(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Conditions.NewCustomer = true })
	s, _ := w.person(t, privacy.Location, privacy.Purchases)
	w.at(t, s, market)
	var bought []engine.Purchase
	for range 2 {
		b, err := w.Purchase(t.Context(), s, engine.Purchase{Merchant: o.Merchant, Category: "cafe", At: w.now})
		if err != nil {
			t.Fatal(err)
		}
		bought = append(bought, b)
	}
	for i, want := range []int{0, 0, 1} {
		if i > 0 {
			if err := w.ForgetPurchase(t.Context(), s, bought[i-1].ID); err != nil {
				t.Fatal(err)
			}
		}
		if a, err := w.Pull(t.Context(), s, engine.PullQuery{}); err != nil || len(a.Offers) != want {
			t.Errorf("after %d were forgotten: %d offers, %v, want %d", i, len(a.Offers), err, want)
		}
	}
}

// TestABrokenMemoryLocksNobodyOut spoils what is only remembered, not decided: the person comes in all the same.
func TestABrokenMemoryLocksNobodyOut(t *testing.T) {
	for name, spoilt := range map[string]string{
		"fix":   `{"last":"?"}`,
		"state": `{"mood":"AAAA","push":[1780401600],"matching":{},"chains":[{}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s, in := w.person(t, privacy.Location, privacy.Push)
			w.at(t, s, market)
			w.memory.records[string(in.User)+"/"+name] = record{[]byte(spoilt), 1}
			s = w.killed(t, in)
			a, err := w.Account(t.Context(), s, w.now)
			if err != nil || name == "state" && len(a.Pushes) != 1 {
				t.Errorf("%+v, %v", a.Pushes, err)
			}
			w.later(time.Minute)
			if r := w.at(t, s, market); r.Accepted != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestLowScoresPushNothingOut fills the list of what was held back.
func TestLowScoresPushNothingOut(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	for range 80 { // of no interest at that hour
		w.offer(t, market, func(o *offers.Offer) { o.Category, o.Reward = "bar", offers.Reward{} })
	}
	edge := geo.Point{Lat: market.Lat + 0.0025, Lon: market.Lon}
	w.at(t, s, edge)
	low := func() (n, all int) {
		for _, h := range w.held(t, s) {
			if all++; h.Code == offers.CodeLowScore {
				n++
			}
		}
		return n, all
	}
	if n, all := low(); n == 0 || all > 64 {
		t.Fatalf("%d of %d", n, all)
	}
	before, _ := low()
	prefs := w.Preferences(s)
	prefs.Blocked = []offers.Block{{Kind: offers.BlockCategory, Value: "bar"}}
	if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
		t.Fatal(err)
	}
	w.later(10 * time.Minute)
	w.at(t, s, geo.Point{Lat: market.Lat + 0.0015, Lon: market.Lon})
	if after, all := low(); after >= before || all != 64 {
		t.Errorf("%d of %d are low scores, %d before", after, all, before)
	}
}
