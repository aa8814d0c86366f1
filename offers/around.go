package offers

import (
	"math/bits"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// AtSensitivePlace reports whether a point lies so near to a clinic, a place of worship, a school, a shelter or the like
// that nothing may be matched or kept there. Cell is the point's at resolution Finest. It allocates nothing.
func (m *Matcher) AtSensitivePlace(at geo.Point, cell geo.Cell, mode Mode) bool {
	var buffer [64]*entry
	places := &m.catalogue.modes[mode].places
	return m.rails.nearSensitivePlace(places.at(uint64(cell)).containing(buffer[:0], at, false), at)
}

// WasDelivered reports whether the offer was sent to the person, as far as remembered.
func (p *Person) WasDelivered(offer id.Offer) bool {
	s := p.recall(hashOf(kindOffer, string(offer)))
	return s != nil && s.delivered != 0
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
