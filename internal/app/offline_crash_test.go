package app_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

const (
	shoppers = 40
	tillsOut = 3
)

// journal is what one till without network wrote down.
type journal struct {
	key  api.Secret
	done []api.OfflineRedemption
}

// TestTillsOfADayWithoutNetwork lets tills take vouchers all day without network, the same one at several of them, and
// tell in the evening in any order, while the server is killed: each voucher counts once, in redemptions, budget, points
// and purchases.
func TestTillsOfADayWithoutNetwork(t *testing.T) {
	dir := t.TempDir()
	c := spawn(t, dir)
	m, err := c.merchant.CreateMerchant(t.Context(), api.MerchantInput{Name: "Lindenblatt", Program: &api.Program{PointsPerUnit: 2}})
	if err != nil {
		t.Fatal(err)
	}
	place, err := c.merchant.CreatePlace(t.Context(), api.PlaceInput{Name: "Lindenblatt", Merchant: m.ID, Category: "fashion", Location: &market})
	if err != nil {
		t.Fatal(err)
	}
	in := offerInput(m.ID, api.Budget{Total: 2 * shoppers, PerUser: 1})
	in.Place, in.Reward, in.Redeeming.OfflineHours = place.ID, api.Reward{Kind: "percent", Value: 10, Currency: "EUR", Max: 50}, 24
	o, err := c.merchant.CreateOffer(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	people := make([]api.Secret, shoppers)
	reserved := make([]api.Redemption, shoppers)
	grant := api.Grant{Granted: true, Policy: "1"}
	for i := range people {
		who, err := c.phone.OptIn(t.Context(), api.OptIn{Consents: map[string]api.Grant{"purchases": grant}})
		if err != nil {
			t.Fatal(err)
		}
		people[i] = who.Token
		if reserved[i], err = c.phone.As(who.Token).Redeem(t.Context(), api.Redeem{Offer: o.ID}); err != nil {
			t.Fatal(err)
		}
	}
	c.kill()
	rng := rand.New(rand.NewPCG(7, 7))
	journals := shoppingDay(t, dir, rng, m.ID, place.ID, reserved)
	accepted := map[id.Redemption]int{}
	duplicates, kills := 0, 0
	type batch struct {
		key  api.Secret
		list []api.OfflineRedemption
	}
	var evening []batch
	for _, j := range journals {
		for part := range slices.Chunk(j.done, 5) {
			evening = append(evening, batch{j.key, part}, batch{j.key, part}) // tills tell again when they are not sure
		}
	}
	rng.Shuffle(len(evening), func(i, k int) { evening[i], evening[k] = evening[k], evening[i] })
	c = spawn(t, dir)
	first := map[string]string{} // what each item of each till was told
	for i, b := range evening {
		if i%6 == 5 { // the answer is lost
			told := make(chan struct{})
			go func() {
				_, _ = tillOf(t, c, b.key).SyncTill(t.Context(), api.OfflineRedemptions{Redemptions: b.list})
				close(told)
			}()
			c.kill()
			kills++
			<-told
			c = spawn(t, dir)
		}
		out, err := tillOf(t, c, b.key).SyncTill(t.Context(), api.OfflineRedemptions{Redemptions: b.list})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Results {
			item := fmt.Sprint(b.key, r.TillSeq)
			stands := r.Status
			switch r.Status {
			case "accepted", "duplicate":
				if stands = "stands"; first[item] == "" {
					accepted[r.Redemption]++
				}
				if r.Status == "duplicate" {
					duplicates++
				}
			case "already_redeemed":
			default:
				t.Errorf("%s: %s", r.Status, r.Text)
			}
			if was := first[item]; was != "" && was != stands {
				t.Errorf("an item was told %q and then %q", was, stands)
			}
			first[item] = stands
		}
	}
	for r, n := range accepted {
		if n != 1 {
			t.Errorf("%s was accepted from %d tills", r, n)
		}
	}
	if len(accepted) != shoppers {
		t.Errorf("%d of %d vouchers were redeemed", len(accepted), shoppers)
	}
	checkBooks(t, c, people)
	c.kill()
	verify(t, dir)
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if tally, err := s.Claimed(t.Context(), string(o.ID)); err != nil || tally.Count != shoppers {
		t.Errorf("%+v claims stand, %v", tally, err)
	}
	t.Logf("%d vouchers at %d tills, %d batches, %d kills, %d repeats known", shoppers, tillsOut, len(evening), kills, duplicates)
}

// shoppingDay makes the tills and their journals: every voucher is shown at one to three of them.
func shoppingDay(t *testing.T, dir string, rng *rand.Rand, m id.Merchant, place id.Place, reserved []api.Redemption) []*journal {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	journals := make([]*journal, tillsOut)
	for i := range journals {
		key, err := catalogue.CreateKey(t.Context(), s, catalogue.KeySpec{Kind: catalogue.Till, Merchant: m, Place: place}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		journals[i] = &journal{key: key.Key}
	}
	for _, r := range reserved {
		for _, n := range rng.Perm(tillsOut)[:1+rng.IntN(tillsOut)] {
			j := journals[n]
			j.done = append(j.done, api.OfflineRedemption{
				TillSeq: int64(len(j.done) + 1), Token: r.Token, At: r.At.Add(time.Second), Amount: 20, Currency: "EUR",
			})
		}
	}
	return journals
}

func tillOf(t *testing.T, c *child, key api.Secret) *client.Client {
	t.Helper()
	till, err := client.New(c.url, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(till.Close)
	return till
}

// checkBooks holds that everything happened once to everybody.
func checkBooks(t *testing.T, c *child, people []api.Secret) {
	t.Helper()
	for i, token := range people {
		a, err := c.phone.As(token).Me(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Redemptions) != 1 || a.Redemptions[0].Status != "redeemed" || a.Redemptions[0].Discount != 2 || a.Redemptions[0].Points != 36 {
			t.Errorf("person %d: %+v", i, a.Redemptions)
		}
		if len(a.Purchases) != 1 || a.Purchases[0].Amount != 18 || a.Purchases[0].Source != "till" {
			t.Errorf("person %d: purchases %+v", i, a.Purchases)
		}
		if len(a.Loyalty) != 1 || a.Loyalty[0].Points != 36 {
			t.Errorf("person %d: points %+v", i, a.Loyalty)
		}
	}
}
