package offers

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/hours"
)

// Languages are those in which an offer may speak.
var languages = []string{"en", "de"} // constant table

// Validate returns an Invalid fault that names the wrong field and says what would be right, or nil. There is no
// field by which an offer could aim at a mood: an unknown field is refused where the offer is decoded.
func (o *Offer) Validate() error {
	if err := id.Check("id", string(o.ID), id.PrefixOffer); err != nil {
		return err
	}
	if err := id.Check("merchant", string(o.Merchant), id.PrefixMerchant); err != nil {
		return err
	}
	for _, check := range []func() error{
		o.checkWords, o.checkTexts, o.checkLooks, o.Reward.check, o.checkWhere, o.checkTriggers, o.checkWhen,
		o.Conditions.check, o.Audience.check, o.checkBudget, o.Redeeming.check, o.checkFollowUps,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	if int(o.Status) >= len(statusNames) {
		return fault.Field("status", "must be draft, active, paused, stopped or archived")
	}
	return checkMode(o.Mode)
}

func (o *Offer) checkWords() error {
	if err := checkText("externalId", o.ExternalID, 0, MaxExternalID); err != nil {
		return err
	}
	if err := checkText("title", o.Title, 1, MaxTitle); err != nil {
		return err
	}
	if err := checkProse("text", o.Text, 0, MaxText); err != nil {
		return err
	}
	if err := checkProse("terms", o.Terms, 0, MaxText); err != nil {
		return err
	}
	if err := CheckCategory("category", o.Category); err != nil {
		return err
	}
	if err := checkText("brand", o.Brand, 0, maxName); err != nil {
		return err
	}
	return checkTier(o.PriceTier)
}

func (o *Offer) checkTexts() error {
	for _, language := range slices.Sorted(maps.Keys(o.Texts)) {
		field, text := "texts."+language, o.Texts[language]
		if !slices.Contains(languages, language) {
			return fault.Field(field, "must be named en or de")
		}
		if text == (Text{}) {
			return fault.Field(field, "must have a title, a text or terms")
		}
		if err := checkText(field+".title", text.Title, 0, MaxTitle); err != nil {
			return err
		}
		if err := checkProse(field+".text", text.Text, 0, MaxText); err != nil {
			return err
		}
		if err := checkProse(field+".terms", text.Terms, 0, MaxText); err != nil {
			return err
		}
	}
	return nil
}

// checkLooks checks the image, who sponsors the offer, and the items.
func (o *Offer) checkLooks() error {
	if o.Image != "" {
		u, err := url.Parse(o.Image)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(o.Image) > MaxURL {
			return fault.Field("image", "must be the https URL of an image, at most %d bytes, without a user", MaxURL)
		}
	}
	if err := checkText("sponsored", o.Sponsored, 0, maxName); err != nil {
		return err
	}
	if len(o.Items) > MaxItems {
		return fault.Field("items", "must name at most %d items", MaxItems)
	}
	for i, sku := range o.Items {
		if err := checkText(path("items", i), sku, 1, MaxSKU); err != nil {
			return err
		}
	}
	return checkUnique("items", o.Items)
}

func (o *Offer) checkWhere() error {
	if o.Place != "" {
		if err := id.Check("place", string(o.Place), id.PrefixPlace); err != nil {
			return err
		}
	}
	if len(o.Places) > MaxPlaces {
		return fault.Field("places", "must name at most %d places; allPlaces is all of the merchant's", MaxPlaces)
	}
	for i, p := range o.Places {
		if err := id.Check(path("places", i), string(p), id.PrefixPlace); err != nil {
			return err
		}
	}
	placed := o.Place != "" || len(o.Places) > 0 || o.AllPlaces
	switch {
	case o.AllPlaces && (o.Place != "" || len(o.Places) > 0):
		return fault.Field("allPlaces", "must be left out where place or places are named")
	case o.Place != "" && len(o.Places) > 0:
		return fault.Field("places", "must be left out beside place: name one place, or several")
	case o.Reach.IsZero() && o.Radius == 0:
		return fault.Field("reach", `is required, as a GeoJSON Point with a "radius", a Polygon, or a LineString with a "width"; or a radius around the places`)
	case !o.Reach.IsZero() && o.Radius != 0:
		return fault.Field("radius", "must be left out beside a reach: it is around the places")
	case o.Radius != 0 && !placed:
		return fault.Field("radius", "must have places to be around: place, places or allPlaces")
	case o.Radius != 0 && !(o.Radius >= geo.MinRadius && o.Radius <= geo.MaxRadius):
		return fault.Field("radius", "must be from %d to %d metres", geo.MinRadius, geo.MaxRadius)
	}
	return checkUnique("places", o.Places)
}

func (o *Offer) checkTriggers() error {
	switch known := FollowUp - 1; {
	case o.Triggers == 0:
		return fault.Field("triggers", "must name at least one: %s", ownTriggers)
	case o.Triggers&^known != 0:
		return fault.Field("triggers", "must be a list of %s", ownTriggers)
	case o.Triggers&Dwell != 0 && (o.Dwell < MinDwell || o.Dwell > MaxDwell):
		return fault.Field("dwell", "must be from %g to %g seconds for the trigger dwell", MinDwell.Seconds(), MaxDwell.Seconds())
	case o.Triggers&Dwell == 0 && o.Dwell != 0:
		return fault.Field("dwell", "must be left out without the trigger dwell")
	case !(o.DetourMinutes >= 0 && o.DetourMinutes <= MaxDetour):
		return fault.Field("detourMinutes", "must be above 0, to %d minutes", MaxDetour)
	case o.Triggers&OnTheWay == 0 && o.DetourMinutes != 0:
		return fault.Field("detourMinutes", "must be left out without the trigger on_the_way")
	case o.CooldownMinutes < 0 || o.CooldownMinutes > MaxCooldown:
		return fault.Field("cooldownMinutes", "must be from 1 to %d, a day", MaxCooldown)
	}
	return nil
}

func (o *Offer) checkWhen() error {
	switch {
	case !o.Starts.IsZero() && !o.Ends.IsZero() && !o.Ends.After(o.Starts):
		return fault.Field("ends", "must be after starts")
	case o.Holdout < 0 || o.Holdout > MaxHoldout:
		return fault.Field("holdout", "must be from 0 to %d percent", MaxHoldout)
	}
	return checkHours(o.Hours)
}

func (c Conditions) check() error {
	switch {
	case !(c.MinSpend >= 0 && c.MinSpend <= MaxMoney):
		return fault.Field("conditions.minSpend", "must be an amount above 0, at most %d", MaxMoney)
	case c.MinSpend > 0 && !IsCurrency(c.Currency):
		return fault.Field("conditions.currency", "must be an ISO 4217 code such as EUR")
	case c.MinSpend == 0 && c.Currency != "":
		return fault.Field("conditions.currency", "must be left out without minSpend")
	case c.CustomerDays < 0 || c.CustomerDays > MaxCustomer:
		return fault.Field("conditions.customerDays", "must be from 1 to %d days", MaxCustomer)
	case c.NewCustomer && c.CustomerDays > 0:
		return fault.Field("conditions.customerDays", "must be left out for new customers")
	case c.NewCustomer && c.Tier != "":
		return fault.Field("conditions.tier", "must be left out for new customers")
	}
	if c.BoughtCategory != "" {
		if err := CheckCategory("conditions.boughtCategory", c.BoughtCategory); err != nil {
			return err
		}
		if private(c.BoughtCategory) {
			return fault.Field("conditions.boughtCategory", "must not be one that tells of health, belief, sexuality, addiction or need")
		}
	}
	return checkText("conditions.tier", c.Tier, 0, maxName)
}

// privateWords is a constant table: what in the name of a category makes a purchase nobody's business but the buyer's.
var privateWords = []string{
	"health", "pharmacy", "clinic", "hospital", "doctor", "dentist", "therapy", "psychiatry", "counselling", "prescription", "medical",
	"diet", "slimming", "surgery", "worship", "church", "mosque", "synagogue", "temple", "religion", "religious", "dating", "adult", "escort",
	"erotic", "sex", "strip", "gay", "lesbian", "lgbt", "gambling", "casino", "betting", "lottery", "bookmaker", "alcohol", "liquor", "tobacco",
	"cannabis", "credit", "loan", "payday", "pawn", "pawnbroker", "weapons", "politics", "party", "union", "shelter", "funeral",
}

func private(category string) bool {
	words := strings.FieldsFunc(category, func(r rune) bool { return r == '.' || r == '_' })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(privateWords, w) })
}

func (a Audience) check() error {
	for _, part := range []struct {
		field         string
		list, allowed []string
	}{{"audience.any", a.Any, attributes}, {"audience.none", a.None, attributes}, {"audience.languages", a.Languages, languages}} {
		if err := checkListed(part.field, part.list, part.allowed); err != nil {
			return err
		}
	}
	for i, s := range a.None {
		if slices.Contains(a.Any, s) {
			return fault.Field(path("audience.none", i), "must not be in audience.any, too")
		}
	}
	return nil
}

func (r Redeeming) check() error {
	switch {
	case r.HoldMinutes < 0 || r.HoldMinutes > MaxHold:
		return fault.Field("redeeming.holdMinutes", "must be from 1 to %d, a week", MaxHold)
	case r.OfflineHours < 0 || r.OfflineHours > MaxOffline:
		return fault.Field("redeeming.offlineHours", "must be from 0 to %d, a week", MaxOffline)
	case r.Group != "" && !r.Stacks:
		return fault.Field("redeeming.group", "must be left out for an offer that does not stack")
	}
	return checkText("redeeming.group", r.Group, 0, maxName)
}

func (o *Offer) checkFollowUps() error {
	if len(o.FollowUps) > MaxFollowUps {
		return fault.Field("followUps", "must hold at most %d follow-ups", MaxFollowUps)
	}
	next := make([]id.Offer, len(o.FollowUps))
	for i, n := range o.FollowUps {
		field := path("followUps", i)
		if err := id.Check(field+".offer", string(n.Offer), id.PrefixOffer); err != nil {
			return err
		}
		switch {
		case n.Offer == o.ID:
			return fault.Field(field+".offer", "must be another offer")
		case n.AfterMinutes < 0 || n.AfterMinutes > MaxDelay:
			return fault.Field(field+".afterMinutes", "must be from 0 to %d, 90 days", MaxDelay)
		case n.WithinDays < 0 || n.WithinDays > MaxFollowDays:
			return fault.Field(field+".withinDays", "must be from 1 to %d", MaxFollowDays)
		case !(n.MinAmount >= 0 && n.MinAmount <= MaxMoney):
			return fault.Field(field+".minAmount", "must be an amount from 0 to %d", MaxMoney)
		}
		next[i] = n.Offer
	}
	if err := checkUnique("followUps", next); err != nil {
		return err
	}
	if len(o.FollowedBy) > MaxPartners {
		return fault.Field("followedBy", "must name at most %d merchants", MaxPartners)
	}
	for i, m := range o.FollowedBy {
		if err := id.Check(path("followedBy", i), string(m), id.PrefixMerchant); err != nil {
			return err
		}
	}
	return checkUnique("followedBy", o.FollowedBy)
}

func checkHours(s string) error {
	if s == "" {
		return nil
	}
	_, err := hours.Parse("hours", s)
	return err
}

// checkListed refuses what a closed list does not have, and what stands twice.
func checkListed(field string, list, allowed []string) error {
	for i, s := range list {
		if !slices.Contains(allowed, s) {
			return fault.Field(path(field, i), "must be one of %s", joined(allowed))
		}
	}
	return checkUnique(field, list)
}

func checkUnique[T comparable](field string, list []T) error {
	seen := make(map[T]struct{}, len(list))
	for i, v := range list {
		if _, twice := seen[v]; twice {
			return fault.Field(path(field, i), "must not be named twice")
		}
		seen[v] = struct{}{}
	}
	return nil
}
