package offers

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Mode keeps test data and live data apart: they never meet in a match.
type Mode uint8

// The modes.
const (
	Live Mode = iota
	Test
)

// Merchant registers promotions.
type Merchant struct {
	ID         id.Merchant `json:"id"`
	ExternalID string      `json:"externalId,omitzero"` // the merchant's own name for it, unique within the mode
	Name       string      `json:"name"`
	Mode       Mode        `json:"mode"`
	Created    time.Time   `json:"created"`
	Updated    time.Time   `json:"updated"`
}

// Place is a point of interest; Merchant is empty for one that nobody registered offers at.
type Place struct {
	ID         id.Place    `json:"id"`
	ExternalID string      `json:"externalId,omitzero"` // unique within the mode
	Merchant   id.Merchant `json:"merchant,omitzero"`
	Name       string      `json:"name"`
	Category   string      `json:"category,omitzero"` // slug, dots from general to special: restaurant.italian
	Brand      string      `json:"brand,omitzero"`
	Point      geo.Point   `json:"point"`
	PriceTier  int         `json:"priceTier,omitzero"` // 1 (cheap) to 4; 0: not known
	Zone       string      `json:"zone,omitzero"`      // IANA time zone; empty: the server's default
	Mode       Mode        `json:"mode"`
	Created    time.Time   `json:"created"`
	Updated    time.Time   `json:"updated"`
}

// Trigger says what may bring an offer up.
type Trigger uint8

// The triggers, a set of bits. Every offer also answers a pull.
const (
	Nearby   Trigger = 1 << iota // the person is within the reach
	Enter                        // the last evaluated position was outside, this one is inside
	Exit                         // the other way round
	Dwell                        // stopped within the reach for at least Offer.Dwell
	OnTheWay                     // moving, and the place lies ahead within the allowed detour
	Pull                         // only when asked
)

// Status of an offer.
type Status uint8

// The statuses.
const (
	Active Status = iota
	Stopped
)

// RewardKind is what sort of advantage an offer gives.
type RewardKind uint8

// The kinds of reward.
const (
	NoReward RewardKind = iota
	Percent
	Amount
	TwoForOne
	FreeItem
	Points
)

// Reward is the advantage. Value is a percentage, an amount of Currency (ISO 4217), or a number of points.
type Reward struct {
	Kind     RewardKind `json:"kind"`
	Value    float64    `json:"value,omitzero"`
	Currency string     `json:"currency,omitzero"`
}

// Budget bounds redemptions: Total over all people, PerUser for one person; 0 means no bound.
type Budget struct {
	Total   int `json:"total,omitzero"`
	PerUser int `json:"perUser,omitzero"`
}

// Offer is a promotion: what, where, when, for whom, how many. It is immutable once it stands in a Catalogue.
type Offer struct {
	ID         id.Offer      `json:"id"`
	ExternalID string        `json:"externalId,omitzero"` // unique within the merchant
	Merchant   id.Merchant   `json:"merchant"`
	Place      id.Place      `json:"place,omitzero"` // where it is redeemed
	Title      string        `json:"title"`
	Text       string        `json:"text,omitzero"`
	Category   string        `json:"category"`
	Brand      string        `json:"brand,omitzero"`
	PriceTier  int           `json:"priceTier,omitzero"`
	Reward     Reward        `json:"reward"`
	Reach      geo.Region    `json:"reach"`
	Triggers   Trigger       `json:"triggers"`
	Dwell      time.Duration `json:"dwell,omitzero"`  // in seconds as JSON
	Starts     time.Time     `json:"starts,omitzero"` // zero: always been
	Ends       time.Time     `json:"ends,omitzero"`   // zero: no end; exclusive
	Budget     Budget        `json:"budget,omitzero"`
	Status     Status        `json:"status"`
	Mode       Mode          `json:"mode"`
	Created    time.Time     `json:"created"`
	Updated    time.Time     `json:"updated"`
}
