package offers

import (
	"math"
	"slices"
)

// Discover puts the best match that is new to the person before all others, and reports whether there is one. The lift
// that it takes becomes part of its score and stands among its reasons. New is what is of no merchant, brand and
// category that anything was learned of. It goes by Places.
func (r *Result) Discover(p *Person) bool {
	list := r.Places()
	i := slices.IndexFunc(list, func(m Match) bool { return p.unknown(m.Offer) })
	if i > 0 {
		m, best := list[i], list[0].Score
		m.terms[termDiscovery] = float32(logit(best)-logit(m.Score)) + minLift
		m.Score = squash(float32(logit(m.Score)) + m.terms[termDiscovery])
		copy(list[1:i+1], list[:i])
		list[0] = m
	}
	return i >= 0
}

// minLift makes a difference where there is none.
const minLift = 0.01

// unknown reports whether nothing was learned of an offer's merchant, brand and category.
func (p *Person) unknown(o *Offer) bool {
	for _, key := range [...]uint64{
		hashOf(kindMerchant, string(o.Merchant)), hashOf(kindBrand, o.Brand), hashOf(kindCategory, o.Category),
	} {
		if _, found := p.find(key); found {
			return false
		}
	}
	return true
}

func logit(score float64) float64 { return math.Log(score / (1 - score)) }
