package api

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// Trip is where the person is going: a point, or a place of the catalogue, whose point the answer has.
type Trip struct {
	Lat   *float64  `json:"lat,omitempty"`
	Lon   *float64  `json:"lon,omitempty"`
	Place id.Place  `json:"place,omitzero"` // instead of lat and lon
	Mode  string    `json:"mode,omitzero"`  // walk, bike, car, transit; absent: told by the speed
	At    time.Time `json:"at,omitzero"`    // when it began; of a request read for simulated people only
}

// Stay is a place where the person used to stay, as coarse as it is remembered: an H3 cell of about 0.1 km² and its centre.
type Stay struct {
	Cell  string    `json:"cell"`
	Lat   float64   `json:"lat"`
	Lon   float64   `json:"lon"`
	Times int       `json:"times"`
	Last  time.Time `json:"last"`
}

// Step is an offer that waits for the person because they used another one.
type Step struct {
	Root  id.Offer  `json:"root"` // the offer that the chain began with
	From  id.Offer  `json:"from"` // the one whose redemption led here
	Offer id.Offer  `json:"offer"`
	Title string    `json:"title,omitzero"`
	Due   time.Time `json:"due"`
	Until time.Time `json:"until"` // exclusive
}

// Chains are the offers that wait for a person.
type Chains struct {
	Items []Step `json:"items"`
}
