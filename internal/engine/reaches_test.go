package engine_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// watched returns the offers of an answer.
func watched(a engine.ReachAnswer) (list []id.Offer) {
	for _, r := range a.Reaches {
		list = append(list, r.Offer.ID)
	}
	return list
}

func TestReachesAreNearestFirst(t *testing.T) {
	w := newWorld(t)
	far := w.offer(t, geo.Destination(market, 90, 2000), nil)
	near := w.offer(t, geo.Destination(market, 0, 900), nil)
	here := w.offer(t, geo.Destination(market, 0, 50), nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.at(t, s, market)
	w.later(time.Hour)
	a, err := w.Reaches(t.Context(), s, engine.ReachQuery{})
	if got := watched(a); err != nil || !slices.Equal(got, []id.Offer{near.ID, far.ID}) || a.Code != "" || a.Metres != offers.MaxPullRadius || a.Wait != time.Hour {
		t.Errorf("around the last fix: %v, %+v, %v; %s came just now", got, a, err, here.ID)
	}
	there := geo.Destination(market, 90, 1500)
	a, err = w.Reaches(t.Context(), s, engine.ReachQuery{At: &there, Limit: 1})
	if got := watched(a); err != nil || !slices.Equal(got, []id.Offer{far.ID}) || a.Metres < 300 || a.Metres > 1500 {
		t.Errorf("around a point: %v, %+v, %v", got, a, err)
	}
}

func TestReachesNeedConsent(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		allowed []privacy.Purpose
		field   string
	}{{[]privacy.Purpose{privacy.Push}, "location"}, {[]privacy.Purpose{privacy.Location}, "push"}} {
		s, _ := w.person(t, tt.allowed...)
		_, err := w.Reaches(t.Context(), s, engine.ReachQuery{At: &market})
		if f := fault.From(err); f == nil || f.Code != fault.CodeConsent || f.Field != tt.field {
			t.Errorf("%v: %v, want %s of %s", tt.allowed, err, fault.CodeConsent, tt.field)
		}
	}
	s, _ := w.person(t, privacy.Location, privacy.Push)
	nowhere := geo.Point{Lat: 91}
	for field, q := range map[string]engine.ReachQuery{"lat": {}, "limit": {At: &market, Limit: offers.MaxReaches + 1}} {
		if _, err := w.Reaches(t.Context(), s, q); fault.From(err) == nil || fault.From(err).Field != field {
			t.Errorf("%+v: %v, want a fault of %s", q, err, field)
		}
	}
	if _, err := w.Reaches(t.Context(), s, engine.ReachQuery{At: &nowhere}); code(err) != fault.CodeInvalidField {
		t.Errorf("off the globe: %v", err)
	}
	if _, err := w.Erase(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reaches(t.Context(), s, engine.ReachQuery{At: &market}); code(err) != fault.CodeErased {
		t.Errorf("erased: %v", err)
	}
}

// While nothing can be pushed on this day, the answer is empty and says why, and when to ask again; what waits for the end of
// the quiet hours, or for the digest, is watched.
func TestReachesGoByTheLimitsOfTheDay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		hour   int
		policy push.Policy
		pushed int
		code   string
		wait   time.Duration
	}{
		{"surprise", 12, push.Policy{DailyCap: 5}, 0, "", time.Hour},
		{"soon midnight", 23, push.Policy{DailyCap: 5}, 0, "", time.Hour},
		{"ask first", 12, push.Policy{Mode: push.AskFirst, DailyCap: 5}, 0, push.CodeAskFirst, 24 * time.Hour},
		{"no push a day", 12, push.Policy{}, 0, push.CodeDailyCap, 24 * time.Hour},
		{"enough for today", 15, push.Policy{DailyCap: 1}, 1, push.CodeDailyCap, 9 * time.Hour},
		{"enough for the week", 15, push.Policy{DailyCap: 5, WeeklyCap: 1}, 1, push.CodeWeeklyCap, 24 * time.Hour},
		{"gap", 15, push.Policy{DailyCap: 5, MinGapMinutes: 240}, 1, "", time.Hour},
		{"gap until tomorrow", 23, push.Policy{DailyCap: 5, MinGapMinutes: 240}, 1, push.CodeMinimumGap, 4 * time.Hour},
		{"before it is quiet no more", 6, push.Policy{DailyCap: 5, QuietFrom: 22 * 60, QuietTo: 8 * 60}, 0, "", time.Hour},
		{"quiet until tomorrow", 22, push.Policy{DailyCap: 5, QuietFrom: 22 * 60, QuietTo: 8 * 60}, 0, push.CodeQuietHours, 10 * time.Hour},
		{"quiet, but held", 22, push.Policy{DailyCap: 5, QuietFrom: 22 * 60, QuietTo: 8 * 60, QuietAction: push.Hold}, 0, "", time.Hour},
		{"quiet, but for the digest", 22, push.Policy{DailyCap: 5, QuietFrom: 22 * 60, QuietTo: 8 * 60, Digest: []int{9 * 60}}, 0, "", time.Hour},
		{"no digest before the week is over", 15, push.Policy{DailyCap: 5, WeeklyCap: 1, Digest: []int{18 * 60}}, 1, push.CodeWeeklyCap, 24 * time.Hour},
		{"paused for today", 12, push.Policy{DailyCap: 5, PausedUntil: time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC)}, 0, push.CodePaused, 12 * time.Hour},
		{"paused, whatever the digest", 12, push.Policy{DailyCap: 5, PausedUntil: time.Date(2026, 6, 3, 8, 0, 0, 0, time.UTC), Digest: []int{9 * 60}}, 0, push.CodePaused, 20 * time.Hour},
		{"paused for an hour", 12, push.Policy{DailyCap: 5, PausedUntil: time.Date(2026, 6, 2, 13, 0, 0, 0, time.UTC)}, 0, "", time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			s, _ := w.person(t, privacy.Location, privacy.Push)
			w.now = time.Date(2026, 6, 2, tt.hour, 0, 0, 0, time.UTC)
			if tt.pushed > 0 {
				w.offer(t, market, nil)
				w.prefer(t, s, func(p *engine.Preferences) { p.Push = push.Policy{Mode: push.Surprise, DailyCap: 5} })
				w.at(t, s, market)
			}
			if n := len(w.memory.messages()); n != tt.pushed {
				t.Fatalf("%d were pushed before, want %d", n, tt.pushed)
			}
			w.offer(t, geo.Destination(market, 0, 2000), nil)
			w.prefer(t, s, func(p *engine.Preferences) {
				if p.Push = tt.policy; p.Push.Mode == "" {
					p.Push.Mode = push.Surprise
				}
			})
			a, err := w.Reaches(t.Context(), s, engine.ReachQuery{At: &market})
			if err != nil || a.Code != tt.code || a.Wait != tt.wait || (len(a.Reaches) == 1) != (tt.code == "") || a.Metres != offers.MaxPullRadius {
				t.Errorf("%+v, %v; want %q, and to ask after %s", a, err, tt.code, tt.wait)
			}
		})
	}
}

// What an offer asks for must hold when pushes may come, not now.
func TestReachesHoldWhenPushesMayCome(t *testing.T) {
	w := newWorld(t)
	w.now = time.Date(2026, 6, 2, 7, 0, 0, 0, time.UTC)
	w.offer(t, market, func(o *offers.Offer) { o.Ends = w.now.Add(30 * time.Minute) })
	lunch := w.offer(t, market, func(o *offers.Offer) { o.Hours = "Mo-Fr 11:00-14:00" })
	s, _ := w.person(t, privacy.Location, privacy.Push)
	w.prefer(t, s, func(p *engine.Preferences) { p.Push.QuietFrom, p.Push.QuietTo = 21*60, 8*60 })
	a, err := w.Reaches(t.Context(), s, engine.ReachQuery{At: &market})
	if got := watched(a); err != nil || !slices.Equal(got, []id.Offer{lunch.ID}) {
		t.Errorf("%v, %v; want only lunch", got, err)
	}
}

// Asking leaves no trace.
func TestReachesAreNotRemembered(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, func(o *offers.Offer) { o.Status = offers.Stopped })
	w.offer(t, geo.Destination(market, 0, 400), nil)
	s, _ := w.person(t, privacy.Location, privacy.Push)
	before, err := w.Account(t.Context(), s, w.now)
	if err != nil {
		t.Fatal(err)
	}
	writes := len(w.memory.log)
	if a, err := w.Reaches(t.Context(), s, engine.ReachQuery{At: &market}); err != nil || len(a.Reaches) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	w.stop(t)
	after, err := w.Account(t.Context(), s, w.now)
	if err != nil || !reflect.DeepEqual(before, after) || len(w.memory.log) != writes {
		t.Errorf("%d writes; before %+v, after %+v, %v", len(w.memory.log)-writes, before, after, err)
	}
}

// A day with moods leaves the same to watch as the same day without.
func TestMoodMovesNoReach(t *testing.T) {
	off, on := newTown(t, 3, 12, mood.Off, false), newTown(t, 3, 12, mood.Quiet, false)
	seen, morning := 0, off.now.Add(14*time.Hour)
	for i := range off.people {
		for _, at := range []geo.Point{market, geo.Destination(market, 120, 400)} {
			a, err := off.Reaches(t.Context(), off.people[i].session, engine.ReachQuery{At: &at, Now: morning})
			if err != nil {
				t.Fatal(err)
			}
			b, err := on.Reaches(t.Context(), on.people[i].session, engine.ReachQuery{At: &at, Now: morning})
			if err != nil || !slices.Equal(watched(a), watched(b)) || a.Code != b.Code || a.Metres != b.Metres || a.Wait != b.Wait {
				t.Errorf("%d: without mood %v %s %g %s, with it %v %s %g %s, %v", i, watched(a), a.Code, a.Metres, a.Wait, watched(b), b.Code, b.Metres, b.Wait, err)
			}
			seen += len(a.Reaches)
		}
	}
	if seen == 0 {
		t.Error("nothing is watched in the town: it says little")
	}
}
