package offers_test

import (
	"testing"

	"github.com/flaneur-io/flaneur/offers"
)

// Ids differ from server to server: what is as good and as near comes in the order of its titles.
func TestTiesDoNotDependOnIDs(t *testing.T) {
	a := offers.Match{Offer: &offers.Offer{ID: "off_9", Title: "Apples"}, Score: 0.5, Distance: 10}
	b := offers.Match{Offer: &offers.Offer{ID: "off_1", Title: "Bread"}, Score: 0.5, Distance: 10}
	if offers.Compare(a, b) >= 0 || offers.Compare(b, a) <= 0 {
		t.Error("ties follow ids")
	}
	b.Offer.Title = a.Offer.Title
	if offers.Compare(a, b) <= 0 {
		t.Error("the order is not total")
	}
}
