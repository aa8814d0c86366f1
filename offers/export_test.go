package offers

import "github.com/flaneur-io/flaneur/internal/id"

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

// HeldOut reports whether the lot falls on a person for an offer with such a hold-out.
func HeldOut(offer id.Offer, percent int, lot uint64) bool {
	return newEntry(&Offer{ID: offer, Holdout: percent}, nil).heldOut(lot) == CodeHoldout
}
