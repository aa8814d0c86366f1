package voucher

import (
	"cmp"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
)

// Bounds of a basket.
const (
	MaxAmount   = 1_000_000_000_00 // hundredths: a thousand million
	MaxItems    = 500
	MaxQuantity = 10_000
	MaxStacked  = 8 // vouchers used at once
)

// Basket is what a till is about to charge. Money is in hundredths of Currency.
type Basket struct {
	Amount   int64 // before any discount
	Currency string
	Items    []Item // may be left out
}

// Item is one line of a basket.
type Item struct {
	SKU      string
	Quantity int
	Price    int64 // of one
}

// Stack refuses vouchers that may not be used together: index says which. One alone always may.
func Stack(list []*Voucher) (index int, err error) {
	for i, v := range list {
		if len(list) > 1 && !v.Stacks {
			return i, Refuse(fault.CodeNotStackable)
		}
		for _, other := range list[:i] {
			switch {
			case other.Redemption == v.Redemption:
				return i, Refuse(fault.CodeAlreadyRedeemed)
			case v.Group != "" && other.Group == v.Group && other.Merchant == v.Merchant:
				return i, Refuse(fault.CodeGroupTaken)
			}
		}
	}
	return 0, nil
}

// Fits refuses a basket that the voucher's conditions do not hold for.
func (v *Voucher) Fits(b *Basket) error {
	switch {
	case v.Currency != "" && b.Currency != v.Currency:
		return Refuse(fault.CodeWrongCurrency)
	case b.Amount < v.MinSpend:
		return Refuse(fault.CodeMinSpend)
	case v.ofItem() && len(b.Items) > 0 && v.itemPrice(b) == 0:
		return Refuse(fault.CodeItemMissing)
	}
	return nil
}

// Deals returns what each voucher takes off the basket, in hundredths. The order is the one that is best for the person:
// items first, then percentages, the largest first and each of what is left, then amounts. No voucher takes more than
// its Max, and all of them together never more than the basket. A percentage is rounded to the nearest hundredth, a half
// up.
func Deals(b *Basket, list []*Voucher) []int64 {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(list[i].rank(), list[j].rank()), cmp.Compare(list[j].Value, list[i].Value))
	})
	out := make([]int64, len(list))
	left := b.Amount
	for _, i := range order {
		out[i] = min(list[i].worth(b, left), left)
		left -= out[i]
	}
	return out
}

// rank is the voucher's turn.
func (v *Voucher) rank() int {
	switch v.Kind {
	case offers.FreeItem, offers.TwoForOne:
		return 0
	case offers.Percent:
		return 1
	default:
		return 2
	}
}

// worth is what the voucher takes off if so much is left to pay.
func (v *Voucher) worth(b *Basket, left int64) (off int64) {
	switch v.Kind {
	case offers.Percent:
		const whole = 100 * valueScale
		off = (left/whole)*v.Value + (left%whole*v.Value+whole/2)/whole
	case offers.Amount:
		off = v.Value / (valueScale / 100)
	case offers.FreeItem, offers.TwoForOne:
		if off = v.itemPrice(b); len(b.Items) == 0 {
			off = v.Max // the till did not say what is in the basket
		}
	}
	if v.Max > 0 {
		off = min(off, v.Max)
	}
	return off
}

func (v *Voucher) ofItem() bool { return v.Kind == offers.FreeItem || v.Kind == offers.TwoForOne }

// itemPrice returns what the free item costs, 0 if it is not in the basket: of the lines that qualify, the cheapest for
// any item, and for two for one there must be two.
func (v *Voucher) itemPrice(b *Basket) (price int64) {
	need := 1
	if v.Kind == offers.TwoForOne {
		need = 2
	}
	bought := 0
	for _, it := range b.Items {
		if v.Item != "" && !strings.EqualFold(it.SKU, v.Item) || it.Quantity < 1 {
			continue
		}
		bought += it.Quantity
		if price == 0 || it.Price < price {
			price = it.Price
		}
	}
	if bought < need {
		return 0
	}
	return price
}
