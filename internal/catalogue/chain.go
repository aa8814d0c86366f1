package catalogue

import (
	"slices"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Bounds of a chain of offers.
const (
	MaxChain = 8  // follow-ups one after another
	maxLinks = 64 // offers that one may lead to, over all its chains
)

// linked reports whether an offer leads to others. Such writes are done alone: two that lead to each other must not be
// checked at the same time.
func linked(in api.OfferInput) bool { return len(in.FollowUps) > 0 }

// hold keeps out what must not happen during a write from its checks to its end: that a place goes, or if it is to be
// alone, any other write.
func (c *Catalogue) hold(alone bool) (release func()) {
	if alone {
		c.removing.Lock()
		return c.removing.Unlock
	}
	c.removing.RLock()
	return c.removing.RUnlock
}

// requireFollowUps refuses follow-ups that do not exist, whose merchant does not agree, or that lead back to the offer. An
// agreement that was taken back later stops nothing but new steps of people, so it is asked of new follow-ups only. The
// caller writes alone, so the index knows every link.
func (c *Catalogue) requireFollowUps(o, old *offers.Offer) error {
	walk := chain{index: c.Index, to: o.ID}
	for i, n := range o.FollowUps {
		field := "followUps[" + strconv.Itoa(i) + "].offer"
		next := c.Index.Offer(n.Offer)
		switch {
		case next == nil:
			return fault.Field(field, "must be the id of an existing offer")
		case next.Mode != o.Mode:
			return fault.New(fault.Forbidden, fault.CodeModeMismatch, "This offer is %s data and the key is a %s key: the two never meet.",
				next.Mode, o.Mode).WithField(field)
		case !offers.MayFollow(o, next) && !leadsTo(old, n.Offer):
			return fault.New(fault.Forbidden, fault.CodeForbidden,
				"This offer is another merchant's and must name yours in its followedBy first.").WithField(field)
		}
		if err := walk.from(next, []id.Offer{o.ID}); err != nil {
			return err.WithField(field)
		}
	}
	return nil
}

func leadsTo(o *offers.Offer, next id.Offer) bool {
	return o != nil && slices.ContainsFunc(o.FollowUps, func(n offers.Next) bool { return n.Offer == next })
}

// chain is a walk along follow-ups that must not come back to an offer.
type chain struct {
	index *offers.Catalogue
	to    id.Offer
	links int // followed so far
}

// from walks on from an offer that the way led to.
func (c *chain) from(o *offers.Offer, way []id.Offer) *fault.Error {
	way = append(way, o.ID)
	if o.ID == c.to {
		names := make([]string, len(way))
		for i, offer := range way {
			names[i] = string(offer)
		}
		return fault.Field("", "must not lead back to the offer itself: %s", strings.Join(names, " → "))
	}
	if len(way) > MaxChain+1 {
		return fault.Field("", "must not lead to more than %d offers one after another", MaxChain)
	}
	if c.links++; c.links > maxLinks {
		return fault.Field("", "must not lead to more than %d offers in all", maxLinks)
	}
	for _, n := range o.FollowUps {
		if next := c.index.Offer(n.Offer); next != nil {
			if err := c.from(next, slices.Clip(way)); err != nil {
				return err
			}
		}
	}
	return nil
}
