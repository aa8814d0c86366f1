package offers

import (
	"hash/fnv"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/internal/id"
)

// entry is an offer, or a place for the index of places, made ready for matching: names hashed, times as numbers.
// What matching reads fills three cache lines; the offer itself is not touched. It is immutable but for the atomics, and
// replaced when its offer or place is.
type entry struct {
	offer     *Offer // nil in the index of places
	place     *Place
	demands   *demands  // nil: none
	schedule  *schedule // of the place; nil: not known
	target    geo.Point // what distances go to: the place, or the reach's centre
	starts    int64     // Unix nanoseconds
	ends      int64
	key       uint64    // of the offer's id
	merchant  uint64    // key
	brand     uint64    // key; 0: none
	category  [3]uint64 // keys of its own and those above it, special to general; 0: none
	reach     geo.Region
	radius    float32 // of a circle around the reach's centre that holds the reach
	reward    float32 // strength in [0, 1]
	vague     float32 // metres: a fix that is less accurate may lie anywhere
	detour    float32 // minutes, the most for OnTheWay
	perUser   int32   // budget; 0: no bound
	shape     uint32  // changes when the reach does; for the tracker
	fence     uint64  // what the tracker knows the reach by; 0: the offer has no fences
	dwell     uint32  // milliseconds, for the tracker, as is the next; 0: none
	cooldown  uint32  // between two events of one kind
	triggers  Trigger
	status    Status
	moods     uint8                      // group of categories: see moodGroupOf
	fit       uint8                      // row of fits: when in the day its category is wanted
	holdout   uint8                      // percent of people who don't get it
	price     uint8                      // tier
	worth     uint16                     // kind and strength of the reward, for the learned stage
	exhausted atomic.Pointer[stretch]    // when nothing is left of its budgets; nil: never
	spot      uint32                     // of the place, for the place ranker
	site      uint64                     // of one of several entries of an offer: key of its place; 0: the only one, or the head
	several   *several                   // of an offer at several places, in its head; nil: at one or none
	soldOut   atomic.Pointer[[]id.Place] // its places where one of the offer's items is out of stock; nil: nowhere
	ruling    atomic.Pointer[ruling]     // the guard rails' last one on it: see Guardrails.ruling
}

// same reports whether both are of the same offer, and at the same place if it stands at several.
func (e *entry) same(o *entry) bool { return e.key == o.key && e.site == o.site }

// newEntry makes an offer ready that is redeemed at a place; nil: at none, or at several.
func (c *Catalogue) newEntry(o *Offer, place *Place) *entry {
	e := newEntry(o, place)
	if o.Status == Active {
		e.demands, e.schedule = c.demands(o), c.scheduleOf(place)
	}
	return e
}

func newEntry(o *Offer, place *Place) *entry {
	reach := o.Reach
	if reach.IsZero() && place != nil {
		reach, _ = geo.NewCircle(place.Point, o.Radius) // a radius that is none leaves no reach
	}
	e := &entry{
		offer: o, place: place, reach: reach, target: reach.Centre(), radius: float32(reach.Extent()),
		triggers: o.Triggers, status: o.Status, perUser: int32(min(o.Budget.PerUser, MaxBudget)),
		key: hashOf(kindOffer, string(o.ID)), merchant: hashOf(kindMerchant, string(o.Merchant)),
		category: categoryKeys(o.Category),
		starts:   math.MinInt64, ends: math.MaxInt64,
		reward: strength(o.Reward), fit: fitOf(o.Category), detour: DefaultDetourMinutes,
		// A circle that is twice as large as the reach lies mostly outside.
		vague: float32(math.Sqrt(2 * reach.Area() / math.Pi)),
	}
	if o.DetourMinutes > 0 {
		e.detour = float32(o.DetourMinutes)
	}
	if o.OnlyAfter {
		e.triggers = FollowUp
	}
	if e.triggers&fences != 0 {
		e.fence, e.shape = e.key, fenceShape(reach)
		e.dwell, e.cooldown = millis(o.Dwell), millis(o.cooldown())
	}
	e.moods = moodGroupOf(o.Category)
	e.price, e.worth = uint8(o.PriceTier), uint16(o.Reward.Kind)<<8|uint16(e.reward*10) //nolint:gosec // validated: 0 to 4, 0 to 10
	e.holdout = uint8(o.Holdout)                                                        //nolint:gosec // validated: at most MaxHoldout
	if o.Brand != "" {
		e.brand = hashOf(kindBrand, o.Brand)
	}
	if !o.Starts.IsZero() {
		e.starts = nanos(o.Starts)
	}
	if !o.Ends.IsZero() {
		e.ends = nanos(o.Ends)
	}
	if place != nil {
		e.target, e.spot = place.Point, spotOf(place.ID)
	}
	return e
}

func newPlaceEntry(p *Place, around geo.Region) *entry {
	return &entry{
		place: p, reach: around, target: p.Point, radius: MaxPlaceDistance,
		key: hashOf(kindPlace, string(p.ID)), category: categoryKeys(p.Category),
	}
}

// nanos returns t in Unix nanoseconds, clamped to what int64 holds.
func nanos(t time.Time) int64 {
	switch {
	case t.Year() < 1700:
		return math.MinInt64
	case t.Year() > 2250:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// millis returns d in milliseconds, clamped to what a tracker keeps.
func millis(d time.Duration) uint32 {
	return uint32(min(max(d, 0), fence.Keep).Milliseconds()) //nolint:gosec // a day at most
}

// strength maps a reward to [0, 1] by what it is worth at most; it weighs little, so that a discount never outdoes
// what the person likes.
func strength(r Reward) float32 {
	switch r.Kind {
	case Percent:
		return float32(min(r.Value, 50) / 50)
	case Amount:
		return float32(min(r.Value, 20) / 20)
	case TwoForOne, FreeItem:
		return 0.8
	case Points:
		return 0.3
	default:
		return 0
	}
}

// Key returns the number by which matches and suppressions name an offer.
func Key(offer id.Offer) uint64 { return hashOf(kindOffer, string(offer)) }

// kind keeps names of different sorts apart in a hash.
type kind byte

const (
	kindOffer kind = iota + 1
	kindMerchant
	kindPlace
	kindBrand
	kindCategory
	kindPerson
	kindItem     // by SKU
	kindItemName // normalised
)

// hashOf returns a number that stands for a name of a kind; 0 for none. Brands are compared without regard to case.
func hashOf(k kind, name string) uint64 {
	if name == "" {
		return 0
	}
	if k == kindBrand {
		name = strings.ToLower(name)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte{byte(k)})
	_, _ = h.Write([]byte(name))
	return mix(h.Sum64()) | 1
}

// categoryKeys returns the keys of a category and of those above it: restaurant.italian, restaurant.
func categoryKeys(slug string) (keys [3]uint64) {
	for i := 0; i < len(keys) && slug != ""; i++ {
		keys[i] = hashOf(kindCategory, slug)
		dot := strings.LastIndexByte(slug, '.')
		if dot < 0 {
			break
		}
		slug = slug[:dot]
	}
	return keys
}
