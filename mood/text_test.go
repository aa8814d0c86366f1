package mood_test

import (
	"encoding"
	"errors"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

type text interface {
	comparable
	encoding.TextMarshaler
	String() string
}

func checkNames[T text](t *testing.T, parse func(string) (T, error), names map[T]string, field string, bad ...T) {
	t.Helper()
	for v, name := range names {
		if b, err := v.MarshalText(); err != nil || string(b) != name || v.String() != name {
			t.Errorf("%q: MarshalText = %q, %v; String = %q", name, b, err, v.String())
		}
		if got, err := parse(name); err != nil || got != v {
			t.Errorf("%q is parsed as %v, %v", name, got, err)
		}
		if err := any(&v).(encoding.TextUnmarshaler).UnmarshalText([]byte(name)); err != nil || v.String() != name {
			t.Errorf("%q is unmarshalled as %v, %v", name, v, err)
		}
	}
	for _, name := range []string{"", " ", "SELF", "Off", "nonsense"} {
		_, err := parse(name)
		var f *fault.Error
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("%q: %v, want a fault that names %s", name, err, field)
		}
	}
	for _, v := range bad {
		if b, err := v.MarshalText(); err == nil {
			t.Errorf("%#v is marshalled as %q", v, b)
		}
	}
}

func TestNamesAreStable(t *testing.T) {
	checkNames(t, mood.ParseSource, map[mood.Source]string{
		mood.SelfReport: "self", mood.Wearable: "wearable", mood.Face: "face", mood.Voice: "voice", mood.Typing: "typing",
	}, "source", 0, 6, 255)
	checkNames(t, mood.ParseLevel, map[mood.Level]string{mood.Off: "off", mood.Quiet: "quiet", mood.Help: "help"}, "level", 3, 255)
	checkNames(t, mood.ParseState, map[mood.State]string{
		mood.Unknown: "unknown", mood.Drained: "drained", mood.Stressed: "stressed", mood.Calm: "calm", mood.Upbeat: "upbeat",
	}, "state", 5, 255)
}
