package next

import (
	"errors"
	"log/slog"
)

// A history never gets into a log, a message or a file by accident: it hides itself from slog and fmt and refuses every
// encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("next: a history is not marshalled by accident; see History.AppendState")

// LogValue hides the history.
func (History) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the history.
func (History) String() string { return hidden }

// GoString hides the history.
func (History) GoString() string { return hidden }

// MarshalText always fails.
func (History) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (History) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the visit.
func (Visit) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the visit.
func (Visit) String() string { return hidden }
