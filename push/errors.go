package push

import (
	"errors"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// What a channel answers; errors.Is compares by code, and the code is also the class in counters. A temporary
// error may carry a RetryAfter: see [fault.Error].
var (
	ErrTokenDead   = fault.New(fault.Gone, fault.CodeTokenDead, "The device no longer takes messages: its token must be dropped.")
	ErrNoToken     = fault.New(fault.NotFound, fault.CodeNoToken, "No device of the person can take a push.")
	ErrTooLarge    = fault.New(fault.TooLarge, fault.CodeTooLarge, "A message has at most %d bytes.", MaxSize)
	ErrExpired     = fault.New(fault.Gone, fault.CodeExpired, "It is too late for this message.")
	ErrRejected    = fault.New(fault.Invalid, fault.CodePushRejected, "The push service refuses this message.")
	ErrCredentials = fault.New(fault.Unauthorized, fault.CodePushCredentials, "The push service refuses our credentials.")
	ErrThrottled   = fault.New(fault.RateLimited, fault.CodeRateLimited, "The push service asks us to slow down.")
	ErrUnavailable = fault.New(fault.Unavailable, fault.CodeUnavailable, "The push service can't be reached; whether it took the message is unknown.")
	ErrClosed      = fault.New(fault.Unavailable, fault.CodeShuttingDown, "The channel is closing and takes no more messages.")
)

// Temporary reports whether trying the same message again may help.
func Temporary(err error) bool {
	return errors.Is(err, ErrThrottled) || errors.Is(err, ErrUnavailable)
}
