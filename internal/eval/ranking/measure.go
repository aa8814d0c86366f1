package ranking

import (
	"math"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// tally adds up answers.
type tally struct{ n, acc1, acc5, acc10, acc20, mrr, ndcg float64 }

func (t *tally) add(rank float64) {
	t.n++
	t.mrr += 1 / rank
	for _, k := range []struct {
		most float64
		sum  *float64
	}{{1, &t.acc1}, {5, &t.acc5}, {10, &t.acc10}, {20, &t.acc20}} {
		if rank <= k.most {
			*k.sum++
		}
	}
	if rank <= 10 {
		t.ndcg += 1 / math.Log2(1+rank)
	}
}

// figures measures a system on the answers that which takes.
func figures(answers []answer, which func(*answer) bool, system int) Figures {
	var t tally
	for i := range answers {
		if a := &answers[i]; which(a) {
			t.add(a.ranks[system])
		}
	}
	n := func(sum float64) eval.Number { return eval.Number(sum / t.n) }
	return Figures{
		Instances: int(t.n), Acc1: n(t.acc1), Acc5: n(t.acc5), Acc10: n(t.acc10), Acc20: n(t.acc20), MRR: n(t.mrr), NDCG10: n(t.ndcg),
	}
}

func everything(*answer) bool { return true }

// figures measures with intervals.
func (s *study) figures(answers []answer, which func(*answer) bool, system int) Figures {
	f := figures(answers, which, system)
	people := make([]tally, len(s.Users))
	for i := range answers {
		if a := &answers[i]; which(a) {
			people[s.Events[a.event].User].add(a.ranks[system])
		}
	}
	people = slices.DeleteFunc(people, func(t tally) bool { return t.n == 0 })
	over := func(of func(*tally) float64) eval.Interval { return bootstrap(people, of) }
	f.Intervals = &Intervals{
		Acc1: over(func(t *tally) float64 { return t.acc1 }), Acc5: over(func(t *tally) float64 { return t.acc5 }),
		Acc10: over(func(t *tally) float64 { return t.acc10 }), Acc20: over(func(t *tally) float64 { return t.acc20 }),
		MRR: over(func(t *tally) float64 { return t.mrr }), NDCG: over(func(t *tally) float64 { return t.ndcg }),
	}
	return f
}

func bootstrap(people []tally, of func(*tally) float64) eval.Interval {
	return eval.Bootstrap(len(people), 1, func(drawn []int) float64 {
		var sum, n float64
		for _, i := range drawn {
			sum, n = sum+of(&people[i]), n+people[i].n
		}
		return sum / n
	})
}

// against compares hits, theirs and ours, on the answers for which both exist.
func (s *study) against(answers []answer, hits func(*answer) (theirs, ours, ok bool)) (out Against) {
	people := make([]tally, len(s.Users)) // acc1: ours less theirs
	var theirs, ours float64
	for i := range answers {
		t, o, ok := hits(&answers[i])
		if !ok {
			continue
		}
		p := &people[s.Events[answers[i].event].User]
		p.n++
		out.Instances++
		if t {
			theirs++
			p.acc1--
		}
		if o {
			ours++
			p.acc1++
		}
	}
	people = slices.DeleteFunc(people, func(t tally) bool { return t.n == 0 })
	n := float64(out.Instances)
	out.Theirs, out.Ours = eval.Number(theirs/n), eval.Number(ours/n)
	out.Difference = bootstrap(people, func(t *tally) float64 { return t.acc1 })
	return out
}

func (s *study) published(answers []answer) *Published {
	name := func(a *answer) string { return s.Places[s.Events[a.event].Place].ID }
	p := Published{
		First: s.against(answers, func(a *answer) (theirs, ours, ok bool) {
			q := &s.Instances[a.instance]
			return q.First == name(a), a.ranks[model] <= 1, q.First != ""
		}),
		Ten: s.against(answers, func(a *answer) (theirs, ours, ok bool) {
			q := &s.Instances[a.instance]
			return slices.Contains(q.Published[:min(len(q.Published), 10)], name(a)), a.ranks[model] <= 10, len(q.Published) > 0
		}),
	}
	if p.First.Instances+p.Ten.Instances == 0 {
		return nil
	}
	return &p
}

// consumer are words in the names of categories where people go to buy, eat, drink or be entertained. Constant.
var consumer = []string{
	"food", "restaurant", "shop", "store", "nightlife", "drink", "bar", "pub", "café", "cafe", "coffee", "bakery", "arts", "entertainment",
	"event", "cinema", "theater", "theatre", "museum", "mall", "market", "salon", "gym", "fitness", "hotel",
}

// isConsumer reports whether a category is a consumer's; a word counts where it begins one of the name.
func isConsumer(category string) bool {
	words := strings.FieldsFunc(strings.ToLower(category), func(r rune) bool { return strings.ContainsRune(" &/-,()", r) })
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains(consumer, strings.TrimSuffix(w, "s")) || slices.Contains(consumer, w)
	})
}

// ordered returns the categories, the most frequent first.
func ordered(places []Place) (out []string) {
	count := map[string]int{}
	for i := range places {
		if c := places[i].Category; c != "" {
			if count[c]++; count[c] == 1 {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	return out
}
