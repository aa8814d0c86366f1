package offers

import (
	"cmp"
	"math"
	"slices"
	"time"
	"unique"

	"github.com/flaneur-io/flaneur/internal/id"
)

// trait is how much a person is drawn to a category, a brand or a merchant; negative: kept away from. Weights halve
// every halfLife. They are kept as what they would be worth at one fixed time, the epoch, so that a single factor
// brings all of them to the present (forward decay: Cormode et al. 2009).
type trait struct {
	key    uint64
	name   unique.Handle[string]
	weight float64
}

// kind follows from the key: it is not worth eight bytes of everybody's memory.
func (t *trait) kind() kind {
	for _, k := range [...]kind{kindCategory, kindBrand} {
		if hashOf(k, t.name.Value()) == t.key {
			return k
		}
	}
	return kindMerchant
}

const (
	halfLife = 45 * 24 * 3600 // seconds
	epoch    = 1_577_836_800  // 2020-01-01, Unix seconds

	weightPurchase = 1.0
	weightVisit    = 0.6
	weightLiked    = 1.5
	weightOpened   = 0.3
	weightDismiss  = -0.2
	weightAverse   = -2.0
	weightLess     = -1.5 // to a category
	weightStar     = 0.75 // for each star above the middle
	middleStars    = 3
	parentShare    = 0.5 // of the weight goes to the category above, and again to the one above that
	maxWeight      = 20.0
)

// Purchased learns from a purchase, and remembers it for the conditions of offers; what is not known is left empty.
func (p *Person) Purchased(at time.Time, category, brand string, merchant id.Merchant) {
	p.learn(at, category, brand, merchant, weightPurchase)
	p.tookFrom(at, category, merchant)
}

// Visited learns from a stop at a place.
func (p *Person) Visited(at time.Time, place *Place) {
	p.learn(at, place.Category, place.Brand, place.Merchant, weightVisit)
}

// Unpurchased takes back what Purchased learned, but for what was forgotten or bounded since.
func (p *Person) Unpurchased(at time.Time, category, brand string, merchant id.Merchant) {
	p.learn(at, category, brand, merchant, -weightPurchase)
}

// Unvisited takes back what Visited learned, but for what was forgotten or bounded since.
func (p *Person) Unvisited(at time.Time, place *Place) {
	p.learn(at, place.Category, place.Brand, place.Merchant, -weightVisit)
}

// Feedback learns from what the person did with an offer, and remembers it for the offer itself.
func (p *Person) Feedback(at time.Time, a Action, o *Offer) {
	s := p.remember(at, o.ID)
	s.answered = true
	weight := 0.0
	switch a {
	case Opened:
		weight, s.ignored = weightOpened, 0
	case Liked:
		weight, s.ignored = weightLiked, 0
	case Dismissed:
		weight, s.dismissed = weightDismiss, at.Unix()
	case NotInterested:
		weight = weightAverse
		p.neverAgain(o.ID)
	case NotNow:
		p.mute(o.Merchant, at.Add(muteFor))
	case LessLikeThis:
		s.dismissed = at.Unix()
		p.learn(at, o.Category, "", "", weightLess)
	}
	p.learn(at, o.Category, o.Brand, o.Merchant, weight)
}

// Rated learns from stars, 1 to 5, that the person gave an offer or a place; either may be nil. A rating that replaces another
// counts by the stars that it has more.
func (p *Person) Rated(at time.Time, stars, before int, o *Offer, place *Place) {
	if before == 0 {
		before = middleStars
	}
	switch weight := weightStar * float64(stars-before); {
	case weight == 0:
	case o != nil:
		p.learn(at, o.Category, o.Brand, o.Merchant, weight)
	case place != nil:
		p.learn(at, place.Category, place.Brand, place.Merchant, weight)
	}
}

// Unrated takes back what Rated learned.
func (p *Person) Unrated(at time.Time, stars int, o *Offer, place *Place) {
	p.Rated(at, middleStars, stars, o, place)
}

func (p *Person) learn(at time.Time, category, brand string, merchant id.Merchant, weight float64) {
	share := weight
	for rest := category; rest != ""; rest = above(rest) {
		p.adjust(at, kindCategory, rest, share)
		share *= parentShare
	}
	p.adjust(at, kindBrand, brand, weight)
	p.adjust(at, kindMerchant, string(merchant), weight)
}

func (p *Person) adjust(at time.Time, k kind, name string, by float64) {
	key := hashOf(k, name)
	if key == 0 {
		return
	}
	p.learned = max(p.learned, at.Unix())
	i, found := p.find(key)
	if !found {
		if len(p.traits) == maxTraits {
			p.forgetWeakest()
			i, _ = p.find(key)
		}
		p.traits = slices.Insert(tight(p.traits), i, trait{key: key, name: unique.Make(name)})
	}
	decay := decayAt(at)
	now := p.traits[i].weight*decay + by
	p.traits[i].weight = max(-maxWeight, min(now, maxWeight)) / decay
}

// decayAt returns the factor that brings weights from the epoch to a time.
func decayAt(t time.Time) float64 {
	lives := float64(t.Unix()-epoch) / halfLife
	return math.Exp2(-max(-900, min(lives, 900))) // a century either way, within what a float64 can hold
}

func (p *Person) find(key uint64) (int, bool) {
	lo, hi := 0, len(p.traits)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if p.traits[mid].key < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(p.traits) && p.traits[lo].key == key
}

func (p *Person) forgetWeakest() {
	weakest := 0
	for i := range p.traits {
		if math.Abs(p.traits[i].weight) < math.Abs(p.traits[weakest].weight) {
			weakest = i
		}
	}
	p.traits = slices.Delete(p.traits, weakest, weakest+1)
}

// weight returns the weight at the epoch of a category, brand or merchant, 0 if nothing is known.
func (p *Person) weight(key uint64) float64 {
	if key == 0 || len(p.traits) == 0 {
		return 0
	}
	if i, found := p.find(key); found {
		return p.traits[i].weight
	}
	return 0
}

// saturate maps a weight to (-1, 1): two purchases are worth a half.
func saturate(weight float64) float64 { return weight / (math.Abs(weight) + 2) }

// ForgetHistory drops what was learned from purchases, visits and feedback: for a withdrawn consent.
func (p *Person) ForgetHistory() {
	p.traits, p.learned, p.learning = nil, 0, nil
	p.customers, p.bought = nil, nil
}

// Affinity is one line of what was learned about a person.
type Affinity struct {
	Kind   string  `json:"kind"` // category, brand or merchant
	Name   string  `json:"name"`
	Weight float64 `json:"weight"` // -1 to 1
}

// Affinities returns what was learned, strongest first: for the person's own export.
func (p *Person) Affinities(now time.Time) []Affinity {
	out := make([]Affinity, 0, len(p.traits))
	decay := decayAt(now)
	for i := range p.traits {
		t := &p.traits[i]
		out = append(out, Affinity{t.kind().String(), t.name.Value(), saturate(t.weight * decay)})
	}
	slices.SortFunc(out, func(a, b Affinity) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return out
}
