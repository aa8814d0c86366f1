package voucher_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

var noon = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)

// TestPresenceNeedsNetwork holds that no till without network takes a voucher whose owner has to be there.
func TestPresenceNeedsNetwork(t *testing.T) {
	o := &offers.Offer{ID: "off_1", Redeeming: offers.Redeeming{OfflineHours: 24}}
	for _, presence := range []bool{false, true} {
		o.Redeeming.Presence = presence
		if v := voucher.Of(o, "red_1", time.Unix(1, 0)); v.Offline == presence {
			t.Errorf("presence %t, offline %t", presence, v.Offline)
		}
	}
}

func key(n byte) (ed25519.PrivateKey, voucher.Keys) {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	k := ed25519.NewKeyFromSeed(seed)
	p := k.Public().(ed25519.PublicKey)
	return k, voucher.Keys{voucher.IDOf(p): p}
}

func code(err error) string {
	if f := fault.From(err); f != nil {
		return f.Code
	}
	return ""
}

func TestCodeShowsEveryTypingMistake(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	for range 200 {
		var b [voucher.CodeBytes]byte
		_, _ = rand.Read(b[:])
		c := voucher.Code(b[:])
		for _, typed := range []string{c, strings.ToLower(c), strings.ReplaceAll(c, "-", " "), strings.ReplaceAll(strings.ReplaceAll(c, "0", "o"), "1", "L")} {
			if got, err := voucher.ParseCode(typed); got != c || err != nil {
				t.Fatalf("%q is read as %q, %v", typed, got, err)
			}
		}
		for i := range c {
			if c[i] == '-' {
				continue
			}
			for _, wrong := range alphabet {
				if typed := c[:i] + string(wrong) + c[i+1:]; typed != c {
					if _, err := voucher.ParseCode(typed); code(err) != fault.CodeUnknownCode {
						t.Fatalf("%s passes for %s", typed, c)
					}
				}
			}
			if j := i + 1; j < len(c) && c[j] != '-' && c[i] != c[j] {
				if typed := c[:i] + string(c[j]) + string(c[i]) + c[j+1:]; true {
					if _, err := voucher.ParseCode(typed); code(err) != fault.CodeUnknownCode {
						t.Fatalf("%s passes for %s", typed, c)
					}
				}
			}
		}
	}
}

// whole is an offer that uses every field of a token.
func whole() *offers.Offer {
	return &offers.Offer{
		ID: id.Offer(id.New(id.PrefixOffer)), Merchant: id.Merchant(id.New(id.PrefixMerchant)), Version: 7, Places: []id.Place{"plc_a", "plc_b"},
		Reward:     offers.Reward{Kind: offers.FreeItem, Max: 4.5, Currency: "EUR", Item: "espresso"},
		Conditions: offers.Conditions{MinSpend: 9.99, Currency: "EUR"},
		Redeeming:  offers.Redeeming{OfflineHours: 24, Stacks: true, Group: "drinks"},
	}
}

func TestTokenHoldsTheVoucher(t *testing.T) {
	k, keys := key(1)
	want := voucher.Of(whole(), id.Redemption(id.New(id.PrefixRedemption)), noon)
	token := want.Sign(k)
	got, err := voucher.Verify(token, keys)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Places, want.Places) || !got.Expires.Equal(want.Expires) {
		t.Errorf("%+v, want %+v", got, want)
	}
	got.Places, got.Expires, want.Places, want.Expires = nil, time.Time{}, nil, time.Time{}
	if a, b := *got, *want; a.Redemption != b.Redemption || a.Offer != b.Offer || a.Merchant != b.Merchant || a.Version != b.Version || a.Kind != b.Kind ||
		a.Max != b.Max || a.Item != b.Item || a.MinSpend != b.MinSpend || a.Currency != b.Currency || !a.Stacks || a.Group != b.Group || !a.Offline {
		t.Errorf("%+v, want %+v", got, want)
	}
	if strings.Trim(token, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		t.Errorf("%s is nothing for the dense mode of a QR code", token)
	}
}

func TestTokenThatWasChangedIsRefused(t *testing.T) {
	k, keys := key(1)
	token := voucher.Of(whole(), "red_1", noon).Sign(k)
	for i := range token {
		for _, c := range "0Z" {
			changed := token[:i] + string(c) + token[i+1:]
			if changed == token {
				continue
			}
			if _, err := voucher.Verify(changed, keys); err == nil {
				t.Fatalf("a change at %d passes", i)
			}
		}
	}
	other, _ := key(2)
	if _, err := voucher.Verify(voucher.Of(whole(), "red_1", noon).Sign(other), keys); code(err) != fault.CodeUnknownKey {
		t.Errorf("another key: %v", err)
	}
	if _, err := voucher.Verify(token+"0", keys); err == nil {
		t.Error("a longer token passes")
	}
}

func TestTooManyPlacesNeedTheNetwork(t *testing.T) {
	k, keys := key(1)
	o := whole()
	for range 80 {
		o.Places = append(o.Places, id.Place(id.New(id.PrefixPlace)))
	}
	v, err := voucher.Verify(voucher.Of(o, "red_1", noon).Sign(k), keys)
	if err != nil || v.Offline {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestHere(t *testing.T) {
	o := whole()
	v := voucher.Of(o, "red_1", noon)
	for _, tt := range []struct {
		merchant id.Merchant
		place    id.Place
		at       time.Time
		want     string
	}{
		{o.Merchant, "plc_b", noon.Add(-time.Second), ""},
		{"mer_x", "plc_b", noon, fault.CodeWrongMerchant},
		{o.Merchant, "plc_x", noon.Add(-time.Hour), fault.CodeWrongStore},
		{o.Merchant, "plc_a", noon, fault.CodeExpired},
	} {
		if got := code(v.Here(tt.merchant, tt.place, tt.at)); got != tt.want {
			t.Errorf("%s %s %v: %q, want %q", tt.merchant, tt.place, tt.at, got, tt.want)
		}
	}
}

func reward(kind offers.RewardKind, value, most float64) *voucher.Voucher {
	return voucher.Of(&offers.Offer{Reward: offers.Reward{Kind: kind, Value: value, Max: most, Currency: "EUR"}}, id.Redemption(id.New("red_")), noon)
}

func TestDeals(t *testing.T) {
	item := func(kind offers.RewardKind, sku string, most float64) *voucher.Voucher {
		v := reward(kind, 0, most)
		v.Item = sku
		return v
	}
	coffee := []voucher.Item{{SKU: "cake", Quantity: 1, Price: 4_00}, {SKU: "Coffee", Quantity: 2, Price: 2_50}}
	for _, tt := range []struct {
		name   string
		basket voucher.Basket
		list   []*voucher.Voucher
		want   []int64
	}{
		{"percent", voucher.Basket{Amount: 100_00}, []*voucher.Voucher{reward(offers.Percent, 20, 0)}, []int64{20_00}},
		{"half a cent is rounded up", voucher.Basket{Amount: 50}, []*voucher.Voucher{reward(offers.Percent, 1, 0)}, []int64{1}},
		{"less is rounded down", voucher.Basket{Amount: 49}, []*voucher.Voucher{reward(offers.Percent, 1, 0)}, []int64{0}},
		{"a percentage with a cap", voucher.Basket{Amount: 100_00}, []*voucher.Voucher{reward(offers.Percent, 20, 5)}, []int64{5_00}},
		{"never more than the basket", voucher.Basket{Amount: 3_00}, []*voucher.Voucher{reward(offers.Amount, 5, 0)}, []int64{3_00}},
		{"percent before amount, in any order", voucher.Basket{Amount: 100_00}, []*voucher.Voucher{reward(offers.Amount, 20, 0), reward(offers.Percent, 10, 0)}, []int64{20_00, 10_00}},
		{"percentages of what is left, the largest first", voucher.Basket{Amount: 100_00}, []*voucher.Voucher{reward(offers.Percent, 10, 0), reward(offers.Percent, 50, 0)}, []int64{5_00, 50_00}},
		{"all of them never more than the basket", voucher.Basket{Amount: 10_00}, []*voucher.Voucher{reward(offers.Amount, 8, 0), reward(offers.Amount, 8, 0)}, []int64{8_00, 2_00}},
		{"a free item", voucher.Basket{Amount: 9_00, Items: coffee}, []*voucher.Voucher{item(offers.FreeItem, "coffee", 0)}, []int64{2_50}},
		{"a free item with a cap", voucher.Basket{Amount: 9_00, Items: coffee}, []*voucher.Voucher{item(offers.FreeItem, "cake", 3)}, []int64{3_00}},
		{"two for one", voucher.Basket{Amount: 9_00, Items: coffee}, []*voucher.Voucher{item(offers.TwoForOne, "coffee", 0)}, []int64{2_50}},
		{"an item in a basket that was not told", voucher.Basket{Amount: 9_00}, []*voucher.Voucher{item(offers.TwoForOne, "coffee", 2.4)}, []int64{2_40}},
		{"points take nothing off", voucher.Basket{Amount: 9_00}, []*voucher.Voucher{reward(offers.Points, 50, 0)}, []int64{0}},
		{"a large basket is exact", voucher.Basket{Amount: voucher.MaxAmount}, []*voucher.Voucher{reward(offers.Percent, 99.9999, 0)}, []int64{voucher.MaxAmount - 100_000}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := voucher.Deals(&tt.basket, tt.list); !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestStackAndFits(t *testing.T) {
	alone, a, b := reward(offers.Percent, 10, 0), reward(offers.Amount, 1, 0), reward(offers.Amount, 1, 0)
	a.Stacks, b.Stacks = true, true
	if _, err := voucher.Stack([]*voucher.Voucher{alone}); err != nil {
		t.Error(err)
	}
	if i, err := voucher.Stack([]*voucher.Voucher{a, alone}); i != 1 || code(err) != fault.CodeNotStackable {
		t.Errorf("%d, %v", i, err)
	}
	if _, err := voucher.Stack([]*voucher.Voucher{a, b}); err != nil {
		t.Error(err)
	}
	if i, err := voucher.Stack([]*voucher.Voucher{a, a}); i != 1 || code(err) != fault.CodeAlreadyRedeemed {
		t.Errorf("the same twice: %d, %v", i, err)
	}
	a.Group, b.Group = "x", "x"
	if i, err := voucher.Stack([]*voucher.Voucher{a, b}); i != 1 || code(err) != fault.CodeGroupTaken {
		t.Errorf("%d, %v", i, err)
	}
	v := voucher.Of(whole(), "red_1", noon)
	for want, basket := range map[string]voucher.Basket{
		"":                      {Amount: 9_99, Currency: "EUR"},
		fault.CodeMinSpend:      {Amount: 9_98, Currency: "EUR"},
		fault.CodeWrongCurrency: {Amount: 99_00, Currency: "CHF"},
		fault.CodeItemMissing:   {Amount: 99_00, Currency: "EUR", Items: []voucher.Item{{SKU: "cake", Quantity: 1, Price: 1}}},
	} {
		if got := code(v.Fits(&basket)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestEveryRefusalSpeaks holds that a till has words for what the package refuses.
func TestEveryRefusalSpeaks(t *testing.T) {
	for _, c := range []string{fault.CodeUnknownCode, fault.CodeGroupTaken, fault.CodeNotPresent, fault.CodeTooLate} {
		en, de := voucher.RefuseIn(c, "en"), voucher.RefuseIn(c, "de")
		if en.Detail == "" || de.Detail == "" || en.Detail == de.Detail || en.Code != c || code(voucher.In(en, "de")) != c {
			t.Errorf("%s: %q, %q", c, en.Detail, de.Detail)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k, keys := key(1)
	good := voucher.Of(whole(), "red_1", noon).Sign(k)
	f.Add(good)
	f.Add("FL1")
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, token string) {
		v, err := voucher.Verify(token, keys)
		if err == nil && v.Sign(k) != token {
			t.Errorf("%q is not how it is written", token)
		}
		if c, err := voucher.ParseCode(token); err == nil {
			if again, err := voucher.ParseCode(c); err != nil || again != c {
				t.Errorf("%q becomes %q becomes %q", token, c, again)
			}
		}
	})
}
