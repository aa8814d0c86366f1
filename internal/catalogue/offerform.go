package catalogue

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
)

// maxDwell keeps the conversion to a time.Duration from overflowing; Validate knows the real bound.
const maxDwell = 7 * 24 * 60 * 60

// readOffer takes over what is said about an offer, and refuses what has no counterpart.
func readOffer(in api.OfferInput) (o offers.Offer, err error) {
	o = offers.Offer{
		ExternalID: in.ExternalID,
		Title:      in.Title, Text: in.Text, Terms: in.Terms, Image: in.Image, Category: in.Category, Brand: in.Brand, PriceTier: in.PriceTier,
		Sponsored: in.Sponsored, Items: in.Items,
		Place: in.Place, Places: in.Places, AllPlaces: in.AllPlaces, Radius: in.Radius,
		DetourMinutes: in.DetourMinutes, CooldownMinutes: in.CooldownMinutes, Starts: in.Starts, Ends: in.Ends, Hours: in.Hours,
		Conditions: offers.Conditions(in.Conditions), Audience: offers.Audience(in.Audience), Holdout: in.Holdout,
		Budget:    offers.Budget{Total: in.Budget.Total, PerUser: in.Budget.PerUser, Paced: in.Budget.Paced},
		Redeeming: offers.Redeeming(in.Redeeming), OnlyAfter: in.OnlyAfter, FollowedBy: in.FollowedBy,
	}
	if len(in.Texts) > 0 {
		o.Texts = make(map[string]offers.Text, len(in.Texts))
		for language, text := range in.Texts {
			o.Texts[language] = offers.Text(text)
		}
	}
	if in.Reach != nil {
		o.Reach = *in.Reach
	}
	for _, next := range in.FollowUps {
		o.FollowUps = append(o.FollowUps, offers.Next(next))
	}
	if o.Budget.Limits, err = readLimits("budget.limits", in.Budget.Limits); err != nil {
		return o, err
	}
	o.Reward = offers.Reward{Value: in.Reward.Value, Currency: in.Reward.Currency, Max: in.Reward.Max, Item: in.Reward.Item}
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
	if in.Draft {
		o.Status = offers.Draft
	}
	return o, nil
}

// offerInput is what readOffer reads to the same offer.
func offerInput(o *offers.Offer) api.OfferInput {
	in := api.OfferInput{
		ExternalID: o.ExternalID, Merchant: o.Merchant,
		Title: o.Title, Text: o.Text, Terms: o.Terms, Image: o.Image, Category: o.Category, Brand: o.Brand, PriceTier: o.PriceTier,
		Sponsored: o.Sponsored, Items: o.Items,
		Reward: api.Reward{Kind: o.Reward.Kind.String(), Value: o.Reward.Value, Currency: o.Reward.Currency, Max: o.Reward.Max, Item: o.Reward.Item},
		Place:  o.Place, Places: o.Places, AllPlaces: o.AllPlaces, Reach: regionOrNil(o.Reach), Radius: o.Radius,
		Triggers: o.Triggers.Names(), DwellSeconds: o.Dwell.Seconds(),
		DetourMinutes: o.DetourMinutes, CooldownMinutes: o.CooldownMinutes, Starts: o.Starts, Ends: o.Ends, Hours: o.Hours,
		Conditions: api.Conditions(o.Conditions), Audience: api.Audience(o.Audience), Holdout: o.Holdout,
		Budget:    api.Budget{Total: o.Budget.Total, PerUser: o.Budget.PerUser, Limits: limitsInput(o.Budget.Limits), Paced: o.Budget.Paced},
		Redeeming: api.Redeeming(o.Redeeming), OnlyAfter: o.OnlyAfter, FollowedBy: o.FollowedBy,
	}
	if len(o.Texts) > 0 {
		in.Texts = make(map[string]api.Text, len(o.Texts))
		for language, text := range o.Texts {
			in.Texts[language] = api.Text(text)
		}
	}
	for _, next := range o.FollowUps {
		in.FollowUps = append(in.FollowUps, api.Next(next))
	}
	return in
}

func readLimits(field string, in []api.Limit) ([]offers.Limit, error) {
	var out []offers.Limit
	for i, l := range in {
		limit := offers.Limit{Count: l.Count, Money: l.Money, Currency: l.Currency}
		if err := limit.Scope.UnmarshalText([]byte(l.Scope)); err != nil {
			return nil, fault.From(err).WithField(item(field, i) + ".scope")
		}
		if err := limit.Period.UnmarshalText([]byte(l.Period)); err != nil {
			return nil, fault.From(err).WithField(item(field, i) + ".period")
		}
		out = append(out, limit)
	}
	return out, nil
}

func limitsInput(limits []offers.Limit) (in []api.Limit) {
	for _, l := range limits {
		in = append(in, api.Limit{Scope: l.Scope.String(), Period: l.Period.String(), Count: l.Count, Money: l.Money, Currency: l.Currency})
	}
	return in
}

func regionOrNil(r geo.Region) *geo.Region {
	if r.IsZero() {
		return nil
	}
	return &r
}
