package offers

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unique"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Limits of what a place may report of its stock.
const (
	MaxStock    = 10_000 // items of a place
	MaxQuantity = 1_000_000_000
)

// StockItem is what a place reported of one thing that it sells. A thing of which it reported nothing is not known: that
// stops no offer, and a shopping list does not find it there.
type StockItem struct {
	Place    id.Place  `json:"place"`
	SKU      string    `json:"sku"` // the merchant's number of it
	Name     string    `json:"name,omitzero"`
	Quantity int       `json:"quantity"`
	Price    float64   `json:"price,omitzero"` // of one, in Currency; 0: not told
	Currency string    `json:"currency,omitzero"`
	Updated  time.Time `json:"updated"`
}

// Validate returns an Invalid fault that names the wrong field and says what would be right, or nil.
func (s *StockItem) Validate() error {
	if err := checkText("sku", s.SKU, 1, MaxSKU); err != nil {
		return err
	}
	if err := checkText("name", s.Name, 0, maxName); err != nil {
		return err
	}
	switch {
	case s.Quantity < 0 || s.Quantity > MaxQuantity:
		return fault.Field("quantity", "must be from 0 to %d", MaxQuantity)
	case !(s.Price >= 0 && s.Price <= MaxMoney):
		return fault.Field("price", "must be from 0 (not told) to %d", MaxMoney)
	case s.Price > 0 && !IsCurrency(s.Currency):
		return fault.Field("currency", "must be an ISO 4217 code such as EUR")
	case s.Price == 0 && s.Currency != "":
		return fault.Field("currency", "must be left out without a price")
	}
	return id.Check("place", string(s.Place), id.PrefixPlace)
}

// stocks is what places reported. The catalogue's lock guards it.
type stocks struct {
	at    map[id.Place]*stock
	sells map[uint64][]offered // by key of the SKU: who has it
	names map[uint64][]alias   // by key of a name: what it may mean
}

// stock is what one place reported.
type stock struct {
	place id.Place
	items []*stocked // by key
}

// stocked is one item; what says the same at many places is kept once.
type stocked struct {
	key      uint64 // of the SKU
	what     unique.Handle[product]
	price    float64
	quantity int32
}

type product struct{ sku, name, currency string }

type offered struct {
	stock *stock
	item  *stocked
}

// alias is a SKU that so many places give a name to.
type alias struct {
	key    uint64
	places int
}

// find returns an item of the stock, which may be nil; nil if it is not known.
func (s *stock) find(key uint64) *stocked {
	if s == nil {
		return nil
	}
	if i, ok := slices.BinarySearchFunc(s.items, key, compareStocked); ok {
		return s.items[i]
	}
	return nil
}

func compareStocked(it *stocked, key uint64) int { return cmp.Compare(it.key, key) }

// take takes over what a place reported, and what it no longer sells, by SKU.
func (s *stocks) take(place id.Place, items []StockItem, gone []string) {
	at := s.at[place]
	if at == nil {
		at = &stock{place: place}
		s.at[place] = at
	}
	known := at.items
	for _, it := range items {
		key := hashOf(kindItem, it.SKU)
		x := (&stock{items: known}).find(key)
		if x == nil {
			x = &stocked{key: key}
			at.items = append(at.items, x)
			s.sells[key] = append(s.sells[key], offered{at, x})
		} else {
			s.call(x, -1)
		}
		x.what, x.price, x.quantity = unique.Make(product{it.SKU, it.Name, it.Currency}), it.Price, int32(it.Quantity)
		s.call(x, 1)
	}
	if len(at.items) > len(known) {
		slices.SortFunc(at.items, func(a, b *stocked) int { return cmp.Compare(a.key, b.key) })
	}
	for _, sku := range gone {
		if i, ok := slices.BinarySearchFunc(at.items, hashOf(kindItem, sku), compareStocked); ok {
			s.drop(at, at.items[i])
			at.items = slices.Delete(at.items, i, i+1)
		}
	}
	if len(at.items) == 0 {
		delete(s.at, place)
	}
}

// drop forgets who has an item.
func (s *stocks) drop(at *stock, it *stocked) {
	s.call(it, -1)
	left := slices.DeleteFunc(s.sells[it.key], func(o offered) bool { return o.stock == at })
	if s.sells[it.key] = left; len(left) == 0 {
		delete(s.sells, it.key)
	}
}

// call counts a name of an item.
func (s *stocks) call(it *stocked, n int) {
	name := hashOf(kindItemName, normalName(it.what.Value().name))
	if name == 0 {
		return
	}
	list := s.names[name]
	i := slices.IndexFunc(list, func(a alias) bool { return a.key == it.key })
	if i < 0 {
		i, list = len(list), append(list, alias{key: it.key})
	}
	if list[i].places += n; list[i].places == 0 {
		list = slices.Delete(list, i, i+1)
	}
	if s.names[name] = list; len(list) == 0 {
		delete(s.names, name)
	}
}

// normalName makes names comparable: lower case, only letters and digits, one space between words.
func normalName(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), " ")
}

// StockChange tells that an offer can no longer be had at a place, or again.
type StockChange struct {
	Offer   *Offer
	Place   id.Place
	SoldOut bool
}

// PutStock takes over what a place reported, each SKU once, and what it no longer sells, by SKU; and returns the offers that are sold
// out there now, and those that no longer are.
func (c *Catalogue) PutStock(place id.Place, items []StockItem, gone []string) []StockChange {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stock.take(place, items, gone)
	var changes []StockChange
	for o := range c.offersAt(place) {
		head := c.offers[o]
		e := head
		if head.several != nil && head.several.branches != nil {
			e = head.several.branches[place]
		}
		if e != nil && c.checkStock(e, place) {
			changes = append(changes, StockChange{e.offer, place, !e.inStockAt(place)})
		}
	}
	slices.SortFunc(changes, func(a, b StockChange) int { return cmp.Compare(a.Offer.ID, b.Offer.ID) })
	return changes
}

// Stock returns how many items a place has reported.
func (c *Catalogue) Stock(place id.Place) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if s := c.stock.at[place]; s != nil {
		return len(s.items)
	}
	return 0
}

// SoldOutAt reports whether an offer is sold out at a place because one of its items is out of stock there.
func (c *Catalogue) SoldOutAt(offer id.Offer, place id.Place) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	head := c.offers[offer]
	return head != nil && c.outAt(head.offer, place)
}

// offersAt returns the offers that are redeemed at a place. The lock must be held, for reading at least.
func (c *Catalogue) offersAt(place id.Place) iter.Seq[id.Offer] {
	return func(yield func(id.Offer) bool) {
		slot := c.places[place]
		if slot == nil {
			return
		}
		for o := range slot.offers {
			if !yield(o) {
				return
			}
		}
		if p := slot.place(); p != nil && c.owners[p.Merchant] != nil {
			for o := range c.owners[p.Merchant].offers {
				if !yield(o) {
					return
				}
			}
		}
	}
}

// outAt reports whether one of an offer's items is out of stock at a place.
func (c *Catalogue) outAt(o *Offer, place id.Place) bool {
	s := c.stock.at[place]
	for _, sku := range o.Items {
		if it := s.find(hashOf(kindItem, sku)); it != nil && it.quantity == 0 {
			return true
		}
	}
	return false
}

func (e *entry) inStockAt(place id.Place) bool {
	gone := e.soldOut.Load()
	return gone == nil || !slices.Contains(*gone, place)
}

// checkStock notes whether an entry is sold out at a place of its, and reports whether that is new. The lock must be
// held.
func (c *Catalogue) checkStock(e *entry, place id.Place) (changed bool) {
	if len(e.offer.Items) == 0 {
		return false
	}
	out := c.outAt(e.offer, place)
	if out != e.inStockAt(place) {
		return false
	}
	var list []id.Place
	if old := e.soldOut.Load(); old != nil {
		list = slices.DeleteFunc(slices.Clone(*old), func(p id.Place) bool { return p == place })
	}
	if out {
		list = append(list, place)
	}
	e.soldOut.Store(&list)
	if len(list) == 0 {
		e.soldOut.Store(nil)
	}
	return true
}

// checkAllStock is checkStock for all entries and places of an offer that is new.
func (c *Catalogue) checkAllStock(head *entry) {
	o := head.offer
	switch {
	case len(o.Items) == 0:
	case head.several == nil:
		c.checkStock(head, o.Place)
	case head.several.branches != nil:
		for i, e := range head.several.branches {
			c.checkStock(e, i)
		}
	default:
		for _, s := range head.several.stores.all() {
			c.checkStock(head, s.place.ID)
		}
	}
}
