package httpapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Limits of a request.
const (
	maxBody           = 1 << 20
	maxBatchBody      = 8 << 20
	maxIdempotencyKey = 255
	minSharedKey      = 16
)

// call is one authenticated request.
type call struct {
	*http.Request
	ctx     context.Context
	body    []byte
	caller  catalogue.Caller // of a key
	till    engine.Till      // of a till's key
	session *engine.Session  // of a device token
	scope   string           // names the credential: of idempotency keys and of the rate
	key     string           // Idempotency-Key, "" if there is none
}

// answer is what a route says.
type answer struct {
	status   int
	body     any    // nil: none
	png      []byte // in place of body
	revision string
	location string
	owner    id.User // the person whom an answer to a key is about
}

// reply is an answer in the form that is kept for repeats.
type reply struct {
	Status   int            `json:"status"`
	ETag     string         `json:"etag,omitzero"`
	Location string         `json:"location,omitzero"`
	Body     jsontext.Value `json:"body,omitempty"`
	png      []byte
}

// handler does what all routes have in common, in this order: credential, rate, body, idempotency, the route itself.
func (s *server) handler(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		out, replayed, err := s.serve(r, w.Header(), req)
		if err != nil {
			s.fail(w, r, req, err)
			return
		}
		if replayed {
			w.Header().Set("Idempotency-Replayed", "true")
		}
		out.write(w)
	}
}

func (s *server) serve(r route, head http.Header, req *http.Request) (out reply, replayed bool, err error) {
	c, err := s.authenticate(r, req)
	if err != nil {
		return out, false, err
	}
	if err := s.rates.take(c, s.Clock(), head); err != nil {
		return out, false, err
	}
	if c.body, err = readBody(r.body, req); err != nil {
		return out, false, err
	}
	if c.key, err = idempotencyKey(r, req); err != nil {
		return out, false, err
	}
	if c.key == "" {
		out, _, err = run(r, c)
		return out, false, err
	}
	sum := sha256.Sum256(append([]byte(req.Method+" "+req.URL.Path+"\n"), c.body...))
	kept, replayed, err := s.Once(req.Context(), c.scope, c.key, sum, func(ctx context.Context) ([]byte, id.User, error) {
		c.ctx = ctx
		out, owner, err := run(r, c)
		if err != nil {
			return nil, "", err
		}
		b, err := json.Marshal(out)
		return b, owner, err
	})
	if err != nil {
		return out, false, err
	}
	return out, replayed, json.Unmarshal(kept, &out)
}

// run lets the route answer.
func run(r route, c *call) (out reply, owner id.User, err error) {
	a, err := r.serve(c)
	if err != nil {
		return out, "", err
	}
	out = reply{Status: a.status, Location: a.location, png: a.png}
	if a.revision != "" {
		out.ETag = strconv.Quote(a.revision)
	}
	if a.body != nil {
		if out.Body, err = json.Marshal(a.body, json.Deterministic(true)); err != nil {
			return out, "", err
		}
	}
	owner = a.owner
	if c.session != nil {
		owner = c.session.User()
	}
	return out, owner, nil
}

func (r *reply) write(w http.ResponseWriter) {
	for name, value := range map[string]string{"ETag": r.ETag, "Location": r.Location} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	body, media := []byte(r.Body), "application/json"
	if r.png != nil {
		body, media = r.png, "image/png"
	}
	if len(body) > 0 {
		w.Header().Set("Content-Type", media)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// readBody reads the whole body, up to its limit.
func readBody(kind bodyKind, req *http.Request) ([]byte, error) {
	limit := maxBody
	if kind == batch || kind == table {
		limit = maxBatchBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, int64(limit)))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, fault.New(fault.TooLarge, fault.CodeTooLarge, "must be at most %d bytes", limit).WithField("body")
	case err != nil:
		return nil, fault.New(fault.Invalid, fault.CodeMalformed, "The body did not arrive whole.")
	case len(body) == 0:
		return nil, nil
	case kind == noBody:
		return nil, fault.New(fault.Invalid, fault.CodeMalformed, "This route takes no body.")
	}
	also := map[bodyKind]string{patch: "application/merge-patch+json", table: mediaCSV}[kind]
	if media := mediaType(req); media != "application/json" && (also == "" || media != also) {
		want := "application/json"
		if also != "" {
			want += " or " + also
		}
		return nil, fault.New(fault.Invalid, fault.CodeMediaType, "The Content-Type must be %s.", want)
	}
	return body, nil
}

const mediaCSV = "text/csv"

func mediaType(req *http.Request) string {
	media, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	return media
}

// idempotencyKey returns the key of a request that creates, "" if it has none. A publishable key stands in every copy
// of an app: there, a key that somebody else could hit upon would answer them with another person's token.
func idempotencyKey(r route, req *http.Request) (string, error) {
	key := req.Header.Get("Idempotency-Key")
	if r.body != creates && r.body != batch || key == "" {
		return "", nil
	}
	if r.who == publishableKey && len(key) < minSharedKey {
		return "", fault.Field("Idempotency-Key", "must be at least %d random characters here", minSharedKey)
	}
	if len(key) > maxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", fault.Field("Idempotency-Key", "must be at most %d printable ASCII characters", maxIdempotencyKey)
	}
	return key, nil
}

// ifMatch returns the revision that the caller expects, "" if any will do.
func (c *call) ifMatch() (string, error) {
	tag := c.Header.Get("If-Match")
	if tag == "" || tag == "*" {
		return "", nil
	}
	revision, err := strconv.Unquote(strings.TrimPrefix(tag, "W/"))
	if err != nil || revision == "" {
		return "", fault.Field("If-Match", `must be one ETag in quotes, or *`)
	}
	return revision, nil
}
