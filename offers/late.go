package offers

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// LateReach is how far, in metres, a person may have gone from the reach of an offer that was kept for later.
const LateReach = 1000

// Kept is an offer that came up at a time when nothing could be sent: it waits for the end of the quiet hours, or for
// the digest.
type Kept struct {
	Offer   id.Offer  `json:"offer"`
	Trigger Trigger   `json:"trigger"` // that brought it up
	At      time.Time `json:"at"`
}

// Revisit is Evaluate for offers that were kept: they are looked at again as if their triggers fired now, by the rules
// of a push. One whose reach the person has left behind by more than LateReach is held back: a late offer for a place
// is worthless. One that is no longer in the catalogue is passed over.
func (m *Matcher) Revisit(dst *Result, p *Person, moment *Moment, kept []Kept) {
	mo := *moment
	mo.Pull = false
	dst.Matches, dst.Suppressions = dst.Matches[:0], dst.Suppressions[:0]
	now := m.instant(p, &mo)
	for _, k := range kept {
		e := m.catalogue.entry(k.Offer)
		if e == nil || e.offer.Mode != mo.Mode {
			continue
		}
		match := Match{Offer: e.offer, Place: e.place, schedule: e.schedule, Trigger: k.Trigger, Key: e.key, daypart: now.part}
		match.Distance, _ = now.to(e.target)
		if k.Trigger != FollowUp && e.reach.Distance(mo.Point) > LateReach {
			dst.suppress(e.offer, e.key, CodeLate)
			continue
		}
		m.weigh(dst, &match, e, p, &mo, &now)
	}
	m.quietPlace(dst, &mo)
	dst.settle()
}

// entry returns the entry of an offer, or nil.
func (c *Catalogue) entry(i id.Offer) *entry {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.offers[i]
}
