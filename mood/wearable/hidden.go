package wearable

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// secret makes the types that embed it hide, as in package physio: nothing about a body gets into a log, a message or a
// file by accident.
type secret struct{}

const hidden = "(hidden)"

var errHidden = errors.New("wearable: not marshalled by accident; see Reading.Affect and Wearer.AppendState")

// Format writes that the value is hidden.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the value.
func (secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText always fails.
func (secret) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (secret) MarshalBinary() ([]byte, error) { return nil, errHidden }
