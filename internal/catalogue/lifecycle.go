package catalogue

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// step is what can be done with an offer: where it leads, and from where.
type step struct {
	name string
	to   offers.Status
	from []offers.Status
}

// steps is a constant table. A step from where it leads to changes nothing.
var steps = []step{
	{"publish", offers.Active, []offers.Status{offers.Draft}},
	{"pause", offers.Paused, []offers.Status{offers.Active}},
	{"resume", offers.Active, []offers.Status{offers.Paused}},
	{"stop", offers.Stopped, []offers.Status{offers.Active, offers.Paused}},
	{"archive", offers.Archived, []offers.Status{offers.Draft, offers.Stopped}},
}

// MoveOffer takes an offer a step through its life: publish, pause, resume, stop or archive. A step that was taken already
// changes nothing; one that is not possible is a conflict that says which are.
func (c *Catalogue) MoveOffer(ctx context.Context, who Caller, offer id.Offer, name string) (api.Offer, error) {
	i := slices.IndexFunc(steps, func(s step) bool { return s.name == name })
	if i < 0 {
		return api.Offer{}, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such step.")
	}
	s := &steps[i]
	defer c.hold(false)()
	return c.Offers.update(ctx, who, string(offer), "", func(o *offers.Offer, now time.Time) (*offers.Offer, error) {
		switch {
		case o.Status == s.to:
			return nil, nil //nolint:nilnil // stays as it is
		case !slices.Contains(s.from, o.Status):
			return nil, wrongState(o.Status)
		case s.to == offers.Active: // a place may have gone since
			if err := c.requirePlaces(ctx, who, o); err != nil {
				return nil, err
			}
		}
		moved := *o
		moved.Status, moved.Updated = s.to, now
		return &moved, nil
	})
}

func wrongState(is offers.Status) error {
	var possible []string
	for _, s := range steps {
		if slices.Contains(s.from, is) {
			possible = append(possible, s.name)
		}
	}
	next := "nothing more can be done with it."
	if len(possible) > 0 {
		next = "possible is " + strings.Join(possible, ", ") + "."
	}
	return fault.New(fault.Conflict, fault.CodeWrongState, "The offer is %s: %s", is, next).WithField("status")
}

// ListOffers is Offers.List for offers of a status; empty: all that are not archived.
func (c *Catalogue) ListOffers(ctx context.Context, who Caller, status, cursor string, limit int) (api.Page[api.Offer], error) {
	var want offers.Status
	if status != "" {
		if err := want.UnmarshalText([]byte(status)); err != nil {
			return api.Page[api.Offer]{}, err
		}
	}
	return c.Offers.list(ctx, who, cursor, limit, func(o *offers.Offer) bool {
		return status == "" && o.Status != offers.Archived || status != "" && o.Status == want
	})
}
