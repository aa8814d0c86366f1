package offers_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// avenue has offers of many merchants, from what hardly fits to what fits well, and somebody who was sent others before.
type avenue struct {
	*testing.T
	matcher *offers.Matcher
	moment  offers.Moment
}

func newAvenue(t *testing.T) *avenue {
	c := offers.NewCatalogue(hex.Grid{})
	for i := range 40 {
		o := circleOffer(t, fmt.Sprint(i), geo.Destination(square, 0, float64(10*i)), 1000)
		o.Title, o.Merchant = fmt.Sprint("t", i), id.Merchant(fmt.Sprint("mer_", i))
		must(t, c.PutOffers(o))
	}
	return &avenue{t, offers.NewMatcher(c, rails(t)), offers.Moment{Now: noon, Point: square, Step: geo.Step{Speed: -1, Course: -1}}}
}

// scores returns what everything scores that comes, and why the others don't.
func (a *avenue) scores(p *offers.Person) (scores map[string]float64, held map[string]string) {
	var r offers.Result
	a.matcher.Evaluate(&r, p, &a.moment)
	scores, held = map[string]float64{}, map[string]string{}
	for i := range r.Matches {
		scores[r.Matches[i].Offer.Title] = r.Matches[i].Score
	}
	for _, s := range r.Suppressions {
		held[s.Offer.Title] = s.Code
	}
	return scores, held
}

func (a *avenue) sent(n int, merchant string) *offers.Offer {
	return &offers.Offer{ID: id.Offer(fmt.Sprint("off_sent", n)), Merchant: id.Merchant(merchant), Category: "cafe"}
}

// load is what so many deliveries, an hour apart, the last of them some hours ago, weigh.
func load(deliveries, hours int) (sum float64) {
	for i := range deliveries {
		if ago := hours + i; ago >= 1 && ago < 72 {
			sum += math.Exp(-float64(ago) / 24)
		}
	}
	return sum
}

func TestWhatIsIgnoredSpeaksAgainstTheNext(t *testing.T) {
	a := newAvenue(t)
	rested, weak := a.scores(&offers.Person{})
	for _, tt := range []struct{ deliveries, hours int }{{0, 1}, {1, 0}, {1, 1}, {1, 23}, {3, 1}, {3, 71}, {3, 72}, {60, 1}} {
		p := &offers.Person{}
		for i := range tt.deliveries {
			p.Delivered(noon.Add(-time.Duration(tt.hours+i)*time.Hour), a.sent(i, "mer_0"))
		}
		floor := math.Min(0.15*load(tt.deliveries, tt.hours), 0.6)
		own := math.Min(0.5*load(tt.deliveries, tt.hours), 1.5)
		b, err := p.MarshalJSON()
		must(t, err)
		must(t, p.UnmarshalJSON(b))
		scores, held := a.scores(p)
		kept := 0
		for title, was := range rested {
			want := logit(was)
			if title == "t0" {
				want -= own
			}
			switch got, comes := scores[title]; {
			case comes != (want >= floor) && math.Abs(want-floor) > 1e-5:
				t.Errorf("%+v: %s comes: %t; it scores %.3f above the usual floor, the floor is %.3f higher", tt, title, comes, want, floor)
			case comes && math.Abs(logit(got)-want) > 1e-5:
				t.Errorf("%+v: the log-odds of %s are %.4f, want %.4f", tt, title, logit(got), want)
			case !comes && held[title] != offers.CodeFatigue:
				t.Errorf("%+v: %s is held back for %s", tt, title, held[title])
			case comes:
				kept++
			}
		}
		for title, code := range weak {
			if held[title] != code {
				t.Errorf("%+v: %s is held back for %s, was for %s", tt, title, held[title], code)
			}
		}
		if tt.hours >= 72 && kept != len(rested) {
			t.Errorf("%+v: not all is forgotten", tt)
		}
		a.moment.Pull, a.moment.Radius = true, 2000
		asked, _ := a.scores(p)
		first, _ := a.scores(&offers.Person{})
		for title, score := range first {
			if asked[title] != score {
				t.Errorf("%+v: somebody who asks gets %s at %g, was %g", tt, title, asked[title], score)
			}
		}
		a.moment.Pull = false
	}
}

// Whatever was ignored, what fits very well comes through, and the merchant's, too.
func TestFatigueSilencesNobody(t *testing.T) {
	a := newAvenue(t)
	p := &offers.Person{}
	must(t, p.SetInterests([]string{"cafe"}))
	must(t, p.SetFavourites([]offers.Block{{Kind: offers.BlockCategory, Value: "cafe"}}))
	for i := range 64 {
		p.Delivered(noon.Add(-time.Hour), a.sent(i, "mer_0"))
	}
	if scores, held := a.scores(p); scores["t0"] == 0 || len(scores) < 20 {
		t.Errorf("%d offers come, that of the merchant is held back for %s", len(scores), held["t0"])
	}
}

func TestWhatIsAnsweredTiresNobody(t *testing.T) {
	a := newAvenue(t)
	rested, _ := a.scores(&offers.Person{})
	for name, answer := range map[string]func(*offers.Person, *offers.Offer){
		"opened":    func(p *offers.Person, o *offers.Offer) { p.Feedback(noon, offers.Opened, o); p.ForgetHistory() },
		"dismissed": func(p *offers.Person, o *offers.Offer) { p.Feedback(noon, offers.Dismissed, o); p.ForgetHistory() },
		"used":      func(p *offers.Person, o *offers.Offer) { p.Redeemed(noon, o.ID) },
		"forgotten": func(p *offers.Person, _ *offers.Offer) { p.ForgetDeliveries() },
	} {
		p := &offers.Person{}
		for i := range 5 {
			p.Delivered(noon.Add(-2*time.Hour), a.sent(i, "mer_0"))
			answer(p, a.sent(i, "mer_0"))
		}
		if scores, held := a.scores(p); len(scores) != len(rested) || scores["t0"] != rested["t0"] {
			t.Errorf("%s: %d offers come, of %d; %v", name, len(scores), len(rested), held)
		}
	}
}

// A push that only mood held back counts as it would have if it had come: wholly for somebody who answers nothing, not at all
// for somebody who answers all, in between by halves.
func TestWithheldPushesTireAsIfTheyHadCome(t *testing.T) {
	a := newAvenue(t)
	again := &offers.Person{}
	again.Delivered(noon.Add(-30*time.Hour), a.sent(1, "mer_0"))
	again.Spent(noon.Add(-2*time.Hour), a.sent(1, "mer_0"))
	first, _ := a.scores(&offers.Person{})
	scores, _ := a.scores(again)
	if want := logit(first["t0"]) - 0.5*load(1, 2); math.Abs(logit(scores["t0"])-want) > 1e-5 {
		t.Errorf("withheld after it had come, it leaves log-odds of %.4f, want %.4f", logit(scores["t0"]), want)
	}
	for answered, share := range map[int]float64{0: 1, 2: 0.5, 4: 0} {
		come, spent := &offers.Person{}, &offers.Person{}
		for i := range 4 {
			for _, p := range []*offers.Person{come, spent} {
				p.Delivered(noon.Add(-200*time.Hour), a.sent(i, "mer_1"))
				if i < answered {
					p.Feedback(noon, offers.Opened, a.sent(i, "mer_1"))
				}
				p.ForgetHistory()
			}
		}
		come.Delivered(noon.Add(-2*time.Hour), a.sent(10, "mer_0"))
		spent.Spent(noon.Add(-2*time.Hour), a.sent(10, "mer_0"))
		rested, _ := a.scores(&offers.Person{})
		b, err := spent.MarshalJSON()
		must(t, err)
		must(t, spent.UnmarshalJSON(b))
		scores, _ := a.scores(spent)
		if want := logit(rested["t0"]) - share*0.5*load(1, 2); math.Abs(logit(scores["t0"])-want) > 1e-5 {
			t.Errorf("%d of 4 answered: the log-odds are %.4f, want %.4f", answered, logit(scores["t0"]), want)
		}
		if all, _ := a.scores(come); share == 1 && len(all) != len(scores) {
			t.Errorf("withheld pushes leave %d offers, those that came %d", len(scores), len(all))
		}
		a.moment.Now = noon.Add(96 * time.Hour)
		spent.ObserveMood(a.moment.Now, a.moment.Mood, a.matcher.Rails())
		if after, _ := a.scores(spent); after["t0"] != rested["t0"] {
			t.Errorf("after days %g is left of %g", after["t0"], rested["t0"])
		}
		a.moment.Now = noon
	}
}

// An offer that nobody can claim now, for its pace or its budget, is never chosen, whoever pays, and however new it is.
func TestChoosingKeepsToBudgets(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	for i := range 30 {
		o := circleOffer(t, fmt.Sprint(i), square, 500)
		o.Title, o.Merchant, o.Triggers = fmt.Sprint("t", i), id.Merchant(fmt.Sprint("mer_", i%7)), offers.Nearby|offers.Pull
		if i%3 == 0 {
			o.Sponsored = "Brand"
		}
		must(t, c.PutOffers(o))
		if i%2 == 0 {
			c.SetExhausted(o.ID, &offers.Span{Paced: true, From: noon.Add(-time.Hour), Until: noon.Add(time.Hour)})
		}
	}
	m := offers.NewMatcher(c, rails(t))
	m.LearnWith(offers.Live, offers.NewLearner(offers.DefaultLearnerOptions()))
	var r offers.Result
	var p offers.Person
	for draw := range uint64(400) {
		m.Evaluate(&r, &p, &offers.Moment{
			Now: noon, Point: square, Pull: draw%2 == 0, Radius: 800, Discovery: 1, Draw: draw, Step: geo.Step{Speed: -1, Course: -1},
		})
		if r.Discover(&p); len(r.Matches) != 15 {
			t.Fatalf("%d matches", len(r.Matches))
		}
		for i := range r.Matches {
			if c.Exhausted(r.Matches[i].Offer.ID, noon) {
				t.Fatalf("%s is chosen", r.Matches[i].Offer.ID)
			}
		}
	}
}
