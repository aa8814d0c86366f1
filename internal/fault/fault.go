package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what sort of failure it is; the edges turn it into a status or a close code.
type Kind uint8

// The kinds, with the HTTP status that the REST edge answers.
const (
	Internal     Kind = iota // 500: our own mistake; the text stays in the log
	Invalid                  // 400: the input is wrong; Field names it
	Unauthorized             // 401: no or an unknown credential
	Forbidden                // 403: known, but not allowed (consent missing, wrong key kind)
	NotFound                 // 404
	Conflict                 // 409: somebody else wrote first, or it exists already
	Gone                     // 410: erased, stopped, expired, sold out
	TooLarge                 // 413
	RateLimited              // 429: RetryAfter says when
	Unavailable              // 503: try again; the outcome may be unknown
)

// Error is the one error type that crosses package borders on purpose. Code is stable and for machines,
// Detail is one sentence for people and says what would be right; neither ever holds personal data.
// An Error is immutable once made and safe for concurrent use.
type Error struct {
	Kind       Kind
	Code       string        // stable, snake_case, listed in codes.go
	Field      string        // the offending input, as a path: fixes[2].lat; empty if none
	Detail     string        // a sentence for people
	RetryAfter time.Duration // 0 if not known
	cause      error
}

// Error returns "code: field: detail", and the cause if there is one.
func (e *Error) Error() string {
	s := e.Code
	if e.Field != "" {
		s += ": " + e.Field
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an *Error with the same code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// New makes an error of a kind; detail is formatted as by fmt.Sprintf.
func New(kind Kind, code, detail string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Detail: fmt.Sprintf(detail, args...)}
}

// Field makes an Invalid error that names the offending input and says what would be right.
func Field(field, detail string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: CodeInvalidField, Field: field, Detail: fmt.Sprintf(detail, args...)}
}

// Wrap returns a copy of e that carries cause.
func (e *Error) Wrap(cause error) *Error { c := *e; c.cause = cause; return &c }

// WithField returns a copy of e that names the offending input.
func (e *Error) WithField(field string) *Error { c := *e; c.Field = field; return &c }

// Under returns a copy of e whose field stands inside outer: lat under fixes[2] is fixes[2].lat.
func (e *Error) Under(outer string) *Error {
	if outer != "" && e.Field != "" {
		outer += "."
	}
	return e.WithField(outer + e.Field)
}

// WithRetry returns a copy of e that says when to try again.
func (e *Error) WithRetry(after time.Duration) *Error { c := *e; c.RetryAfter = after; return &c }

// From returns err's *Error, or an Internal one with a neutral text that carries err as its cause.
// From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: CodeInternal, Detail: "Internal error.", cause: err}
}
