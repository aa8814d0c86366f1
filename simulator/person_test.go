package simulator

import (
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/wire"
)

func TestFit(t *testing.T) {
	tastes := Tastes{
		Categories: map[string]float64{"restaurant": 0.2, "restaurant.italian": 0.7, "gambling": -0.8},
		Brands:     map[string]float64{"Lindenblatt": 0.5},
	}
	for _, tt := range []struct {
		category, brand string
		want            float64
	}{
		{"restaurant.italian", "", 0.7},
		{"restaurant.italian.pizza", "", 0.7},
		{"restaurant.thai", "", 0.2},
		{"gambling.betting", "", -0.8},
		{"shop.clothes", "", 0},
		{"shop.clothes", "Lindenblatt", 0.5},
		{"restaurant.italian", "Lindenblatt", 1},
		{"", "", 0},
	} {
		if got := tastes.Fit(tt.category, tt.brand); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("Fit(%q, %q) = %v, want %v", tt.category, tt.brand, got, tt.want)
		}
	}
}

// share returns how often a person with a taste for cafés takes an offer like this, of many.
func share(outcome Outcome, taste, distance, spirits float64) float64 {
	_, rng := streams(1, 0)
	p := &Person{rng: rng, Tastes: Tastes{Categories: map[string]float64{"cafe": taste}}}
	p.feel = feelings{rng: rng, home: spirits, last: noon}
	n := 0
	for range 4000 {
		p.feel.valence = 0
		if p.take(&wire.Offer{Category: "cafe", Distance: distance}, noon) == outcome {
			n++
		}
	}
	return float64(n) / 4000
}

func TestBehaviour(t *testing.T) {
	for _, tt := range []struct {
		name       string
		less, more float64
	}{
		{"taste brings people in", share(Accepted, 0, 100, 0), share(Accepted, 0.9, 100, 0)},
		{"distance keeps them away", share(Accepted, 0.9, 1500, 0), share(Accepted, 0.9, 100, 0)},
		{"so do bad spirits", share(Accepted, 0.9, 100, -0.9), share(Accepted, 0.9, 100, 0.9)},
		{"distaste brings dismissals", share(Dismissed, 0.9, 100, 0), share(Dismissed, -0.3, 100, 0)},
		{"and strong distaste a lasting no", share(NotInterested, -0.3, 100, 0), share(NotInterested, -0.9, 100, 0)},
		{"people like only what suits them", share(Liked, -0.5, 100, 0), share(Liked, 0.5, 100, 0)},
		{"much is ignored", 0.1, share(Ignored, 0, 400, 0)},
	} {
		if tt.less+0.02 > tt.more {
			t.Errorf("%s: %.3f is not clearly less than %.3f", tt.name, tt.less, tt.more)
		}
	}
}

func TestADecisionTakesTheSameDraws(t *testing.T) {
	_, a := streams(1, 0)
	_, b := streams(1, 0)
	p := &Person{rng: a}
	q := &Person{rng: b, Decide: func(*wire.Offer) Outcome { return Ignored }}
	p.take(&wire.Offer{Distance: 10}, noon)
	q.take(&wire.Offer{Distance: 10}, noon)
	if p.rng.Uint64() != q.rng.Uint64() {
		t.Error("a decision of their own moves the person's random stream elsewhere")
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range uint64(3) {
		for number := range 3 {
			way, character := streams(seed, number)
			seen[way.Uint64()], seen[character.Uint64()] = true, true
		}
	}
	if len(seen) != 18 {
		t.Errorf("%d different streams of 18", len(seen))
	}
}

func TestFeelings(t *testing.T) {
	_, rng := streams(4, 0)
	f := feelings{rng: rng, home: 0.3}
	sum, step := 0.0, 0.0
	before, _ := f.at(noon)
	const n = 3000
	for i := range n {
		v, a := f.at(noon.Add(time.Duration(i) * 10 * time.Minute))
		if math.Abs(v) > 1 || math.Abs(a) > 1 {
			t.Fatalf("affect (%v, %v) is out of range", v, a)
		}
		sum, step, before = sum+v, step+math.Abs(v-before), v
	}
	if mean := sum / n; math.Abs(mean-0.3) > 0.08 {
		t.Errorf("mean valence %.2f, want about 0.3", mean)
	}
	if mean := step / n; mean > moodWidth/2 {
		t.Errorf("valence jumps by %.2f in ten minutes", mean)
	}
}
