package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

// walkway is one person in a world that hears what happens in reaches.
type walkway struct {
	*world
	t     *testing.T
	s     *engine.Session
	token string
	heard []string
}

func newWalkway(t *testing.T) *walkway {
	w := &walkway{world: newWorld(t), t: t}
	w.restart()
	var in engine.OptedIn
	w.s, in = w.person(t, privacy.Location, privacy.Push)
	w.token = in.Token
	return w
}

// restart is a new engine over the same records, with the same person.
func (w *walkway) restart() {
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		w.t.Fatal(err)
	}
	w.Engine = engine.New(engine.Options{
		Catalogue: w.catalogue, Matcher: offers.NewMatcher(w.catalogue, rails), Rails: rails,
		Records: w.memory, Ledger: w.memory, Sender: w.memory, Grid: hex.Grid{}, Clock: func() time.Time { return w.now },
		Events: func(ev event.Event) {
			if !strings.Contains(string(ev.Type), "reach") {
				return
			}
			text := fmt.Sprintf("%s %d", strings.TrimSuffix(strings.TrimPrefix(string(ev.Type), "user."), "_reach"), ev.Confidence)
			if ev.Code != "" {
				text += " " + ev.Code
			}
			if ev.User == "" || ev.Merchant == "" || ev.Offer == "" || ev.Place == "" || ev.Trigger == 0 || ev.At.IsZero() {
				w.t.Errorf("event lacks something: %+v", ev)
			}
			w.heard = append(w.heard, text)
		},
	})
	w.SetHolders([]privacy.Eraser{w.memory, w.Forget()})
	if w.token == "" {
		return
	}
	if w.s, err = w.Authenticate(w.t.Context(), w.token); err != nil {
		w.t.Fatal(err)
	}
	w.Attach(w.s)
}

// walk reports a fix so many metres east of the market, after so long.
func (w *walkway) walk(after time.Duration, metres ...float64) {
	w.t.Helper()
	for _, m := range metres {
		w.later(after)
		w.at(w.t, w.s, geo.Destination(market, 90, m))
	}
}

// wants compares what was heard and sent with what should have been.
func (w *walkway) wants(heard string, pushes ...string) {
	w.t.Helper()
	if got := strings.Join(w.heard, ", "); got != heard {
		w.t.Errorf("heard %q, want %q", got, heard)
	}
	var sent []string
	for _, m := range w.memory.messages() {
		sent = append(sent, m.Frame.(*wire.Offer).Trigger)
	}
	if !slices.Equal(sent, pushes) {
		w.t.Errorf("sent %q, want %q; held: %+v", sent, pushes, w.held(w.t, w.s))
	}
}

func triggers(set offers.Trigger) func(*offers.Offer) {
	return func(o *offers.Offer) {
		if o.Triggers = set; set&offers.Dwell != 0 {
			o.Dwell = 10 * time.Minute
		}
	}
}

func TestTriggers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		set    offers.Trigger
		every  time.Duration
		metres []float64
		heard  string
		pushes []string
	}{
		{"enter", offers.Enter, 5 * time.Second, []float64{400, 320, 310, 250, 240, 200}, "entered 3", []string{"enter"}},
		{"an outlier is no entry", offers.Enter, 5 * time.Second, []float64{400, 400, 285, 400, 400, 400}, "", nil},
		{"first seen inside is no entry", offers.Enter, time.Minute, []float64{0, 20, 0}, "", nil},
		{"exit", offers.Exit, time.Minute, []float64{0, 20, 250, 600}, "exited 2", []string{"exit"}},
		{"exit with an unwanted enter", offers.Exit, time.Minute, []float64{900, 20, 250, 600}, "entered 2, exited 2", []string{"exit"}},
		{"dwell while walking about", offers.Dwell, 2 * time.Minute, []float64{900, 0, 150, 20, 100, 200, 20, 60}, "entered 2, dwelled_in 2", []string{"dwell"}},
		{"too short a stay", offers.Dwell, 2 * time.Minute, []float64{900, 0, 150, 20, 900}, "entered 2, exited 2", nil},
		{"crossed", offers.Crossed, time.Minute, []float64{-900, -400, 500, 900}, "crossed 3", []string{"crossed"}},
		{"nearby is not told", offers.Nearby, time.Minute, []float64{900, 200, 20, 900}, "", []string{"nearby"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWalkway(t)
			w.offer(t, market, triggers(tt.set))
			w.walk(tt.every, tt.metres...)
			w.wants(tt.heard, tt.pushes...)
		})
	}
}

func TestVagueFixIsNotNearby(t *testing.T) {
	w := newWalkway(t)
	w.offer(t, market, func(o *offers.Offer) { o.Reach, _ = geo.NewCircle(market, 50) })
	vague := w.fix(market)
	vague.Accuracy = 80
	if _, err := w.Position(t.Context(), w.s, []geo.Fix{vague}); err != nil {
		t.Fatal(err)
	}
	w.wants("")
	w.walk(10*time.Second, 5)
	w.wants("", "nearby")
}

func TestCooldownIsShown(t *testing.T) {
	w := newWalkway(t)
	w.offer(t, market, triggers(offers.Enter))
	w.walk(time.Minute, 900, 0, 900, 0)
	w.wants("entered 2, exited 2", "enter")
	if held := w.held(t, w.s); len(held) != 1 || held[0].Code != offers.CodeReachCooldown {
		t.Errorf("held = %+v", held)
	}
	w.walk(time.Hour, 900, 900, 900, 900, 900)
	w.walk(time.Hour, 0)
	w.walk(time.Hour, 0)
	if got := strings.Join(w.heard, ", "); got != "entered 2, exited 2, entered 1" {
		t.Errorf("heard %q", got)
	}
}

func TestRestartKeepsTheVisit(t *testing.T) {
	w := newWalkway(t)
	w.offer(t, market, triggers(offers.Enter|offers.Exit|offers.Dwell))
	w.walk(5*time.Second, 400, 310, 240)
	w.heard = nil
	again := func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = w.Run(ctx) // writes what is known
		w.restart()
	}
	again()
	w.walk(5*time.Second, 200)
	again()
	w.walk(time.Minute, 20, 20, 20)
	again()
	w.walk(time.Minute, 20, 20, 20, 20, 20, 20, 20, 20)
	again()
	w.walk(time.Minute, 900)
	if got := strings.Join(w.heard, ", "); got != "entered 3, dwelled_in 3, exited 2" {
		t.Errorf("heard %q", got)
	}
}

func TestWithdrawnLocationForgetsTheVisit(t *testing.T) {
	w := newWalkway(t)
	w.offer(t, market, triggers(offers.Enter|offers.Exit))
	w.walk(time.Minute, 900, 0)
	for _, granted := range []bool{false, true} {
		if err := w.Consent(t.Context(), w.s, privacy.Change{Purpose: privacy.Location, Granted: granted, Policy: "2026-06"}); err != nil {
			t.Fatal(err)
		}
		if !granted && strings.Contains(string(w.memory.records[string(w.s.User())+"/fix"].value), "fences") {
			t.Error("the store still knows where the person was")
		}
	}
	w.walk(time.Minute, 900)
	if got := strings.Join(w.heard, ", "); got != "entered 2" {
		t.Errorf("heard %q", got)
	}
}

func TestSensitivePlaceLeavesNoTrace(t *testing.T) {
	w := newWalkway(t)
	w.offer(t, market, triggers(offers.Enter|offers.Exit|offers.Dwell))
	clinic := geo.Destination(market, 90, 250)
	if err := w.catalogue.PutPlace(&offers.Place{ID: id.Place(id.New(id.PrefixPlace)), Name: "Clinic", Category: "health.clinic", Point: clinic}); err != nil {
		t.Fatal(err)
	}
	w.walk(time.Minute, 900, 20, 250, 250, 250, 250, 900)
	w.wants("entered 2", "enter")
}

func TestEndedReachTellsOneExit(t *testing.T) {
	stop := func(w *walkway, o offers.Offer) { o.Status = offers.Stopped; w.put(&o) }
	for _, tt := range []struct {
		name string
		end  func(*walkway, offers.Offer)
		want string
	}{
		{"stopped", stop, "exited 3 reach_ended"},
		{"paused", func(w *walkway, o offers.Offer) { o.Status = offers.Paused; w.put(&o) }, "exited 3 reach_ended"},
		{"over", func(w *walkway, o offers.Offer) { o.Ends = w.now.Add(time.Second); w.put(&o) }, "exited 3 reach_ended"},
		{"sold out", func(w *walkway, o offers.Offer) { w.catalogue.SetExhausted(o.ID, &offers.Span{}) }, "exited 3 reach_ended"},
		{"moved away", func(w *walkway, o offers.Offer) {
			o.Reach, _ = geo.NewCircle(geo.Destination(market, 0, 2000), 300)
			w.put(&o)
		}, "exited 3 reach_ended"},
		{"grown", func(w *walkway, o offers.Offer) { o.Reach, _ = geo.NewCircle(market, 500); w.put(&o) }, ""},
		{"edited", func(w *walkway, o offers.Offer) { o.Title, o.Version = "Other", 2; w.put(&o) }, ""},
		{"stopped and published again", func(w *walkway, o offers.Offer) {
			stop(w, o)
			w.walk(time.Minute, 20)
			o.Status = offers.Active
			w.put(&o)
		}, "exited 3 reach_ended"},
		{"stopped, published again, left and entered", func(w *walkway, o offers.Offer) {
			stop(w, o)
			w.walk(time.Minute, 20)
			o.Status = offers.Active
			w.put(&o)
			w.walk(time.Minute, 20, 900, 0)
		}, "exited 3 reach_ended"},
		{"removed", func(w *walkway, o offers.Offer) { _ = w.catalogue.RemoveOffer(o.ID) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWalkway(t)
			o := w.offer(t, market, triggers(offers.Enter|offers.Exit))
			w.walk(time.Minute, 900, 20)
			w.heard = nil
			tt.end(w, *o)
			w.walk(time.Minute, 20, 20, 20)
			w.wants(tt.want, "enter")
		})
	}
}

func (w *walkway) put(o *offers.Offer) {
	if err := w.catalogue.PutOffers(o); err != nil {
		w.t.Fatal(err)
	}
}

// Ten offers end at once while 300 people stand in them: each is told once, some at each tick.
func TestEndOfManyIsNoStorm(t *testing.T) {
	w := newWalkway(t)
	var list []*offers.Offer
	for range 10 {
		list = append(list, w.offer(t, market, triggers(offers.Exit)))
	}
	for range 300 {
		s, _ := w.person(t, privacy.Location)
		w.at(t, s, market)
	}
	for _, o := range list {
		ended := *o
		ended.Status = offers.Stopped
		w.put(&ended)
	}
	for _, want := range []int{1000, 2000, 3000, 3000} {
		if w.Expire(t.Context()); len(w.heard) != want {
			t.Errorf("%d exits, want %d", len(w.heard), want)
		}
	}
	if slices.ContainsFunc(w.heard, func(s string) bool { return s != "exited 3 reach_ended" }) {
		t.Errorf("%d exits", len(w.heard))
	}
}

func TestHintAsksForFixesThatDecide(t *testing.T) {
	w := newWalkway(t)
	w.offer(t, market, triggers(offers.Enter|offers.Dwell))
	hint := func(after time.Duration, metres float64) engine.Hint {
		w.later(after)
		return w.at(t, w.s, geo.Destination(market, 90, metres)).Hint
	}
	if h := hint(time.Minute, 900); h.Seconds < 100 || h.Metres < 500 {
		t.Errorf("far away: %+v", h)
	}
	if h := hint(5*time.Second, 280); h.Seconds > 10 || h.Metres > 20 {
		t.Errorf("hardly in: %+v", h)
	}
	hint(5*time.Second, 200)
	if h := hint(5*time.Second, 190); h.Seconds < 20 {
		t.Errorf("in: %+v", h)
	}
}
