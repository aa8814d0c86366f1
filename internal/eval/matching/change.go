package matching

import (
	"math"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// Change is how a matcher follows people whose tastes change at half time.
type Change struct {
	Name   string        `json:"name"`
	Former eval.Number   `json:"acceptedPerDeliveredBefore"` // in the two weeks before
	Share  []eval.Number `json:"shareOfFormer"`              // of the deliveries since, ten each
	Same   []eval.Number `json:"withoutChange"`              // the same of the same people if their tastes stay
	Fifths Followed      `json:"toFourFifths"`
	Tenths Followed      `json:"toNineTenths"`
}

// Followed is how many deliveries pass until a part of the former share of acceptance is reached again, and, on average, kept; null: it is
// not, among the first 150. 0: it was never lost. The interval is by bootstrap over seeds; what is not reached counts as the end.
type Followed struct {
	Deliveries eval.Number `json:"deliveries"`
	eval.Interval
}

const (
	step     = 10  // deliveries that are counted together
	followed = 150 // deliveries after a change
)

// changeOf compares people whose tastes changed with themselves before, and with themselves in the same worlds without the change.
func changeOf(name string, changed, same []*tally) Change {
	c := Change{Name: name}
	all := make([]int, len(changed))
	for i := range all {
		all[i] = i
	}
	share, former := curve(changed, changed, all)
	steady, level := curve(same, changed, all)
	c.Former = eval.Number(former)
	for _, v := range steady {
		c.Same = append(c.Same, eval.Number(v*level/former))
	}
	for _, v := range share {
		c.Share = append(c.Share, eval.Number(v))
	}
	c.Fifths, c.Tenths = followedTo(0.8, changed, share), followedTo(0.9, changed, share)
	return c
}

func followedTo(part float64, changed []*tally, share []float64) Followed {
	return Followed{eval.Number(reached(part, share)), eval.Bootstrap(len(changed), 1, func(drawn []int) float64 {
		share, _ := curve(changed, changed, drawn)
		if n := reached(part, share); !math.IsNaN(n) {
			return n
		}
		return followed
	})}
}

// curve is the share of former acceptance by deliveries since half time, of the people who changed in the runs who, and what was
// accepted before.
func curve(runs, who []*tally, seeds []int) (share []float64, former float64) {
	var took, sent [followed / step]float64
	var before counts
	for _, seed := range seeds {
		for i := range who[seed].people {
			if !who[seed].people[i].changed {
				continue
			}
			p := &runs[seed].people[i]
			before.add(&p.former)
			for k, yes := range p.after[:min(len(p.after), followed)] {
				if sent[k/step]++; yes {
					took[k/step]++
				}
			}
		}
	}
	former = float64(before.accepted) / float64(before.delivered)
	for i := range took {
		share = append(share, took[i]/sent[i]/former)
	}
	return share, former
}

// reached is the number of deliveries from which on a part is there, in the next ten and on average in all that follow; NaN for never.
func reached(part float64, share []float64) float64 {
	for i := range share {
		sum, n := 0.0, 0.0
		for _, v := range share[i:] {
			if !math.IsNaN(v) { // there were no deliveries
				sum, n = sum+v, n+1
			}
		}
		if share[i] >= part && sum/n >= part {
			return float64(i * step)
		}
	}
	return math.NaN()
}
