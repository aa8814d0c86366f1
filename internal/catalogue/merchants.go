package catalogue

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

func merchants(c *Catalogue) *Shelf[api.MerchantInput, offers.Merchant, api.Merchant] {
	return &Shelf[api.MerchantInput, offers.Merchant, api.Merchant]{c, store.Merchant, shape[api.MerchantInput, offers.Merchant, api.Merchant]{
		build: c.buildMerchant,
		item: func(m *offers.Merchant) (store.Item, error) {
			return store.Item{Partition: m.Mode.String(), ID: string(m.ID), ExternalID: m.ExternalID}, nil
		},
		input: merchantInput,
		view: func(m *offers.Merchant, rev store.Rev) api.Merchant {
			return api.Merchant{
				ID:            m.ID,
				MerchantInput: merchantInput(m),
				Record:        api.Record{Mode: m.Mode.String(), Created: m.Created, Updated: m.Updated, Revision: revision(rev)},
			}
		},
		linked:   func(api.MerchantInput) bool { return false },
		owner:    func(m *offers.Merchant) id.Merchant { return m.ID },
		external: func(_ Caller, in api.MerchantInput) (scope, name string) { return "", in.ExternalID },
	}}
}

func (c *Catalogue) buildMerchant(_ context.Context, who Caller, in api.MerchantInput, old *offers.Merchant, now time.Time) (*offers.Merchant, error) {
	m := offers.Merchant{ExternalID: in.ExternalID, Name: in.Name, Program: readProgram(in.Program), Mode: who.Mode, Created: now, Updated: now}
	var err error
	if m.Limits, err = readLimits("limits", in.Limits); err != nil {
		return nil, err
	}
	switch {
	case old != nil:
		if err := keepsName(old.ExternalID, in.ExternalID); err != nil {
			return nil, err
		}
		m.ID, m.Created = old.ID, old.Created
	case who.Merchant != "":
		return nil, fault.New(fault.Forbidden, fault.CodeForbidden, "This key is bound to a merchant: merchants are made with one that is not.")
	default:
		m.ID = id.Merchant(newID(id.PrefixMerchant, who, "", in.ExternalID))
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return &m, nil
}

func merchantInput(m *offers.Merchant) api.MerchantInput {
	in := api.MerchantInput{ExternalID: m.ExternalID, Name: m.Name, Limits: limitsInput(m.Limits)}
	if m.Program != nil {
		in.Program = &api.Program{PointsPerUnit: m.Program.PointsPerUnit}
		for _, t := range m.Program.Tiers {
			in.Program.Tiers = append(in.Program.Tiers, api.Tier(t))
		}
	}
	return in
}

func readProgram(in *api.Program) *offers.Program {
	if in == nil {
		return nil
	}
	p := &offers.Program{PointsPerUnit: in.PointsPerUnit}
	for _, t := range in.Tiers {
		p.Tiers = append(p.Tiers, offers.Tier(t))
	}
	return p
}

// newID returns the id of a new item: derived from the external id if there is one, so that the same import makes the
// same ids, and with them the same ties, on every server.
func newID(prefix string, who Caller, scope, externalID string) string {
	if externalID == "" {
		return id.New(prefix)
	}
	return id.Derive(prefix, who.Mode.String(), scope, externalID)
}

// keepsName refuses to take an external id away: the item's id may follow from it.
func keepsName(old, in string) error {
	if old != "" && in != old {
		return fault.Field("externalId", "can't be changed once it is set")
	}
	return nil
}

// ownedBy returns whose an item is to be: what the input says, which must not contradict the caller's key.
func ownedBy(who Caller, in id.Merchant) (id.Merchant, error) {
	if who.Merchant != "" && in != "" && in != who.Merchant {
		return "", fault.New(fault.Forbidden, fault.CodeForbidden, "This key acts for another merchant.").WithField("merchant")
	}
	if in == "" {
		return who.Merchant, nil
	}
	return in, nil
}

// requireMerchant refuses a merchant that does not exist in the caller's mode.
func (c *Catalogue) requireMerchant(ctx context.Context, who Caller, m id.Merchant) (*offers.Merchant, error) {
	rec, _, err := c.Merchants.read(ctx, who, string(m))
	if err != nil {
		return nil, reference("merchant", "merchant", err)
	}
	return rec, nil
}

// reference turns the fault of a look-up into one about the field that refers to it.
func reference(kind, field string, err error) error {
	switch f := fault.From(err); f.Kind {
	case fault.NotFound, fault.Invalid:
		return fault.Field(field, "must be the id of an existing %s", kind)
	default:
		return f.WithField(field)
	}
}
