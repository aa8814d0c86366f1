package mood

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// How a person feels never gets into a log, a message or a file by accident: Affect, Estimate and Estimator hide
// themselves from slog and fmt and refuse every encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("mood: not marshalled by accident; see Estimate.Export and Estimator.AppendState")

// LogValue hides the affect.
func (Affect) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the affect, whatever the verb.
func (Affect) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText always fails.
func (Affect) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Affect) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the estimate.
func (Estimate) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the estimate, whatever the verb.
func (Estimate) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText always fails.
func (Estimate) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Estimate) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the estimator.
func (Estimator) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the estimator, whatever the verb.
func (Estimator) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText always fails.
func (Estimator) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Estimator) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the export: it is for the person, not for a log.
func (Export) LogValue() slog.Value { return slog.StringValue(hidden) }
