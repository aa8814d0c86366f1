package voucher

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// maxPlaces is how many places a token holds; a voucher of more is not for tills without network.
const maxPlaces = 64

// Voucher is a reservation as a till sees it. Money is in hundredths of Currency.
type Voucher struct {
	Redemption id.Redemption
	Offer      id.Offer
	Version    int // of the offer
	Merchant   id.Merchant
	Places     []uint64 // PlaceKeys of where it is redeemed; none: at all of the merchant's
	Kind       offers.RewardKind
	Value      int64  // ten-thousandths of a percent, of an amount, or of a point
	Max        int64  // the most that it takes off; 0: no bound
	Item       string // what a free item or two for one gives; empty: any
	MinSpend   int64
	Currency   string // of Value, Max and MinSpend; empty: they need none
	Stacks     bool   // may be used together with others that stack
	Group      string // of those, at most one of a group
	Offline    bool   // may be redeemed without network
	Expires    time.Time
}

// Of returns the voucher of a reservation of an offer.
func Of(o *offers.Offer, r id.Redemption, expires time.Time) *Voucher {
	places := o.Places
	if o.Place != "" {
		places = []id.Place{o.Place}
	}
	v := &Voucher{
		Redemption: r, Offer: o.ID, Version: o.Version, Merchant: o.Merchant,
		Kind: o.Reward.Kind, Value: int64(math.Round(o.Reward.Value * valueScale)), Max: offers.Hundredths(o.Reward.Max), Item: o.Reward.Item,
		MinSpend: offers.Hundredths(o.Conditions.MinSpend), Currency: cmp.Or(o.Reward.Currency, o.Conditions.Currency),
		Stacks: o.Redeeming.Stacks, Group: o.Redeeming.Group,
		// A till without network can't ask whether the person is there.
		Offline: o.Redeeming.OfflineHours > 0 && !o.Redeeming.Presence && len(places) <= maxPlaces, Expires: expires.Truncate(time.Second),
	}
	for _, p := range places {
		v.Places = append(v.Places, PlaceKey(p))
	}
	return v
}

const valueScale = 1e4

// Money is the inverse of offers.Hundredths.
func Money(hundredths int64) float64 { return float64(hundredths) / 100 }

// Here refuses a voucher that does not hold at a merchant's place at a time; it holds until Expires, exclusive.
func (v *Voucher) Here(m id.Merchant, place id.Place, at time.Time) error {
	switch {
	case v.Merchant != m:
		return Refuse(fault.CodeWrongMerchant)
	case len(v.Places) > 0 && !slices.Contains(v.Places, PlaceKey(place)):
		return Refuse(fault.CodeWrongStore)
	case !at.Before(v.Expires):
		return Refuse(fault.CodeExpired)
	}
	return nil
}

// Units returns Value in whole percent, amounts or points.
func (v *Voucher) Units() int { return int(v.Value / valueScale) }
