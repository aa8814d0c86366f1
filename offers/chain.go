package offers

import (
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

const (
	// DefaultFollowDays is how long a follow-up stays due if Next.WithinDays does not say.
	DefaultFollowDays = 30
	// MaxSteps is how many follow-ups wait for one person; of more the one that runs out first is dropped.
	MaxSteps = 32
)

// MayFollow reports whether both sides agree that next comes after first: they are one merchant's, or next names the
// merchant of first.
func MayFollow(first, next *Offer) bool {
	return first.Merchant == next.Merchant || slices.Contains(next.FollowedBy, first.Merchant)
}

// Step is a follow-up that waits for a person: it is due from Due on, and no longer from Until on.
type Step struct {
	Root     id.Offer    `json:"root"` // the offer whose redemption began the chain
	From     id.Offer    `json:"from"` // the one whose redemption led here
	Offer    id.Offer    `json:"offer"`
	Merchant id.Merchant `json:"merchant"` // of Offer
	Due      time.Time   `json:"due"`
	Until    time.Time   `json:"until"`
}

// Chains are the follow-ups that wait for one person, at most MaxSteps. It is not safe for concurrent use.
type Chains []Step

// Check refuses what Redeemed could not have made.
func (c Chains) Check() error {
	if len(c) > MaxSteps {
		return fault.Field("chains", "must hold at most %d steps", MaxSteps)
	}
	return nil
}

// Redeemed takes the step that led to an offer as done, and remembers what follows from its redemption with a basket of
// the given worth (0: not known). Next offers are looked up with find; those that are gone, or whose merchant does not
// agree any more, are left out. It reports whether anything changed.
func (c *Chains) Redeemed(o *Offer, amount float64, now time.Time, find func(id.Offer) *Offer) bool {
	root, done := o.ID, false
	if i := c.index(o.ID); i >= 0 {
		root, done = (*c)[i].Root, true
		*c = slices.Delete(*c, i, i+1)
	}
	for _, n := range o.FollowUps {
		next := find(n.Offer)
		if next == nil || next.Mode != o.Mode || !MayFollow(o, next) || amount < n.MinAmount {
			continue
		}
		days := n.WithinDays
		if days == 0 {
			days = DefaultFollowDays
		}
		due := now.Add(time.Duration(n.AfterMinutes) * time.Minute)
		c.add(Step{Root: root, From: o.ID, Offer: n.Offer, Merchant: next.Merchant, Due: due, Until: due.AddDate(0, 0, days)}, now)
		done = true
	}
	return done
}

func (c Chains) index(offer id.Offer) int {
	return slices.IndexFunc(c, func(s Step) bool { return s.Offer == offer })
}

// add replaces an older step to the same offer.
func (c *Chains) add(s Step, now time.Time) {
	c.Prune(now)
	if i := c.index(s.Offer); i >= 0 {
		(*c)[i] = s
		return
	}
	if len(*c) == MaxSteps {
		first := 0
		for i := range *c {
			if (*c)[i].Until.Before((*c)[first].Until) {
				first = i
			}
		}
		*c = slices.Delete(*c, first, first+1)
	}
	*c = append(*c, s)
}

// Prune drops what is due no longer.
func (c *Chains) Prune(now time.Time) {
	c.Drop(func(s *Step) bool { return !now.Before(s.Until) })
}

// Drop takes out the steps that gone names, and reports whether there were any.
func (c *Chains) Drop(gone func(*Step) bool) bool {
	kept := (*c)[:0]
	for i := range *c {
		if !gone(&(*c)[i]) {
			kept = append(kept, (*c)[i])
		}
	}
	dropped := len(kept) < len(*c)
	clear((*c)[len(kept):])
	*c = kept
	return dropped
}

// Holds reports whether an offer waits and is due at a time.
func (c Chains) Holds(offer id.Offer, now time.Time) bool {
	i := c.index(offer)
	return i >= 0 && !now.Before(c[i].Due) && now.Before(c[i].Until)
}

// Due appends the steps that are due at a time.
func (c Chains) Due(dst []Step, now time.Time) []Step {
	for i := range c {
		if s := &c[i]; !now.Before(s.Due) && now.Before(s.Until) {
			dst = append(dst, *s)
		}
	}
	return dst
}

// due fills dst.due with the follow-ups that are due, and dst.after with the offers that they follow.
func (c *Catalogue) due(dst *Result, mo *Moment) {
	dst.due, dst.after = dst.due[:0], dst.after[:0]
	if len(mo.Due) == 0 {
		return
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i := range mo.Due {
		e := c.offers[mo.Due[i].Offer]
		if e == nil || e.offer.Mode != mo.Mode {
			continue
		}
		var after *Offer
		if from := c.offers[mo.Due[i].From]; from != nil {
			after = from.offer
		}
		dst.due, dst.after = append(dst.due, e), append(dst.after, after)
	}
}
