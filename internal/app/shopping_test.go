package app_test

import (
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// A person writes a list, is led to the shops that have it, and leaves no trace of it.
func TestShoppingList(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nightless(t))
	near, far := geo.Destination(market, 90, 200), geo.Destination(market, 90, 600)
	o, places := s.chain(t, near, far)
	report := func(p id.Place, items ...api.StockItem) {
		t.Helper()
		if _, err := s.Merchant.SetStock(t.Context(), p, items); err != nil {
			t.Fatal(err)
		}
	}
	report(places[0], api.StockItem{SKU: "bun", Name: "Canarybun", Quantity: 5, Price: 1, Currency: "EUR"})
	report(places[1], api.StockItem{SKU: "bun", Name: "Canarybun", Quantity: 5, Price: 2, Currency: "EUR"}, api.StockItem{SKU: "jam", Quantity: 1, Price: 3, Currency: "EUR"})
	me, _ := s.somebody(t, "location")
	if got, err := me.ShoppingList(t.Context()); err != nil || len(got.Items) != 0 {
		t.Errorf("a list from nowhere: %+v, %v", got, err)
	}
	plan := func(wants ...api.Want) api.ShoppingPlan {
		t.Helper()
		if _, err := me.SetShoppingList(t.Context(), api.ShoppingList{Items: wants}); err != nil {
			t.Fatal(err)
		}
		out, err := me.PlanShopping(t.Context(), api.ShoppingQuery{Location: &market})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := plan(api.Want{Name: "canaryBUN", Quantity: 2})
	if len(out.Stops) != 1 || out.Stops[0].Place != places[0] || out.Price != 2 || len(out.Stops[0].Offers) != 1 || out.Stops[0].Offers[0] != o.ID {
		t.Errorf("one shop: %+v", out)
	}
	out = plan(api.Want{Name: "canarybun"}, api.Want{SKU: "jam"}, api.Want{SKU: "unicorn"})
	if len(out.Stops) != 1 || out.Stops[0].Place != places[1] || len(out.Missing) != 1 || out.Missing[0].SKU != "unicorn" || out.Price != 5 {
		t.Errorf("the one that has most: %+v", out)
	}
	prefs, err := me.Preferences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	prefs.Blocked = []api.Block{{Kind: "merchant", Value: string(o.Merchant)}}
	if _, err := me.SetPreferences(t.Context(), prefs); err != nil {
		t.Fatal(err)
	}
	if out := plan(api.Want{SKU: "bun"}); len(out.Stops) != 0 || len(out.Missing) != 1 {
		t.Errorf("of a blocked merchant: %+v", out)
	}
	if _, err := me.SetShoppingList(t.Context(), api.ShoppingList{Items: []api.Want{{Name: "canarybun", SKU: "x"}}}); fault.From(err) == nil || fault.From(err).Field != "items[0].name" {
		t.Errorf("a line of two kinds: %v", err)
	}
	if account, err := me.Me(t.Context(), time.Time{}); err != nil || len(account.Shopping) != 1 || account.Shopping[0].SKU != "bun" {
		t.Errorf("in the account: %+v, %v", account.Shopping, err)
	}
	stranger, _ := s.somebody(t, "push")
	if _, err := stranger.PlanShopping(t.Context(), api.ShoppingQuery{Location: &market}); fault.From(err) == nil || fault.From(err).Code != fault.CodeConsent {
		t.Errorf("a plan without consent: %v", err)
	}
	if _, err := me.SetShoppingList(t.Context(), api.ShoppingList{Items: []api.Want{{Name: "canarywish"}}}); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, "canarywish"); len(found) > 0 {
		t.Errorf("in clear: %v", found)
	}
	if err := me.DropShoppingList(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := me.ShoppingList(t.Context()); err != nil || len(got.Items) != 0 {
		t.Errorf("after it was dropped: %+v, %v", got, err)
	}
}
