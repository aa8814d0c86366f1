package offers

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// explorer knows one merchant, one brand and one category of listing.
func explorer() *Person {
	p := &Person{}
	p.Purchased(time.Unix(1.8e9, 0), "cafe", "1", "mer_0")
	return p
}

// uncertain is a listing of which little is known.
func uncertain(random *rand.Rand, n int) []Match {
	list := chosen(listing(random, n))
	for i := range list {
		list[i].spread = float32(random.Float64())
	}
	return list
}

// draw plays the policy once: a pull, or a push whose turn it is in a share of the cases.
func (r *Result) draw(p *Person, list []Match, share float64, random *rand.Rand, pull bool) {
	r.Matches = append(r.Matches[:0], list...)
	r.exploration.reset(&Moment{Pull: pull, Discovery: share, Draw: random.Uint64()})
	if pull {
		r.explorePull(p)
	} else if random.Float64() < share {
		r.Discover(p)
	}
}

// The propensity is how often a match comes to stand where it stands, and its inverse weighs each by as much as is right.
func TestPropensityIsTheFrequency(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	p := explorer()
	type cell struct {
		title string
		place int
	}
	const draws = 20_000
	for _, pull := range []bool{true, false} {
		for _, share := range []float64{0.1, 0.5} {
			list := uncertain(random, 8)
			var r Result
			counts, weights, said := map[cell]float64{}, map[cell]float64{}, map[cell]float64{}
			for range draws {
				r.draw(p, list, share, random, pull)
				for i := range r.Matches {
					c, chance := cell{r.Matches[i].Offer.Title, i}, r.Propensity(p, i)
					if !(chance > 0 && chance <= 1) {
						t.Fatalf("propensity %g", chance)
					}
					counts[c]++
					said[c] += chance
					weights[c] += 1 / chance
				}
			}
			chances := 0
			for c, n := range counts {
				if n == draws {
					if said[c] != draws {
						t.Errorf("%v is always there, its propensity is %g", c, said[c]/draws)
					}
					continue
				}
				chances++
				if often := n / draws; math.Abs(said[c]/n-often) > 0.03 || often > 0.05 && math.Abs(weights[c]/draws-1) > 0.12 {
					t.Errorf("%v: %.3f of the time, said to be %.3f; weighed %.3f", c, often, said[c]/n, weights[c]/draws)
				}
			}
			if chances < 4 {
				t.Errorf("pull %t, share %g: chance has a part in %d only", pull, share, chances)
			}
		}
	}
}

// What is less known is tried more often than its mean alone would tell; what is known as well goes by its mean.
func TestLittleKnownIsTried(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	wins := func(spread float32) (n int) {
		list := listing(random, 3)
		for i := range list {
			list[i].verdict.distress, list[i].terms[termPressure] = 2, 0
		}
		list[0].Score, list[1].Score, list[2].Score = squash(0.6), squash(0.5), squash(0)
		list[2].spread = spread
		var r Result
		for range 4000 {
			r.Matches = slices.Clone(list)
			r.exploration.reset(&Moment{Discovery: 1, Draw: random.Uint64()})
			if r.Discover(&Person{}); r.Matches[0].Offer == list[2].Offer {
				n++
			}
		}
		return n
	}
	if certain := wins(0); certain != 0 {
		t.Errorf("a worse one that is as well known won %d times", certain)
	}
	// P(N(0, s) > 0.6): 2.3 % for 0.3, 27 % for 1.
	if few, many := wins(0.3), wins(1); few < 40 || few > 160 || many < 960 || many > 1220 {
		t.Errorf("with deviations 0.3 and 1 it won %d and %d of 4000", few, many)
	}
}

func TestDiscoveriesOfPulls(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	p := explorer()
	lifted, moved := 0, 0
	for range 4000 {
		list := uncertain(random, random.IntN(12))
		var r Result
		mo := Moment{Pull: true, Discovery: 0.3, Draw: random.Uint64()}
		for range 2 { // pages of one answer agree
			before := titles(r.Matches)
			r.Matches = slices.Clone(list)
			r.exploration.reset(&mo)
			r.explorePull(p)
			if before != nil && !slices.Equal(before, titles(r.Matches)) {
				t.Fatal("the same draw chose something else")
			}
		}
		if r.from >= 0 {
			lifted++
		}
		if slices.Equal(titles(r.Matches), titles(list)) {
			continue
		}
		moved++
		m := &r.Matches[pullSlot]
		if !p.unknown(m) || m.verdict.sensitive() || m.terms[termPressure] != 0 {
			t.Fatalf("%s of %s is lifted", m.Offer.Category, m.Offer.Merchant)
		}
		rest := slices.DeleteFunc(titles(list), func(title string) bool { return title == m.Offer.Title })
		if !slices.Equal(rest, slices.Delete(titles(r.Matches), pullSlot, pullSlot+1)) {
			t.Fatal("the others changed their order")
		}
		at := slices.IndexFunc(list, func(other Match) bool { return other.Offer == m.Offer })
		if reasons := m.Reasons(nil); !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Code == ReasonDiscovery }) {
			t.Fatalf("the reasons are %v", reasons)
		}
		if lift := logit(m.Score) - float64(m.terms[termDiscovery]); math.Abs(lift-logit(list[at].Score)) > 1e-4 {
			t.Fatalf("without the lift its log-odds are %g, were %g", lift, logit(list[at].Score))
		}
	}
	if share := float64(lifted) / 4000; share > 0.31 || share < 0.1 || moved < 150 {
		t.Errorf("something new was looked for in %.2f of the answers, and lifted in %d", share, moved)
	}
}

// Nobody under age has a profile to tell what is new to them; and nothing is known to be new if nobody asked.
func TestWhoGetsNoDiscoveries(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	list := uncertain(random, 8)
	for _, c := range []struct {
		p     Person
		share float64
	}{{Person{Minor: true}, 1}, {Person{}, 0}} {
		r := Result{Matches: slices.Clone(list)}
		r.exploration.reset(&Moment{Pull: true, Discovery: c.share})
		if r.explorePull(&c.p); !slices.Equal(titles(r.Matches), titles(list)) {
			t.Errorf("%+v: %v became %v", c, titles(list), titles(r.Matches))
		}
		for i := range r.Matches {
			if r.Propensity(&c.p, i) != 1 {
				t.Error("chance has a part in it")
			}
		}
	}
}

func TestDraw(t *testing.T) {
	at := time.Date(2026, 5, 4, 12, 10, 0, 0, time.UTC)
	if Draw(1, at, 0) != Draw(1, at.Add(40*time.Minute), 0) {
		t.Error("within an hour draws differ")
	}
	if a := Draw(1, at, 0); a == Draw(2, at, 0) || a == Draw(1, at.Add(time.Hour), 0) || a == Draw(1, at, 1) {
		t.Error("other people, hours or times draw the same")
	}
	sum, squares := 0.0, 0.0
	heads := 0
	const n = 100_000
	for i := range n {
		d := dice(Draw(7, at, i))
		if d.uniform() < 0.1 {
			heads++
		}
		v := float64(d.normal())
		sum, squares = sum+v, squares+v*v
	}
	if math.Abs(sum/n) > 0.02 || math.Abs(squares/n-1) > 0.02 || heads < 9700 || heads > 10300 {
		t.Errorf("mean %g, variance %g, %d heads", sum/n, squares/n, heads)
	}
}
