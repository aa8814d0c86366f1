package offers_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func limited(limits ...offers.Limit) *offers.Offer {
	return &offers.Offer{
		ID: "off_a", Merchant: "mer_x", Reward: offers.Reward{Kind: offers.Amount, Value: 2.5, Currency: "EUR"},
		Budget: offers.Budget{Total: 50, PerUser: 1, Limits: limits},
	}
}

func TestCountersNameThePeriodInTheZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	local := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		must(t, err)
		return at
	}
	for _, tt := range []struct {
		name  string
		limit offers.Limit
		now   string
		place id.Place
		want  []offers.Counter
	}{
		{
			"a day of 25 hours",
			offers.Limit{Period: offers.Day, Count: 5},
			"2026-10-25 23:30", "",
			[]offers.Counter{{Key: "off_a/2026-10-25/n", Count: 5, Field: "limits[0]", From: local("2026-10-25 00:00"), Until: local("2026-10-26 00:00")}},
		},
		{
			"a week from Monday, across the year",
			offers.Limit{Scope: offers.PerMerchant, Period: offers.Week, Count: 7},
			"2027-01-03 12:00", "",
			[]offers.Counter{{Key: "mer_x/2026-W53/n", Count: 7, Field: "limits[0]", From: local("2026-12-28 00:00"), Until: local("2027-01-04 00:00")}},
		},
		{
			"a month, at a store, in number and money",
			offers.Limit{Scope: offers.PerStore, Period: offers.Month, Count: 3, Money: 10.1, Currency: "EUR"},
			"2026-12-31 23:59", "plc_1",
			[]offers.Counter{
				{Key: "off_a/plc_1/2026-12/n", Count: 3, Field: "limits[0]", From: local("2026-12-01 00:00"), Until: local("2027-01-01 00:00")},
				{Key: "off_a/plc_1/2026-12/EUR", Money: 1010, Field: "limits[0]", From: local("2026-12-01 00:00"), Until: local("2027-01-01 00:00")},
			},
		},
		{"at no store", offers.Limit{Scope: offers.PerStore, Count: 3}, "2026-12-31 23:59", "", nil},
		{
			"a person, ever",
			offers.Limit{Scope: offers.PerPerson, Count: 3},
			"2026-12-31 23:59", "",
			[]offers.Counter{{Key: "off_a/total/n", Personal: true, Count: 3, Field: "limits[0]"}},
		},
		{"another currency", offers.Limit{Money: 10, Currency: "CHF"}, "2026-12-31 23:59", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := limited(tt.limit).Counters(nil, tt.place, local(tt.now).UTC(), berlin)
			always := []offers.Counter{{Key: "off_a", Count: 50, Field: "total"}, {Key: "off_a", Personal: true, Count: 1, Field: "perUser"}}
			if diff := cmp.Diff(append(always, tt.want...), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheMerchantsLimitsBindEveryOffer(t *testing.T) {
	m := &offers.Merchant{ID: "mer_x", Limits: []offers.Limit{{Scope: offers.PerMerchant, Count: 9}}}
	got := limited().Counters(m, "", noon, time.UTC)
	if want := (offers.Counter{Key: "mer_x/total/n", Count: 9, Field: "merchant.limits[0]"}); got[len(got)-1] != want {
		t.Errorf("%+v", got)
	}
}

func TestAPacedBudgetFollowsTheTime(t *testing.T) {
	o := limited()
	o.Budget.Paced, o.Starts, o.Ends = true, noon, noon.Add(100*time.Hour)
	for _, tt := range []struct {
		after time.Duration
		due   int
		until time.Duration
	}{
		{0, 5, 2 * time.Hour}, // a tenth ahead
		{119 * time.Minute, 5, 2 * time.Hour},
		{50 * time.Hour, 30, 52 * time.Hour},
		{99 * time.Hour, 50, 100 * time.Hour},
	} {
		c := o.Counters(nil, "", noon.Add(tt.after), time.UTC)[2]
		late := c.Until.Sub(noon.Add(tt.until))
		if c.Key != "off_a" || c.Count != tt.due || late < 0 || late > time.Second {
			t.Errorf("after %s: %+v, want %d until %s", tt.after, c, tt.due, noon.Add(tt.until))
		}
		if next := o.Counters(nil, "", c.Until, time.UTC)[2]; next.Count <= tt.due && tt.due < 50 {
			t.Errorf("after %s: no more is due at %s", tt.after, c.Until)
		}
	}
}

func TestUsedUpSaysUntilWhen(t *testing.T) {
	midnight := time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		tallies map[string]offers.Tally
		want    *offers.Span
	}{
		{"nothing", nil, nil},
		{"room for one more", map[string]offers.Tally{"off_a/2026-05-04/EUR": {Money: 750}}, nil},
		{"no money for one more", map[string]offers.Tally{"off_a/2026-05-04/EUR": {Money: 751}}, &offers.Span{From: midnight.AddDate(0, 0, -1), Until: midnight}},
		{"the total outlasts the day", map[string]offers.Tally{"off_a/2026-05-04/EUR": {Money: 1000}, "off_a": {Count: 50}}, &offers.Span{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := limited(offers.Limit{Period: offers.Day, Money: 10, Currency: "EUR"})
			got, err := o.UsedUp(nil, "", noon, time.UTC, func(key string) (offers.Tally, error) { return tt.tallies[key], nil })
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
	broken := errors.New("no answer")
	if _, err := limited().UsedUp(nil, "", noon, time.UTC, func(string) (offers.Tally, error) { return offers.Tally{}, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestHundredthsRoundUp(t *testing.T) {
	for amount, want := range map[float64]int64{0: 0, 0.1: 10, 2.5: 250, 19.99: 1999, 0.001: 1, 1e300: 1 << 52} {
		if got := offers.Hundredths(amount); got != want {
			t.Errorf("%g: %d, want %d", amount, got, want)
		}
	}
}
