package catalogue_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// full is an offer that says everything.
func full(m id.Merchant, p id.Place) api.OfferInput {
	return api.OfferInput{
		ExternalID: "lunch", Merchant: m,
		Title: "Lunch", Text: "Today", Terms: "One each.", Texts: map[string]api.Text{"de": {Title: "Mittag", Text: "Heute", Terms: "Je einer."}},
		Image: "https://example.com/lunch.jpg", Category: "restaurant.italian", Brand: "Anna", PriceTier: 2, Sponsored: "Pasta & Co",
		Reward: api.Reward{Kind: "percent", Value: 20, Currency: "EUR", Max: 5}, Items: []string{"pasta"},
		Place: p, Radius: 300,
		Triggers: []string{"dwell", "on_the_way"}, DwellSeconds: 90, DetourMinutes: 4, CooldownMinutes: 60,
		Starts: noon, Ends: noon.Add(time.Hour), Hours: "Mo-Fr 11:00-14:00",
		Conditions: api.Conditions{MinSpend: 10, Currency: "EUR", CustomerDays: 3, BoughtCategory: "restaurant", Tier: "gold"},
		Audience:   api.Audience{Any: []string{"student"}, None: []string{"tourist"}, Languages: []string{"de"}},
		Holdout:    10,
		Budget: api.Budget{
			Total: 5, PerUser: 1, Paced: true,
			Limits: []api.Limit{{Scope: "store", Period: "day", Count: 3}, {Scope: "offer", Period: "week", Money: 50, Currency: "EUR"}},
		},
		Redeeming:  api.Redeeming{HoldMinutes: 10, Presence: true, OfflineHours: 24, Stacks: true, Group: "food"},
		FollowUps:  []api.Next{{Offer: "off_next", AfterMinutes: 5, WithinDays: 3, MinAmount: 8}},
		OnlyAfter:  true,
		FollowedBy: []id.Merchant{"mer_other"},
		Draft:      true,
	}
}

// What is said about an offer comes back as it was said, field by field: a field that is new must be carried, too.
func TestOfferKeepsEveryField(t *testing.T) {
	w := newWorld(t)
	m, _, err := w.Merchants.Create(ctx, operator, api.MerchantInput{
		Name: "Anna", Limits: []api.Limit{{Scope: "merchant", Period: "month", Money: 500, Currency: "EUR"}},
		Program: &api.Program{PointsPerUnit: 1, Tiers: []api.Tier{{Name: "gold", Points: 100}}},
	})
	must(t, err)
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m.ID, Name: "Anna's", Location: at(48.4, 9.99), Hours: "Mo-Su 08:00-22:00"})
	must(t, err)
	if m.Limits[0].Money != 500 || m.Program.Tiers[0].Name != "gold" || p.Hours != "Mo-Su 08:00-22:00" {
		t.Errorf("merchant %+v, place %+v", m, p)
	}
	said := full(m.ID, p.ID)
	said.FollowUps[0].Offer = w.linked(t, m.ID, "next")
	made, _, err := w.Offers.Create(ctx, operator, said)
	must(t, err)
	got, err := w.Offers.Get(ctx, operator, string(made.ID))
	must(t, err)
	if got.Status != "draft" || got.Version != 1 {
		t.Errorf("status %s, version %d", got.Status, got.Version)
	}
	want := said
	want.Draft = false // its status says so
	if d := cmp.Diff(want, got.OfferInput); d != "" {
		t.Errorf("-said +kept:\n%s", d)
	}
	v := reflect.ValueOf(said)
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "Places", "AllPlaces", "Reach": // in place of Place and Radius
		default:
			if v.Field(i).IsZero() {
				t.Errorf("this test does not say %s", name)
			}
		}
	}
}

func TestOfferRefusesWhatItsPlacesOrMerchantDoNotHave(t *testing.T) {
	w := newWorld(t)
	m, other := w.merchant(t, "Anna"), w.merchant(t, "Berta")
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: other, Name: "Berta's", Location: at(48.4, 9.99)})
	must(t, err)
	for _, tt := range []struct {
		field string
		spoil func(*api.OfferInput)
	}{
		{"places[0]", func(in *api.OfferInput) { in.Places = []id.Place{"plc_none"} }},
		{"places[0]", func(in *api.OfferInput) { in.Places = []id.Place{p.ID} }},
		{"place", func(in *api.OfferInput) { in.Place = p.ID }},
		{"conditions.tier", func(in *api.OfferInput) { in.Conditions.Tier = "gold" }},
		{"budget.limits[0].scope", func(in *api.OfferInput) { in.Budget.Limits = []api.Limit{{Scope: "shop", Period: "day", Count: 1}} }},
		{"budget.limits[0].period", func(in *api.OfferInput) { in.Budget.Limits = []api.Limit{{Scope: "store", Period: "year", Count: 1}} }},
		{"dwellSeconds", func(in *api.OfferInput) { in.DwellSeconds = 30 }},
	} {
		in := lunch(m)
		tt.spoil(&in)
		if _, _, err := w.Offers.Create(ctx, operator, in); fault.From(err) == nil || fault.From(err).Field != tt.field {
			t.Errorf("want a fault of %s, got %v", tt.field, err)
		}
	}
}

// An offer with a radius stands around its place, and moves with it.
func TestRadiusIsAroundThePlace(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: "Anna's", Location: at(48.4, 9.99)})
	must(t, err)
	in := lunch(m)
	in.Reach, in.Place, in.Radius = nil, p.ID, 200
	_, _, err = w.Offers.Create(ctx, operator, in)
	must(t, err)
	next := func(lat float64) float64 {
		return w.index.NextReach(geo.Point{Lat: lat, Lon: 9.99}, offers.Live, 0)
	}
	if d := next(48.404); d > 300 {
		t.Errorf("%.0f m to the reach", d)
	}
	_, err = w.Places.Change(ctx, operator, string(p.ID), "", func(in *api.PlaceInput) error { in.Location = at(48.45, 9.99); return nil })
	must(t, err)
	if was, is := next(48.404), next(48.454); was < 1000 || is > 300 {
		t.Errorf("after the move: %.0f m from the old place, %.0f m from the new", was, is)
	}
}
