package offers

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// MaxWants is how many lines a shopping list may have: one bit each.
const MaxWants = 50

// WalkingSpeed is how fast people walk, in metres a second, where nothing better is known.
const WalkingSpeed = 1.4

// Want is a line of a shopping list: a thing by its SKU, or by the name that a shop gives it, in whatever case.
type Want struct {
	SKU      string `json:"sku,omitzero"`
	Name     string `json:"name,omitzero"`
	Quantity int    `json:"quantity"`
}

// CheckWants returns an Invalid fault that names the wrong field and says what would be right, or nil.
func CheckWants(list []Want) error {
	if len(list) > MaxWants {
		return fault.Field("items", "must hold at most %d", MaxWants)
	}
	for i, w := range list {
		field := path("items", i)
		switch {
		case (w.SKU == "") == (w.Name == ""):
			return fault.Field(field+".name", "must be set, or sku, not both")
		case w.Name != "" && normalName(w.Name) == "":
			return fault.Field(field+".name", "must hold a letter or a digit")
		case w.Quantity < 1 || w.Quantity > MaxQuantity:
			return fault.Field(field+".quantity", "must be from 1 to %d", MaxQuantity)
		}
		if err := cmp.Or(checkText(field+".sku", w.SKU, 0, MaxSKU), checkText(field+".name", w.Name, 0, maxName)); err != nil {
			return err
		}
	}
	return nil
}

// Basket is where a shopping list is to be had: at one place, or at two on one way.
type Basket struct {
	Stops    []Stop  // in the order of the way; none: nothing of it is to be had
	Missing  []int   // indexes of the wants that no stop has
	Price    float64 // of all that the stops have, in Currency; 0: not all prices are known, or not of one currency
	Currency string
}

// Stop is one place of a Basket.
type Stop struct {
	Place   *Place
	Metres  float64 // of the way there on foot, from the person or from the stop before
	Minutes float64
	Items   []Bought
}

// Bought is a want that is to be had at a stop.
type Bought struct {
	Want     int // index of it
	SKU      string
	Name     string
	Price    float64 // of one; 0: not told
	Currency string
}

// shop is a place that has some of a list. Metres are on the plane around the person, as the crow flies.
type shop struct {
	place    *Place
	stock    *stock
	has      uint64 // the wants that it has, one bit each
	x, y     float64
	distance float64
}

// Basket finds where a list of at most MaxWants is to be had within radius metres, at most MaxPullRadius: at the place
// nearest to the person that has all of it; or at the two that have all of it on the shortest way; or, if no two have,
// at the one or two that have most of it, one if two have no more. Ties go to the place that is nearer, then to the one
// whose id comes first. Places that are not allowed are left out. Ways are as the crow flies times 1.3, at WalkingSpeed.
func (c *Catalogue) Basket(wants []Want, at geo.Point, radius float64, mode Mode, allowed func(*Place) bool) Basket {
	c.mu.RLock()
	defer c.mu.RUnlock()
	keys := c.wantKeys(wants)
	shops := c.shops(keys, at, min(radius, MaxPullRadius), mode, allowed)
	first, second := bestStops(shops)
	if first < 0 {
		return c.fill(keys, nil)
	}
	stops := []Stop{leg(shops[first].place, shops[first].distance)}
	if second >= 0 {
		stops = append(stops, leg(shops[second].place, shops[first].to(&shops[second])))
	}
	return c.fill(keys, stops)
}

func leg(place *Place, metres float64) Stop {
	metres *= detourFactor
	return Stop{Place: place, Metres: metres, Minutes: metres / WalkingSpeed / 60}
}

// wantKey is a want as the stocks know it.
type wantKey struct {
	items    []uint64 // keys of what it may mean
	quantity int32
}

func (c *Catalogue) wantKeys(wants []Want) []wantKey {
	keys := make([]wantKey, len(wants))
	for i, w := range wants {
		keys[i].quantity = int32(min(w.Quantity, MaxQuantity))
		if w.SKU != "" {
			keys[i].items = []uint64{hashOf(kindItem, w.SKU)}
			continue
		}
		for _, a := range c.stock.names[hashOf(kindItemName, normalName(w.Name))] {
			keys[i].items = append(keys[i].items, a.key)
		}
		slices.Sort(keys[i].items)
	}
	return keys
}

// cheapest returns the cheapest item of a want that there is enough of, or nil.
func (s *stock) cheapest(w *wantKey) (best *stocked) {
	for _, key := range w.items {
		it := s.find(key)
		if it != nil && it.quantity >= w.quantity && (best == nil || it.price != 0 && (best.price == 0 || it.price < best.price)) {
			best = it
		}
	}
	return best
}

// shops returns the places around that have any of the wants, nearest first.
func (c *Catalogue) shops(keys []wantKey, at geo.Point, radius float64, mode Mode, allowed func(*Place) bool) []shop {
	list := c.stocked(at, radius, mode, allowed)
	near := make(map[*stock]*shop, len(list))
	for i := range list {
		near[list[i].stock] = &list[i]
	}
	for k := range keys {
		for _, key := range keys[k].items {
			sells := c.stock.sells[key]
			if len(sells) > 4*len(near) { // most of them are far away
				for s, x := range near {
					if it := s.find(key); it != nil && it.quantity >= keys[k].quantity {
						x.has |= 1 << k
					}
				}
				continue
			}
			for _, o := range sells {
				if x := near[o.stock]; x != nil && o.item.quantity >= keys[k].quantity {
					x.has |= 1 << k
				}
			}
		}
	}
	list = slices.DeleteFunc(list, func(x shop) bool { return x.has == 0 })
	slices.SortFunc(list, func(a, b shop) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.place.ID, b.place.ID))
	})
	return list
}

// stocked returns the places around that reported a stock.
func (c *Catalogue) stocked(at geo.Point, radius float64, mode Mode, allowed func(*Place) bool) (list []shop) {
	metresPerLon := metresPerDegree * math.Cos(at.Lat*math.Pi/180)
	for i, s := range c.stock.at {
		place := c.place(i)
		if place == nil || place.Mode != mode {
			continue
		}
		x := shop{
			place: place, stock: s,
			x: math.Remainder(place.Point.Lon-at.Lon, 360) * metresPerLon, y: (place.Point.Lat - at.Lat) * metresPerDegree,
		}
		if x.distance = math.Hypot(x.x, x.y); x.distance <= radius && allowed(place) {
			list = append(list, x)
		}
	}
	return list
}

func (s *shop) to(o *shop) float64 { return math.Hypot(s.x-o.x, s.y-o.y) }

// bestStops returns the index of the best shop, and of the one to go on to, or -1. The nearer of two is visited first:
// the way between them is the same in both orders. It looks at all pairs that could be better than the best so far.
func bestStops(shops []shop) (first, second int) {
	first, second = -1, -1
	most := 0
	for i := range shops {
		if n := bits.OnesCount64(shops[i].has); n > most {
			first, most = i, n
		}
	}
	two := mostOfTwo(shops)
	if two <= most {
		return first, -1
	}
	best := math.Inf(1)
	for i := range shops {
		a := &shops[i]
		if a.distance >= best {
			break
		}
		for j := i + 1; j < len(shops); j++ {
			b := &shops[j]
			if b.distance >= best { // and the way by way of a is no shorter than straight to b
				break
			}
			if bits.OnesCount64(a.has|b.has) < two {
				continue
			}
			if way := a.distance + a.to(b); way < best {
				first, second, best = i, j, way
			}
		}
	}
	return first, second
}

// mostOfTwo returns how many wants any two shops have together. Shops that have the same, or less than another, count
// once: of thousands, few are left.
func mostOfTwo(shops []shop) int {
	sets := make([]uint64, len(shops))
	var all uint64
	for i := range shops {
		sets[i] = shops[i].has
		all |= sets[i]
	}
	slices.SortFunc(sets, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(bits.OnesCount64(b), bits.OnesCount64(a)), cmp.Compare(a, b))
	})
	sets = slices.Compact(sets)
	most, possible := 0, bits.OnesCount64(all)
	for i, a := range sets {
		size := bits.OnesCount64(a)
		if 2*size <= most { // the rest is no larger
			break
		}
		for _, b := range sets[i:] {
			n := bits.OnesCount64(a | b)
			if n > most {
				most = n
			}
			if most == possible || size+bits.OnesCount64(b) <= most {
				break
			}
		}
		if most == possible {
			break
		}
	}
	return most
}

// fill says what is bought where: at the cheaper of two places, at the first if both ask the same or do not tell.
func (c *Catalogue) fill(keys []wantKey, stops []Stop) Basket {
	b := Basket{Stops: stops}
	var sum total
	for k := range keys {
		at, best := -1, (*stocked)(nil)
		for i := range stops {
			it := c.stock.at[stops[i].Place.ID].cheapest(&keys[k])
			if it != nil && (best == nil || it.price != 0 && it.price < best.price && it.what.Value().currency == best.what.Value().currency) {
				at, best = i, it
			}
		}
		if best == nil {
			b.Missing = append(b.Missing, k)
			continue
		}
		p := best.what.Value()
		stops[at].Items = append(stops[at].Items, Bought{Want: k, SKU: p.sku, Name: p.name, Price: best.price, Currency: p.currency})
		sum.add(best.price, p.currency, int(keys[k].quantity))
	}
	b.Price, b.Currency = sum.price()
	return b
}

// AllowsPlace reports whether the person wants to hear of a place: neither its merchant nor its brand or category is
// blocked.
func (p *Person) AllowsPlace(place *Place) bool {
	e := entry{
		place: place, merchant: hashOf(kindMerchant, string(place.Merchant)), brand: hashOf(kindBrand, place.Brand), category: categoryKeys(place.Category),
	}
	return len(p.blockKeys) == 0 || p.blocked(&e, place) == ""
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
