package offers

import "github.com/flaneur-io/flaneur/internal/id"

// LotOf returns a person's number in the draws of hold-outs; never 0. It is the same on every server and at every time,
// and says nothing about who else is held out from what.
func LotOf(user id.User) uint64 { return hashOf(kindPerson, string(user)) }

// heldOut returns CodeHoldout if the lot falls on a person, or "": each offer draws anew, and stays with its draw.
func (e *entry) heldOut(lot uint64) string {
	if e.holdout > 0 && lot != 0 && mix(lot^e.key)%100 < uint64(e.holdout) {
		return CodeHoldout
	}
	return ""
}
