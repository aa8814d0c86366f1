package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

func TestInspectReadsBesideARunningStore(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	user := id.NewUser("0")
	if err := s.CreateUser(t.Context(), user, store.Record{Name: "profile", Value: []byte("one")}); err != nil {
		t.Fatal(err)
	}
	r, err := store.Inspect(t.Context(), dir)
	if err != nil || !r.Clean() || len(r.Records) == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	path := filepath.Join(dir, "core.db")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(half, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	data[len(data)-6] ^= 0xff // within the last value
	if err := os.WriteFile(filepath.Join(half, "core.db"), append(data, data...), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := store.Inspect(t.Context(), half); err != nil || r.Clean() {
		t.Errorf("a flipped byte goes unseen: %+v, %v", r, err)
	}
	if _, err := store.Inspect(t.Context(), t.TempDir()); fault.From(err) == nil || fault.From(err).Kind != fault.NotFound {
		t.Errorf("no store: %v", err)
	}
}
