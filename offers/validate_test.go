package offers_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

var hexGrid = hex.Grid{}

func TestValidateOffer(t *testing.T) {
	good := func() *offers.Offer {
		o := circleOffer(t, "a", square, 100)
		o.Reward = offers.Reward{Kind: offers.Amount, Value: 2, Currency: "EUR"}
		o.Starts, o.Ends, o.Budget = noon, noon.Add(time.Hour), offers.Budget{Total: 10, PerUser: 1, Paced: true}
		return o
	}
	must(t, good().Validate())
	for _, tt := range []struct {
		field string
		spoil func(*offers.Offer)
	}{
		{"id", func(o *offers.Offer) { o.ID = "mer_a" }},
		{"externalId", func(o *offers.Offer) { o.ExternalID = strings.Repeat("x", 129) }},
		{"merchant", func(o *offers.Offer) { o.Merchant = "" }},
		{"place", func(o *offers.Offer) { o.Place = "here" }},
		{"title", func(o *offers.Offer) { o.Title = "" }},
		{"title", func(o *offers.Offer) { o.Title = " \n\u00a0" }},
		{"title", func(o *offers.Offer) { o.Title = strings.Repeat("x", 121) }},
		{"title", func(o *offers.Offer) { o.Title = "a\x00b" }},
		{"title", func(o *offers.Offer) { o.Title = "a\nb" }},
		{"text", func(o *offers.Offer) { o.Text = "\xff" }},
		{"category", func(o *offers.Offer) { o.Category = "" }},
		{"category", func(o *offers.Offer) { o.Category = "Cafe" }},
		{"category", func(o *offers.Offer) { o.Category = "cafe..tea" }},
		{"category", func(o *offers.Offer) { o.Category = "a.b.c.d" }},
		{"brand", func(o *offers.Offer) { o.Brand = strings.Repeat("x", 121) }},
		{"priceTier", func(o *offers.Offer) { o.PriceTier = 5 }},
		{"reward.kind", func(o *offers.Offer) { o.Reward.Kind = 9 }},
		{"reward.value", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Percent, Value: 101} }},
		{"reward.value", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Percent, Value: math.NaN()} }},
		{"reward.value", func(o *offers.Offer) { o.Reward.Value = math.Inf(1) }},
		{"reward.value", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.FreeItem, Value: 1} }},
		{"reward.currency", func(o *offers.Offer) { o.Reward.Currency = "euro" }},
		{"reward.currency", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Percent, Value: 1, Currency: "EUR"} }},
		{"reach", func(o *offers.Offer) { o.Reach = geo.Region{} }},
		{"triggers", func(o *offers.Offer) { o.Triggers = 0 }},
		{"triggers", func(o *offers.Offer) { o.Triggers = 128 }},
		{"dwell", func(o *offers.Offer) { o.Triggers = offers.Dwell }},
		{"dwell", func(o *offers.Offer) { o.Triggers, o.Dwell = offers.Dwell, 5*time.Hour }},
		{"dwell", func(o *offers.Offer) { o.Dwell = time.Hour }},
		{"ends", func(o *offers.Offer) { o.Ends = o.Starts }},
		{"budget.total", func(o *offers.Offer) { o.Budget.Total = -1 }},
		{"budget.perUser", func(o *offers.Offer) { o.Budget.PerUser = -1 }},
		{"budget.perUser", func(o *offers.Offer) { o.Budget.PerUser = 11 }},
		{"terms", func(o *offers.Offer) { o.Terms = strings.Repeat("x", 2001) }},
		{"texts.fr", func(o *offers.Offer) { o.Texts = map[string]offers.Text{"fr": {Title: "Bonjour"}} }},
		{"texts.de", func(o *offers.Offer) { o.Texts = map[string]offers.Text{"de": {}} }},
		{"texts.de.title", func(o *offers.Offer) { o.Texts = map[string]offers.Text{"de": {Title: strings.Repeat("x", 121)}} }},
		{"texts.en.text", func(o *offers.Offer) { o.Texts = map[string]offers.Text{"en": {Text: "\xff"}} }},
		{"texts.en.terms", func(o *offers.Offer) { o.Texts = map[string]offers.Text{"en": {Terms: "\x01"}} }},
		{"image", func(o *offers.Offer) { o.Image = "http://example.com/a.jpg" }},
		{"image", func(o *offers.Offer) { o.Image = "https:///a.jpg" }},
		{"image", func(o *offers.Offer) { o.Image = "https://me:pass@example.com/a.jpg" }},
		{"image", func(o *offers.Offer) { o.Image = "https://example.com/" + strings.Repeat("x", 2000) }},
		{"sponsored", func(o *offers.Offer) { o.Sponsored = strings.Repeat("x", 121) }},
		{"items", func(o *offers.Offer) { o.Items = make([]string, 51) }},
		{"items[1]", func(o *offers.Offer) { o.Items = []string{"a", ""} }},
		{"items[1]", func(o *offers.Offer) { o.Items = []string{"a", "a"} }},
		{"items[0]", func(o *offers.Offer) { o.Items = []string{strings.Repeat("x", 65)} }},
		{"reward.max", func(o *offers.Offer) { o.Reward.Max = 1 }},
		{"reward.max", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Percent, Value: 1, Max: -1} }},
		{"reward.currency", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Percent, Value: 1, Max: 5} }},
		{"reward.item", func(o *offers.Offer) { o.Reward.Item = "cake" }},
		{"places", func(o *offers.Offer) { o.Place, o.Places = "plc_a", []id.Place{"plc_b"} }},
		{"places[1]", func(o *offers.Offer) { o.Places = []id.Place{"plc_a", "plc_a"} }},
		{"places[0]", func(o *offers.Offer) { o.Places = []id.Place{"a"} }},
		{"places", func(o *offers.Offer) { o.Places = make([]id.Place, 1001) }},
		{"allPlaces", func(o *offers.Offer) { o.Place, o.AllPlaces = "plc_a", true }},
		{"radius", func(o *offers.Offer) { o.Radius = 100 }},
		{"radius", func(o *offers.Offer) { o.Reach, o.Radius = geo.Region{}, 100 }},
		{"radius", func(o *offers.Offer) { o.Reach, o.Radius, o.AllPlaces = geo.Region{}, 0.5, true }},
		{"radius", func(o *offers.Offer) { o.Reach, o.Radius, o.AllPlaces = geo.Region{}, math.NaN(), true }},
		{"detourMinutes", func(o *offers.Offer) { o.DetourMinutes = 3 }},
		{"detourMinutes", func(o *offers.Offer) { o.Triggers, o.DetourMinutes = offers.OnTheWay, 61 }},
		{"cooldownMinutes", func(o *offers.Offer) { o.CooldownMinutes = 10_081 }},
		{"hours", func(o *offers.Offer) { o.Hours = "Monday" }},
		{"holdout", func(o *offers.Offer) { o.Holdout = 51 }},
		{"conditions.minSpend", func(o *offers.Offer) { o.Conditions.MinSpend = math.Inf(1) }},
		{"conditions.currency", func(o *offers.Offer) { o.Conditions.MinSpend = 10 }},
		{"conditions.currency", func(o *offers.Offer) { o.Conditions.Currency = "EUR" }},
		{"conditions.customerDays", func(o *offers.Offer) { o.Conditions.CustomerDays = 3651 }},
		{"conditions.customerDays", func(o *offers.Offer) { o.Conditions = offers.Conditions{NewCustomer: true, CustomerDays: 1} }},
		{"conditions.tier", func(o *offers.Offer) { o.Conditions = offers.Conditions{NewCustomer: true, Tier: "gold"} }},
		{"conditions.boughtCategory", func(o *offers.Offer) { o.Conditions.BoughtCategory = "Shoes" }},
		{"conditions.boughtCategory", func(o *offers.Offer) { o.Conditions.BoughtCategory = "health.pharmacy" }},
		{"conditions.boughtCategory", func(o *offers.Offer) { o.Conditions.BoughtCategory = "nightlife.strip_club" }},
		{"audience.any[0]", func(o *offers.Offer) { o.Audience.Any = []string{"pregnant"} }},
		{"audience.any[1]", func(o *offers.Offer) { o.Audience.Any = []string{"student", "student"} }},
		{"audience.none[0]", func(o *offers.Offer) { o.Audience.None = []string{"catholic"} }},
		{"audience.none[0]", func(o *offers.Offer) {
			o.Audience = offers.Audience{Any: []string{"student"}, None: []string{"student"}}
		}},
		{"audience.languages[0]", func(o *offers.Offer) { o.Audience.Languages = []string{"fr"} }},
		{"budget.paced", func(o *offers.Offer) { o.Budget.Total, o.Budget.Paced = 0, true }},
		{"budget.paced", func(o *offers.Offer) { o.Ends, o.Budget.Paced = time.Time{}, true }},
		{"budget.limits", func(o *offers.Offer) { o.Budget.Limits = make([]offers.Limit, 17) }},
		{"budget.limits[0]", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Period: offers.Day}} }},
		{"budget.limits[1]", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Count: 1}, {Count: 2}} }},
		{"budget.limits[0].scope", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Scope: 9, Count: 1}} }},
		{"budget.limits[0].period", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Period: 9, Count: 1}} }},
		{"budget.limits[0].count", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Count: -1}} }},
		{"budget.limits[0].money", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Money: math.NaN()}} }},
		{"budget.limits[0].currency", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Money: 1}} }},
		{"budget.limits[0].currency", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Count: 1, Currency: "EUR"}} }},
		{"budget.limits[0].currency", func(o *offers.Offer) { o.Budget.Limits = []offers.Limit{{Money: 1, Currency: "USD"}} }},
		{"budget.limits[0].money", func(o *offers.Offer) {
			o.Reward, o.Budget.Limits = offers.Reward{Kind: offers.Percent, Value: 5}, []offers.Limit{{Money: 1, Currency: "EUR"}}
		}},
		{"redeeming.holdMinutes", func(o *offers.Offer) { o.Redeeming.HoldMinutes = 10_081 }},
		{"redeeming.offlineHours", func(o *offers.Offer) { o.Redeeming.OfflineHours = 169 }},
		{"redeeming.group", func(o *offers.Offer) { o.Redeeming.Group = "a" }},
		{"redeeming.group", func(o *offers.Offer) { o.Redeeming = offers.Redeeming{Stacks: true, Group: strings.Repeat("x", 121)} }},
		{"followUps", func(o *offers.Offer) { o.FollowUps = make([]offers.Next, 9) }},
		{"followUps[0].offer", func(o *offers.Offer) { o.FollowUps = []offers.Next{{Offer: "x"}} }},
		{"followUps[0].offer", func(o *offers.Offer) { o.FollowUps = []offers.Next{{Offer: o.ID}} }},
		{"followUps[1]", func(o *offers.Offer) { o.FollowUps = []offers.Next{{Offer: "off_x"}, {Offer: "off_x", MinAmount: 5}} }},
		{"followUps[0].afterMinutes", func(o *offers.Offer) { o.FollowUps = []offers.Next{{Offer: "off_x", AfterMinutes: -1}} }},
		{"followUps[0].withinDays", func(o *offers.Offer) { o.FollowUps = []offers.Next{{Offer: "off_x", WithinDays: 366}} }},
		{"followUps[0].minAmount", func(o *offers.Offer) { o.FollowUps = []offers.Next{{Offer: "off_x", MinAmount: -1}} }},
		{"followedBy", func(o *offers.Offer) { o.FollowedBy = make([]id.Merchant, 51) }},
		{"followedBy[0]", func(o *offers.Offer) { o.FollowedBy = []id.Merchant{"x"} }},
		{"followedBy[1]", func(o *offers.Offer) { o.FollowedBy = []id.Merchant{"mer_x", "mer_x"} }},
		{"status", func(o *offers.Offer) { o.Status = 9 }},
		{"mode", func(o *offers.Offer) { o.Mode = 9 }},
	} {
		o := good()
		tt.spoil(o)
		if f := fault.From(o.Validate()); f == nil || f.Kind != fault.Invalid || f.Field != tt.field || f.Detail == "" {
			t.Errorf("want a fault of %s, got %v", tt.field, f)
		}
	}
}

func TestValidateMerchantAndPlace(t *testing.T) {
	merchant := offers.Merchant{ID: "mer_a", Name: "Ä"}
	place := offers.Place{ID: "plc_a", Name: "x", Point: square, Category: "cafe", Zone: "Europe/Berlin"}
	must(t, merchant.Validate())
	must(t, place.Validate())
	spoil := func(f func(m *offers.Merchant, p *offers.Place)) (err [2]error) {
		m, p := merchant, place
		f(&m, &p)
		return [2]error{m.Validate(), p.Validate()}
	}
	for _, tt := range []struct {
		which int
		field string
		err   [2]error
	}{
		{0, "id", spoil(func(m *offers.Merchant, _ *offers.Place) { m.ID = "x" })},
		{0, "name", spoil(func(m *offers.Merchant, _ *offers.Place) { m.Name = "" })},
		{0, "externalId", spoil(func(m *offers.Merchant, _ *offers.Place) { m.ExternalID = "\n\t" })},
		{0, "mode", spoil(func(m *offers.Merchant, _ *offers.Place) { m.Mode = 2 })},
		{0, "limits[0].scope", spoil(func(m *offers.Merchant, _ *offers.Place) {
			m.Limits = []offers.Limit{{Scope: offers.PerStore, Count: 1}}
		})},
		{0, "limits[0].currency", spoil(func(m *offers.Merchant, _ *offers.Place) {
			m.Limits = []offers.Limit{{Scope: offers.PerMerchant, Money: 1}}
		})},
		{0, "program.pointsPerUnit", spoil(func(m *offers.Merchant, _ *offers.Place) { m.Program = &offers.Program{PointsPerUnit: -1} })},
		{0, "program.tiers", spoil(func(m *offers.Merchant, _ *offers.Place) { m.Program = &offers.Program{Tiers: make([]offers.Tier, 11)} })},
		{0, "program.tiers[0].name", spoil(func(m *offers.Merchant, _ *offers.Place) { m.Program = &offers.Program{Tiers: []offers.Tier{{}}} })},
		{0, "program.tiers[1].points", spoil(func(m *offers.Merchant, _ *offers.Place) {
			m.Program = &offers.Program{Tiers: []offers.Tier{{Name: "silver", Points: 9}, {Name: "gold", Points: 9}}}
		})},
		{0, "program.tiers[1]", spoil(func(m *offers.Merchant, _ *offers.Place) {
			m.Program = &offers.Program{Tiers: []offers.Tier{{Name: "gold", Points: 9}, {Name: "gold", Points: 10}}}
		})},
		{1, "id", spoil(func(_ *offers.Merchant, p *offers.Place) { p.ID = "plc_A" })},
		{1, "merchant", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Merchant = "plc_a" })},
		{1, "name", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Name = strings.Repeat("x", 121) })},
		{1, "category", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Category = "a b" })},
		{1, "point.lat", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Point.Lat = math.NaN() })},
		{1, "point.lon", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Point.Lon = 181 })},
		{1, "priceTier", spoil(func(_ *offers.Merchant, p *offers.Place) { p.PriceTier = -1 })},
		{1, "zone", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Zone = "Cologne" })},
		{1, "hours", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Hours = "Apr-Oct" })},
		{1, "mode", spoil(func(_ *offers.Merchant, p *offers.Place) { p.Mode = 2 })},
	} {
		if f := fault.From(tt.err[tt.which]); f == nil || f.Field != tt.field || f.Detail == "" {
			t.Errorf("want a fault of %s, got %v", tt.field, tt.err)
		}
	}
}

// What was written is read back; the JSON names are the protocol.
func TestTextForms(t *testing.T) {
	o := circleOffer(t, "a", square, 100)
	o.Triggers, o.Mode, o.Status = offers.Nearby|offers.OnTheWay|offers.Pull, offers.Test, offers.Stopped
	o.Reward, o.Dwell = offers.Reward{Kind: offers.TwoForOne}, 90*time.Second
	b, err := json.Marshal(o, json.Deterministic(true))
	must(t, err)
	for _, want := range []string{`"triggers":["nearby","on_the_way","pull"]`, `"mode":"test"`, `"status":"stopped"`, `"kind":"two_for_one"`, `"dwell":90`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
	var back offers.Offer
	must(t, json.Unmarshal(b, &back, json.RejectUnknownMembers(true)))
	if back.Triggers != o.Triggers || back.Mode != o.Mode || back.Status != o.Status || back.Reward != o.Reward || back.Dwell != o.Dwell || !back.Reach.Equal(o.Reach) {
		t.Errorf("came back as %+v", back)
	}
	for _, spoilt := range []string{`{"mode":"prod"}`, `{"mode":"LIVE"}`, `{"status":""}`, `{"reward":{"kind":"free"}}`, `{"triggers":["near"]}`, `{"triggers":"nearby"}`, `{"mood":"sad"}`} {
		if err := json.Unmarshal([]byte(spoilt), &offers.Offer{}, json.RejectUnknownMembers(true)); err == nil {
			t.Errorf("%s was taken", spoilt)
		}
	}
	for a, want := range map[offers.Action]string{offers.Opened: "opened", offers.Dismissed: "dismissed", offers.Liked: "liked", offers.NotInterested: "not_interested"} {
		var got offers.Action
		if must(t, got.UnmarshalText([]byte(want))); got != a || a.String() != want {
			t.Errorf("%v and %q", a, want)
		}
	}
	if _, err := offers.Action(9).MarshalText(); err == nil {
		t.Error("an action that is none was written")
	}
	if got := offers.Mode(9).String(); got != "9" {
		t.Errorf("a mode that is none prints as %q", got)
	}
}

// A record that is read and valid is written and read again without a change.
func FuzzOffer(f *testing.F) {
	o := circleOffer(f, "a", square, 100)
	o.Triggers, o.Dwell = offers.Dwell, time.Hour
	b, err := json.Marshal(o)
	must(f, err)
	f.Add(b)
	f.Add([]byte(`{"dwell":1e99,"triggers":["pull"]}`))
	f.Add([]byte(`{"reach":null,"starts":"0001-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second offers.Offer
		if json.Unmarshal(b, &first, json.RejectUnknownMembers(true)) != nil || first.Validate() != nil {
			return
		}
		written, err := json.Marshal(&first)
		must(t, err)
		must(t, json.Unmarshal(written, &second, json.RejectUnknownMembers(true)))
		must(t, second.Validate())
		again, err := json.Marshal(&second)
		must(t, err)
		if string(written) != string(again) {
			t.Fatalf("%s became %s", written, again)
		}
	})
}
