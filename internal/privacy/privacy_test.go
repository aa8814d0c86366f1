package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
)

func TestNothingIsAllowedUntilGranted(t *testing.T) {
	var c privacy.Consents
	for _, p := range []privacy.Purpose{privacy.Location, privacy.Mood, privacy.Purchases, privacy.Push} {
		if c.Allows(p) {
			t.Errorf("%s is allowed by nobody", p)
		}
		f := fault.From(c.Require(p))
		if f == nil || f.Kind != fault.Forbidden || f.Code != fault.CodeConsent || f.Field != p.String() {
			t.Errorf("Require(%s) = %v", p, f)
		}
		granted := c.Apply(privacy.Change{Purpose: p, Granted: true, Policy: "1"})
		if err := granted.Require(p); err != nil {
			t.Errorf("granted: %v", err)
		}
		if got := granted.Granted(); !slices.Equal(got, []string{p.String()}) {
			t.Errorf("granting %s allows %v", p, got)
		}
	}
}

func TestMoodLevelFollowsConsent(t *testing.T) {
	for _, tt := range []struct {
		change privacy.Change
		want   mood.Level
	}{
		{privacy.Change{Purpose: privacy.Mood, Granted: true, Level: mood.Help}, mood.Help},
		{privacy.Change{Purpose: privacy.Mood, Granted: true, Level: mood.Quiet}, mood.Quiet},
		{privacy.Change{Purpose: privacy.Mood, Granted: true}, mood.Quiet},
		{privacy.Change{Purpose: privacy.Mood, Level: mood.Help}, mood.Off},
		{privacy.Change{Purpose: privacy.Location, Granted: true, Level: mood.Help}, mood.Off},
	} {
		if got := (privacy.Consents{}).Apply(tt.change).MoodLevel; got != tt.want {
			t.Errorf("%+v gives level %v, want %v", tt.change, got, tt.want)
		}
	}
}

func TestChangeCheck(t *testing.T) {
	long := make([]byte, 65)
	for _, tt := range []struct {
		change privacy.Change
		ok     bool
	}{
		{privacy.Change{Granted: true, Policy: "2026-06"}, true},
		{privacy.Change{Granted: false}, true}, // withdrawing needs no text
		{privacy.Change{Granted: true}, false},
		{privacy.Change{Granted: true, Policy: string(long)}, false},
	} {
		err := tt.change.Check()
		if f := fault.From(err); (err == nil) != tt.ok || err != nil && f.Field != "policy" {
			t.Errorf("Check(%+v) = %v", tt.change, err)
		}
	}
}

func TestPurposeTextForms(t *testing.T) {
	for _, name := range []string{"location", "mood", "purchases", "push"} {
		if p, err := privacy.ParsePurpose("purpose", name); err != nil || p.String() != name {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if _, err := privacy.ParsePurpose("purpose", "everything"); fault.From(err) == nil || fault.From(err).Field != "purpose" {
		t.Errorf("err = %v", err)
	}
}

type place struct {
	name string
	err  error
	log  *[]string
}

func (p place) Name() string { return p.name }
func (p place) Erase(context.Context, id.User) error {
	*p.log = append(*p.log, p.name)
	return p.err
}

func TestEraseAllGoesInOrderAndLetsNobodyOut(t *testing.T) {
	broken := errors.New("disk full")
	var log []string
	holders := []privacy.Eraser{place{"records", nil, &log}, place{"sockets", broken, &log}, place{"memory", nil, &log}}
	r, err := privacy.EraseAll(t.Context(), holders, "usr_0_a", time.Unix(1, 0))
	if !errors.Is(err, broken) || !slices.Equal(log, []string{"records", "sockets", "memory"}) || !slices.Equal(r.Holders, []string{"records", "memory"}) {
		t.Errorf("log %v, receipt %+v, err %v", log, r, err)
	}
}

func Example() {
	var c privacy.Consents
	fmt.Println(c.Require(privacy.Location) == nil)
	c = c.Apply(privacy.Change{Purpose: privacy.Location, Granted: true, Policy: "2026-06", At: time.Unix(1_780_000_000, 0)})
	fmt.Println(c.Require(privacy.Location) == nil, c.Granted())
	// Output:
	// false
	// true [location]
}
