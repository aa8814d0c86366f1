package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

func TestNotesSurviveAndGoWithTheirOwner(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	anna, ben := id.NewUser("0"), id.NewUser("0")
	for _, u := range []id.User{anna, ben} {
		if err := s.CreateUser(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	err = s.PutNotes(ctx, "box", store.Note{Name: "a/1", Owner: anna, Value: []byte("of anna")},
		store.Note{Name: "a/2", Value: []byte("of nobody")}, store.Note{Name: "b/1", Owner: ben, Value: []byte("of ben")},
		store.Note{Name: "b/2", Value: []byte("soon gone"), Keep: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	read := func(prefix string) (out string) {
		t.Helper()
		if err := s.Notes(ctx, "box", prefix, func(n store.Note) bool {
			out += n.Name + "=" + string(n.Value) + ";"
			return true
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	all := "a/1=of anna;a/2=of nobody;b/1=of ben;b/2=soon gone;"
	if got := read(""); got != all {
		t.Fatal(got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got := read(""); got != all {
		t.Fatal("after a restart: ", got)
	}
	if got := read("a/"); got != "a/1=of anna;a/2=of nobody;" {
		t.Fatal(got)
	}
	inRome, _ := s.Alias(ctx, anna, "mer_rome")
	again, _ := s.Alias(ctx, anna, "mer_rome")
	inOslo, _ := s.Alias(ctx, anna, "mer_oslo")
	ofBen, _ := s.Alias(ctx, ben, "mer_rome")
	if inRome == "" || inRome != again || inRome == inOslo || inRome == ofBen {
		t.Fatal(inRome, again, inOslo, ofBen)
	}
	if _, err := s.EraseUser(ctx, anna); err != nil {
		t.Fatal(err)
	}
	if got := read(""); got != "a/2=of nobody;b/1=of ben;b/2=soon gone;" {
		t.Fatal("after an erase: ", got)
	}
	if _, err := s.Alias(ctx, anna, "mer_rome"); fault.From(err).Code != fault.CodeErased {
		t.Fatal("an alias outlived its person: ", err)
	}
	if err := s.PutNotes(ctx, "box", store.Note{Name: "a/3", Owner: anna, Value: []byte("late")}); err != nil || len(read("a/3")) > 0 {
		t.Fatal("a note about an erased person was kept: ", err)
	}
	if err := s.DeleteNotes(ctx, "box", "b/1", "b/9"); err != nil || read("b/") != "b/2=soon gone;" {
		t.Fatal(err, read("b/"))
	}
	report, err := s.Verify(ctx)
	if err != nil || !report.Clean() {
		t.Fatal(report, err)
	}
	for _, name := range []string{"", "a//b", "a b", "/a"} {
		if err := s.PutNotes(ctx, "box", store.Note{Name: name}); !errors.Is(err, fault.New(fault.Invalid, fault.CodeInvalidField, "")) {
			t.Errorf("%q is a name: %v", name, err)
		}
	}
}
