package api

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Numbers is what came of an offer, or of all offers of a merchant, from one day to another, both included. A number
// about fewer different people than Cohort is absent.
type Numbers struct {
	Merchant id.Merchant     `json:"merchant"`
	Offer    id.Offer        `json:"offer,omitzero"` // absent: all of the merchant's
	From     string          `json:"from"`           // days, as 2026-05-01, in the server's zone
	To       string          `json:"to"`
	Cohort   int             `json:"cohort"`
	Total    Figures         `json:"total"`
	By       string          `json:"by,omitzero"` // day, hour, store
	Buckets  []NumbersBucket `json:"buckets,omitempty"`
	Uplift   *Uplift         `json:"uplift,omitempty"` // of an offer with a hold-out
}

// NumbersBucket is one part of Numbers: a day, an hour of the day (00 to 23), or a store's id.
type NumbersBucket struct {
	Bucket string `json:"bucket"`
	Figures
}

// Figures are counts of what happened.
type Figures struct {
	// Counts of delivered, opened, dismissed, liked, not_interested, reserved, redeemed, rolled_back, expired, refused, held_back.
	Counts       map[string]int     `json:"counts"`
	People       map[string]int     `json:"people,omitempty"`      // different ones behind each count; of a single day only, rough above 256
	Revenue      map[string]float64 `json:"revenue,omitempty"`     // baskets of redemptions, by currency
	Discount     map[string]float64 `json:"discount,omitempty"`    // by currency
	Channels     map[string]int     `json:"channels,omitempty"`    // deliveries by channel
	Triggers     map[string]int     `json:"triggers,omitempty"`    // deliveries by trigger
	HeldBack     map[string]int     `json:"heldBack,omitempty"`    // by code; all guard rails together are "other"
	ResponseRate float64            `json:"responseRate,omitzero"` // opened per delivered
	ByChannel    map[string]float64 `json:"byChannel,omitempty"`   // response rate
	BelowCohort  bool               `json:"belowCohort,omitzero"`  // something was left out
}

// Uplift compares people who were reached with those who were held out by lot, on days on which both groups were large
// enough.
type Uplift struct {
	Reached     int       `json:"reached"`
	HeldOut     int       `json:"heldOut"`
	Visits      *Contrast `json:"visits,omitempty"` // at the merchant's places
	Purchases   *Contrast `json:"purchases,omitempty"`
	Redemptions *Contrast `json:"redemptions,omitempty"` // of any of the merchant's offers
	BelowCohort bool      `json:"belowCohort,omitzero"`
}

// Contrast is the share of each group who did something the same day, the difference, and its 95 % interval.
type Contrast struct {
	Reached    float64 `json:"reached"`
	HeldOut    float64 `json:"heldOut"`
	Difference float64 `json:"difference"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
}

// EstimateInput is a reach for which somebody wants to know how many people pass.
type EstimateInput struct {
	Reach  *geo.Region `json:"reach,omitempty"`  // as in an offer
	Places []id.Place  `json:"places,omitempty"` // instead: circles of radius around them
	Radius float64     `json:"radius,omitzero"`  // metres
}

// Estimate tells how many different people who opted in pass through a reach on a day, on average over the last weeks.
type Estimate struct {
	Band    string    `json:"band"`             // "<20", "20-50", "50-100", "100-250", …
	AtLeast int       `json:"atLeast"`          // of the band
	AtMost  int       `json:"atMost,omitzero"`  // absent: no bound
	Days    int       `json:"days"`             // that were looked at
	Through time.Time `json:"through,omitzero"` // end of the last of them
	Cohort  int       `json:"cohort"`           // places and days with fewer people count as empty
}
