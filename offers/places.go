package offers

import (
	"slices"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// placed is a place with its entry in the index and the offers that name it as where they are redeemed.
type placed struct {
	entry  *entry // nil as long as only offers speak of the place
	offers map[id.Offer]struct{}
}

// guarded holds the places that guard rails keep offers away from, by mode: so few that every fix can be checked.
type guarded struct {
	rails *Guardrails
	modes [2]index
}

// guard returns the places that the rails speak of, kept up to date from now on.
func (c *Catalogue) guard(rails *Guardrails) *guarded {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.guarded[rails]
	if g == nil {
		g = &guarded{rails: rails}
		for mode := range c.modes {
			for key, list := range c.modes[mode].places.lists() {
				if few := list.only(g.concerns); few != nil {
					g.modes[mode].set(key, few)
				}
			}
		}
		c.guarded[rails] = g
	}
	return g
}

func (g *guarded) concerns(place *entry) bool { return g.rails.ruling(place).metres > 0 }

// near reports whether any of the places lies so near that nothing may be pushed. Cell is the point's.
func (g *guarded) near(p geo.Point, cell geo.Cell, mode Mode) bool {
	for e := range g.modes[mode].at(uint64(cell)).near(p, MaxPlaceDistance) {
		if geo.FlatDistance(p, e.target) <= g.rails.ruling(e).metres {
			return true
		}
	}
	return false
}

// tellPlaces tells a learner where the places of a mode are, those of now and those that come.
func (c *Catalogue) tellPlaces(mode Mode, l *Learner) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.learners[mode] = l
	for _, slot := range c.places {
		if p := slot.place(); p != nil && p.Mode == mode {
			l.put(p)
		}
	}
}

// PutPlace adds or replaces a place, and moves the offers that are redeemed there along. The catalogue keeps the
// pointer: don't change the place any more.
func (c *Catalogue) PutPlace(p *Place) error {
	around, err := geo.NewCircle(p.Point, MaxPlaceDistance)
	if err != nil {
		return fault.From(err).WithField("point")
	}
	e := newPlaceEntry(p, around)
	cells, err := c.cover(nil, e, Finest)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.setPlace(p.ID, e, cells)
}

// RemovePlace takes a place out; the offers that are redeemed there stay, without it.
func (c *Catalogue) RemovePlace(i id.Place) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slot := c.places[i]; slot == nil || slot.entry == nil {
		return nil
	}
	return c.setPlace(i, nil, nil)
}

// setPlace replaces a place's entry by one that stands in the given cells; nil takes it out. The lock must be held. A
// look at places reads the list of one cell, and each list is replaced once: it sees the place where it was or where
// it is.
func (c *Catalogue) setPlace(i id.Place, e *entry, cells []change) error {
	var changes [2][]change
	if e != nil {
		changes[e.place.Mode] = cells
	}
	slot := c.placed(i)
	if old := slot.entry; old != nil {
		gone, err := c.cover(nil, old, Finest)
		if err != nil {
			return err
		}
		for k := range gone {
			gone[k].remove = true
		}
		mode := old.place.Mode
		changes[mode] = append(changes[mode], gone...)
		c.modes[mode].nPlaces--
	}
	for mode := range changes {
		c.modes[mode].places.apply(changes[mode])
		for _, g := range c.guarded {
			g.modes[mode].apply(slices.DeleteFunc(slices.Clone(changes[mode]), func(ch change) bool { return !g.concerns(ch.entry) }))
		}
	}
	was := slot.place()
	slot.entry = e
	if e != nil && c.learners[e.place.Mode] != nil {
		c.learners[e.place.Mode].put(e.place)
	}
	c.reschedule(slot.place(), was)
	if e != nil {
		c.modes[e.place.Mode].nPlaces++
	} else if len(slot.offers) == 0 {
		delete(c.places, i)
	}
	return c.refresh(slot, i, was)
}

// Place returns a place, or nil if there is none. It is shared: don't change it.
func (c *Catalogue) Place(i id.Place) *Place {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.place(i)
}

// place is Place while the lock is held.
func (c *Catalogue) place(i id.Place) *Place { return c.places[i].place() }

// place returns the place, or nil if only offers speak of it. The slot may be nil.
func (s *placed) place() *Place {
	if s == nil || s.entry == nil {
		return nil
	}
	return s.entry.place
}

// placed returns the slot of a place, made if there is none. The lock must be held.
func (c *Catalogue) placed(i id.Place) *placed {
	slot := c.places[i]
	if slot == nil {
		slot = &placed{}
		c.places[i] = slot
	}
	return slot
}

// NearestPlace returns the place nearest to a point within the given metres, at most MaxPlaceDistance, and its
// distance; nil if there is none.
func (c *Catalogue) NearestPlace(at geo.Point, mode Mode, within float64) (*Place, float64) {
	cell, err := c.grid.At(at, Finest)
	if err != nil {
		return nil, 0
	}
	within = min(within, MaxPlaceDistance)
	var best *entry
	for e := range c.modes[mode].places.at(uint64(cell)).near(at, within) {
		d := geo.Distance(at, e.target)
		if d < within || d == within && (best == nil || e.place.ID < best.place.ID) {
			best, within = e, d
		}
	}
	if best == nil {
		return nil, 0
	}
	return best.place, within
}
