package offers

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Grid maps points and regions to cells. geo/hex.Grid is one.
type Grid interface {
	At(p geo.Point, res int) (geo.Cell, error)
	// Fit returns the finest resolution, at most finest, at which a region takes about so many cells or fewer.
	Fit(r geo.Region, finest, cells int) int
	// CoverAncestors appends the cells at res that are ancestors of the cells at resolution of that a region touches.
	CoverAncestors(dst []geo.CellCover, r geo.Region, res, of int) ([]geo.CellCover, error)
}

const (
	// Finest is the finest resolution of the index, which Moment.Cell must have.
	Finest = 9
	// MaxPlaceDistance is how far away, in metres, places are found: see NearestPlace.
	MaxPlaceDistance = 200

	coverCells = 18   // about how many cells a reach may take: with fewer, cities need one more resolution and look-up
	putChunk   = 8192 // offers indexed at a time: bounds the memory of a large batch
)

// Catalogue is the in-memory truth for matching: merchants, places and offers, and the index over them. It is safe
// for concurrent use: matching does not wait for writers, unless offers move to other cells so fast that several
// attempts see them on their way; look-ups by id take a read lock.
type Catalogue struct {
	grid  Grid
	modes [2]shelf // by Mode

	mu        sync.RWMutex
	merchants map[id.Merchant]*Merchant
	owners    map[id.Merchant]*owner
	places    map[id.Place]*placed
	offers    map[id.Offer]*entry // heads: see several
	stock     stocks
	guarded   map[*Guardrails]*guarded // of each matcher
	learners  [2]*Learner              // by mode; nil: nobody has to know where places are

	zone      *time.Location // of places that name none; nil: UTC
	zones     zones
	programs  programs
	schedules sync.Map // *Place to *schedule, of those that have one
}

// shelf holds what stands in the catalogue for one mode.
type shelf struct {
	offers  index        // by H3 cell
	places  index        // by H3 cell; a place's reach is MaxPlaceDistance
	fences  index        // the same offers by squares: see fences.go
	tracked keyed[entry] // the offers that people are followed through, by their entry's fence

	// moves counts the steps by which offers move to other cells, three for each commit: they may be found twice now;
	// what was old goes; done. Whoever sees the same number before and after a look has missed nothing.
	moves atomic.Uint64

	resolutions atomic.Uint32 // set of resolutions at which offers stand
	levels      atomic.Uint32 // set of levels at which fences stand
	fenced      atomic.Int32  // offers that people are followed through
	crossed     atomic.Int32  // of those, with trigger Crossed

	byResolution, byLevel        [16]int // how many offers; for the writer
	nMerchants, nPlaces, nOffers int
}

// at appends the offers whose reach holds p, which lies in cell.
func (s *shelf) at(dst []*entry, cell geo.Cell, p geo.Point) []*entry {
	// First all lists, so that the processor waits for them together and not for one after the other.
	var lists [Finest + 1]*cellList
	n := 0
	for set := s.resolutions.Load(); set != 0; set &= set - 1 {
		lists[n] = s.offers.at(uint64(cell.Parent(bits.TrailingZeros32(set))))
		n++
	}
	for _, l := range lists[:n] {
		dst = l.containing(dst, p)
	}
	return dst
}

// NewCatalogue returns an empty catalogue over a grid.
func NewCatalogue(grid Grid) *Catalogue {
	return &Catalogue{
		grid: grid, merchants: map[id.Merchant]*Merchant{}, owners: map[id.Merchant]*owner{}, places: map[id.Place]*placed{}, offers: map[id.Offer]*entry{},
		stock: stocks{map[id.Place]*stock{}, map[uint64][]offered{}, map[uint64][]alias{}}, guarded: map[*Guardrails]*guarded{},
	}
}

// SetZone says in which time zone places lie that name none; without it, in UTC. It must come before the first offer.
func (c *Catalogue) SetZone(zone *time.Location) { c.zone = zone }

// PutMerchant adds or replaces a merchant. The catalogue keeps the pointer: don't change the merchant any more.
func (c *Catalogue) PutMerchant(m *Merchant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.merchants[m.ID]; old != nil {
		c.modes[old.Mode].nMerchants--
	}
	c.merchants[m.ID] = m
	c.modes[m.Mode].nMerchants++
	c.programs.put(m)
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

// cover appends the cells under which an entry's reach stands at a resolution, as additions to an index. They are
// looked up by the parents of cells of resolution Finest.
func (c *Catalogue) cover(dst []change, e *entry, res int) ([]change, error) {
	var buffer [4 * coverCells]geo.CellCover
	cells, err := c.grid.CoverAncestors(buffer[:0], e.reach, res, Finest)
	if err != nil {
		return dst, err
	}
	for _, cell := range cells {
		dst = append(dst, change{key: uint64(cell.Cell), entry: e, centre: cell.Centre, radius: cell.Radius, inside: cell.Inside})
	}
	return dst, nil
}
