package offers_test

import (
	"errors"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/offers"
)

func TestMeasureMarksWhatIsUsedUp(t *testing.T) {
	reach, err := geo.NewCircle(geo.Point{Lat: 48.4, Lon: 9.99}, 300)
	must(t, err)
	c := offers.NewCatalogue(hex.Grid{})
	put := func(total int) {
		must(t, c.PutOffers(&offers.Offer{
			ID: "off_a", Merchant: "mer_x", Title: "x", Category: "cafe", Reach: reach, Triggers: offers.Nearby, Budget: offers.Budget{Total: total},
		}))
	}
	full := errors.New("no answer")
	for i, tt := range []struct {
		total     int
		claimed   []int // as it is seen from look to look
		err       error
		exhausted bool
	}{
		{2, []int{1}, nil, false},
		{2, []int{2}, nil, true},
		{2, []int{0}, full, true},
		{3, []int{2}, nil, false}, // raised
		{3, []int{2, 3}, nil, true},
		{3, []int{3, 2}, nil, false},
		{2, []int{2}, nil, true},
		{0, nil, nil, false}, // not bounded any more
	} {
		put(tt.total)
		looks := 0
		err := c.Measure("off_a", func() (int, error) {
			looks++
			return tt.claimed[min(looks, len(tt.claimed))-1], tt.err
		})
		if !errors.Is(err, tt.err) || c.Exhausted("off_a") != tt.exhausted {
			t.Errorf("%d: exhausted %v, want %v; %v", i, c.Exhausted("off_a"), tt.exhausted, err)
		}
	}
	if err := c.Measure("off_unknown", nil); err != nil {
		t.Error(err)
	}
}
