package engine_test

import (
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// What is taken in a mood is learned of those who let their mood help, stands in the record of what mood left behind alone, and is gone
// from memory and from the store as soon as the level is another one, a kill or not.
func TestMoodTastesGoWithTheLevelHelp(t *testing.T) {
	w := newWorld(t)
	s, in := w.person(t, privacy.Location, privacy.Mood, privacy.Purchases)
	o := w.offer(t, geo.Point{Lat: 48, Lon: 11}, func(o *offers.Offer) { o.Category = "shop.books" })
	answer := func() {
		t.Helper()
		if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); err != nil {
			t.Fatal(err)
		}
		if err := w.Feedback(t.Context(), s, engine.Feedback{Offer: o.ID, Action: offers.Liked}); err != nil {
			t.Fatal(err)
		}
	}
	answer()
	if a := w.account(t, s); len(a.Learned.Moods) != 0 {
		t.Errorf("at the level quiet was learned: %d", len(a.Learned.Moods))
	}
	w.consent(t, s, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "1", Level: mood.Help})
	answer()
	w.stop(t)
	if a := w.account(t, s); len(a.Learned.Moods) != 1 || !strings.Contains(w.stored("traces"), "moodTastes") || strings.Contains(w.stored("state"), "moodTastes") {
		t.Errorf("at the level help was learned %d, traces %q", len(a.Learned.Moods), w.stored("traces"))
	}
	w.consent(t, s, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "1", Level: mood.Quiet})
	if strings.Contains(w.stored("traces"), "moodTastes") {
		t.Error("the store still has what was learned of moods")
	}
	s = w.killed(t, in)
	if a := w.account(t, s); len(a.Learned.Moods) != 0 {
		t.Error("after a kill it is back")
	}
}
