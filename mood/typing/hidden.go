package typing

import (
	"errors"
	"log/slog"
)

// How somebody types never gets into a log, a message or a file by accident: Burst and Reader hide themselves from slog and fmt
// and refuse every encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("typing: not marshalled by accident; see Reader.AppendState")

// LogValue hides the burst.
func (Burst) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the burst.
func (Burst) String() string { return hidden }

// MarshalText always fails.
func (Burst) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Burst) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the reader.
func (Reader) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the reader.
func (Reader) String() string { return hidden }

// MarshalText always fails.
func (Reader) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Reader) MarshalBinary() ([]byte, error) { return nil, errHidden }
