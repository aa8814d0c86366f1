package offers_test

import (
	"slices"
	"testing"

	"github.com/flaneur-io/flaneur/offers"
)

// A version that does far worse than what was before is given up: its weights go, and so does the damage.
func TestBadVersionIsGivenUp(t *testing.T) {
	s := newStreet(t, "shop.books", "shop.toys")
	l := s.matcher.Learner(offers.Live)
	truth := func(n int, first, second offers.Action) {
		for range n {
			p := &offers.Person{}
			s.answer(p, 0, first)
			s.answer(p, 1, second)
		}
	}
	truth(400, offers.Liked, offers.Dismissed)
	parts := map[string][]byte{}
	if _, err := l.Mark(func(name string, data []byte) error { parts[name] = slices.Clone(data); return nil }); err != nil {
		t.Fatal(err)
	}
	good := l.Figures()
	books := s.match(&offers.Person{}, 0).Score
	if good.Long > 0.6 {
		t.Fatalf("what is always so is foretold with a loss of %.2f", good.Long)
	}
	for i := 0; l.Figures().Returns == 0; i++ {
		if i == 2000 {
			t.Fatal("a version that is wrong all the time is kept")
		}
		truth(1, offers.Dismissed, offers.Liked)
	}
	if got := s.match(&offers.Person{}, 0).Score; got < books-0.05 {
		t.Errorf("after the version was given up the books score %.3f, when it began %.3f", got, books)
	}
	s.answer(&offers.Person{}, 0, offers.Dismissed)
	if err := l.Return(parts); err != nil {
		t.Fatal(err)
	}
	if got := s.match(&offers.Person{}, 0).Score; got < books-0.01 {
		t.Errorf("after going back by the parts the books score %.3f, when the version began %.3f", got, books)
	}
	delete(parts, "base")
	if l.Return(parts) == nil {
		t.Error("a version without all its parts is taken")
	}
}

// Freezing stops what is shared, and nothing else.
func TestFrozenLearnerLearnsOnlyOfPeople(t *testing.T) {
	s := newStreet(t, "cafe.coffee", "shop.toys")
	l := s.matcher.Learner(offers.Live)
	before := s.match(&offers.Person{}, 0).Score
	l.Freeze(true)
	p := &offers.Person{}
	for range 10 {
		s.answer(p, 0, offers.Liked)
		s.matcher.Visit(p, s.now, s.shops[0], true)
	}
	if got := s.match(&offers.Person{}, 0).Score; got != before {
		t.Errorf("a frozen learner moves a stranger's score from %v to %v", before, got)
	}
	if len(s.matcher.Learned(p, offers.Live, s.now).Been) != 10 || s.match(p, 0).Score == before {
		t.Error("what is known of somebody does not grow while the learner is frozen")
	}
}
