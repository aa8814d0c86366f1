package app_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/wire"
)

// asking is one connection to a server that is kept open.
type asking struct {
	net.Conn
	answers *bufio.Reader
}

func ask(t *testing.T, addr string) asking {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return asking{c, bufio.NewReader(c)}
}

// ready asks /readyz.
func (a asking) ready(t *testing.T) int {
	t.Helper()
	if _, err := io.WriteString(a, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(a.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode
}

func TestNotReadyWhileItDrains(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	_, in := s.somebody(t, "location")
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, false) // and never reads: the drain waits for it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sock.Close() }()
	a := ask(t, s.Addr())
	if status := a.ready(t); status != http.StatusOK {
		t.Fatalf("before: %d", status)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Stop() }()
	for a.ready(t) == http.StatusOK { // until the drain begins
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestNothingIsServedFromAClosedStore(t *testing.T) {
	cfg := config.Default()
	cfg.Listen, cfg.Shutdown.Drain = "127.0.0.1:0", time.Second
	s, err := app.New(t.Context(), app.Options{Config: cfg, Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.WithoutCancel(t.Context())) }()
	a := ask(t, s.Addr())
	if status := a.ready(t); status != http.StatusOK {
		t.Fatalf("before: %d", status)
	}
	if err := s.Deafen(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Run: %v, want why nobody can be served", err)
	}
	if _, err := a.answers.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("a connection outlived the store: %v", err)
	}
}

func TestWhoOnlyKnocksDoesNotHoldUpTheEnd(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := s.Merchant.Merchants(t.Context(), "", 1); err != nil { // by now the server has accepted both
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("the end: %v", err)
	}
}
