package offers

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// Measure marks when nobody can claim an offer, by what is claimed of its budgets at now. It is for calls after a claim,
// a release, or a change of the offer; of several at the same time the last one to look is right, since each looks again
// after it wrote. An unknown offer is ignored; if tally fails, the mark stays. Periods are those of the zone.
func (c *Catalogue) Measure(i id.Offer, now time.Time, zone *time.Location, tally func(key string) (Tally, error)) error {
	for {
		marked, err := c.usedUp(i, now, zone, tally)
		if err != nil {
			return err
		}
		c.SetExhausted(i, marked)
		if now, err := c.usedUp(i, now, zone, tally); err != nil || same(now, marked) {
			return err
		}
	}
}

func same(a, b *Span) bool {
	return a == nil && b == nil || a != nil && b != nil && a.From.Equal(b.From) && a.Until.Equal(b.Until)
}

func (c *Catalogue) usedUp(i id.Offer, now time.Time, zone *time.Location, tally func(key string) (Tally, error)) (*Span, error) {
	o := c.Offer(i)
	if o == nil {
		return nil, nil //nolint:nilnil // not used up
	}
	return o.UsedUp(c.Merchant(o.Merchant), o.Place, now, c.ZoneOf(o.Place, zone), tally)
}

// ZoneOf returns the time zone of a place, or other if it names none or there is no such place.
func (c *Catalogue) ZoneOf(place id.Place, other *time.Location) *time.Location {
	if p := c.Place(place); p != nil && p.Zone != "" {
		return c.zones.load(p.Zone, other)
	}
	return other
}

// SetExhausted tells when nobody can claim the offer; nil: somebody can. It holds until told otherwise, also when the
// offer is put again. An unknown offer is ignored.
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

// Exhausted reports whether SetExhausted told that nobody can claim the offer at a moment.
func (c *Catalogue) Exhausted(i id.Offer, at time.Time) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.offers[i]
	return e != nil && e.exhausted.Load().holds(at.UnixNano())
}

// stretch is a Span in Unix nanoseconds.
type stretch struct{ from, until int64 }

func newStretch(s *Span) *stretch {
	if s == nil {
		return nil
	}
	t := &stretch{math.MinInt64, math.MaxInt64}
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
