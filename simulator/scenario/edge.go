package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// edge is the interface of the server, as anybody with a credential reaches it.
type edge struct {
	base string
	http *http.Client
}

// reply is an answer; body is its JSON, nil if there is none.
type reply struct {
	status int
	body   any
}

const maxReply = 16 << 20

// call makes one request. An error means that there was no answer; a refusal is a reply.
func (e *edge) call(ctx context.Context, key, method, path string, body any) (r reply, err error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return r, fmt.Errorf("scenario: body of %s %s: %w", method, path, err)
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, e.base+path, in)
	if err != nil {
		return r, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := e.http.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		return r, err
	}
	r.status = res.StatusCode
	if len(text) > 0 && json.Unmarshal(text, &r.body) != nil {
		r.body = string(text) // a picture, a text
	}
	return r, nil
}

func (r reply) ok() bool { return r.status >= 200 && r.status < 300 }

// get returns a member of the answer as text: items[0].id.
func (r reply) get(path string) string {
	v, _ := part(r.body, path)
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// refusal says why a request was refused.
func (r reply) refusal() string {
	text := fmt.Sprintf("%d %s", r.status, r.get("code"))
	if field := r.get("field"); field != "" {
		text += " " + field
	}
	if detail := r.get("detail"); detail != "" {
		text += ": " + detail
	}
	return text
}

// part finds a member of JSON by its path; an index counts from 0.
func part(v any, path string) (any, bool) {
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch x := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = x[step]; !ok {
				return nil, false
			}
		case []any:
			i := -1
			if _, err := fmt.Sscanf(step, "%d", &i); err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}
