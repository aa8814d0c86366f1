package fcm

import (
	"errors"
	"net/http"
	"time"

	"cloud.google.com/go/auth"
	"firebase.google.com/go/v4/errorutils"
	"firebase.google.com/go/v4/messaging"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
)

// throttleWait is how long Google asks to wait after a 429 that does not say.
const throttleWait = time.Minute

// classify maps the library's error to ours. It must see that error itself: on a wrapped one the library's
// questions all answer no.
//
// Only FCM's own UNREGISTERED makes a token dead. A bare 404 or 403 also comes from a wrong project or endpoint,
// and must not cost us every token we have.
func classify(err error) error {
	resp := errorutils.HTTPResponse(err) //nolint:bodyclose // a buffered copy
	if resp == nil {                     // a 200 that is not FCM's answer, for one: nobody knows whether the message was taken
		return push.ErrUnavailable.Wrap(err)
	}
	wait := courier.RetryAfter(resp.Header, time.Now())
	switch status := resp.StatusCode; {
	case messaging.IsUnregistered(err):
		return push.ErrTokenDead.Wrap(err)
	case messaging.IsThirdPartyAuthError(err), status == http.StatusUnauthorized:
		return push.ErrCredentials.Wrap(err)
	case messaging.IsSenderIDMismatch(err):
		return push.ErrRejected.Wrap(err)
	case status == http.StatusForbidden:
		return push.ErrCredentials.Wrap(err)
	case messaging.IsQuotaExceeded(err), status == http.StatusTooManyRequests:
		if wait == 0 {
			wait = throttleWait
		}
		return push.ErrThrottled.WithRetry(wait).Wrap(err)
	case status >= http.StatusInternalServerError:
		return push.ErrUnavailable.WithRetry(wait).Wrap(err)
	case status == http.StatusRequestEntityTooLarge:
		return push.ErrTooLarge.Wrap(err)
	}
	return push.ErrRejected.Wrap(err)
}

// asTransport maps what ended a request without an answer: a 503 that [once] classified already, credentials that
// Google's token endpoint refuses, or a timeout or a broken connection, after which nobody knows whether the
// message was taken.
func asTransport(cause error) error {
	if _, ok := errors.AsType[*fault.Error](cause); ok {
		return cause
	}
	if refused, ok := errors.AsType[*auth.Error](cause); ok && !refused.Temporary() {
		return push.ErrCredentials.Wrap(cause)
	}
	return push.ErrUnavailable.Wrap(cause)
}
