package offers_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/offers"
)

func TestWhoHadTheirShareOfTheWeekSeesTheOfferAgainNextWeek(t *testing.T) {
	reach, err := geo.NewCircle(geo.Point{Lat: 48.4, Lon: 9.99}, 300)
	must(t, err)
	c := offers.NewCatalogue(hex.Grid{})
	must(t, c.PutOffers(&offers.Offer{
		ID: "off_a", Merchant: "mer_x", Title: "x", Category: "cafe", Reach: reach, Triggers: offers.Nearby,
		Budget: offers.Budget{Limits: []offers.Limit{{Scope: offers.PerPerson, Period: offers.Week, Count: 2}}},
	}))
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	m := offers.NewMatcher(c, rails)
	var p offers.Person
	held := func(at time.Time) bool {
		t.Helper()
		data, err := json.Marshal(&p) // what is remembered survives a restart
		must(t, err)
		p = offers.Person{}
		must(t, json.Unmarshal(data, &p))
		var r offers.Result
		m.Evaluate(&r, &p, &offers.Moment{Now: at, Point: reach.Centre(), Pull: true, Radius: 100})
		return len(r.Suppressions) == 1 && r.Suppressions[0].Code == offers.CodeUserBudget
	}
	p.Redeemed(noon.AddDate(0, 0, -1), "off_a") // Sunday
	p.Redeemed(noon, "off_a")
	if held(noon) {
		t.Error("last week counts for this one")
	}
	p.Redeemed(noon.Add(time.Hour), "off_a")
	if !held(noon.AddDate(0, 0, 6)) || held(noon.AddDate(0, 0, 7)) {
		t.Error("two this week don't hold it back until Monday")
	}
	p.GaveBack(noon, "off_a")
	if held(noon) {
		t.Error("what was given back counts")
	}
	for i := range 20 {
		p.Redeemed(noon.AddDate(0, 0, 7*i), "off_a")
	}
	late := noon.AddDate(0, 0, 7*19)
	if held(late) {
		t.Error("one a week for long is two this week")
	}
	if p.Redeemed(late, "off_a"); !held(late) || held(late.AddDate(0, 0, 7)) {
		t.Error("after a long past, two this week don't hold it back until Monday")
	}
}
