package offers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// someone is a random person, an offer, and the moment at which they meet.
type someone struct {
	person Person
	moment Moment
	offer  *Offer
	target geo.Point
	fit    uint8
	reward float32
}

func (s *someone) entry() *entry {
	return &entry{
		offer: s.offer, target: s.target, radius: 500, merchant: hashOf(kindMerchant, "mer_a"), brand: hashOf(kindBrand, "Stride"),
		category: categoryKeys(s.offer.Category), reward: s.reward, fit: s.fit,
	}
}

func meet(r *rand.Rand) *someone {
	var s someone
	at := geo.Point{Lat: 48.4, Lon: 9.99}
	s.offer = &Offer{ID: "off_a", Merchant: "mer_a", Category: "restaurant.italian", Brand: "Stride"}
	s.target = geo.Point{Lat: at.Lat + r.Float64()*0.02, Lon: at.Lon}
	s.fit, s.reward = fitOf(s.offer.Category), r.Float32()
	now := time.Date(2026, 5, 4, r.IntN(24), 0, 0, 0, time.UTC)
	if r.IntN(2) == 0 {
		_ = s.person.SetInterests([]string{"restaurant"})
	}
	if r.IntN(2) == 0 {
		favourites := []Block{{BlockMerchant, "mer_a"}, {BlockBrand, "Stride"}, {BlockCategory, "restaurant"}}
		_ = s.person.SetFavourites(favourites[r.IntN(3):][:1])
	}
	for range r.IntN(5) {
		s.person.adjust(now, kindCategory, s.offer.Category, r.Float64()*3)
	}
	if r.IntN(2) == 0 { // a customer, so that neither of the two alone makes the offer new
		s.person.adjust(now, kindBrand, s.offer.Brand, 0.01+r.Float64()*5)
		s.person.adjust(now, kindMerchant, string(s.offer.Merchant), 0.01+r.Float64()*5)
	}
	s.moment = Moment{Now: now, Point: at, Pull: r.IntN(2) == 0, Radius: 1000}
	return &s
}

func (s *someone) score(m *Matcher) Match {
	var now instant
	m.prepare(&now, &s.person, &s.moment)
	match := Match{Offer: s.offer, Trigger: Nearby, daypart: now.part}
	match.Distance = now.to(s.target)
	match.Score, _ = m.score(&match, s.entry(), &s.person, &s.moment, &now)
	return match
}

// without takes the cause of a reason out of the world; it reports false for a reason that is not one of the world's.
func (s *someone) without(reason string) (*someone, bool) {
	q := *s
	p := &q.person
	p.traits = append([]trait(nil), p.traits...)
	zero := func(k kind) {
		for i := range p.traits {
			if p.traits[i].kind() == k {
				p.traits[i].weight = 0
				if k == kindBrand || k == kindMerchant {
					p.traits[i].weight = 1e-12 // they stay a customer
				}
			}
		}
	}
	switch reason {
	case ReasonNear:
		q.target = geo.Point{Lat: -48.4, Lon: -170}
	case ReasonMorning, ReasonLunch, ReasonAfternoon, ReasonEvening, ReasonNight:
		q.fit = uint8(len(fits) - 1)
		for i := range fits { // one that knows nothing of this hour
			if fits[i].by[s.moment.Now.Hour()] < fits[q.fit].by[s.moment.Now.Hour()] {
				q.fit = uint8(i)
			}
		}
		return &q, fits[q.fit].by[s.moment.Now.Hour()] == 0
	case ReasonCategory:
		zero(kindCategory)
	case ReasonBrand:
		zero(kindBrand)
	case ReasonMerchant:
		zero(kindMerchant)
	case ReasonInterest:
		p.interests, p.interestKeys = nil, nil
	case ReasonFavourite:
		p.favourites, p.favouriteKeys = nil, nil
	case ReasonReward:
		q.reward = 0
	default:
		return nil, false
	}
	return &q, true
}

// TestReasonsAreFaithful: without the cause of the first reason the score is lower, and lower than without that of the
// second.
func TestReasonsAreFaithful(t *testing.T) {
	rails, err := DefaultGuardrails()
	if err != nil {
		t.Fatal(err)
	}
	m := &Matcher{rails: rails}
	random := rand.New(rand.NewPCG(1, 2))
	firsts := map[string]int{}
	for range 20_000 {
		s := meet(random)
		match := s.score(m)
		reasons := match.Reasons(nil)
		sum := 0.0
		for i, r := range reasons {
			sum += r.Share
			if i > 0 && r.Share > reasons[i-1].Share {
				t.Fatalf("not in order: %+v", reasons)
			}
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Fatalf("the shares sum to %g: %+v", sum, reasons)
		}
		first, ok := s.without(reasons[0].Code)
		if !ok {
			continue
		}
		firsts[reasons[0].Code]++
		lower := first.score(m).Score
		if lower >= match.Score {
			t.Fatalf("without %s the score is %g, was %g", reasons[0].Code, lower, match.Score)
		}
		if len(reasons) < 2 {
			continue
		}
		second, ok := s.without(reasons[1].Code)
		if ok && reasons[0].Share-reasons[1].Share > 0.01 && second.score(m).Score <= lower {
			t.Fatalf("without %s the score is %g, without %s %g: %+v", reasons[0].Code, lower, reasons[1].Code, second.score(m).Score, reasons)
		}
	}
	if len(firsts) < 5 {
		t.Errorf("too few kinds of first reasons: %v", firsts)
	}
	t.Log(firsts)
}

func TestDiscoverLiftsWhatIsNew(t *testing.T) {
	var p Person
	p.Purchased(time.Unix(1.8e9, 0), "cafe", "", "mer_known")
	match := func(n int, merchant id.Merchant, category string, score float64) Match {
		m := Match{Offer: &Offer{ID: id.Offer(fmt.Sprint("off_", n)), Merchant: merchant, Category: category}, Score: score}
		m.entry, m.verdict = newEntry(m.Offer, nil), verdict{distress: 2}
		m.terms[termNear] = float32(logit(score) - bias)
		return m
	}
	r := Result{Matches: []Match{
		match(1, "mer_known", "bar", 0.8), match(2, "mer_new", "cafe", 0.7), match(3, "mer_new", "bar", 0.6), match(4, "mer_new", "bar", 0.55),
	}}
	if !r.Discover(&p) || r.Matches[0].Offer.ID != "off_3" || r.Matches[1].Offer.ID != "off_1" || r.Matches[3].Offer.ID != "off_4" {
		t.Fatalf("the best new one does not come first: %v", r.Matches)
	}
	first := r.Matches[0]
	if first.Score < 0.8 || ScoreWithout(&first, 1) > 0.61 {
		t.Errorf("score %g, and %g without the lift", first.Score, ScoreWithout(&first, 1))
	}
	if reasons := first.Reasons(nil); reasons[1].Code != ReasonDiscovery {
		t.Errorf("reasons %v", reasons)
	}
	if !r.Discover(&p) || len(r.Matches[0].Reasons(nil)) != 2 {
		t.Error("what comes first anyhow needs no lift")
	}
	r.Matches = r.Matches[1:3]
	if r.Discover(&p) || r.Matches[0].Offer.ID != "off_1" {
		t.Error("nothing here is new")
	}
}
