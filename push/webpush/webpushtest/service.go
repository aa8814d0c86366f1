package webpushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Answer is what the service says to one request. The zero value takes the message: 201.
type Answer struct {
	Status int
	Retry  string // Retry-After
}

// Message is what arrived in a browser.
type Message struct {
	Text    []byte
	TTL     string
	Topic   string
	Urgency string
	Subject string // of the VAPID token
}

// Service is a push service. Use [Start].
type Service struct {
	server *httptest.Server
	mu     sync.Mutex
	by     map[string]*Browser
}

// Browser is one subscription.
type Browser struct {
	service  *Service
	path     string
	key      *ecdh.PrivateKey
	auth     []byte
	server   string // applicationServerKey
	script   []Answer
	messages []Message
	attempts []time.Time
	err      error
}

// Start runs a service until the test ends.
func Start(tb testing.TB) *Service {
	s := &Service{by: make(map[string]*Browser)}
	s.server = httptest.NewServer(s)
	tb.Cleanup(s.server.Close)
	return s
}

// Subscribe returns a new browser, which takes messages of whoever holds the private half of the key.
func (s *Service) Subscribe(applicationServerKey string) *Browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	b := &Browser{service: s, key: key, auth: make([]byte, 16), server: applicationServerKey, path: "/push/" + rand.Text()}
	_, _ = rand.Read(b.auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[b.path] = b
	return b
}

// Token is the JSON of the subscription.
func (b *Browser) Token() string {
	text, _ := json.Marshal(map[string]any{
		"endpoint": b.service.server.URL + b.path, "keys": map[string]string{"p256dh": encode(b.key.PublicKey().Bytes()), "auth": encode(b.auth)},
	})
	return string(text)
}

// Script sets the answers to the next requests; the last one stays.
func (b *Browser) Script(answers ...Answer) {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	b.script = answers
}

// Messages returns what arrived.
func (b *Browser) Messages() []Message {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	return append([]Message(nil), b.messages...)
}

// Attempts returns when requests came.
func (b *Browser) Attempts() []time.Time {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	return append([]time.Time(nil), b.attempts...)
}

// Err returns what was wrong with the last request.
func (b *Browser) Err() error {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	return b.err
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 8192))
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.by[r.URL.Path]
	if b == nil {
		http.Error(w, "no such subscription", http.StatusGone)
		return
	}
	b.attempts = append(b.attempts, time.Now())
	var a Answer
	if len(b.script) > 0 {
		a = b.script[0]
		if len(b.script) > 1 {
			b.script = b.script[1:]
		}
	}
	if a.Status == 0 {
		a.Status = http.StatusCreated
	}
	if a.Status == http.StatusCreated {
		if b.err = b.take(r, body); b.err != nil {
			a.Status = http.StatusBadRequest
		}
	}
	if a.Retry != "" {
		w.Header().Set("Retry-After", a.Retry)
	}
	w.WriteHeader(a.Status)
}

func (b *Browser) take(r *http.Request, body []byte) error {
	subject, err := b.verify(r)
	if err != nil {
		return err
	}
	if r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" {
		return errors.New("no aes128gcm, or no TTL")
	}
	if len(r.Header.Get("Topic")) > 32 {
		return errors.New("the topic is too long")
	}
	text, err := b.decrypt(body)
	if err != nil {
		return err
	}
	b.messages = append(b.messages, Message{
		Text: text, TTL: r.Header.Get("TTL"), Topic: r.Header.Get("Topic"), Urgency: r.Header.Get("Urgency"), Subject: subject,
	})
	return nil
}

// verify checks the VAPID token (RFC 8292) against the key of the subscription.
func (b *Browser) verify(r *http.Request) (subject string, err error) {
	token, key, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "vapid t="), ", k=")
	if !ok || key != b.server {
		return "", errors.New("not the key of the subscription")
	}
	parts := strings.Split(token, ".")
	raw, err := decode(key)
	if err != nil || len(parts) != 3 {
		return "", errors.New("not a VAPID token")
	}
	signature, err := decode(parts[2])
	if err != nil || len(signature) != 64 {
		return "", errors.New("not a VAPID signature")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return "", errors.New("the VAPID signature is wrong")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	claim, err := decode(parts[1])
	if err == nil {
		err = json.Unmarshal(claim, &claims)
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if err != nil || claims.Aud != b.service.server.URL || left <= 0 || left > 24*time.Hour {
		return "", fmt.Errorf("the VAPID claims are wrong: %+v, %w", claims, err)
	}
	return claims.Sub, nil
}

// decrypt opens one record (RFC 8188) with the browser's keys (RFC 8291).
func (b *Browser) decrypt(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("no record")
	}
	salt, size, sender, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])], body[21+int(body[20]):]
	if len(body) > 4096 || len(sealed) > int(size) {
		return nil, errors.New("the record is too long")
	}
	peer, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(peer)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender)
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(string(plain), "\x00")
	if !strings.HasSuffix(text, "\x02") {
		return nil, errors.New("no end of the last record")
	}
	return []byte(text[:len(text)-1]), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
