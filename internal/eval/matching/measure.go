package matching

import (
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// Figures are what people got out of a matcher; each is a mean over seeds with its 95 % interval over them.
type Figures struct {
	Name       string `json:"name"`
	Deliveries Mean   `json:"deliveriesPerPersonAndDay"`
	Taken      Mean   `json:"takenPerDelivery"`
	PerWeek    Mean   `json:"takenPerPersonAndWeek"`
	Unwanted   Mean   `json:"unwantedPerDelivery"` // dismissed or never again
	Regret     Mean   `json:"regret"`              // by how much the best offer there would have been likelier taken
	Categories Mean   `json:"categoriesPerPerson"`
	Variety    Mean   `json:"variety"`    // probability that two deliveries to a person are of different categories
	Fresh      Mean   `json:"freshShare"` // of deliveries: a category that the person was never sent before
}

// Mean is a figure over seeds.
type Mean struct {
	Value eval.Number `json:"value"`
	eval.Interval
}

// Gain is how one matcher compares with another in the same worlds: differences, paired by seed.
type Gain struct {
	Of       string `json:"of"`
	Over     string `json:"over"`
	Taken    Mean   `json:"takenPerDelivery"`
	PerWeek  Mean   `json:"takenPerPersonAndWeek"`
	Unwanted Mean   `json:"unwantedPerDelivery"`
	Regret   Mean   `json:"regret"`
	Variety  Mean   `json:"variety"`
}

// seedFigures are those of one seed, in the order of Figures.
type seedFigures [8]float64

func figuresOf(list []delivery, o *Options) (f seedFigures) {
	n, people := float64(len(list)), float64(o.People)
	byPerson := make([][]int, o.People)
	for i := range list {
		d := &list[i]
		byPerson[d.person] = append(byPerson[d.person], d.category)
		switch d.answer {
		case taken:
			f[1]++
		case dismissed, never:
			f[3]++
		case ignored, opened:
		}
		f[4] += d.best - d.wish
		if d.fresh {
			f[7]++
		}
	}
	f[0] = n / people / float64(o.Days)
	f[2] = f[1] / people / float64(o.Days) * 7
	several := 0.0
	for _, cs := range byPerson {
		slices.Sort(cs)
		f[5] += float64(len(slices.Compact(slices.Clone(cs)))) / people
		if len(cs) > 1 {
			several++
			f[6] += variety(cs)
		}
	}
	f[6] /= max(several, 1)
	for _, i := range [...]int{1, 3, 4, 7} {
		f[i] /= max(n, 1)
	}
	return f
}

// variety is the probability that two draws are different (Simpson).
func variety(cs []int) float64 {
	n, same := float64(len(cs)), 0.0
	for i := 0; i < len(cs); {
		j := i
		for j < len(cs) && cs[j] == cs[i] {
			j++
		}
		k := float64(j - i)
		same, i = same+k*(k-1), j
	}
	return 1 - same/(n*(n-1))
}

// meanOf is the mean of one value per seed, with its interval.
func meanOf(values []float64) Mean {
	mean := func(drawn []int) float64 {
		sum := 0.0
		for _, i := range drawn {
			sum += values[i]
		}
		return sum / float64(len(drawn))
	}
	all := make([]int, len(values))
	for i := range all {
		all[i] = i
	}
	return Mean{eval.Number(mean(all)), eval.Bootstrap(len(values), 1, mean)}
}

func summary(name string, seeds []seedFigures) Figures {
	at := func(i int) Mean {
		values := make([]float64, len(seeds))
		for s := range seeds {
			values[s] = seeds[s][i]
		}
		return meanOf(values)
	}
	return Figures{name, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)}
}

func gain(of, over string, a, b []seedFigures) Gain {
	at := func(i int) Mean {
		values := make([]float64, len(a))
		for s := range a {
			values[s] = a[s][i] - b[s][i]
		}
		return meanOf(values)
	}
	return Gain{of, over, at(1), at(2), at(3), at(4), at(6)}
}

// Curve is a share over days or events.
type Curve struct {
	Name  string        `json:"name"`
	Share []eval.Number `json:"share"`
}

// daily is the share of deliveries that was taken on each day, over all seeds, each day with the two beside it.
func daily(name string, runs [][]delivery, days int) Curve {
	took, sent := make([]float64, days), make([]float64, days)
	for _, list := range runs {
		for i := range list {
			for day := max(list[i].day-1, 0); day <= min(list[i].day+1, days-1); day++ {
				sent[day]++
				if list[i].answer == taken {
					took[day]++
				}
			}
		}
	}
	c := Curve{Name: name}
	for day := range days {
		c.Share = append(c.Share, eval.Number(took[day]/sent[day]))
	}
	return c
}

const (
	eventStep = 5  // deliveries after a change that are counted together
	events    = 60 // that are looked at
)

// recovery is the share that was taken of the deliveries after people changed their taste, five at a time, as a part of what
// they took in the ten days before.
func recovery(name string, runs [][]delivery, days int) (c Curve, before float64) {
	var took, sent [events / eventStep]float64
	was, of := 0.0, 0.0
	for _, list := range runs {
		for i := range list {
			d := &list[i]
			hit := 0.0
			if d.answer == taken {
				hit = 1
			}
			switch {
			case d.person%3 > 0:
			case d.changed > 0 && d.changed <= events:
				took[(d.changed-1)/eventStep] += hit
				sent[(d.changed-1)/eventStep]++
			case d.day < days/2 && d.day >= days/2-10:
				was, of = was+hit, of+1
			}
		}
	}
	c.Name, before = name, was/of
	for i := range took {
		c.Share = append(c.Share, eval.Number(took[i]/sent[i]/before))
	}
	return c, before
}

// reaches returns after how many events a curve is at a share and stays there on average, or 0 if it never is.
func (c *Curve) reaches(share float64) int {
	for i := range c.Share {
		rest := 0.0
		for _, v := range c.Share[i:] {
			rest += float64(v)
		}
		if float64(c.Share[i]) >= share && rest/float64(len(c.Share)-i) >= share && !math.IsNaN(rest) {
			return (i + 1) * eventStep
		}
	}
	return 0
}
