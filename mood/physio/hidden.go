package physio

import (
	"errors"
	"log/slog"
)

// What a body tells never gets into a log, a message or a file by accident: all types that hold it hide themselves from
// slog and fmt and refuse every encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("physio: signals of a body and what is made of them are not marshalled")

// LogValue hides the window.
func (Window) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the window.
func (Window) String() string { return hidden }

// MarshalText always fails.
func (Window) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Window) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the wearer.
func (*Wrist) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the wearer.
func (*Wrist) String() string { return hidden }

// MarshalText always fails.
func (*Wrist) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (*Wrist) MarshalBinary() ([]byte, error) { return nil, errHidden }
