package matching

import "math"

// The truth is the log-odds that somebody takes an offer, here and now. It has what the model has no features for: a taste that
// holds at its hours only, a price that suits, rain, being sated, a reward that does not help where there is no taste, and shops
// that somebody likes for no reason.

// sight is what of a moment matters.
type sight struct {
	hour   float64
	rain   bool
	metres float64
	been   bool    // at the shop before
	sated  float64 // days since something of the category was taken; large: never
}

const willing = -1.9 // log-odds before anything else is known

func (p *person) odds(o *promo, s *sight) float64 {
	k, taste := &categories[o.top()], p.taste[o.leaf]
	hours := (s.hour - k.hour - p.hour[o.top()]) / k.hours
	fits := math.Exp(-hours * hours / 2)
	v := willing + 0.8*(fits-0.5) + p.shop[o.number] + p.kind[o.kind]
	if taste > 0 {
		v += taste * (0.4 + 0.6*fits)
	} else {
		v += taste
	}
	if o.brand >= 0 {
		v += p.brand[o.brand]
	}
	worth := p.reward * o.reward
	if taste < -0.5 {
		worth /= 3
	}
	v += worth - 0.15*(float64(o.tier)-p.tier)*(float64(o.tier)-p.tier)
	far := p.far * math.Log2(1+s.metres/200)
	if s.rain {
		far *= 1.7
	}
	if v -= far; !s.been {
		v += p.novelty
	}
	if s.sated < 2 {
		v -= 1.2
	}
	return v
}

func logistic(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

// answer is what somebody does with an offer.
type answer uint8

const (
	ignored answer = iota
	opened
	dismissed
	never // not interested: never again
	redeemed
)

// answers draws what somebody does: chance and style are uniform in [0, 1).
func answers(odds, chance, style float64) answer {
	if chance < logistic(odds) {
		return redeemed
	}
	dislike := logistic(-2 * (odds + 3))
	switch {
	case style < 0.12*dislike:
		return never
	case style < 0.5*dislike+0.05:
		return dismissed
	case style < 0.5*dislike+0.05+0.4*logistic(odds+1.5):
		return opened
	}
	return ignored
}

// chance returns a number in [0, 1) that follows from its keys: arms that come to the same offer at the same moment meet the
// same chance.
func chance(keys ...uint64) float64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, k := range keys {
		h ^= k + 0x9e3779b97f4a7c15 + h<<6 + h>>2 // and SplitMix64's finish
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return float64(h>>11) / (1 << 53)
}
