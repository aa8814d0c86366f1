package offers

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Grid maps points and regions to cells. geo/hex.Grid is one.
type Grid interface {
	At(p geo.Point, res int) (geo.Cell, error)
	Cover(dst []geo.CellCover, r geo.Region, res int) ([]geo.CellCover, error)
}

const (
	// Finest is the finest resolution of the index, which Moment.Cell must have.
	Finest = 9
	// MaxPlaceDistance is how far away, in metres, places are found: see NearestPlace.
	MaxPlaceDistance = 200

	coverCells = 16   // how many cells a reach may take: with fewer, cities need one more resolution and look-up
	putChunk   = 8192 // offers indexed at a time: bounds the memory of a large batch
)

// Catalogue is the in-memory truth for matching: merchants, places and offers, and the index over them. It is safe
// for concurrent use: matching never waits for writers; look-ups by id take a read lock.
type Catalogue struct {
	grid  Grid
	modes [2]shelf // by Mode

	mu        sync.RWMutex
	merchants map[id.Merchant]*Merchant
	places    map[id.Place]*placed
	offers    map[id.Offer]*entry
}

// shelf holds what stands in the catalogue for one mode.
type shelf struct {
	offers index // by H3 cell
	places index // by H3 cell; a place's reach is MaxPlaceDistance
	fences index // the same offers by squares: see fences.go

	resolutions atomic.Uint32 // set of resolutions at which offers stand
	levels      atomic.Uint32 // set of levels at which fences stand
	exits       atomic.Int32  // offers with trigger Exit

	byResolution, byLevel        [16]int // how many offers; for the writer
	nMerchants, nPlaces, nOffers int
}

// at appends the offers whose reach holds p, which lies in cell.
func (s *shelf) at(dst []*entry, cell geo.Cell, p geo.Point, onlyExits bool) []*entry {
	// First all lists, so that the processor waits for them together and not for one after the other.
	var lists [Finest + 1]*cellList
	n := 0
	for set := s.resolutions.Load(); set != 0; set &= set - 1 {
		lists[n] = s.offers.at(uint64(cell.Parent(bits.TrailingZeros32(set))))
		n++
	}
	for _, l := range lists[:n] {
		dst = l.containing(dst, p, onlyExits)
	}
	return dst
}

// placed is a place with its entry in the index and the offers that are redeemed there.
type placed struct {
	entry  *entry // nil as long as only offers speak of the place
	offers map[id.Offer]struct{}
}

// NewCatalogue returns an empty catalogue over a grid.
func NewCatalogue(grid Grid) *Catalogue {
	return &Catalogue{
		grid: grid, merchants: map[id.Merchant]*Merchant{}, places: map[id.Place]*placed{}, offers: map[id.Offer]*entry{},
	}
}

// PutMerchant adds or replaces a merchant. The catalogue keeps the pointer: don't change the merchant any more.
func (c *Catalogue) PutMerchant(m *Merchant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.merchants[m.ID]; old != nil {
		c.modes[old.Mode].nMerchants--
	}
	c.merchants[m.ID] = m
	c.modes[m.Mode].nMerchants++
}

// RemoveMerchant takes a merchant out; its places and offers stay until they are removed.
func (c *Catalogue) RemoveMerchant(i id.Merchant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.merchants[i]; old != nil {
		c.modes[old.Mode].nMerchants--
		delete(c.merchants, i)
	}
}

// Merchant returns a merchant, or nil if there is none. It is shared: don't change it.
func (c *Catalogue) Merchant(i id.Merchant) *Merchant {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.merchants[i]
}

// PutPlace adds or replaces a place, and moves the offers that are redeemed there along. The catalogue keeps the
// pointer: don't change the place any more.
func (c *Catalogue) PutPlace(p *Place) error {
	around, err := geo.NewCircle(p.Point, MaxPlaceDistance)
	if err != nil {
		return fault.From(err).WithField("point")
	}
	e := newPlaceEntry(p, around)
	changes, err := c.cover(nil, e, Finest)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.dropPlace(p.ID); err != nil {
		return err
	}
	slot := c.placed(p.ID)
	slot.entry = e
	shelf := &c.modes[p.Mode]
	shelf.places.apply(changes)
	shelf.nPlaces++
	return c.refresh(slot)
}

// RemovePlace takes a place out; the offers that are redeemed there stay, without it.
func (c *Catalogue) RemovePlace(i id.Place) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	slot := c.places[i]
	if slot == nil {
		return nil
	}
	if err := c.dropPlace(i); err != nil {
		return err
	}
	if len(slot.offers) == 0 {
		delete(c.places, i)
	}
	return c.refresh(slot)
}

// Place returns a place, or nil if there is none. It is shared: don't change it.
func (c *Catalogue) Place(i id.Place) *Place {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if slot := c.places[i]; slot != nil && slot.entry != nil {
		return slot.entry.place
	}
	return nil
}

// NearestPlace returns the place nearest to a point within the given metres, at most MaxPlaceDistance, and its
// distance; nil if there is none.
func (c *Catalogue) NearestPlace(at geo.Point, mode Mode, within float64) (*Place, float64) {
	cell, err := c.grid.At(at, Finest)
	if err != nil {
		return nil, 0
	}
	var buffer [64]*entry
	var best *entry
	for _, e := range c.modes[mode].places.at(uint64(cell)).containing(buffer[:0], at, false) {
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

// Counts returns how many merchants, places and offers stand in the catalogue for a mode.
func (c *Catalogue) Counts(mode Mode) (merchants, places, offers int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s := &c.modes[mode]
	return s.nMerchants, s.nPlaces, s.nOffers
}

// Candidates returns how many offers stand under a cell of resolution Finest and the coarser ones that hold it: what one
// position costs. For measurements.
func (c *Catalogue) Candidates(cell geo.Cell, mode Mode) int {
	s := &c.modes[mode]
	var list []*entry
	for set := s.resolutions.Load(); set != 0; set &= set - 1 {
		list = s.offers.all(list, uint64(cell.Parent(bits.TrailingZeros32(set))))
	}
	return len(list)
}

// Offer returns an offer, or nil if there is none. It is shared: don't change it.
func (c *Catalogue) Offer(i id.Offer) *Offer {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e := c.offers[i]; e != nil {
		return e.offer
	}
	return nil
}

// SetExhausted tells whether an offer's total budget is used up. It holds until told otherwise, also when the
// offer is put again. An unknown offer is ignored.
func (c *Catalogue) SetExhausted(i id.Offer, exhausted bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e := c.offers[i]; e != nil {
		e.exhausted.Store(exhausted)
	}
}

// Exhausted reports what SetExhausted told.
func (c *Catalogue) Exhausted(i id.Offer) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.offers[i]
	return e != nil && e.exhausted.Load()
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

// dropPlace takes a place out of the index. The lock must be held.
func (c *Catalogue) dropPlace(i id.Place) error {
	slot := c.places[i]
	if slot == nil || slot.entry == nil {
		return nil
	}
	changes, err := c.cover(nil, slot.entry, Finest)
	if err != nil {
		return err
	}
	for i := range changes {
		changes[i].remove = true
	}
	shelf := &c.modes[slot.entry.place.Mode]
	shelf.places.apply(changes)
	shelf.nPlaces--
	slot.entry = nil
	return nil
}

// cover appends the cells that an entry's reach touches as additions to an index.
func (c *Catalogue) cover(dst []change, e *entry, res int) ([]change, error) {
	var buffer [4 * coverCells]geo.CellCover
	cells, err := c.grid.Cover(buffer[:0], e.reach, res)
	if err != nil {
		return dst, err
	}
	for _, cell := range cells {
		dst = append(dst, change{key: uint64(cell.Cell), entry: e, span: 4 * edge(res), inside: cell.Inside})
	}
	return dst, nil
}

// edge returns the mean edge of a hexagon in metres: https://h3geo.org/docs/core-library/restable.
func edge(res int) float64 { return 1_281_256 / math.Pow(7, float64(res)/2) }

// resolution returns the finest resolution at which a reach touches few cells. The cells whose surrounding circle
// meets a region of area A and perimeter P are about (A + P·e + π·e²) / (2.6·e²), by Steiner's formula.
func resolution(r geo.Region) int {
	for res := Finest; res > 0; res-- {
		e := edge(res)
		if (r.Area()+r.Perimeter()*e+math.Pi*e*e)/(2.598*e*e) <= coverCells {
			return res
		}
	}
	return 0
}
