package offers

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
)

// Action is what a person did with an offer.
type Action uint8

// The actions.
const (
	Opened Action = iota
	Dismissed
	Liked
	NotInterested
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

// Person is what the matcher knows of one person. The zero value knows nothing. It is bounded, and guarded by its
// owner's lock. Its JSON form is the snapshot for the person's sealed record.
type Person struct {
	Minor bool // under age: sensitive categories never, no profile used
}

// Purchased learns from a purchase; empty strings are left out. place may be nil.
func (p *Person) Purchased(at time.Time, category, brand string, merchant id.Merchant) {}

// Visited learns from a stop at a place.
func (p *Person) Visited(at time.Time, place *Place) {}

// Feedback learns from what the person did with an offer.
func (p *Person) Feedback(at time.Time, a Action, o *Offer) {}

// Delivered remembers that an offer was sent: it is not pushed again within the cooldown.
func (p *Person) Delivered(at time.Time, o *Offer) {}

// Redeemed counts a redemption against the offer's budget per user.
func (p *Person) Redeemed(at time.Time, offer id.Offer) {}

// Redemptions returns how often the person redeemed the offer, as far as remembered.
func (p *Person) Redemptions(offer id.Offer) int { return 0 }

// ObserveMood remembers only that a negative state was seen, for the guard rails; call it for each new estimate.
func (p *Person) ObserveMood(at time.Time, e mood.Estimate, rails *Guardrails) {}

// ForgetMood drops all that came from mood; for a withdrawn consent.
func (p *Person) ForgetMood() {}

// ForgetHistory drops what was learned from purchases, visits and feedback; for a withdrawn consent.
func (p *Person) ForgetHistory() {}

// SetInterests replaces the declared interests (category slugs).
func (p *Person) SetInterests(categories []string) error { return nil }

// Interests returns the declared interests.
func (p *Person) Interests() []string { return nil }

// SetBlocks replaces the blocks.
func (p *Person) SetBlocks(blocks []Block) error { return nil }

// Blocks returns the blocks.
func (p *Person) Blocks() []Block { return nil }

// Blocked reports whether the person blocked the offer's merchant, brand or category.
func (p *Person) Blocked(o *Offer) bool { return false }

// SetMoodChoices replaces the mood choices.
func (p *Person) SetMoodChoices(choices []MoodChoice) error { return nil }

// MoodChoices returns the mood choices.
func (p *Person) MoodChoices() []MoodChoice { return nil }

// Affinities returns what was learned, category to weight in [-1, 1] now: the person's own export.
func (p *Person) Affinities(now time.Time) map[string]float64 { return nil }

// MarshalJSON returns the snapshot.
func (p *Person) MarshalJSON() ([]byte, error) { return nil, nil }

// UnmarshalJSON reads a snapshot strictly.
func (p *Person) UnmarshalJSON(b []byte) error { return nil }
