package offers_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

func weights(p *offers.Person, now time.Time) map[string]float64 {
	out := map[string]float64{}
	for _, a := range p.Affinities(now) {
		out[a.Kind+" "+a.Name] = math.Round(a.Weight*100) / 100
	}
	return out
}

func TestHistoryLearnsAndFades(t *testing.T) {
	var p offers.Person
	p.Purchased(noon, "restaurant.italian", "Stride", "mer_a")
	p.Visited(noon, &offers.Place{Category: "restaurant.thai"})
	p.Feedback(noon, offers.NotInterested, &offers.Offer{ID: "off_x", Category: "bar", Merchant: "mer_b"})
	want := map[string]float64{
		"category restaurant.italian": 0.33, "category restaurant": 0.29, "category restaurant.thai": 0.23, "brand Stride": 0.33,
		"merchant mer_a": 0.33, "category bar": -0.5, "merchant mer_b": -0.5,
	}
	if diff := cmp.Diff(want, weights(&p, noon)); diff != "" {
		t.Errorf("after one of each (-want +got):\n%s", diff)
	}
	if got := weights(&p, noon.AddDate(0, 0, 45))["category restaurant.italian"]; got != 0.2 {
		t.Errorf("after one half-life %g, want 0.5/(0.5+2)", got)
	}
	// What comes late counts as it would have in time.
	var early, late offers.Person
	early.Purchased(noon.AddDate(0, 0, -30), "cafe", "", "")
	early.Purchased(noon, "bakery", "", "")
	late.Purchased(noon, "bakery", "", "")
	late.Purchased(noon.AddDate(0, 0, -30), "cafe", "", "")
	if diff := cmp.Diff(weights(&early, noon), weights(&late, noon)); diff != "" {
		t.Errorf("order should not matter:\n%s", diff)
	}
	for range 1000 {
		p.Purchased(noon, "cafe", "", "")
	}
	if got := weights(&p, noon)["category cafe"]; got != 0.91 {
		t.Errorf("a thousand purchases: %g, want the bound", got)
	}
	p.ForgetHistory()
	if got := p.Affinities(noon); len(got) != 0 {
		t.Errorf("still known: %v", got)
	}
	p.Purchased(time.Time{}, "cafe", "", "")
	p.Purchased(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), "bar", "", "")
	for _, a := range p.Affinities(noon) {
		if !(a.Weight >= -1 && a.Weight <= 1) {
			t.Errorf("absurd times give %v", a)
		}
	}
}

// full is a person who did more than anybody may be remembered for.
func full(t testing.TB) *offers.Person {
	t.Helper()
	p := regular(t)
	for i := range 300 {
		at := noon.Add(time.Duration(i) * time.Hour)
		o := &offers.Offer{ID: id.Offer(fmt.Sprint("off_", i)), Merchant: id.Merchant(fmt.Sprint("mer_", i)), Category: fmt.Sprint("shop.c", i%40), Brand: fmt.Sprint("B", i)}
		p.Delivered(at, o)
		p.Feedback(at, offers.Action(i%4), o)
		p.Redeemed(noon, o.ID)
		p.Purchased(at, o.Category, o.Brand, o.Merchant)
	}
	p.ObserveMood(noon, mood.Estimate{Confidence: 1, Distress: 0.5}, rails(t))
	return p
}

func TestPersonIsBoundedAndComesBack(t *testing.T) {
	for name, p := range map[string]*offers.Person{"new": {}, "regular": regular(t), "full": full(t), "minor": {Minor: true}} {
		t.Run(name, func(t *testing.T) {
			b, err := p.MarshalJSON()
			must(t, err)
			if len(b) > 24<<10 {
				t.Errorf("snapshot of %d bytes", len(b))
			}
			t.Logf("%d bytes", len(b))
			var q offers.Person
			must(t, q.UnmarshalJSON(b))
			again, err := q.MarshalJSON()
			must(t, err)
			if !bytes.Equal(b, again) {
				t.Errorf("changed on the way:\n%s\n%s", b, again)
			}
			if diff := cmp.Diff(weights(p, noon), weights(&q, noon)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSnapshotIsStrict(t *testing.T) {
	many := func(one string, n int) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	for name, text := range map[string]string{
		"unknown field":  `{"traits":[],"extra":1}`,
		"not an object":  `[]`,
		"unknown kind":   `{"traits":[{"k":"colour","n":"red","w":1}]}`,
		"nameless":       `{"traits":[{"k":"brand","n":"","w":1}]}`,
		"huge weight":    `{"traits":[{"k":"brand","n":"a","w":1e300}]}`,
		"twice":          `{"traits":[` + many(`{"k":"brand","n":"a","w":1}`, 2) + `]}`,
		"too many":       `{"traits":[` + many(`{"k":"brand","n":"a","w":1}`, 97) + `]}`,
		"interest":       `{"interests":["No Slug"]}`,
		"block":          `{"blocks":[{"kind":"colour","value":"red"}]}`,
		"block value":    `{"blocks":[{"kind":"merchant","value":"red"}]}`,
		"unknown mood":   `{"choices":[{"state":"unknown","categories":["cafe"]}]}`,
		"no offer id":    `{"seen":[{"o":"x"}]}`,
		"never twice":    `{"never":["off_a","off_a"]}`,
		"never what":     `{"never":["x"]}`,
		"never ever":     `{"never":[` + many(`"off_a"`, 257) + `]}`,
		"seen twice":     `{"seen":[` + many(`{"o":"off_a"}`, 2) + `]}`,
		"negative count": `{"redeemed":[{"o":"off_a","c":-1}]}`,
		"distress":       `{"mood":{"d":2}}`,
	} {
		p := offers.Person{Minor: true}
		err := p.UnmarshalJSON([]byte(text))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid {
			t.Errorf("%s: got %v, want an Invalid fault", name, err)
		}
		if !p.Minor {
			t.Errorf("%s: changed the person", name)
		}
	}
}

func FuzzPerson(f *testing.F) {
	for _, p := range []*offers.Person{{}, regular(f), full(f)} {
		b, err := p.MarshalJSON()
		must(f, err)
		f.Add(b)
	}
	f.Add([]byte(`{"traits":[{"k":"brand","n":"A","w":-3}],"learned":-9223372036854775808}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p, q offers.Person
		if p.UnmarshalJSON(b) != nil {
			return
		}
		first, err := p.MarshalJSON()
		must(t, err)
		must(t, q.UnmarshalJSON(first))
		for _, a := range q.Affinities(noon) {
			if !(a.Weight >= -1 && a.Weight <= 1) {
				t.Fatalf("weight %g", a.Weight)
			}
		}
	})
}

// What the person does with an offer decides when it may be pushed again.
func TestCooldown(t *testing.T) {
	c := offers.NewCatalogue(hexGrid)
	o := circleOffer(t, "a", square, 300)
	must(t, c.PutOffers(o))
	m := offers.NewMatcher(c, rails(t))
	code := func(p *offers.Person, at time.Time) string {
		must(t, p.SetInterests([]string{"cafe"}))
		var r offers.Result
		m.Evaluate(&r, p, &offers.Moment{Now: at, Point: square, Step: geo.Step{Speed: -1, Course: -1}})
		if len(r.Matches) == 1 {
			return ""
		}
		return r.Suppressions[0].Code
	}
	day := func(n float64) time.Time { return noon.Add(time.Duration(n * 24 * float64(time.Hour))) }
	sent := func(at ...float64) *offers.Person {
		p := &offers.Person{}
		for _, d := range at {
			p.Delivered(day(d), o)
		}
		return p
	}
	opened, disliked, averse := sent(0, 1), sent(0), sent(0)
	opened.Feedback(day(1), offers.Opened, o)
	disliked.Feedback(day(0), offers.Dismissed, o)
	averse.Feedback(day(0), offers.NotInterested, o)
	for _, tt := range []struct {
		name string
		p    *offers.Person
		at   float64
		want string
	}{
		{"never sent", sent(), 0, ""},
		{"an hour ago", sent(0), 0.04, offers.CodeCooldown},
		{"a day ago", sent(0), 1.01, ""},
		{"ignored once", sent(0, 1), 2.9, offers.CodeCooldown},
		{"ignored once, two days ago", sent(0, 1), 3.01, ""},
		{"opened", opened, 2.01, ""},
		{"ignored often", sent(0, 2, 6, 14, 22, 30), 36.9, offers.CodeCooldown},
		{"ignored often, a week ago", sent(0, 2, 6, 14, 22, 30), 37.01, ""},
		{"dismissed", disliked, 20, offers.CodeDismissed},
		{"dismissed long ago", disliked, 31, ""},
		{"not interested", averse, 300, offers.CodeDismissed},
	} {
		if got := code(tt.p, day(tt.at)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if !sent(0).WasDelivered(o.ID) || sent().WasDelivered(o.ID) {
		t.Error("WasDelivered")
	}
}

func TestBlocks(t *testing.T) {
	var p offers.Person
	must(t, p.SetBlocks([]offers.Block{{Kind: offers.BlockBrand, Value: "STRIDE"}, {Kind: offers.BlockMerchant, Value: "mer_a"}, {Kind: offers.BlockCategory, Value: "bar"}}))
	for _, tt := range []struct {
		merchant        id.Merchant
		brand, category string
		want            string
	}{
		{"mer_b", "Stride", "shop", offers.CodeBlockedBrand},
		{"mer_a", "", "shop", offers.CodeBlockedMerchant},
		{"mer_b", "", "bar.pub", offers.CodeBlockedCategory},
		{"mer_b", "", "barber", ""},
		{"mer_b", "", "shop", ""},
	} {
		c := offers.NewCatalogue(hexGrid)
		o := circleOffer(t, "a", square, 300)
		o.Merchant, o.Brand, o.Category = tt.merchant, tt.brand, tt.category
		must(t, c.PutOffers(o))
		var r offers.Result
		offers.NewMatcher(c, rails(t)).Evaluate(&r, &p, &offers.Moment{Now: noon, Point: square, Pull: true, Radius: 300})
		if got := append(r.Suppressions, offers.Suppression{})[0].Code; got != tt.want {
			t.Errorf("%s of %s by %s: %q, want %q", tt.category, tt.brand, tt.merchant, got, tt.want)
		}
	}
}

// However many offers come afterwards, what the person did not want stays away, and what they used up stays so.
func TestRefusalsAreNotForgotten(t *testing.T) {
	c := offers.NewCatalogue(hexGrid)
	codes := map[id.Offer]string{}
	for i, name := range []string{"never", "dismissed", "used"} {
		o := circleOffer(t, name, square, 300)
		o.Category = categories[i]
		o.Budget.PerUser = 1
		must(t, c.PutOffers(o))
	}
	var p offers.Person
	must(t, p.SetInterests(categories))
	p.Feedback(noon, offers.NotInterested, c.Offer("off_never"))
	p.Feedback(noon, offers.Dismissed, c.Offer("off_dismissed"))
	p.Redeemed(noon, "off_used")
	for i := range 200 {
		other := &offers.Offer{ID: id.Offer(fmt.Sprint("off_", i)), Category: "shop"}
		p.Delivered(noon, other)
		if i < 40 {
			p.Feedback(noon, offers.Dismissed, other)
			p.Feedback(noon, offers.NotInterested, other)
		}
		p.Redeemed(noon, other.ID)
	}
	b, err := p.MarshalJSON()
	must(t, err)
	must(t, p.UnmarshalJSON(b))
	var r offers.Result
	offers.NewMatcher(c, rails(t)).Evaluate(&r, &p, &offers.Moment{Now: noon.AddDate(0, 0, 29), Point: square, Step: geo.Step{Speed: -1, Course: -1}})
	for _, s := range r.Suppressions {
		codes[s.Offer.ID] = s.Code
	}
	want := map[id.Offer]string{"off_never": offers.CodeDismissed, "off_dismissed": offers.CodeDismissed, "off_used": offers.CodeUserBudget}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("held back (-want +got):\n%s", diff)
	}
}

// Each reason is a part of the score: without it the score is lower, and all of them are the whole.
func TestReasonsAreFaithful(t *testing.T) {
	w := newWorld(t, 1, 3000)
	moments, p := w.moments(t, 200), regular(t)
	var r offers.Result
	seen := map[string]bool{}
	for i := range moments {
		for _, pull := range []bool{false, true} {
			moments[i].Pull, moments[i].Radius = pull, 400
			w.matcher.Evaluate(&r, p, &moments[i])
			for k := range r.Matches {
				m := &r.Matches[k]
				reasons := m.Reasons(nil)
				if len(reasons) == 0 {
					t.Fatal("a match without a reason")
				}
				sum, last := 0.0, 1.0
				for n, why := range reasons {
					seen[why.Code] = true
					sum += why.Share
					if why.Share > last || why.Share <= 0 {
						t.Fatalf("share %g after %g", why.Share, last)
					}
					last = why.Share
					if without := offers.ScoreWithout(m, n); without >= m.Score {
						t.Fatalf("%s: %g without it, %g with it", why.Code, without, m.Score)
					}
					for _, lang := range []string{"en", "de"} {
						if text := why.Text(lang); text == why.Code || strings.Contains(text, "%") {
							t.Fatalf("%s has no words in %s: %s", why.Code, lang, text)
						}
					}
				}
				if math.Abs(sum-1) > 1e-5 {
					t.Fatalf("shares sum to %g", sum)
				}
			}
		}
	}
	for _, code := range []string{
		offers.ReasonNear, offers.ReasonOnTheWay, offers.ReasonLunch, offers.ReasonCategory, offers.ReasonBrand,
		offers.ReasonMerchant, offers.ReasonInterest, offers.ReasonMood, offers.ReasonNew, offers.ReasonReward, offers.ReasonAsked,
	} {
		if !seen[code] {
			t.Errorf("no match had the reason %s: the test says nothing of it", code)
		}
	}
}

func TestSetters(t *testing.T) {
	var p offers.Person
	many := strings.Split(strings.Repeat("cafe,", 40), ",")
	for field, err := range map[string]error{
		"interests":          p.SetInterests(many),
		"interests[0]":       p.SetInterests([]string{"Cafe"}),
		"blocked[1].value":   p.SetBlocks([]offers.Block{{Kind: offers.BlockBrand, Value: "a"}, {Kind: offers.BlockBrand}}),
		"blocked[0].value":   p.SetBlocks([]offers.Block{{Kind: 7, Value: "a"}}),
		"blocked":            p.SetBlocks(make([]offers.Block, 300)),
		"mood[0].state":      p.SetMoodChoices([]offers.MoodChoice{{Categories: []string{"cafe"}}}),
		"mood[0].categories": p.SetMoodChoices([]offers.MoodChoice{{State: mood.Calm, Categories: many}}),
		"mood":               p.SetMoodChoices(make([]offers.MoodChoice, 17)),
	} {
		if f := fault.From(err); f == nil || f.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	must(t, p.SetBlocks([]offers.Block{{Kind: offers.BlockBrand, Value: "STRIDE"}, {Kind: offers.BlockMerchant, Value: "mer_a"}, {Kind: offers.BlockCategory, Value: "bar"}}))
	b, err := json.Marshal(p.Blocks())
	must(t, err)
	if want := `[{"kind":"brand","value":"STRIDE"},{"kind":"merchant","value":"mer_a"},{"kind":"category","value":"bar"}]`; string(b) != want {
		t.Errorf("blocks as JSON: %s", b)
	}
}
