package voice

import (
	"errors"
	"log/slog"
)

// A voice never gets into a log, a message or a file by accident: Prosody and Reader hide themselves from slog and fmt
// and refuse every encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("voice: not marshalled by accident; see Reader.AppendState")

// LogValue hides the prosody.
func (Prosody) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the prosody.
func (Prosody) String() string { return hidden }

// MarshalText always fails.
func (Prosody) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Prosody) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the reader.
func (Reader) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the reader.
func (Reader) String() string { return hidden }

// MarshalText always fails.
func (Reader) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Reader) MarshalBinary() ([]byte, error) { return nil, errHidden }
