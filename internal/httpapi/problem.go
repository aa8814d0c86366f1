package httpapi

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// problemBase is where people find the codes explained.
const problemBase = "https://flaneur.io/problems/"

// statuses by kind.
var statuses = map[fault.Kind]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.Invalid:      http.StatusBadRequest,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Gone:         http.StatusGone,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.RateLimited:  http.StatusTooManyRequests,
	fault.Unavailable:  http.StatusServiceUnavailable,
}

// fail logs what is our own fault and answers with a problem.
func (s *server) fail(w http.ResponseWriter, r route, req *http.Request, err error) {
	if errors.Is(err, context.Canceled) && req.Context().Err() != nil {
		err = fault.New(fault.Unavailable, fault.CodeUnavailable, "The request was given up.") // and nobody reads this
	}
	f := fault.From(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable && req.Context().Err() == nil {
		text := err.Error()
		if errors.As(err, new(*json.SemanticError)) { // may quote a value
			text = f.Code + ": " + f.Detail
		}
		s.Log.Error("request failed", "route", r.pattern, "request", w.Header().Get("X-Request-Id"), "err", text)
	}
	if f.Code == fault.CodeConflict && req.Header.Get("If-Match") != "" {
		writeStatus(w, f, http.StatusPreconditionFailed)
		return
	}
	writeProblem(w, f)
}

func writeProblem(w http.ResponseWriter, f *fault.Error) { writeStatus(w, f, statusOf(f)) }

func statusOf(f *fault.Error) int {
	switch f.Code {
	case fault.CodeMethod:
		return http.StatusMethodNotAllowed
	case fault.CodeMediaType:
		return http.StatusUnsupportedMediaType
	}
	return statuses[f.Kind]
}

func writeStatus(w http.ResponseWriter, f *fault.Error, status int) {
	h := w.Header()
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="flaneur"`)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(f.RetryAfter.Seconds())))))
	}
	p := problem(f)
	p.Status, p.Title, p.Instance = status, http.StatusText(status), h.Get("X-Request-Id")
	body, _ := json.Marshal(p) // strings and numbers only
	h.Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// problem returns what a fault says to the caller.
func problem(f *fault.Error) api.Problem {
	status := statusOf(f)
	p := api.Problem{
		Type: problemBase + f.Code, Title: http.StatusText(status), Status: status, Code: f.Code, Field: f.Field, Detail: f.Detail,
		RetryAfter: f.RetryAfter.Milliseconds(),
	}
	if f.Kind == fault.Internal {
		p.Detail, p.Field = "Internal error.", ""
	}
	return p
}
