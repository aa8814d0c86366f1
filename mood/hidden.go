package mood

import (
	"errors"
	"log/slog"
)

// How a person feels never gets into a log, a message or a file by accident: Affect, Estimate and Estimator hide
// themselves from slog and fmt and refuse every encoder. Text covers JSON, YAML and XML; binary covers CBOR and gob.

const hidden = "(hidden)"

var errHidden = errors.New("mood: not marshalled by accident; see Estimate.Export and Estimator.AppendState")

// LogValue hides the affect.
func (Affect) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the affect.
func (Affect) String() string { return hidden }

// MarshalText always fails.
func (Affect) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Affect) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the estimate.
func (Estimate) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the estimate.
func (Estimate) String() string { return hidden }

// MarshalText always fails.
func (Estimate) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Estimate) MarshalBinary() ([]byte, error) { return nil, errHidden }

// LogValue hides the estimator.
func (Estimator) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the estimator.
func (Estimator) String() string { return hidden }

// MarshalText always fails.
func (Estimator) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalBinary always fails.
func (Estimator) MarshalBinary() ([]byte, error) { return nil, errHidden }
