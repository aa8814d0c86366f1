package privacy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
)

var all = []mood.Source{mood.SelfReport, mood.Wearable, mood.Face, mood.Voice, mood.Typing}

func names(sources []mood.Source) string {
	var list []string
	for _, s := range sources {
		list = append(list, s.String())
	}
	return fmt.Sprint(list)
}

func change(granted bool, level mood.Level, sources ...mood.Source) privacy.Change {
	return privacy.Change{Purpose: privacy.Mood, Granted: granted, Policy: privacy.NoticeVersion, Level: level, Sources: sources}
}

func TestSourcesOfMood(t *testing.T) {
	grant, withdraw := true, false
	for _, tt := range []struct {
		name    string
		changes []privacy.Change
		want    string
		level   mood.Level
	}{
		{"a grant without sources is the mildest", []privacy.Change{change(grant, mood.Off)}, "[self]", mood.Quiet},
		{"sources alone", []privacy.Change{change(grant, mood.Help, mood.Face)}, "[face]", mood.Help},
		{"one more", []privacy.Change{change(grant, mood.Help), change(grant, mood.Off, mood.Voice)}, "[self voice]", mood.Help},
		{"the level alone", []privacy.Change{change(grant, mood.Help, mood.Face), change(grant, mood.Quiet)}, "[face]", mood.Quiet},
		{"one less", []privacy.Change{change(grant, mood.Help, all...), change(withdraw, mood.Off, mood.Wearable, mood.Typing)}, "[self face voice]", mood.Help},
		{"the last", []privacy.Change{change(grant, mood.Help, mood.Face), change(withdraw, mood.Off, mood.Face)}, "[]", mood.Off},
		{"all", []privacy.Change{change(grant, mood.Help, all...), change(withdraw, mood.Off)}, "[]", mood.Off},
		{"and again", []privacy.Change{change(grant, mood.Help, all...), change(withdraw, mood.Off), change(grant, mood.Off)}, "[self]", mood.Quiet},
		{"one that never was", []privacy.Change{change(grant, mood.Quiet), change(withdraw, mood.Off, mood.Face)}, "[self]", mood.Quiet},
		{"one of nobody", []privacy.Change{change(withdraw, mood.Off, mood.Face)}, "[]", mood.Off},
	} {
		var c privacy.Consents
		for _, ch := range tt.changes {
			before := c.SourceRecords()
			next := c.Apply(ch)
			if d := cmp.Diff(before, c.SourceRecords()); d != "" {
				t.Errorf("%s: a change in place: %s", tt.name, d)
			}
			c = next
		}
		if got := names(c.GrantedSources()); got != tt.want || c.MoodLevel != tt.level || c.Allows(privacy.Mood) != (tt.want != "[]") {
			t.Errorf("%s: %s at level %v, mood %v; want %s at %v", tt.name, got, c.MoodLevel, c.Allows(privacy.Mood), tt.want, tt.level)
		}
		for _, s := range all {
			granted, f := slices.Contains(c.GrantedSources(), s), fault.From(c.RequireSource(s))
			switch want := "mood." + s.String(); {
			case granted != (f == nil):
				t.Errorf("%s: %s: %v", tt.name, s, f)
			case f != nil && f.Field != want && c.Allows(privacy.Mood):
				t.Errorf("%s: field %q, want %q", tt.name, f.Field, want)
			}
		}
	}
}

func TestGrantedAgainUnderTheSameTextItHasBeenSoSinceThen(t *testing.T) {
	first := change(true, mood.Help, mood.Wearable)
	first.At = time.Unix(1, 0)
	again := first
	again.At = time.Unix(2, 0)
	c := privacy.Consents{}.Apply(first)
	if c.Changes(again) {
		t.Error("the same is a change")
	}
	if got := c.Apply(again).Sources[mood.Wearable].At; !got.Equal(first.At) {
		t.Errorf("since %v", got)
	}
	again.Level = mood.Quiet
	if !c.Changes(again) || !c.Changes(change(true, mood.Help, mood.Face)) || !c.Changes(change(false, mood.Off, mood.Face)) {
		t.Error("another level, another source, a withdrawal are none")
	}
}

func TestChecksOfSources(t *testing.T) {
	old := change(true, mood.Help, mood.Face)
	old.Policy = "2020-01"
	elsewhere := change(true, mood.Off, mood.Face)
	elsewhere.Purpose = privacy.Push
	for _, tt := range []struct {
		change      privacy.Change
		code, field string
	}{
		{old, fault.CodeNotice, "policy"},
		{elsewhere, fault.CodeInvalidField, "sources"},
		{change(true, mood.Help, mood.Source(0)), fault.CodeInvalidField, "sources"},
		{change(false, mood.Off, mood.Source(9)), fault.CodeInvalidField, "sources"},
	} {
		if f := fault.From(tt.change.Check()); f == nil || f.Code != tt.code || f.Field != tt.field {
			t.Errorf("%+v: %v", tt.change, f)
		}
	}
	for _, ok := range []privacy.Change{change(true, mood.Help, all...), {Purpose: privacy.Mood, Sources: all}} {
		if err := ok.Check(); err != nil {
			t.Errorf("%+v: %v", ok, err)
		}
	}
}

func TestDeployments(t *testing.T) {
	for _, name := range []string{"public", "work", "school"} {
		d, err := privacy.ParseDeployment("deployment", name)
		if err != nil || d.String() != name {
			t.Errorf("%s: %v, %v", name, d, err)
		}
		for _, s := range all {
			if want := name == "public" || s == mood.SelfReport; d.Takes(s) != want || (d.Require(s) == nil) != want {
				t.Errorf("%s takes %s: %v", name, s, d.Takes(s))
			}
		}
		c := privacy.Consents{}.Apply(change(true, mood.Help, all...))
		if ch, some := d.Forbidden(&c); some == (name == "public") || some && names(ch.Sources) != "[wearable face voice typing]" {
			t.Errorf("%s forbids %v: %v", name, some, ch)
		}
	}
	if _, err := privacy.ParseDeployment("deployment", "prison"); fault.From(err) == nil || fault.From(err).Field != "deployment" {
		t.Errorf("err = %v", err)
	}
}

// Every notice says all that it must, in both languages, and not the same in both.
func TestNoticesAreWhole(t *testing.T) {
	fields := func(n privacy.Notice) []string {
		return []string{n.Title, n.Measured, n.Inferred, n.Used, n.Never, n.Stop, n.Offers}
	}
	en, de := privacy.Notices("en", privacy.Public), privacy.Notices("de", privacy.Public)
	if len(en) != len(all) || len(de) != len(all) {
		t.Fatalf("%d and %d notices", len(en), len(de))
	}
	for i, s := range all {
		if en[i].Source != s || de[i].Source != s || en[i].Biometric != (s != mood.SelfReport) {
			t.Errorf("notice %d is about %s, biometric %v; want %s", i, en[i].Source, en[i].Biometric, s)
		}
		ours, theirs := fields(en[i]), fields(de[i])
		for k := range ours {
			if ours[k] == "" || theirs[k] == "" || ours[k] == theirs[k] {
				t.Errorf("%s: %q and %q", s, ours[k], theirs[k])
			}
		}
		if named := strings.Contains(en[i].Inferred, "emotion recognition system"); named != en[i].Biometric {
			t.Errorf("%s: named as an emotion recognition system: %v", s, named)
		}
	}
	if n := privacy.Notices("de", privacy.School); len(n) != 1 || n[0].Source != mood.SelfReport {
		t.Errorf("at school: %+v", n)
	}
	for l := mood.Off; l <= mood.Help; l++ {
		if privacy.LevelText(l, "en") == "" || privacy.LevelText(l, "en") == privacy.LevelText(l, "de") {
			t.Errorf("level %v: %q", l, privacy.LevelText(l, "de"))
		}
	}
}

func ExampleNotices() {
	n := privacy.Notices("en", privacy.Public)[1]
	fmt.Println(n.Title, n.Biometric)
	fmt.Println(n.Stop)
	fmt.Println(privacy.LevelText(mood.Quiet, "en"))
	// Output:
	// Your wearable true
	// Switch it off whenever you like; what was estimated is forgotten at once.
	// Your mood may only make things quieter: fewer offers, or none, when you may feel bad.
}
