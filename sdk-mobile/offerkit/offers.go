package offerkit

import (
	"context"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// Offers are those that this device knows of: pushed ones first, then those of the last Refresh, nearest first. They need
// no network. What has ended or was withdrawn is not among them.
func (k *Kit) Offers() *OfferList {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	now, out := k.right(k.clock.UnixMillis()), &OfferList{}
	for _, o := range k.offers {
		if o.EndsMillis != 0 && o.EndsMillis <= now {
			continue
		}
		shown := *o
		if k.last != nil && (o.Lat != 0 || o.Lon != 0) {
			shown.DistanceM = geo.Distance(geo.Point{Lat: k.last.Lat, Lon: k.last.Lon}, geo.Point{Lat: o.Lat, Lon: o.Lon})
		}
		out.items = append(out.items, &shown)
	}
	return out
}

// Refresh asks the server what is near the last position. It needs the consent to location.
func (k *Kit) Refresh(seconds int32) (offers *OfferList, err error) {
	defer guard(&err)
	me, err := k.me()
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	q := api.PullQuery{Limit: wire.MaxOffers, At: k.simulated()}
	if k.last != nil {
		q.Lat, q.Lon = &k.last.Lat, &k.last.Lon
	}
	allowed, place := k.mem.granted(PurposeLocation), k.place
	k.mu.Unlock()
	if !allowed {
		return nil, needs(PurposeLocation)
	}
	ctx, cancel := k.within(seconds)
	defer cancel()
	page, err := located(ctx, place, func(ctx context.Context) (api.Page[wire.Offer], error) { return me.Pull(ctx, q) })
	if err != nil {
		return nil, plain(err)
	}
	k.mu.Lock()
	if place.Err() != nil { // withdrawn just now
		k.mu.Unlock()
		return nil, needs(PurposeLocation)
	}
	pushed := make([]*Offer, 0, len(k.offers)+len(page.Items))
	for _, o := range k.offers {
		if o.Delivery != "" {
			pushed = append(pushed, o)
		}
	}
	k.offers = pushed
	for i := range page.Items {
		if o := offerOf(&page.Items[i]); !known(pushed, o.ID) {
			k.offers = append(k.offers, o)
		}
	}
	k.mu.Unlock()
	return k.Offers(), nil
}

func known(offers []*Offer, offerID string) bool {
	for _, o := range offers {
		if o.ID == offerID {
			return true
		}
	}
	return false
}

// Why is the whole answer to "why do I see this?" for a delivery: JSON as of GET /v1/me/deliveries/{id}/why.
func (k *Kit) Why(deliveryID string, seconds int32) (why string, err error) {
	defer guard(&err)
	if err := id.Check("deliveryID", deliveryID, id.PrefixDelivery); err != nil {
		return "", err
	}
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Why, error) {
		return me.Why(ctx, id.Delivery(deliveryID))
	})
}

// WhyNot is what was held back, and why, newest first: JSON as of GET /v1/me/suppressions.
func (k *Kit) WhyNot(seconds int32) (suppressions string, err error) {
	defer guard(&err)
	return mine(k, seconds, func(ctx context.Context, me *client.Client) (api.Page[api.WhyNot], error) {
		return me.Suppressions(ctx, "", 0)
	})
}

// Feedback says what the person did with an offer, by the id of its delivery or its own: opened, dismissed, liked,
// not_interested, not_now, less_like_this, never_brand or never_merchant. It needs no network: it is told when there is one.
func (k *Kit) Feedback(deliveryOrOfferID string, action string) (err error) {
	defer guard(&err)
	f := api.Feedback{Action: action}
	switch action {
	case "opened", "dismissed", "liked", "not_interested", "not_now", "less_like_this", "never_brand", "never_merchant":
	default:
		return fault.Field("action", "must be opened, dismissed, liked, not_interested, not_now, less_like_this, never_brand or never_merchant")
	}
	if id.Check("", deliveryOrOfferID, id.PrefixDelivery) == nil {
		f.Delivery = id.Delivery(deliveryOrOfferID)
	} else if f.Offer, err = checkOffer(deliveryOrOfferID); err != nil {
		return fault.From(err).WithField("deliveryOrOfferID")
	}
	return k.change(func() error {
		if k.mem.Token == "" {
			return errNotIn
		}
		f.At = k.right(k.clock.UnixMillis())
		k.mem.add(task{Feedback: &f})
		return nil
	})
}

// SetPushToken tells through what a push reaches this device: channel "fcm" and a registration token. It needs the consent
// to push, and no network.
func (k *Kit) SetPushToken(channel string, token string) (err error) {
	defer guard(&err)
	switch {
	case channel == "":
		return fault.Field("channel", "must be fcm")
	case token == "":
		return fault.Field("token", "must be the token that the push service gave this device")
	}
	return k.change(func() error {
		switch {
		case k.mem.Token == "":
			return errNotIn
		case !k.mem.granted(PurposePush):
			return needs(PurposePush)
		}
		k.mem.Tasks = slices.DeleteFunc(k.mem.Tasks, func(t task) bool { return t.Push != nil && t.Push.Channel == channel }) // an older one
		k.mem.add(task{Push: &api.PushToken{Channel: channel, Token: api.Secret(token)}})
		return nil
	})
}

// HandlePush takes the data of a push message, a JSON object of strings with delivery and offer, and maybe title and body.
// It returns the offer to show, or null if this delivery was seen before or the person does not allow pushes.
func (k *Kit) HandlePush(payload []byte) (offer *Offer, err error) {
	defer guard(&err)
	var data map[string]string
	if err := json.Unmarshal(payload, &data); err != nil {
		return nil, fault.Field("payload", "must be a JSON object of strings")
	}
	if err := id.Check("delivery", data["delivery"], id.PrefixDelivery); err != nil {
		return nil, err
	}
	if _, err := checkOffer(data["offer"]); err != nil {
		return nil, fault.From(err).WithField("offer")
	}
	err = k.change(func() error {
		switch {
		case k.mem.Token == "":
			return errNotIn
		case !k.mem.granted(PurposePush):
			return nil
		}
		k.mem.add(task{Delivered: id.Delivery(data["delivery"])})
		if !k.mem.see(data["delivery"]) {
			k.stats.Repeats++
			return nil
		}
		offer = &Offer{}
		for _, o := range k.offers {
			if o.ID == data["offer"] {
				*offer = *o
			}
		}
		offer.ID, offer.Delivery, offer.Trigger = data["offer"], data["delivery"], data["trigger"]
		if data["title"] != "" {
			offer.Title, offer.Text = data["title"], data["body"]
		}
		k.stats.Offers++
		k.keep(offer)
		return nil
	})
	return offer, err
}
