package catalogue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// MaxVersions is how many versions of an offer are kept, the present one beside.
const MaxVersions = 50

// sameWords reports whether two states of an offer say the same: what differs is where it stands in its life.
func sameWords(a, b *offers.Offer) bool {
	words := func(o offers.Offer) []byte {
		o.Version, o.Status, o.Created, o.Updated = 0, 0, time.Time{}, time.Time{}
		text, err := json.Marshal(&o)
		if err != nil {
			return nil
		}
		return text
	}
	return bytes.Equal(words(*a), words(*b))
}

// keepVersion returns the write that keeps an offer as it was before it says something else; nil: it says the same. The
// last MaxVersions have a place each, which the newest takes from the oldest. It holds what was said, and so may be
// written even if the change is not.
func (c *Catalogue) keepVersion(ctx context.Context, old, next *offers.Offer) (*store.Put, error) {
	if old == nil || old.Version == next.Version {
		return nil, nil //nolint:nilnil // nothing to keep
	}
	value, err := writeRecord(old)
	if err != nil {
		return nil, err
	}
	item := store.Item{
		Kind: store.OfferVersion, Partition: old.Mode.String(), ID: versionID(old.ID, old.Version), Value: value,
	}
	var prev store.Rev
	switch was, err := c.Store.Get(ctx, item.Partition, item.Kind, item.ID); {
	case err == nil:
		prev = was.Rev
	case fault.From(err).Kind != fault.NotFound:
		return nil, err
	}
	return &store.Put{Item: item, Prev: prev}, nil
}

func versionID(o id.Offer, version int) string { return fmt.Sprintf("%s.%02d", o, version%MaxVersions) }

// Versions returns what an offer said, newest first: as it is now, and the last MaxVersions before.
func (c *Catalogue) Versions(ctx context.Context, who Caller, offer id.Offer) ([]api.OfferVersion, error) {
	now, _, err := c.Offers.read(ctx, who, string(offer))
	if err != nil {
		return nil, err
	}
	items, _, err := c.Store.List(ctx, who.Mode.String(), store.OfferVersion, string(offer)+".", MaxVersions)
	if err != nil {
		return nil, err
	}
	list := []api.OfferVersion{viewVersion(now)}
	for _, item := range items {
		o, err := readRecord[offers.Offer](item)
		if err != nil {
			return nil, err
		}
		if o.ID == offer && o.Version < now.Version { // what follows is another offer's; a change that failed left its own
			list = append(list, viewVersion(o))
		}
	}
	slices.SortFunc(list, func(a, b api.OfferVersion) int { return b.Version - a.Version })
	return list, nil
}

// Version returns what an offer said as one of its versions.
func (c *Catalogue) Version(ctx context.Context, who Caller, offer id.Offer, version int) (api.OfferVersion, error) {
	list, err := c.Versions(ctx, who, offer)
	if err != nil {
		return api.OfferVersion{}, err
	}
	for _, v := range list {
		if v.Version == version {
			return v, nil
		}
	}
	return api.OfferVersion{}, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such version; the last %d are kept.", MaxVersions)
}

func viewVersion(o *offers.Offer) api.OfferVersion {
	return api.OfferVersion{Version: max(o.Version, 1), Since: o.Updated, OfferInput: offerInput(o)}
}
