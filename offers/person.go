package offers

import (
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
)

// Action is what a person did with an offer.
type Action uint8

// The actions.
const (
	Opened        Action = iota
	Dismissed            // not this offer now: not pushed again for a month
	Liked                // more of this
	NotInterested        // nothing of this: the offer is never pushed again
	NotNow               // nothing of this merchant for some hours
	LessLikeThis         // less of this category; the offer not for a month
	NeverBrand           // the caller blocks the brand
	NeverMerchant        // the caller blocks the merchant
)

// BlockKind says what a Block names.
type BlockKind uint8

// The kinds of block.
const (
	BlockMerchant BlockKind = iota
	BlockBrand
	BlockCategory // with all below it
)

// Block keeps a merchant, a brand or a category away from a person.
type Block struct {
	Kind  BlockKind `json:"kind"`
	Value string    `json:"value"` // merchant id, brand name, or category slug
}

// MoodChoice is a person's own wish: when I feel like this, prefer these categories.
type MoodChoice struct {
	State      mood.State `json:"state"`
	Categories []string   `json:"categories"`
}

// Bounds of what a Person holds.
const (
	MaxInterests   = 32
	MaxBlocks      = 256
	MaxFavourites  = 64
	MaxMoodChoices = 16
	maxTraits      = 56
	maxSeen        = 64
	maxNever       = 256
	maxRedeemed    = 256
	maxTimes       = 8
)

// Person is what the matcher knows of one person. The zero value knows nothing. It is bounded, about 2 kB when it is
// typical, and guarded by its owner's lock. Its JSON form is the snapshot for the person's sealed record.
type Person struct {
	Minor bool // under age: no sensitive category, no profile, no mood

	traits     []trait // sorted by key
	learned    int64   // Unix seconds: when the traits were last changed
	interests  []string
	blocks     []Block
	favourites []Block
	choices    []MoodChoice
	seen       []seen     // oldest delivery first
	never      []memory   // not to be pushed again, oldest first
	redeemed   []redeemed // oldest first
	muted      []muted    // oldest first
	customers  []customer // the past with merchants, oldest touched first
	bought     []bought   // oldest touched first
	attributes uint32     // set of bits

	// The same as hashes, in the order of the above; choices flattened to one per category.
	interestKeys  []uint64
	blockKeys     []uint64
	favouriteKeys []uint64
	choiceKeys    []choiceKey

	lastMood   lastMood
	moodTastes *moodTastes // nil: nothing was learned of moods
	spent      []spent     // oldest first
	learning   *learning   // nil: nothing yet
}

type choiceKey struct {
	state    mood.State
	category uint64
}

// memory is that of one offer. Names that many people share stand once in memory for all of them.
type memory struct {
	key   uint64
	offer unique.Handle[id.Offer]
}

func memoryOf(offer id.Offer) memory {
	return memory{hashOf(kindOffer, string(offer)), unique.Make(offer)}
}

// seen is what happened with an offer. Times are Unix seconds, 0 for never.
type seen struct {
	memory
	place     unique.Handle[id.Place] // that the last delivery leads to; zero: to none
	delivered int64
	dismissed int64
	ignored   uint8  // deliveries in a row that were not opened
	answered  bool   // the last delivery was opened, liked, dismissed or used
	merchant  uint32 // of the last delivery, see merchantNumber; 0: not known
}

// refused reports whether the person did not want the offer a short while ago.
func (s *seen) refused(now int64) bool {
	return s.dismissed != 0 && now-s.dismissed < int64(dismissedFor.Seconds())
}

type redeemed struct {
	memory
	count int
	times []int64 // Unix seconds of the latest maxTimes of them, for limits by day, week and month
}

func (m memory) is(key uint64) bool { return m.key == key }

type remembered interface{ is(key uint64) bool }

// find returns where the memory of an offer stands in a list, or -1.
func find[T remembered](list []T, key uint64) int {
	for i := range list {
		if list[i].is(key) {
			return i
		}
	}
	return -1
}

// renew moves what stands at i to the young end of a list, or appends fresh there if i is -1. A list that is full
// forgets the oldest that may be forgotten, or else the oldest.
func renew[T any](list []T, i, most int, fresh T, mayForget func(*T) bool) []T {
	switch {
	case i >= 0:
		fresh = list[i]
	case len(list) < most:
		return append(tight(list), fresh)
	default:
		i = max(0, slices.IndexFunc(list, func(v T) bool { return mayForget(&v) }))
	}
	return append(slices.Delete(list, i, i+1), fresh)
}

// tight returns the list with room for one more: people are many, and an append would double what each of them takes.
func tight[T any](list []T) []T {
	if len(list) < cap(list) {
		return list
	}
	return append(make([]T, 0, len(list)+1+len(list)/8), list...)
}

// SetInterests replaces the declared interests: category slugs, at most MaxInterests.
func (p *Person) SetInterests(categories []string) error {
	if err := checkCategories("interests", categories, MaxInterests); err != nil {
		return err
	}
	p.interests = slices.Clone(categories)
	p.interestKeys = keysOf(kindCategory, categories)
	return nil
}

// Interests returns the declared interests. They belong to the person: don't change them.
func (p *Person) Interests() []string { return p.interests }

// SetBlocks replaces the blocks, at most MaxBlocks.
func (p *Person) SetBlocks(blocks []Block) error {
	if len(blocks) > MaxBlocks {
		return fault.Field("blocked", "must hold at most %d blocks", MaxBlocks)
	}
	keys := make([]uint64, len(blocks))
	for i, b := range blocks {
		key, err := b.key(path("blocked", i) + ".value")
		if err != nil {
			return err
		}
		keys[i] = key
	}
	p.blocks, p.blockKeys = slices.Clone(blocks), keys
	return nil
}

func (b Block) key(field string) (uint64, error) {
	switch b.Kind {
	case BlockMerchant:
		return hashOf(kindMerchant, b.Value), id.Check(field, b.Value, id.PrefixMerchant)
	case BlockBrand:
		return hashOf(kindBrand, b.Value), checkText(field, b.Value, 1, maxName)
	case BlockCategory:
		return hashOf(kindCategory, b.Value), CheckCategory(field, b.Value)
	}
	return 0, fault.Field(field, "must be of kind merchant, brand or category")
}

// Blocks returns the blocks. They belong to the person: don't change them.
func (p *Person) Blocks() []Block { return p.blocks }

// blocked returns the suppression code for an offer that is blocked, for what it is or for the place where it is redeemed, or "".
func (p *Person) blocked(e *entry, place *Place) string {
	if place == nil {
		place = &Place{}
	}
	for i, key := range p.blockKeys {
		value := p.blocks[i].Value
		switch p.blocks[i].Kind {
		case BlockMerchant:
			if key == e.merchant || value == string(place.Merchant) {
				return CodeBlockedMerchant
			}
		case BlockBrand:
			if key == e.brand || strings.EqualFold(value, place.Brand) {
				return CodeBlockedBrand
			}
		case BlockCategory:
			if key == e.category[0] || key == e.category[1] || key == e.category[2] || within(place.Category, value) {
				return CodeBlockedCategory
			}
		}
	}
	return ""
}

// SetMoodChoices replaces the mood choices, at most MaxMoodChoices.
func (p *Person) SetMoodChoices(choices []MoodChoice) error {
	if len(choices) > MaxMoodChoices {
		return fault.Field("mood", "must hold at most %d choices", MaxMoodChoices)
	}
	var keys []choiceKey
	kept := make([]MoodChoice, len(choices))
	for i, c := range choices {
		if c.State == mood.Unknown {
			return fault.Field(path("mood", i)+".state", "must be drained, stressed, calm or upbeat")
		}
		if err := checkCategories(path("mood", i)+".categories", c.Categories, MaxInterests); err != nil {
			return err
		}
		for _, category := range c.Categories {
			keys = append(keys, choiceKey{c.State, hashOf(kindCategory, category)})
		}
		kept[i] = MoodChoice{c.State, slices.Clone(c.Categories)}
	}
	p.choices, p.choiceKeys = kept, keys
	return nil
}

// MoodChoices returns the mood choices. They belong to the person: don't change them.
func (p *Person) MoodChoices() []MoodChoice { return p.choices }

// Delivered remembers that an offer was sent: it is not pushed again within its cooldown, which doubles each time
// that it was not opened. As long as it is not answered it speaks against pushes to come, see CodeFatigue.
func (p *Person) Delivered(at time.Time, o *Offer) {
	s := p.remember(at, o.ID)
	if s.delivered != 0 && !s.answered {
		s.ignored = min(s.ignored, 254) + 1
	}
	s.delivered, s.answered, s.merchant = at.Unix(), false, merchantNumber(hashOf(kindMerchant, string(o.Merchant)))
}

// DeliveredAt remembers which place the last delivery of an offer leads to.
func (p *Person) DeliveredAt(offer id.Offer, place id.Place) {
	if s := p.recall(hashOf(kindOffer, string(offer))); s != nil {
		s.place = unique.Make(place)
	}
}

// LeadsTo reports whether the offer was sent to the person, to be used at a place, as far as remembered.
func (p *Person) LeadsTo(offer id.Offer, place id.Place) bool {
	s := p.recall(hashOf(kindOffer, string(offer)))
	return s != nil && s.delivered != 0 && s.place == unique.Make(place)
}

// WasDelivered reports whether the offer was sent to the person, as far as remembered.
func (p *Person) WasDelivered(offer id.Offer) bool {
	s := p.recall(hashOf(kindOffer, string(offer)))
	return s != nil && s.delivered != 0
}

// remember returns what happened with an offer, moved to the young end; what was dismissed of late is forgotten last.
func (p *Person) remember(now time.Time, offer id.Offer) *seen {
	m := memoryOf(offer)
	p.seen = renew(p.seen, find(p.seen, m.key), maxSeen, seen{memory: m}, func(s *seen) bool { return !s.refused(now.Unix()) })
	return &p.seen[len(p.seen)-1]
}

// recall is asked for every candidate: find would copy each of the list on its way.
func (p *Person) recall(key uint64) *seen {
	for i := range p.seen {
		if p.seen[i].key == key {
			return &p.seen[i]
		}
	}
	return nil
}

// neverAgain remembers that an offer is not wanted.
func (p *Person) neverAgain(offer id.Offer) {
	m := memoryOf(offer)
	p.never = renew(p.never, find(p.never, m.key), maxNever, m, func(*memory) bool { return true })
}

// Redeemed counts a redemption against what one person may have of the offer. The record of redemptions is the truth;
// this is the matcher's memory of it.
func (p *Person) Redeemed(at time.Time, offer id.Offer) {
	m := memoryOf(offer)
	p.redeemed = renew(p.redeemed, find(p.redeemed, m.key), maxRedeemed, redeemed{memory: m}, func(*redeemed) bool { return true })
	if s := p.recall(m.key); s != nil {
		s.answered = true
	}
	r := &p.redeemed[len(p.redeemed)-1]
	r.count++
	if r.times = append(r.times, at.Unix()); len(r.times) > maxTimes {
		r.times = r.times[1:]
	}
}

// usedUp reports whether one of the limits for a person leaves nothing of an offer at a local time.
func (p *Person) usedUp(key uint64, limits []Limit, now time.Time) bool {
	i := find(p.redeemed, key)
	if i < 0 {
		return false
	}
	r := &p.redeemed[i]
	for _, l := range limits {
		used := r.count
		if l.Period != Ever {
			_, from, until := l.Period.span(now)
			used = 0
			for _, at := range r.times {
				if at >= from.Unix() && at < until.Unix() {
					used++
				}
			}
		}
		if used >= l.Count {
			return true
		}
	}
	return false
}

// Redemptions returns how often the person redeemed the offer, as far as remembered.
func (p *Person) Redemptions(offer id.Offer) int {
	return p.redemptions(hashOf(kindOffer, string(offer)))
}

func (p *Person) redemptions(key uint64) int {
	if i := find(p.redeemed, key); i >= 0 {
		return p.redeemed[i].count
	}
	return 0
}

func keysOf(k kind, names []string) []uint64 {
	keys := make([]uint64, len(names))
	for i, n := range names {
		keys[i] = hashOf(k, n)
	}
	return keys
}
