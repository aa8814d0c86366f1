package offers_test

import (
	"errors"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func TestMeasureMarksWhatIsUsedUp(t *testing.T) {
	reach, err := geo.NewCircle(geo.Point{Lat: 48.4, Lon: 9.99}, 300)
	must(t, err)
	c := offers.NewCatalogue(hex.Grid{})
	put := func(total int) {
		must(t, c.PutOffers(&offers.Offer{
			ID: "off_a", Merchant: "mer_x", Title: "x", Category: "cafe", Reach: reach, Triggers: offers.Nearby, Budget: offers.Budget{Total: total},
		}))
	}
	full := errors.New("no answer")
	for i, tt := range []struct {
		total     int
		claimed   []int // as it is seen from look to look
		err       error
		exhausted bool
	}{
		{2, []int{1}, nil, false},
		{2, []int{2}, nil, true},
		{2, []int{0}, full, true},
		{3, []int{2}, nil, false}, // raised
		{3, []int{2, 3}, nil, true},
		{3, []int{3, 2}, nil, false},
		{2, []int{2}, nil, true},
		{0, nil, nil, false}, // not bounded any more
	} {
		put(tt.total)
		looks := 0
		err := c.Measure("off_a", "", noon, time.UTC, func(key string) (offers.Tally, error) {
			if looks++; key != "off_a" {
				t.Errorf("asked for %q", key)
			}
			return offers.Tally{Count: tt.claimed[min(looks, len(tt.claimed))-1]}, tt.err
		})
		if got := c.Exhausted("off_a", noon); !errors.Is(err, tt.err) || got != tt.exhausted {
			t.Errorf("%d: exhausted %v, want %v; %v", i, got, tt.exhausted, err)
		}
	}
	if err := c.Measure("off_unknown", "", noon, time.UTC, nil); err != nil {
		t.Error(err)
	}
}

func TestUsedUpForTodayComesBack(t *testing.T) {
	reach, err := geo.NewCircle(geo.Point{Lat: 48.4, Lon: 9.99}, 300)
	must(t, err)
	c := offers.NewCatalogue(hex.Grid{})
	o := &offers.Offer{ID: "off_a", Merchant: "mer_x", Title: "x", Category: "cafe", Reach: reach, Triggers: offers.Nearby}
	must(t, c.PutOffers(o))
	c.SetExhausted("off_a", &offers.Span{From: noon, Until: noon.Add(time.Hour)})
	must(t, c.PutOffers(o)) // and it survives a change
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	m := offers.NewMatcher(c, rails)
	for after, held := range map[time.Duration]bool{-time.Second: false, 0: true, time.Hour - 1: true, time.Hour: false} {
		var r offers.Result
		m.Evaluate(&r, &offers.Person{}, &offers.Moment{Now: noon.Add(after), Point: reach.Centre(), Pull: true, Radius: 100})
		got := len(r.Suppressions) == 1 && r.Suppressions[0].Code == offers.CodeBudgetExhausted
		if got != held || len(r.Matches)+len(r.Suppressions) != 1 {
			t.Errorf("after %s: held back %v, want %v: %+v", after, got, held, r.Suppressions)
		}
	}
}

func TestAStoreThatIsUsedUpIsNotTheOthers(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	m := &offers.Merchant{ID: "mer_x", Name: "x"}
	c.PutMerchant(m)
	places := []*offers.Place{
		{ID: "plc_a", Merchant: m.ID, Name: "a", Point: geo.Point{Lat: 48.4, Lon: 9.99}},
		{ID: "plc_b", Merchant: m.ID, Name: "b", Point: geo.Point{Lat: 48.5, Lon: 9.99}},
	}
	for _, p := range places {
		must(t, c.PutPlace(p))
	}
	must(t, c.PutOffers(&offers.Offer{
		ID: "off_a", Merchant: m.ID, Title: "x", Category: "cafe", AllPlaces: true, Radius: 300, Triggers: offers.Nearby,
		Budget: offers.Budget{Limits: []offers.Limit{{Scope: offers.PerStore, Period: offers.Day, Count: 2}}},
	}))
	claimed := map[string]offers.Tally{}
	measure := func(place id.Place) {
		t.Helper()
		must(t, c.Measure("off_a", place, noon, time.UTC, func(key string) (offers.Tally, error) { return claimed[key], nil }))
	}
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	held := func(p *offers.Place, at time.Time) bool {
		var r offers.Result
		offers.NewMatcher(c, rails).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: at, Point: p.Point, Pull: true, Radius: 100})
		if len(r.Matches)+len(r.Suppressions) != 1 {
			t.Fatalf("%+v", r)
		}
		return len(r.Suppressions) == 1 && r.Suppressions[0].Code == offers.CodeBudgetExhausted
	}
	claimed["off_a/plc_a/2026-05-04/n"] = offers.Tally{Count: 2}
	measure("plc_a")
	if !held(places[0], noon) || held(places[1], noon) || held(places[0], noon.AddDate(0, 0, 1)) {
		t.Error("a store's limit is not that store's for that day")
	}
	must(t, c.PutPlace(&offers.Place{ID: "plc_a", Merchant: m.ID, Name: "a, renamed", Point: places[0].Point}))
	if !held(places[0], noon) {
		t.Error("a change of the store forgot it")
	}
	delete(claimed, "off_a/plc_a/2026-05-04/n")
	measure("") // as at a start
	if held(places[0], noon) {
		t.Error("what was given back is not there again")
	}
}
