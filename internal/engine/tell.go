package engine

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// tell lets the listeners know that something happened to a person with an offer (nil: with none). What is more to say
// is in ev.
func (e *Engine) tell(p *person, typ event.Type, o *offers.Offer, at time.Time, ev event.Event) {
	ev.ID, ev.Type, ev.At, ev.Mode, ev.User = id.New(id.PrefixEvent), typ, at, p.mode, p.id
	if o != nil {
		ev.Offer, ev.Version, ev.Merchant = o.ID, o.Version, o.Merchant
		if ev.Place == "" {
			ev.Place = o.Place
		}
	}
	e.events(ev)
}
