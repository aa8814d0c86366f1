package api

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// ReachQuery asks what a phone may watch around a point; without one around the last position.
type ReachQuery struct {
	Lat, Lon *float64
	Limit    int       // 1 to 100; 0: 20
	At       time.Time // read for simulated people only
}

// Reaches are the circles that a phone's system may watch while the app sleeps, the one whose reach has the nearest border
// first, each offer once. Whoever goes less than Radius enters and leaves no reach that is missing, and enters none outside of
// its circle.
type Reaches struct {
	Reaches []Reach `json:"reaches"`
	Code    string  `json:"code,omitzero"` // why nothing can be pushed today, as among the suppressions; absent: something could
	Radius  float64 `json:"radius"`        // metres around the point up to which the answer is complete
	Seconds int     `json:"seconds"`       // after which it is worth asking again
}

// Reach is a circle that holds an offer's reach, or that of its nearest store; of a long one, what of it is near.
type Reach struct {
	Offer    id.Offer  `json:"offer"`
	Place    id.Place  `json:"place,omitzero"` // where it is redeemed
	Lat      float64   `json:"lat"`
	Lon      float64   `json:"lon"`
	Radius   float64   `json:"radius"`         // metres
	Triggers []string  `json:"triggers"`       // nearby, enter, exit, dwell, crossed, on_the_way
	Until    time.Time `json:"until,omitzero"` // when the offer ends; exclusive
}
