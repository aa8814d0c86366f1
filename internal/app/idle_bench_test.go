package app_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/wire"
)

// Settings of BenchmarkIdlePeople: how many people, and how long their sockets are left alone.
const (
	idlePeople = "FLANEUR_IDLE_PEOPLE"
	idleSettle = "FLANEUR_IDLE_SETTLE"
)

// BenchmarkIdlePeople reports what one person with an open, idle socket costs in resident memory of a whole server in
// a process of its own, as the kernel counts it (VmRSS) and without helping its collector: right after the sockets
// were opened, and after they were left alone for a while. The server is started anew once the people have opted in,
// so that the sockets pay for everything that a person needs in memory; B/record is what the same people cost that
// server without sockets.
//
//	go test -run '^$' -bench IdlePeople -benchtime 1x -timeout 20m ./internal/app
func BenchmarkIdlePeople(b *testing.B) {
	if testing.Short() {
		b.Skip("opens thousands of sockets, and leaves them alone for minutes")
	}
	n, err := strconv.Atoi(os.Getenv(idlePeople))
	if err != nil {
		n = 10_000
	}
	settle, err := time.ParseDuration(os.Getenv(idleSettle))
	if err != nil {
		settle = 5 * time.Minute
	}
	allFiles(b)
	for range b.N {
		dir := b.TempDir()
		c := spawn(b, dir)
		leaveAlone(10 * time.Second)
		empty := c.resident(b)
		tokens := optInMany(b, c, n)
		c.kill()

		c = spawn(b, dir)
		leaveAlone(10 * time.Second)
		before := c.resident(b)
		sockets := openMany(b, c, tokens)
		atOnce := c.resident(b)
		leaveAlone(settle)
		settled := c.resident(b)
		if lost := sockets.close(); lost > 0 {
			b.Fatalf("%d of %d sockets did not stay open", lost, n)
		}
		c.kill()
		b.ReportMetric(float64(settled-before)/float64(n), "B/socket")
		b.ReportMetric(float64(atOnce-before)/float64(n), "B/socket-at-once")
		b.ReportMetric(float64(before-empty)/float64(n), "B/record")
		b.ReportMetric(float64(settled)/(1<<20), "MiB-server")
	}
}

// leaveAlone lets the server be for a while: what it does with its memory then is what is measured.
func leaveAlone(d time.Duration) { <-time.After(d) }

// optInMany opts n people in over REST, and returns their tokens.
func optInMany(b *testing.B, c *child, n int) []api.Secret {
	b.Helper()
	grant := api.Grant{Granted: true, Policy: "1"}
	in := api.OptIn{Consents: map[string]api.Grant{"location": grant, "push": grant, "mood": grant}, Interests: []string{"restaurant.italian"}}
	tokens := make([]api.Secret, n)
	inParallel(n, func(i int) {
		out, err := c.phone.OptIn(b.Context(), in)
		if err != nil {
			b.Error(err)
		}
		tokens[i] = out.Token
	})
	if b.Failed() {
		b.FailNow()
	}
	return tokens
}

// idleSockets are open sockets that answer pings and do nothing else.
type idleSockets struct {
	open    []*client.Socket
	reading sync.WaitGroup
	mu      sync.Mutex
	closing bool
	lost    int
}

// openMany opens a greeted socket for each token.
func openMany(b *testing.B, c *child, tokens []api.Secret) *idleSockets {
	b.Helper()
	s := &idleSockets{open: make([]*client.Socket, len(tokens))}
	inParallel(len(tokens), func(i int) {
		sock, err := c.phone.Dial(b.Context(), tokens[i], wire.SubprotocolBinary, false)
		if err != nil {
			b.Error(err)
			return
		}
		s.open[i] = sock
		s.reading.Go(func() {
			for {
				if _, err := sock.Receive(); err != nil {
					break
				}
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if !s.closing {
				s.lost++
			}
		})
	})
	if b.Failed() {
		b.FailNow()
	}
	return s
}

// close returns how many sockets had ended before.
func (s *idleSockets) close() int {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	inParallel(len(s.open), func(i int) { _ = s.open[i].Close() })
	s.reading.Wait()
	return s.lost
}

func inParallel(n int, do func(i int)) {
	const workers = 16
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

// resident returns the VmRSS of the server in bytes.
func (c *child) resident(b *testing.B) int {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		b.Skip("needs /proc: ", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, _, _ := strings.Cut(rest, " kB")
	n, err := strconv.Atoi(strings.TrimSpace(kb))
	if err != nil {
		b.Fatal(err)
	}
	return n << 10
}

// allFiles lets this process, and the servers that it starts, open as many files as they may.
func allFiles(b *testing.B) {
	b.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		b.Fatal(err)
	}
	l.Cur = l.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		b.Fatal(err)
	}
}
