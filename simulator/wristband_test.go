package simulator

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/wire"
)

// wearers runs people of whom the first two who allow mood have wristbands.
func wearers(t *testing.T, s *fakeServer, connections int) Report {
	t.Helper()
	people := s.city.People(9, 8, day(t))
	WearWristbands(people, 9, 2)
	r, err := Run(t.Context(), Options{Server: s, People: people, Seed: 9, Connections: connections}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAWristbandTellsMoodsAlone(t *testing.T) {
	s := newFakeServer(freiburg(t))
	s.biometrics = true
	r := wearers(t, s, 4)
	if len(r.Wearers) != 2 {
		t.Fatalf("%d people wear one, not 2", len(r.Wearers))
	}
	wear := 0
	for _, p := range s.phones {
		moods := slices.DeleteFunc(slices.Clone(p.moods), func(m wire.Mood) bool { return m.Source != "wearable" })
		grant := p.optIn.Consents["mood"]
		if len(moods) == 0 {
			if grant.Sources != nil {
				t.Errorf("somebody without a wristband names sources: %v", grant.Sources)
			}
			continue
		}
		wear++
		if !slices.Equal(grant.Sources, []string{"self", "wearable"}) || grant.Policy != "notices-1" {
			t.Errorf("agreed to %+v", grant)
		}
		last := wire.Mood{}
		for _, m := range moods {
			if gap := time.Duration(m.At-last.At) * time.Millisecond; gap < tellSooner {
				t.Errorf("told %v after the last", gap)
			}
			if m.Stress < 0 || m.Stress > 1 || !(m.Confidence > 0) || m.Confidence > 1 {
				t.Errorf("told %+v", m)
			}
			last = m
		}
	}
	if wear != 2 {
		t.Errorf("%d phones told of a wristband, not 2", wear)
	}
	told := 0
	for _, w := range r.Wearers {
		told += w.Told
		if w.Stressed < 20 || w.Told < 50 {
			t.Errorf("%s: %d minutes of stress, %d moods told", w.User, w.Stressed, w.Told)
		}
	}
	if told >= r.Moods {
		t.Errorf("%d moods told by wristbands, %d in all, taps included", told, r.Moods)
	}
}

func TestNobodyWearsWhatTheNoticesLeaveOut(t *testing.T) {
	s := newFakeServer(freiburg(t))
	if r := wearers(t, s, 4); len(r.Wearers) != 0 {
		t.Errorf("%d people wear wristbands where none are taken", len(r.Wearers))
	}
	for _, p := range s.phones {
		if p.optIn.Consents["mood"].Sources != nil {
			t.Error("a source was asked for that the notices don't name")
		}
	}
}

func TestWearersAreTheSameEveryTime(t *testing.T) {
	run := func(connections int) Report {
		s := newFakeServer(freiburg(t))
		s.biometrics = true
		return wearers(t, s, connections)
	}
	one, many := run(1), run(8)
	if one.Digest != many.Digest {
		t.Error("digests differ between 1 and 8 connections")
	}
	if diff := cmp.Diff(one.Wearers, many.Wearers); diff != "" {
		t.Errorf("timelines differ (-1 +8 connections):\n%s", diff)
	}
}

func TestTimeline(t *testing.T) {
	at := func(minute int) time.Time { return day(t).Add(time.Duration(minute) * time.Minute) }
	line := Timeline{User: "person-003", Points: []MoodPoint{
		{At: at(0), Valence: 0.2, Estimate: 0.1, Within: 0.2, Known: true},
		{At: at(5), Valence: -0.4, Stress: 0.9, Estimate: -0.1, Within: 0.3, Known: true, Device: 0.8, Distress: 0.8},
		{At: at(10), Valence: 0, Stress: 0.2},
	}}
	sum := newTally("person-003", false)
	sum.deliveries = []Delivery{{At: at(1), Offer: "Bread"}, {At: at(6), Offer: "Tea"}}
	sum.held = []Held{{At: at(7), Offer: "Shoes", Code: "guard_distress"}, {At: at(7), Offer: "Cake", Code: "cooldown"}}
	line.finish(&sum)
	if line.Sent != 1 || line.Held != 1 || len(line.Marks) != 3 {
		t.Errorf("sent %d, held %d under stress, %d marks", line.Sent, line.Held, len(line.Marks))
	}
	r := sample()
	r.Wearers = []Timeline{line}
	var page bytes.Buffer
	if err := r.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h3>person-003</h3>", `<path class="estimate" d="M0 54.5L450 63.5"/>`, `<rect class="strain" x="450"`, "held back: Shoes (guard distress)"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
