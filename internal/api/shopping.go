package api

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// ShoppingList is what a person wants to buy; at most 50 lines.
type ShoppingList struct {
	Items []Want `json:"items"`
}

// Want is a line of a shopping list: a thing by its SKU, or by the name that a shop gives it, in whatever case.
type Want struct {
	SKU      string `json:"sku,omitzero"`
	Name     string `json:"name,omitzero"`
	Quantity int    `json:"quantity,omitzero"` // absent: 1
}

// ShoppingQuery asks where a list is to be had.
type ShoppingQuery struct {
	Location *geo.Point `json:"location,omitempty"` // absent: the last fix
	Radius   float64    `json:"radius,omitzero"`    // metres; absent: 2000
	At       time.Time  `json:"at,omitzero"`        // read for simulated people only
}

// ShoppingPlan is where a list is to be had: at one place, or at two on one way. Ways are estimated: as the crow flies
// times 1.3, on foot.
type ShoppingPlan struct {
	Stops    []ShoppingStop `json:"stops"`   // in the order of the way
	Missing  []Want         `json:"missing"` // what no stop has
	Metres   float64        `json:"metres"`  // of the whole way
	Minutes  float64        `json:"minutes"`
	Price    float64        `json:"price,omitzero"` // of all that the stops have; absent: not all prices are known
	Currency string         `json:"currency,omitzero"`
}

// ShoppingStop is one place of a plan.
type ShoppingStop struct {
	Place    id.Place       `json:"place"`
	Name     string         `json:"name"`
	Location geo.Point      `json:"location"`
	Metres   float64        `json:"metres"` // from the person, or from the stop before
	Minutes  float64        `json:"minutes"`
	Items    []ShoppingItem `json:"items"`
	Offers   []id.Offer     `json:"offers"` // that the person can use there
}

// ShoppingItem is a thing that is to be had at a stop.
type ShoppingItem struct {
	SKU      string  `json:"sku"`
	Name     string  `json:"name,omitzero"`
	Quantity int     `json:"quantity"`
	Price    float64 `json:"price,omitzero"` // of one
	Currency string  `json:"currency,omitzero"`
}
