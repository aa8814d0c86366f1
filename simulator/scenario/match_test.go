package scenario

import (
	"testing"
	"time"
)

func TestComparing(t *testing.T) {
	for _, tt := range []struct {
		is, want any
		holds    bool
	}{
		{"<20", "<20", true},
		{"<30", "<20", false},
		{19.0, "<20", true},
		{20.0, "<20", false},
		{"a bean", "~bean", true},
		{true, "yes", true},
		{"text", "any", true},
		{nil, "any", false},
	} {
		if d := match("it", tt.is, tt.want, true); (d == "") != tt.holds {
			t.Errorf("%v and %v: %q", tt.is, tt.want, d)
		}
	}
	if got, want := match("n", 3.0, "< 2", true), `n is 3, and must be "< 2"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBeforeDoesNotHoldItsEnd(t *testing.T) {
	noon := moment{Time{time.Date(2026, 6, 16, 12, 0, 0, 0, time.UTC)}}
	early := Expectation{Before: noon}
	if early.in(noon.Time.Time) || !early.in(noon.Add(-time.Millisecond)) {
		t.Error("before 12:00 ends at 12:00, and does not hold it")
	}
	if span := (&Expectation{Between: []moment{noon, noon}}); !span.in(noon.Time.Time) {
		t.Error("between holds both ends")
	}
}
