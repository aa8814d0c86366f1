package api

import "log/slog"

// Problem is the body of every answer with a status of 400 and above (RFC 9457, application/problem+json).
type Problem struct {
	Type       string `json:"type"`                // a URI reference that ends with the code
	Title      string `json:"title"`               // the status in words
	Status     int    `json:"status"`              // the HTTP status
	Detail     string `json:"detail,omitzero"`     // a sentence for people: what would be right
	Instance   string `json:"instance,omitzero"`   // the request: what X-Request-Id says
	Code       string `json:"code"`                // stable, for machines
	Field      string `json:"field,omitzero"`      // the offending input, as a path: fixes[2].lat
	RetryAfter int64  `json:"retryAfter,omitzero"` // milliseconds
}

// Secret is a credential: an API key or a device token.
type Secret string

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("(hidden)") }
