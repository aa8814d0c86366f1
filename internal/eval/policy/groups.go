package policy

import (
	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/offers/trial"
)

// groups tells which group each decision belongs to.
type groups struct {
	number map[string]int
	of     []int // by decision
}

func (g *groups) add(name string) {
	n, ok := g.number[name]
	if !ok {
		n = len(g.number)
		g.number[name] = n
	}
	g.of = append(g.of, n)
}

// sums are those of a group's decisions.
type sums struct{ n, reward, weight, weighted, model, robust float64 }

func (s *sums) add(o *sums) {
	s.n += o.n
	s.reward += o.reward
	s.weight += o.weight
	s.weighted += o.weighted
	s.model += o.model
	s.robust += o.robust
}

// draw replaces the intervals of a policy, and of what was logged, by those of a bootstrap over whole groups.
func (g *groups) draw(log []trial.Decision, r *Result, p *Policy, modelled bool) {
	of := make([]sums, len(g.number))
	for i := range log {
		d := &log[i]
		w := d.Weight()
		of[g.of[i]].add(&sums{1, d.Reward, w, w * d.Reward, d.ExpectedTarget, d.ExpectedTarget + w*(d.Reward-d.Expected)})
	}
	over := func(figure func(*sums) float64) eval.Interval {
		return eval.Bootstrap(len(of), 1, func(drawn []int) float64 {
			var all sums
			for _, k := range drawn {
				all.add(&of[k])
			}
			return figure(&all)
		})
	}
	r.Logged.Interval = over(func(s *sums) float64 { return s.reward / s.n })
	p.IPS.Interval = over(func(s *sums) float64 { return s.weighted / s.n })
	p.SNIPS.Interval = over(func(s *sums) float64 { return s.weighted / s.weight })
	if modelled {
		p.DM.Interval = over(func(s *sums) float64 { return s.model / s.n })
		p.DR.Interval = over(func(s *sums) float64 { return s.robust / s.n })
	}
}
