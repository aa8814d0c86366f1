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
	Limits     []Limit     `json:"limits,omitempty"` // over all its offers together; scopes merchant and user
	Program    *Program    `json:"program,omitempty"`
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
	Hours      string      `json:"hours,omitzero"`     // opening hours, in the syntax of package hours; empty: not known
	Mode       Mode        `json:"mode"`
	Created    time.Time   `json:"created"`
	Updated    time.Time   `json:"updated"`
}

// Trigger says what may bring an offer up.
type Trigger uint8

// The triggers, a set of bits. Every offer also answers a pull.
const (
	Nearby   Trigger = 1 << iota // the person is within the reach
	Enter                        // came in from outside; for this and the next two and Crossed see package geo/fence
	Exit                         // the other way round
	Dwell                        // has been within the reach for at least Offer.Dwell
	OnTheWay                     // moving, and the place lies ahead within the allowed detour
	Pull                         // only when asked
	Crossed                      // went in and out again between two positions, or nearly
	FollowUp                     // is due after another offer's redemption: never set by a merchant, see Offer.FollowUps
)

// Status of an offer.
type Status uint8

// The statuses.
const (
	Active   Status = iota // live: matched and redeemed within its window
	Stopped                // ended for good; what was reserved is refused
	Draft                  // not public yet
	Paused                 // out of sight until it is resumed; what was reserved stays good
	Archived               // ended, and left out of lists
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
	// Max is the most, in Currency, that one redemption may cost the merchant: the cap of a percentage, the worth of an item.
	// Limits in money need it, unless the kind is Amount.
	Max  float64 `json:"max,omitzero"`
	Item string  `json:"item,omitzero"` // what FreeItem and TwoForOne give
}

// Budget bounds redemptions: Total over all people, PerUser for one person; 0 means no bound. Limits are further
// bounds; all of them hold.
type Budget struct {
	Total   int     `json:"total,omitzero"`
	PerUser int     `json:"perUser,omitzero"`
	Limits  []Limit `json:"limits,omitempty"`
	// Paced spreads Total evenly over the time from Starts to Ends: at no time may more be claimed than the share of the
	// time that has passed, a tenth of Total ahead.
	Paced bool `json:"paced,omitzero"`
}

// Scope is what a Limit counts over.
type Scope uint8

// The scopes.
const (
	PerOffer    Scope = iota
	PerMerchant       // over all of the merchant's offers
	PerStore          // at each place apart
	PerPerson         // for each person apart
)

// Period is how long a Limit counts before it starts anew: days, weeks (from Monday) and months in the zone of the
// offer's place.
type Period uint8

// The periods.
const (
	Ever Period = iota
	Day
	Week
	Month
)

// Limit bounds claims by number, by money, or both; 0 means no bound.
type Limit struct {
	Scope    Scope   `json:"scope"`
	Period   Period  `json:"period"`
	Count    int     `json:"count,omitzero"`
	Money    float64 `json:"money,omitzero"` // of Currency
	Currency string  `json:"currency,omitzero"`
}

// Conditions bind an offer to a purchase or to the customer's past with the merchant. Those about the past are answered from
// what the person's consent purchases lets be known; without it they do not hold.
type Conditions struct {
	MinSpend       float64 `json:"minSpend,omitzero"` // of Currency, told by the till
	Currency       string  `json:"currency,omitzero"`
	NewCustomer    bool    `json:"newCustomer,omitzero"`    // never bought from or redeemed at the merchant
	CustomerDays   int     `json:"customerDays,omitzero"`   // a customer of the merchant for at least so long
	BoughtCategory string  `json:"boughtCategory,omitzero"` // bought something in it, or below it
	Tier           string  `json:"tier,omitzero"`           // at least this one in the merchant's Program
}

// Audience narrows an offer to people by what they told about themselves. See Attributes for what can be told.
type Audience struct {
	Any       []string `json:"any,omitempty"`  // at least one of these attributes
	None      []string `json:"none,omitempty"` // none of these
	Languages []string `json:"languages,omitempty"`
}

// Text is what people read, in one language.
type Text struct {
	Title string `json:"title,omitzero"`
	Text  string `json:"text,omitzero"`
	Terms string `json:"terms,omitzero"`
}

// Redeeming says how an offer is used at the till.
type Redeeming struct {
	HoldMinutes int  `json:"holdMinutes,omitzero"` // how long a reservation keeps its unit; 0: DefaultHoldMinutes
	Presence    bool `json:"presence,omitzero"`    // only with a recent plausible position in the reach or at the place
	// OfflineHours lets tills without network redeem by the code's signature and tell later, within so many hours; a unit
	// that was not told of comes back only after that.
	OfflineHours int    `json:"offlineHours,omitzero"`
	Stacks       bool   `json:"stacks,omitzero"` // may be used together with others that stack
	Group        string `json:"group,omitzero"`  // of offers that stack, at most one of a group is used at once
}

// Next is a follow-up: an offer that becomes due after the redemption of this one.
type Next struct {
	Offer        id.Offer `json:"offer"`
	AfterMinutes int      `json:"afterMinutes,omitzero"` // from the redemption until it is due
	WithinDays   int      `json:"withinDays,omitzero"`   // how long it stays due; 0: DefaultFollowDays
	MinAmount    float64  `json:"minAmount,omitzero"`    // only if the basket of the redemption was worth at least so much
}

// Program is a merchant's loyalty program: points for money spent and for offers of the kind Points, and a ladder of
// tiers that points lead up to.
type Program struct {
	PointsPerUnit float64 `json:"pointsPerUnit"` // points for each unit of money spent
	Tiers         []Tier  `json:"tiers,omitempty"`
}

// Tier is one step of the ladder, by points ever earned, rising.
type Tier struct {
	Name   string `json:"name"`
	Points int    `json:"points"`
}

// Offer is a promotion: what, where, when, for whom, how many. It is immutable once it stands in a Catalogue.
type Offer struct {
	ID         id.Offer    `json:"id"`
	ExternalID string      `json:"externalId,omitzero"` // unique within the merchant
	Merchant   id.Merchant `json:"merchant"`
	Version    int         `json:"version"` // 1 and up: what was delivered and redeemed names it

	// What it is.
	Title     string          `json:"title"`
	Text      string          `json:"text,omitzero"`
	Terms     string          `json:"terms,omitzero"`
	Texts     map[string]Text `json:"texts,omitempty"` // by language, en or de: in place of the three above
	Image     string          `json:"image,omitzero"`  // https URL
	Category  string          `json:"category"`
	Brand     string          `json:"brand,omitzero"`
	PriceTier int             `json:"priceTier,omitzero"`
	Sponsored string          `json:"sponsored,omitzero"` // who pays for it to be shown, if that is not the merchant's own shop
	Reward    Reward          `json:"reward"`
	Items     []string        `json:"items,omitempty"` // SKUs: it stops by itself at a store where one of them is out of stock

	// Where. Place, Places and AllPlaces are three ways to say where it is redeemed; at most one is set. A zero Reach means
	// the circles of Radius around these places.
	Place     id.Place   `json:"place,omitzero"`
	Places    []id.Place `json:"places,omitempty"`
	AllPlaces bool       `json:"allPlaces,omitzero"` // the merchant's, also those to come
	Reach     geo.Region `json:"reach,omitzero"`
	Radius    float64    `json:"radius,omitzero"` // metres

	// When and for whom.
	Triggers        Trigger       `json:"triggers"`
	Dwell           time.Duration `json:"dwell,omitzero"`           // in seconds as JSON
	DetourMinutes   float64       `json:"detourMinutes,omitzero"`   // the most for on_the_way; 0: DefaultDetourMinutes
	CooldownMinutes int           `json:"cooldownMinutes,omitzero"` // between two events of one direction for one person; 0: DefaultCooldownMinutes
	Starts          time.Time     `json:"starts,omitzero"`          // zero: always been
	Ends            time.Time     `json:"ends,omitzero"`            // zero: no end; exclusive
	Hours           string        `json:"hours,omitzero"`           // when in the week, in the zone of its place; see package hours
	Conditions      Conditions    `json:"conditions,omitzero"`
	Audience        Audience      `json:"audience,omitzero"`
	Holdout         int           `json:"holdout,omitzero"` // percent of people who don't get it, to measure what it brings

	// How many, how used, and what comes after.
	Budget     Budget        `json:"budget,omitzero"`
	Redeeming  Redeeming     `json:"redeeming,omitzero"`
	FollowUps  []Next        `json:"followUps,omitempty"`
	OnlyAfter  bool          `json:"onlyAfter,omitzero"`   // comes only as a follow-up
	FollowedBy []id.Merchant `json:"followedBy,omitempty"` // other merchants whose offers this one may follow: their side of the agreement

	Status  Status    `json:"status"`
	Mode    Mode      `json:"mode"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}
