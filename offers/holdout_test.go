package offers_test

import (
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// TestHoldoutIsAShareThatStays draws many people for several offers: the share is right, the draw stays, is another one
// for each offer, and holds for pushes and pulls.
func TestHoldoutIsAShareThatStays(t *testing.T) {
	const people, percent = 4000, 20
	held := map[id.Offer]map[id.User]bool{}
	users := make([]id.User, people)
	for i := range users {
		users[i] = id.NewUser("0")
	}
	for _, name := range []id.Offer{"off_a", "off_b"} {
		held[name] = map[id.User]bool{}
		for _, u := range users {
			held[name][u] = offers.HeldOut(name, percent, offers.LotOf(u))
			if held[name][u] != offers.HeldOut(name, percent, offers.LotOf(u)) {
				t.Fatal("a draw changed")
			}
		}
	}
	var a, both int
	for _, u := range users {
		if held["off_a"][u] {
			a++
			if held["off_b"][u] {
				both++
			}
		}
	}
	sigma := math.Sqrt(people * 0.2 * 0.8)
	if math.Abs(float64(a)-people*0.2) > 6*sigma { // people are others in every run
		t.Errorf("%d of %d are held out, want a fifth", a, people)
	}
	if share := float64(both) / float64(a); share < 0.1 || share > 0.3 {
		t.Errorf("who is held out from one offer is held out from the other in %.2f of cases, want 0.2", share)
	}
	if offers.HeldOut("off_a", percent, 0) || offers.HeldOut("off_a", 0, offers.LotOf(users[0])) {
		t.Error("without a lot or a hold-out nobody is held out")
	}
}
