package offers

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// trait is how much a person is drawn to a category, a brand or a merchant. Weight was true at time at (Unix
// seconds) and halves every halfLife; negative means kept away from.
type trait struct {
	key    uint64
	kind   kind
	name   string
	weight float64
	at     int64
}

const (
	halfLife = 45 * 24 * time.Hour

	weightPurchase = 1.0
	weightVisit    = 0.6
	weightLiked    = 1.5
	weightOpened   = 0.3
	weightDismiss  = -0.2
	weightAverse   = -2.0
	parentShare    = 0.5 // of the weight goes to the category above, and again to the one above that
	maxWeight      = 20.0
)

// Purchased learns from a purchase; what is not known is left empty.
func (p *Person) Purchased(at time.Time, category, brand string, merchant id.Merchant) {
	p.learn(at, category, brand, merchant, weightPurchase)
}

// Visited learns from a stop at a place.
func (p *Person) Visited(at time.Time, place *Place) {
	p.learn(at, place.Category, place.Brand, place.Merchant, weightVisit)
}

// Feedback learns from what the person did with an offer, and remembers it for the offer itself.
func (p *Person) Feedback(at time.Time, a Action, o *Offer) {
	s := p.remember(o.ID)
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
		weight, s.never = weightAverse, true
	}
	p.learn(at, o.Category, o.Brand, o.Merchant, weight)
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
	now := at.Unix()
	i, found := p.find(key)
	if !found {
		if len(p.traits) == maxTraits {
			p.forgetWeakest(now)
			i, _ = p.find(key)
		}
		p.traits = slices.Insert(p.traits, i, trait{key: key, kind: k, name: name, at: now})
	}
	t := &p.traits[i]
	t.weight = max(-maxWeight, min(t.now(now)+by, maxWeight))
	t.at = max(t.at, now)
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

func (p *Person) forgetWeakest(now int64) {
	weakest := 0
	for i := range p.traits {
		if math.Abs(p.traits[i].now(now)) < math.Abs(p.traits[weakest].now(now)) {
			weakest = i
		}
	}
	p.traits = slices.Delete(p.traits, weakest, weakest+1)
}

// now returns the weight after decay.
func (t *trait) now(now int64) float64 {
	if now <= t.at {
		return t.weight
	}
	return t.weight * math.Exp2(-float64(now-t.at)/halfLife.Seconds())
}

// weight returns the present weight of a category, brand or merchant, 0 if nothing is known.
func (p *Person) weight(key uint64, now int64) float64 {
	if key == 0 || len(p.traits) == 0 {
		return 0
	}
	if i, found := p.find(key); found {
		return p.traits[i].now(now)
	}
	return 0
}

// saturate maps a weight to (-1, 1): two purchases are worth a half.
func saturate(weight float64) float64 { return weight / (math.Abs(weight) + 2) }

// ForgetHistory drops what was learned from purchases, visits and feedback: for a withdrawn consent.
func (p *Person) ForgetHistory() { p.traits = nil }

// Affinity is one line of what was learned about a person.
type Affinity struct {
	Kind   string  `json:"kind"` // category, brand or merchant
	Name   string  `json:"name"`
	Weight float64 `json:"weight"` // -1 to 1
}

// Affinities returns what was learned, strongest first: for the person's own export.
func (p *Person) Affinities(now time.Time) []Affinity {
	out := make([]Affinity, 0, len(p.traits))
	for i := range p.traits {
		t := &p.traits[i]
		out = append(out, Affinity{t.kind.String(), t.name, saturate(t.now(now.Unix()))})
	}
	slices.SortFunc(out, func(a, b Affinity) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return out
}
