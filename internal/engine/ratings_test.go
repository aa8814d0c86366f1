package engine_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
)

// sums keeps the sums of ratings.
type sums map[string][]byte

func (s sums) PutScore(_ context.Context, subject string, value []byte) error {
	s[subject] = value
	return nil
}

func (s sums) Scores(_ context.Context, fn func(string, []byte) bool) error {
	for subject, value := range maps.Clone(s) {
		fn(subject, value)
	}
	return nil
}

func TestRatings(t *testing.T) {
	w := newWorld(t)
	w.scores = sums{}
	rated := 0
	w.heard = func(e event.Event) {
		if e.Type == event.Rated && e.Stars > 0 && e.Merchant != "" {
			rated++
		}
	}
	w.restart(t)
	o := w.offer(t, market, nil)
	var people []*engine.Session
	for range 31 {
		s, _ := w.person(t, privacy.Location)
		people = append(people, s)
	}
	rate := func(s *engine.Session, stars int) error {
		_, err := w.Rate(t.Context(), s, engine.Rating{Offer: o.ID, Stars: stars})
		return err
	}
	if err := rate(people[0], 5); code(err) != fault.CodeNotEligible || fault.From(err).Field != "offer" {
		t.Errorf("before the redemption: %v", err)
	}
	shown := func() string {
		a, err := w.Pull(t.Context(), people[0], engine.PullQuery{At: &market})
		if err != nil || len(a.Offers) != 1 {
			t.Fatal(a, err)
		}
		r := a.Offers[0].Rating
		if r == nil {
			return "none"
		}
		return fmt.Sprintf("%g of %d", r.Average, r.Count)
	}
	for i, s := range people {
		if _, err := w.Redeem(t.Context(), s, o.ID, w.now, ""); err != nil {
			t.Fatal(err)
		}
		for _, stars := range []int{1, 4} { // the second takes the place of the first, and is seen with the next ten
			if err := rate(s, stars); err != nil {
				t.Fatal(err)
			}
		}
		want := map[int]string{18: "none", 19: "3.9 of 20", 20: "3.9 of 20", 28: "3.9 of 20", 29: "3.9 of 30", 30: "3.9 of 30"}[i]
		if got := shown(); want != "" && got != want {
			t.Errorf("after %d ratings: %s, want %s", i+1, got, want)
		}
	}
	if rated != 62 {
		t.Errorf("%d events, want 62", rated)
	}
	if _, err := w.Rate(t.Context(), people[0], engine.Rating{Place: o.Place, Stars: 2}); err != nil {
		t.Errorf("the place of a redeemed offer: %v", err)
	}
	s := w.killed(t, w.tokens[0])
	if err := w.LoadRatings(t.Context()); err != nil || w.Rating(string(o.ID)) == nil || w.Rating(string(o.Place)) != nil {
		t.Errorf("after a restart: %v", err)
	}
	list, err := w.Ratings(t.Context(), s)
	if err != nil || len(list) != 2 {
		t.Errorf("own ratings %v, %v", list, err)
	}
	if err := w.ForgetRating(t.Context(), s, string(o.ID)); err != nil {
		t.Fatal(err)
	}
	if list, _ = w.Ratings(t.Context(), s); len(list) != 1 || string(w.scores.(sums)[string(o.ID)]) != `{"count":30,"sum":120,"shownCount":30,"shownSum":117}` {
		t.Errorf("%v, %s", list, w.scores.(sums)[string(o.ID)])
	}
	for field, r := range map[string]engine.Rating{
		"offer": {Stars: 3}, "place": {Offer: o.ID, Place: o.Place, Stars: 3}, "stars": {Offer: o.ID, Stars: 6},
	} {
		if _, err := w.Rate(t.Context(), s, r); fault.From(err) == nil || fault.From(err).Field != field {
			t.Errorf("%+v: %v, want %s", r, err, field)
		}
	}
}

func TestReceipts(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Purchases)
	b, err := w.Purchase(t.Context(), s, engine.Purchase{
		Place: o.Place, Source: engine.SourceReceipt, Amount: 30, Currency: "EUR",
		Items: []engine.Item{{Name: "Novel", Category: "shop.books", Amount: 20}, {Name: "Coffee", Category: "cafe.coffee", Brand: "Stride", Amount: 10}},
	})
	if err != nil {
		t.Fatal(err)
	}
	weights := func() map[string]float64 {
		a, err := w.Account(t.Context(), s, w.now)
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]float64{}
		for _, f := range a.Affinities {
			m[f.Name] = f.Weight
		}
		return m
	}
	if m := weights(); m["shop.books"] <= 0 || m["cafe.coffee"] <= 0 || m["Stride"] <= 0 || m[string(o.Merchant)] <= 0 || m["restaurant.italian"] != 0 {
		t.Errorf("learned %v", m)
	}
	list, err := w.Purchases(t.Context(), s)
	if err != nil || len(list) != 1 || len(list[0].Items) != 2 || list[0].Source != engine.SourceReceipt {
		t.Errorf("purchases %+v, %v", list, err)
	}
	if err := w.ForgetPurchase(t.Context(), s, b.ID); err != nil {
		t.Fatal(err)
	}
	for name, weight := range weights() {
		if weight > 1e-9 {
			t.Errorf("%s is still known: %g", name, weight)
		}
	}
	if list, _ = w.Purchases(t.Context(), s); len(list) != 0 {
		t.Errorf("still there: %v", list)
	}
	if err := w.ForgetPurchase(t.Context(), s, b.ID); code(err) != fault.CodeNotFound {
		t.Errorf("twice: %v", err)
	}
	for field, b := range map[string]engine.Purchase{
		"category": {}, "source": {Category: "cafe", Source: "neighbour"}, "items": {Category: "cafe", Items: make([]engine.Item, 101)},
		"items[1].category": {Items: []engine.Item{{Category: "cafe"}, {Category: "Cafe!"}}},
		"items[0].amount":   {Items: []engine.Item{{Category: "cafe", Amount: -1}}},
	} {
		if _, err := w.Purchase(t.Context(), s, b); fault.From(err) == nil || fault.From(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
