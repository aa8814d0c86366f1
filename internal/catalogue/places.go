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

func places(c *Catalogue) *Shelf[api.PlaceInput, offers.Place, api.Place] {
	return &Shelf[api.PlaceInput, offers.Place, api.Place]{c, store.Place, shape[api.PlaceInput, offers.Place, api.Place]{
		build: c.buildPlace,
		item: func(p *offers.Place) (store.Item, error) {
			at := p.Point
			return store.Item{Partition: p.Mode.String(), ID: string(p.ID), ExternalID: p.ExternalID, Point: &at}, nil
		},
		input:    placeInput,
		view:     viewPlace,
		linked:   func(api.PlaceInput) bool { return false },
		owner:    func(p *offers.Place) id.Merchant { return p.Merchant },
		external: func(_ Caller, in api.PlaceInput) (scope, name string) { return "", in.ExternalID },
	}}
}

func (c *Catalogue) buildPlace(ctx context.Context, who Caller, in api.PlaceInput, old *offers.Place, now time.Time) (*offers.Place, error) {
	if in.Location == nil {
		return nil, fault.Field("location", `is required: {"lat": …, "lon": …}`)
	}
	if err := in.Location.Check("location"); err != nil {
		return nil, err
	}
	owner, err := ownedBy(who, in.Merchant)
	if err != nil {
		return nil, err
	}
	p := offers.Place{
		ID: id.Place(newID(id.PrefixPlace, who, "", in.ExternalID)), ExternalID: in.ExternalID, Merchant: owner, Name: in.Name, Category: in.Category,
		Brand: in.Brand, Point: *in.Location, PriceTier: in.PriceTier, Zone: in.Zone, Hours: in.Hours, Mode: who.Mode, Created: now, Updated: now,
	}
	if old != nil {
		if err := keepsName(old.ExternalID, in.ExternalID); err != nil {
			return nil, err
		}
		p.ID, p.Created = old.ID, old.Created
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if owner != "" {
		if _, err := c.requireMerchant(ctx, who, owner); err != nil {
			return nil, err
		}
		if (old == nil || old.Merchant != owner) && c.Index.Stores(owner) >= offers.MaxStores && c.Index.OfferedAtAll(owner) {
			return nil, tooManyStores("merchant")
		}
	}
	return &p, nil
}

func tooManyStores(field string) error {
	return fault.Field(field, "must have at most %d places, as long as an offer stands at all of them", offers.MaxStores)
}

func placeInput(p *offers.Place) api.PlaceInput {
	at := p.Point
	return api.PlaceInput{
		ExternalID: p.ExternalID, Merchant: p.Merchant, Name: p.Name, Category: p.Category, Brand: p.Brand,
		Location: &at, PriceTier: p.PriceTier, Zone: p.Zone, Hours: p.Hours,
	}
}

func viewPlace(p *offers.Place, rev store.Rev) api.Place {
	return api.Place{
		ID: p.ID, PlaceInput: placeInput(p),
		Record: api.Record{Mode: p.Mode.String(), Created: p.Created, Updated: p.Updated, Revision: revision(rev)},
	}
}

// PlacesNear returns up to limit places (0: DefaultPage), nearest first, with their distances. Of those, a caller bound
// to a merchant gets its own.
func (c *Catalogue) PlacesNear(ctx context.Context, who Caller, p geo.Point, limit int) ([]api.Place, error) {
	limit, err := pageSize(limit)
	if err != nil {
		return nil, err
	}
	if err := p.Check("near"); err != nil {
		return nil, err
	}
	out := make([]api.Place, 0, limit)
	var broken error
	err = c.Store.Nearest(ctx, who.Mode.String(), p, limit, func(item store.Item, metres float64) bool {
		var rec *offers.Place
		if rec, broken = readRecord[offers.Place](item); broken == nil && c.Places.visible(who, rec) {
			v := viewPlace(rec, item.Rev)
			v.Distance = &metres
			out = append(out, v)
		}
		return broken == nil
	})
	if err == nil {
		err = broken
	}
	return out, err
}

// PlacesWithin returns up to limit places (0: DefaultPage) in a box, in no order. Of those, a caller bound to a
// merchant gets its own.
func (c *Catalogue) PlacesWithin(ctx context.Context, who Caller, b geo.Box, limit int) ([]api.Place, error) {
	limit, err := pageSize(limit)
	if err != nil {
		return nil, err
	}
	southWest, northEast := geo.Point{Lat: b.South, Lon: b.West}, geo.Point{Lat: b.North, Lon: b.East}
	if !southWest.Valid() || !northEast.Valid() || b.South > b.North {
		return nil, fault.Field("bbox", "must be west,south,east,north in degrees, south not above north")
	}
	out := make([]api.Place, 0, limit)
	var broken error
	err = c.Store.Within(ctx, who.Mode.String(), southWest, northEast, limit, func(item store.Item) bool {
		var rec *offers.Place
		if rec, broken = readRecord[offers.Place](item); broken == nil && c.Places.visible(who, rec) {
			out = append(out, viewPlace(rec, item.Rev))
		}
		return broken == nil
	})
	if err == nil {
		err = broken
	}
	return out, err
}

// RemovePlace deletes a place that no active offer refers to. If expected is set, it must be the place's revision.
func (c *Catalogue) RemovePlace(ctx context.Context, who Caller, place id.Place, expected string) error {
	c.removing.Lock()
	defer c.removing.Unlock()
	_, rev, err := c.Places.read(ctx, who, string(place))
	if err != nil {
		return err
	}
	if expected != "" && expected != revision(rev) {
		return errRevision
	}
	if c.feed.offersAt(place) > 0 {
		return fault.New(fault.Conflict, fault.CodeConflict, "Offers are still active at this place: stop them first.")
	}
	if err := c.clearStock(ctx, who, place); err != nil {
		return err
	}
	return c.feed.during(func() error {
		return c.Store.Delete(ctx, who.Mode.String(), store.Place, string(place), rev)
	})
}
