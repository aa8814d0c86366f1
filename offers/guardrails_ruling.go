package offers

import (
	"math"
	"strings"
)

// verdict is what the rails hold against a category.
type verdict struct {
	distress float64 // held back from it on; above 1: not sensitive
	metres   float64 // nothing is pushed so near to a place of this category
	pullOnly bool
	presses  bool // whatever the time
}

// ruling is the verdict on an offer or a place by certain rails. All equal ones are the same.
type ruling struct {
	rails *Guardrails
	verdict
}

// Constant: nothing is held against it.
var harmless = verdict{distress: math.Inf(1)}

func (v verdict) sensitive() bool { return v.distress <= 1 }

func (v verdict) strictest(w verdict) verdict {
	return verdict{min(v.distress, w.distress), max(v.metres, w.metres), v.pullOnly || w.pullOnly, v.presses || w.presses}
}

func compile(r rules) *Guardrails {
	g := &Guardrails{rules: r, verdicts: map[string]verdict{}, rulings: map[verdict]*ruling{}, hurries: byFirst(r.Pressure.Words)}
	hold := func(category string, v verdict) {
		have, found := g.verdicts[category]
		if !found {
			have = harmless
		}
		g.verdicts[category] = have.strictest(v)
	}
	possible := func(v verdict) {
		for _, v.presses = range []bool{false, true} {
			g.rulings[v] = &ruling{g, v}
		}
	}
	possible(harmless)
	for _, s := range r.Sensitive {
		v := verdict{distress: or(s.Distress, 1), pullOnly: or(s.PullOnly, false)}
		for _, category := range s.Categories {
			hold(category, v)
		}
		possible(verdict{distress: v.distress})
		possible(verdict{distress: v.distress, pullOnly: true})
	}
	for category, metres := range r.Places {
		v := harmless
		v.metres = metres
		hold(category, v)
		possible(v)
	}
	return g
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// ruling returns what the rails hold against an offer, for its category or its place's, or against a place. It is
// worked out once and then kept by the entry.
func (g *Guardrails) ruling(e *entry) *ruling {
	if r := e.ruling.Load(); r != nil && r.rails == g {
		return r
	}
	v := harmless
	if e.place != nil {
		v = g.of(e.place.Category)
	}
	if e.offer == nil {
		v = verdict{distress: harmless.distress, metres: v.metres}
	} else {
		v = v.strictest(g.of(e.offer.Category))
		v.metres, v.presses = 0, g.presses(e.offer) || g.dear(e.place)
	}
	r := g.rulings[v]
	e.ruling.Store(r)
	return r
}

// verdict returns what the rails hold against an offer that is redeemed at a place. One of several places counts by
// itself; if nobody says at which, the strictest.
func (g *Guardrails) verdict(e *entry, place *Place) verdict {
	v := g.ruling(e).verdict
	if e.several == nil {
		return v
	}
	add := func(p *Place) {
		v = v.strictest(g.of(p.Category))
		v.presses = v.presses || g.dear(p)
	}
	if place != nil {
		add(place)
		return v
	}
	for _, s := range e.several.stores.all() {
		add(s.place)
	}
	return v
}

// of returns the strictest verdict on any word, or sequence of words, of a category; dots and underscores part words.
// The plural in -s is the same word.
func (g *Guardrails) of(category string) verdict {
	v := harmless
	for from := 0; from < len(category); from = wordEnd(category, from) + 1 {
		for to := from - 1; to < len(category); {
			to = wordEnd(category, to+1)
			words := category[from:to]
			if w, ok := g.verdicts[words]; ok {
				v = v.strictest(w)
			} else if w, ok := g.verdicts[strings.TrimSuffix(words, "s")]; ok {
				v = v.strictest(w)
			}
		}
	}
	return v
}

// wordEnd returns where the word at from ends.
func wordEnd(category string, from int) int {
	if i := strings.IndexAny(category[from:], "._"); i >= 0 {
		return from + i
	}
	return len(category)
}

// Sensitive reports whether a category is sensitive: never promoted by mood, never for minors.
func (g *Guardrails) Sensitive(category string) bool { return g.of(category).sensitive() }
