package offers

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// Tallies answers what stands in a counter that is not personal.
type Tallies func(key string) (Tally, error)

// Measure marks when nobody can claim an offer, by what is claimed of its budgets at now: at all of its places, and, if
// limits count at each store apart, at the one place, or at each if place is empty. It is for calls after a claim, a
// release, or a change of the offer; of several at the same time the last one to look is right, since each looks again
// after it wrote. An unknown offer is ignored; if tally fails, the mark stays. Periods are those of the places' zones.
func (c *Catalogue) Measure(i id.Offer, place id.Place, now time.Time, zone *time.Location, tally Tallies) error {
	o := c.Offer(i)
	if o == nil {
		return nil
	}
	err := c.measure(o, o.Place, now, zone, tally, c.SetExhausted)
	if yes, apart := o.several(); !yes || !apart || !o.PerStore() {
		return err
	}
	for _, p := range c.branchesOf(i, place) {
		err = cmp.Or(err, c.measure(o, p, now, zone, tally, func(i id.Offer, s *Span) { c.setExhaustedAt(i, p, s) }))
	}
	return err
}

// branchesOf returns the places at which an offer stands apart: the one, or all if it is empty.
func (c *Catalogue) branchesOf(i id.Offer, place id.Place) (list []id.Place) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	head := c.offers[i]
	if head == nil || head.several == nil {
		return nil
	}
	if place != "" {
		return []id.Place{place}
	}
	return slices.Collect(maps.Keys(head.several.branches))
}

// measure marks an offer at one place.
func (c *Catalogue) measure(o *Offer, place id.Place, now time.Time, zone *time.Location, tally Tallies, mark func(id.Offer, *Span)) error {
	look := func() (*Span, error) {
		return o.UsedUp(c.Merchant(o.Merchant), place, now, c.ZoneOf(place, zone), tally)
	}
	for {
		marked, err := look()
		if err != nil {
			return err
		}
		mark(o.ID, marked)
		if again, err := look(); err != nil || same(again, marked) {
			return err
		}
	}
}

func same(a, b *Span) bool {
	return a == nil && b == nil || a != nil && b != nil && a.From.Equal(b.From) && a.Until.Equal(b.Until) && a.Paced == b.Paced
}

// ZoneOf returns the time zone of a place, or other if it names none or there is no such place.
func (c *Catalogue) ZoneOf(place id.Place, other *time.Location) *time.Location {
	if p := c.Place(place); p != nil && p.Zone != "" {
		return c.zones.load(p.Zone, other)
	}
	return other
}

// SetExhausted tells when nobody can claim the offer at any place; nil: somebody can. It holds until told otherwise, also
// when the offer is put again. An unknown offer is ignored.
func (c *Catalogue) SetExhausted(i id.Offer, s *Span) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if head := c.offers[i]; head != nil {
		mark := newStretch(s)
		for e := range head.all() {
			e.exhausted.Store(mark)
		}
	}
}

// setExhaustedAt is SetExhausted for one of the places at which an offer stands apart.
func (c *Catalogue) setExhaustedAt(i id.Offer, place id.Place, s *Span) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if head := c.offers[i]; head != nil && head.several != nil {
		if branch := head.several.branches[place]; branch != nil {
			branch.exhausted.Store(newStretch(s))
		}
	}
}

// Exhausted reports whether SetExhausted told that nobody can claim the offer at a moment.
func (c *Catalogue) Exhausted(i id.Offer, at time.Time) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.offers[i]
	return e != nil && e.exhausted.Load().holds(at.UnixNano())
}

// SoldOut reports whether nobody can claim the offer at a moment, at the place if it stands apart there, else anywhere. A
// paced budget that is only ahead of its time is not sold out.
func (c *Catalogue) SoldOut(i id.Offer, place id.Place, at time.Time) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.offers[i]
	if e == nil {
		return false
	}
	if e.several != nil && e.several.branches[place] != nil {
		e = e.several.branches[place]
	}
	mark := e.exhausted.Load()
	return mark.holds(at.UnixNano()) && !mark.paced
}

// stretch is a Span in Unix nanoseconds.
type stretch struct {
	from, until int64
	paced       bool
}

func newStretch(s *Span) *stretch {
	if s == nil {
		return nil
	}
	t := &stretch{from: math.MinInt64, until: math.MaxInt64, paced: s.Paced}
	if !s.From.IsZero() {
		t.from = nanos(s.From)
	}
	if !s.Until.IsZero() {
		t.until = nanos(s.Until)
	}
	return t
}

// holds reports whether a moment lies in the stretch; nil is none.
func (t *stretch) holds(now int64) bool { return t != nil && now >= t.from && now < t.until }
