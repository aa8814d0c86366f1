package offers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

var sensitive = []string{
	"gambling.casino", "bar.pub", "shop.tobacco", "finance.credit", "shop.weapons", "health.weight_loss", "dating",
	"restaurant.bar", "loans", "alcohol.wine", "leisure.adult_gaming", "service.pay_day.payday_loans", "shop.cigars",
}

// party is a square with one offer of each category, ordinary and sensitive, all in reach, as good as they can be.
func party(t testing.TB, at geo.Point) *offers.Catalogue {
	t.Helper()
	c := offers.NewCatalogue(hex.Grid{})
	for i, category := range append(slices.Clone(categories), sensitive...) {
		o := circleOffer(t, fmt.Sprint("c", i), at, 400)
		o.Category, o.Brand, o.Triggers = category, "Best", offers.Nearby|offers.OnTheWay
		o.Reward = offers.Reward{Kind: offers.Percent, Value: 100}
		must(t, c.PutOffers(o))
	}
	return c
}

// addPlaces puts an ordinary offer at a place of each sensitive category.
func addPlaces(t testing.TB, c *offers.Catalogue, at geo.Point) {
	t.Helper()
	for i, category := range sensitive {
		o := circleOffer(t, fmt.Sprint("p", i), at, 400)
		o.Category, o.Place, o.Triggers = "restaurant", id.Place(fmt.Sprint("plc_", i)), offers.Nearby
		must(t, c.PutPlace(&offers.Place{ID: o.Place, Name: "x", Category: category, Point: at}))
		must(t, c.PutOffers(o))
	}
}

// fan is a person who wants all of it.
func fan(t testing.TB) *offers.Person {
	t.Helper()
	p := &offers.Person{}
	all := append(slices.Clone(categories), sensitive...)
	must(t, p.SetInterests(all))
	for _, c := range all {
		for range 10 {
			p.Purchased(noon, c, "Best", "mer_x")
		}
	}
	must(t, p.SetMoodChoices([]offers.MoodChoice{
		{State: mood.Drained, Categories: all}, {State: mood.Stressed, Categories: all}, {State: mood.Calm, Categories: all}, {State: mood.Upbeat, Categories: all},
	}))
	return p
}

// Each rule by itself, at its threshold and just below.
func TestEachRail(t *testing.T) {
	g := rails(t)
	c := party(t, square)
	must(t, c.PutPlace(&offers.Place{ID: "plc_c", Name: "c", Category: "worship.church", Point: geo.Destination(square, 90, 2000)}))
	m := offers.NewMatcher(c, g)
	type change func(*offers.Person, *offers.Moment)
	feels := func(distress float64) change {
		return func(_ *offers.Person, m *offers.Moment) {
			m.MoodLevel, m.Mood = mood.Quiet, mood.Estimate{Confidence: 0.9, Distress: distress}
		}
	}
	seems := func(distress float64) change {
		return func(_ *offers.Person, m *offers.Moment) {
			m.MoodLevel, m.Mood = mood.Quiet, mood.Estimate{Confidence: 0.1, Distress: distress}
		}
	}
	felt := func(distress float64, ago time.Duration) change {
		return func(p *offers.Person, m *offers.Moment) {
			m.MoodLevel = mood.Quiet
			p.ObserveMood(noon.Add(-ago), mood.Estimate{Confidence: 0.9, Distress: distress}, g)
		}
	}
	seemed := func(distress float64, days int) change {
		return func(p *offers.Person, m *offers.Moment) {
			m.MoodLevel = mood.Quiet
			for d := range days {
				p.ObserveMood(noon.AddDate(0, 0, d-days), mood.Estimate{Confidence: 0.1, Distress: distress}, g)
			}
		}
	}
	badDays := func(n int) change {
		return func(p *offers.Person, m *offers.Moment) {
			m.MoodLevel = mood.Quiet
			for d := range n {
				p.ObserveMood(noon.AddDate(0, 0, d-n), mood.Estimate{Confidence: 0.9, Distress: 0.5}, g)
			}
		}
	}
	speed := func(v float64) change { return func(_ *offers.Person, m *offers.Moment) { m.Step.Speed = v } }
	at := func(hour, minute int) change {
		return func(_ *offers.Person, m *offers.Moment) {
			m.Now = time.Date(2026, 5, 4, hour, minute, 0, 0, time.UTC)
		}
	}
	walk := func(metres float64) change {
		return func(_ *offers.Person, m *offers.Moment) { m.Point = geo.Destination(square, 90, metres) }
	}
	asks := func(_ *offers.Person, m *offers.Moment) { m.Pull, m.Radius = true, 500 }
	minor := func(p *offers.Person, _ *offers.Moment) { p.Minor = true }
	allowsNoMood := func(_ *offers.Person, m *offers.Moment) { m.MoodLevel = mood.Off }
	for _, tt := range []struct {
		name              string
		changes           []change
		cafe, pub, gamble string // the code, "" if it is let through
	}{
		{"usual day", nil, "", "", offers.CodeGuardCategory},
		{"asks", []change{asks}, "", "", ""},
		{"minor", []change{minor}, "", offers.CodeGuardMinor, offers.CodeGuardMinor},
		{"minor asks", []change{minor, asks}, "", offers.CodeGuardMinor, offers.CodeGuardMinor},
		{"hardly low", []change{feels(0.04)}, "", "", offers.CodeGuardCategory},
		{"a little low, asks", []change{feels(0.05), asks}, "", "", offers.CodeGuardMood},
		{"low", []change{feels(0.10)}, "", offers.CodeGuardMood, offers.CodeGuardCategory},
		{"low, asks", []change{feels(0.10), asks}, "", offers.CodeGuardMood, offers.CodeGuardMood},
		{"low, but mood is off", []change{feels(0.9), allowsNoMood}, "", "", offers.CodeGuardCategory},
		{"a discount, a little low", []change{feels(0.19)}, "", offers.CodeGuardMood, offers.CodeGuardCategory},
		{"a discount, low", []change{feels(0.20)}, offers.CodeGuardPressure, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"a discount, low, asks", []change{feels(0.20), asks}, "", offers.CodeGuardMood, offers.CodeGuardMood},
		{"nearly bad", []change{feels(0.24)}, offers.CodeGuardPressure, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"bad", []change{feels(0.25)}, offers.CodeGuardDistress, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"bad, asks", []change{feels(0.25), asks}, "", offers.CodeGuardMood, offers.CodeGuardMood},
		{"was bad this morning", []change{felt(0.50, 11*time.Hour)}, offers.CodeGuardDistress, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"was bad yesterday", []change{felt(0.50, 12*time.Hour)}, "", "", offers.CodeGuardCategory},
		{"was bad, is better", []change{felt(0.50, time.Hour), felt(0, 0), feels(0)}, "", "", offers.CodeGuardCategory},
		{"was bad, may be better", []change{felt(0.50, time.Hour), seems(0)}, offers.CodeGuardDistress, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"was bad a moment ago", []change{felt(0.50, 59*time.Second), felt(0, 0), feels(0)}, offers.CodeGuardDistress, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"was bad a minute ago", []change{felt(0.50, time.Minute), felt(0, 0), feels(0)}, "", "", offers.CodeGuardCategory},
		{"may be a little low, asks", []change{seems(0.05), asks}, "", "", offers.CodeGuardMood},
		{"may be bad", []change{seems(0.25)}, offers.CodeGuardDistress, offers.CodeGuardMood, offers.CodeGuardCategory},
		{"was well, may be bad, asks", []change{felt(0, time.Hour), seems(0.80), asks}, "", offers.CodeGuardMood, offers.CodeGuardMood},
		{"three days that may be bad", []change{seemed(0.50, 3)}, offers.CodeGuardVulnerable, offers.CodeGuardVulnerable, offers.CodeGuardCategory},
		{"two bad days", []change{badDays(2)}, "", "", offers.CodeGuardCategory},
		{"three bad days", []change{badDays(3)}, offers.CodeGuardVulnerable, offers.CodeGuardVulnerable, offers.CodeGuardCategory},
		{"three bad days, asks", []change{badDays(3), asks}, "", "", ""},
		{"cycles", []change{speed(7.9)}, "", "", offers.CodeGuardCategory},
		{"drives", []change{speed(8)}, offers.CodeGuardDriving, offers.CodeGuardDriving, offers.CodeGuardCategory},
		{"drives, asks", []change{speed(30), asks}, "", "", ""},
		{"before midnight", []change{at(23, 59)}, "", "", offers.CodeGuardCategory},
		{"midnight", []change{at(0, 0)}, offers.CodeGuardNight, offers.CodeGuardNight, offers.CodeGuardCategory},
		{"night", []change{at(4, 59)}, offers.CodeGuardNight, offers.CodeGuardNight, offers.CodeGuardCategory},
		{"morning", []change{at(5, 0)}, "", "", offers.CodeGuardCategory},
		{"not yet at church", []change{walk(1945)}, "", "", offers.CodeGuardCategory},
		{"at church", []change{walk(1955)}, offers.CodeGuardPlace, offers.CodeGuardPlace, offers.CodeGuardCategory},
		{"at church, asks", []change{walk(1955), asks}, "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := fan(t)
			moment := offers.Moment{Now: noon, Point: square, Step: geo.Step{Speed: 1, Course: 90}}
			for _, change := range tt.changes {
				change(p, &moment)
			}
			if here := party(t, moment.Point); moment.Point != square {
				for i := range len(categories) + len(sensitive) {
					must(t, c.PutOffers(here.Offer(id.Offer(fmt.Sprint("off_c", i)))))
				}
			}
			var r offers.Result
			m.Evaluate(&r, p, &moment)
			got := map[string]string{}
			for _, held := range r.Suppressions {
				got[held.Offer.Category] = held.Code
			}
			for _, match := range r.Matches {
				got[match.Offer.Category] = ""
			}
			for category, want := range map[string]string{"cafe.coffee": tt.cafe, "bar.pub": tt.pub, "gambling.casino": tt.gamble} {
				if code, reached := got[category]; code != want || !reached {
					t.Errorf("%s: %q (reached: %v), want %q", category, code, reached, want)
				}
			}
		})
	}
}

// What the place is counts as much as what the offer says it is.
func TestPlaceCountsToo(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	addPlaces(t, c, square)
	must(t, c.PutPlace(&offers.Place{ID: "plc_0", Name: "x", Category: "gambling.casino", Brand: "LuckyBrand", Point: square}))
	g := rails(t)
	m := offers.NewMatcher(c, g)
	code := func(p *offers.Person, m *offers.Matcher, pull bool) string {
		var r offers.Result
		m.Evaluate(&r, p, &offers.Moment{Now: noon, Point: square, Pull: pull, Radius: 500})
		for _, s := range r.Suppressions {
			if s.Offer.Place == "plc_0" {
				return s.Code
			}
		}
		return ""
	}
	blocks := func(kind offers.BlockKind, value string) *offers.Person {
		p := fan(t)
		must(t, p.SetBlocks([]offers.Block{{Kind: kind, Value: value}}))
		return p
	}
	for _, tt := range []struct {
		name string
		p    *offers.Person
		pull bool
		want string
	}{
		{"unasked", fan(t), false, offers.CodeGuardCategory},
		{"asked", fan(t), true, ""},
		{"minor", &offers.Person{Minor: true}, true, offers.CodeGuardMinor},
		{"blocked brand", blocks(offers.BlockBrand, "luckybrand"), true, offers.CodeBlockedBrand},
		{"blocked category", blocks(offers.BlockCategory, "gambling"), true, offers.CodeBlockedCategory},
		{"blocked more special", blocks(offers.BlockCategory, "gambling.casino.slots"), true, ""},
		{"blocked another word", blocks(offers.BlockCategory, "gambling.cas"), true, ""},
	} {
		if got := code(tt.p, m, tt.pull); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	stricter, err := g.Stricter([]byte("sensitive: {food: {categories: [restaurant], distress: 0.1, pullOnly: true}}"))
	must(t, err)
	must(t, c.PutPlace(&offers.Place{ID: "plc_0", Name: "x", Category: "cafe", Point: square}))
	for range 2 { // the rails of one matcher are not those of the other
		if got := code(fan(t), m, false); got != "" {
			t.Errorf("after the place changed: %q", got)
		}
		if got := code(fan(t), offers.NewMatcher(c, stricter), false); got != offers.CodeGuardCategory {
			t.Errorf("by stricter rails: %q", got)
		}
	}
}

// Feeling worse never brings more pushes, and without a choice of the person's own never a higher score.
func TestFeelingWorseNeverSellsMore(t *testing.T) {
	m := offers.NewMatcher(party(t, square), rails(t))
	rapid.Check(t, func(rt *rapid.T) {
		p := fan(t)
		chooses := rapid.Bool().Draw(rt, "has made choices")
		if !chooses {
			must(t, p.SetMoodChoices(nil))
		}
		draw := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(rt, name) }
		better := mood.Estimate{Valence: draw("valence", -1, 1), Arousal: draw("arousal", -1, 1), Confidence: draw("confidence", 0.35, 1), Distress: draw("distress", 0, 1)}
		worse := better
		worse.Valence -= draw("lower", 0, 1)
		worse.Distress += draw("higher", 0, 1-better.Distress)
		level := rapid.SampledFrom([]mood.Level{mood.Quiet, mood.Help}).Draw(rt, "level")
		pull := rapid.Bool().Draw(rt, "pull")
		scores := func(e mood.Estimate) map[id.Offer]float64 {
			var r offers.Result
			m.Evaluate(&r, p, &offers.Moment{Now: noon, Point: square, Mood: e, MoodLevel: level, Pull: pull, Radius: 500, Step: geo.Step{Speed: 1, Course: 1}})
			out := map[id.Offer]float64{}
			for _, match := range r.Matches {
				out[match.Offer.ID] = match.Score
			}
			return out
		}
		before, after := scores(better), scores(worse)
		for o, s := range after {
			was, found := before[o]
			if !found {
				rt.Fatalf("%s only when feeling worse", o)
			}
			if !chooses && s > was {
				rt.Fatalf("%s rose from %g to %g", o, was, s)
			}
		}
	})
}

// A mood choice may put an offer higher, but brings no push that would not have been.
func TestMoodChoiceBringsNoPush(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	must(t, c.PutOffers(circleOffer(t, "a", square, 300)))
	m := offers.NewMatcher(c, rails(t))
	var p offers.Person
	must(t, p.SetMoodChoices([]offers.MoodChoice{{State: mood.Calm, Categories: []string{"cafe"}}}))
	moment := offers.Moment{
		Now: noon.Add(10 * time.Hour), Point: geo.Destination(square, 0, 100), Radius: 300, MoodLevel: mood.Help,
		Mood: mood.Estimate{Valence: 0.6, Arousal: -0.4, Confidence: 0.9}, Step: geo.Step{Speed: -1, Course: -1},
	}
	var r offers.Result
	m.Evaluate(&r, &p, &moment)
	if len(r.Matches) != 0 || r.Suppressions[0].Code != offers.CodeLowScore {
		t.Errorf("pushed %v, held back %v, want a low score", r.Matches, r.Suppressions)
	}
	moment.Pull = true
	m.Evaluate(&r, &p, &moment)
	if len(r.Matches) != 1 || r.Matches[0].Reasons(nil)[1].Code != offers.ReasonMood {
		t.Errorf("pull answers %+v, want the mood choice among the reasons", r.Matches)
	}
}

func TestVulnerablePeopleAreNotLuredByDiscounts(t *testing.T) {
	g := rails(t)
	m := offers.NewMatcher(party(t, square), g)
	p := &offers.Person{}
	reward := func() (found bool) {
		var r offers.Result
		m.Evaluate(&r, p, &offers.Moment{Now: noon, Point: square, MoodLevel: mood.Quiet, Pull: true, Radius: 500})
		for i := range r.Matches {
			for _, why := range r.Matches[i].Reasons(nil) {
				found = found || why.Code == offers.ReasonReward
			}
		}
		return found
	}
	if !reward() {
		t.Fatal("a discount should count on usual days")
	}
	for day := range 3 {
		p.ObserveMood(noon.AddDate(0, 0, day-4), mood.Estimate{Confidence: 1, Distress: 0.8}, g)
	}
	if reward() {
		t.Error("a discount counts after three bad days")
	}
	p.ForgetMood()
	if !reward() {
		t.Error("the bad days were not forgotten")
	}
}

// Nothing of a mood outlives the time for which it counts.
func TestMoodTraceIsDropped(t *testing.T) {
	g := rails(t)
	var p offers.Person
	trace := func() string {
		b, err := p.MarshalJSON()
		must(t, err)
		return string(b)
	}
	nothing := trace()
	p.ObserveMood(noon, mood.Estimate{}, g)
	if got := trace(); got != nothing {
		t.Errorf("no mood leaves %s", got)
	}
	p.ObserveMood(noon, mood.Estimate{Confidence: 0.9, Distress: 0.9}, g)
	p.ObserveMood(noon.Add(12*time.Hour), mood.Estimate{Confidence: 0.1}, g)
	if got := trace(); strings.Contains(got, `"d":`) || strings.Contains(got, `"t":`) || !strings.Contains(got, `"days":`) {
		t.Errorf("after twelve hours there is %s, want the day alone", got)
	}
	p.ObserveMood(noon.AddDate(0, 0, 7), mood.Estimate{Confidence: 0.1}, g)
	if got := trace(); got != nothing {
		t.Errorf("after a week there is %s", got)
	}
}

// What mood holds back keeps its place: no other offer moves up.
func TestWithheldPushesKeepTheirPlaces(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	wine, tea := circleOffer(t, "wine", square, 300), circleOffer(t, "tea", square, 300)
	wine.Category, tea.Category = "bar.wine", "cafe"
	must(t, c.PutOffers(wine, tea))
	m := offers.NewMatcher(c, rails(t))
	var p offers.Person
	for range 3 {
		p.Purchased(noon, "bar.wine", "", "")
	}
	moment := offers.Moment{Now: noon, Point: square, MoodLevel: mood.Quiet, Mood: mood.Estimate{Valence: 0.2, Confidence: 0.9, Distress: 0.1}, Step: geo.Step{Speed: -1, Course: -1}}
	var r offers.Result
	for range 2 {
		m.Evaluate(&r, &p, &moment)
		places := r.Places()
		if len(r.Matches) != 1 || r.Matches[0].Offer != tea || len(places) != 2 || places[0].Offer != wine || places[0].Withheld() != offers.CodeGuardMood || places[1].Withheld() != "" {
			t.Fatalf("matches %+v, places %+v", r.Matches, places)
		}
	}
	p.Spent(noon, wine)
	moment.Mood.Distress = 0
	for _, tt := range []struct {
		after  time.Duration
		forget bool
		want   int
	}{{time.Hour, false, 1}, {24*time.Hour - 1, false, 1}, {24 * time.Hour, false, 2}, {time.Hour, true, 2}} {
		if moment.Now = noon.Add(tt.after); tt.forget {
			p.ForgetMood()
		}
		m.Evaluate(&r, &p, &moment)
		if len(r.Matches) != tt.want || len(r.Places()) != tt.want {
			t.Errorf("%s after a push was withheld: %d matches, want %d", tt.after, len(r.Matches), tt.want)
		}
	}
	moment.Now, moment.Mood.Distress, moment.Pull, moment.Radius = noon, 0.1, true, 500
	if m.Evaluate(&r, &p, &moment); len(r.Places()) != 1 {
		t.Errorf("a pull has empty places: %+v", r.Places())
	}
}

// What is paid for or presses is never helped by mood while somebody feels low; what is sensitive never at all.
func TestMoodSpeaksForNothingThatPresses(t *testing.T) {
	low := mood.Estimate{Valence: -0.4, Arousal: -0.4, Confidence: 0.9, Distress: 0.1}
	well := mood.Estimate{Valence: 0.5, Arousal: -0.4, Confidence: 0.9}
	for _, tt := range []struct {
		name      string
		change    func(*offers.Offer)
		low, well bool
	}{
		{"plain", func(*offers.Offer) {}, true, true},
		{"sponsored", func(o *offers.Offer) { o.Sponsored = "Brand" }, false, false},
		{"alcohol", func(o *offers.Offer) { o.Category = "cafe.bar" }, false, false},
		{"deep discount", func(o *offers.Offer) { o.Reward.Value = 40 }, false, true},
		{"discount", func(o *offers.Offer) { o.Reward.Value = 39 }, true, true},
		{"money", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Amount, Value: 20} }, false, true},
		{"two for one", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.TwoForOne} }, false, true},
		{"free", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.FreeItem} }, false, true},
		{"points", func(o *offers.Offer) { o.Reward = offers.Reward{Kind: offers.Points, Value: 1000} }, true, true},
		{"dear", func(o *offers.Offer) { o.PriceTier = 3 }, false, true},
		{"not dear", func(o *offers.Offer) { o.PriceTier = 2 }, true, true},
		{"ends soon", func(o *offers.Offer) { o.Ends = noon.Add(6 * time.Hour) }, false, true},
		{"ends later", func(o *offers.Offer) { o.Ends = noon.Add(6*time.Hour + 1) }, true, true},
		{"hurries", func(o *offers.Offer) { o.Text = "Fresh scones! HURRY, gone by five" }, false, true},
		{"hurries in German", func(o *offers.Offer) { o.Texts = map[string]offers.Text{"de": {Terms: "Solange der Vorrat reicht."}} }, false, true},
		{"hurries with a hyphen", func(o *offers.Offer) { o.Title = "Last-chance scones" }, false, true},
		{"hurries with wide spaces", func(o *offers.Offer) { o.Text = "only\u00a0 today" }, false, true},
		{"hurries with an umlaut", func(o *offers.Offer) { o.Title = "NUR FÜR KURZE Zeit" }, false, true},
		{"within a word", func(o *offers.Offer) { o.Title = "Churrypie" }, true, true},
	} {
		o := circleOffer(t, "a", square, 300)
		o.Category, o.Reward = "cafe", offers.Reward{Kind: offers.Percent, Value: 10}
		tt.change(o)
		c := offers.NewCatalogue(hex.Grid{})
		must(t, c.PutOffers(o))
		var p offers.Person
		must(t, p.SetMoodChoices([]offers.MoodChoice{{State: mood.Drained, Categories: []string{"cafe"}}, {State: mood.Calm, Categories: []string{"cafe"}}}))
		for _, pull := range []bool{false, true} {
			for _, feels := range []mood.Estimate{low, well} {
				var r offers.Result
				offers.NewMatcher(c, rails(t)).Evaluate(&r, &p, &offers.Moment{
					Now: noon, Point: square, Pull: pull, Radius: 500, Mood: feels, MoodLevel: mood.Help, Step: geo.Step{Speed: -1, Course: -1},
				})
				spoke := false
				for _, m := range r.Places() {
					for _, why := range m.Reasons(nil) {
						spoke = spoke || why.Code == offers.ReasonMood
					}
				}
				if want := feels == low && tt.low || feels == well && tt.well; spoke != want {
					t.Errorf("%s, pull %v, distress %g: mood spoke: %v, want %v", tt.name, pull, feels.Distress, spoke, want)
				}
				withheld := len(r.Places()) > len(r.Matches)
				if want := !pull && feels == low && !tt.low; withheld != want {
					t.Errorf("%s, pull %v, distress %g: withheld: %v, want %v", tt.name, pull, feels.Distress, withheld, want)
				}
			}
		}
	}
}

func TestOverridesOnlyTighten(t *testing.T) {
	for _, tt := range []struct{ override, field string }{
		{"distress: {push: 0.26}", "distress.push"},
		{"distress: {rememberHours: 6}", "distress.rememberHours"},
		{"distress: {holdMinutes: 0.5}", "distress.holdMinutes"},
		{"distress: {holdMinutes: 1441}", "distress.holdMinutes"},
		{"vulnerable: {days: 4}", "vulnerable.days"},
		{"vulnerable: {distress: 0.6}", "vulnerable.distress"},
		{"vulnerable: {distress: 0}", "vulnerable.distress"},
		{"pressure: {valence: -0.26}", "pressure.valence"},
		{"pressure: {valence: 1.1}", "pressure.valence"},
		{"pressure: {distress: 0.3}", "pressure.distress"},
		{"pressure: {discount: 41}", "pressure.discount"},
		{"pressure: {amount: 21}", "pressure.amount"},
		{"pressure: {amount: .nan}", "pressure.amount"},
		{"pressure: {priceTier: 4}", "pressure.priceTier"},
		{"pressure: {priceTier: 0}", "pressure.priceTier"},
		{"pressure: {endsHours: 5}", "pressure.endsHours"},
		{"pressure: {words: [ok]}", "pressure.words[0]"},
		{"driving: {speed: 9}", "driving.speed"},
		{"night: {from: 1, to: 5}", "night"},
		{"places: {worship: 20}", "places.worship"},
		{"places: {worship: 2000}", "places.worship"},
		{"places: {Worship: 80}", "places.Worship"},
		{"sensitive: {gambling: {distress: 0.2}}", "sensitive.gambling.distress"},
		{"sensitive: {gambling: {pullOnly: false}}", "sensitive.gambling.pullOnly"},
		{"sensitive: {sugar: {categories: [cafe]}}", "sensitive.sugar"},
		{"sensitive: {sugar: {categories: [Cafe], distress: 0.1}}", "sensitive.sugar.categories[0]"},
		{"distress: {push: .nan}", "distress.push"},
		{"disstress: {push: 0.1}", "guardrails"},
		{"distress: [", "guardrails"},
	} {
		_, err := rails(t).Stricter([]byte(tt.override))
		var f *fault.Error
		if !errors.As(err, &f) || f.Field != tt.field {
			t.Errorf("%s: got %v, want a fault of %s", tt.override, err, tt.field)
		}
	}
	g, err := rails(t).Stricter([]byte("distress: {push: 0.2}\nnight: {from: 22, to: 6}\nplaces: {office: 30}\nsensitive: {sugar: {categories: [cafe], distress: 0.1, pullOnly: true}, alcohol: {categories: [restaurant]}}"))
	must(t, err)
	if !g.Sensitive("cafe.coffee") || !g.Sensitive("restaurant") || !g.Sensitive("bar.pub") || rails(t).Sensitive("cafe") {
		t.Error("the union of the categories should be sensitive")
	}
	if _, err := g.Stricter([]byte("distress: {push: 0.3}")); err == nil {
		t.Error("an override of an override may not be looser either")
	}
	if same, err := g.Stricter(nil); err != nil || !same.Sensitive("cafe") {
		t.Error("an empty override should change nothing", err)
	}
	c := party(t, square)
	p := fan(t)
	var r offers.Result
	offers.NewMatcher(c, g).Evaluate(&r, p, &offers.Moment{Now: noon.Add(10*time.Hour + 30*time.Minute), Point: square, Step: geo.Step{Speed: -1, Course: -1}})
	if len(r.Matches) != 0 || !strings.HasPrefix(r.Suppressions[0].Code, "guard_") {
		t.Errorf("pushed %d offers in the longer night", len(r.Matches))
	}
}

// Whatever an override says, it is refused or what was sensitive stays so.
func FuzzGuardrails(f *testing.F) {
	f.Add([]byte("distress: {push: 0.2}\nsensitive: {sugar: {categories: [cafe], distress: 0.1}}"))
	f.Add([]byte("night: {from: 22, to: 6}\nplaces: {office: 30}"))
	f.Add([]byte("sensitive:\n  gambling:\n"))
	f.Add([]byte("a: &a [*a]"))
	g := rails(f)
	f.Fuzz(func(t *testing.T, override []byte) {
		merged, err := g.Stricter(override)
		if err != nil {
			return
		}
		for _, c := range sensitive {
			if !merged.Sensitive(c) {
				t.Fatalf("%s is no longer sensitive", c)
			}
		}
	})
}
