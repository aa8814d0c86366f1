package offers

import (
	"cmp"
	"iter"
	"math"
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

// stock is what a place reported. The catalogue's lock guards it.
type stock struct {
	items []stocked // by key
	names []named   // by key, then index
}

// stocked is one item in 32 bytes; what says the same at many places is kept once.
type stocked struct {
	key      uint64 // of the SKU
	what     unique.Handle[product]
	price    float64
	quantity int32
}

type product struct{ sku, name, currency string }

// named leads from a name to an item.
type named struct {
	key   uint64
	index int32
}

// find returns the index of an item, or -1.
func (s *stock) find(key uint64) int {
	if s == nil {
		return -1
	}
	if i, ok := slices.BinarySearchFunc(s.items, key, func(it stocked, key uint64) int { return cmp.Compare(it.key, key) }); ok {
		return i
	}
	return -1
}

// called returns the indexes of the items of a name.
func (s *stock) called(key uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		i, _ := slices.BinarySearchFunc(s.names, key, func(n named, key uint64) int { return cmp.Compare(n.key, key) })
		for ; i < len(s.names) && s.names[i].key == key; i++ {
			if !yield(int(s.names[i].index)) {
				return
			}
		}
	}
}

// take takes over what was reported and what is no longer sold, by SKU.
func (s *stock) take(items []StockItem, gone []string) {
	var fresh []stocked
	renamed := len(gone) > 0
	for _, it := range items {
		x := stocked{hashOf(kindItem, it.SKU), unique.Make(product{it.SKU, it.Name, it.Currency}), it.Price, int32(it.Quantity)}
		if i := s.find(x.key); i >= 0 {
			renamed = renamed || s.items[i].what != x.what
			s.items[i] = x
		} else {
			fresh = append(fresh, x)
		}
	}
	if len(fresh) > 0 {
		slices.SortStableFunc(fresh, compareStocked)
		for i := range fresh {
			if i+1 == len(fresh) || fresh[i].key != fresh[i+1].key { // the last of what was said twice
				s.items = append(s.items, fresh[i])
			}
		}
		slices.SortFunc(s.items, compareStocked)
	}
	for _, sku := range gone {
		if i := s.find(hashOf(kindItem, sku)); i >= 0 {
			s.items = slices.Delete(s.items, i, i+1)
		}
	}
	if renamed || len(fresh) > 0 {
		s.index()
	}
}

func compareStocked(a, b stocked) int { return cmp.Compare(a.key, b.key) }

// index sorts the names anew.
func (s *stock) index() {
	s.names = make([]named, 0, len(s.items))
	for i := range s.items {
		if key := hashOf(kindItemName, normalName(s.items[i].what.Value().name)); key != 0 {
			s.names = append(s.names, named{key, int32(i)})
		}
	}
	slices.SortFunc(s.names, func(a, b named) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.index, b.index)) })
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

// PutStock takes over what a place reported, and what it no longer sells, by SKU; and returns the offers that are sold
// out there now, and those that no longer are.
func (c *Catalogue) PutStock(place id.Place, items []StockItem, gone []string) []StockChange {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stock[place]
	if s == nil {
		s = &stock{}
		c.stock[place] = s
	}
	s.take(items, gone)
	if len(s.items) == 0 {
		delete(c.stock, place)
	}
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
	if s := c.stock[place]; s != nil {
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
	s := c.stock[place]
	for _, sku := range o.Items {
		if i := s.find(hashOf(kindItem, sku)); i >= 0 && s.items[i].quantity == 0 {
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

// total adds prices of one currency; what is not known, or of another currency, makes the sum unknown.
type total struct {
	sum      float64
	currency string
	unknown  bool
}

func (t *total) add(price float64, currency string, quantity int) {
	if price == 0 || t.currency != "" && t.currency != currency {
		t.unknown = true
	}
	t.currency = currency
	t.sum += price * float64(quantity)
}

// price returns the sum in hundredths precisely, or 0 if it is not known.
func (t *total) price() (float64, string) {
	if t.unknown || t.currency == "" {
		return 0, ""
	}
	return math.Round(t.sum*100) / 100, t.currency
}
