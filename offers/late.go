package offers

import (
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// LateReach is how far, in metres, a person may have gone from the reach of an offer that was kept for later.
const LateReach = 1000

// Kept is an offer that came up at a time when nothing could be sent: it waits for the end of the quiet hours, or for
// the digest.
type Kept struct {
	Offer   id.Offer  `json:"offer"`
	Place   id.Place  `json:"place,omitzero"`
	Trigger Trigger   `json:"trigger"` // that brought it up
	At      time.Time `json:"at"`
}

// Revisit is Evaluate for offers that were kept: they are looked at again as if their triggers fired now, by the rules
// of a push. One whose reach the person has left behind by more than LateReach is held back: a late offer for a place
// is worthless. One that is no longer in the catalogue is passed over, and so is a follow-up that is no longer among those
// due: the person has left the chain.
func (m *Matcher) Revisit(dst *Result, p *Person, moment *Moment, kept []Kept) {
	mo := *moment
	mo.Pull = false
	dst.reset(&mo)
	var now instant
	m.prepare(&now, p, &mo)
	for _, k := range kept {
		e := m.catalogue.entryAt(k.Offer, k.Place)
		if e == nil || e.offer.Mode != mo.Mode || k.Trigger == FollowUp && !mo.isDue(k.Offer) {
			continue
		}
		match, _ := m.candidate(e, k.Trigger, &mo, &now)
		if k.Trigger != FollowUp && e.reach.Distance(mo.Point) > LateReach {
			dst.suppress(e.offer, e.key, CodeLate)
			continue
		}
		m.weigh(dst, &match, e, p, &mo, &now)
	}
	m.refine(dst, p, &mo, &now)
	m.quietPlace(dst, &mo)
	dst.settle(true)
}

// isDue reports whether an offer is a follow-up that is due.
func (m *Moment) isDue(offer id.Offer) bool {
	return slices.ContainsFunc(m.Due, func(s Step) bool { return s.Offer == offer })
}

// entryAt returns the entry of an offer, that of its store at the place if it has one for each; nil if there is none.
func (c *Catalogue) entryAt(offer id.Offer, place id.Place) *entry {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.offers[offer]
	if e != nil && e.several != nil && e.several.branches != nil {
		return e.several.branches[place]
	}
	return e
}
