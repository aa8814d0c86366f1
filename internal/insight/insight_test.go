package insight_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

const (
	rosa   = id.Merchant("mer_rosa")
	cohort = 20
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// desk is a book with a clock to turn.
type desk struct {
	*insight.Book
	t     testing.TB
	store *store.Store
	now   time.Time
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	s, err := store.OpenMemory(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := &desk{t: t, store: s, now: noon}
	d.open()
	return d
}

// open opens the book, as after a start of the server.
func (d *desk) open() {
	d.t.Helper()
	b, err := insight.Open(context.Background(), insight.Config{
		Notes: d.store, Clock: func() time.Time { return d.now }, Zone: time.UTC, Cohort: cohort, Keep: 1000 * time.Hour, Log: slog.New(slog.DiscardHandler),
		Offer: func(o id.Offer) *offers.Offer {
			if o == "off_drawn" {
				return &offers.Offer{ID: o, Holdout: 30}
			}
			return &offers.Offer{ID: o}
		},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Book = b
}

func (d *desk) tell(typ event.Type, offer id.Offer, user int, more ...func(*event.Event)) {
	e := event.Event{Type: typ, Merchant: rosa, Offer: offer, User: person(user), At: d.now, Trigger: offers.Enter}
	for _, f := range more {
		f(&e)
	}
	d.Tell(e)
}

func person(n int) id.User { return id.User(fmt.Sprintf("usr_0_%d", n)) }

// nextDay lets the day be over and settled.
func (d *desk) nextDay() {
	d.t.Helper()
	d.ask(insight.Question{Merchant: rosa})
	d.now = d.now.Add(24 * time.Hour)
}

func (d *desk) ask(q insight.Question) api.Numbers {
	d.t.Helper()
	n, err := d.Numbers(context.Background(), q)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func money(amount, discount float64) func(*event.Event) {
	return func(e *event.Event) { e.Amount, e.Discount, e.Currency, e.Place = amount, discount, "EUR", "plc_1" }
}

func code(c string) func(*event.Event) { return func(e *event.Event) { e.Code = c } }

func TestNumbersOfADay(t *testing.T) {
	d := newDesk(t)
	for u := range 40 {
		d.tell(event.Delivered, "off_a", u, func(e *event.Event) { e.Channel = "socket" })
		if u < 30 {
			d.tell(event.Opened, "off_a", u, func(e *event.Event) { e.Channel = "socket" })
		}
		if u < 25 {
			d.tell(event.Redeemed, "off_a", u, money(10, 2.5))
		}
		if u < 5 {
			d.tell(event.Dismissed, "off_a", u)
		}
		d.tell(event.Suppressed, "off_a", u, code(offers.CodeCooldown))
	}
	for u := range 30 {
		d.tell(event.Suppressed, "off_a", 100+u, code(offers.CodeGuardPlace))
		for _, c := range []string{offers.CodeGuardMood, offers.CodeGuardDistress, offers.CodeGuardVulnerable, offers.CodeGuardPressure} {
			d.tell(event.Suppressed, "off_a", 200+u, code(c)) // is counted nowhere
		}
	}
	q := insight.Question{Merchant: rosa, Offer: "off_a", By: "day"}
	if n := d.ask(q); len(n.Total.Counts) != 0 || !n.Total.BelowCohort {
		t.Errorf("a day is shown before it is over: %+v", n.Total)
	}
	d.nextDay()
	n := d.ask(q)
	c := n.Total.Counts
	if c["delivered"] != 40 || c["opened"] != 30 || c["redeemed"] != 25 || c["held_back"] != 70 {
		t.Errorf("counts %v", c)
	}
	if _, shown := c["dismissed"]; shown || !n.Total.BelowCohort {
		t.Errorf("five people are shown: %v", c)
	}
	if n.Total.Revenue["EUR"] != 250 || n.Total.Discount["EUR"] != 62.5 || n.Total.ResponseRate != 0.75 || n.Total.ByChannel["socket"] != 0.75 {
		t.Errorf("%+v", n.Total)
	}
	if h := n.Total.HeldBack; h["cooldown"] != 40 || h["other"] != 30 || len(h) != 2 {
		t.Errorf("held back %v: moods and places must not show", h)
	}
	if n.Total.Triggers["enter"] != 40 || len(n.Buckets) != 1 || n.Buckets[0].Bucket != "2026-05-04" || n.Buckets[0].People["delivered"] != 40 {
		t.Errorf("%+v", n)
	}
	if n := d.ask(insight.Question{Merchant: rosa, Offer: "off_a", By: "hour"}); len(n.Buckets) != 1 || n.Buckets[0].Bucket != "12" || n.Buckets[0].ResponseRate != 0.75 {
		t.Errorf("by hour: %+v", n.Buckets)
	}
	if n := d.ask(insight.Question{Merchant: rosa, Offer: "off_a", By: "store"}); len(n.Buckets) != 1 || n.Buckets[0].Counts["redeemed"] != 25 || n.Buckets[0].Revenue["EUR"] != 250 {
		t.Errorf("by store: %+v", n.Buckets)
	}
	if n := d.ask(insight.Question{Merchant: rosa}); n.Total.Counts["delivered"] != 40 {
		t.Errorf("of the merchant: %+v", n.Total)
	}
}

func TestPartsDoNotGiveAwayTheRest(t *testing.T) {
	d := newDesk(t)
	at := func(hour int) func(*event.Event) {
		return func(e *event.Event) { e.At = noon.Truncate(24 * time.Hour).Add(time.Duration(hour) * time.Hour) }
	}
	for u := range 25 {
		d.tell(event.Delivered, "off_a", u, at(9))
		d.tell(event.Delivered, "off_b", u, at(9))
	}
	for u := range 3 {
		d.tell(event.Delivered, "off_a", 100+u, at(10)) // whole minus the ninth hour would be these three
		d.tell(event.Delivered, "off_c", 200+u, at(9))  // and the merchant minus the other two offers these
	}
	d.nextDay()
	n := d.ask(insight.Question{Merchant: rosa, Offer: "off_a", By: "hour"})
	if n.Total.Counts["delivered"] != 28 || len(n.Buckets) != 0 {
		t.Errorf("%+v", n)
	}
	if n := d.ask(insight.Question{Merchant: rosa}); n.Total.Counts["delivered"] != 53 || !n.Total.BelowCohort {
		t.Errorf("the merchant's %+v, want no more than the two offers show", n.Total)
	}
}

func TestAskingTwiceTellsNothingNew(t *testing.T) {
	d := newDesk(t)
	for u := range 30 {
		d.tell(event.Delivered, "off_a", u)
	}
	d.nextDay()
	q := insight.Question{Merchant: rosa, Offer: "off_a", From: "2026-05-01"}
	if n := d.ask(q); n.Total.Counts["delivered"] != 30 {
		t.Fatal(n.Total)
	}
	late := func(e *event.Event) { e.At = noon }
	for u := range 19 {
		d.tell(event.Delivered, "off_a", 1000+u, late)
	}
	d.now = d.now.Add(time.Hour)
	d.ask(q)
	if n := d.ask(q); n.Total.Counts["delivered"] != 30 {
		t.Errorf("%v: nineteen late ones can be told by subtracting", n.Total.Counts)
	}
}

func TestNumbersSurviveAndPeopleAreNotCountedTwice(t *testing.T) {
	d := newDesk(t)
	for range 3 { // the server starts again twice in the middle of the day
		for u := range 15 {
			d.tell(event.Delivered, "off_a", u)
		}
		d.ask(insight.Question{Merchant: rosa}) // written
		d.open()
	}
	d.nextDay()
	if n := d.ask(insight.Question{Merchant: rosa, Offer: "off_a"}); len(n.Total.Counts) != 0 {
		t.Errorf("fifteen people passed for more: %v", n.Total.Counts)
	}
	d.now = noon
	for u := range 21 {
		d.tell(event.Delivered, "off_b", u)
	}
	d.ask(insight.Question{Merchant: rosa})
	d.now = noon.Add(24 * time.Hour)
	d.open()
	if n := d.ask(insight.Question{Merchant: rosa, Offer: "off_b"}); n.Total.Counts["delivered"] != 0 {
		t.Errorf("settled at once after a start: %v", n.Total.Counts) // ten quiet minutes first
	}
	d.now = d.now.Add(time.Hour)
	if n := d.ask(insight.Question{Merchant: rosa, Offer: "off_b"}); n.Total.Counts["delivered"] != 21 {
		t.Errorf("after a start: %v", n.Total.Counts)
	}
}

func TestErasedPeopleAreForgotten(t *testing.T) {
	d := newDesk(t)
	for u := range 20 {
		d.tell(event.Delivered, "off_a", u)
	}
	if err := d.Erase(context.Background(), person(3)); err != nil {
		t.Fatal(err)
	}
	d.nextDay()
	if n := d.ask(insight.Question{Merchant: rosa, Offer: "off_a"}); len(n.Total.Counts) != 0 {
		t.Errorf("what waited of an erased person was counted: %v", n.Total.Counts)
	}
}

// TestNoNumberIsAboutFewerThanACohort lets chance play merchants' days, and looks at every number that can be seen, and
// at those that can be had by subtracting parts from a whole, with the people behind it.
func TestNoNumberIsAboutFewerThanACohort(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := newDesk(t)
		type fact struct {
			key, offer, day, hour string
			user                  int
		}
		var facts []fact
		for range 3 {
			for range r.IntN(400) {
				offer := fmt.Sprintf("off_%d", r.IntN(4))
				user := r.IntN(5 + r.IntN(90))
				hour := 8 + r.IntN(1+r.IntN(6))
				at := d.now.Truncate(24 * time.Hour).Add(time.Duration(hour) * time.Hour)
				typ, key := event.Delivered, "delivered"
				if r.IntN(3) == 0 {
					typ, key = event.Opened, "opened"
				}
				d.tell(typ, id.Offer(offer), user, func(e *event.Event) { e.At = at })
				facts = append(facts, fact{key, offer, at.Format(time.DateOnly), at.Format("15"), user})
			}
			d.nextDay()
		}
		d.now = d.now.Add(24 * time.Hour)
		d.ask(insight.Question{Merchant: rosa})
		// behind returns how many events and people a choice of facts is about.
		behind := func(choose func(fact) bool) (n, people int) {
			who := map[int]bool{}
			for _, f := range facts {
				if choose(f) {
					n++
					who[f.user] = true
				}
			}
			return n, len(who)
		}
		check := func(what string, shown int, choose func(fact) bool) {
			t.Helper()
			n, people := behind(choose)
			if shown != n || n > 0 && people < cohort {
				t.Errorf("seed %d: %s shows %d; it is %d of %d people", seed, what, shown, n, people)
			}
		}
		days := map[string]bool{}
		for _, f := range facts {
			days[f.day] = true
		}
		for day := range days {
			for _, key := range []string{"delivered", "opened"} {
				var hidden, visible []string
				var sum int
				for i := range 4 {
					offer := fmt.Sprintf("off_%d", i)
					q := insight.Question{Merchant: rosa, Offer: id.Offer(offer), From: day, To: day, By: "hour"}
					n := d.ask(q)
					whole, shown := n.Total.Counts[key]
					of := func(f fact) bool { return f.key == key && f.offer == offer && f.day == day }
					if !shown {
						hidden = append(hidden, offer)
						continue
					}
					visible, sum = append(visible, offer), sum+whole
					check(offer, whole, of)
					seen, rest := map[string]bool{}, whole
					for _, b := range n.Buckets {
						if c, ok := b.Counts[key]; ok {
							seen[b.Bucket], rest = true, rest-c
							check(offer+" at "+b.Bucket, c, func(f fact) bool { return of(f) && f.hour == b.Bucket })
						}
					}
					check(offer+" less its hours", rest, func(f fact) bool { return of(f) && !seen[f.hour] })
				}
				if c, ok := d.ask(insight.Question{Merchant: rosa, From: day, To: day}).Total.Counts[key]; ok && c != sum {
					among := map[string]bool{}
					for _, offer := range visible {
						among[offer] = true
					}
					check(fmt.Sprint("the merchant less ", visible, ", that is ", hidden), c-sum, func(f fact) bool {
						return f.key == key && f.day == day && !among[f.offer]
					})
				}
			}
		}
	}
}

// TestCompare holds the interval to the published one: Newcombe 1998, table II, method 10, 56/70 and 48/80.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, n, b, m int
		low, high  float64
	}{{56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090}, {5, 56, 0, 29, -0.0381, 0.1926}, {0, 10, 0, 20, -0.1611, 0.2775}, {10, 10, 0, 10, 0.6075, 1}} {
		got := insight.Compare(c.a, c.n, c.b, c.m)
		if math.Abs(got.Low-c.low) > 0.0006 || math.Abs(got.High-c.high) > 0.0006 {
			t.Errorf("%d/%d against %d/%d: %+v, want %v to %v", c.a, c.n, c.b, c.m, got, c.low, c.high)
		}
	}
}

func TestUplift(t *testing.T) {
	d := newDesk(t)
	for u := range 100 {
		if u < 70 {
			d.tell(event.Delivered, "off_drawn", u)
		} else {
			d.tell(event.Suppressed, "off_drawn", u, code(offers.CodeHoldout))
		}
	}
	d.ask(insight.Question{Merchant: rosa})
	for u := range 100 {
		if u < 35 || u >= 97 {
			d.tell(event.VisitedPlace, "", u, func(e *event.Event) { e.Place = "plc_1" })
		}
	}
	d.tell(event.VisitedPlace, "", 4711) // in neither group
	d.nextDay()
	u := d.ask(insight.Question{Merchant: rosa, Offer: "off_drawn"}).Uplift
	if u == nil || u.Reached != 70 || u.HeldOut != 30 || u.Visits == nil || u.Visits.Reached != 0.5 || u.Visits.HeldOut != 0.1 || u.Visits.Difference != 0.4 || u.Visits.Low <= 0.2 || u.Visits.High >= 0.6 {
		t.Fatalf("%+v %+v", u, u.Visits)
	}
	for u := range 40 { // the next day only few are held out
		if u < 30 {
			d.tell(event.Delivered, "off_drawn", u)
		} else {
			d.tell(event.Suppressed, "off_drawn", u, code(offers.CodeHoldout))
		}
	}
	d.nextDay()
	if u := d.ask(insight.Question{Merchant: rosa, Offer: "off_drawn", From: "2026-05-05"}).Uplift; u == nil || u.Reached != 0 || u.Visits != nil || !u.BelowCohort {
		t.Errorf("%+v", u)
	}
}

func TestQuestionsThatCannotBe(t *testing.T) {
	d := newDesk(t)
	for _, q := range []insight.Question{{From: "2026-05-02", To: "2026-05-01"}, {From: "yesterday"}, {To: "2026-13-01"}, {By: "person"}, {From: "2020-01-01"}} {
		if _, err := d.Numbers(context.Background(), q); err == nil {
			t.Errorf("answered: %+v", q)
		}
	}
}
