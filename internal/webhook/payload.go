package webhook

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// audience says under which condition an event may name the person it is about.
type audience uint8

const (
	ofNobody audience = iota // about the offer; names no person
	atTill                   // the person stood at the merchant's till, which knows as much
	ofOffer                  // what the person did with an offer: while they allow their location
	inReach                  // where the person is: while they allow location and pushes
)

// Constant table: the types that leave the server. What is missing, merchants see in their numbers only: suppressions (they
// would tell moods and lives), ratings (aggregates), visits and what people report of their own purchases.
var public = map[event.Type]audience{
	event.EnteredReach: inReach, event.ExitedReach: inReach, event.DwelledReach: inReach, event.CrossedReach: inReach,
	event.Delivered: ofOffer, event.Opened: ofOffer, event.Dismissed: ofOffer, event.Liked: ofOffer, event.NotInterested: ofOffer,
	event.Published: ofNobody, event.Paused: ofNobody, event.Stopped: ofNobody, event.SoldOut: ofNobody,
	event.Reserved: atTill, event.Redeemed: atTill, event.RolledBack: atTill, event.Expired: atTill, event.Refused: atTill,
}

// Ping is the type of the message that tests an endpoint.
const Ping event.Type = "webhook.ping"

// Disclosure says what a merchant may be told of a person.
type Disclosure struct {
	Person    bool // may be mentioned at all: not a minor
	Location  bool // allows their location to be used
	Push      bool // allows offers unasked
	Purchases bool // allows what they buy to be known
}

// allows reports whether an event may mention a person of whom this holds.
func (d Disclosure) allows(a audience) bool {
	switch a {
	case atTill:
		return d.Person
	case ofOffer:
		return d.Person && d.Location
	case inReach:
		return d.Person && d.Location && d.Push
	}
	return false
}

// People answers for the people in events.
type People interface {
	// Alias is the person's name within one merchant's messages; an erased person has none.
	Alias(ctx context.Context, user id.User, scope string) (string, error)
	Discloses(ctx context.Context, user id.User) (Disclosure, error)
}

// letter is what may leave of an event: a body, and whom it is about.
type letter struct {
	body  []byte
	owner id.User // "": nobody
}

// write makes the letter of an event; ok is false if nothing of it may leave.
func write(ctx context.Context, people People, e *event.Event) (l letter, ok bool, err error) {
	to, known := public[e.Type]
	if !known || e.Merchant == "" {
		return l, false, nil
	}
	basket := true // what was bought may be told
	data := api.EventData{Mode: e.Mode.String(), Merchant: e.Merchant, Offer: e.Offer, Version: e.Version, Place: e.Place}
	if to != ofNobody && e.User != "" {
		d, err := people.Discloses(ctx, e.User)
		if gone(err) {
			return l, false, nil
		}
		if err != nil {
			return l, false, err
		}
		if d.allows(to) {
			if data.User, err = people.Alias(ctx, e.User, string(e.Merchant)); err != nil {
				return l, false, err
			}
		} else if to != atTill {
			return l, false, nil
		}
		l.owner = e.User
		basket = d.Purchases
	}
	switch to {
	case atTill:
		data.Redemption, data.Discount, data.Currency = string(e.Redemption), e.Discount, e.Currency
		if basket {
			data.Amount = e.Amount
		}
		if !offers.AboutMood(e.Code) {
			data.Code = e.Code
		}
	case ofOffer:
		data.Delivery, data.Channel, data.Trigger = string(e.Delivery), e.Channel, e.Trigger.String()
	case inReach:
		data.Confidence = e.Confidence
	}
	l.body, err = json.Marshal(api.EventMessage{Type: string(e.Type), Timestamp: e.At.UTC().Truncate(time.Second), Data: data})
	return l, err == nil, err
}

// gone reports whether the person does not exist (any more).
func gone(err error) bool {
	return err != nil && (fault.From(err).Kind == fault.Gone || fault.From(err).Kind == fault.NotFound)
}
