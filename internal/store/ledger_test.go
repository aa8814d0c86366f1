package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// taking is a claim under the two plainest bounds.
func taking(offer id.Offer, user id.User, redemption id.Redemption, total, perUser int) offers.Claim {
	return offers.Claim{Offer: offer, User: user, Redemption: redemption, Counters: []offers.Counter{
		{Key: string(offer), Count: total, Field: "total"},
		{Key: string(offer), Personal: true, Count: perUser, Field: "perUser"},
	}}
}

func TestAClaimStandsInAllCountersOrNone(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := newUser(t, s), newUser(t, s)
		day := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
		claim := func(offer id.Offer, u id.User, red id.Redemption, money int64) offers.Claim {
			c := taking(offer, u, red, 0, 0)
			c.Money = money
			c.Counters = append(c.Counters,
				offers.Counter{Key: "mer_a/2026-05-04/n", Count: 3, Field: "limits[0]", From: day, Until: day.AddDate(0, 0, 1)},
				offers.Counter{Key: "mer_a/total/EUR", Money: 1000, Field: "limits[1]"},
				offers.Counter{Key: "mer_a/total/n", Personal: true, Count: 2, Field: "limits[2]"})
			return c
		}
		stands := func(key string, count int, money int64) {
			t.Helper()
			if got := must(s.Claimed(ctx, key))(t); got != (offers.Tally{Count: count, Money: money}) {
				t.Errorf("%s: %+v, want %d and %d", key, got, count, money)
			}
		}
		refused := func(c offers.Claim, code, field string) {
			t.Helper()
			_, err := s.Claim(ctx, c)
			if f := fault.From(err); f == nil || f.Code != code || f.Field != field {
				t.Errorf("%v, want %s of %s", err, code, field)
			}
		}
		first := claim("off_a", a, "red_1", 400)
		must(s.Claim(ctx, first))(t)
		must(s.Claim(ctx, first))(t) // takes nothing more
		refused(claim("off_b", b, "red_2", 601), fault.CodeSoldOut, "limits[1]")
		stands("off_b", 0, 0)
		must(s.Claim(ctx, claim("off_b", b, "red_3", 600)))(t)
		stands("mer_a/total/EUR", 2, 1000)

		ok(t, s.Settle(ctx, first, 150))
		ok(t, s.Settle(ctx, first, 150))
		stands("mer_a/total/EUR", 2, 750)
		if f := fault.From(s.Settle(ctx, first, 151)); f == nil || f.Field != "money" {
			t.Errorf("settled for more than was claimed: %v", f)
		}
		must(s.Claim(ctx, claim("off_c", a, "red_4", 0)))(t)
		refused(claim("off_c", b, "red_5", 0), fault.CodeLimitReached, "limits[0]") // for today
		ok(t, s.Release(ctx, first))
		stands("mer_a/total/EUR", 2, 600)
		wantCode(t, s.Settle(ctx, first, 1), fault.CodeConflict)

		must(s.Claim(ctx, claim("off_c", b, "red_6", 0)))(t)
		tomorrow := claim("off_c", b, "red_7", 0)
		tomorrow.Counters[2].Key = "mer_a/2026-05-05/n"
		refused(tomorrow, fault.CodeSoldOut, "limits[2]") // b has two
		tomorrow = claim("off_c", a, "red_8", 0)
		tomorrow.Counters[2].Key = "mer_a/2026-05-05/n"
		must(s.Claim(ctx, tomorrow))(t)
		if r := must(s.Verify(ctx))(t); !r.Clean() {
			t.Errorf("%+v", r)
		}
	})
}

// A model of a few offers of one merchant: whatever is claimed, settled and released, and however often the store is
// opened again, no bound is passed and the tallies are those of the model.
func TestTheLedgerKeepsToTheModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx, dir := t.Context(), t.TempDir()
		s, err := store.Open(dir, store.Options{})
		ok(t, err)
		defer func() { ok(t, s.Close()) }()
		users := []id.User{newUser(t, s), newUser(t, s)}
		type entry struct {
			claim offers.Claim
			money int64
		}
		standing := map[id.Redemption]*entry{}
		bounds := []int{rapid.IntRange(1, 6).Draw(rt, "count"), rapid.IntRange(100, 900).Draw(rt, "money")}
		for i := range rapid.IntRange(5, 25).Draw(rt, "steps") {
			var all entry
			for _, e := range standing {
				all.money += e.money
			}
			switch red := id.Redemption(fmt.Sprintf("red_%d", rapid.IntRange(0, i).Draw(rt, "redemption"))); rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				if e := standing[red]; e != nil {
					ok(t, s.Release(ctx, e.claim))
					delete(standing, red)
				}
			case 1:
				if e := standing[red]; e != nil {
					e.money = int64(rapid.IntRange(0, int(e.money)).Draw(rt, "actual"))
					ok(t, s.Settle(ctx, e.claim, e.money))
				}
			case 2:
				ok(t, s.Close())
				s, err = store.Open(dir, store.Options{})
				ok(t, err)
			default:
				red = id.Redemption(fmt.Sprintf("red_%d", i))
				c := taking(id.Offer(fmt.Sprintf("off_%d", i%3)), users[i%2], red, 0, 0)
				c.Money = int64(rapid.IntRange(0, 300).Draw(rt, "cost"))
				c.Counters = append(c.Counters, offers.Counter{Key: "m/n", Count: bounds[0], Field: "n"}, offers.Counter{Key: "m/EUR", Money: int64(bounds[1]), Field: "money"})
				_, err := s.Claim(ctx, c)
				if room := len(standing) < bounds[0] && all.money+c.Money <= int64(bounds[1]); room != (err == nil) {
					rt.Fatalf("room %v, but %v", room, err)
				}
				if err == nil {
					standing[red] = &entry{c, c.Money}
				}
			}
		}
		var want offers.Tally
		for _, e := range standing {
			want.Count++
			want.Money += e.money
		}
		for _, key := range []string{"m/n", "m/EUR"} {
			if got := must(s.Claimed(ctx, key))(t); got != want {
				rt.Fatalf("%s: %+v, want %+v", key, got, want)
			}
		}
	})
}

func TestMoneyIsNeverOversold(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var all sync.WaitGroup
		for i := range 200 {
			u := newUser(t, s)
			all.Go(func() {
				c := taking(id.Offer(fmt.Sprintf("off_%d", i%5)), u, id.Redemption(fmt.Sprintf("red_%d", i)), 0, 1)
				c.Money = 250
				c.Counters = append(c.Counters, offers.Counter{Key: "mer_a/total/EUR", Money: 10_100, Field: "limits[0]"})
				if _, err := s.Claim(ctx, c); err != nil && fault.From(err).Code != fault.CodeSoldOut {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := must(s.Claimed(ctx, "mer_a/total/EUR"))(t); got != (offers.Tally{Count: 40, Money: 10_000}) {
			t.Errorf("%+v", got)
		}
	})
}
