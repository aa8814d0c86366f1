package trial

import (
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Decision is one that was made and what came of it.
type Decision struct {
	Propensity float64 // probability with which it was made, in (0, 1]
	Reward     float64 // what came of it, 0 to 1
	Target     float64 // probability with which the policy in question would have made it, 0 to 1

	// Of DM and DR: what a model expects of this decision, and of what the policy in question would have decided. The model must not
	// have learned from this decision (cross-fitting).
	Expected, ExpectedTarget float64
}

// Check refuses a decision that tells nothing, and names the field.
func (d *Decision) Check() error {
	in := func(v float64) bool { return v >= 0 && v <= 1 }
	switch {
	case !(d.Propensity > 0 && d.Propensity <= 1):
		return fault.Field("propensity", "must be above 0 and at most 1: what could not happen says nothing")
	case !in(d.Reward):
		return fault.Field("reward", "must be from 0 to 1")
	case !in(d.Target):
		return fault.Field("target", "must be from 0 to 1")
	case !in(d.Expected) || !in(d.ExpectedTarget):
		return fault.Field("expected", "must be from 0 to 1")
	}
	return nil
}

// MostWeight is where weights are cut: a decision that was nearly never made speaks for no more than this many.
const MostWeight = 20

// Weight is how many decisions of the policy in question this one stands for, 0 to MostWeight.
func (d *Decision) Weight() float64 { return min(d.Target/d.Propensity, MostWeight) }

// Estimate is the mean reward of a policy, with a 95 % interval.
type Estimate struct {
	Value, Low, High float64
}

// Estimates are what a log says of a policy by several estimators (Dudík, Langford & Li 2011; Swaminathan & Joachims 2015).
type Estimates struct {
	Decisions int
	Effective float64  // sample size: (Σw)²/Σw²
	Logged    Estimate // the policy that made the log
	IPS       Estimate // inverse propensity: unbiased but for cut weights
	SNIPS     Estimate // self-normalised: little bias, less variance
	DM        Estimate // direct method: as good as its model; NaN without one
	DR        Estimate // doubly robust: right if the model or the propensities are; NaN without a model
}

// Enough is the effective sample size below which nothing is said.
const Enough = 200

// ErrTooFew says that the log can't tell of the policy: it decided otherwise too often.
var ErrTooFew = fault.New(fault.Invalid, fault.CodeNotEligible, "The log speaks for fewer than %d decisions of this policy: nothing can be said of it.", Enough)

// Of estimates the mean reward of the policy that the targets are of. modelled says that the decisions have expectations. Decisions
// that fail Check are an error; so is, as ErrTooFew with all figures given, a log that knows too little.
func Of(log []Decision, modelled bool) (Estimates, error) {
	e := Estimates{Decisions: len(log)}
	var logged, ips, dm, dr, weights sum
	for i := range log {
		d := &log[i]
		if err := d.Check(); err != nil {
			return e, err
		}
		w := d.Weight()
		logged.add(d.Reward)
		weights.add(w)
		ips.add(w * d.Reward)
		dm.add(d.ExpectedTarget)
		dr.add(d.ExpectedTarget + w*(d.Reward-d.Expected))
	}
	if weights.squares > 0 {
		e.Effective = weights.total * weights.total / weights.squares
	}
	e.Logged, e.IPS = logged.estimate(0, 1), ips.bernstein(MostWeight)
	e.SNIPS = ratio(log, weights.total)
	e.DM, e.DR = unknown, unknown
	if modelled {
		e.DM, e.DR = dm.estimate(0, 1), dr.estimate(math.Inf(-1), math.Inf(1))
	}
	if e.Effective < Enough {
		return e, ErrTooFew
	}
	return e, nil
}

var unknown = Estimate{math.NaN(), math.NaN(), math.NaN()}

// sum adds up values.
type sum struct{ n, total, squares float64 }

func (s *sum) add(v float64) { s.n, s.total, s.squares = s.n+1, s.total+v, s.squares+v*v }

func (s *sum) mean() float64 { return s.total / s.n }

func (s *sum) variance() float64 {
	if s.n < 2 {
		return math.NaN()
	}
	return max(s.squares-s.total*s.total/s.n, 0) / (s.n - 1)
}

const normal = 1.959964 // 97.5th percentile

// estimate is the mean with its normal interval, within bounds.
func (s *sum) estimate(low, high float64) Estimate {
	half := normal * math.Sqrt(s.variance()/s.n)
	return Estimate{s.mean(), max(s.mean()-half, low), min(s.mean()+half, high)}
}

// bernstein is the mean of values from 0 to most, with an interval that holds for any of them (empirical Bernstein: Maurer & Pontil
// 2009, with 2.5 % on each side).
func (s *sum) bernstein(most float64) Estimate {
	const tail = 4.382026634673881 // ln(2/0.025)
	half := math.Sqrt(2*s.variance()*tail/s.n) + 7*most*tail/(3*(s.n-1))
	return Estimate{s.mean(), max(s.mean()-half, 0), min(s.mean()+half, 1)}
}

// ratio is SNIPS, its interval by the delta method.
func ratio(log []Decision, total float64) Estimate {
	if total == 0 {
		return unknown
	}
	value := 0.0
	for i := range log {
		value += log[i].Weight() * log[i].Reward / total
	}
	spread := 0.0
	for i := range log {
		r := log[i].Weight() * (log[i].Reward - value) / total
		spread += r * r
	}
	half := normal * math.Sqrt(spread)
	return Estimate{value, max(value-half, 0), min(value+half, 1)}
}
