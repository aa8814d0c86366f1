package api

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// OfferInput is what a caller may set of an offer.
type OfferInput struct {
	ExternalID string      `json:"externalId,omitzero"` // unique within the merchant
	Merchant   id.Merchant `json:"merchant,omitzero"`   // required, unless the key is bound to a merchant

	Title     string          `json:"title"`
	Text      string          `json:"text,omitzero"`
	Terms     string          `json:"terms,omitzero"`
	Texts     map[string]Text `json:"texts,omitempty"` // by language, en or de: in place of the three above
	Image     string          `json:"image,omitzero"`  // https URL
	Category  string          `json:"category"`
	Brand     string          `json:"brand,omitzero"`
	PriceTier int             `json:"priceTier,omitzero"` // 1 (cheap) to 4; 0: not known
	Sponsored string          `json:"sponsored,omitzero"` // who pays for it to be shown, if that is not the shop itself
	Reward    Reward          `json:"reward,omitzero"`
	Items     []string        `json:"items,omitempty"` // SKUs: it stops by itself at a store where one of them is out of stock

	Place     id.Place    `json:"place,omitzero"` // where it is redeemed; at most one of place, places and allPlaces
	Places    []id.Place  `json:"places,omitempty"`
	AllPlaces bool        `json:"allPlaces,omitzero"` // the merchant's, also those to come
	Reach     *geo.Region `json:"reach,omitempty"`    // GeoJSON, or {"type":"Cells","cells":[…]}; absent: radius around the places
	Radius    float64     `json:"radius,omitzero"`    // metres

	Triggers        []string   `json:"triggers"` // nearby, enter, exit, dwell, crossed, on_the_way, pull
	DwellSeconds    float64    `json:"dwellSeconds,omitzero"`
	DetourMinutes   float64    `json:"detourMinutes,omitzero"`   // the most for on_the_way; absent: 5
	CooldownMinutes int        `json:"cooldownMinutes,omitzero"` // between two events of one direction for one person
	Starts          time.Time  `json:"starts,omitzero"`          // absent: at once
	Ends            time.Time  `json:"ends,omitzero"`            // absent: no end; exclusive
	Hours           string     `json:"hours,omitzero"`           // when in the week: Mo-Fr 11:00-14:00
	Conditions      Conditions `json:"conditions,omitzero"`
	Audience        Audience   `json:"audience,omitzero"`
	Holdout         int        `json:"holdout,omitzero"` // percent of people who don't get it, to measure what it brings

	Budget     Budget        `json:"budget,omitzero"`
	Redeeming  Redeeming     `json:"redeeming,omitzero"`
	FollowUps  []Next        `json:"followUps,omitempty"`
	OnlyAfter  bool          `json:"onlyAfter,omitzero"`   // comes only as a follow-up
	FollowedBy []id.Merchant `json:"followedBy,omitempty"` // other merchants whose offers this one may follow

	// Draft makes an offer that nobody sees until it is published. It is read when an offer is made.
	Draft bool `json:"draft,omitzero"`
}

// Offer is a promotion in the catalogue.
type Offer struct {
	ID id.Offer `json:"id"`
	OfferInput
	Status  string `json:"status"`  // draft, active, paused, stopped, archived
	Version int    `json:"version"` // 1 and up, with every change of what it says
	Record
}

// OfferVersion is what an offer said from a time on.
type OfferVersion struct {
	Version int       `json:"version"`
	Since   time.Time `json:"since"`
	OfferInput
}

// Text is what people read, in one language.
type Text struct {
	Title string `json:"title,omitzero"`
	Text  string `json:"text,omitzero"`
	Terms string `json:"terms,omitzero"`
}

// Reward is what the person gets.
type Reward struct {
	Kind     string  `json:"kind,omitzero"`     // none, percent, amount, two_for_one, free_item, points
	Value    float64 `json:"value,omitzero"`    // percent, an amount of Currency, or points
	Currency string  `json:"currency,omitzero"` // ISO 4217
	Max      float64 `json:"max,omitzero"`      // the most, in Currency, that one redemption may cost
	Item     string  `json:"item,omitzero"`     // what free_item and two_for_one give
}

// Budget bounds redemptions; 0: no bound.
type Budget struct {
	Total   int     `json:"total,omitzero"`
	PerUser int     `json:"perUser,omitzero"`
	Limits  []Limit `json:"limits,omitempty"`
	Paced   bool    `json:"paced,omitzero"` // total is spread evenly from starts to ends
}

// Limit bounds redemptions by number, by money, or both.
type Limit struct {
	Scope    string  `json:"scope"`  // offer, merchant, store, user
	Period   string  `json:"period"` // day, week, month, total
	Count    int     `json:"count,omitzero"`
	Money    float64 `json:"money,omitzero"` // of currency
	Currency string  `json:"currency,omitzero"`
}

// Conditions bind an offer to a purchase or to the customer's past with the merchant.
type Conditions struct {
	MinSpend       float64 `json:"minSpend,omitzero"`
	Currency       string  `json:"currency,omitzero"`
	NewCustomer    bool    `json:"newCustomer,omitzero"`
	CustomerDays   int     `json:"customerDays,omitzero"`
	BoughtCategory string  `json:"boughtCategory,omitzero"`
	Tier           string  `json:"tier,omitzero"`
}

// Audience narrows an offer to people by what they told about themselves.
type Audience struct {
	Any       []string `json:"any,omitempty"`
	None      []string `json:"none,omitempty"`
	Languages []string `json:"languages,omitempty"`
}

// Redeeming says how an offer is used at the till.
type Redeeming struct {
	HoldMinutes  int    `json:"holdMinutes,omitzero"`  // how long a reservation keeps its unit
	Presence     bool   `json:"presence,omitzero"`     // only with a recent plausible position in the reach or at the place
	OfflineHours int    `json:"offlineHours,omitzero"` // tills may redeem without network and tell within so many hours
	Stacks       bool   `json:"stacks,omitzero"`       // may be used together with others that stack
	Group        string `json:"group,omitzero"`        // of those, at most one of a group at once
}

// Next is a follow-up.
type Next struct {
	Offer        id.Offer `json:"offer"`
	AfterMinutes int      `json:"afterMinutes,omitzero"`
	WithinDays   int      `json:"withinDays,omitzero"`
	MinAmount    float64  `json:"minAmount,omitzero"`
}

// Program is a merchant's loyalty program.
type Program struct {
	PointsPerUnit float64 `json:"pointsPerUnit"`
	Tiers         []Tier  `json:"tiers,omitempty"`
}

// Tier is one step of a program's ladder.
type Tier struct {
	Name   string `json:"name"`
	Points int    `json:"points"`
}
