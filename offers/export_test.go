package offers

import (
	"errors"
	"strings"

	"github.com/flaneur-io/flaneur/internal/id"
)

// ScoreWithout returns what the match's score would be without its n-th strongest reason.
func ScoreWithout(m *Match, n int) float64 {
	nth := m.Reasons(nil)[n]
	sum := float32(bias)
	for t := range m.terms {
		if code, _ := m.reason(term(t)); code != nth.Code {
			sum += m.terms[t]
		}
	}
	return squash(sum)
}

// Named returns what the terms that have a name differ by between two matches, and what their scores do, both in log-odds.
func Named(m, other *Match) (named, of float64) {
	for t := range m.terms {
		if term(t) != termPressure {
			named += float64(m.terms[t] - other.terms[t])
		}
	}
	return named, logit(m.Score) - logit(other.Score)
}

// HeldOut reports whether the lot falls on a person for an offer with such a hold-out.
func HeldOut(offer id.Offer, percent int, lot uint64) bool {
	return newEntry(&Offer{ID: offer, Holdout: percent}, nil).heldOut(lot) == CodeHoldout
}

// Loosened returns the embedded rules with one text in them replaced by another, which no override may do.
func Loosened(old, replacement string) (*Guardrails, error) {
	text := strings.Replace(string(embeddedRails), old, replacement, 1)
	if text == string(embeddedRails) {
		return nil, errors.New("guardrails.yaml does not say " + old)
	}
	r, err := parseRules([]byte(text))
	if err != nil {
		return nil, err
	}
	return compile(r), nil
}
