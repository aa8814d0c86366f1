package offerkit

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/flaneur-io/flaneur/internal/fault"
)

var codePattern = regexp.MustCompile(`(?:^|[\s"'=(])([a-z][a-z_]+): `)

// ErrorCode finds the stable code in the text of an error that a method of this package returned, however the binding
// wrapped it; "internal" if there is none. docs/protocol.md lists the codes.
func ErrorCode(message string) string {
	if m := codePattern.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return fault.CodeInternal
}

// guard turns a panic into an error; to be deferred by every exported method that returns one.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = panicked(r)
	}
}

func panicked(r any) error {
	return fault.New(fault.Internal, fault.CodeInternal, "The SDK stumbled; this is its fault, please report it.").
		Wrap(fmt.Errorf("%v", r)) //nolint:err113 // whatever it was
}

// plain makes a fault of what a call ended with.
func plain(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fault.New(fault.Unavailable, fault.CodeUnavailable, "The server did not answer in time; whether it took the request is unknown.")
	}
	return fault.From(err)
}

// passing reports whether the same may succeed later.
func passing(err error) bool {
	f := fault.From(plain(err))
	return f != nil && (f.Kind == fault.Unavailable || f.Kind == fault.RateLimited || f.Code == fault.CodeShuttingDown)
}

func needs(purpose string) error {
	return fault.New(fault.Forbidden, fault.CodeConsent, "The person has not allowed this.").WithField(purpose)
}

var errNotIn = fault.New(fault.Unauthorized, fault.CodeUnauthorized, "Nobody has opted in on this device.")
