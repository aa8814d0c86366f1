package engine_test

import (
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// TestATillThatCountsFromOneAgain holds that a repeat is a repeat for a day: later the same key of a till is another call.
func TestATillThatCountsFromOneAgain(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location)
	r, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID})
	if err != nil {
		t.Fatal(err)
	}
	till := engine.Till{Key: "key_1", Merchant: o.Merchant, Place: o.Place, Mode: o.Mode}
	c := engine.Checkout{Codes: []string{r.Code}, Basket: voucher.Basket{Amount: 2000, Currency: "EUR"}, Key: "receipt-1"}
	for range 2 {
		if _, _, err := w.RedeemCodes(t.Context(), till, c); err != nil {
			t.Fatal(err)
		}
	}
	w.later(25 * time.Hour)
	if _, _, err := w.RedeemCodes(t.Context(), till, c); code(err) != fault.CodeAlreadyRedeemed {
		t.Errorf("used twice: %v", err)
	}
}

// listening is a world in which somebody counts what happens.
func listening(t *testing.T) (w *world, heard func(event.Type) int) {
	w = newWorld(t)
	counts := map[event.Type]int{}
	w.heard = func(e event.Event) { counts[e.Type]++ }
	w.restart(t)
	return w, func(typ event.Type) int { return counts[typ] }
}

// TestMerchantsDoNotHearWhereElsePeopleShow holds that a code shown at another merchant's till is told to neither.
func TestMerchantsDoNotHearWhereElsePeopleShow(t *testing.T) {
	w, heard := listening(t)
	o := w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location)
	r, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID})
	if err != nil {
		t.Fatal(err)
	}
	c := engine.Checkout{Codes: []string{r.Code}, Basket: voucher.Basket{Amount: 2000, Currency: "EUR"}}
	other := engine.Till{Key: "key_2", Merchant: "mer_other", Place: "plc_other", Mode: o.Mode}
	if _, _, err := w.RedeemCodes(t.Context(), other, c); code(err) != fault.CodeWrongMerchant {
		t.Fatal(err)
	}
	if n := heard(event.Refused); n != 0 {
		t.Errorf("%d merchants heard", n)
	}
}

// TestSoldOutIsToldOnce holds that a budget that runs out is told once each time that it does.
func TestSoldOutIsToldOnce(t *testing.T) {
	w, heard := listening(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Budget.Total = 2 })
	s, _ := w.person(t, privacy.Location)
	var last engine.Redemption
	for i, want := range []int{0, 1, 1} {
		r, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID})
		if i < 2 && err != nil {
			t.Fatal(err)
		}
		if err == nil {
			last = r
		}
		if n := heard(event.SoldOut); n != want {
			t.Errorf("after %d wishes: told %d times, want %d", i+1, n, want)
		}
	}
	if _, err := w.GiveBack(t.Context(), s, last.ID, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID}); err != nil {
		t.Fatal(err)
	}
	if n := heard(event.SoldOut); n != 2 {
		t.Errorf("told %d times, want 2", n)
	}
}
