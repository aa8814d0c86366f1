package offers

import (
	"cmp"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// DefaultHoldMinutes is how long a reservation keeps its unit if the offer does not say.
const DefaultHoldMinutes = 30

// Refusal returns why a person who asks for an offer may not have it now, whatever is left of its budgets, or "": nobody
// can reserve what a pull would not show them. Place may be empty. An unknown offer is CodeStopped.
func (m *Matcher) Refusal(i id.Offer, place id.Place, p *Person, moment *Moment) string {
	mo := *moment
	mo.Pull, mo.reserving = true, true
	e := m.catalogue.entryAt(i, place)
	if e == nil { // one of many places, and none is named
		m.catalogue.mu.RLock()
		e = m.catalogue.offers[i]
		m.catalogue.mu.RUnlock()
	}
	if e == nil {
		return CodeStopped
	}
	match := Match{Place: e.place, schedule: e.schedule}
	if match.Place == nil {
		match.Place = m.catalogue.Place(place)
	}
	match.verdict = m.rails.verdict(e, match.Place)
	var now instant
	m.prepare(&now, p, &mo)
	code := m.refuse(&match, e, p, &mo, &now)
	if code == "" || code == CodeHoldout {
		code = cmp.Or(m.rails.feel(&match, e, &mo, &now.state), code)
	}
	return code
}

// GaveBack takes back one Redeemed of that time: the reservation ran out, or the redemption was rolled back.
func (p *Person) GaveBack(at time.Time, offer id.Offer) {
	i := find(p.redeemed, hashOf(kindOffer, string(offer)))
	if i < 0 {
		return
	}
	r := &p.redeemed[i]
	if k := slices.Index(r.times, at.Unix()); k >= 0 {
		r.times = slices.Delete(r.times, k, k+1)
	}
	if r.count--; r.count <= 0 {
		p.redeemed = slices.Delete(p.redeemed, i, i+1)
	}
}
