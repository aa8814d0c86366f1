package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// policy is a way of choosing offers that may learn from what comes of them. Whatever learns in the product has to stand
// the test below.
type policy interface {
	// choose returns what a person gets to see, best first.
	choose(s *shopper, m *offers.Moment) []offers.Match
	// learn is told what became of what was seen first: what was spent, 0 for nothing.
	learn(s *shopper, m *offers.Moment, o *offers.Offer, spent float64)
}

// shopper is one of the people in whom distress sells: they take more, and spend more, when they feel bad, most of all of
// what should not be sold to them then.
type shopper struct {
	*rand.Rand
	person     offers.Person
	taste      map[string]float64 // by category: how likely they are to take it on a good day
	distressed bool
}

// takes is the planted response.
func (s *shopper) takes(o *offers.Offer) (spent float64) {
	p, amount := s.taste[o.Category], 10.0*float64(max(o.PriceTier, 1))
	if s.distressed {
		p, amount = p*1.5, amount*1.5
		if o.Reward.Value >= 40 || o.Category == "bar.wine" || o.Category == "kiosk.lotto" {
			p *= 2
		}
	}
	if s.Float64() < p {
		return amount
	}
	return 0
}

// matched is the product's own policy: the matcher with what it learns of people, at a level of consent.
type matched struct {
	matcher *offers.Matcher
	level   mood.Level
	result  offers.Result
}

func (p *matched) choose(s *shopper, m *offers.Moment) []offers.Match {
	m.MoodLevel = p.level
	if p.level != mood.Off {
		s.person.ObserveMood(m.Now, m.Mood, p.matcher.Rails())
	}
	p.matcher.Evaluate(&p.result, &s.person, m)
	if m.Pull {
		return p.result.Matches
	}
	if best := p.result.Places(); len(best) > 0 && best[0].Withheld() == "" {
		s.person.Delivered(m.Now, best[0].Offer)
		return best[:1]
	} else if len(best) > 0 {
		s.person.Spent(m.Now, best[0].Offer)
	}
	return nil
}

func (*matched) learn(s *shopper, m *offers.Moment, o *offers.Offer, spent float64) {
	if spent > 0 {
		s.person.Feedback(m.Now, offers.Liked, o)
		s.person.Purchased(m.Now, o.Category, o.Brand, o.Merchant)
	} else {
		s.person.Feedback(m.Now, offers.Opened, o)
	}
}

// greedy is what a seller without rails would do: it learns what each offer brings in each mood, and shows what brings most.
type greedy struct {
	list  []*offers.Offer
	seen  map[string]float64
	money map[string]float64
}

func (g *greedy) key(m *offers.Moment, o *offers.Offer) string {
	return fmt.Sprint(o.ID, m.Mood.Distress >= 0.5)
}

func (g *greedy) choose(s *shopper, m *offers.Moment) []offers.Match {
	best, most := g.list[s.IntN(len(g.list))], -1.0
	if s.Float64() > 0.1 {
		for _, o := range g.list {
			if brings := (g.money[g.key(m, o)] + 5) / (g.seen[g.key(m, o)] + 1); brings > most {
				best, most = o, brings
			}
		}
	}
	return []offers.Match{{Offer: best}}
}

func (g *greedy) learn(_ *shopper, m *offers.Moment, o *offers.Offer, spent float64) {
	g.seen[g.key(m, o)]++
	g.money[g.key(m, o)] += spent
}

// temptations are what can be bought.
func temptations(t testing.TB) (*offers.Catalogue, []*offers.Offer) {
	c := offers.NewCatalogue(hex.Grid{})
	var list []*offers.Offer
	for i, category := range []string{"cafe", "bakery", "shop.clothes", "shop.books", "restaurant.thai", "culture.cinema", "bar.wine", "kiosk.lotto"} {
		for j, discount := range []float64{10, 50} {
			o := circleOffer(t, fmt.Sprint(i, "_", j), square, 400)
			o.Category, o.Brand, o.Merchant = category, fmt.Sprint("b", i), id.Merchant(fmt.Sprint("mer_", i))
			o.PriceTier, o.Reward = 1+(i+j)%3, offers.Reward{Kind: offers.Percent, Value: discount}
			list = append(list, o)
		}
	}
	must(t, c.PutOffers(list...))
	return c, list
}

// sell plays weeks of many people's lives and returns what they spent per moment of distress, and of other time.
func sell(t testing.TB, p policy, list []*offers.Offer, seed uint64) (distressed, otherwise float64) {
	const people, days, moments = 30, 28, 10
	var spent, n [2]float64
	for who := range people {
		s := &shopper{Rand: rand.New(rand.NewPCG(seed, uint64(who))), taste: map[string]float64{}} //nolint:gosec // small
		for _, o := range list {
			if s.taste[o.Category] == 0 {
				s.taste[o.Category] = 0.02 + 0.25*s.Float64()
			}
		}
		must(t, s.person.SetInterests([]string{"cafe", "shop"}))
		must(t, s.person.SetMoodChoices([]offers.MoodChoice{
			{State: mood.Stressed, Categories: []string{"cafe", "bar", "shop"}}, {State: mood.Drained, Categories: []string{"kiosk", "restaurant"}},
		}))
		for day := range days {
			life := rand.New(rand.NewPCG(seed, uint64(1000*who+day))) //nolint:gosec // small; the same for every policy
			bad := life.Float64() < 0.25
			for k := range moments {
				s.distressed = bad && life.Float64() < 0.7
				e := mood.Estimate{Valence: 0.3, Arousal: 0.1, Confidence: 0.8, Distress: 0.02}
				if s.distressed {
					e = mood.Estimate{Valence: -0.6, Arousal: 0.2 - 0.4*life.Float64(), Confidence: 0.8, Distress: 0.5 + 0.5*life.Float64()}
				}
				if life.Float64() < 0.1 { // nobody knows
					e.Confidence, e.Distress = 0.2, 0.1
				}
				m := offers.Moment{
					Now: noon.AddDate(0, 0, day).Add(time.Duration(k-3) * time.Hour), Point: square, Mood: e, Pull: life.Float64() < 0.4, Radius: 500,
					Step: geo.Step{Speed: 1, Course: 10},
				}
				state := 0
				if s.distressed {
					state = 1
				}
				n[state]++
				for i, match := range p.choose(s, &m) {
					if i == 3 {
						break
					}
					money := s.takes(match.Offer)
					spent[state] += money
					if p.learn(s, &m, match.Offer, money); money > 0 {
						break
					}
				}
			}
		}
	}
	return spent[1] / n[1], spent[0] / n[0]
}

// Distress sells, in this world. What learns from it must not sell more in distress than if it could not see the mood.
func TestDistressDoesNotSell(t *testing.T) {
	c, list := temptations(t)
	g := rails(t)
	const seeds = 12
	type contrast struct{ sum, squares float64 }
	add := func(c *contrast, d float64) { c.sum += d; c.squares += d * d }
	interval := func(c contrast) (low, mean, high float64) {
		mean = c.sum / seeds
		half := 2.201 * math.Sqrt((c.squares/seeds-mean*mean)/(seeds-1)) // Student's t, 11 degrees of freedom
		return mean - half, mean, mean + half
	}
	var blind, quiet, help, naive, well contrast
	for seed := range uint64(seeds) {
		of := func(p policy) (float64, float64) { return sell(t, p, list, seed) }
		blindBad, blindWell := of(&matched{matcher: offers.NewMatcher(c, g), level: mood.Off})
		quietBad, _ := of(&matched{matcher: offers.NewMatcher(c, g), level: mood.Quiet})
		helpBad, helpWell := of(&matched{matcher: offers.NewMatcher(c, g), level: mood.Help})
		greedyBad, _ := of(&greedy{list: list, seen: map[string]float64{}, money: map[string]float64{}})
		add(&blind, blindBad)
		add(&quiet, quietBad-blindBad)
		add(&help, helpBad-blindBad)
		add(&naive, greedyBad-blindBad)
		add(&well, helpWell-blindWell)
	}
	for _, tt := range []struct {
		name string
		c    contrast
	}{{"blind", blind}, {"quiet - blind", quiet}, {"help - blind", help}, {"greedy - blind", naive}, {"help - blind, elsewhere", well}} {
		low, mean, high := interval(tt.c)
		t.Logf("%-28s %+.2f spent per moment of distress (95 %%: %+.2f to %+.2f)", tt.name, mean, low, high)
	}
	if _, _, high := interval(quiet); high > 0 {
		t.Error("quiet sells more in distress than a blind policy")
	}
	if _, _, high := interval(help); high > 0 {
		t.Error("help sells more in distress than a blind policy")
	}
	if low, _, _ := interval(naive); low <= 0 {
		t.Error("a greedy policy without rails does not sell more in distress: this world shows nothing")
	}
}
