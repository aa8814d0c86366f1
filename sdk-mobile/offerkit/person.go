package offerkit

import (
	"bytes"
	"cmp"
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/qrcode"
)

// Reserve keeps one unit of an offer until the person is at the till.
func (k *Kit) Reserve(offerID string, seconds int32) (redemption *Redemption, err error) {
	defer guard(&err)
	return k.redeem(offerID, false, seconds)
}

// UseNow uses an offer at once, where there is no till: show the answer at the counter.
func (k *Kit) UseNow(offerID string, seconds int32) (redemption *Redemption, err error) {
	defer guard(&err)
	return k.redeem(offerID, true, seconds)
}

func (k *Kit) redeem(offerID string, use bool, seconds int32) (*Redemption, error) {
	offer, err := checkOffer(offerID)
	if err != nil {
		return nil, err
	}
	me, err := k.me()
	if err != nil {
		return nil, err
	}
	ctx, cancel := k.within(seconds)
	defer cancel()
	r, err := me.Redeem(ctx, api.Redeem{Offer: offer, Redeem: use, At: k.simulated()})
	if err != nil {
		return nil, plain(err)
	}
	out := &Redemption{ID: string(r.ID), OfferID: string(r.Offer), Code: r.Code, Token: r.Token, Status: r.Status}
	if !r.Expires.IsZero() {
		out.ExpiresMillis = r.Expires.UnixMilli()
	}
	return out, nil
}

// QR is the code as a PNG picture, drawn on the device; null if there is no code.
func (r *Redemption) QR() []byte {
	if r == nil || r.Code == "" {
		return nil
	}
	text := r.Token
	if text == "" {
		text = r.Code
	}
	var b bytes.Buffer
	if qrcode.Draw(&b, text) != nil {
		return nil
	}
	return b.Bytes()
}

// GiveBack ends a reservation.
func (k *Kit) GiveBack(redemptionID string, seconds int32) (err error) {
	defer guard(&err)
	if err := id.Check("redemptionID", redemptionID, id.PrefixRedemption); err != nil {
		return err
	}
	_, err = mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Redemption, error) {
		return me.GiveBack(ctx, id.Redemption(redemptionID))
	})
	return err
}

// Redemptions are what the person reserved and used, the latest first: JSON as of GET /v1/me/redemptions.
func (k *Kit) Redemptions(seconds int32) (redemptions string, err error) {
	defer guard(&err)
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Page[api.Redemption], error) {
		return me.Redemptions(ctx)
	})
}

// Rate gives 1 to 5 stars to an offer that was redeemed, by its id or that of the redemption, or to a place.
func (k *Kit) Rate(ratedID string, stars int32, seconds int32) (err error) {
	defer guard(&err)
	in := api.Rate{Stars: int(stars), At: k.simulated()}
	switch {
	case stars < 1 || stars > 5:
		return fault.Field("stars", "must be 1 to 5")
	case id.Check("", ratedID, id.PrefixRedemption) == nil:
		in.Redemption = id.Redemption(ratedID)
	case id.Check("", ratedID, id.PrefixPlace) == nil:
		in.Place = id.Place(ratedID)
	case id.Check("", ratedID, id.PrefixOffer) == nil:
		in.Offer = id.Offer(ratedID)
	default:
		return fault.Field("ratedID", "must be the id of an offer, a redemption or a place")
	}
	_, err = mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Rating, error) { return me.Rate(ctx, in) })
	return err
}

// Purchase reports something that the person bought. It needs the consent to purchases, and no network: it is told when
// there is one. It must have a place, a merchant or a category.
func (k *Kit) Purchase(purchase *Purchase) (err error) {
	defer guard(&err)
	switch {
	case purchase == nil:
		return fault.Field("purchase", "must not be null")
	case purchase.PlaceID == "" && purchase.MerchantID == "" && purchase.Category == "":
		return fault.Field("purchase", "must have a place, a merchant or a category")
	case !(purchase.Amount >= 0 && purchase.Amount <= 1e9): //nolint:staticcheck // NaN
		return fault.Field("amount", "must be zero or more, at most a thousand million")
	case purchase.UnixMillis < 0 || purchase.UnixMillis > k.clock.UnixMillis()+(24*time.Hour).Milliseconds():
		return fault.Field("unixMillis", "must be the time of the purchase in milliseconds since 1970, or 0 for now")
	}
	for _, text := range []string{purchase.PlaceID, purchase.MerchantID, purchase.Category, purchase.Brand, purchase.Currency} {
		if len(text) > maxText {
			return fault.Field("purchase", "must have texts of at most %d bytes", maxText)
		}
	}
	in := api.Purchase{
		Place: id.Place(purchase.PlaceID), Merchant: id.Merchant(purchase.MerchantID), Category: purchase.Category,
		Brand: purchase.Brand, Amount: purchase.Amount, Currency: purchase.Currency,
	}
	return k.change(func() error {
		switch {
		case k.mem.Token == "":
			return errNotIn
		case !k.mem.granted(PurposePurchases):
			return needs(PurposePurchases)
		}
		in.At = time.UnixMilli(k.right(cmp.Or(purchase.UnixMillis, k.clock.UnixMillis())))
		k.mem.add(task{Purchase: &in})
		return nil
	})
}

// StartTrip says where the person goes, by walk, bike, car or transit; empty: the server tells by the speed. It needs the
// consent to location, and no network.
func (k *Kit) StartTrip(lat float64, lon float64, mode string) (err error) {
	defer guard(&err)
	if err := (geo.Point{Lat: lat, Lon: lon}).Check("destination"); err != nil {
		return err
	}
	switch mode {
	case "", "walk", "bike", "car", "transit":
	default:
		return fault.Field("mode", "must be walk, bike, car or transit")
	}
	return k.change(func() error {
		switch {
		case k.mem.Token == "":
			return errNotIn
		case !k.mem.granted(PurposeLocation):
			return needs(PurposeLocation)
		}
		k.mem.add(task{Trip: &api.Trip{Lat: &lat, Lon: &lon, Mode: mode, At: k.simulated()}})
		return nil
	})
}

// EndTrip says that they go there no longer.
func (k *Kit) EndTrip() (err error) {
	defer guard(&err)
	return k.change(func() error {
		if k.mem.Token == "" {
			return errNotIn
		}
		k.mem.add(task{EndTrip: true})
		return nil
	})
}

// SetShoppingList replaces what the person wants to buy: JSON as of PUT /v1/me/shopping-list.
func (k *Kit) SetShoppingList(listJSON string, seconds int32) (err error) {
	defer guard(&err)
	var in api.ShoppingList
	if err := read(listJSON, &in, "listJSON"); err != nil {
		return err
	}
	_, err = mine(k, seconds, func(ctx context.Context, me *client.Client) (api.ShoppingList, error) {
		return me.SetShoppingList(ctx, in)
	})
	return err
}

// ShoppingList is what the person wants to buy: JSON.
func (k *Kit) ShoppingList(seconds int32) (listJSON string, err error) {
	defer guard(&err)
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.ShoppingList, error) { return me.ShoppingList(ctx) })
}

// PlanShopping finds where the list is to be had near the last position: JSON as of POST /v1/me/shopping-list/plan.
func (k *Kit) PlanShopping(seconds int32) (planJSON string, err error) {
	defer guard(&err)
	k.mu.Lock()
	in := api.ShoppingQuery{At: k.simulated()}
	place := k.place
	if k.last != nil {
		in.Location = &geo.Point{Lat: k.last.Lat, Lon: k.last.Lon}
	}
	k.mu.Unlock()
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.ShoppingPlan, error) {
		return located(ctx, place, func(ctx context.Context) (api.ShoppingPlan, error) { return me.PlanShopping(ctx, in) })
	})
}

// Preferences are how the person wants to be served: JSON as of GET /v1/me/preferences.
func (k *Kit) Preferences(seconds int32) (preferences string, err error) {
	defer guard(&err)
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Preferences, error) { return me.Preferences(ctx) })
}

// ChangePreferences changes only what the JSON object names, such as {"push":{"mode":"ask_first"}}, and returns all.
func (k *Kit) ChangePreferences(patchJSON string, seconds int32) (preferences string, err error) {
	defer guard(&err)
	var patch api.Patch
	if err := read(patchJSON, &patch, "patchJSON"); err != nil {
		return "", err
	}
	defer k.ask()
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Preferences, error) {
		return me.ChangePreferences(ctx, patch)
	})
}

// Pause keeps pushes away for some minutes.
func (k *Kit) Pause(minutes int32, seconds int32) (err error) {
	defer guard(&err)
	if minutes < 1 {
		return fault.Field("minutes", "must be 1 to 43200")
	}
	defer k.ask()
	_, err = mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Paused, error) {
		return me.Pause(ctx, api.Pause{Minutes: int(minutes), At: k.simulated()})
	})
	return err
}

// Resume ends a pause.
func (k *Kit) Resume(seconds int32) (err error) {
	defer guard(&err)
	defer k.ask()
	_, err = mine(k, seconds, func(ctx context.Context, me *client.Client) (struct{}, error) { return struct{}{}, me.EndPause(ctx) })
	return err
}

// mine makes a call of the person's side and returns its answer as JSON.
func mine[T any](k *Kit, seconds int32, call func(context.Context, *client.Client) (T, error)) (string, error) {
	me, err := k.me()
	if err != nil {
		return "", err
	}
	return asked(k, seconds, func(ctx context.Context) (T, error) { return call(ctx, me) })
}

// read reads what the host passed as JSON.
func read(text string, into any, field string) error {
	if err := json.Unmarshal([]byte(text), into, json.RejectUnknownMembers(true)); err != nil {
		return fault.Field(field, "must be a JSON object as docs/openapi.yaml has it").Wrap(err)
	}
	return nil
}
