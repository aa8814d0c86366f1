package event

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Type names what happened. Names are stable and part of the interface.
type Type string

// The types.
const (
	EnteredReach  Type = "user.entered_reach"
	ExitedReach   Type = "user.exited_reach"
	DwelledReach  Type = "user.dwelled_in_reach"
	CrossedReach  Type = "user.crossed_reach"
	VisitedPlace  Type = "user.visited_place"
	Purchased     Type = "user.purchased" // told by a till or a receipt
	Delivered     Type = "offer.delivered"
	Opened        Type = "offer.opened"
	Dismissed     Type = "offer.dismissed"
	Liked         Type = "offer.liked"
	NotInterested Type = "offer.not_interested"
	Suppressed    Type = "offer.suppressed" // Code says why; the first of a kind per person and day
	Rated         Type = "offer.rated"
	Published     Type = "offer.published"
	Paused        Type = "offer.paused"
	Stopped       Type = "offer.stopped"
	SoldOut       Type = "offer.sold_out" // for now: its budget or the stock at Place
	Reserved      Type = "redemption.reserved"
	Redeemed      Type = "redemption.succeeded"
	RolledBack    Type = "redemption.rolled_back"
	Expired       Type = "redemption.expired"
	Refused       Type = "redemption.refused" // at a till; Code says why
)

// Event is one thing that happened. It names the person for those inside the server only: whoever lets it out puts a
// pairwise pseudonym in place of User, and leaves out what Sensitive says.
type Event struct {
	ID         string // unique
	Type       Type
	At         time.Time // on the person's clock
	Mode       offers.Mode
	Merchant   id.Merchant
	Offer      id.Offer // empty: of no offer
	Version    int      // of the offer
	Place      id.Place
	User       id.User // empty: of nobody
	Delivery   id.Delivery
	Redemption id.Redemption
	Trigger    offers.Trigger // what brought a delivery or an event of a reach about
	Channel    string         // of a delivery: socket, fcm, webpush, pull
	Code       string         // of a suppression or a refusal
	Confidence int            // of an event of a reach: 1 (low) to 3 (high)
	Amount     float64        // of a purchase or redemption: the basket, in Currency
	Discount   float64        // of a redemption, in Currency
	Currency   string
	Stars      int // of a rating: 1 to 5
}
