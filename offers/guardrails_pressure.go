package offers

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	minHurry = 3 // letters of a word that hurries
	maxHurry = 64
)

func (r *pressureRule) check() error {
	for i, w := range r.Words {
		if n := utf8.RuneCountInString(w); n < minHurry || n > maxHurry || strings.TrimSpace(w) != w {
			return fault.Field(path("pressure.words", i), "must be %d to %d letters without space around them", minHurry, maxHurry)
		}
	}
	for _, f := range []struct {
		name      string
		v         *float64
		low, high float64
	}{
		{"valence", r.Valence, -1, 1},
		{"distress", r.Distress, 0, 1},
		{"discount", r.Discount, 0, 100},
		{"amount", r.Amount, 0, 1e6},
		{"endsHours", r.EndsHours, 0, 24 * 365},
	} {
		if f.v != nil && !(*f.v >= f.low && *f.v <= f.high) {
			return fault.Field("pressure."+f.name, "must be from %g to %g", f.low, f.high)
		}
	}
	if r.PriceTier != nil && (*r.PriceTier < 1 || *r.PriceTier > 4) {
		return fault.Field("pressure.priceTier", "must be from 1 to 4")
	}
	return nil
}

// tighten makes r, a copy of base, stricter by an override.
func (r *pressureRule) tighten(base, o *pressureRule) error {
	for _, w := range o.Words {
		if !slices.Contains(r.Words, w) {
			r.Words = append(slices.Clip(r.Words), w)
		}
	}
	return cmp.Or(
		tighten("pressure.valence", &r.Valence, base.Valence, o.Valence, 1),
		tighten("pressure.distress", &r.Distress, base.Distress, o.Distress, -1),
		tighten("pressure.discount", &r.Discount, base.Discount, o.Discount, -1),
		tighten("pressure.amount", &r.Amount, base.Amount, o.Amount, -1),
		tighten("pressure.priceTier", &r.PriceTier, base.PriceTier, o.PriceTier, -1),
		tighten("pressure.endsHours", &r.EndsHours, base.EndsHours, o.EndsHours, 1),
	)
}

// pressing reports whether a match presses at a moment.
func (g *Guardrails) pressing(match *Match, e *entry, m *Moment) bool {
	ends := time.Duration(*g.rules.Pressure.EndsHours * float64(time.Hour))
	return match.verdict.presses || e.ends-m.Now.UnixNano() <= int64(ends)
}

// dear reports whether a place has a price tier that presses.
func (g *Guardrails) dear(p *Place) bool {
	return p != nil && p.PriceTier >= *g.rules.Pressure.PriceTier
}

// presses reports whether an offer presses whatever the time and the place.
func (g *Guardrails) presses(o *Offer) bool {
	rule := &g.rules.Pressure
	if o.Sponsored != "" || o.PriceTier >= *rule.PriceTier || g.hurry(o.Title) || g.hurry(o.Text) || g.hurry(o.Terms) {
		return true
	}
	for _, t := range o.Texts {
		if g.hurry(t.Title) || g.hurry(t.Text) || g.hurry(t.Terms) {
			return true
		}
	}
	switch r := o.Reward; r.Kind {
	case Percent:
		return r.Value >= *rule.Discount
	case Amount:
		return r.Value >= *rule.Amount
	case TwoForOne:
		return *rule.Discount <= 50
	case FreeItem:
		return true
	default:
		return false
	}
}

// hurry reports whether a text holds a word that hurries. It allocates nothing.
func (g *Guardrails) hurry(text string) bool {
	inWord := false
	for i, r := range text {
		began := !inWord
		if inWord = unicode.IsLetter(r) || unicode.IsDigit(r); !inWord || !began {
			continue
		}
		for _, w := range g.hurries[unicode.ToLower(r)] {
			if begins(text[i:], w) {
				return true
			}
		}
	}
	return false
}

// begins reports whether a text begins with a word, in whatever case. A space in the word stands for any run of spaces and
// dashes: a space that does not break, or a hyphen, must not get a word past the rails.
func begins(text, word string) bool {
	for _, r := range word {
		c, n := utf8.DecodeRuneInString(text)
		switch {
		case n == 0:
			return false
		case r != ' ':
			if unicode.ToLower(c) != unicode.ToLower(r) {
				return false
			}
			text = text[n:]
		default:
			rest := strings.TrimLeftFunc(text, between)
			if len(rest) == len(text) {
				return false
			}
			text = rest
		}
	}
	return true
}

func between(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) }

func byFirst(words []string) map[rune][]string {
	m := make(map[rune][]string)
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		first = unicode.ToLower(first)
		m[first] = append(m[first], w)
	}
	return m
}
