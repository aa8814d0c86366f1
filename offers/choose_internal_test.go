package offers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flaneur-io/flaneur/internal/id"
)

// listing is a random answer before anything is chosen: in the order of Compare.
func listing(random *rand.Rand, n int) []Match {
	categories := []string{"cafe", "cafe.coffee", "shop.clothes.shoes", "shop.clothes", "shop.books", "bar.wine", "culture"}
	list := make([]Match, n)
	for i := range list {
		o := &Offer{
			ID: id.Offer(fmt.Sprint("off_", i)), Title: fmt.Sprint(i), Merchant: id.Merchant(fmt.Sprint("mer_", random.IntN(6))),
			Category: categories[random.IntN(len(categories))],
		}
		if random.IntN(2) == 0 {
			o.Brand = fmt.Sprint(random.IntN(4))
		}
		list[i] = Match{Offer: o, Key: uint64(i), Score: squash(float32(random.NormFloat64() * 0.4)), entry: newEntry(o, nil), verdict: verdict{distress: 2}}
		if o.Category == "bar.wine" {
			list[i].verdict.distress = 0.1
		}
		if random.IntN(16) == 0 {
			list[i].terms[termPressure], list[i].Score = -16, squash(-16)
		}
		list[i].terms[termNear] = float32(logit(list[i].Score) - bias)
	}
	slices.SortFunc(list, Compare)
	return list
}

// sponsor draws anew who pays for each of the offers; share of all.
func sponsor(random *rand.Rand, list []Match, share float64) []Match {
	list = slices.Clone(list)
	for i := range list {
		o := *list[i].Offer
		if o.Sponsored = ""; random.Float64() < share {
			o.Sponsored = "Brand"
		}
		list[i].Offer, list[i].entry = &o, newEntry(&o, nil)
	}
	return list
}

func chosen(list []Match) []Match {
	list = slices.Clone(list)
	choose(list)
	return list
}

func likenessOf(m, other *Match) float64 {
	var a, b option
	a.set(m)
	b.set(other)
	return float64(a.like(&b))
}

func titles(list []Match) (out []string) {
	for i := range list {
		out = append(out, list[i].Offer.Title)
	}
	return out
}

// The definition of maximal marginal relevance, followed to the letter.
func relevance(list []Match) []string {
	rest, out := slices.Clone(list[:min(len(list), 20)]), []Match{}
	for len(rest) > 0 {
		best, most := 0, math.Inf(-1)
		for i := range rest {
			near := 0.0
			for k := range out {
				near = max(near, likenessOf(&rest[i], &out[k]))
			}
			if v := 0.8*logit(rest[i].Score) - 0.2*near; v > most+1e-6 {
				best, most = i, v
			}
		}
		out = append(out, rest[best])
		rest = slices.Delete(rest, best, best+1)
	}
	return titles(append(out, list[len(out):]...))
}

func TestAnswersAreNotAllOfAKind(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var alike [2]float64
	for range 2000 {
		list := listing(random, 1+random.IntN(30))
		got := chosen(list)
		if want := relevance(list); !slices.Equal(titles(got), want) {
			t.Fatalf("chose %v, want %v", titles(got), want)
		}
		if again := chosen(list); !slices.Equal(titles(again), titles(got)) {
			t.Fatal("the same list came in another order")
		}
		for i := range got {
			for k := range got[:i] {
				if ahead := logit(got[i].Score) - logit(got[k].Score); ahead > 0.25+1e-6 {
					t.Fatalf("%g in log-odds was given up", ahead)
				}
			}
			if at := slices.IndexFunc(list, func(m Match) bool { return m.Offer == got[i].Offer }); list[at].Score != got[i].Score || list[at].terms != got[i].terms {
				t.Fatal("another place came with another score or other reasons")
			}
		}
		if len(list) > 5 {
			for s, first := range [...][]Match{list[:5], got[:5]} {
				for i := range first {
					for k := range first[:i] {
						alike[s] += likenessOf(&first[i], &first[k])
					}
				}
			}
		}
	}
	if t.Logf("likeness among the first five: %.3f of what it is without choosing", alike[1]/alike[0]); alike[1] > 0.9*alike[0] {
		t.Error("the first five are as alike as they were")
	}
}

func TestLikeness(t *testing.T) {
	of := func(merchant id.Merchant, brand, category string) Match {
		o := &Offer{Merchant: merchant, Brand: brand, Category: category}
		return Match{Offer: o, Score: 0.5, entry: newEntry(o, nil)}
	}
	shoes := of("mer_a", "Acme", "shop.clothes.shoes")
	for _, tt := range []struct {
		other Match
		want  float64
	}{
		{shoes, 1},
		{of("mer_b", "", "cafe"), 0},
		{of("mer_a", "", "cafe"), 0.4},
		{of("mer_b", "ACME", "cafe"), 0.2},
		{of("mer_b", "", "shop.clothes.shoes"), 0.4},
		{of("mer_b", "", "shop.clothes.hats"), 0.4 * 2 / 3},
		{of("mer_b", "", "shop.clothes"), 0.4 * 2 / 3},
		{of("mer_b", "", "shop"), 0.4 / 3},
	} {
		if got, back := likenessOf(&shoes, &tt.other), likenessOf(&tt.other, &shoes); math.Abs(got-tt.want) > 1e-6 || got != back {
			t.Errorf("%+v: %g, and the other way round %g, want %g", tt.other, got, back, tt.want)
		}
	}
}

// Whoever pays: no order differs from another by more than near-ties, nothing better by more than that is displaced, and what is
// sensitive or presses gains nothing.
func TestPaymentBreaksNearTiesOnly(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	moved, lists := 0, 4000
	for range lists {
		list := listing(random, 2+random.IntN(24))
		free := chosen(list)
		a, b := chosen(sponsor(random, list, 0.3)), chosen(sponsor(random, list, 0.3))
		if !slices.Equal(titles(a), titles(free)) {
			moved++
		}
		for _, pair := range [...][2][]Match{{free, a}, {a, b}} {
			place := map[string]int{}
			for i := range pair[1] {
				place[pair[1][i].Offer.Title] = i
			}
			for i := range pair[0] {
				for k := range pair[0][:i] {
					x, y := &pair[0][i], &pair[0][k]
					if place[x.Offer.Title] > place[y.Offer.Title] {
						continue
					}
					if apart := math.Abs(logit(x.Score) - logit(y.Score)); apart > 0.05+1e-6 {
						t.Fatalf("payment decides between offers that are %g apart", apart)
					}
				}
			}
		}
		paying := map[string]bool{}
		for i := range a {
			if m := &a[i]; m.pays() {
				paying[m.Offer.Title] = true
			}
		}
		for _, same := range []bool{true, false} { // those who pay, and those who don't, come among themselves as ever
			rest := func(title string) bool { return paying[title] != same }
			if !slices.Equal(slices.DeleteFunc(titles(free), rest), slices.DeleteFunc(titles(a), rest)) {
				t.Fatal("payment moved more than what is paid for")
			}
		}
		for i := range a {
			m := &a[i]
			if was := slices.Index(titles(free), m.Offer.Title); was > i && (m.Offer.Sponsored == "" || m.verdict.sensitive() || m.terms[termPressure] != 0) {
				t.Fatalf("%s %q moved from place %d to %d", m.Offer.Category, m.Offer.Sponsored, was, i)
			}
		}
	}
	if t.Logf("payment moved something in %d of %d answers", moved, lists); moved < lists/20 {
		t.Error("payment breaks no ties: the test says little")
	}
}

func TestPaymentOfAPush(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	moved := 0
	for range 4000 {
		list := sponsor(random, listing(random, random.IntN(12)), 0.3)
		got := slices.Clone(list)
		if chooseFirst(got); slices.Equal(titles(got), titles(list)) {
			continue
		}
		moved++
		rest := slices.DeleteFunc(titles(list), func(title string) bool { return title == got[0].Offer.Title })
		if apart := logit(list[0].Score) - logit(got[0].Score); !got[0].pays() || list[0].pays() || apart > 0.05+1e-6 || !slices.Equal(rest, titles(got[1:])) {
			t.Fatalf("%v became %v, %g apart", titles(list), titles(got), apart)
		}
	}
	if moved < 50 {
		t.Errorf("payment decided %d times", moved)
	}
}

// Payment buys no second place beside the first: what diversity sets apart is no tie.
func TestPaymentDoesNotBuyOutDiversity(t *testing.T) {
	match := func(title, merchant, sponsored string, score float32) Match {
		o := &Offer{Title: title, Merchant: id.Merchant(merchant), Category: "cafe", Sponsored: sponsored}
		if merchant != "mer_a" {
			o.Category = "shop"
		}
		return Match{Offer: o, Score: squash(score), entry: newEntry(o, nil), verdict: verdict{distress: 2}}
	}
	got := titles(chosen([]Match{match("first", "mer_a", "", 1), match("same", "mer_a", "Brand", 0.9), match("other", "mer_b", "", 0.88)}))
	if !slices.Equal(got, []string{"first", "other", "same"}) {
		t.Errorf("the order is %v", got)
	}
	got = titles(chosen([]Match{match("first", "mer_a", "", 1), match("other", "mer_b", "", 0.9), match("paid", "mer_c", "Brand", 0.98)}))
	if !slices.Equal(got, []string{"paid", "first", "other"}) {
		t.Errorf("the order is %v", got)
	}
}

func BenchmarkChoose(b *testing.B) {
	random := rand.New(rand.NewPCG(3, 3))
	lists := make([][]Match, 64)
	var p Person
	for i := range lists {
		lists[i] = sponsor(random, listing(random, 20), 0.2)
		for k := range lists[i] {
			lists[i][k].spread = 0.5
		}
	}
	for _, share := range []float64{0, 0.1, 1} {
		b.Run(fmt.Sprint("share=", share), func(b *testing.B) {
			var r Result
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r.Matches = append(r.Matches[:0], lists[i%64]...)
				r.exploration.reset(&Moment{Pull: true, Discovery: share, Draw: uint64(i)}) //nolint:gosec // small
				choose(r.Matches)
				r.explorePull(&p)
			}
		})
	}
	b.Run("copy", func(b *testing.B) { // what of it is the making of lists
		var r Result
		for i := 0; b.Loop(); i++ {
			r.Matches = append(r.Matches[:0], lists[i%64]...)
		}
	})
}
