package offers

import (
	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Grid maps points and regions to cells; geo/hex.Grid is one.
type Grid interface {
	At(p geo.Point, res int) geo.Cell
	Cover(dst []geo.CellCover, r geo.Region, res int) ([]geo.CellCover, error)
}

// Finest is the finest resolution that the index uses, and that Moment.Cell must have.
const Finest = 9

// Catalogue is the in-memory truth for matching. Readers never wait.
type Catalogue struct{ grid Grid }

// NewCatalogue returns an empty catalogue.
func NewCatalogue(grid Grid) *Catalogue { return &Catalogue{grid: grid} }

// PutMerchant adds or replaces a merchant. The catalogue keeps the pointer: it must not be changed any more.
func (c *Catalogue) PutMerchant(m *Merchant) {}

// RemoveMerchant removes it; its places and offers stay.
func (c *Catalogue) RemoveMerchant(i id.Merchant) {}

// Merchant returns nil if there is none.
func (c *Catalogue) Merchant(i id.Merchant) *Merchant { return nil }

// PutPlace adds or replaces a place.
func (c *Catalogue) PutPlace(p *Place) error { return nil }

// RemovePlace removes it.
func (c *Catalogue) RemovePlace(i id.Place) {}

// Place returns nil if there is none.
func (c *Catalogue) Place(i id.Place) *Place { return nil }

// PutOffers adds or replaces offers; many at once are much cheaper than one by one. Offers refer to places: put
// those first.
func (c *Catalogue) PutOffers(list ...*Offer) error { return nil }

// RemoveOffer removes it.
func (c *Catalogue) RemoveOffer(i id.Offer) {}

// Offer returns nil if there is none.
func (c *Catalogue) Offer(i id.Offer) *Offer { return nil }

// SetExhausted tells that an offer's total budget is used up, or that it is not.
func (c *Catalogue) SetExhausted(i id.Offer, exhausted bool) {}

// NearestPlace returns the nearest place within the given metres (at most MaxPlaceDistance), or nil.
func (c *Catalogue) NearestPlace(at geo.Point, mode Mode, within float64) (*Place, float64) {
	return nil, 0
}

// NextReach returns how many metres the person can go at least before entering or leaving any reach.
func (c *Catalogue) NextReach(at geo.Point, mode Mode) float64 { return 0 }

// Counts returns how many merchants, places and offers there are.
func (c *Catalogue) Counts(mode Mode) (merchants, places, offers int) { return 0, 0, 0 }
