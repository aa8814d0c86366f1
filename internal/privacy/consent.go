package privacy

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

// Purpose is one thing that a person may allow. Nothing is processed or stored for a purpose that was not granted.
type Purpose uint8

// The purposes. The text form is part of the protocol.
const (
	Location  Purpose = iota // fixes are taken and matched; only the last one is kept
	Mood                     // affects are taken and used at the person's level
	Purchases                // purchases, and visits told from stops, are remembered for affinity
	Push                     // offers may be sent unasked
	purposes
)

var purposeNames = [purposes]string{"location", "mood", "purchases", "push"}

// String returns the text form.
func (p Purpose) String() string { return purposeNames[p] }

// ParsePurpose reads the text form; the fault names field.
func ParsePurpose(field, s string) (Purpose, error) {
	for i, name := range purposeNames {
		if s == name {
			return Purpose(i), nil
		}
	}
	return 0, fault.Field(field, "must be one of location, mood, purchases, push")
}

// Consent is the record of one purpose: whether it is granted now, since when, and which policy text was shown.
// The zero value is "never asked", which counts as not granted.
type Consent struct {
	Granted bool      `json:"granted"`
	At      time.Time `json:"at,omitzero"`
	Policy  string    `json:"policy,omitzero"`
}

// Consents is what a person allows, one record per purpose. The zero value allows nothing.
type Consents struct {
	Records   [purposes]Consent `json:"records"`
	MoodLevel mood.Level        `json:"moodLevel"`
}

// Change is one switch moved. Level is read for Mood only; granting Mood with level Off means Quiet.
type Change struct {
	Purpose Purpose
	Granted bool
	Policy  string
	Level   mood.Level
	At      time.Time
}

const maxPolicy = 64

// Check refuses a grant without the version of the policy that the person saw.
func (c Change) Check() error {
	if c.Granted && c.Policy == "" {
		return fault.Field("policy", "must name the version of the text that the person saw")
	}
	if len(c.Policy) > maxPolicy {
		return fault.Field("policy", "must be at most %d bytes", maxPolicy)
	}
	return nil
}

// Apply returns the consents after the change.
func (c Consents) Apply(ch Change) Consents {
	c.Records[ch.Purpose] = Consent{Granted: ch.Granted, At: ch.At, Policy: ch.Policy}
	if ch.Purpose == Mood {
		c.MoodLevel = mood.Off
		if ch.Granted {
			c.MoodLevel = max(ch.Level, mood.Quiet)
		}
	}
	return c
}

// Allows reports whether the purpose is granted.
func (c *Consents) Allows(p Purpose) bool { return c.Records[p].Granted }

// Require returns a Forbidden fault that names the purpose unless it is granted.
func (c *Consents) Require(p Purpose) error {
	if c.Records[p].Granted {
		return nil
	}
	return fault.New(fault.Forbidden, fault.CodeConsent, "The person has not allowed this; ask for the consent first.").WithField(p.String())
}

// Granted returns the text forms of the purposes granted now, in a fixed order.
func (c *Consents) Granted() []string {
	out := make([]string, 0, purposes)
	for p := range purposes {
		if c.Records[p].Granted {
			out = append(out, p.String())
		}
	}
	return out
}

// Any reports whether anything is granted.
func (c *Consents) Any() bool { return len(c.Granted()) > 0 }
