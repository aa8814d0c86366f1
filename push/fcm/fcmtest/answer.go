package fcmtest

import (
	"encoding/json"
	"net/http"
	"time"
)

// Answer is what the server does with one request for a token. The zero value is the real server's acceptance.
type Answer struct {
	Status     int    // HTTP status; 0: 200
	Code       string // google.rpc code, such as NOT_FOUND
	Detail     string // FcmError code, such as UNREGISTERED; empty: the answer has no such detail
	RetryAfter string // header
	Body       string // instead of JSON
	Hang       bool   // until the client goes away; not accepted
	Drop       bool   // accept the message, then drop the connection without an answer
	Cut        bool   // accept the message, then drop the connection in the middle of the answer
}

// The answers of the real server, and of what may stand between.
var (
	OK             = Answer{}
	Unregistered   = Answer{Status: 404, Code: "NOT_FOUND", Detail: "UNREGISTERED"}
	NotFound       = Answer{Status: 404, Code: "NOT_FOUND"} // a wrong project or path
	Invalid        = Answer{Status: 400, Code: "INVALID_ARGUMENT", Detail: "INVALID_ARGUMENT"}
	SenderMismatch = Answer{Status: 403, Code: "PERMISSION_DENIED", Detail: "SENDER_ID_MISMATCH"}
	Denied         = Answer{Status: 403, Code: "PERMISSION_DENIED"}
	ThirdPartyAuth = Answer{Status: 401, Code: "UNAUTHENTICATED", Detail: "THIRD_PARTY_AUTH_ERROR"} // our key at Apple
	Unauthorized   = Answer{Status: 401, Code: "UNAUTHENTICATED"}
	Throttled      = Answer{Status: 429, Code: "RESOURCE_EXHAUSTED", Detail: "QUOTA_EXCEEDED"}
	Unavailable    = Answer{Status: 503, Code: "UNAVAILABLE", Detail: "UNAVAILABLE"}
	Internal       = Answer{Status: 500, Code: "INTERNAL", Detail: "INTERNAL"}
	BadGateway     = Answer{Status: 502, Body: "<html>bad gateway</html>"}
	BadJSON        = Answer{Body: "not json"} // accepted, and the answer spoilt
	Hang           = Answer{Hang: true}
	Drop           = Answer{Drop: true}
	Cut            = Answer{Cut: true}
)

// After returns a with a Retry-After header of whole seconds.
func (a Answer) After(d time.Duration) Answer {
	b, _ := json.Marshal(int64(d / time.Second)) // an int64 is always marshalled
	a.RetryAfter = string(b)
	return a
}

// AfterDate returns a with a Retry-After header that names the moment.
func (a Answer) AfterDate(t time.Time) Answer {
	a.RetryAfter = t.UTC().Format(http.TimeFormat)
	return a
}

func (a Answer) accepts() bool { return !a.Hang && (a.Status == 0 || a.Status == http.StatusOK) }

func (a Answer) write(w http.ResponseWriter, name string) {
	if a.RetryAfter != "" {
		w.Header().Set("Retry-After", a.RetryAfter)
	}
	var answer any = map[string]string{"name": name}
	switch {
	case a.Body != "":
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(max(a.Status, http.StatusOK))
		_, _ = w.Write([]byte(a.Body))
		return
	case !a.accepts():
		e := map[string]any{"code": a.Status, "message": "scripted " + a.Code, "status": a.Code}
		if a.Detail != "" {
			e["details"] = []any{map[string]string{
				"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": a.Detail,
			}}
		}
		answer = map[string]any{"error": e}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(max(a.Status, http.StatusOK))
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}
