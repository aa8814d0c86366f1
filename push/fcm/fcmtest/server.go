package fcmtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Message is one message that the server accepted, decoded from either spelling (snake_case and camelCase).
type Message struct {
	Token         string
	Title, Body   string
	Data          map[string]string
	CollapseKey   string            // android
	Priority      string            // android
	TTL           time.Duration     // android
	Tag           string            // of the notification on Android
	APNS          map[string]string // headers
	Wakes         bool              // iOS apps in the background hear of it
	Project       string            // from the path
	Authorization string            // header
	Answer        Answer            // what the sender was told: it may not know that the message was accepted
}

// Server is the fake. Use [Start], or [New] to serve it yourself.
type Server struct {
	url  string
	done chan struct{} // closed by Close: nothing hangs longer

	mu       sync.Mutex
	scripts  map[string][]Answer
	attempts map[string][]time.Time
	accepted []Message
	news     chan struct{} // closed and replaced at each acceptance and attempt
}

// New returns a server that accepts everything. It is an http.Handler.
func New() *Server {
	return &Server{
		done:     make(chan struct{}),
		scripts:  make(map[string][]Answer),
		attempts: make(map[string][]time.Time),
		news:     make(chan struct{}),
	}
}

// Test is the part of a testing.TB that Start needs: package testing stays out of programs that use the fake.
type Test interface {
	Helper()
	Cleanup(done func())
}

// Start runs a server on a loopback port until the test ends.
func Start(tb Test) *Server {
	tb.Helper()
	s := New()
	h := httptest.NewServer(s)
	s.url = h.URL
	tb.Cleanup(func() {
		s.Close()
		h.Close()
	})
	return s
}

// Endpoint returns what to configure as FCM's base URL.
func (s *Server) Endpoint() string { return s.url + "/v1" }

// Close lets go of every request that hangs.
func (s *Server) Close() { close(s.done) }

// Script makes the server answer a token's requests one after the other as given; the last answer is repeated.
func (s *Server) Script(token string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[token] = answers
}

// Accepted returns the messages accepted so far, in order.
func (s *Server) Accepted() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.accepted...)
}

// Attempts returns when requests for a token came in.
func (s *Server) Attempts(token string) []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.attempts[token]...)
}

// WaitAccepted returns the accepted messages as soon as there are n, or ctx's error.
func (s *Server) WaitAccepted(ctx context.Context, n int) ([]Message, error) {
	err := s.wait(ctx, func() bool { return len(s.accepted) >= n })
	return s.Accepted(), err
}

// WaitAttempts returns as soon as n requests for a token came in, or ctx's error.
func (s *Server) WaitAttempts(ctx context.Context, token string, n int) error {
	return s.wait(ctx, func() bool { return len(s.attempts[token]) >= n })
}

func (s *Server) wait(ctx context.Context, until func() bool) error {
	for {
		s.mu.Lock()
		ok, news := until(), s.news
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ServeHTTP takes POST …/projects/{project}/messages:send.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	project, ok := strings.CutSuffix(r.URL.Path, "/messages:send")
	if _, project, _ = strings.Cut(project, "/projects/"); r.Method != http.MethodPost || !ok || project == "" {
		http.NotFound(w, r)
		return
	}
	m, err := decode(r)
	if err != nil {
		Answer{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT", Detail: "INVALID_ARGUMENT"}.write(w, "")
		return
	}
	m.Project, m.Authorization = project, r.Header.Get("Authorization")
	m.Answer = s.take(m)
	switch {
	case m.Answer.Hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case m.Answer.Drop:
		panic(http.ErrAbortHandler)
	case m.Answer.Cut:
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"name":`))
		panic(http.ErrAbortHandler)
	}
	m.Answer.write(w, fmt.Sprintf("projects/%s/messages/%d", project, time.Now().UnixNano()))
}

// take records an attempt and, if that is its answer, the acceptance.
func (s *Server) take(m Message) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var a Answer
	if script := s.scripts[m.Token]; len(script) > 0 {
		a = script[0]
		if len(script) > 1 {
			s.scripts[m.Token] = script[1:]
		}
	}
	s.attempts[m.Token] = append(s.attempts[m.Token], time.Now())
	if a.accepts() {
		m.Answer = a
		s.accepted = append(s.accepted, m)
	}
	close(s.news)
	s.news = make(chan struct{})
	return a
}

// decode reads a request body. The real server takes both spellings of a field, and Google's own libraries mix them.
func decode(r *http.Request) (Message, error) {
	var raw map[string]any
	if err := json.NewDecoder(r.Body).Decode(&raw); err != nil {
		return Message{}, err
	}
	b, err := json.Marshal(camel(raw))
	if err != nil {
		return Message{}, err
	}
	var req struct {
		Message struct {
			Token        string
			Data         map[string]string
			Notification struct{ Title, Body string }
			Android      struct {
				CollapseKey, Priority, TTL string
				Notification               struct{ Tag string }
			}
			APNS struct {
				Headers map[string]string
				Payload struct {
					APS struct {
						ContentAvailable int `json:"content-available"`
					}
				}
			}
		}
	}
	if err := json.Unmarshal(b, &req); err != nil {
		return Message{}, err
	}
	m := req.Message
	if m.Token == "" {
		return Message{}, fmt.Errorf("fcmtest: message.token: must be set")
	}
	out := Message{
		Token: m.Token, Title: m.Notification.Title, Body: m.Notification.Body, Data: m.Data,
		CollapseKey: m.Android.CollapseKey, Priority: m.Android.Priority, Tag: m.Android.Notification.Tag,
		APNS: m.APNS.Headers, Wakes: m.APNS.Payload.APS.ContentAvailable == 1,
	}
	if m.Android.TTL != "" {
		if out.TTL, err = time.ParseDuration(m.Android.TTL); err != nil {
			return Message{}, err
		}
	}
	return out, nil
}

// camel renames the fields of v to camelCase; the free-form maps keep their keys.
func camel(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(object))
	for k, x := range object {
		if k == "data" || k == "headers" {
			out[k] = x
			continue
		}
		words := strings.Split(k, "_")
		for i, w := range words[1:] {
			if w != "" {
				words[i+1] = strings.ToUpper(w[:1]) + w[1:]
			}
		}
		out[strings.Join(words, "")] = camel(x)
	}
	return out
}
