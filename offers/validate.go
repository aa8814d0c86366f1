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
	MaxURL        = 2000
	MaxSKU        = 64
	MaxItems      = 50   // of an offer
	MaxPlaces     = 1000 // that an offer names
	MinDwell      = time.Minute
	MaxDwell      = 4 * time.Hour
	MaxDetour     = 60      // minutes
	MaxCooldown   = 1440    // minutes: a day, after which nobody remembers where somebody was
	MaxHoldout    = 50      // percent
	MaxHold       = 10_080  // minutes: a week
	MaxOffline    = 168     // hours: a week
	MaxDelay      = 129_600 // minutes from a redemption to a follow-up: 90 days
	MaxFollowDays = 365
	MaxFollowUps  = 8
	MaxPartners   = 50 // merchants whose offers one may follow
	MaxBudget     = 1_000_000_000
	MaxMoney      = 10_000_000 // of any currency
	MaxLimits     = 16
	MaxTiers      = 10
	MaxCustomer   = 3650 // days

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
	if err := checkLimits("limits", m.Limits, PerMerchant, PerPerson); err != nil {
		return err
	}
	if m.Program != nil {
		if err := m.Program.check(); err != nil {
			return err
		}
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
	if err := checkHours(p.Hours); err != nil {
		return err
	}
	return checkMode(p.Mode)
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

// checkText refuses one line of text that is too short or too long, not UTF-8, or holds control characters.
func checkText(field, s string, least, most int) error {
	if strings.Contains(s, "\n") {
		return fault.Field(field, "must not hold line breaks")
	}
	return checkProse(field, s, least, most)
}

// checkProse is checkText for what may have several lines.
func checkProse(field, s string, least, most int) error {
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
