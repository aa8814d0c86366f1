package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// pupil is a matcher with a learner that is kept in a store, and one offer.
type pupil struct {
	*learning
	matcher *offers.Matcher
	now     time.Time
	offer   *offers.Offer
}

func newPupil(t *testing.T, s *store.Store, log *slog.Logger) *pupil {
	t.Helper()
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		t.Fatal(err)
	}
	index := offers.NewCatalogue(hex.Grid{})
	p := &pupil{now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	var learners map[string]*offers.Learner
	p.matcher, learners = learningMatcher(index, rails, config.LearningOn)
	if p.learning, err = newLearning(t.Context(), s, learners, log); err != nil {
		t.Fatal(err)
	}
	p.clock = func() time.Time { return p.now }
	reach, err := geo.NewCircle(geo.Point{Lat: 48, Lon: 11}, 200)
	if err != nil {
		t.Fatal(err)
	}
	p.offer = &offers.Offer{ID: "off_a", Merchant: "mer_a", Title: "t", Category: "cafe", Reach: reach, Triggers: offers.Pull}
	if err := index.PutOffers(p.offer); err != nil {
		t.Fatal(err)
	}
	return p
}

// score is what a stranger's pull scores the offer with.
func (p *pupil) score() float64 {
	var r offers.Result
	p.matcher.Evaluate(&r, &offers.Person{}, &offers.Moment{Now: p.now, Point: geo.Point{Lat: 48, Lon: 11}, Pull: true, Radius: 500})
	return r.Matches[0].Score
}

// answer lets so many strangers answer the offer.
func (p *pupil) answer(n int, a offers.Action) {
	for range n {
		var who offers.Person
		var r offers.Result
		p.matcher.Evaluate(&r, &who, &offers.Moment{Now: p.now, Point: geo.Point{Lat: 48, Lon: 11}, Pull: true, Radius: 500})
		who.Decided(p.now, &r, &r.Matches[0], 1)
		p.matcher.Answer(&who, p.now, a, p.offer, true)
	}
}

// What was learned is there after a restart; a part that can't be read costs itself alone; a version brings its weights back.
func TestLearningIsKept(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	s := open(t, dir)
	p := newPupil(t, s, logger)
	fresh := p.score()
	p.answer(50, offers.Liked)
	if err := p.save(ctx); err != nil {
		t.Fatal(err)
	}
	liked, began := p.score(), p.now
	p.now = p.now.Add(25 * time.Hour)
	p.answer(100, offers.Dismissed)
	if err := p.save(ctx); err != nil {
		t.Fatal(err)
	}
	disliked := p.score()
	if !(liked > fresh && disliked < liked) {
		t.Fatalf("scores go %v, %v, %v", fresh, liked, disliked)
	}
	again := newPupil(t, s, logger)
	again.now = p.now
	if got := again.score(); got != disliked {
		t.Errorf("after a restart the score is %v, was %v", got, disliked)
	}
	if l, err := LearnedIn(ctx, s, "live"); err != nil || len(l.Versions) != 2 || l.Parts < 3 {
		t.Errorf("kept are %+v, %v", l, err)
	}
	if err := RollBack(ctx, s, "live", began); err != nil {
		t.Fatal(err)
	}
	if got := newPupil(t, s, logger).score(); got != liked {
		t.Errorf("after going back the score is %v, was %v", got, liked)
	}
	if log.Len() > 0 {
		t.Errorf("logged: %s", log.String())
	}
	if err := s.PutNotes(ctx, learnedRoom("live"), store.Note{Name: "weights", Value: []byte("torn")}); err != nil {
		t.Fatal(err)
	}
	if got := newPupil(t, s, logger).score(); got != liked || !strings.Contains(log.String(), "part=weights") {
		t.Errorf("with a torn part the score is %v, was %v; logged: %s", got, liked, log.String())
	}
}

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Of versions, one a day, the last seven are kept.
func TestOldVersionsGo(t *testing.T) {
	s := open(t, t.TempDir())
	p := newPupil(t, s, slog.New(slog.DiscardHandler))
	for range 20 {
		p.answer(1, offers.Liked)
		if err := p.save(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.now = p.now.Add(12 * time.Hour)
	}
	list, err := versions(t.Context(), s, "live")
	if err != nil || len(list) != keptVersions || !list[len(list)-1].Equal(p.now.Add(-24*time.Hour)) {
		t.Errorf("versions of %v, %v; now it is %s", list, err, p.now)
	}
}

// No part of what is shared names a person, and learning that is off or frozen writes nothing.
func TestLearningKnowsNobody(t *testing.T) {
	s := open(t, t.TempDir())
	p := newPupil(t, s, slog.New(slog.DiscardHandler))
	p.answer(10, offers.Liked)
	if err := p.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{learnedRoom("live"), versionsRoom("live")} {
		must(t, s.Notes(t.Context(), room, "", func(n store.Note) bool {
			if n.Owner != "" || strings.Contains(n.Name, id.PrefixUser) || bytes.Contains(n.Value, []byte(id.PrefixUser)) {
				t.Errorf("%s names somebody", n.Name)
			}
			return true
		}))
	}
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	if m, learners := learningMatcher(offers.NewCatalogue(hex.Grid{}), rails, config.LearningOff); len(learners) > 0 || m.Learner(offers.Live) != nil {
		t.Error("learning that is off has a learner")
	}
	_, learners := learningMatcher(offers.NewCatalogue(hex.Grid{}), rails, config.LearningFrozen)
	frozen := learning{notes: refusing{}, learners: learners, log: slog.New(slog.DiscardHandler), clock: time.Now}
	must(t, frozen.save(t.Context()))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusing takes no notes.
type refusing struct{ notes }

func (refusing) PutNotes(context.Context, string, ...store.Note) error {
	return fmt.Errorf("must not be written")
}
