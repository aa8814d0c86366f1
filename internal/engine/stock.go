package engine

import (
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

// SoldOut tells people with an open socket, whom an offer sent to a place, that one of its items is out of stock there.
// Others are still sent to the offer's other places.
func (e *Engine) SoldOut(o *offers.Offer, place id.Place) {
	e.people.each(func(p *person) {
		p.mu.Lock()
		tell := p.sessions > 0 && !p.gone && p.matching.LeadsTo(o.ID, place)
		p.mu.Unlock()
		if tell {
			e.sender.Tell(p.id, &wire.Withdrawn{Offer: string(o.ID), Reason: "sold_out"})
		}
	})
	e.events(event.Event{
		ID: id.New(id.PrefixEvent), Type: event.SoldOut, At: e.clock(), Mode: o.Mode,
		Merchant: o.Merchant, Offer: o.ID, Version: o.Version, Place: place,
	})
}
