package engine_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

func onTheWay(o *offers.Offer) { o.Triggers = offers.OnTheWay }

// sent returns the ids of the offers that were sent, in order.
func (w *world) sent() (list []id.Offer) {
	for _, m := range w.memory.messages() {
		list = append(list, id.Offer(m.Frame.(*wire.Offer).ID))
	}
	return list
}

// Who says where they go hears of what lies on the way, though its reach ends far from them; not of what lies behind, or
// too far off.
func TestTripFindsWhatLiesAhead(t *testing.T) {
	w := newWorld(t)
	home, end := market, geo.Destination(market, 90, 2500)
	ahead := w.offer(t, geo.Destination(market, 88, 900), onTheWay)
	w.offer(t, geo.Destination(market, 270, 500), onTheWay)
	w.offer(t, geo.Destination(market, 45, 1400), onTheWay)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, home)
	if _, err := w.StartTrip(t.Context(), s, engine.Trip{Destination: end, Mode: trip.Walk}); err != nil {
		t.Fatal(err)
	}
	w.later(time.Minute)
	w.at(t, s, geo.Destination(home, 90, 60))
	if got := w.sent(); !slices.Equal(got, []id.Offer{ahead.ID}) {
		t.Fatalf("sent %v, want only %v; held %+v", got, ahead.ID, w.held(t, s))
	}
	view := w.memory.messages()[0].Frame.(*wire.Offer)
	if view.Trigger != "on_the_way" || view.Detour < 0 || view.Detour > 5 || view.Distance < 600 {
		t.Errorf("trigger %s, %g minutes, %g m", view.Trigger, view.Detour, view.Distance)
	}
	if !slices.ContainsFunc(view.Reasons, func(r wire.Reason) bool { return r.Code == offers.ReasonOnTheWay }) {
		t.Errorf("reasons: %+v", view.Reasons)
	}
}

// A trip ends on arrival, by the person, and with age; it is gone with the consent, and survives a restart.
func TestTripEnds(t *testing.T) {
	end := geo.Destination(market, 90, 1000)
	for _, tt := range []struct {
		name string
		end  func(*world, *engine.Session)
	}{
		{"by arrival", func(w *world, s *engine.Session) { w.at(t, s, geo.Destination(end, 270, 120)) }},
		{"by the person", func(w *world, s *engine.Session) { _ = w.EndTrip(context.Background(), s) }},
		{"after six hours", func(w *world, _ *engine.Session) { w.later(6 * time.Hour) }},
		{"with the consent", func(w *world, s *engine.Session) {
			_ = w.Consent(context.Background(), s, privacy.Change{Purpose: privacy.Location})
			_ = w.Consent(context.Background(), s, privacy.Change{Purpose: privacy.Location, Granted: true, Policy: "2"})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			s, in := w.person(t, privacy.Location)
			w.at(t, s, market)
			if _, err := w.StartTrip(t.Context(), s, engine.Trip{Destination: end}); err != nil {
				t.Fatal(err)
			}
			w.restart(t)
			s, err := w.Authenticate(t.Context(), in.Token)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.Trip(s, time.Time{}); err != nil || got.Destination != end {
				t.Fatalf("after a restart: %+v, %v", got, err)
			}
			w.later(20 * time.Minute)
			tt.end(w, s)
			if _, err := w.Trip(s, time.Time{}); code(err) != fault.CodeNotFound {
				t.Errorf("still on the way: %v", err)
			}
			if a, err := w.Account(t.Context(), s, w.now); err != nil || a.Trip != nil {
				t.Errorf("account: %+v, %v", a.Trip, err)
			}
		})
	}
	w := newWorld(t)
	s, _ := w.person(t, privacy.Push)
	if _, err := w.StartTrip(t.Context(), s, engine.Trip{Destination: end}); code(err) != fault.CodeConsent {
		t.Errorf("a trip without consent: %v", err)
	}
}

// Stays are remembered coarsely, with both consents, not at sensitive places; they go with either.
func TestStays(t *testing.T) {
	office := geo.Destination(market, 45, 3000)
	stay := func(w *world, s *engine.Session, at geo.Point) {
		for range 6 {
			w.later(4 * time.Minute)
			w.at(t, s, at)
		}
	}
	stays := func(w *world, s *engine.Session) []engine.Stay {
		a, err := w.Account(t.Context(), s, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return a.Stays
	}
	for _, lost := range []privacy.Purpose{privacy.Location, privacy.Purchases} {
		w := newWorld(t)
		s, _ := w.person(t, privacy.Location, privacy.Purchases)
		stay(w, s, office)
		w.later(time.Hour)
		stay(w, s, market)
		got := stays(w, s)
		if len(got) != 2 || got[0].Times != 1 || got[0].Point == office || geo.Distance(got[0].Point, office) > 400 {
			t.Fatalf("stays: %+v", got)
		}
		if err := w.Consent(t.Context(), s, privacy.Change{Purpose: lost}); err != nil {
			t.Fatal(err)
		}
		if got := stays(w, s); len(got) != 0 {
			t.Errorf("without %s there is still %+v", lost, got)
		}
	}
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location)
	stay(w, s, office)
	if got := stays(w, s); len(got) != 0 {
		t.Errorf("without the consent to history: %+v", got)
	}
	w = newWorld(t)
	if err := w.catalogue.PutPlace(&offers.Place{ID: "plc_clinic", Name: "Clinic", Category: "health.clinic", Point: office}); err != nil {
		t.Fatal(err)
	}
	s, _ = w.person(t, privacy.Location, privacy.Purchases)
	stay(w, s, office)
	if got := stays(w, s); len(got) != 0 {
		t.Errorf("at a clinic: %+v", got)
	}
}

// chainOf makes an offer that leads to another one, 5 km away, an hour later.
func (w *world) chainOf(t testing.TB, change func(*offers.Next)) (first, next *offers.Offer) {
	next = w.offer(t, geo.Destination(market, 0, 5000), func(o *offers.Offer) { o.OnlyAfter = true })
	first = w.offer(t, market, func(o *offers.Offer) {
		o.Title = "Summer dress"
		n := offers.Next{Offer: next.ID, AfterMinutes: 60, WithinDays: 2}
		if change != nil {
			change(&n)
		}
		o.FollowUps = []offers.Next{n}
	})
	agreed := *next
	agreed.FollowedBy = []id.Merchant{first.Merchant}
	if err := w.catalogue.PutOffers(&agreed); err != nil {
		t.Fatal(err)
	}
	return first, &agreed
}

// redeem is what happens at a till, as far as follow-ups go.
func (w *world) redeem(t testing.TB, s *engine.Session, o *offers.Offer) {
	t.Helper()
	if err := w.Used(t.Context(), s, o, 20, w.now); err != nil {
		t.Fatal(err)
	}
}

// A follow-up comes to whoever used the first offer, when it is due, wherever they are, and to nobody else.
func TestFollowUpComesWhenItIsDue(t *testing.T) {
	w := newWorld(t)
	first, next := w.chainOf(t, nil)
	s, in := w.person(t, privacy.Location, privacy.Push)
	other, _ := w.person(t, privacy.Location, privacy.Push)
	w.redeem(t, s, first)
	far := geo.Destination(market, 180, 900)
	w.later(59 * time.Minute)
	w.at(t, s, far)
	if got := w.sent(); len(got) != 0 {
		t.Fatalf("too early: %v", got)
	}
	w.restart(t)
	s, err := w.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	w.Attach(s)
	w.later(time.Minute)
	w.at(t, s, far)
	if got := w.sent(); !slices.Equal(got, []id.Offer{next.ID}) {
		t.Fatalf("sent %v; held %+v", got, w.held(t, s))
	}
	view := w.memory.messages()[0].Frame.(*wire.Offer)
	if view.Trigger != "follow_up" || view.Reasons[0].Code != offers.ReasonFollowUp || view.Reasons[0].Text != "Because you used: Summer dress" {
		t.Errorf("trigger %s, reasons %+v", view.Trigger, view.Reasons)
	}
	there := next.Reach.Centre()
	for _, who := range []struct {
		s    *engine.Session
		want int
	}{{s, 1}, {other, 0}} {
		a, err := w.Pull(t.Context(), who.s, engine.PullQuery{At: &there, Radius: 500})
		if err != nil || len(a.Offers) != who.want {
			t.Errorf("a pull shows %+v, %v, want %d", a.Offers, err, who.want)
		}
	}
}

// A chain ends with its time, with the person's will, with a block, with a dislike, and without the agreement.
func TestChainsEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		next func(*offers.Next)
		end  func(*world, *engine.Session, *offers.Offer, *offers.Offer) error
	}{
		{"too small a basket", func(n *offers.Next) { n.MinAmount = 50 }, nil},
		{"time is up", nil, func(w *world, _ *engine.Session, _, _ *offers.Offer) error { w.later(49 * time.Hour); return nil }},
		{"left", nil, func(w *world, s *engine.Session, first, _ *offers.Offer) error {
			return w.LeaveChain(t.Context(), s, first.ID)
		}},
		{"not interested", nil, func(w *world, s *engine.Session, _, next *offers.Offer) error {
			return w.Feedback(t.Context(), s, engine.Feedback{Offer: next.ID, Action: offers.NotInterested, At: w.now})
		}},
		{"blocked", nil, func(w *world, s *engine.Session, _, next *offers.Offer) error {
			prefs := w.Preferences(s)
			prefs.Blocked = []offers.Block{{Kind: offers.BlockMerchant, Value: string(next.Merchant)}}
			return w.SetPreferences(t.Context(), s, prefs)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			first, next := w.chainOf(t, tt.next)
			s, _ := w.person(t, privacy.Location, privacy.Push)
			w.redeem(t, s, first)
			if tt.end != nil {
				if steps, err := w.Chains(s, w.now); err != nil || len(steps) != 1 || steps[0].Root != first.ID || steps[0].Title == "" {
					t.Fatalf("waiting: %+v, %v", steps, err)
				}
				if err := tt.end(w, s, first, next); err != nil {
					t.Fatal(err)
				}
			}
			if steps, err := w.Chains(s, w.now); err != nil || len(steps) != 0 {
				t.Errorf("still waiting: %+v, %v", steps, err)
			}
			w.later(2 * time.Hour)
			w.at(t, s, geo.Destination(market, 180, 900))
			if got := w.sent(); len(got) != 0 {
				t.Errorf("sent %v", got)
			}
		})
	}
	w := newWorld(t)
	first, next := w.chainOf(t, nil)
	alone := *next
	alone.FollowedBy = nil
	if err := w.catalogue.PutOffers(&alone); err != nil {
		t.Fatal(err)
	}
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.redeem(t, s, first)
	if steps, _ := w.Chains(s, w.now); len(steps) != 0 {
		t.Errorf("without the other side's agreement: %+v", steps)
	}
}

// A follow-up that waits for the digest does not come to whoever left the chain meanwhile.
func TestDigestKeepsToChains(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		w := newWorld(t)
		first, next := w.chainOf(t, nil)
		s, _ := w.person(t, privacy.Location, privacy.Push)
		w.prefer(t, s, func(p *engine.Preferences) { p.Push.Digest = []int{18 * 60} })
		w.redeem(t, s, first)
		w.later(time.Hour)
		far := geo.Destination(market, 180, 900)
		w.at(t, s, far)
		want := []id.Offer{next.ID}
		if leaves {
			want = nil
			if err := w.LeaveChain(t.Context(), s, first.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.clock(18, 0)
		w.at(t, s, far)
		if got := w.sent(); !slices.Equal(got, want) {
			t.Errorf("left %v: sent %v, want %v", leaves, got, want)
		}
	}
}

// Who has a socket and does not move hears of a follow-up, too; nobody else is woken for it.
func TestFollowUpReachesWhoStandsStill(t *testing.T) {
	w := newWorld(t)
	first, next := w.chainOf(t, nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	shy, _ := w.person(t, privacy.Location)
	far := geo.Destination(market, 180, 900)
	for _, who := range []*engine.Session{s, shy} {
		w.at(t, who, far)
		w.redeem(t, who, first)
	}
	w.FollowUps(t.Context())
	if got := w.sent(); len(got) != 0 {
		t.Fatalf("too early: %v", got)
	}
	w.later(time.Hour)
	w.FollowUps(t.Context())
	if got := w.sent(); len(got) != 0 {
		t.Fatalf("sent for a fix an hour old: %v", got)
	}
	w.at(t, shy, far)
	w.prefer(t, s, func(p *engine.Preferences) { p.Push.Mode = push.AskFirst })
	w.at(t, s, far)
	w.prefer(t, s, func(p *engine.Preferences) { p.Push.Mode = push.Surprise })
	w.later(20 * time.Minute)
	w.FollowUps(t.Context())
	w.FollowUps(t.Context())
	if got := w.sent(); !slices.Equal(got, []id.Offer{next.ID}) {
		t.Errorf("sent %v", got)
	}
}
