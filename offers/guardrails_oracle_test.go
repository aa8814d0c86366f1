package offers_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// oracle is the guard rails written a second time, naively, from what guardrails.yaml says and from nothing of the
// matcher's. It is slow, keeps the whole past, and looks at one offer at a time.
type oracle struct {
	Sensitive map[string]struct {
		Categories []string
		Distress   float64
		PullOnly   bool `yaml:"pullOnly"`
	}
	Distress struct {
		Push, HoldMinutes, RememberHours float64
	}
	Vulnerable struct {
		Distress float64
		Days     int
	}
	Pressure struct {
		Valence, Distress, Discount, Amount float64
		PriceTier                           int `yaml:"priceTier"`
		EndsHours                           float64
		Words                               []string
	}
	Driving struct{ Speed float64 }
	Night   struct{ From, To int }
	Places  map[string]float64

	patterns map[string]*regexp.Regexp
	hurries  *regexp.Regexp
	known    map[string]kindOf  // by category
	hurried  map[string]bool    // by text
	metres   map[string]float64 // of places, by category
}

type kindOf struct {
	sensitive, pullOnly bool
	distress            float64
}

func readOracle(t testing.TB) *oracle {
	t.Helper()
	text, err := os.ReadFile("guardrails.yaml")
	must(t, err)
	text = []byte(strings.NewReplacer("holdMinutes", "holdminutes", "rememberHours", "rememberhours", "endsHours", "endshours").Replace(string(text)))
	o := &oracle{patterns: map[string]*regexp.Regexp{}, known: map[string]kindOf{}, hurried: map[string]bool{}, metres: map[string]float64{}}
	must(t, yaml.UnmarshalWithOptions(text, o, yaml.Strict()))
	for name, s := range o.Sensitive {
		o.patterns[name] = anywhere(s.Categories...)
	}
	for name := range o.Places {
		o.patterns["place "+name] = anywhere(name)
	}
	quoted := make([]string, len(o.Pressure.Words))
	for i, w := range o.Pressure.Words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	o.hurries = regexp.MustCompile(`(?i)(?:^|[^\p{L}\p{Nd}])(?:` + strings.Join(quoted, "|") + `)`)
	return o
}

// anywhere matches a category in which one of the words stands, in the singular or the plural.
func anywhere(words ...string) *regexp.Regexp {
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return regexp.MustCompile(`(?:^|[._])(?:` + strings.Join(words, "|") + `)s?(?:$|[._])`)
}

func (o *oracle) kind(category string) kindOf {
	if k, ok := o.known[category]; ok {
		return k
	}
	k := kindOf{distress: 2}
	for name, s := range o.Sensitive {
		if o.patterns[name].MatchString(category) {
			k.sensitive, k.pullOnly, k.distress = true, k.pullOnly || s.PullOnly, min(k.distress, s.Distress)
		}
	}
	o.known[category] = k
	return k
}

// of is what an offer at a place is, by the stricter of both.
func (o *oracle) of(offer *offers.Offer, place *offers.Place) kindOf {
	k := o.kind(offer.Category)
	if place != nil {
		at := o.kind(place.Category)
		k = kindOf{k.sensitive || at.sensitive, k.pullOnly || at.pullOnly, min(k.distress, at.distress)}
	}
	return k
}

func (o *oracle) keepsAway(category string) float64 {
	if m, ok := o.metres[category]; ok {
		return m
	}
	metres := 0.0
	for name, m := range o.Places {
		if o.patterns["place "+name].MatchString(category) {
			metres = max(metres, m)
		}
	}
	o.metres[category] = metres
	return metres
}

// discount is how deep a reward cuts, in percent as the rails count it.
func (o *oracle) deep(r offers.Reward) bool {
	switch r.Kind {
	case offers.Percent:
		return r.Value >= o.Pressure.Discount
	case offers.Amount:
		return r.Value >= o.Pressure.Amount
	case offers.TwoForOne:
		return 50 >= o.Pressure.Discount
	case offers.FreeItem:
		return 100 >= o.Pressure.Discount
	}
	return false
}

func tierOf(offer *offers.Offer, place *offers.Place) int {
	if place != nil {
		return max(offer.PriceTier, place.PriceTier)
	}
	return offer.PriceTier
}

func (o *oracle) urgent(offer *offers.Offer, now time.Time) bool {
	if !offer.Ends.IsZero() && offer.Ends.Sub(now).Hours() <= o.Pressure.EndsHours {
		return true
	}
	texts := []string{offer.Title, offer.Text, offer.Terms}
	for _, t := range offer.Texts {
		texts = append(texts, t.Title, t.Text, t.Terms)
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		hit, ok := o.hurried[text]
		if !ok {
			hit = o.hurries.MatchString(text)
			o.hurried[text] = hit
		}
		return hit
	})
}

func (o *oracle) presses(offer *offers.Offer, place *offers.Place, now time.Time) bool {
	return offer.Sponsored != "" || tierOf(offer, place) >= o.Pressure.PriceTier || o.deep(offer.Reward) || o.urgent(offer, now)
}

// condition is what the rails say of a person at a moment.
type condition struct {
	distress                         float64
	soft, vulnerable, night, driving bool
	near, border                     bool // to a place that keeps offers away; so near to its border that both are right
}

// felt is a mood that the rails were told of.
type felt struct {
	at       time.Time
	estimate mood.Estimate
}

func (o *oracle) condition(w *someWorld, past []felt, m *offers.Moment) (c condition) {
	if m.MoodLevel != mood.Off {
		known := m.Mood.Confidence >= 0.35
		c.distress = max(m.Mood.Distress, o.memory(past, m.Now, known))
		c.vulnerable = o.badDays(past, m.Now) >= o.Vulnerable.Days
		c.soft = c.vulnerable || c.distress >= o.Pressure.Distress || known && m.Mood.Valence < o.Pressure.Valence
	}
	local := m.Now.UTC()
	if m.Zone != nil {
		local = m.Now.In(m.Zone)
	}
	for h := o.Night.From; h != o.Night.To; h = (h + 1) % 24 {
		c.night = c.night || local.Hour() == h
	}
	c.driving = m.Step.Speed >= o.Driving.Speed
	for _, p := range w.places {
		if away := o.keepsAway(p.Category); away > 0 {
			d := geo.Distance(m.Point, p.Point)
			c.near = c.near || d <= away
			c.border = c.border || d > away-1 && d < away+1
		}
	}
	return c
}

// memory is the distress that is remembered: the last known one, but a lower one takes the place of a higher one only
// when that is old enough.
func (o *oracle) memory(past []felt, now time.Time, known bool) float64 {
	var last felt
	for _, f := range past {
		held := f.at.Sub(last.at).Minutes() < o.Distress.HoldMinutes && f.estimate.Distress < last.estimate.Distress
		if f.estimate.Confidence >= 0.35 && !held {
			last = f
		}
	}
	age := now.Sub(last.at)
	if last.at.IsZero() || age.Minutes() >= o.Distress.HoldMinutes && (known || age.Hours() >= o.Distress.RememberHours) {
		return 0
	}
	return last.estimate.Distress
}

// badDays counts the days, of the week that ends today, with such a distress, known or not.
func (o *oracle) badDays(past []felt, now time.Time) int {
	days := map[string]bool{}
	for _, f := range past {
		if f.estimate.Distress >= o.Vulnerable.Distress && f.at.After(now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -6).Add(-1)) {
			days[f.at.UTC().Format(time.DateOnly)] = true
		}
	}
	return len(days)
}

// always is the code of the rail that holds an offer back whatever the mood, or "".
func (o *oracle) always(k kindOf, minor bool, m *offers.Moment, c *condition) string {
	switch {
	case k.sensitive && minor:
		return offers.CodeGuardMinor
	case m.Pull:
		return ""
	case k.pullOnly:
		return offers.CodeGuardCategory
	case c.driving:
		return offers.CodeGuardDriving
	case c.night:
		return offers.CodeGuardNight
	case c.near:
		return offers.CodeGuardPlace
	}
	return ""
}

// feel is the code of the rail by which mood holds an offer back, or "".
func (o *oracle) feel(k kindOf, presses bool, m *offers.Moment, c *condition) string {
	switch {
	case k.sensitive && c.distress >= k.distress:
		return offers.CodeGuardMood
	case m.Pull:
		return ""
	case c.distress >= o.Distress.Push:
		return offers.CodeGuardDistress
	case c.vulnerable:
		return offers.CodeGuardVulnerable
	case c.soft && presses:
		return offers.CodeGuardPressure
	}
	return ""
}
