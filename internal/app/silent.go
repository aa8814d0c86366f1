package app

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// silent knows the connections that have not asked for anything yet. http.Server.Shutdown takes those for busy for five
// seconds, and an HTTP client that keeps a spare connection, or anybody who only knocks, would hold up the end.
type silent struct {
	conns  sync.Map // of net.Conn
	ending atomic.Bool
}

// follow is an http.Server's ConnState.
func (s *silent) follow(c net.Conn, state http.ConnState) {
	if state != http.StateNew {
		s.conns.Delete(c)
		return
	}
	s.conns.Store(c, nil)
	if s.ending.Load() { // after it was stored, so that end or this closes it
		_ = c.Close()
	}
}

// end closes them, and those that come from now on.
func (s *silent) end() {
	s.ending.Store(true)
	s.conns.Range(func(c, _ any) bool {
		_ = c.(net.Conn).Close()
		return true
	})
}
