package engine

import (
	"context"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

const (
	maxKept   = 16               // offers that wait for one person
	maxDigest = 5                // offers in one digest
	knownFor  = 30 * time.Minute // an older fix does not tell whether somebody is still near
	keptFor   = 12 * time.Hour   // after they were due, what nobody could look at again is dropped
)

// later is what came up while nothing could be sent: it goes out, if it still holds, when the quiet hours end or when
// the digest is due.
type later struct {
	Due    time.Time     `json:"due,omitzero"`
	Digest bool          `json:"digest,omitzero"`
	List   []offers.Kept `json:"list,omitempty"` // oldest first
}

func (l *later) waits() bool { return len(l.List) > 0 }

// add keeps the matches that are not kept already. What is full forgets the oldest.
func (l *later) add(list []offers.Match, now, due time.Time, digest bool) {
	if !l.waits() || l.Digest != digest {
		*l = later{Due: due, Digest: digest}
	}
	for i := range list {
		m := &list[i]
		if slices.ContainsFunc(l.List, func(k offers.Kept) bool { return k.Offer == m.Offer.ID }) {
			continue
		}
		if len(l.List) == maxKept {
			l.List = slices.Delete(l.List, 0, 1)
		}
		k := offers.Kept{Offer: m.Offer.ID, Trigger: m.Trigger, At: now}
		if m.Place != nil {
			k.Place = m.Place.ID
		}
		l.List = append(l.List, k)
	}
}

// wantsLater reports whether the person still wants what waits: they may have changed their mind meanwhile.
func (p *person) wantsLater() bool {
	policy := &p.profile.Preferences.Push
	if !p.profile.Consents.Allows(privacy.Push) || policy.Mode != push.Surprise {
		return false
	}
	if p.later.Digest {
		return len(policy.Digest) > 0
	}
	return policy.QuietAction == push.Hold
}

// keep puts the matches of a moment by, and tells the person why they did not come.
func (e *Engine) keep(p *person, u *update, code string, due time.Time) {
	list := u.result.Places() // how the person feels is looked at when they are due
	list = list[:min(len(list), maxKept)]
	p.later.add(list, u.now, due, code == push.CodeDigest)
	for i := range list {
		e.hold(p, list[i].Offer, list[i].Key, code, u.now)
	}
}

// overdue looks again at what waits, if its time has come, and queues what still holds: one push, with the best offer
// after quiet hours, with the best ones in a digest. The update holds where the person is. The caller holds p.mu.
func (e *Engine) overdue(p *person, u *update) {
	if !p.later.waits() || u.now.Before(p.later.Due) {
		return
	}
	l := p.later
	wanted := p.wantsLater()
	p.later, p.dirty = later{}, true
	if !wanted {
		return
	}
	if u.now.Sub(l.Due) > keptFor {
		e.holdKept(p, l.List, offers.CodeLate, u.now)
		return
	}
	u.moment = p.moment(u)
	e.dueSteps(p, u)
	u.moment.Due = u.due
	e.matcher.Revisit(&u.result, &p.matching, &u.moment, l.List)
	for i := range u.result.Suppressions {
		h := &u.result.Suppressions[i]
		e.hold(p, h.Offer, h.Key, h.Code, u.now)
	}
	n := 1
	if l.Digest {
		n = maxDigest
	}
	left, code := u.result.Places(), p.against(u.now)
	if code == "" {
		left, code = e.push(p, u, n), push.CodeOutranked
	}
	for i := range left {
		e.hold(p, left[i].Offer, left[i].Key, code, u.now)
	}
}

// against returns what speaks against a push now, or "".
func (p *person) against(now time.Time) string {
	if !p.reachable() {
		return push.CodeUnreachable
	}
	_, code, _ := p.profile.Preferences.Push.Allow(now, p.zone, &p.pushes)
	return code
}

// reachable reports whether the person has a device to push to: if not, none of their limits is used up.
func (p *person) reachable() bool { return p.sessions > 0 || len(p.profile.PushTokens) > 0 }

// holdKept notes that none of these comes any more.
func (e *Engine) holdKept(p *person, list []offers.Kept, code string, now time.Time) {
	for _, k := range list {
		if o := e.catalogue.Offer(k.Offer); o != nil {
			e.hold(p, o, offers.Key(o.ID), code, now)
		}
	}
}

// push queues one message with the n best matches, if there are any, counts it against the person's
// limits, and returns the others. A match that mood holds back is counted, too, but not sent. The caller holds p.mu.
func (e *Engine) push(p *person, u *update, n int) (left []offers.Match) {
	if len(u.result.Places()) == 0 {
		return nil
	}
	e.matcher.Unanswered(&p.matching, u.now, p.mode, p.teaches())
	p.discover(&u.result)
	list := u.result.Places()
	n = min(n, len(list))
	p.pushes.Record(u.now)
	var c chosen
	for i := range list[:n] {
		m := &list[i]
		if m.Withheld() != "" {
			p.matching.Spent(u.now, m.Offer)
			continue
		}
		next := e.newDelivery(p, m, u.now)
		next.delivery.Propensity = p.delivered(u, i)
		if c.delivery.ID == "" {
			c = next
			c.delivery.Confidence = u.confidence(m)
			continue
		}
		c.more = append(c.more, next.delivery)
		c.delivery.More = append(c.delivery.More, next.delivery.ID)
	}
	if c.delivery.ID != "" {
		u.chosen = append(u.chosen, c)
	}
	return list[n:]
}

// confidence returns that of the passage which brought a match up; 0: there was none.
func (u *update) confidence(m *offers.Match) int {
	for i := range u.moment.Passages {
		if g := &u.moment.Passages[i]; g.Key == m.Key && g.Trigger == m.Trigger {
			return g.Confidence
		}
	}
	return 0
}

// delivered remembers that the i-th of the update's places went out, and returns the probability with which it was chosen.
func (p *person) delivered(u *update, i int) (propensity float64) {
	m := &u.result.Places()[i]
	propensity = u.result.Propensity(&p.matching, i) // by what was known before
	p.matching.Delivered(u.now, m.Offer)
	if p.profile.Consents.Allows(privacy.Purchases) {
		p.matching.Decided(u.now, &u.result, m, propensity)
	}
	if m.Place != nil {
		p.matching.DeliveredAt(m.Offer.ID, m.Place.ID)
	}
	return propensity
}

// sendOverdue looks at what waits for people who say nothing at the moment: they stand where they were a short while
// ago. Simulated people live on another clock and are left to their next fix.
func (e *Engine) sendOverdue(ctx context.Context) {
	now := e.clock()
	e.people.each(func(p *person) {
		p.mu.Lock()
		due := !p.gone && p.loaded && !p.simulated && p.later.waits() && !now.Before(p.later.Due)
		p.mu.Unlock()
		if !due {
			return
		}
		u := e.update()
		defer e.updates.Put(u)
		p.mu.Lock()
		if e.standing(p, u, now) {
			e.overdue(p, u)
		}
		p.mu.Unlock()
		e.send(ctx, p, u.chosen)
	})
}

// standing fills the update with where somebody is for whom something is due, and reports whether that is known, or does
// not matter any more. The caller holds p.mu.
func (e *Engine) standing(p *person, u *update, now time.Time) bool {
	if p.gone || !p.later.waits() {
		return false
	}
	u.fix, u.now, u.sensitive = p.last, now, p.hidden
	known := !p.last.Time.IsZero() && now.Sub(p.last.Time) <= knownFor && !p.hidden
	if !known {
		return now.Sub(p.later.Due) > keptFor
	}
	e.locate(p, u)
	u.step = p.motion.Step()
	e.moodNow(p, u)
	return true
}
