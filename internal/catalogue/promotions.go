package catalogue

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

func promotions(c *Catalogue) *Shelf[api.OfferInput, offers.Offer, api.Offer] {
	return &Shelf[api.OfferInput, offers.Offer, api.Offer]{c, store.Offer, shape[api.OfferInput, offers.Offer, api.Offer]{
		build: c.buildOffer,
		item: func(o *offers.Offer) (store.Item, error) {
			var cells []geo.Cell
			var err error
			if !o.Reach.IsZero() {
				cells, err = c.Cells(o.Reach)
			}
			return store.Item{
				Partition: o.Mode.String(), ID: string(o.ID), Scope: string(o.Merchant), ExternalID: o.ExternalID, Cells: cells,
			}, err
		},
		input: offerInput,
		view: func(o *offers.Offer, rev store.Rev) api.Offer {
			return api.Offer{
				ID: o.ID, OfferInput: offerInput(o), Status: o.Status.String(), Version: max(o.Version, 1),
				Record: api.Record{Mode: o.Mode.String(), Created: o.Created, Updated: o.Updated, Revision: revision(rev)},
			}
		},
		owner:  func(o *offers.Offer) id.Merchant { return o.Merchant },
		keep:   c.keepVersion,
		linked: linked,
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
	if o.Reach, err = c.Outlined(o.Reach); err != nil {
		return nil, err
	}
	if o.Merchant, err = ownedBy(who, in.Merchant); err != nil {
		return nil, err
	}
	if o.Merchant == "" {
		return nil, fault.Field("merchant", "is required: the id of a merchant, because this key is not bound to one")
	}
	o.ID, o.Mode, o.Created, o.Updated = id.Offer(newID(id.PrefixOffer, who, string(o.Merchant), in.ExternalID)), who.Mode, now, now
	o.Version = 1
	if old != nil {
		o.ID, o.Created, o.Status, o.Version = old.ID, old.Created, old.Status, max(old.Version, 1)
		if o.Merchant != old.Merchant {
			return nil, fault.Field("merchant", "can't be changed")
		}
		if err := keepsName(old.ExternalID, in.ExternalID); err != nil {
			return nil, err
		}
		if !sameWords(old, &o) {
			o.Version++
		}
	}
	if err := o.Validate(); err != nil {
		return nil, inInput(err)
	}
	m, err := c.requireMerchant(ctx, who, o.Merchant)
	if err != nil {
		return nil, err
	}
	if err := requireTier(m, o.Conditions.Tier); err != nil {
		return nil, err
	}
	if err := c.requireFollowUps(&o, old); err != nil {
		return nil, err
	}
	return &o, c.requirePlaces(ctx, who, &o)
}

// Outlined returns a reach that a caller sent, with the outline of its cells if it is a list of cells: that is ours to
// say, whatever came with them. Errors name the field as in an offer (reach.cells[3]).
func (c *Catalogue) Outlined(reach geo.Region) (geo.Region, error) {
	if reach.Kind() != geo.Cells {
		return reach, nil
	}
	r, err := c.Outline(reach.Cells())
	if err != nil {
		return r, fault.From(err).WithField("reach." + fault.From(err).Field)
	}
	return r, nil
}

// requirePlaces refuses an offer at a place that does not exist in the caller's mode or is another merchant's.
func (c *Catalogue) requirePlaces(ctx context.Context, who Caller, o *offers.Offer) error {
	if o.AllPlaces && c.Index.Stores(o.Merchant) > offers.MaxStores {
		return tooManyStores("allPlaces")
	}
	if o.Place != "" {
		return c.requirePlace(ctx, who, o.Merchant, o.Place, "place")
	}
	for i, p := range o.Places {
		if err := c.requirePlace(ctx, who, o.Merchant, p, item("places", i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) requirePlace(ctx context.Context, who Caller, owner id.Merchant, place id.Place, field string) error {
	p, _, err := c.Places.read(ctx, Caller{Mode: who.Mode}, string(place))
	if err != nil {
		return reference("place", field, err)
	}
	if p.Merchant != "" && p.Merchant != owner {
		return fault.New(fault.Forbidden, fault.CodeForbidden, "This place belongs to another merchant.").WithField(field)
	}
	return nil
}

// requireTier refuses a condition on a tier that the merchant's program does not have.
func requireTier(m *offers.Merchant, tier string) error {
	if tier == "" || m.Program != nil && slices.ContainsFunc(m.Program.Tiers, func(t offers.Tier) bool { return t.Name == tier }) {
		return nil
	}
	return fault.Field("conditions.tier", "must be the name of a tier in the merchant's program")
}

// item returns list[i].
func item(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// inInput renames the one field whose name differs between an offer and its input.
func inInput(err error) error {
	if f := fault.From(err); f.Field == "dwell" {
		return f.WithField("dwellSeconds")
	}
	return err
}
