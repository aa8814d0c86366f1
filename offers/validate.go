package offers

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Limits of what merchants may register. Lengths are in bytes.
const (
	MaxTitle      = 120
	MaxText       = 2000
	MaxExternalID = 128
	MinDwell      = time.Minute
	MaxDwell      = 4 * time.Hour
	MaxBudget     = 1_000_000_000

	maxName = 120
)

// Validate returns an Invalid fault that names the wrong field and says what would be right, or nil.
func (m *Merchant) Validate() error {
	if err := id.Check("id", string(m.ID), id.PrefixMerchant); err != nil {
		return err
	}
	if err := checkText("externalId", m.ExternalID, 0, MaxExternalID); err != nil {
		return err
	}
	if err := checkText("name", m.Name, 1, maxName); err != nil {
		return err
	}
	return checkMode(m.Mode)
}

// Validate returns an Invalid fault that names the wrong field and says what would be right, or nil.
func (p *Place) Validate() error {
	if err := id.Check("id", string(p.ID), id.PrefixPlace); err != nil {
		return err
	}
	if err := checkText("externalId", p.ExternalID, 0, MaxExternalID); err != nil {
		return err
	}
	if p.Merchant != "" {
		if err := id.Check("merchant", string(p.Merchant), id.PrefixMerchant); err != nil {
			return err
		}
	}
	if err := checkText("name", p.Name, 1, maxName); err != nil {
		return err
	}
	if p.Category != "" {
		if err := CheckCategory("category", p.Category); err != nil {
			return err
		}
	}
	if err := checkText("brand", p.Brand, 0, maxName); err != nil {
		return err
	}
	if err := p.Point.Check("point"); err != nil {
		return err
	}
	if err := checkTier(p.PriceTier); err != nil {
		return err
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" {
			return fault.Field("zone", "must be an IANA time zone such as Europe/Berlin")
		}
	}
	return checkMode(p.Mode)
}

// Validate returns an Invalid fault that names the wrong field and says what would be right, or nil. There is no
// field by which an offer could aim at a mood: an unknown field is refused where the offer is decoded.
func (o *Offer) Validate() error {
	if err := id.Check("id", string(o.ID), id.PrefixOffer); err != nil {
		return err
	}
	if err := id.Check("merchant", string(o.Merchant), id.PrefixMerchant); err != nil {
		return err
	}
	if o.Place != "" {
		if err := id.Check("place", string(o.Place), id.PrefixPlace); err != nil {
			return err
		}
	}
	if err := o.checkWords(); err != nil {
		return err
	}
	if err := o.Reward.check(); err != nil {
		return err
	}
	if o.Reach.IsZero() {
		return fault.Field("reach", "must be a circle, a polygon or a corridor")
	}
	if err := o.checkTriggers(); err != nil {
		return err
	}
	if !o.Starts.IsZero() && !o.Ends.IsZero() && !o.Ends.After(o.Starts) {
		return fault.Field("ends", "must be after starts")
	}
	switch {
	case o.Budget.Total < 0 || o.Budget.Total > MaxBudget:
		return fault.Field("budget.total", "must be from 0 (no bound) to %d", MaxBudget)
	case o.Budget.PerUser < 0 || o.Budget.PerUser > MaxBudget:
		return fault.Field("budget.perUser", "must be from 0 (no bound) to %d", MaxBudget)
	case o.Budget.Total > 0 && o.Budget.PerUser > o.Budget.Total:
		return fault.Field("budget.perUser", "must be at most budget.total")
	case int(o.Status) >= len(statusNames):
		return fault.Field("status", "must be active or stopped")
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
	if err := checkText("text", o.Text, 0, MaxText); err != nil {
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

func (o *Offer) checkTriggers() error {
	switch known := FollowUp - 1; {
	case o.Triggers == 0:
		return fault.Field("triggers", "must name at least one: nearby, enter, exit, dwell, crossed, on_the_way, pull")
	case o.Triggers&^known != 0:
		return fault.Field("triggers", "must be a list of nearby, enter, exit, dwell, crossed, on_the_way, pull")
	case o.Triggers&Dwell != 0 && (o.Dwell < MinDwell || o.Dwell > MaxDwell):
		return fault.Field("dwell", "must be from %s to %s for the trigger dwell", MinDwell, MaxDwell)
	case o.Triggers&Dwell == 0 && o.Dwell != 0:
		return fault.Field("dwell", "must be left out without the trigger dwell")
	}
	return nil
}

func (r Reward) check() error {
	finite := r.Value-r.Value == 0
	switch {
	case int(r.Kind) >= len(rewardNames):
		return fault.Field("reward.kind", "must be one of none, percent, amount, two_for_one, free_item, points")
	case r.Kind == Percent && !(r.Value > 0 && r.Value <= 100):
		return fault.Field("reward.value", "must be above 0, to 100 percent")
	case r.Kind == Amount && !(r.Value > 0 && finite):
		return fault.Field("reward.value", "must be an amount above 0")
	case r.Kind == Points && !(r.Value > 0 && finite):
		return fault.Field("reward.value", "must be a number of points above 0")
	case (r.Kind == NoReward || r.Kind == TwoForOne || r.Kind == FreeItem) && r.Value != 0:
		return fault.Field("reward.value", "must be left out for the kind %s", r.Kind)
	case r.Kind == Amount && !IsCurrency(r.Currency):
		return fault.Field("reward.currency", "must be an ISO 4217 code such as EUR")
	case r.Kind != Amount && r.Currency != "":
		return fault.Field("reward.currency", "must be left out for the kind %s", r.Kind)
	}
	return nil
}

// IsCurrency reports whether s has the form of an ISO 4217 code, such as EUR.
func IsCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// checkText refuses text that is too short or too long, not UTF-8, or holds control characters but line breaks.
func checkText(field, s string, least, most int) error {
	switch {
	case len(strings.TrimSpace(s)) < least:
		return fault.Field(field, "must not be empty")
	case len(s) > most:
		return fault.Field(field, "must be at most %d bytes", most)
	case !utf8.ValidString(s):
		return fault.Field(field, "must be valid UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' {
			return fault.Field(field, "must not hold control characters")
		}
	}
	return nil
}

func checkTier(tier int) error {
	if tier < 0 || tier > 4 {
		return fault.Field("priceTier", "must be from 1 (cheap) to 4, or 0 if not known")
	}
	return nil
}

func checkMode(m Mode) error {
	if int(m) >= len(modeNames) {
		return fault.Field("mode", "must be live or test")
	}
	return nil
}
