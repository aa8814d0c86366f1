package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// A kill in the middle of writing costs what was not yet written: wherever the file ends, what stands before is learned.
func TestLearningSurvivesTornWrites(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	p := newPupil(t, s, slog.New(slog.DiscardHandler))
	p.answer(50, offers.Liked)
	must(t, p.save(t.Context()))
	must(t, s.Close())
	whole, err := os.ReadFile(filepath.Join(dir, "state.db"))
	must(t, err)
	last := -1
	for _, eighths := range []int{0, 1, 3, 5, 7, 8} {
		torn := t.TempDir()
		must(t, os.CopyFS(torn, os.DirFS(dir)))
		must(t, os.WriteFile(filepath.Join(torn, "state.db"), whole[:len(whole)*eighths/8], 0o600))
		var log bytes.Buffer
		s := open(t, torn)
		newPupil(t, s, slog.New(slog.NewTextHandler(&log, nil))) // fails the test if it can't start
		l, err := LearnedIn(t.Context(), s, "live")
		if err != nil || l.Parts < last || log.Len() > 0 {
			t.Errorf("with %d/8 of the file: %+v, %v, after %d parts; logged %s", eighths, l, err, last, log.String())
		}
		last = l.Parts
	}
	if last < 3 {
		t.Errorf("the whole file has %d parts", last)
	}
}

// A record that the disk spoiled is left out when the store opens, and all others are learned.
func TestSpoiltLearningStopsNobody(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	p := newPupil(t, s, slog.New(slog.DiscardHandler))
	p.answer(50, offers.Liked)
	must(t, p.save(t.Context()))
	taught := p.score()
	must(t, s.PutNotes(t.Context(), learnedRoom("live"), store.Note{Name: "answers/999999", Value: []byte("marked by this text")}))
	must(t, s.Close())
	name := filepath.Join(dir, "state.db")
	b, err := os.ReadFile(name)
	must(t, err)
	spoilt := bytes.Replace(b, []byte("marked by this"), []byte("MARKED by this"), 1)
	if bytes.Equal(spoilt, b) {
		t.Fatal("the record is not in the file")
	}
	must(t, os.WriteFile(name, spoilt, 0o600))
	s = open(t, dir)
	if got := newPupil(t, s, slog.New(slog.DiscardHandler)).score(); got != taught {
		t.Errorf("the score is %v, was %v", got, taught)
	}
	must(t, s.Notes(t.Context(), learnedRoom("live"), "answers/999999", func(n store.Note) bool {
		t.Errorf("%s is still there", n.Name)
		return true
	}))
}

// What test people answer is the test learner's alone.
func TestTestPeopleTeachNoLiveWeights(t *testing.T) {
	p := newPupil(t, open(t, t.TempDir()), slog.New(slog.DiscardHandler))
	fresh, live := p.score(), *p.offer
	p.offer.Mode = offers.Test // the same pointer is what Answer is told of
	p.answer(20, offers.Liked)
	if n := p.learners["live"].Figures().Lessons; n != 0 {
		t.Errorf("test people gave %d lessons to live weights", n)
	}
	if n := p.learners["test"].Figures().Lessons; n != 20 {
		t.Errorf("test people gave %d lessons to test weights", n)
	}
	p.offer = &live
	if got := p.score(); got != fresh {
		t.Errorf("the live score went from %v to %v", fresh, got)
	}
}
