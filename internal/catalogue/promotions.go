package catalogue

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// maxDwell keeps the conversion to a time.Duration from overflowing; Validate knows the real bound.
const maxDwell = 7 * 24 * 60 * 60

func promotions(c *Catalogue) *Shelf[api.OfferInput, offers.Offer, api.Offer] {
	return &Shelf[api.OfferInput, offers.Offer, api.Offer]{c, store.Offer, shape[api.OfferInput, offers.Offer, api.Offer]{
		build: c.buildOffer,
		item: func(o *offers.Offer) (store.Item, error) {
			cells, err := c.Cells(o.Reach)
			return store.Item{
				Partition: o.Mode.String(), ID: string(o.ID), Scope: string(o.Merchant), ExternalID: o.ExternalID, Cells: cells,
			}, err
		},
		input: offerInput,
		view: func(o *offers.Offer, rev store.Rev) api.Offer {
			return api.Offer{
				ID: o.ID, OfferInput: offerInput(o), Status: o.Status.String(),
				Record: api.Record{Mode: o.Mode.String(), Created: o.Created, Updated: o.Updated, Revision: revision(rev)},
			}
		},
		owner: func(o *offers.Offer) id.Merchant { return o.Merchant },
		external: func(who Caller, in api.OfferInput) (scope, name string) {
			owner, _ := ownedBy(who, in.Merchant) // build tells the error
			return string(owner), in.ExternalID
		},
	}}
}

func (c *Catalogue) buildOffer(ctx context.Context, who Caller, in api.OfferInput, old *offers.Offer, now time.Time) (*offers.Offer, error) {
	o, err := readOffer(in)
	if err != nil {
		return nil, err
	}
	if o.Merchant, err = ownedBy(who, in.Merchant); err != nil {
		return nil, err
	}
	if o.Merchant == "" {
		return nil, fault.Field("merchant", "is required: this key is not bound to a merchant")
	}
	o.ID, o.Mode, o.Created, o.Updated = id.Offer(newID(id.PrefixOffer, who, string(o.Merchant), in.ExternalID)), who.Mode, now, now
	if old != nil {
		o.ID, o.Created, o.Status = old.ID, old.Created, old.Status
		if o.Merchant != old.Merchant {
			return nil, fault.Field("merchant", "can't be changed")
		}
		if err := keepsName(old.ExternalID, in.ExternalID); err != nil {
			return nil, err
		}
	}
	if err := o.Validate(); err != nil {
		return nil, inInput(err)
	}
	if err := c.requireMerchant(ctx, who, o.Merchant); err != nil {
		return nil, err
	}
	return &o, c.requirePlace(ctx, who, &o)
}

// requirePlace refuses an offer at a place that does not exist in the caller's mode or is another merchant's.
func (c *Catalogue) requirePlace(ctx context.Context, who Caller, o *offers.Offer) error {
	if o.Place == "" {
		return nil
	}
	p, _, err := c.Places.read(ctx, Caller{Mode: who.Mode}, string(o.Place))
	if err != nil {
		return reference("place", err)
	}
	if p.Merchant != "" && p.Merchant != o.Merchant {
		return fault.New(fault.Forbidden, fault.CodeForbidden, "This place belongs to another merchant.").WithField("place")
	}
	return nil
}

// readOffer takes over what is said about an offer, and refuses what has no counterpart.
func readOffer(in api.OfferInput) (o offers.Offer, err error) {
	o = offers.Offer{
		ExternalID: in.ExternalID, Place: in.Place, Title: in.Title, Text: in.Text, Category: in.Category, Brand: in.Brand,
		PriceTier: in.PriceTier, Reward: offers.Reward{Value: in.Reward.Value, Currency: in.Reward.Currency},
		Starts: in.Starts, Ends: in.Ends, Budget: offers.Budget{Total: in.Budget.Total, PerUser: in.Budget.PerUser},
	}
	if in.Reach == nil || in.Reach.IsZero() {
		return o, fault.Field("reach", `is required: a GeoJSON Point with a "radius", a Polygon, or a LineString with a "width"`)
	}
	o.Reach = *in.Reach
	if in.Reward.Kind != "" {
		if err := o.Reward.Kind.UnmarshalText([]byte(in.Reward.Kind)); err != nil {
			return o, err
		}
	}
	if o.Triggers, err = offers.ParseTriggers("triggers", in.Triggers); err != nil {
		return o, err
	}
	if !(in.DwellSeconds >= 0 && in.DwellSeconds <= maxDwell) {
		return o, fault.Field("dwellSeconds", "must be from 0 to %d", maxDwell)
	}
	o.Dwell = time.Duration(in.DwellSeconds * float64(time.Second))
	return o, nil
}

// inInput renames the one field whose name differs between an offer and its input.
func inInput(err error) error {
	if f := fault.From(err); f.Field == "dwell" {
		return f.WithField("dwellSeconds")
	}
	return err
}

func offerInput(o *offers.Offer) api.OfferInput {
	reach := o.Reach
	return api.OfferInput{
		ExternalID: o.ExternalID, Merchant: o.Merchant, Place: o.Place, Title: o.Title, Text: o.Text, Category: o.Category,
		Brand: o.Brand, PriceTier: o.PriceTier,
		Reward:       api.Reward{Kind: o.Reward.Kind.String(), Value: o.Reward.Value, Currency: o.Reward.Currency},
		Reach:        regionOrNil(reach),
		Triggers:     o.Triggers.Names(),
		DwellSeconds: o.Dwell.Seconds(),
		Starts:       o.Starts, Ends: o.Ends,
		Budget: api.Budget{Total: o.Budget.Total, PerUser: o.Budget.PerUser},
	}
}

func regionOrNil(r geo.Region) *geo.Region {
	if r.IsZero() {
		return nil
	}
	return &r
}

// StopOffer ends an offer for good: nobody sees or redeems it any more. Stopping it again changes nothing.
func (c *Catalogue) StopOffer(ctx context.Context, who Caller, offer id.Offer) (api.Offer, error) {
	return c.Offers.update(ctx, who, string(offer), "", func(o *offers.Offer, now time.Time) (*offers.Offer, error) {
		if o.Status == offers.Stopped {
			return nil, nil //nolint:nilnil // stays as it is
		}
		stopped := *o
		stopped.Status, stopped.Updated = offers.Stopped, now
		return &stopped, nil
	})
}
