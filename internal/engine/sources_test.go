package engine_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// felt is a pleasant, calm affect of a source now.
func (w *world) felt(s mood.Source) mood.Affect {
	return mood.Affect{Valence: 0.6, Arousal: -0.5, Confidence: 1, Source: s, At: w.now}
}

// moodFrom is a grant of mood, at the level help, from sources.
func moodFrom(sources ...mood.Source) privacy.Change {
	return privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: privacy.NoticeVersion, Level: mood.Help, Sources: sources}
}

// without is the withdrawal of sources.
func without(sources ...mood.Source) privacy.Change {
	return privacy.Change{Purpose: privacy.Mood, Sources: sources}
}

func (w *world) consent(t *testing.T, s *engine.Session, changes ...privacy.Change) {
	t.Helper()
	for _, c := range changes {
		if err := w.Consent(t.Context(), s, c); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
	}
}

func (w *world) account(t *testing.T, s *engine.Session) engine.Account {
	t.Helper()
	a, err := w.Account(t.Context(), s, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// allowed are the sources of an account that are granted.
func allowed(a *engine.Account) map[string]string {
	out := map[string]string{}
	for source, c := range a.MoodSources {
		if c.Granted {
			out[source] = c.Policy
		}
	}
	return out
}

var biometric = []mood.Source{mood.Wearable, mood.Face, mood.Voice, mood.Typing}

func TestAGrantOfMoodIsAboutTheOwnReportsAlone(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Mood)
	for _, source := range biometric {
		err := w.Mood(t.Context(), s, w.felt(source))
		if f := fault.From(err); code(err) != fault.CodeConsent || f.Field != "mood."+source.String() {
			t.Errorf("%s: %v", source, err)
		}
	}
	w.stop(t)
	if a := w.account(t, s); a.Mood != nil || w.stored("mood") != "" || a.MoodLevel != "quiet" {
		t.Errorf("refused, and yet: %+v, level %s, stored %q", a.Mood, a.MoodLevel, w.stored("mood"))
	}
	if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); err != nil || w.account(t, s).Mood == nil {
		t.Errorf("the own report: %v", err)
	}
}

func TestASourceNeedsTheNoticeInForce(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location)
	for _, version := range []string{"2020-01", "command-line", privacy.NoticeVersion + "x"} {
		c := moodFrom(mood.Wearable)
		c.Policy = version
		err := w.Consent(t.Context(), s, c)
		if f := fault.From(err); code(err) != fault.CodeNotice || f.Field != "policy" || !strings.Contains(f.Detail, privacy.NoticeVersion) {
			t.Errorf("%q: %v", version, err)
		}
	}
	if a := w.account(t, s); len(a.MoodSources) != 0 || a.MoodLevel != "off" {
		t.Errorf("refused, and yet: %+v, level %s", a.MoodSources, a.MoodLevel)
	}
	w.consent(t, s, moodFrom(mood.Wearable))
	a := w.account(t, s)
	if d := cmp.Diff(map[string]privacy.Consent{"wearable": {Granted: true, At: w.now, Policy: privacy.NoticeVersion}}, a.MoodSources); d != "" || a.MoodLevel != "help" {
		t.Errorf("level %s, sources %s", a.MoodLevel, d)
	}
	if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); code(err) != fault.CodeConsent {
		t.Errorf("a tap of somebody who allowed the wearable alone: %v", err)
	}
}

func TestEachSourceIsASwitchOfItsOwn(t *testing.T) {
	w := newWorld(t)
	s, in := w.person(t, privacy.Mood)
	first := w.now
	w.later(time.Minute)
	w.consent(t, s, moodFrom(mood.Wearable, mood.Face))
	w.later(time.Minute)
	level := privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "2026-06", Level: mood.Quiet}
	w.consent(t, s, level) // as an app does that knows nothing of sources
	w.consent(t, s, without(mood.Face), without(mood.Voice))
	s = w.killed(t, in)
	want := map[string]privacy.Consent{
		"self":     {Granted: true, At: first, Policy: "2026-06"},
		"wearable": {Granted: true, At: first.Add(time.Minute), Policy: privacy.NoticeVersion},
		"face":     {At: w.now},
	}
	a := w.account(t, s)
	if d := cmp.Diff(want, a.MoodSources); d != "" || a.MoodLevel != "quiet" || !a.Consents["mood"].Granted {
		t.Errorf("level %s, sources (-want +got)\n%s", a.MoodLevel, d)
	}
	for _, source := range []mood.Source{mood.SelfReport, mood.Wearable} {
		if err := w.Mood(t.Context(), s, w.felt(source)); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
	w.consent(t, s, without(mood.SelfReport), without(mood.Wearable))
	if a := w.account(t, s); a.Consents["mood"].Granted || a.MoodLevel != "off" || len(allowed(&a)) != 0 {
		t.Errorf("the last source is withdrawn, and yet: %+v, level %s, sources %+v", a.Consents["mood"], a.MoodLevel, a.MoodSources)
	}
}

func TestWithdrawnMoodTakesAllSourcesAlong(t *testing.T) {
	w := newWorld(t)
	s, _ := w.person(t, privacy.Location)
	w.consent(t, s, moodFrom(mood.SelfReport, mood.Wearable), privacy.Change{Purpose: privacy.Mood})
	w.later(time.Minute)
	w.consent(t, s, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "1"})
	if a := w.account(t, s); !cmp.Equal(allowed(&a), map[string]string{"self": "1"}) || a.MoodSources["wearable"].At.Equal(w.now) {
		t.Errorf("allowed again: %+v", a.MoodSources)
	}
}

// moody is somebody whose delivery, memory and store tell of a mood that a wearable had a part in.
func (w *world) moody(t *testing.T) (*engine.Session, engine.OptedIn) {
	t.Helper()
	w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push)
	w.consent(t, s, moodFrom(mood.SelfReport, mood.Wearable))
	prefs := w.Preferences(s)
	prefs.Mood = []offers.MoodChoice{{State: mood.Calm, Categories: []string{"restaurant.italian"}}}
	if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
		t.Fatal(err)
	}
	for _, source := range []mood.Source{mood.SelfReport, mood.Wearable} {
		if err := w.Mood(t.Context(), s, w.felt(source)); err != nil {
			t.Fatal(err)
		}
	}
	w.at(t, s, market)
	w.stop(t)
	if !strings.Contains(w.stored("delivery"), offers.ReasonMood) || w.stored("mood") == "" || !strings.Contains(w.stored("traces"), `"mood":{"d":`) {
		t.Fatalf("nothing tells of the mood: deliveries %s, traces %s", w.stored("delivery"), w.stored("traces"))
	}
	return s, in
}

// unmoved reports what still tells of the mood.
func (w *world) unmoved(t *testing.T, s *engine.Session) {
	t.Helper()
	if a := w.account(t, s); a.Mood != nil || strings.Contains(string(a.Memory), `"mood":{`) {
		t.Errorf("memory still tells of the mood: %+v, %s", a.Mood, a.Memory)
	}
	w.stop(t)
	if w.stored("mood") != "" || w.stored("traces") != "" || strings.Contains(w.stored("state"), `"mood":{`) || strings.Contains(w.stored("delivery"), offers.ReasonMood) || w.stored("delivery") == "" {
		t.Errorf("the store still tells of the mood: %q, %q, %s, %s", w.stored("mood"), w.stored("traces"), w.stored("state"), w.stored("delivery"))
	}
}

func TestAWithdrawnSourceForgetsTheEstimate(t *testing.T) {
	w := newWorld(t)
	s, in := w.moody(t)
	w.consent(t, s, without(mood.Face)) // which was never allowed
	if w.account(t, s).Mood == nil {
		t.Error("forgotten because of a source that was never allowed")
	}
	w.consent(t, s, without(mood.Wearable))
	w.unmoved(t, s)
	w.later(time.Minute)
	if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); err != nil {
		t.Fatal(err)
	}
	w.stop(t)
	if s = w.killed(t, in); w.account(t, s).Mood == nil {
		t.Error("what was told after the withdrawal is gone at the next start")
	}
}

func TestAnUnfinishedWithdrawalOfASourceIsFinishedLater(t *testing.T) {
	w := newWorld(t)
	s, in := w.moody(t)
	before := maps.Clone(w.memory.records)
	w.memory.onWrite = func(name string) { // the power fails right after the profile
		if name == "written profile" {
			w.memory.fail = fault.New(fault.Unavailable, fault.CodeUnavailable, "gone")
		}
	}
	if err := w.Consent(t.Context(), s, without(mood.Wearable)); err == nil {
		t.Fatal("nothing failed")
	}
	w.memory.onWrite, w.memory.fail = nil, nil
	for key, r := range before {
		if !strings.HasSuffix(key, "/profile") {
			w.memory.records[key] = r
		}
	}
	s = w.killed(t, in)
	w.unmoved(t, s)
	if strings.Contains(w.stored("profile"), "moodDue") {
		t.Errorf("and will be once more: %s", w.stored("profile"))
	}
}

func TestProfilesFromBeforeThereWereSources(t *testing.T) {
	w := newWorld(t)
	s, in := w.person(t, privacy.Mood)
	key := string(s.User()) + "/profile"
	old, sources, found := strings.Cut(string(w.memory.records[key].value), `,"sources":{`)
	_, rest, closed := strings.Cut(sources, "}}")
	if !found || !closed {
		t.Fatalf("no sources in %s", w.stored("profile"))
	}
	r := w.memory.records[key]
	r.value = []byte(old + rest)
	w.memory.records[key] = r
	s = w.killed(t, in)
	a := w.account(t, s)
	if !cmp.Equal(allowed(&a), map[string]string{"self": "2026-06"}) || !a.Consents["mood"].Granted {
		t.Errorf("sources %+v, mood %+v", a.MoodSources, a.Consents["mood"])
	}
	if err := w.Mood(t.Context(), s, w.felt(mood.Wearable)); code(err) != fault.CodeConsent {
		t.Errorf("a wearable: %v", err)
	}
	w.consent(t, s, moodFrom(mood.Wearable))
	if a := w.account(t, s); len(allowed(&a)) != 2 {
		t.Errorf("with the wearable: %+v", a.MoodSources)
	}
}

func TestAtWorkAndAtSchoolNoMoodComesFromABody(t *testing.T) {
	for _, d := range []privacy.Deployment{privacy.Work, privacy.School} {
		w := newWorld(t)
		w.deployment = d
		w.restart(t)
		s, _ := w.person(t, privacy.Mood)
		for _, source := range biometric {
			_, optIn := w.OptIn(t.Context(), engine.OptIn{Changes: []privacy.Change{moodFrom(source)}})
			for what, err := range map[string]error{
				"opt-in": optIn,
				"grant":  w.Consent(t.Context(), s, moodFrom(source)),
				"frame":  w.Mood(t.Context(), s, w.felt(source)),
			} {
				if code(err) != fault.CodeSourceDisabled || fault.From(err).Field != "mood."+source.String() {
					t.Errorf("%s, %s of %s: %v", d, what, source, err)
				}
			}
		}
		if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); err != nil {
			t.Errorf("%s: a tap: %v", d, err)
		}
		if a := w.account(t, s); a.Deployment != d || !cmp.Equal(allowed(&a), map[string]string{"self": "2026-06"}) {
			t.Errorf("deployment %s, sources %+v", a.Deployment, a.MoodSources)
		}
	}
}

func TestADeploymentThatBecomesWorkForgets(t *testing.T) {
	w := newWorld(t)
	_, in := w.moody(t)
	only, inOnly := w.person(t, privacy.Location)
	w.consent(t, only, moodFrom(mood.Face))
	w.deployment = privacy.Work
	w.later(time.Hour)
	s := w.killed(t, in)
	w.unmoved(t, s)
	a := w.account(t, s)
	if !cmp.Equal(allowed(&a), map[string]string{"self": privacy.NoticeVersion}) || !a.MoodSources["wearable"].At.Equal(w.now) {
		t.Errorf("sources %+v", a.MoodSources)
	}
	if a := w.account(t, w.killed(t, inOnly)); a.Consents["mood"].Granted || a.MoodLevel != "off" {
		t.Errorf("mood from the face alone: %+v, level %s", a.Consents["mood"], a.MoodLevel)
	}
	w.deployment = privacy.Public
	if a := w.account(t, w.killed(t, in)); len(allowed(&a)) != 1 {
		t.Errorf("it comes back by itself: %+v", a.MoodSources)
	}
}

func TestMoodOfMinorsIsNotEvenReadFromTheStore(t *testing.T) {
	w := newWorld(t)
	s, in := w.moody(t)
	key := string(s.User()) + "/profile"
	r := w.memory.records[key]
	r.value = []byte(strings.Replace(string(r.value), `"mode":`, `"minor":true,"mode":`, 1))
	w.memory.records[key] = r
	s = w.killed(t, in)
	w.unmoved(t, s)
	if a := w.account(t, s); !a.Minor || a.Consents["mood"].Granted || len(allowed(&a)) != 0 {
		t.Errorf("minor %v, mood %+v, sources %+v", a.Minor, a.Consents["mood"], a.MoodSources)
	}
	for what, err := range map[string]error{
		"grant":  w.Consent(t.Context(), s, moodFrom(mood.SelfReport)),
		"source": w.Consent(t.Context(), s, moodFrom(mood.Wearable)),
	} {
		if code(err) != fault.CodeForbidden || fault.From(err).Field != "mood" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); code(err) != fault.CodeConsent {
		t.Errorf("a tap: %v", err)
	}
}

func TestAMoodLivesForADay(t *testing.T) {
	for _, tt := range []struct {
		after  time.Duration
		killed bool
		lives  bool
	}{{23 * time.Hour, false, true}, {23 * time.Hour, true, true}, {24 * time.Hour, false, false}, {24 * time.Hour, true, false}} {
		w := newWorld(t)
		s, in := w.moody(t)
		w.later(tt.after)
		if tt.killed {
			s = w.killed(t, in)
		}
		w.at(t, s, geo.Destination(market, 0, 2000)) // which writes the state and the fix
		w.stop(t)
		if lives := w.stored("mood") != ""; lives != tt.lives {
			t.Errorf("%+v: stored %q", tt, w.stored("mood"))
		}
	}
}

func TestAMoodOfTheDayBeforeTakesNothingAlong(t *testing.T) {
	w := newWorld(t)
	s, _ := w.moody(t)
	before := w.account(t, s)
	late := w.felt(mood.SelfReport)
	late.At = w.now.Add(-25 * time.Hour)
	if err := w.Mood(t.Context(), s, late); err != nil {
		t.Fatalf("a mood from a phone that was offline: %v", err)
	}
	after := w.account(t, s)
	if before.Mood == nil {
		t.Fatal("nothing was believed before")
	}
	if diff := cmp.Diff(before.Mood, after.Mood); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before.MoodHeard, after.MoodHeard); diff != "" {
		t.Error(diff)
	}
}

func TestTheRecordOfAMoodIsWrittenWhenItChanges(t *testing.T) {
	w := newWorld(t)
	s, _ := w.moody(t)
	w.memory.onWrite = func(name string) {
		if name == "mood" {
			t.Error("a fix prolongs the life of the mood")
		}
	}
	w.later(time.Hour)
	w.at(t, s, geo.Destination(market, 0, 100))
	w.stop(t)
}

func TestSwitchesMoveTogetherOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	w.deployment = privacy.School
	w.restart(t)
	s, _ := w.person(t, privacy.Mood)
	if err := w.Mood(t.Context(), s, w.felt(mood.SelfReport)); err != nil {
		t.Fatal(err)
	}
	location := privacy.Change{Purpose: privacy.Location, Granted: true, Policy: "1"}
	err := w.Consent(t.Context(), s, without(mood.SelfReport), location, moodFrom(mood.Face))
	if code(err) != fault.CodeSourceDisabled {
		t.Fatalf("the face at school: %v", err)
	}
	if a := w.account(t, s); a.Mood == nil || !a.Consents["mood"].Granted || a.Consents["location"].Granted {
		t.Errorf("refused, and yet: consents %+v, mood %v", a.Consents, a.Mood != nil)
	}
	w.consent(t, s, location)
	first := w.now
	w.later(time.Minute)
	w.consent(t, s, location)
	if at := w.account(t, s).Consents["location"].At; !at.Equal(first) {
		t.Errorf("allowed since %v, want %v", at, first)
	}
}

// What tells of a mood is not among what is kept for a year.
func TestTracesOfMoodAreKeptApart(t *testing.T) {
	w := newWorld(t)
	w.offer(t, market, nil)
	s, in := w.person(t, privacy.Location, privacy.Push, privacy.Mood)
	low := w.felt(mood.SelfReport)
	low.Valence, low.Arousal = -0.9, 0.7
	if err := w.Mood(t.Context(), s, low); err != nil {
		t.Fatal(err)
	}
	w.at(t, s, market)
	w.later(time.Hour)
	before := w.held(t, s)
	if len(before) == 0 || !offers.AboutMood(before[0].Code) {
		t.Fatalf("held back: %+v", before)
	}
	w.stop(t)
	for _, word := range []string{"guard_", `"mood":{`, `"spent":`} {
		if strings.Contains(w.stored("state"), word) {
			t.Errorf("%s is in the state: %s", word, w.stored("state"))
		}
	}
	memory := string(w.account(t, s).Memory)
	s = w.killed(t, in)
	if d := cmp.Diff(before, w.held(t, s)); d != "" {
		t.Errorf("suppressions after a restart: %s", d)
	}
	if got := string(w.account(t, s).Memory); got != memory || !strings.Contains(memory, `"mood":{"d":`) {
		t.Errorf("memory before %s\nand after %s", memory, got)
	}
	w.later(7 * 24 * time.Hour)
	w.at(t, s, geo.Destination(market, 0, 3000))
	w.stop(t)
	if w.stored("traces") != "" || len(w.held(t, s)) != 0 {
		t.Errorf("a week later: %s", w.stored("traces"))
	}
}
