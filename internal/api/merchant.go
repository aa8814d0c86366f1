package api

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// MerchantInput is what a caller may set of a merchant.
type MerchantInput struct {
	ExternalID string   `json:"externalId,omitzero"` // the caller's own name for it, unique within the mode
	Name       string   `json:"name"`
	Limits     []Limit  `json:"limits,omitempty"`  // over all its offers together: scope merchant or user
	Program    *Program `json:"program,omitempty"` // loyalty
}

// Merchant is a merchant as it stands.
type Merchant struct {
	ID id.Merchant `json:"id"`
	MerchantInput
	Record
}

// PlaceInput is what a caller may set of a place.
type PlaceInput struct {
	ExternalID string      `json:"externalId,omitzero"` // unique within the mode
	Merchant   id.Merchant `json:"merchant,omitzero"`   // a key bound to a merchant sets it by itself
	Name       string      `json:"name"`
	Category   string      `json:"category,omitzero"` // slug, dots from general to special: restaurant.italian
	Brand      string      `json:"brand,omitzero"`
	Location   *geo.Point  `json:"location"`           // required
	PriceTier  int         `json:"priceTier,omitzero"` // 1 (cheap) to 4; 0: not known
	Zone       string      `json:"zone,omitzero"`      // IANA time zone; absent: the server's default
	Hours      string      `json:"hours,omitzero"`     // opening hours as in OpenStreetMap: Mo-Fr 09:00-18:00
}

// Place is a place as it stands. Distance is set in answers to a search by nearness only.
type Place struct {
	ID id.Place `json:"id"`
	PlaceInput
	Record
	Distance *float64 `json:"distance,omitempty"` // metres from the point asked for
}

// Record is what every item of the catalogue carries; only the server sets it.
type Record struct {
	Mode     string    `json:"mode"` // live, test
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Revision string    `json:"revision"` // changes with every write; the ETag is this in quotes
}

// Patch is a JSON merge patch (RFC 7396): member to new value; nil clears it.
type Patch map[string]any

// Page is one page of a list. Next is the cursor of the next page, absent on the last one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitzero"`
}

// Batch is many items to create or, where an external id is known already, to replace: at most 1000.
type Batch[T any] struct {
	Items []T `json:"items"`
}

// BatchResult tells what became of each item of a batch; each stands or fails alone.
type BatchResult struct {
	Created  int          `json:"created"`
	Replaced int          `json:"replaced"`
	Failed   int          `json:"failed"`
	Results  []ItemResult `json:"results"` // in the order of the request
}

// ItemResult is the outcome of one item of a batch: an id and a revision, or a problem.
type ItemResult struct {
	Index    int      `json:"index"` // from 0
	ID       string   `json:"id,omitzero"`
	Revision string   `json:"revision,omitzero"`
	Replaced bool     `json:"replaced,omitzero"`
	Problem  *Problem `json:"problem,omitempty"`
}

// Key is an API key. Key, the credential itself, is shown once, when it is made.
type Key struct {
	ID       string      `json:"id"`
	Key      Secret      `json:"key,omitzero"`
	Mode     string      `json:"mode"`              // live, test
	Kind     string      `json:"kind"`              // secret, publishable, till
	Merchant id.Merchant `json:"merchant,omitzero"` // a secret key that may act for this merchant only, or whose till it is
	Place    id.Place    `json:"place,omitzero"`    // where a till stands
	Name     string      `json:"name,omitzero"`
	Created  time.Time   `json:"created"`
	Revoked  time.Time   `json:"revoked,omitzero"`
}
