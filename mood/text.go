package mood

import (
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// The names that devices, files and people see; they never change.
var (
	sourceNames = []string{"", "self", "wearable", "face", "voice", "typing"}
	levelNames  = []string{"off", "quiet", "help"}
	stateNames  = []string{"unknown", "drained", "stressed", "calm", "upbeat"}
)

// ParseSource returns the source of a name: self, wearable, face, voice or typing.
func ParseSource(name string) (Source, error) {
	i, err := parse("source", sourceNames, name)
	return Source(i), err
}

// String returns the source's name, or an empty string if there is no such source.
func (s Source) String() string { return name(sourceNames, int(s)) }

// MarshalText returns the source's name.
func (s Source) MarshalText() ([]byte, error) { return format("source", sourceNames, int(s)) }

// UnmarshalText reads the source's name.
func (s *Source) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSource(string(text))
	return err
}

// ParseLevel returns the level of a name: off, quiet or help.
func ParseLevel(name string) (Level, error) {
	i, err := parse("level", levelNames, name)
	return Level(i), err
}

// String returns the level's name, or an empty string if there is no such level.
func (l Level) String() string { return name(levelNames, int(l)) }

// MarshalText returns the level's name.
func (l Level) MarshalText() ([]byte, error) { return format("level", levelNames, int(l)) }

// UnmarshalText reads the level's name.
func (l *Level) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLevel(string(text))
	return err
}

// ParseState returns the state of a name: unknown, drained, stressed, calm or upbeat.
func ParseState(name string) (State, error) {
	i, err := parse("state", stateNames, name)
	return State(i), err
}

// String returns the state's name, or an empty string if there is no such state.
func (s State) String() string { return name(stateNames, int(s)) }

// MarshalText returns the state's name.
func (s State) MarshalText() ([]byte, error) { return format("state", stateNames, int(s)) }

// UnmarshalText reads the state's name.
func (s *State) UnmarshalText(text []byte) (err error) {
	*s, err = ParseState(string(text))
	return err
}

func name(names []string, i int) string {
	if i >= len(names) {
		return ""
	}
	return names[i]
}

func format(field string, names []string, i int) ([]byte, error) {
	if n := name(names, i); n != "" {
		return []byte(n), nil
	}
	return nil, fault.Field(field, "must be one of %s", list(names))
}

// parse returns 0 with an error, so that a failed UnmarshalText leaves the weakest value: no source, off, unknown.
func parse(field string, names []string, text string) (int, error) {
	if i := slices.Index(names, text); i >= 0 && text != "" {
		return i, nil
	}
	return 0, fault.Field(field, "must be one of %s", list(names))
}

func list(names []string) string {
	return strings.TrimPrefix(strings.Join(names, ", "), ", ")
}
