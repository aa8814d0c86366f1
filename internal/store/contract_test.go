package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

// each runs one behaviour of the contract against every engine.
func each(t *testing.T, f func(t *testing.T, s *store.Store)) {
	t.Run("file", func(t *testing.T) { f(t, open(t, t.TempDir())) })
	t.Run("memory", func(t *testing.T) {
		s, err := store.OpenMemory(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		closeAtEnd(t, s)
		f(t, s)
	})
}

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

// closeAtEnd also makes every test end with a store that verifies.
func closeAtEnd(t *testing.T, s *store.Store) {
	t.Cleanup(func() {
		report, err := s.Verify(context.Background())
		if f := (*fault.Error)(nil); errors.As(err, &f) && f.Kind == fault.Unavailable {
			return // closed by the test
		}
		if err != nil || !report.Clean() {
			t.Errorf("Verify at the end: %v, %+v", err, report.Broken)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" && err == nil {
		return
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("got error %v, want code %q", err, code)
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func item(kind store.Kind, name, value string) store.Item {
	return store.Item{Kind: kind, Partition: "live", ID: name, Value: []byte(value)}
}

func newUser(t *testing.T, s *store.Store) id.User {
	t.Helper()
	u := id.NewUser("0")
	ok(t, s.CreateUser(t.Context(), u, store.Record{Name: "profile", Value: []byte("p")}))
	return u
}

func TestCatalogueChangesByRevision(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r1 := must(s.Put(ctx, item(store.Offer, "off_a", "1"), 0))(t)
		_, err := s.Put(ctx, item(store.Offer, "off_a", "2"), 0)
		wantCode(t, err, fault.CodeExists)
		_, err = s.Put(ctx, item(store.Offer, "off_b", "2"), r1)
		wantCode(t, err, fault.CodeConflict)
		r2 := must(s.Put(ctx, item(store.Offer, "off_a", "2"), r1))(t)
		_, err = s.Put(ctx, item(store.Offer, "off_a", "3"), r1)
		wantCode(t, err, fault.CodeConflict)
		got := must(s.Get(ctx, "live", store.Offer, "off_a"))(t)
		if string(got.Value) != "2" || got.Rev != r2 || r1 == r2 {
			t.Fatalf("got %q at %d", got.Value, got.Rev)
		}
		_, err = s.Get(ctx, "test", store.Offer, "off_a")
		wantCode(t, err, fault.CodeNotFound)
		wantCode(t, s.Delete(ctx, "live", store.Offer, "off_a", r1), fault.CodeConflict)
		ok(t, s.Delete(ctx, "live", store.Offer, "off_a", r2))
		wantCode(t, s.Delete(ctx, "live", store.Offer, "off_a", r2), fault.CodeNotFound)
		r3 := must(s.Put(ctx, item(store.Offer, "off_a", "again"), 0))(t)
		if r3 == r1 || r3 == r2 {
			t.Fatal("a revision was given twice")
		}
	})
}

func TestExternalIDIsUniqueInItsScope(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := item(store.Offer, "off_a", "")
		a.Scope, a.ExternalID = "mer_1", "sale"
		rev := must(s.Put(ctx, a, 0))(t)
		b := a
		b.ID = "off_b"
		_, err := s.Put(ctx, b, 0)
		wantCode(t, err, fault.CodeExists)
		for _, change := range []func(*store.Item){
			func(i *store.Item) { i.Scope = "mer_2" },
			func(i *store.Item) { i.Partition = "test" },
			func(i *store.Item) { i.Kind = store.Merchant },
		} {
			other := b
			change(&other)
			must(s.Put(ctx, other, 0))(t)
		}
		got := must(s.GetExternal(ctx, "live", store.Offer, "mer_1", "sale"))(t)
		if got.ID != "off_a" {
			t.Fatalf("got %s", got.ID)
		}
		a.ExternalID = "other"
		must(s.Put(ctx, a, rev))(t)
		b.ID = "off_c"
		must(s.Put(ctx, b, 0))(t) // the id is free again
		_, err = s.GetExternal(ctx, "live", store.Offer, "mer_1", "none")
		wantCode(t, err, fault.CodeNotFound)
	})
}

func TestBatchRowsStandAlone(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var puts []store.Put
		for i := range 2500 {
			puts = append(puts, store.Put{Item: item(store.Place, fmt.Sprintf("plc_%04d", i), "v")})
		}
		puts[7].Item.ID = puts[6].Item.ID // twice in one batch
		puts[8].Item.Point = &geo.Point{Lat: 91}
		puts[9].Item.Value = make([]byte, 1<<20+1)
		results := must(s.PutBatch(ctx, puts))(t)
		for i, r := range results {
			code := map[int]string{7: fault.CodeExists, 8: fault.CodeInvalidField, 9: fault.CodeTooLarge}[i]
			wantCode(t, r.Err, code)
		}
		var ids []string
		for cursor := ""; ; {
			items, next, err := s.List(ctx, "live", store.Place, cursor, 1000)
			ok(t, err)
			for _, it := range items {
				ids = append(ids, it.ID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if len(ids) != 2497 || !slices.IsSorted(ids) || len(slices.Compact(ids)) != 2497 {
			t.Fatalf("listed %d items", len(ids))
		}
	})
}

func TestWatchSeesEveryChangeInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx, stop := context.WithCancel(t.Context())
		must(s.Put(ctx, item(store.Offer, "off_0", "old"), 0))(t)
		var seen []store.Change // written under the catalogue's lock
		ok(t, s.Watch(ctx, func(c store.Change) { seen = append(seen, c) }))
		if len(seen) != 2 || string(seen[0].Item.Value) != "old" || !seen[1].Ready {
			t.Fatalf("snapshot: %+v", seen)
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				name := fmt.Sprintf("off_%d", i+1)
				var rev store.Rev
				for range 10 {
					r, err := s.Put(ctx, item(store.Offer, name, ""), rev)
					if err != nil {
						t.Error(err)
					}
					rev = r
				}
				if err := s.Delete(ctx, "live", store.Offer, name, rev); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		stop()
		if len(seen) != 2+8*11 {
			t.Fatalf("saw %d changes", len(seen))
		}
		for i := 3; i < len(seen); i++ {
			if !seen[i].Deleted && !seen[i-1].Deleted && seen[i].Item.Rev <= seen[i-1].Item.Rev {
				t.Fatal("out of order")
			}
		}
		_, err := s.Put(t.Context(), item(store.Offer, "off_z", ""), 0)
		ok(t, err)
		if len(seen) != 2+8*11 {
			t.Fatal("a change after the end of the watch")
		}
	})
}

func TestUserRecords(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		u := id.NewUser("0")
		_, _, err := s.ReadUser(ctx, u, "profile")
		wantCode(t, err, fault.CodeNotFound)
		_, err = s.WriteUser(ctx, u, "profile", nil, 0)
		wantCode(t, err, fault.CodeNotFound)
		ok(t, s.CreateUser(ctx, u, store.Record{Name: "profile", Value: []byte("hello")}))
		wantCode(t, s.CreateUser(ctx, u, store.Record{Name: "profile"}), fault.CodeExists)
		v, rev, err := s.ReadUser(ctx, u, "profile")
		ok(t, err)
		if string(v) != "hello" {
			t.Fatalf("got %q", v)
		}
		_, err = s.WriteUser(ctx, u, "profile", nil, rev+1)
		wantCode(t, err, fault.CodeConflict)
		must(s.WriteUser(ctx, u, "profile", []byte("two"), rev))(t)
		for _, name := range []string{"state", "purchase/b", "purchase/a", "delivery/x"} {
			must(s.WriteUser(ctx, u, name, []byte(name), 0))(t)
		}
		var names []string
		ok(t, s.ListUser(ctx, u, "", func(r store.Record) bool { names = append(names, r.Name); return true }))
		if want := []string{"profile", "purchase/a", "purchase/b", "delivery/x", "state"}; !slices.Equal(names, want) {
			t.Fatalf("got %v", names)
		}
		_, rev, err = s.ReadUser(ctx, u, "purchase/a")
		ok(t, err)
		ok(t, s.DeleteRecord(ctx, u, "purchase/a", rev))
		_, _, err = s.ReadUser(ctx, u, "purchase/a")
		wantCode(t, err, fault.CodeNotFound)
		for _, bad := range []string{"", "secret", "purchase/", "purchase/a/b", "profile/../x"} {
			_, err = s.WriteUser(ctx, u, bad, nil, 0)
			wantCode(t, err, fault.CodeInvalidField)
		}
		_, _, err = s.ReadUser(ctx, "usr_0_A/../", "profile")
		wantCode(t, err, fault.CodeInvalidField)
	})
}

func TestRecordsLiveAsLongAsPromised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s, err := store.OpenMemory(store.Options{Keep: map[string]time.Duration{"state": time.Hour, "delivery": time.Minute}})
		ok(t, err)
		u := newUser(t, s)
		rev := must(s.WriteUser(ctx, u, "state", nil, 0))(t)
		must(s.WriteUser(ctx, u, "delivery/a", nil, 0))(t)
		req := store.Request{Key: "k"}
		once := func(wantReplay bool) {
			t.Helper()
			_, replayed, err := s.Once(ctx, req, func(context.Context) ([]byte, id.User, error) { return nil, "", nil })
			if err != nil || replayed != wantReplay {
				t.Errorf("replayed %v, %v", replayed, err)
			}
		}
		there := func(name string, want bool) {
			t.Helper()
			if _, _, err := s.ReadUser(ctx, u, name); (err == nil) != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		once(false)
		time.Sleep(59 * time.Second)
		there("delivery/a", true)
		time.Sleep(2 * time.Second)
		there("delivery/a", false)
		time.Sleep(58 * time.Minute)
		rev = must(s.WriteUser(ctx, u, "state", nil, rev))(t) // and another hour
		time.Sleep(59 * time.Minute)
		there("state", true)
		time.Sleep(2 * time.Minute)
		there("state", false)
		_, err = s.WriteUser(ctx, u, "state", nil, rev)
		wantCode(t, err, fault.CodeConflict)
		time.Sleep(21 * time.Hour)
		once(true)
		time.Sleep(time.Hour)
		once(false)
		there("profile", true)
		if report := must(s.Verify(ctx))(t); !report.Clean() || report.Records["user"] != 1 {
			t.Errorf("%+v", report)
		}
		ok(t, s.Close())
		time.Sleep(2 * time.Second) // buntdb's goroutines notice
	})
	for _, keep := range []map[string]time.Duration{
		{"state": 10000 * 24 * time.Hour}, {"state": 0}, {"profile": time.Hour}, {"nothing": time.Hour},
	} {
		_, err := store.OpenMemory(store.Options{Keep: keep})
		wantCode(t, err, fault.CodeInvalidField)
	}
}

func TestConcurrentWritersOfOneRecord(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		u := newUser(t, s)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for done := 0; done < 20; {
					v, rev, err := s.ReadUser(ctx, u, "profile")
					if err != nil {
						t.Error(err)
						return
					}
					if _, err = s.WriteUser(ctx, u, "profile", append(v, 'x'), rev); err == nil {
						done++
					} else if f := fault.From(err); f.Code != fault.CodeConflict {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		v, _, err := s.ReadUser(ctx, u, "profile")
		ok(t, err)
		if len(v) != 1+8*20 {
			t.Fatalf("%d updates survived", len(v)-1)
		}
	})
}

func TestLedgerNeverOversells(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const people, tries, total, perUser = 40, 8, 100, 3
		offer := id.Offer(id.New(id.PrefixOffer))
		var mu sync.Mutex
		tickets := map[int]int{}
		var soldOut, perUserOut atomic.Int64
		var all sync.WaitGroup
		for range people {
			u := newUser(t, s)
			for range tries {
				all.Go(func() {
					red := id.Redemption(id.New(id.PrefixRedemption))
					for range 2 { // and once more, as after an unknown outcome
						n, err := s.Claim(ctx, taking(offer, u, red, total, perUser))
						switch f := fault.From(err); {
						case err == nil:
							mu.Lock()
							tickets[n]++
							mu.Unlock()
						case f.Code == fault.CodeSoldOut && f.Field == "total":
							soldOut.Add(1)
						case f.Code == fault.CodeSoldOut && f.Field == "perUser":
							perUserOut.Add(1)
						default:
							t.Error(err)
						}
					}
				})
			}
		}
		all.Wait()
		if len(tickets) != total {
			t.Fatalf("%d of %d sold", len(tickets), total)
		}
		for n, times := range tickets {
			if n < 1 || n > total || times != 2 {
				t.Fatalf("ticket %d given %d times", n, times)
			}
		}
		if soldOut.Load()+perUserOut.Load() != 2*(people*tries-total) || perUserOut.Load() == 0 {
			t.Fatalf("refused: %d sold out, %d per user", soldOut.Load(), perUserOut.Load())
		}
		if n := must(s.Claimed(ctx, string(offer)))(t).Count; n != total {
			t.Fatalf("claimed %d", n)
		}
	})
}

func TestNobodyTakesMoreThanTheirShare(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := newUser(t, s), newUser(t, s)
		must(s.Claim(ctx, taking("off_a", a, "red_1", 0, 2)))(t)
		must(s.Claim(ctx, taking("off_a", a, "red_2", 0, 2)))(t)
		_, err := s.Claim(ctx, taking("off_a", a, "red_3", 0, 2))
		wantCode(t, err, fault.CodeSoldOut)
		if fault.From(err).Field != "perUser" {
			t.Errorf("field %q", fault.From(err).Field)
		}
		must(s.Claim(ctx, taking("off_a", b, "red_3", 0, 2)))(t)
		must(s.Claim(ctx, taking("off_b", a, "red_3", 0, 2)))(t)
		ok(t, s.Release(ctx, taking("off_a", a, "red_1", 0, 0)))
		must(s.Claim(ctx, taking("off_a", a, "red_4", 0, 2)))(t)
	})
}

func TestReleaseGivesAUnitBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		offer := id.Offer(id.New(id.PrefixOffer))
		a, b := newUser(t, s), newUser(t, s)
		if n := must(s.Claim(ctx, taking(offer, a, "red_1", 1, 1)))(t); n != 1 {
			t.Fatalf("ticket %d", n)
		}
		_, err := s.Claim(ctx, taking(offer, b, "red_2", 1, 1))
		wantCode(t, err, fault.CodeSoldOut)
		wantCode(t, s.Release(ctx, taking(offer, b, "red_1", 0, 0)), fault.CodeNotFound) // not b's
		ok(t, s.Release(ctx, taking(offer, a, "red_1", 0, 0)))
		ok(t, s.Release(ctx, taking(offer, a, "red_1", 0, 0)))
		if n := must(s.Claimed(ctx, string(offer)))(t).Count; n != 0 {
			t.Fatalf("claimed %d", n)
		}
		_, err = s.Claim(ctx, taking(offer, a, "red_1", 1, 1))
		wantCode(t, err, fault.CodeConflict)
		if n := must(s.Claim(ctx, taking(offer, a, "red_3", 1, 1)))(t); n != 2 {
			t.Fatalf("ticket %d was given again", n)
		}
	})
}

func TestOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		req := store.Request{Scope: "key1", Key: "abc", Body: [32]byte{1}}
		var runs atomic.Int64
		do := func(context.Context) ([]byte, id.User, error) { runs.Add(1); return []byte("made"), "", nil }
		_, _, err := s.Once(ctx, req, func(context.Context) ([]byte, id.User, error) { return nil, "", errors.New("no") })
		if err == nil {
			t.Fatal("the error of do is lost")
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				res, _, err := s.Once(ctx, req, do)
				if err != nil || string(res) != "made" {
					t.Errorf("got %q, %v", res, err)
				}
			})
		}
		all.Wait()
		if runs.Load() != 1 {
			t.Fatalf("ran %d times", runs.Load())
		}
		other := req
		other.Body[0] = 2
		_, _, err = s.Once(ctx, other, do)
		wantCode(t, err, fault.CodeIdempotency)
		other.Scope = "key2"
		_, replayed, err := s.Once(ctx, other, do)
		if err != nil || replayed {
			t.Fatalf("another scope: %v, %v", replayed, err)
		}
		u := newUser(t, s)
		mine := store.Request{Scope: "key1", Key: "mine"}
		personal := func(context.Context) ([]byte, id.User, error) { return []byte("secret"), u, nil }
		_, _, err = s.Once(ctx, mine, personal)
		ok(t, err)
		res, replayed, err := s.Once(ctx, mine, personal)
		if err != nil || !replayed || string(res) != "secret" {
			t.Fatalf("got %q, %v, %v", res, replayed, err)
		}
	})
}

func TestOnceOutlivesItsCaller(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		req := store.Request{Scope: "key1", Key: "abc"}
		ctx, hangUp := context.WithCancel(t.Context())
		runs := 0
		do := func(ctx context.Context) ([]byte, id.User, error) {
			runs++
			hangUp()
			return []byte("made"), "", ctx.Err()
		}
		if res, _, err := s.Once(ctx, req, do); err != nil || string(res) != "made" {
			t.Errorf("what was under way was broken off: %q, %v", res, err)
		}
		res, replayed, err := s.Once(t.Context(), req, do)
		if err != nil || !replayed || string(res) != "made" || runs != 1 {
			t.Errorf("got %q, replayed %v, %v; ran %d times", res, replayed, err, runs)
		}
		req.Key = "late"
		_, _, err = s.Once(ctx, req, do)
		wantCode(t, err, fault.CodeUnavailable)
		if runs != 1 {
			t.Error("ran for a caller who had gone before")
		}
	})
}

func TestEraseEndsEverythingOfAUser(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := newUser(t, s), newUser(t, s)
		offer := id.Offer(id.New(id.PrefixOffer))
		must(s.WriteUser(ctx, a, "state", nil, 0))(t)
		must(s.Claim(ctx, taking(offer, a, "red_1", 0, 0)))(t)
		if s.Erased(ctx, a) {
			t.Fatal("erased before the erase")
		}
		receipt := must(s.EraseUser(ctx, a))(t)
		if receipt.Records != 2 || !receipt.Compacted || receipt.Erased.IsZero() {
			t.Fatalf("receipt %+v", receipt)
		}
		_, _, err := s.ReadUser(ctx, a, "profile")
		wantCode(t, err, fault.CodeErased)
		_, err = s.WriteUser(ctx, a, "state", nil, 0)
		wantCode(t, err, fault.CodeErased)
		wantCode(t, s.CreateUser(ctx, a, store.Record{Name: "profile"}), fault.CodeErased)
		wantCode(t, s.ListUser(ctx, a, "", nil), fault.CodeErased)
		_, err = s.Claim(ctx, taking(offer, a, "red_2", 0, 0))
		wantCode(t, err, fault.CodeErased)
		if n := must(s.Claimed(ctx, string(offer)))(t).Count; n != 1 {
			t.Fatalf("the merchant's count changed to %d", n)
		}
		again := must(s.EraseUser(ctx, a))(t)
		if again.Erased.Unix() != receipt.Erased.Unix() {
			t.Fatal("another time at the second erase")
		}
		_, err = s.EraseUser(ctx, id.NewUser("0"))
		wantCode(t, err, fault.CodeNotFound)
		if !s.Erased(ctx, a) || s.Erased(ctx, b) {
			t.Fatal("the wrong one is erased")
		}
		_, _, err = s.ReadUser(ctx, b, "profile")
		ok(t, err)
		users, _, err := s.Users(ctx, "", 10)
		if err != nil || !slices.Equal(users, []id.User{b}) {
			t.Fatalf("users %v, %v", users, err)
		}
	})
}

// A late writer can't resurrect a user: whatever the race, after the erase nothing is there.
func TestEraseAgainstLateWriters(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		u := newUser(t, s)
		var all sync.WaitGroup
		started := make(chan struct{}, 16)
		for range 8 {
			all.Go(func() {
				for i := 0; ; i++ {
					_, err := s.WriteUser(ctx, u, "purchase/"+id.New("x"), []byte("late"), 0)
					if fault.From(err) != nil {
						if fault.From(err).Code != fault.CodeErased {
							t.Error(err)
						}
						return
					}
					if i == 3 {
						started <- struct{}{}
					}
				}
			})
		}
		<-started
		must(s.EraseUser(ctx, u))(t)
		all.Wait()
		report := must(s.Verify(ctx))(t)
		if report.Records["user"] != 0 || report.Records["key"] != 0 {
			t.Fatalf("left: %v", report.Records)
		}
	})
}

// The same race many times, without disk: a writer that has read the data key must not write after the erase.
func TestEraseLeavesNoRecordBehind(t *testing.T) {
	s, err := store.OpenMemory(store.Options{})
	ok(t, err)
	closeAtEnd(t, s)
	ctx := t.Context()
	for range 200 {
		u := newUser(t, s)
		started := make(chan struct{}, 4)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := 0; ; i++ {
					if _, err := s.WriteUser(ctx, u, "purchase/"+id.New("x"), []byte("late"), 0); err != nil {
						return
					}
					if i == 0 {
						started <- struct{}{}
					}
				}
			})
		}
		<-started
		must(s.EraseUser(ctx, u))(t)
		all.Wait()
	}
	if report := must(s.Verify(ctx))(t); report.Records["user"] != 0 {
		t.Fatalf("left: %v", report.Records)
	}
}

func TestAnEndedContextIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx, stop := context.WithCancel(t.Context())
		u := newUser(t, s)
		stop()
		offer := id.Offer(id.New(id.PrefixOffer))
		for name, call := range map[string]func() error{
			"Put":      func() error { _, err := s.Put(ctx, item(store.Offer, "off_a", ""), 0); return err },
			"Get":      func() error { _, err := s.Get(ctx, "live", store.Offer, "off_a"); return err },
			"Watch":    func() error { return s.Watch(ctx, func(store.Change) {}) },
			"Nearest":  func() error { return s.Nearest(ctx, "live", geo.Point{}, 1, nil) },
			"Create":   func() error { return s.CreateUser(ctx, id.NewUser("0")) },
			"Read":     func() error { _, _, err := s.ReadUser(ctx, u, "profile"); return err },
			"Write":    func() error { _, err := s.WriteUser(ctx, u, "state", nil, 0); return err },
			"Erase":    func() error { _, err := s.EraseUser(ctx, u); return err },
			"Claim":    func() error { _, err := s.Claim(ctx, taking(offer, u, "red_1", 0, 0)); return err },
			"Claimed":  func() error { _, err := s.Claimed(ctx, string(offer)); return err },
			"Once":     func() error { _, _, err := s.Once(ctx, store.Request{}, nil); return err },
			"Verify":   func() error { _, err := s.Verify(ctx); return err },
			"Compact":  func() error { return s.Compact(ctx) },
			"Backup":   func() error { d := t.TempDir(); return s.Backup(ctx, d, d) },
			"Releases": func() error { return s.Release(ctx, taking(offer, u, "red_1", 0, 0)) },
		} {
			t.Run(name, func(t *testing.T) { wantCode(t, call(), fault.CodeUnavailable) })
		}
	})
}

func TestAClosedStoreSaysSo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		ok(t, s.Close())
		_, _, err := s.ReadUser(t.Context(), u, "profile")
		wantCode(t, err, fault.CodeUnavailable)
		_, err = s.Put(t.Context(), item(store.Offer, "off_a", ""), 0)
		wantCode(t, err, fault.CodeUnavailable)
	})
}
