package gateway_test

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/wire"
)

const (
	idleAddrEnv  = "FLANEUR_IDLE_ADDR" // set for the child: where to dial
	idleCountEnv = "FLANEUR_IDLE_SOCKETS"
)

// BenchmarkIdleSockets holds greeted, idle sockets, 10,000 or as many as FLANEUR_IDLE_SOCKETS says, from a child
// process, and reports what one costs in resident memory of this one: at once, and after a full collection whose free
// pages went back to the system.
//
//	go test -run '^$' -bench IdleSockets -benchtime 1x ./internal/gateway
func BenchmarkIdleSockets(b *testing.B) {
	if testing.Short() {
		b.Skip("opens thousands of sockets")
	}
	n := 10_000
	if s := os.Getenv(idleCountEnv); s != "" {
		n, _ = strconv.Atoi(s)
	}
	raiseFileLimit()
	e := &fakeEngine{}
	c := config(e)
	c.Limits.SessionsPerUser = n
	g, err := gateway.New(c)
	if err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(g)
	defer srv.Close()
	for range b.N {
		debug.FreeOSMemory()
		before := resident(b)
		child, hold, out := spawn(b, idleAddrEnv+"="+srv.Listener.Addr().String(), idleCountEnv+"="+strconv.Itoa(n))
		said(b, out, "ready")
		atOnce := resident(b)
		runtime.GC() // stacks shrink in one collection, and are reused after the next
		debug.FreeOSMemory()
		settled := resident(b)
		if open := g.Stats().Sessions; open != n {
			b.Fatalf("%d sessions are open, want %d", open, n)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(settled-before)/float64(n), "B/socket")
		b.ReportMetric(float64(atOnce-before)/float64(n), "B/socket-at-once")
		b.ReportMetric(float64(m.HeapAlloc)/float64(n), "heap-B/socket")
		b.ReportMetric(float64(m.StackInuse)/float64(n), "stack-B/socket")
		_ = hold.Close()
		if err := child.Wait(); err != nil {
			b.Fatal(err)
		}
		until(b, func() bool { return g.Stats().Sessions == 0 })
	}
	_ = g.Drain(b.Context())
}

// holdIdleSockets is the child: it opens the sockets, says so, and keeps them until its input ends.
func holdIdleSockets(addr string) {
	raiseFileLimit()
	n, _ := strconv.Atoi(os.Getenv(idleCountEnv))
	sockets := make([]*websocket.Conn, n)
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := w; i < n; i += 16 {
				sockets[i] = dialIdle(addr)
			}
		})
	}
	wg.Wait()
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, ws := range sockets {
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		_ = ws.Close()
	}
}

// dialIdle returns a socket that was welcomed.
func dialIdle(addr string) *websocket.Conn {
	dialer := websocket.Dialer{Subprotocols: []string{wire.SubprotocolBinary}, ReadBufferSize: 512, WriteBufferSize: 512}
	ws, resp, err := dialer.Dial("ws://"+addr, nil)
	check(err)
	_ = resp.Body.Close()
	hello, err := wire.Binary.Append(nil, &wire.Hello{Seq: 1, Token: "token-ada", SDK: "idle 1"})
	check(err)
	check(ws.WriteMessage(websocket.BinaryMessage, hello))
	_, _, err = ws.ReadMessage()
	check(err)
	return ws
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "idle sockets:", err)
		os.Exit(1)
	}
}

func raiseFileLimit() {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) == nil {
		l.Cur = l.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
	}
}

// resident returns the resident set of this process in bytes.
func resident(b *testing.B) int {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("needs /proc: ", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		b.Fatal(err)
	}
	return pages * os.Getpagesize()
}
