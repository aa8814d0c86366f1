package offers

import (
	"github.com/flaneur-io/flaneur/internal/id"
)

// PutOffers adds or replaces offers; many at once are much cheaper than one by one, and several goroutines may put
// at the same time. The catalogue keeps the pointers: don't change the offers any more. An error means that one of
// them has a reach that can't be covered; those before it may stand already.
func (c *Catalogue) PutOffers(list ...*Offer) error {
	for len(list) > 0 {
		n, err := c.putSome(list)
		if err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// putSome puts the first offers of a list, at least one and so many that their entries make a chunk.
func (c *Catalogue) putSome(list []*Offer) (n int, err error) {
	var drafts []draft
	for entries := 0; n < len(list) && entries < putChunk; n++ {
		d, err := c.draft(list[n]) // covering calls into H3 and takes most of the time: before the lock
		if err != nil {
			return n, err
		}
		drafts = append(drafts, d)
		entries += len(d.plans)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return n, c.install(drafts)
}

// RemoveOffer takes an offer out; an unknown one is ignored.
func (c *Catalogue) RemoveOffer(i id.Offer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	head := c.offers[i]
	if head == nil {
		return nil
	}
	var sets [2]batch
	for e := range head.all() {
		old, err := c.plan(e)
		if err != nil {
			return err
		}
		sets[head.offer.Mode].remove(&old, false)
	}
	c.commit(&sets)
	delete(c.offers, i)
	c.unlink(head)
	return nil
}

// plan is an entry with the places in the indexes that it takes.
type plan struct {
	entry      *entry
	resolution int
	level      int
	cells      []change
	squares    []change
}

func (c *Catalogue) plan(e *entry) (plan, error) {
	if e.status != Active || e.reach.IsZero() { // not active, the head of an offer at several places, or its place is not known
		return plan{entry: e}, nil
	}
	p := plan{entry: e, resolution: c.grid.Fit(e.reach, Finest, coverCells)}
	var err error
	if p.cells, err = c.cover(nil, e, p.resolution); err != nil {
		return plan{}, err
	}
	p.level, p.squares = squares(e)
	return p, nil
}

// batch collects what changes in a shelf. What moves to other cells leaves the old ones last.
type batch struct {
	cells, squares        []change
	oldCells, oldSquares  []change
	tracked, untracked    []*entry // that people are followed through, also those that stand nowhere now
	byResolution, byLevel [16]int
	offers                int
	fenced, crossed       int
}

func (b *batch) add(p *plan) {
	b.cells, b.squares = p.changes(b.cells, b.squares, false)
	b.count(p, 1)
}

// remove takes a plan's entry out: at once, or if it moved, after the others were added.
func (b *batch) remove(p *plan, moved bool) {
	if moved {
		b.oldCells, b.oldSquares = p.changes(b.oldCells, b.oldSquares, true)
	} else {
		b.cells, b.squares = p.changes(b.cells, b.squares, true)
	}
	b.count(p, -1)
}

// changes appends the changes to the two indexes that bring the entry in or take it out.
func (p *plan) changes(cells, squares []change, remove bool) (_, _ []change) {
	for _, ch := range p.cells {
		ch.entry, ch.remove = p.entry, remove
		cells = append(cells, ch)
	}
	for _, ch := range p.squares {
		ch.entry, ch.remove = p.entry, remove
		squares = append(squares, ch)
	}
	return cells, squares
}

func (b *batch) count(p *plan, n int) {
	if !p.entry.branch() {
		b.offers += n
	}
	if p.entry.fence != 0 { // who is in the reach learns from here that it ended
		if n > 0 {
			b.tracked = append(b.tracked, p.entry)
		} else {
			b.untracked = append(b.untracked, p.entry)
		}
	}
	if len(p.cells) == 0 {
		return // it stands nowhere
	}
	b.byResolution[p.resolution] += n
	b.byLevel[p.level] += n
	if p.entry.fence != 0 {
		b.fenced += n
	}
	if p.entry.triggers&Crossed != 0 {
		b.crossed += n
	}
}

// install puts drafted offers into the catalogue, in place of older ones. The lock must be held.
func (c *Catalogue) install(drafts []draft) (err error) {
	var sets [2]batch
	last := make(map[id.Offer]int, len(drafts)) // of an offer that is twice in a batch, the last one counts
	for i := range drafts {
		last[drafts[i].offer.ID] = i
	}
	for i := range drafts {
		if d := &drafts[i]; last[d.offer.ID] == i && err == nil {
			err = c.stand(&sets, d)
		}
	}
	c.commit(&sets)
	return err
}

// planLike returns the plan of an entry that is being replaced, and whether its cells are others; the same reach
// takes the same.
func (c *Catalogue) planLike(p *plan, old *entry) (before plan, moved bool, err error) {
	if (old.status == Active) != (p.entry.status == Active) || !old.reach.Equal(p.entry.reach) {
		before, err = c.plan(old)
		return before, true, err
	}
	before = *p
	before.entry = old
	return before, false, nil
}

// commit applies the batches, and lets readers know at which resolutions to look: before something new stands there,
// and after the last has gone. What moves stands in its new cells before it leaves the old ones.
func (c *Catalogue) commit(sets *[2]batch) {
	for mode := range sets {
		b, s := &sets[mode], &c.modes[mode]
		for i := range s.byResolution {
			s.byResolution[i] += b.byResolution[i]
			s.byLevel[i] += b.byLevel[i]
		}
		s.nOffers += b.offers
		resolutions, levels := inUse(&s.byResolution), inUse(&s.byLevel)
		s.resolutions.Or(resolutions)
		s.levels.Or(levels)
		s.fenced.Add(int32(b.fenced))
		s.crossed.Add(int32(b.crossed))
		for _, e := range b.tracked {
			s.tracked.set(e.fence, e)
		}
		for _, e := range b.untracked { // after what came in its place: nobody finds neither
			if s.tracked.at(e.fence) == e {
				s.tracked.set(e.fence, nil)
			}
		}
		moves := len(b.oldCells) > 0
		if moves {
			s.moves.Add(1)
		}
		s.offers.apply(b.cells)
		s.fences.apply(b.squares)
		if moves {
			s.moves.Add(1)
			s.offers.apply(b.oldCells)
			s.fences.apply(b.oldSquares)
			s.moves.Add(1)
		}
		s.resolutions.And(resolutions)
		s.levels.And(levels)
	}
}

func inUse(counts *[16]int) (set uint32) {
	for i, n := range counts {
		if n > 0 {
			set |= 1 << i
		}
	}
	return set
}
