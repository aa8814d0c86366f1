package store_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

// TestCodes holds that a code leads to its owner alone, and that the lists are the same after a restart.
func TestCodes(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	ctx := t.Context()
	ann, ben := id.NewUser("0"), id.NewUser("0")
	for _, u := range []id.User{ann, ben} {
		if err := s.CreateUser(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().Truncate(time.Second)
	keep := now.Add(time.Hour)
	put := func(u id.User, text, value string, due, ended, keep time.Time) error {
		return s.PutCode(ctx, u, text, []byte(value), due, ended, keep)
	}
	for _, err := range []error{
		put(ann, "A", "a1", now.Add(2*time.Minute), time.Time{}, keep), put(ben, "B", "b1", now.Add(time.Minute), time.Time{}, keep),
		put(ann, "C", "c1", time.Time{}, now, keep), put(ann, "A", "a2", now.Add(3*time.Minute), time.Time{}, keep), // moved
		put(ben, "D", "d1", now, now, keep), put(ben, "D", "", time.Time{}, time.Time{}, time.Time{}), // forgotten
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := put(ben, "A", "stolen", time.Time{}, time.Time{}, keep); fault.From(err) == nil || fault.From(err).Code != fault.CodeExists {
		t.Errorf("another's code: %v", err)
	}
	secrets := must(s.Secrets(ctx, "signing"))(t)
	if err := s.AddSecret(ctx, "signing"); err != nil {
		t.Fatal(err)
	}
	look := func(s *store.Store) {
		t.Helper()
		if u, v, err := s.FindCode(ctx, "A"); u != ann || string(v) != "a2" || err != nil {
			t.Errorf("A: %s %q %v", u, v, err)
		}
		for _, gone := range []string{"D", "E"} {
			if _, _, err := s.FindCode(ctx, gone); fault.From(err) == nil || fault.From(err).Kind != fault.NotFound {
				t.Errorf("%s: %v", gone, err)
			}
		}
		list := func(get func(fn func(id.User, []byte) bool) error) (out []string) {
			if err := get(func(_ id.User, v []byte) bool { out = append(out, string(v)); return true }); err != nil {
				t.Error(err)
			}
			return out
		}
		due := func(at time.Time) []string {
			return list(func(fn func(id.User, []byte) bool) error { return s.DueCodes(ctx, at, fn) })
		}
		if a, b, c := due(now), due(now.Add(time.Minute)), due(now.Add(time.Hour)); a != nil || !slices.Equal(b, []string{"b1"}) || !slices.Equal(c, []string{"b1", "a2"}) {
			t.Errorf("due: %v %v %v", a, b, c)
		}
		ended := list(func(fn func(id.User, []byte) bool) error { return s.EndedCodes(ctx, now, fn) })
		later := list(func(fn func(id.User, []byte) bool) error { return s.EndedCodes(ctx, now.Add(time.Second), fn) })
		if !slices.Equal(ended, []string{"c1"}) || later != nil {
			t.Errorf("ended: %v, %v", ended, later)
		}
		all := must(s.Secrets(ctx, "signing"))(t)
		if len(all) != 2 || !bytes.Equal(all[0], secrets[0]) || bytes.Equal(all[0], all[1]) {
			t.Error("secrets are not what they were")
		}
		if r := must(s.Verify(ctx))(t); !r.Clean() {
			t.Errorf("%+v", r.Broken)
		}
	}
	look(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look(open(t, dir))
}
