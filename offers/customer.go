package offers

import (
	"slices"
	"time"
	"unique"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Bounds of what a Person holds of the past with merchants: the oldest is forgotten first.
const (
	maxCustomers = 64
	maxBought    = 32
	maxDay       = 1 << 24 // days are kept in 32 bits
)

// customer is a person's past with one merchant. Days are counted from 1970.
type customer struct {
	key         uint64
	merchant    unique.Handle[id.Merchant]
	first, last int32
	tier        int32 // number in the merchant's program, from 0; -1: none reached
}

func (c customer) is(key uint64) bool { return c.key == key }

// bought is a category of purchases.
type bought struct {
	category string
	last     int // day
}

func dayOf(t time.Time) int { return int(t.Unix() / 86_400) }

// SetAttributes replaces what the person told about themselves: names of Attributes.
func (p *Person) SetAttributes(list []string) error {
	if err := checkListed("attributes", list, attributes); err != nil {
		return err
	}
	p.attributes = setOf(attributes, list)
	return nil
}

// Attributes returns what the person told about themselves, in the order of the list of all. The caller owns it.
func (p *Person) Attributes() []string {
	var out []string
	for i, a := range attributes {
		if p.attributes&(1<<i) != 0 {
			out = append(out, a)
		}
	}
	return out
}

// SetTier remembers which tier of a merchant's program the person has reached, by its number from 0; -1 for none. Like
// all of the past with merchants it goes with ForgetHistory.
func (p *Person) SetTier(at time.Time, merchant id.Merchant, tier int) {
	p.customer(at, merchant).tier = int32(tier)
}

// customer returns the past with a merchant, moved to the young end, with the day of at counted in.
func (p *Person) customer(at time.Time, merchant id.Merchant) *customer {
	key, day := hashOf(kindMerchant, string(merchant)), int32(dayOf(at))
	p.customers = renew(p.customers, find(p.customers, key), maxCustomers, customer{key, unique.Make(merchant), day, day, -1}, func(*customer) bool { return true })
	c := &p.customers[len(p.customers)-1]
	c.first, c.last = min(c.first, day), max(c.last, day)
	return c
}

func (p *Person) customerOf(merchant uint64) *customer {
	if i := find(p.customers, merchant); i >= 0 {
		return &p.customers[i]
	}
	return nil
}

// tookFrom remembers a purchase for the conditions of offers.
func (p *Person) tookFrom(at time.Time, category string, merchant id.Merchant) {
	if merchant != "" {
		p.customer(at, merchant)
	}
	if category == "" {
		return
	}
	i := -1
	for k := range p.bought {
		if p.bought[k].category == category {
			i = k
		}
	}
	p.bought = renew(p.bought, i, maxBought, bought{category: category}, func(*bought) bool { return true })
	b := &p.bought[len(p.bought)-1]
	b.last = max(b.last, dayOf(at))
}

// Past is what is still known of purchases: at which merchants, and of which categories.
type Past struct {
	Merchants  map[id.Merchant]bool
	Categories map[string]bool
}

// KeepPast forgets the past with all other merchants, and purchases of all other categories: the person took back what
// told of them.
func (p *Person) KeepPast(known Past) {
	p.customers = slices.DeleteFunc(p.customers, func(c customer) bool { return !known.Merchants[c.merchant.Value()] })
	p.bought = slices.DeleteFunc(p.bought, func(b bought) bool { return !known.Categories[b.category] })
}

// boughtWithin reports whether something of a category, or below it, was bought, as far as remembered.
func (p *Person) boughtWithin(category string) bool {
	for i := range p.bought {
		if within(p.bought[i].category, category) {
			return true
		}
	}
	return false
}

type customerRecord struct {
	Merchant id.Merchant `json:"m"`
	First    int         `json:"f"` // days from 1970
	Last     int         `json:"l"`
	Tier     int         `json:"t,omitzero"` // number in the program, from 1
}

type boughtRecord struct {
	Category string `json:"c"`
	Last     int    `json:"l"` // day
}

func (p *Person) customerRecords() (out []customerRecord) {
	for _, c := range p.customers {
		out = append(out, customerRecord{c.merchant.Value(), int(c.first), int(c.last), int(c.tier) + 1})
	}
	return out
}

func (p *Person) boughtRecords() (out []boughtRecord) {
	for _, b := range p.bought {
		out = append(out, boughtRecord{b.category, b.last})
	}
	return out
}

func (p *Person) restoreCustomers(s *snapshot) error {
	if len(s.Customers) > maxCustomers || len(s.Bought) > maxBought {
		return fault.New(fault.Invalid, fault.CodeTooLarge, "must hold at most %d merchants and %d categories of purchases", maxCustomers, maxBought)
	}
	for i, r := range s.Customers {
		field := path("customers", i)
		if err := id.Check(field+".m", string(r.Merchant), id.PrefixMerchant); err != nil {
			return err
		}
		c := customer{hashOf(kindMerchant, string(r.Merchant)), unique.Make(r.Merchant), int32(r.First), int32(r.Last), int32(r.Tier - 1)}
		switch {
		case find(p.customers, c.key) >= 0:
			return fault.Field(field, "must name each merchant once")
		case r.First > r.Last || r.First < -maxDay || r.Last > maxDay:
			return fault.Field(field+".f", "must not be after l, and both days from 1970")
		case r.Tier < 0 || r.Tier > MaxTiers:
			return fault.Field(field+".t", "must be from 0 to %d", MaxTiers)
		}
		p.customers = append(p.customers, c)
	}
	for i, r := range s.Bought {
		if err := CheckCategory(path("bought", i)+".c", r.Category); err != nil {
			return err
		}
		p.bought = append(p.bought, bought{r.Category, r.Last})
	}
	return nil
}
