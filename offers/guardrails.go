package offers

import (
	"bytes"
	_ "embed"
	"errors"
	"io"
	"maps"
	"math/bits"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

//go:embed guardrails.yaml
var embeddedRails []byte

// Guardrails are the rules that no score, budget or setting gets around: see guardrails.yaml. They are immutable and
// safe for concurrent use.
type Guardrails struct {
	rules    rules
	verdicts map[string]verdict  // by category
	rulings  map[verdict]*ruling // all that there may be
}

// rules is the YAML form. In an override, what is left out stays as it is.
type rules struct {
	Sensitive  map[string]sensitiveRule `yaml:"sensitive"`
	Distress   distressRule             `yaml:"distress"`
	Vulnerable vulnerableRule           `yaml:"vulnerable"`
	Driving    drivingRule              `yaml:"driving"`
	Night      *nightRule               `yaml:"night"`
	Places     map[string]float64       `yaml:"places"`
}

type sensitiveRule struct {
	Categories []string `yaml:"categories"`
	Distress   *float64 `yaml:"distress"`
	PullOnly   *bool    `yaml:"pullOnly"`
}

type distressRule struct {
	Push          *float64 `yaml:"push"`
	RememberHours *float64 `yaml:"rememberHours"`
}

type vulnerableRule struct {
	Days *int `yaml:"days"`
}

type drivingRule struct {
	Speed *float64 `yaml:"speed"`
}

type nightRule struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

// DefaultGuardrails returns the embedded rules.
func DefaultGuardrails() (*Guardrails, error) {
	r, err := parseRules(embeddedRails)
	if err != nil {
		return nil, err
	}
	return compile(r), nil
}

// Stricter returns the rules made stricter by an override, YAML in the form of guardrails.yaml. Anything in it that
// is looser than the rules is refused by a fault that names the key.
func (g *Guardrails) Stricter(override []byte) (*Guardrails, error) {
	o, err := parseRules(override)
	if err != nil {
		return nil, err
	}
	merged, err := g.rules.stricter(&o)
	if err != nil {
		return nil, err
	}
	return compile(merged), nil
}

func parseRules(text []byte) (rules, error) {
	var r rules
	dec := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := dec.Decode(&r); err != nil && !errors.Is(err, io.EOF) {
		return rules{}, fault.New(fault.Invalid, fault.CodeMalformed, "must be YAML in the form of guardrails.yaml").WithField("guardrails").Wrap(err)
	}
	return r, r.check()
}

// check refuses what has no meaning.
func (r *rules) check() error {
	for _, name := range slices.Sorted(maps.Keys(r.Sensitive)) {
		s, field := r.Sensitive[name], "sensitive."+name
		for i, c := range s.Categories {
			if err := CheckCategory(path(field+".categories", i), c); err != nil {
				return err
			}
		}
		if s.Distress != nil && !(*s.Distress > 0 && *s.Distress <= 1) {
			return fault.Field(field+".distress", "must be above 0, to 1")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Places)) {
		if err := CheckCategory("places."+name, name); err != nil {
			return err
		}
		if m := r.Places[name]; !(m > 0 && m <= MaxPlaceDistance) {
			return fault.Field("places."+name, "must be above 0, to %d metres", MaxPlaceDistance)
		}
	}
	switch d, n := &r.Distress, r.Night; {
	case d.Push != nil && !(*d.Push > 0 && *d.Push <= 1):
		return fault.Field("distress.push", "must be above 0, to 1")
	case d.RememberHours != nil && !(*d.RememberHours >= 0 && *d.RememberHours <= 24):
		return fault.Field("distress.rememberHours", "must be from 0 to 24: a mood is not kept longer")
	case r.Vulnerable.Days != nil && (*r.Vulnerable.Days < 1 || *r.Vulnerable.Days > 7):
		return fault.Field("vulnerable.days", "must be from 1 to 7")
	case r.Driving.Speed != nil && !(*r.Driving.Speed > 0 && *r.Driving.Speed <= 100):
		return fault.Field("driving.speed", "must be above 0, to 100 m/s")
	case n != nil && (n.From < 0 || n.From > 23 || n.To < 0 || n.To > 23 || n.From == n.To):
		return fault.Field("night", "must go from one hour to another, each 0 to 23")
	}
	return nil
}

// lastMood is the trace of mood that the rails need: the last known distress, for some hours, and on which of the
// last seven days (by UTC) there was distress. It is the person's; nobody else ever sees it.
type lastMood struct {
	Distress float64 `json:"d,omitzero"`
	At       int64   `json:"t,omitzero"`    // Unix seconds
	Day      int64   `json:"day,omitzero"`  // days since 1970 of the lowest bit of Days
	Days     uint8   `json:"days,omitzero"` // bit i: distress i days before Day
}

func (l lastMood) check() error {
	if !(l.Distress >= 0 && l.Distress <= 1) {
		return fault.Field("mood.d", "must be from 0 to 1")
	}
	return nil
}

// distress returns the last known distress while it counts, and 0 afterwards.
func (l *lastMood) distress(now int64, g *Guardrails) float64 {
	if l.At == 0 || now-l.At >= int64(*g.rules.Distress.RememberHours*3600) {
		return 0
	}
	return l.Distress
}

// on returns the days of distress of the week that ends with day.
func (l *lastMood) on(day int64) uint8 {
	if gone := day - l.Day; gone >= 0 && gone < 7 {
		return l.Days << gone & 0x7f
	}
	return 0
}

// ObserveMood keeps what the rails need of the present estimate, and drops what no longer counts. Call it, if the
// person allows the use of mood, whenever the estimate is read, such as at every fix: the last known distress is then
// that of the moment before the mood became unknown. An unknown estimate replaces no known one, but marks its day.
func (p *Person) ObserveMood(at time.Time, e mood.Estimate, g *Guardrails) {
	l, now := &p.lastMood, at.Unix()
	if now < l.At {
		return
	}
	switch {
	case e.Known():
		l.Distress, l.At = e.Distress, now
	case l.distress(now, g) == 0:
		l.Distress, l.At = 0, 0
	}
	day := now / 86400
	days := l.on(day)
	if e.Distress >= *g.rules.Distress.Push {
		days |= 1
	}
	if l.Day, l.Days = day, days; days == 0 {
		l.Day = 0
	}
}

// ForgetMood drops all that came from mood: for a withdrawn consent.
func (p *Person) ForgetMood() { p.lastMood = lastMood{} }

// state is what the rails know of a person at a moment.
type state struct {
	distress   float64 // 0 if nothing is known
	vulnerable bool
	night      bool
	driving    bool
}

func (g *Guardrails) state(p *Person, m *Moment) (s state) {
	now := m.Now.Unix()
	if m.MoodLevel != mood.Off {
		s.distress = max(m.Mood.Distress, p.lastMood.distress(now, g))
		s.vulnerable = bits.OnesCount8(p.lastMood.on(now/86400)) >= *g.rules.Vulnerable.Days
	}
	s.night = g.rules.Night.holds(m.local().Hour())
	s.driving = m.Step.Speed >= *g.rules.Driving.Speed
	return s
}

// mayHelp reports whether a mood may speak for an offer: the person allows it and is not in distress.
func (g *Guardrails) mayHelp(p *Person, m *Moment, s *state) bool {
	return m.MoodLevel == mood.Help && !p.Minor && !s.vulnerable && s.distress < *g.rules.Distress.Push
}

func (n *nightRule) holds(hour int) bool {
	if n.From < n.To {
		return hour >= n.From && hour < n.To
	}
	return hour >= n.From || hour < n.To
}

// hours returns the set of hours as bits.
func (n *nightRule) hours() (set uint32) {
	for h := range 24 {
		if n.holds(h) {
			set |= 1 << h
		}
	}
	return set
}

// refuse returns the code of the rail that holds an offer back, or "". Rails that need the neighbourhood are left
// to AtSensitivePlace.
func (g *Guardrails) refuse(e *entry, p *Person, m *Moment, s *state) string {
	if r := g.ruling(e); r.sensitive() {
		switch {
		case p.Minor:
			return CodeGuardMinor
		case s.distress >= r.distress:
			return CodeGuardMood
		case r.pullOnly && !m.Pull:
			return CodeGuardCategory
		}
	}
	if m.Pull {
		return ""
	}
	switch {
	case s.distress >= *g.rules.Distress.Push:
		return CodeGuardDistress
	case s.vulnerable:
		return CodeGuardVulnerable
	case s.driving:
		return CodeGuardDriving
	case s.night:
		return CodeGuardNight
	}
	return ""
}
