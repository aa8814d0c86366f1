package offers_test

import (
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// monday is 12:00 in Berlin, 11:00 in London, 06:00 in New York.
var monday = time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)

// held returns why the only offer of a catalogue is held back, "" if it is not, and "unseen" if nobody looked at it.
func held(t testing.TB, c *offers.Catalogue, p *offers.Person, mo offers.Moment) string {
	t.Helper()
	mo.Point, mo.Step, mo.Radius = square, geo.Step{Speed: geo.Unknown, Course: geo.Unknown}, 500
	var r offers.Result
	offers.NewMatcher(c, rails(t)).Evaluate(&r, p, &mo)
	switch {
	case len(r.Matches) == 1:
		return ""
	case len(r.Suppressions) == 1:
		if text := offers.SuppressionText(r.Suppressions[0].Code, "de"); text == r.Suppressions[0].Code {
			t.Errorf("%s has no text", text)
		}
		return r.Suppressions[0].Code
	}
	return "unseen"
}

func TestDemands(t *testing.T) {
	place := offers.Place{ID: "plc_a", Merchant: "mer_a", Name: "a", Point: square, Zone: "Europe/Berlin"}
	london := offers.Place{ID: "plc_a", Merchant: "mer_a", Name: "a", Point: square}
	shop := place
	shop.Hours = "Mo-Fr 09:00-18:00"
	merchant := &offers.Merchant{ID: "mer_a", Name: "a", Program: &offers.Program{Tiers: []offers.Tier{{Name: "silver", Points: 1}, {Name: "gold", Points: 2}}}}
	newcomer := func(*offers.Person) {}
	student := func(p *offers.Person) { must(t, p.SetAttributes([]string{"student", "cyclist"})) }
	bought := func(days int, category string) func(*offers.Person) {
		return func(p *offers.Person) { p.Purchased(monday.AddDate(0, 0, -days), category, "", "mer_a") }
	}
	tier := func(n int) func(*offers.Person) {
		return func(p *offers.Person) { p.SetTier(monday, "mer_a", n) }
	}
	known := offers.Moment{Now: monday, History: true}
	for name, tt := range map[string]struct {
		place  offers.Place
		offer  offers.Offer
		person func(*offers.Person)
		moment offers.Moment
		want   string
	}{
		"within hours":             {place, offers.Offer{Hours: "Mo 12:00-12:01"}, newcomer, known, ""},
		"outside hours":            {place, offers.Offer{Hours: "Mo 12:01-14:00"}, newcomer, known, offers.CodeOutsideHours},
		"hours, asked":             {place, offers.Offer{Hours: "Tu"}, newcomer, offers.Moment{Now: monday, Pull: true}, offers.CodeOutsideHours},
		"hours of another zone":    {london, offers.Offer{Hours: "Mo 12:00-13:00"}, newcomer, known, offers.CodeOutsideHours},
		"hours of the default":     {london, offers.Offer{Hours: "Mo 11:00-12:00"}, newcomer, known, ""},
		"open":                     {shop, offers.Offer{}, newcomer, known, ""},
		"closed":                   {shop, offers.Offer{}, newcomer, offers.Moment{Now: monday.Add(7 * time.Hour)}, offers.CodeClosed},
		"closed, asked":            {shop, offers.Offer{}, newcomer, offers.Moment{Now: monday.Add(7 * time.Hour), Pull: true}, ""},
		"for students":             {place, offers.Offer{Audience: offers.Audience{Any: []string{"student", "family"}}}, student, known, ""},
		"for families":             {place, offers.Offer{Audience: offers.Audience{Any: []string{"family"}}}, student, known, offers.CodeNotAudience},
		"not for cyclists":         {place, offers.Offer{Audience: offers.Audience{None: []string{"cyclist"}}}, student, known, offers.CodeNotAudience},
		"not for drivers":          {place, offers.Offer{Audience: offers.Audience{None: []string{"driver"}}}, student, known, ""},
		"for speakers of German":   {place, offers.Offer{Audience: offers.Audience{Languages: []string{"de"}}}, newcomer, offers.Moment{Now: monday, Language: "de"}, ""},
		"in German":                {place, offers.Offer{Audience: offers.Audience{Languages: []string{"de"}}}, newcomer, offers.Moment{Now: monday, Language: "en"}, offers.CodeNotAudience},
		"new customer":             {place, offers.Offer{Conditions: offers.Conditions{NewCustomer: true}}, newcomer, known, ""},
		"new customer, unknown":    {place, offers.Offer{Conditions: offers.Conditions{NewCustomer: true}}, newcomer, offers.Moment{Now: monday}, offers.CodeConditionUnknown},
		"no new customer":          {place, offers.Offer{Conditions: offers.Conditions{NewCustomer: true}}, bought(3, ""), known, offers.CodeConditionNew},
		"old customer":             {place, offers.Offer{Conditions: offers.Conditions{CustomerDays: 30}}, bought(30, ""), known, ""},
		"young customer":           {place, offers.Offer{Conditions: offers.Conditions{CustomerDays: 30}}, bought(29, ""), known, offers.CodeConditionAge},
		"no customer":              {place, offers.Offer{Conditions: offers.Conditions{CustomerDays: 30}}, newcomer, known, offers.CodeConditionAge},
		"bought below a category":  {place, offers.Offer{Conditions: offers.Conditions{BoughtCategory: "shop"}}, bought(3, "shop.shoes"), known, ""},
		"bought above a category":  {place, offers.Offer{Conditions: offers.Conditions{BoughtCategory: "shop.shoes"}}, bought(3, "shop"), known, offers.CodeConditionCategory},
		"tier":                     {place, offers.Offer{Conditions: offers.Conditions{Tier: "silver"}}, tier(1), known, ""},
		"tier too low":             {place, offers.Offer{Conditions: offers.Conditions{Tier: "gold"}}, tier(0), known, offers.CodeConditionTier},
		"no tier":                  {place, offers.Offer{Conditions: offers.Conditions{Tier: "silver"}}, tier(-1), known, offers.CodeConditionTier},
		"spending is for the till": {place, offers.Offer{Conditions: offers.Conditions{MinSpend: 10, Currency: "EUR"}}, newcomer, offers.Moment{Now: monday}, ""},
		"draft":                    {place, offers.Offer{Status: offers.Draft}, newcomer, known, "unseen"},
		"paused":                   {place, offers.Offer{Status: offers.Paused}, newcomer, offers.Moment{Now: monday, Pull: true}, "unseen"},
		"archived":                 {place, offers.Offer{Status: offers.Archived}, newcomer, known, "unseen"},
	} {
		t.Run(name, func(t *testing.T) {
			c := offers.NewCatalogue(hex.Grid{})
			c.SetZone(zoneOf(t, "Europe/London"))
			c.PutMerchant(merchant)
			must(t, c.PutPlace(&tt.place))
			o := circleOffer(t, "a", square, 100)
			o.Merchant, o.Place, o.Category = "mer_a", "plc_a", "cafe"
			o.Hours, o.Audience, o.Conditions, o.Status = tt.offer.Hours, tt.offer.Audience, tt.offer.Conditions, tt.offer.Status
			must(t, o.Validate())
			must(t, c.PutOffers(o))
			var p offers.Person
			tt.person(&p)
			if got := held(t, c, &p, tt.moment); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	must(t, err)
	return z
}

// A withdrawn consent takes the past with merchants along; attributes are no part of it.
func TestHistoryIsForgotten(t *testing.T) {
	var p offers.Person
	must(t, p.SetAttributes([]string{"senior"}))
	p.Purchased(monday, "shop", "", "mer_a")
	p.SetTier(monday, "mer_a", 2)
	p.ForgetHistory()
	b, err := p.MarshalJSON()
	must(t, err)
	if want := `{"attributes":["senior"]}`; string(b) != want {
		t.Errorf("left: %s", b)
	}
	if err := p.SetAttributes([]string{"catholic"}); err == nil || !slices.Equal(p.Attributes(), []string{"senior"}) {
		t.Errorf("attributes %v, %v", p.Attributes(), err)
	}
	for _, spoilt := range []string{
		`{"customers":[{"m":"x","f":1,"l":2}]}`, `{"customers":[{"m":"mer_a","f":3,"l":2}]}`, `{"customers":[{"m":"mer_a","f":1,"l":2,"t":11}]}`,
		`{"customers":[{"m":"mer_a","f":1,"l":2},{"m":"mer_a","f":1,"l":2}]}`, `{"bought":[{"c":"Shoes","l":2}]}`, `{"attributes":["x"]}`,
	} {
		if err := p.UnmarshalJSON([]byte(spoilt)); err == nil {
			t.Errorf("%s was taken", spoilt)
		}
	}
}

// An offer leaves the index when it is paused, from all of its cells, and comes back when it is resumed.
func TestPauseTakesAnOfferOutOfTheIndex(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	o := circleOffer(t, "a", square, 100)
	paused := *o
	paused.Status = offers.Paused
	moved := circleOffer(t, "a", geo.Point{Lat: square.Lat + 0.1, Lon: square.Lon}, 100)
	pull := offers.Moment{Now: monday, Pull: true}
	for i, step := range []struct {
		offer *offers.Offer
		want  string
		next  bool // a reach is near
	}{{o, "", true}, {&paused, "unseen", false}, {o, "", true}, {&paused, "unseen", false}, {moved, "unseen", false}, {o, "", true}} {
		must(t, c.PutOffers(step.offer))
		if got, next := held(t, c, &offers.Person{}, pull), c.NextReach(geo.Point{Lat: square.Lat + 0.002, Lon: square.Lon}, offers.Live, 0); got != step.want || (next < 500) != step.next {
			t.Errorf("step %d: %q, next reach in %.0f m", i, got, next)
		}
	}
	if cells := c.Candidates(mustCell(t, square), offers.Live); cells != 1 {
		t.Errorf("%d candidates", cells)
	}
	must(t, c.PutOffers(&paused))
	if cells := c.Candidates(mustCell(t, square), offers.Live); cells != 0 {
		t.Errorf("%d candidates of a paused offer", cells)
	}
	must(t, c.RemoveOffer(o.ID))
	if c.Offer(o.ID) != nil {
		t.Error("it is still there")
	}
}

func mustCell(t testing.TB, p geo.Point) geo.Cell {
	t.Helper()
	cell, err := hex.At(p, offers.Finest)
	must(t, err)
	return cell
}

func TestOpening(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	must(t, c.PutPlace(&offers.Place{ID: "plc_a", Name: "a", Point: square, Zone: "Europe/Berlin", Hours: "Mo-Fr 09:00-18:00"}))
	o := circleOffer(t, "a", square, 100)
	o.Place = "plc_a"
	must(t, c.PutOffers(o))
	var r offers.Result
	offers.NewMatcher(c, rails(t)).Evaluate(&r, &offers.Person{}, &offers.Moment{Now: monday, Point: square, Pull: true, Radius: 10})
	open, changes, known := r.Matches[0].Opening(monday.Add(7 * time.Hour))
	if open || !known || changes.UTC().Format("Mon 15:04") != "Tue 08:00" {
		t.Errorf("open %v, known %v, changes %s", open, known, changes)
	}
}

func TestWords(t *testing.T) {
	o := offers.Offer{
		Title: "Lunch", Text: "Today", Terms: "One each", Sponsored: "Pasta & Co",
		Texts: map[string]offers.Text{"de": {Title: "Mittag", Terms: "Je einer"}},
	}
	if got := o.Words("de"); got != (offers.Text{Title: "Mittag", Text: "Today", Terms: "Je einer"}) {
		t.Errorf("%+v", got)
	}
	if got := o.Words("en"); got != (offers.Text{Title: "Lunch", Text: "Today", Terms: "One each"}) {
		t.Errorf("%+v", got)
	}
	if de, en := o.Label("de"), o.Label("en"); de != "Anzeige, bezahlt von Pasta & Co" || en != "Advertisement, paid for by Pasta & Co" {
		t.Errorf("%q, %q", de, en)
	}
	if o.Sponsored = ""; o.Label("de") != "" {
		t.Error("a label on what nobody pays for")
	}
}

// BenchmarkDemands shows what demands cost at 20 candidates: one with hours, an audience and conditions, against none.
func BenchmarkDemands(b *testing.B) {
	for name, demanding := range map[string]bool{"none": false, "all": true} {
		b.Run(name, func(b *testing.B) {
			m, p, mo := demands(b, demanding)
			var r offers.Result
			b.ReportAllocs()
			for b.Loop() {
				m.Evaluate(&r, p, mo)
			}
		})
	}
}

// demands returns 20 offers where a person stands, which ask for everything that they may, or for nothing.
func demands(t testing.TB, all bool) (*offers.Matcher, *offers.Person, *offers.Moment) {
	t.Helper()
	c := offers.NewCatalogue(hex.Grid{})
	place := offers.Place{ID: "plc_a", Name: "a", Point: square}
	if all {
		place.Zone, place.Hours = "Europe/Berlin", "Mo-Fr 09:00-18:00"
	}
	must(t, c.PutPlace(&place))
	for i := range 20 {
		o := circleOffer(t, string(rune('a'+i)), square, 100)
		o.Merchant, o.Place = "mer_a", "plc_a"
		if all {
			o.Hours = "Mo 08:00-20:00"
			o.Audience = offers.Audience{None: []string{"driver"}, Languages: []string{"de", "en"}}
			o.Conditions = offers.Conditions{CustomerDays: 1, BoughtCategory: "shop"}
		}
		must(t, c.PutOffers(o))
	}
	p := &offers.Person{}
	p.Purchased(monday.AddDate(0, -1, 0), "shop.shoes", "", "mer_a")
	return offers.NewMatcher(c, rails(t)), p, &offers.Moment{
		Now: monday, Point: square, Cell: mustCell(t, square), Language: "de", History: true,
		Step: geo.Step{Speed: geo.Unknown, Course: geo.Unknown}, MoodLevel: mood.Off,
	}
}

// Demands cost no allocation, whatever they are.
func TestDemandsDoNotAllocate(t *testing.T) {
	m, p, mo := demands(t, true)
	var r offers.Result
	m.Evaluate(&r, p, mo)
	if n := testing.AllocsPerRun(100, func() { m.Evaluate(&r, p, mo) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
	if len(r.Matches) != 20 {
		t.Errorf("%d matches, %d suppressions", len(r.Matches), len(r.Suppressions))
	}
}
