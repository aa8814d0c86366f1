package physio

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// secret makes the types that embed it hide: what a body tells never gets into a log, a message or a file by accident. They
// show nothing to slog and fmt, whatever the verb, and refuse every encoder: text covers JSON, YAML and XML; binary covers
// CBOR and gob.
type secret struct{}

const hidden = "(hidden)"

var errHidden = errors.New("physio: signals of a body and what is made of them are not marshalled")

// Format writes that the value is hidden.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the value.
func (secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText always fails.
func (secret) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (secret) MarshalBinary() ([]byte, error) { return nil, errHidden }
