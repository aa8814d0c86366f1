package offers

import (
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

func (r Reward) check() error {
	finite := r.Value-r.Value == 0
	switch {
	case int(r.Kind) >= len(rewardNames):
		return fault.Field("reward.kind", "must be one of %s", joined(rewardNames))
	case r.Kind == Percent && !(r.Value > 0 && r.Value <= 100):
		return fault.Field("reward.value", "must be above 0, to 100 percent")
	case r.Kind == Amount && !(r.Value > 0 && r.Value <= MaxMoney):
		return fault.Field("reward.value", "must be an amount above 0, at most %d", MaxMoney)
	case r.Kind == Points && !(r.Value > 0 && finite):
		return fault.Field("reward.value", "must be a number of points above 0")
	case (r.Kind == NoReward || r.Kind == TwoForOne || r.Kind == FreeItem) && r.Value != 0:
		return fault.Field("reward.value", "must be left out for the kind %s", r.Kind)
	case !(r.Max >= 0 && r.Max <= MaxMoney):
		return fault.Field("reward.max", "must be an amount above 0, at most %d", MaxMoney)
	case r.Max > 0 && r.Kind != Percent && r.Kind != TwoForOne && r.Kind != FreeItem:
		return fault.Field("reward.max", "must be left out for the kind %s", r.Kind)
	case (r.Kind == Amount || r.Max > 0) && !IsCurrency(r.Currency):
		return fault.Field("reward.currency", "must be an ISO 4217 code such as EUR")
	case r.Kind != Amount && r.Max == 0 && r.Currency != "":
		return fault.Field("reward.currency", "must be left out for the kind %s without a max", r.Kind)
	case r.Item != "" && r.Kind != FreeItem && r.Kind != TwoForOne:
		return fault.Field("reward.item", "must be left out for the kind %s", r.Kind)
	}
	return checkText("reward.item", r.Item, 0, maxName)
}

func (o *Offer) checkBudget() error {
	b := &o.Budget
	switch {
	case b.Total < 0 || b.Total > MaxBudget:
		return fault.Field("budget.total", "must be from 0 (no bound) to %d", MaxBudget)
	case b.PerUser < 0 || b.PerUser > MaxBudget:
		return fault.Field("budget.perUser", "must be from 0 (no bound) to %d", MaxBudget)
	case b.Total > 0 && b.PerUser > b.Total:
		return fault.Field("budget.perUser", "must be at most budget.total")
	case b.Paced && (b.Total == 0 || o.Starts.IsZero() || o.Ends.IsZero()):
		return fault.Field("budget.paced", "must be left out without budget.total, starts and ends: the total is spread between them")
	}
	if err := checkLimits("budget.limits", b.Limits, PerOffer, PerMerchant, PerStore, PerPerson); err != nil {
		return err
	}
	for i, l := range b.Limits {
		switch {
		case l.Money == 0:
		case o.Reward.Kind != Amount && o.Reward.Max == 0:
			return fault.Field(path("budget.limits", i)+".money", "must be left out unless reward.max says what one redemption costs at most")
		case l.Currency != o.Reward.Currency:
			return fault.Field(path("budget.limits", i)+".currency", "must be %s, the currency of the reward", o.Reward.Currency)
		}
	}
	return nil
}

func checkLimits(field string, limits []Limit, scopes ...Scope) error {
	if len(limits) > MaxLimits {
		return fault.Field(field, "must hold at most %d limits", MaxLimits)
	}
	type over struct {
		Scope
		Period
	}
	counted := make([]over, len(limits))
	for i, l := range limits {
		if err := l.check(path(field, i), scopes); err != nil {
			return err
		}
		counted[i] = over{l.Scope, l.Period}
	}
	return checkUnique(field, counted) // one limit holds both a count and money
}

func (l Limit) check(field string, scopes []Scope) error {
	var names []string
	known := false
	for _, s := range scopes {
		names = append(names, s.String())
		known = known || s == l.Scope
	}
	switch {
	case !known:
		return fault.Field(field+".scope", "must be %s", strings.Join(names, " or "))
	case int(l.Period) >= len(periodNames):
		return fault.Field(field+".period", "must be one of %s", joined(periodNames))
	case l.Count < 0 || l.Count > MaxBudget:
		return fault.Field(field+".count", "must be from 1 to %d", MaxBudget)
	case !(l.Money >= 0 && l.Money <= MaxMoney):
		return fault.Field(field+".money", "must be an amount above 0, at most %d", MaxMoney)
	case l.Count == 0 && l.Money == 0:
		return fault.Field(field, "must have a count, or money with its currency")
	case l.Money > 0 && !IsCurrency(l.Currency):
		return fault.Field(field+".currency", "must be an ISO 4217 code such as EUR")
	case l.Money == 0 && l.Currency != "":
		return fault.Field(field+".currency", "must be left out without money")
	}
	return nil
}

func (p *Program) check() error {
	if !(p.PointsPerUnit >= 0 && p.PointsPerUnit <= 1000) {
		return fault.Field("program.pointsPerUnit", "must be from 0 to 1000")
	}
	if len(p.Tiers) > MaxTiers {
		return fault.Field("program.tiers", "must hold at most %d tiers", MaxTiers)
	}
	names := make([]string, len(p.Tiers))
	for i, t := range p.Tiers {
		field := path("program.tiers", i)
		if err := checkText(field+".name", t.Name, 1, maxName); err != nil {
			return err
		}
		switch {
		case t.Points < 0 || t.Points > MaxBudget:
			return fault.Field(field+".points", "must be from 0 to %d", MaxBudget)
		case i > 0 && t.Points <= p.Tiers[i-1].Points:
			return fault.Field(field+".points", "must be above the %d of the tier before", p.Tiers[i-1].Points)
		}
		names[i] = t.Name
	}
	return checkUnique("program.tiers", names)
}

func joined(names []string) string { return strings.Join(names, ", ") }
