package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

// recordsOfFill are one key, three user records, two items, one claim, one result, the salt, and the secret of codes.
const recordsOfFill = 10

// fill makes a small store with every class of record and returns its directory, closed.
func fill(t testing.TB) (dir string, user id.User) {
	t.Helper()
	dir = t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	user = id.NewUser("0")
	check(s.CreateUser(ctx, user, store.Record{Name: "profile", Value: []byte("secret")}))
	_, err = s.WriteUser(ctx, user, "state", []byte("secret"), 0)
	check(err)
	_, err = s.WriteUser(ctx, user, "purchase/a", []byte("secret"), 0)
	check(err)
	place := item(store.Place, "plc_a", `{"name":"Bar"}`)
	place.Point = &geo.Point{Lat: 50, Lon: 8}
	rev, err := s.Put(ctx, place, 0)
	check(err)
	place.Value = []byte(`{"name":"Bar 2"}`)
	_, err = s.Put(ctx, place, rev)
	check(err)
	offer := item(store.Offer, "off_a", `{}`)
	offer.Scope, offer.ExternalID, offer.Cells = "mer_a", "ext", []geo.Cell{0x891f1d48b2fffff}
	rev, err = s.Put(ctx, offer, 0)
	check(err)
	check(s.Delete(ctx, "live", store.Offer, "off_a", rev))
	_, err = s.Put(ctx, offer, 0)
	check(err)
	_, err = s.Claim(ctx, taking("off_a", user, "red_1", 1, 1))
	check(err)
	_, _, err = s.Once(ctx, store.Request{Key: "k"}, func(context.Context) ([]byte, id.User, error) { return []byte("r"), "", nil })
	check(err)
	check(s.Close())
	return dir, user
}

func TestEverythingIsThereAfterReopen(t *testing.T) {
	dir, user := fill(t)
	s := open(t, dir)
	ctx := t.Context()
	records := 0
	for _, n := range must(s.Verify(ctx))(t).Records {
		records += n
	}
	if records != recordsOfFill {
		t.Errorf("%d records", records)
	}
	if r := s.OpenReport(); !r.Clean() || r.Torn != nil || r.ErasesFinished != 0 {
		t.Fatalf("%+v", r)
	}
	for _, name := range []string{"profile", "state", "purchase/a"} {
		v, _, err := s.ReadUser(ctx, user, name)
		if err != nil || string(v) != "secret" {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
	if got := must(s.GetExternal(ctx, "live", store.Offer, "mer_a", "ext"))(t); got.ID != "off_a" || len(got.Cells) != 1 {
		t.Errorf("%+v", got)
	}
	found := false
	ok(t, s.Nearest(ctx, "live", geo.Point{Lat: 50, Lon: 8}, 1, func(it store.Item, m float64) bool {
		found = string(it.Value) == `{"name":"Bar 2"}` && m < 1
		return true
	}))
	if !found {
		t.Error("the place is not found")
	}
	if n := must(s.Claim(ctx, taking("off_a", user, "red_1", 1, 1)))(t); n != 1 {
		t.Errorf("ticket %d", n)
	}
	_, err := s.Claim(ctx, taking("off_a", user, "red_2", 1, 1))
	wantCode(t, err, fault.CodeSoldOut)
	_, replayed, err := s.Once(ctx, store.Request{Key: "k"}, nil)
	if err != nil || !replayed {
		t.Errorf("replayed %v, %v", replayed, err)
	}
}

// damage opens a copy of dir in which one file was changed.
func damage(t *testing.T, dir, name string, content []byte) *store.Store {
	t.Helper()
	at := filepath.Join(t.TempDir(), "data")
	ok(t, os.CopyFS(at, os.DirFS(dir)))
	ok(t, os.WriteFile(filepath.Join(at, name), content, 0o600))
	s, err := store.Open(at, store.Options{})
	if err != nil {
		t.Fatalf("%s does not open: %v", name, err)
	}
	return s
}

var files = []string{"core.db", "keys.db", "state.db"}

// everyByte runs f for every offset of every file of a small store; the time goes into syncs, so many at once.
func everyByte(t *testing.T, f func(t *testing.T, dir, name string, whole []byte, at int)) {
	t.Helper()
	t.Parallel()
	dir, _ := fill(t)
	for _, name := range files {
		whole, err := os.ReadFile(filepath.Join(dir, name))
		ok(t, err)
		const lanes = 8
		for lane := range lanes {
			t.Run(fmt.Sprintf("%s/%d", name, lane), func(t *testing.T) {
				t.Parallel()
				for at := lane; at < len(whole); at += lanes {
					f(t, dir, name, whole, at)
				}
			})
		}
	}
}

func TestTruncationAtEveryByte(t *testing.T) {
	everyByte(t, func(t *testing.T, dir, name string, whole []byte, cut int) {
		s := damage(t, dir, name, whole[:cut])
		if r := s.OpenReport(); !r.Clean() {
			t.Fatalf("%s cut at %d counts as damage: %+v", name, cut, r)
		}
		verifyButKeys(t, s, fmt.Sprintf("%s cut at %d", name, cut))
		_, err := s.Put(t.Context(), item(store.Offer, "off_new", ""), 0)
		ok(t, err)
		ok(t, s.Close())
	})
}

// verifyButKeys accepts records whose data key was in the damaged part, and nothing else.
func verifyButKeys(t *testing.T, s *store.Store, what string) store.Report {
	t.Helper()
	report := must(s.Verify(t.Context()))(t)
	for _, f := range report.Broken {
		if f.Reason != "the user has no data key" || !strings.Contains(what, "keys.db") {
			t.Fatalf("%s: %+v", what, f)
		}
	}
	return report
}

// A flipped bit costs at most the record that it hits, is reported, and the damaged file is kept.
func TestOneFlippedBitAtEveryByte(t *testing.T) {
	everyByte(t, func(t *testing.T, dir, name string, whole []byte, at int) {
		bad := bytes.Clone(whole)
		bad[at] ^= 1 << (at % 8)
		s := damage(t, dir, name, bad)
		r := s.OpenReport()
		// Two things have no checksum: the key of a deletion (another key is deleted, or none), and the seconds of
		// an expiry, where a small difference is a clock's.
		before := whole[max(0, at-40):at]
		unsure := bytes.Contains(before, []byte("$3\r\ndel\r\n")) || bytes.Contains(before[max(0, len(before)-18):], []byte("ae\r\n$10"))
		if len(r.Dropped)+len(r.Torn) != 1 && !unsure {
			t.Fatalf("%s bit %d of byte %d: %+v", name, at%8, at, r)
		}
		if len(r.Dropped) == 1 && !kept(t, s, name) {
			t.Fatalf("the damaged %s was not kept", name)
		}
		left := 0
		for _, n := range verifyButKeys(t, s, fmt.Sprintf("%s byte %d", name, at)).Records {
			left += n
		}
		if left < recordsOfFill-1 {
			t.Fatalf("%s byte %d: more than one record lost: %d left", name, at, left)
		}
		ok(t, s.Close())
	})
}

func kept(t *testing.T, s *store.Store, name string) bool {
	t.Helper()
	return len(must(filepath.Glob(filepath.Join(filepath.Dir(s.Path(name)), name+".damaged-*")))(t)) == 1
}

func TestARevisionIsNeverGivenTwice(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	ctx := t.Context()
	first := must(s.Put(ctx, item(store.Offer, "off_a", ""), 0))(t)
	ok(t, s.Delete(ctx, "live", store.Offer, "off_a", first))
	ok(t, s.Compact(ctx))
	ok(t, s.Close())
	s = open(t, dir)
	if again := must(s.Put(ctx, item(store.Offer, "off_a", ""), 0))(t); again <= first {
		t.Fatalf("revision %d after %d", again, first)
	}
}

func TestZerosAtTheEndAreATornTail(t *testing.T) {
	dir, user := fill(t)
	whole, err := os.ReadFile(filepath.Join(dir, "core.db"))
	ok(t, err)
	s := damage(t, dir, "core.db", append(whole, make([]byte, 5000)...))
	if r := s.OpenReport(); !r.Clean() || len(r.Torn) != 1 {
		t.Fatalf("%+v", r)
	}
	must(s.WriteUser(t.Context(), user, "purchase/b", nil, 0))(t)
	report := must(s.Verify(t.Context()))(t)
	if !report.Clean() {
		t.Fatalf("%+v", report)
	}
	ok(t, s.Close())
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := store.Open(dir, store.Options{})
	wantCode(t, err, fault.CodeConflict)
	if !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("the error does not say who: %v", err)
	}
	ok(t, s.Close())
	open(t, dir)
	if info := must(os.Stat(dir))(t); info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestAnErasedUserIsInNoFile(t *testing.T) {
	dir, user := fill(t)
	s := open(t, dir)
	ctx := t.Context()
	const canary = "canary-0815"
	must(s.WriteUser(ctx, user, "delivery/x", []byte(canary), 0))(t)
	_, _, err := s.Once(ctx, store.Request{Scope: "fl_live_pk", Key: "optin"}, func(context.Context) ([]byte, id.User, error) {
		return []byte(canary + string(user)), user, nil
	})
	ok(t, err)
	ok(t, os.WriteFile(filepath.Join(dir, "core.db.damaged-1"), []byte(user), 0o600))
	if !inFiles(t, dir, string(user)) {
		t.Fatal("the test can't see the user before the erase")
	}
	must(s.EraseUser(ctx, user))(t)
	for _, trace := range []string{string(user), canary, "red_1"} {
		if inFiles(t, dir, trace) {
			t.Errorf("%q is still in a file", trace)
		}
	}
	ok(t, s.Close())
	s = open(t, dir)
	if !s.Erased(ctx, user) || s.OpenReport().ErasesFinished != 0 {
		t.Error("the tombstone is lost or unfinished")
	}
	if n := must(s.Claimed(ctx, "off_a"))(t).Count; n != 1 {
		t.Errorf("claimed %d", n)
	}
}

// Losing the salt must not bring anybody back.
func TestTombstonesOutliveTheSalt(t *testing.T) {
	dir, user := fill(t)
	s := open(t, dir)
	must(s.EraseUser(t.Context(), user))(t)
	ok(t, s.Close())
	core := must(os.ReadFile(filepath.Join(dir, "core.db")))(t)
	at := bytes.Index(core, []byte("m/salt\r\n"))
	core[at+30] ^= 1
	s = damage(t, dir, "core.db", core)
	if n := len(s.OpenReport().Dropped); n != 1 || !s.Erased(t.Context(), user) {
		t.Errorf("%d records dropped, erased: %v", n, s.Erased(t.Context(), user))
	}
	ok(t, s.Close())
}

func inFiles(t *testing.T, dir, what string) bool {
	t.Helper()
	for _, e := range must(os.ReadDir(dir))(t) {
		if bytes.Contains(must(os.ReadFile(filepath.Join(dir, e.Name())))(t), []byte(what)) {
			return true
		}
	}
	return false
}

func TestABackupRestores(t *testing.T) {
	dir, user := fill(t)
	s := open(t, dir)
	ctx := t.Context()
	back, keys, to := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "new")
	var all sync.WaitGroup
	all.Go(func() { // a writer meanwhile
		for range 50 {
			_, err := s.WriteUser(ctx, user, "purchase/"+id.New("x"), nil, 0)
			if err != nil {
				t.Error(err)
			}
		}
	})
	ok(t, s.Backup(ctx, back, keys))
	all.Wait()
	wantCode(t, s.Backup(ctx, back, keys), fault.CodeExists)
	if _, err := os.Stat(filepath.Join(back, "keys.db")); err == nil {
		t.Error("the keys lie beside what they open")
	}
	wantCode(t, store.Restore(ctx, back, back, to), fault.CodeNotFound)
	ok(t, store.Restore(ctx, back, keys, to))
	wantCode(t, store.Restore(ctx, back, keys, to), fault.CodeExists)
	restored := open(t, to)
	v, _, err := restored.ReadUser(ctx, user, "profile")
	if err != nil || string(v) != "secret" {
		t.Errorf("%q, %v", v, err)
	}
	core := filepath.Join(back, "core.db")
	b := must(os.ReadFile(core))(t)
	b[len(b)/2] ^= 1
	ok(t, os.WriteFile(core, b, 0o600))
	wantCode(t, store.Restore(ctx, back, keys, filepath.Join(t.TempDir(), "new")), fault.CodeMalformed)
}

// Writers go on during a compaction and nothing of theirs is lost.
func TestCompactionUnderLoad(t *testing.T) {
	dir, user := fill(t)
	s := open(t, dir)
	ctx := t.Context()
	stop := make(chan struct{})
	var mu sync.Mutex
	written := map[string]bool{}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				name := "purchase/" + id.New("x")
				if _, err := s.WriteUser(ctx, user, name, []byte("v"), 0); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				written[name] = true
				mu.Unlock()
			}
		})
	}
	before := s.Stats().Bytes["core.db"]
	ok(t, s.Compact(ctx))
	ok(t, s.Compact(ctx))
	close(stop)
	all.Wait()
	if before == 0 {
		t.Error("no size")
	}
	ok(t, s.Close())
	s = open(t, dir)
	for name := range written {
		if _, _, err := s.ReadUser(ctx, user, name); err != nil {
			t.Fatalf("%s after reopen: %v", name, err)
		}
	}
	if len(written) == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// TestMissingFileIsNoEmptyStore: beside the other files, a file that is gone is a loss, not a beginning.
func TestMissingFileIsNoEmptyStore(t *testing.T) {
	for name, lost := range map[string]bool{"core.db": true, "keys.db": true, "state.db": false} {
		dir, _ := fill(t)
		path := filepath.Join(dir, name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(dir, store.Options{})
		if f := fault.From(err); lost && (f == nil || f.Code != fault.CodeConflict || !strings.Contains(f.Detail, name)) {
			t.Errorf("without %s: %v, want a conflict that names it", name, err)
		}
		if !lost && err != nil {
			t.Errorf("without %s: %v", name, err)
		}
		if err == nil {
			_ = s.Close()
		}
		if _, err := os.Stat(path); lost && err == nil {
			t.Errorf("%s was made", name)
		}
	}
}
