package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// An erase that ends after any of its steps is finished by the next Open, down to the last byte.
func TestInterruptedEraseIsFinished(t *testing.T) {
	ctx := context.Background()
	const canary = "canary-4711"
	steps := []struct {
		name string
		step func(s *Store, u id.User) error
	}{
		{"tombstone", func(s *Store, u id.User) error { _, _, err := s.digGrave(ctx, u); return err }},
		{"records and key", func(s *Store, u id.User) error { _, err := s.destroy(ctx, u); return err }},
		{"keys compacted", func(s *Store, _ id.User) error { return s.keys.shrink(ctx) }},
		{"core compacted", func(s *Store, _ id.User) error { return s.core.shrink(ctx) }},
	}
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	u, other := id.NewUser("0"), id.NewUser("0")
	for _, user := range []id.User{u, other} {
		if err := s.CreateUser(ctx, user, Record{Name: "profile", Value: []byte(canary)}, Record{Name: "state", Value: []byte(canary)}); err != nil {
			t.Fatal(err)
		}
		due := time.Now().Add(time.Hour)
		if err := s.PutCode(ctx, user, "code-of-"+string(user), []byte(canary), due, due, due); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Once(ctx, Request{Key: string(user)}, func(context.Context) ([]byte, id.User, error) { return []byte(canary), user, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if held := grep(t, s.dir, string(u)); !held {
		t.Fatal("the test does not see the user before the erase")
	}
	for _, st := range steps {
		if err := st.step(s, u); err != nil {
			t.Fatal(err)
		}
		crashed := t.TempDir()
		if err := os.CopyFS(filepath.Join(crashed, "data"), os.DirFS(s.dir)); err != nil {
			t.Fatal(err)
		}
		t.Run("after "+st.name, func(t *testing.T) {
			s, err := Open(filepath.Join(crashed, "data"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if s.report.ErasesFinished != 1 {
				t.Errorf("finished %d erases", s.report.ErasesFinished)
			}
			if grep(t, s.dir, string(u)) || grep(t, s.dir, canary) {
				t.Error("something of the user is left in a file")
			}
			if !s.Erased(ctx, u) || s.Erased(ctx, other) {
				t.Error("the wrong one is erased")
			}
			if _, _, err := s.FindCode(ctx, "code-of-"+string(u)); err == nil {
				t.Error("the code of an erased person leads somewhere")
			}
			if who, v, err := s.FindCode(ctx, "code-of-"+string(other)); err != nil || who != other || string(v) != canary {
				t.Errorf("the other's code: %s %q, %v", who, v, err)
			}
			if v, _, err := s.ReadUser(ctx, other, "profile"); err != nil || string(v) != canary {
				t.Errorf("the other user: %q, %v", v, err)
			}
			if report, err := s.Verify(ctx); err != nil || !report.Clean() {
				t.Errorf("%v %+v", err, report)
			}
			if _, open := s.graves.counts(); open != 0 {
				t.Errorf("%d erases still open", open)
			}
		})
	}
}

func grep(t *testing.T, dir, what string) bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(what)) {
			t.Logf("%s holds it", e.Name())
			return true
		}
	}
	return false
}

// A failed sync proves nothing about later ones: the file takes no more writes.
func TestAFailedSyncStopsTheFile(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := os.Rename(filepath.Join(dir, coreFile), filepath.Join(dir, "away")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Put(ctx, Item{Kind: Offer, Partition: "live", ID: id.New("x")}, 0); err == nil {
			t.Fatal("a write was acknowledged without a sync")
		}
	}
}

// The store compacts a file that has grown or has deleted records a day old, and completes erases that wait for it.
func TestTidyDoesWhatIsDue(t *testing.T) {
	ctx := context.Background()
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	u := id.NewUser("0")
	if err := s.CreateUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var rev Rev
	if s.state.due(now) {
		t.Error("an empty file is due")
	}
	for i := range 3 {
		if rev, err = s.WriteUser(ctx, u, "state", make([]byte, maxValue/2), rev); err != nil {
			t.Fatal(i, err)
		}
	}
	s.tidy(ctx, now)
	if size := s.state.size(); size > maxValue {
		t.Errorf("%d bytes after tidying", size)
	}
	if _, err = s.WriteUser(ctx, u, "state", nil, rev); err != nil {
		t.Fatal(err)
	}
	if s.state.due(now) || !s.state.due(now.Add(25*time.Hour)) {
		t.Error("a day is not the limit for deleted records")
	}
	if _, _, err := s.digGrave(ctx, u); err != nil {
		t.Fatal(err)
	}
	if _, err := s.destroy(ctx, u); err != nil {
		t.Fatal(err)
	}
	s.tidy(ctx, now)
	if s.Stats().Pending != 0 || s.Stats().Tombstones != 1 || grep(t, s.dir, string(u)) {
		t.Errorf("the erase is not complete: %+v", s.Stats())
	}
}

// Verify notices what in-memory state disagrees with the facts.
func TestVerifyNoticesWrongDerivedState(t *testing.T) {
	ctx := context.Background()
	for name, spoil := range map[string]func(s *Store, offer id.Offer){
		"tally": func(s *Store, o id.Offer) { s.ledger.tallies[counter{key: string(o)}] = offers.Tally{Count: 2} },
		"missing": func(s *Store, _ id.Offer) {
			_ = s.index.update(ctx, func(tx *buntdb.Tx) error { return remove(tx, "x/live/offer/m\x00e") })
		},
		"surplus": func(s *Store, _ id.Offer) {
			_ = s.index.update(ctx, func(tx *buntdb.Tx) error { _, _, err := tx.Set("h/live/offer/1/x", "", nil); return err })
		},
		"orphan": func(s *Store, _ id.Offer) {
			_ = s.core.update(ctx, func(tx *buntdb.Tx) error { return set(tx, "u/usr_0_x/profile", envelope{rev: 1}) })
		},
		"swapped": func(s *Store, _ id.Offer) {
			_ = s.core.update(ctx, func(tx *buntdb.Tx) error {
				var user string
				var env envelope
				_ = ascend(tx, userPrefix, "", func(k, v string) bool { user = k; env, _ = decode(k, v); return false })
				return set(tx, userKey(userOf(user), "purchase/x"), env)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := OpenMemory(Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			u, offer := id.NewUser("0"), id.Offer(id.New(id.PrefixOffer))
			if err := s.CreateUser(ctx, u, Record{Name: "profile"}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Claim(ctx, offers.Claim{Offer: offer, User: u, Redemption: "red_1"}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Put(ctx, Item{Kind: Offer, Partition: "live", ID: "a", Scope: "m", ExternalID: "e"}, 0); err != nil {
				t.Fatal(err)
			}
			if report, err := s.Verify(ctx); err != nil || !report.Clean() {
				t.Fatalf("before: %v %+v", err, report)
			}
			spoil(s, offer)
			if report, err := s.Verify(ctx); err != nil || report.Clean() {
				t.Fatalf("not noticed: %v %+v", err, report)
			}
		})
	}
}
