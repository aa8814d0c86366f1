package privacy

import (
	"maps"
	"slices"
	"strconv"
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
	// Sources are the switches of the sources of mood; they count while Mood is granted. They are never changed in place.
	Sources map[mood.Source]Consent `json:"sources,omitempty"`
}

// Change is one switch moved. Level and Sources are read for Mood only.
type Change struct {
	Purpose Purpose
	Granted bool
	Policy  string // version of the text that was shown; where sources are named, NoticeVersion
	Level   mood.Level
	At      time.Time
	// Sources that the switch is about. A grant that names none leaves them as they are; a first one is about the
	// person's own reports alone, and quiet. A withdrawal that names none, or the last one, is about mood as a whole.
	Sources []mood.Source
}

const maxPolicy = 64

// Check refuses a grant without the version of the text that the person saw.
func (c Change) Check() error {
	switch {
	case c.Granted && c.Policy == "":
		return fault.Field("policy", "must name the version of the text that the person saw")
	case len(c.Policy) > maxPolicy:
		return fault.Field("policy", "must be at most %d bytes", maxPolicy)
	case len(c.Sources) == 0:
		return nil
	case c.Purpose != Mood:
		return fault.Field("sources", "must be absent: only mood has sources")
	case len(c.Sources) > len(sources) || slices.ContainsFunc(c.Sources, func(s mood.Source) bool { return !slices.Contains(sources[:], s) }):
		return fault.Field("sources", "must be some of self, wearable, face, voice, typing")
	case c.Granted && c.Policy != NoticeVersion:
		return fault.New(fault.Invalid, fault.CodeNotice,
			"must be %q, the version of the notices in force: show them (GET /v1/notices), then ask again", NoticeVersion).WithField("policy")
	}
	return nil
}

// Constant table: the sources of mood, strongest first.
var sources = [...]mood.Source{mood.SelfReport, mood.Wearable, mood.Face, mood.Voice, mood.Typing}

// ParseSources reads the names of sources of mood; the fault names field[i].
func ParseSources(field string, names []string) ([]mood.Source, error) {
	var out []mood.Source
	for i, name := range names {
		s, err := mood.ParseSource(name)
		if err != nil {
			return nil, fault.From(err).WithField(field + "[" + strconv.Itoa(i) + "]")
		}
		out = append(out, s)
	}
	return out, nil
}

// Apply returns the consents after the change. What is granted already, under the same text, has been so since then.
func (c Consents) Apply(ch Change) Consents {
	if ch.Purpose == Mood {
		return c.applyMood(ch)
	}
	c.Records[ch.Purpose] = Consent{Granted: ch.Granted, At: ch.At, Policy: ch.Policy}
	return c
}

func (c Consents) applyMood(ch Change) Consents {
	was, named := c.Records[Mood].Granted, ch.Sources
	switch {
	case len(named) > 0:
	case !ch.Granted:
		named = sources[:]
	case !was:
		named = sources[:1]
	}
	moved := make(map[mood.Source]Consent, len(sources))
	for _, s := range sources {
		is := c.Source(s)
		if slices.Contains(named, s) && (ch.Granted && is.Policy != ch.Policy || ch.Granted != is.Granted) {
			is = Consent{Granted: ch.Granted, At: ch.At, Policy: ch.Policy}
		}
		if is != (Consent{}) {
			moved[s] = is
		}
	}
	c.Sources = moved
	switch left := slices.ContainsFunc(sources[:], func(s mood.Source) bool { return moved[s].Granted }); {
	case !left && (was || len(ch.Sources) == 0):
		c.Records[Mood], c.MoodLevel = Consent{At: ch.At, Policy: ch.Policy}, mood.Off
	case left && ch.Granted:
		if !was || len(ch.Sources) == 0 {
			c.Records[Mood] = Consent{Granted: true, At: ch.At, Policy: ch.Policy}
		}
		if ch.Level != mood.Off {
			c.MoodLevel = ch.Level
		}
		c.MoodLevel = max(c.MoodLevel, mood.Quiet)
	}
	return c
}

// Source returns the switch of one source of mood. Who allowed mood before there were such switches allowed their own
// reports.
func (c *Consents) Source(s mood.Source) Consent {
	if c.Sources == nil && s == mood.SelfReport && c.Records[Mood].Granted {
		return c.Records[Mood]
	}
	return c.Sources[s]
}

// Allows reports whether the purpose is granted.
func (c *Consents) Allows(p Purpose) bool { return c.Records[p].Granted }

// Require returns a Forbidden fault that names the purpose unless it is granted.
func (c *Consents) Require(p Purpose) error {
	if c.Records[p].Granted {
		return nil
	}
	return required(p.String())
}

// RequireSource returns a Forbidden fault that names mood, or the source as in mood.wearable, unless both are granted.
func (c *Consents) RequireSource(s mood.Source) error {
	if err := c.Require(Mood); err != nil || c.Source(s).Granted {
		return err
	}
	return required(Mood.String() + "." + s.String())
}

func required(field string) error {
	return fault.New(fault.Forbidden, fault.CodeConsent, "The person has not allowed this; ask for the consent first.").WithField(field)
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

// GrantedSources returns the sources of mood granted now, in a fixed order.
func (c *Consents) GrantedSources() []mood.Source {
	var out []mood.Source
	for _, s := range sources {
		if c.Allows(Mood) && c.Source(s).Granted {
			out = append(out, s)
		}
	}
	return out
}

// SourceRecords returns the switches of the sources of mood that were ever moved.
func (c *Consents) SourceRecords() map[mood.Source]Consent {
	out := make(map[mood.Source]Consent, len(sources))
	for _, s := range sources {
		if r := c.Source(s); r != (Consent{}) {
			out[s] = r
		}
	}
	return out
}

// Changes reports whether a change would move anything: a grant of what holds already does not. A withdrawal always
// does: the one before may have failed half way.
func (c Consents) Changes(ch Change) bool {
	after := c.Apply(ch)
	was, is := c.Records[ch.Purpose], after.Records[ch.Purpose]
	return !ch.Granted || !was.Granted || was.Policy != is.Policy || c.MoodLevel != after.MoodLevel ||
		ch.Purpose == Mood && !maps.Equal(c.SourceRecords(), after.SourceRecords())
}

// Any reports whether anything is granted.
func (c *Consents) Any() bool { return len(c.Granted()) > 0 }
