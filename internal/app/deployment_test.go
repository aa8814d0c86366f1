package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

func at(deployment string) func(*config.Config) {
	return func(c *config.Config) { c.Deployment = deployment }
}

// A server that turns out to be for a school forgets what came from bodies, on disk too, and takes no more of it.
func TestAServerBecomesASchools(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, at("public"))
	notices, err := s.Phone.Notices(t.Context(), "en")
	if err != nil || len(notices.Sources) != 5 || notices.Deployment != "public" {
		t.Fatalf("%+v, %v", notices, err)
	}
	me, in := s.somebody(t, "location")
	granted := api.Grant{Granted: true, Policy: notices.Version, Sources: []string{"self", "wearable"}}
	if _, err := me.ChangeConsents(t.Context(), api.ConsentChange{Consents: map[string]api.Grant{"mood": granted}, MoodLevel: "help"}); err != nil {
		t.Fatal(err)
	}
	tense := api.Mood{Valence: -0.6, Arousal: 0.7, Confidence: 1, Source: "wearable", At: time.Now().UnixMilli()}
	if err := me.Mood(t.Context(), tense); err != nil {
		t.Fatal(err)
	}
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	if w := sock.Welcome(); !slices.Equal(w.MoodSources, []string{"self", "wearable"}) || w.MoodLevel != "help" || w.Deployment != "" {
		t.Errorf("welcome %+v", w)
	}
	if err := sock.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if s = start(t, dir, at("public")); !knows(t, s, in) {
		t.Fatal("the mood did not survive an orderly restart")
	}
	tense.At = time.Now().UnixMilli()
	if err := s.Phone.As(in.Token).Mood(t.Context(), tense); err != nil { // written over the one before
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}

	s = start(t, dir, at("school"))
	me = s.Phone.As(in.Token)
	a, err := me.Me(t.Context(), time.Time{})
	if err != nil || a.Mood != nil || a.Deployment != "school" || a.MoodSources["wearable"].Granted || !a.MoodSources["self"].Granted {
		t.Errorf("mood %v, deployment %s, sources %+v, %v", a.Mood != nil, a.Deployment, a.MoodSources, err)
	}
	if f := fault.From(me.Mood(t.Context(), tense)); f == nil || f.Code != fault.CodeSourceDisabled || f.Field != "mood.wearable" {
		t.Errorf("a frame: %v", f)
	}
	_, err = me.ChangeConsents(t.Context(), api.ConsentChange{Consents: map[string]api.Grant{"mood": granted}})
	if f := fault.From(err); f == nil || f.Code != fault.CodeSourceDisabled {
		t.Errorf("a grant: %v", err)
	}
	if n, err := s.Phone.Notices(t.Context(), "de"); err != nil || len(n.Sources) != 1 || n.Sources[0].Source != "self" || n.Deployment != "school" {
		t.Errorf("notices %+v, %v", n, err)
	}
	sock, err = s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolJSON, false)
	if err != nil {
		t.Fatal(err)
	}
	if w := sock.Welcome(); !slices.Equal(w.MoodSources, []string{"self"}) || w.Deployment != "school" {
		t.Errorf("welcome %+v", w)
	}
	if err := sock.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if s = start(t, dir, at("public")); knows(t, s, in) {
		t.Error("the mood was only hidden")
	}
}

// knows reports whether the server has an estimate of the person's mood.
func knows(t *testing.T, s *server, in api.OptedIn) bool {
	t.Helper()
	a, err := s.Phone.As(in.Token).Me(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return a.Mood != nil
}
