package app_test

import (
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// chain registers a merchant with two shops, and an offer around each of them for a thing that may run out.
func (s *server) chain(t *testing.T, near, far geo.Point) (o api.Offer, places []id.Place) {
	t.Helper()
	m, err := s.Merchant.CreateMerchant(t.Context(), api.MerchantInput{Name: "Bakery"})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []geo.Point{near, far} {
		p, err := s.Merchant.CreatePlace(t.Context(), api.PlaceInput{Merchant: m.ID, Name: "Bakery", Location: &at})
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, p.ID)
	}
	o, err = s.Merchant.CreateOffer(t.Context(), api.OfferInput{
		Merchant: m.ID, AllPlaces: true, Radius: 300, Title: "Buns", Category: "restaurant.italian", Items: []string{"bun"},
		Triggers: []string{"nearby"}, Reward: api.Reward{Kind: "percent", Value: 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o, places
}

// A shop sells its last bun: who was sent there hears it at once, who was sent elsewhere does not; the other shop's
// offer goes on.
func TestSoldOutReachesThoseWhoWereSentThere(t *testing.T) {
	s := start(t, t.TempDir(), nightless(t))
	far := geo.Destination(market, 90, 2000)
	o, places := s.chain(t, market, far)
	one, none := 1, 0
	for _, p := range places {
		if _, err := s.Merchant.ChangeStock(t.Context(), p, []api.StockPatch{{SKU: "bun", Quantity: &one}}); err != nil {
			t.Fatal(err)
		}
	}
	stand := func(at geo.Point) (frames func(*testing.T) []wire.Frame, offer *wire.Offer) {
		_, in := s.somebody(t, "location", "push")
		sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, false)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = sock.Close() })
		last := int64(0)
		heard := func(t *testing.T) (list []wire.Frame) {
			t.Helper()
			here := fix(at)
			here.At = max(here.At, last+1) // two in one millisecond would be out of order
			last = here.At
			if _, err := sock.Do(&wire.Position{Fixes: []wire.Fix{here}}, func(f wire.Frame) {
				switch f := f.(type) {
				case *wire.Offer:
					copied := *f
					list = append(list, &copied)
				case *wire.Withdrawn:
					copied := *f
					list = append(list, &copied)
				}
			}); err != nil {
				t.Fatal(err)
			}
			return list
		}
		list := heard(t)
		if len(list) != 1 {
			t.Fatalf("heard %+v", list)
		}
		return heard, list[0].(*wire.Offer)
	}
	there, offer := stand(market)
	elsewhere, other := stand(far)
	if offer.Place.ID != string(places[0]) || other.Place.ID != string(places[1]) {
		t.Fatalf("sent to %s and %s", offer.Place.ID, other.Place.ID)
	}
	if _, err := s.Merchant.ChangeStock(t.Context(), places[0], []api.StockPatch{{SKU: "bun", Quantity: &none}}); err != nil {
		t.Fatal(err)
	}
	var list []wire.Frame
	wait(t, "who was sent there is not told", func() bool { list = there(t); return len(list) > 0 })
	if w, ok := list[0].(*wire.Withdrawn); !ok || w.Offer != string(o.ID) || w.Reason != "sold_out" {
		t.Errorf("heard %+v", list)
	}
	if list := elsewhere(t); len(list) != 0 {
		t.Errorf("who was sent elsewhere heard %+v", list)
	}
	// A new person is not sent there, and is told why; restocked, they are.
	me, _ := s.somebody(t, "location", "push")
	if page, err := me.Pull(t.Context(), api.PullQuery{Lat: &market.Lat, Lon: &market.Lon, Radius: 100}); err != nil || len(page.Items) != 0 {
		t.Errorf("pulled %+v, %v", page.Items, err)
	}
	account, err := me.Me(t.Context(), time.Time{})
	if err != nil || len(account.Suppressed) != 1 || account.Suppressed[0].Code != "sold_out_here" || account.Suppressed[0].Text == "" {
		t.Errorf("suppressed %+v, %v", account.Suppressed, err)
	}
	if _, err := s.Merchant.ChangeStock(t.Context(), places[0], []api.StockPatch{{SKU: "bun", Quantity: &one}}); err != nil {
		t.Fatal(err)
	}
	if page, err := me.Pull(t.Context(), api.PullQuery{Lat: &market.Lat, Lon: &market.Lon, Radius: 100}); err != nil || len(page.Items) != 1 {
		t.Errorf("restocked: pulled %+v, %v", page.Items, err)
	}
}

// A till sells the last one: the offer is gone there.
func TestTillSellsTheLastOne(t *testing.T) {
	s := start(t, t.TempDir(), nightless(t))
	o, places := s.chain(t, market, geo.Destination(market, 90, 2000))
	if _, err := s.Merchant.SetStock(t.Context(), places[0], []api.StockItem{{SKU: "bun", Quantity: 3}}); err != nil {
		t.Fatal(err)
	}
	key, err := s.CreateKey(t.Context(), catalogue.KeySpec{Kind: catalogue.Till, Merchant: o.Merchant, Place: places[0]})
	if err != nil {
		t.Fatal(err)
	}
	till, err := client.New("http://"+s.Addr(), api.Secret(key))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(till.Close)
	me, _ := s.somebody(t, "location")
	near := func() int {
		t.Helper()
		page, err := me.Pull(t.Context(), api.PullQuery{Lat: &market.Lat, Lon: &market.Lon, Radius: 100})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items)
	}
	sell := func(n int) {
		t.Helper()
		if err := till.Sold(t.Context(), []api.SoldItem{{SKU: "bun", Quantity: n}, {SKU: "never told", Quantity: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	sell(2)
	if near() != 1 {
		t.Error("gone while there is one left")
	}
	sell(1)
	if near() != 0 {
		t.Error("still there though none is left")
	}
	if err := till.Sold(t.Context(), []api.SoldItem{{SKU: "bun"}}); fault.From(err) == nil || fault.From(err).Field != "items[0].quantity" {
		t.Errorf("sold none: %v", err)
	}
	if err := s.Merchant.Sold(t.Context(), []api.SoldItem{{SKU: "bun", Quantity: 1}}); fault.From(err) == nil || fault.From(err).Code != fault.CodeForbidden {
		t.Errorf("sold without a till: %v", err)
	}
}
