package offers

import (
	"bytes"
	_ "embed"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/flaneur-io/flaneur/internal/fault"
)

//go:embed guardrails.yaml
var embeddedRails []byte

// Guardrails are the rules that no score, budget or setting gets around: see guardrails.yaml. They are immutable and
// safe for concurrent use.
type Guardrails struct {
	rules    rules
	verdicts map[string]verdict  // by category
	rulings  map[verdict]*ruling // all that there may be
	hurries  map[rune][]string   // pressure.words by their first letter
}

// rules is the YAML form. In an override, what is left out stays as it is.
type rules struct {
	Sensitive  map[string]sensitiveRule `yaml:"sensitive"`
	Distress   distressRule             `yaml:"distress"`
	Vulnerable vulnerableRule           `yaml:"vulnerable"`
	Pressure   pressureRule             `yaml:"pressure"`
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
	HoldMinutes   *float64 `yaml:"holdMinutes"`
	RememberHours *float64 `yaml:"rememberHours"`
}

type vulnerableRule struct {
	Distress *float64 `yaml:"distress"`
	Days     *int     `yaml:"days"`
}

type pressureRule struct {
	Valence   *float64 `yaml:"valence"`
	Distress  *float64 `yaml:"distress"`
	Discount  *float64 `yaml:"discount"`
	Amount    *float64 `yaml:"amount"`
	PriceTier *int     `yaml:"priceTier"`
	EndsHours *float64 `yaml:"endsHours"`
	Words     []string `yaml:"words"`
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
	case d.HoldMinutes != nil && !(*d.HoldMinutes >= 0 && *d.HoldMinutes <= 24*60):
		return fault.Field("distress.holdMinutes", "must be from 0 to 1440")
	case r.Vulnerable.Distress != nil && !(*r.Vulnerable.Distress > 0 && *r.Vulnerable.Distress <= 1):
		return fault.Field("vulnerable.distress", "must be above 0, to 1")
	case r.Vulnerable.Days != nil && (*r.Vulnerable.Days < 1 || *r.Vulnerable.Days > 7):
		return fault.Field("vulnerable.days", "must be from 1 to 7")
	case r.Driving.Speed != nil && !(*r.Driving.Speed > 0 && *r.Driving.Speed <= 100):
		return fault.Field("driving.speed", "must be above 0, to 100 m/s")
	case n != nil && (n.From < 0 || n.From > 23 || n.To < 0 || n.To > 23 || n.From == n.To):
		return fault.Field("night", "must go from one hour to another, each 0 to 23")
	}
	return r.Pressure.check()
}

func (n *nightRule) holds(hour int) bool {
	if n.From < n.To {
		return hour >= n.From && hour < n.To
	}
	return hour >= n.From || hour < n.To
}

// ends returns when a night ends that holds at t, by t's clock; give or take the hour when clocks are changed.
func (n *nightRule) ends(t time.Time) time.Time {
	end := time.Date(t.Year(), t.Month(), t.Day(), n.To, 0, 0, 0, t.Location())
	if !end.After(t) {
		end = time.Date(t.Year(), t.Month(), t.Day()+1, n.To, 0, 0, 0, t.Location())
	}
	return end
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
// to AtSensitivePlace, those that go by mood to feel.
func (g *Guardrails) refuse(v *verdict, p *Person, m *Moment, s *state) string {
	if v.sensitive() {
		switch {
		case p.Minor:
			return CodeGuardMinor
		case v.pullOnly && !m.Pull:
			return CodeGuardCategory
		}
	}
	switch {
	case m.Pull:
		return ""
	case s.driving:
		return CodeGuardDriving
	case s.night:
		return CodeGuardNight
	}
	return ""
}
