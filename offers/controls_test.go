package offers_test

import (
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/offers"
)

func suppressed(r *offers.Result) string {
	if len(r.Suppressions) != 1 || len(r.Matches) != 0 {
		return ""
	}
	return r.Suppressions[0].Code
}

func TestOneTapControls(t *testing.T) {
	for _, tt := range []struct {
		action offers.Action
		after  time.Duration
		code   string
	}{
		{offers.NotNow, 2 * time.Hour, offers.CodeNotNow},
		{offers.NotNow, 4 * time.Hour, ""},
		{offers.LessLikeThis, 29 * 24 * time.Hour, offers.CodeDismissed},
		{offers.LessLikeThis, 31 * 24 * time.Hour, ""},
		{offers.NeverBrand, time.Hour, ""}, // the block is the caller's
	} {
		t.Run(tt.action.String()+tt.after.String(), func(t *testing.T) {
			c := offers.NewCatalogue(hexGrid)
			o := circleOffer(t, "a", square, 100)
			o.Category = "shop.books"
			must(t, c.PutOffers(o))
			m := offers.NewMatcher(c, rails(t))
			var p offers.Person
			must(t, p.SetFavourites([]offers.Block{{Kind: offers.BlockMerchant, Value: string(o.Merchant)}}))
			p.Feedback(noon, tt.action, o)
			b, err := p.MarshalJSON()
			must(t, err)
			var back offers.Person
			must(t, back.UnmarshalJSON(b))
			var r offers.Result
			m.Evaluate(&r, &back, &offers.Moment{Now: noon.Add(tt.after), Point: o.Reach.Centre()})
			if got := suppressed(&r); got != tt.code {
				t.Errorf("%q, want %q", got, tt.code)
			}
		})
	}
}

func TestFavouritesComeFirst(t *testing.T) {
	c := offers.NewCatalogue(hexGrid)
	near, far := circleOffer(t, "a", square, 300), circleOffer(t, "b", geo.Point{Lat: square.Lat + 0.001, Lon: square.Lon}, 300)
	near.Brand, far.Brand = "Loud", "Quiet"
	must(t, c.PutOffers(near, far))
	m := offers.NewMatcher(c, rails(t))
	var p offers.Person
	var r offers.Result
	moment := &offers.Moment{Now: noon, Point: square}
	if m.Evaluate(&r, &p, moment); len(r.Matches) != 2 || r.Matches[0].Offer != near {
		t.Fatalf("matches %v", r.Matches)
	}
	must(t, p.SetFavourites([]offers.Block{{Kind: offers.BlockBrand, Value: "quiet"}}))
	if m.Evaluate(&r, &p, moment); r.Matches[0].Offer != far || r.Matches[0].Reasons(nil)[0].Code != offers.ReasonFavourite {
		t.Errorf("matches %v, reasons %v", r.Matches, r.Matches[0].Reasons(nil))
	}
	must(t, p.SetFavourites([]offers.Block{{Kind: offers.BlockCategory, Value: "bar"}}))
	if m.Evaluate(&r, &p, moment); r.Matches[0].Offer != near {
		t.Error("a favourite of another kind counts")
	}
}

func TestKeptOffersAreLookedAtAgain(t *testing.T) {
	c := offers.NewCatalogue(hexGrid)
	good, blocked, over := circleOffer(t, "good", square, 100), circleOffer(t, "blocked", square, 100), circleOffer(t, "over", square, 100)
	blocked.Brand, over.Ends = "Loud", noon
	must(t, c.PutOffers(good, blocked, over))
	m := offers.NewMatcher(c, rails(t))
	var p offers.Person
	must(t, p.SetBlocks([]offers.Block{{Kind: offers.BlockBrand, Value: "Loud"}}))
	must(t, p.SetFavourites([]offers.Block{{Kind: offers.BlockMerchant, Value: string(good.Merchant)}}))
	var kept []offers.Kept
	for _, o := range []*offers.Offer{good, blocked, over, {ID: "off_gone"}} {
		kept = append(kept, offers.Kept{Offer: o.ID, Trigger: offers.Enter, At: noon.Add(-time.Hour)})
	}
	var r offers.Result
	m.Revisit(&r, &p, &offers.Moment{Now: noon, Point: geo.Point{Lat: square.Lat + 0.005, Lon: square.Lon}}, kept)
	if len(r.Matches) != 1 || r.Matches[0].Offer != good || r.Matches[0].Trigger != offers.Enter {
		t.Errorf("matches %v", r.Matches)
	}
	codes := map[string]string{}
	for _, s := range r.Suppressions {
		codes[string(s.Offer.ID)] = s.Code
	}
	if len(codes) != 2 || codes[string(blocked.ID)] != offers.CodeBlockedBrand || codes[string(over.ID)] != offers.CodeEnded {
		t.Errorf("held back: %v", codes)
	}
	m.Revisit(&r, &p, &offers.Moment{Now: noon, Point: geo.Point{Lat: square.Lat + 0.02, Lon: square.Lon}}, kept[:1])
	if suppressed(&r) != offers.CodeLate {
		t.Errorf("2 km away: %v, %v", r.Matches, r.Suppressions)
	}
}
