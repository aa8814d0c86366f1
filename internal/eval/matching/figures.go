package matching

import (
	"math"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// Mean is a figure's mean over seeds, with the 95 % interval of Student's t.
type Mean struct {
	Value eval.Number `json:"value"`
	eval.Interval
}

// Figures are what people got out of a matcher. Shares of deliveries are of offers that were sent unasked.
type Figures struct {
	Name       string `json:"name"`
	Delivered  Mean   `json:"deliveredPerPersonAndWeek"`
	Accepted   Mean   `json:"acceptedPerDelivered"`
	PerWeek    Mean   `json:"acceptedPerPersonAndWeek"`
	Dismissed  Mean   `json:"dismissedPerDelivered"`
	Never      Mean   `json:"neverAgainPerDelivered"`
	Regret     Mean   `json:"regret"` // by how much the best offer that could have been sent would have been likelier accepted
	Asked      Mean   `json:"asked"`  // who asks: the probability that the first answer is accepted
	AskedBest  Mean   `json:"askedBest"`
	Apart      Mean   `json:"distanceWithinAWeek"` // between two deliveries to one person: 0 one shop, 0.5 one category, 1
	Categories Mean   `json:"categoriesPerPerson"`
	Merchants  Mean   `json:"merchantsPerPerson"`
	Discovered Mean   `json:"discoveries"`          // share of deliveries that were chosen for being new
	Fresh      Mean   `json:"newCategoryDelivered"` // categories per person that they neither go to nor were sent before
	Hidden     Hidden `json:"undiscoveredTaste"`
}

// Hidden is what people got who love a category that nothing leads them to.
type Hidden struct {
	Found    Mean `json:"found"`               // share of them who accepted something of it
	Days     Mean `json:"days"`                // until they did, or to the end
	PerWeek  Mean `json:"acceptedOfItPerWeek"` // per person
	Accepted Mean `json:"acceptedPerDelivered"`
}

// Gain is how a matcher compares with another in the same worlds: differences paired by seed.
type Gain struct {
	Of        string `json:"of"`
	Over      string `json:"over"`
	Accepted  Mean   `json:"acceptedPerDelivered"`
	PerWeek   Mean   `json:"acceptedPerPersonAndWeek"`
	Dismissed Mean   `json:"dismissedPerDelivered"`
	Never     Mean   `json:"neverAgainPerDelivered"`
	Regret    Mean   `json:"regret"`
	Asked     Mean   `json:"asked"`
	Apart     Mean   `json:"distanceWithinAWeek"`
	Hidden    Missed `json:"undiscoveredTaste"`
}

// Missed is Gain for those who love a category that nothing leads them to, see Hidden.
type Missed struct {
	Found    Mean `json:"found"`
	PerWeek  Mean `json:"acceptedOfItPerWeek"`
	Accepted Mean `json:"acceptedPerDelivered"`
}

// figure is one of a run.
type figure func(*tally) float64

func share(of func(*counts) int) figure {
	return func(t *tally) float64 {
		all := t.all()
		return float64(of(&all)) / float64(all.delivered)
	}
}

func perWeek(of func(*counts) int) figure {
	return func(t *tally) float64 {
		all := t.all()
		return float64(of(&all)) / t.personWeeks()
	}
}

// perPerson is the mean over the people who count.
func perPerson(of func(*record) (value float64, counts bool)) figure {
	return func(t *tally) float64 {
		sum, n := 0.0, 0.0
		for i := range t.people {
			if v, counts := of(&t.people[i]); counts {
				sum, n = sum+v, n+1
			}
		}
		return sum / n
	}
}

func (t *tally) all() (sum counts) {
	for _, d := range t.daily {
		sum.add(&d)
	}
	return sum
}

func (c *counts) add(d *counts) {
	c.delivered += d.delivered
	c.accepted += d.accepted
	c.opened += d.opened
	c.dismissed += d.dismissed
	c.never += d.never
}

func (t *tally) personWeeks() float64 { return float64(len(t.people)*len(t.daily)) / 7 }

func (t *tally) each(sum float64) float64 { return sum / float64(t.all().delivered) }

func delivered(c *counts) int { return c.delivered }

func accepted(c *counts) int { return c.accepted }

func regret(t *tally) float64 { return t.each(t.regret) }

func asked(t *tally) float64 { return t.asked.first / t.asked.n }

func apart(t *tally) float64 { return t.apart / float64(t.pairs) }

// found is the share of those with an undiscovered taste who accepted something of it.
func found(t *tally) float64 {
	return perPerson(func(p *record) (float64, bool) { return float64(min(p.loved, 1)), p.hidden >= 0 })(t)
}

func ofHidden(t *tally) float64 {
	return 7 / float64(t.days) * perPerson(func(p *record) (float64, bool) { return float64(p.loved), p.hidden >= 0 })(t)
}

func acceptedByHidden(t *tally) float64 {
	var sum counts
	for i := range t.people {
		if p := &t.people[i]; p.hidden >= 0 {
			sum.add(&p.counts)
		}
	}
	return float64(sum.accepted) / float64(sum.delivered)
}

// figuresOf are the means over the seeds of an arm.
func figuresOf(name string, seeds []*tally) Figures {
	of := func(f figure) Mean { return mean(seeds, f) }
	return Figures{
		Name: name, Delivered: of(perWeek(delivered)), Accepted: of(share(accepted)), PerWeek: of(perWeek(accepted)),
		Dismissed: of(share(func(c *counts) int { return c.dismissed })), Never: of(share(func(c *counts) int { return c.never })),
		Regret: of(regret), Asked: of(asked), AskedBest: of(func(t *tally) float64 { return t.asked.best / t.asked.n }), Apart: of(apart),
		Categories: of(perPerson(func(p *record) (float64, bool) { return count(p.tops[:]), true })),
		Merchants:  of(perPerson(func(p *record) (float64, bool) { return count(p.shops[:]), true })),
		Discovered: of(func(t *tally) float64 { return t.each(float64(t.lifted)) }),
		Fresh:      of(func(t *tally) float64 { return float64(t.fresh) / float64(len(t.people)) }),
		Hidden: Hidden{
			Found: of(found),
			Days: of(func(t *tally) float64 {
				return perPerson(func(p *record) (float64, bool) {
					if p.found < 0 {
						return float64(t.days), p.hidden >= 0
					}
					return float64(p.found), p.hidden >= 0
				})(t)
			}),
			PerWeek:  of(ofHidden),
			Accepted: of(acceptedByHidden),
		},
	}
}

func count(list []bool) (n float64) {
	for _, v := range list {
		if v {
			n++
		}
	}
	return n
}

func gainOf(of, over string, a, b []*tally) Gain {
	diff := func(f figure) Mean {
		values := make([]float64, len(a))
		for i := range a {
			values[i] = f(a[i]) - f(b[i])
		}
		return meanOf(values)
	}
	return Gain{
		of, over, diff(share(accepted)), diff(perWeek(accepted)), diff(share(func(c *counts) int { return c.dismissed })),
		diff(share(func(c *counts) int { return c.never })), diff(regret), diff(asked), diff(apart),
		Missed{diff(found), diff(ofHidden), diff(acceptedByHidden)},
	}
}

func mean(seeds []*tally, f figure) Mean {
	values := make([]float64, len(seeds))
	for i, t := range seeds {
		values[i] = f(t)
	}
	return meanOf(values)
}

// Constant table: Student's t for 95 %, by degrees of freedom from 1.
var student = [...]float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228}

func meanOf(values []float64) Mean {
	n, sum, squares := float64(len(values)), 0.0, 0.0
	for _, v := range values {
		sum += v
	}
	m := sum / n
	for _, v := range values {
		squares += (v - m) * (v - m)
	}
	t := 1.96 + 2.5/(n-1) // within 0.02
	if len(values)-2 < len(student) {
		t = student[len(values)-2]
	}
	wide := t * math.Sqrt(squares/(n-1)/n)
	return Mean{eval.Number(m), eval.Interval{Low: eval.Number(m - wide), High: eval.Number(m + wide)}}
}
