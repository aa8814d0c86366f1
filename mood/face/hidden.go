package face

import (
	"errors"
	"log/slog"
)

// A face never gets into a log, a message or a file by accident: Frame and Reader hide themselves from slog and fmt and
// refuse every encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("face: not marshalled by accident; see Reader.AppendState")

// LogValue hides the frame.
func (Frame) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the frame.
func (Frame) String() string { return hidden }

// MarshalText always fails.
func (Frame) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Frame) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the reader.
func (Reader) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the reader.
func (Reader) String() string { return hidden }

// MarshalText always fails.
func (Reader) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Reader) MarshalBinary() ([]byte, error) { return nil, errHidden }
