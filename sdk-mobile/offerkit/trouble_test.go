package offerkit_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

// line is the network between a phone and the server: what goes through it may be cut off in the midst.
type line struct {
	t      testing.TB
	listen net.Listener
	server string

	mu     sync.Mutex
	rng    *rand.Rand
	faulty bool // one in so many answers is lost with its connection
	down   bool // no connection comes about
	open   map[net.Conn]bool
}

func newLine(t testing.TB, server string, rng *rand.Rand) *line {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, listen: listen, server: server, rng: rng, open: map[net.Conn]bool{}}
	t.Cleanup(l.end)
	go func() {
		for {
			c, err := listen.Accept()
			if err != nil {
				return
			}
			go l.carry(c)
		}
	}()
	return l
}

func (l *line) addr() string { return l.listen.Addr().String() }

func (l *line) carry(phone net.Conn) {
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		_ = phone.Close()
		return
	}
	l.mu.Lock()
	if l.down {
		l.mu.Unlock()
		_, _ = phone.Close(), server.Close()
		return
	}
	l.open[phone], l.open[server] = true, true
	l.mu.Unlock()
	done := func() {
		_, _ = phone.Close(), server.Close()
		l.mu.Lock()
		delete(l.open, phone)
		delete(l.open, server)
		l.mu.Unlock()
	}
	go func() {
		defer done()
		l.copy(server, phone, false)
	}()
	defer done()
	l.copy(phone, server, true)
}

// copy carries bytes one way until either side ends, or an answer is lost.
func (l *line) copy(to, from net.Conn, answers bool) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil || answers && l.lost() {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (l *line) lost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.faulty && l.rng.IntN(8) == 0
}

func (l *line) setFaulty(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faulty = on
}

// setDown says whether connections can be made; those that were there are cut.
func (l *line) setDown(down bool) {
	l.mu.Lock()
	l.down = down
	l.mu.Unlock()
	l.cut()
}

// cut ends all connections; new ones can be made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Close()
	}
}

// end is the end of the line, as the phone's process sees it when it is killed.
func (l *line) end() {
	_ = l.listen.Close()
	l.cut()
}

// killed is the phone after its process was killed: what was on disk and in the keystore, and nothing else.
func (p *phone) killed() *phone {
	p.t.Helper()
	p.world.line.end()
	after := p.world.phone(p.t)
	after.now = p.clock()
	from, to := filepath.Join(p.dir, "flaneur"), filepath.Join(after.dir, "flaneur")
	for { // one moment's state: the process still runs, and a copy of before and after would be of no phone
		before := p.files(from)
		after.kept = p.store()
		err := os.CopyFS(to, os.DirFS(from))
		if maps.Equal(before, p.files(from)) && maps.EqualFunc(after.kept, p.store(), bytes.Equal) {
			p.must(err)
			return after
		}
		p.must(os.RemoveAll(to))
	}
}

// files is what tells whether anything was written in a folder: when each file was, and how long it is.
func (p *phone) files(dir string) map[string]string {
	p.t.Helper()
	list, err := os.ReadDir(dir)
	p.must(err)
	seen := map[string]string{}
	for _, e := range list {
		if info, err := e.Info(); err == nil { // or it is gone already
			seen[e.Name()] = fmt.Sprint(info.ModTime().UnixNano(), info.Size())
		}
	}
	return seen
}

// A day of tunnels, lost answers and kills: every position that the policy keeps reaches the server, and is taken once.
func TestNothingLostNothingTwice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t)
	lay := func() {
		w.line = newLine(t, w.Addr(), rand.New(rand.NewPCG(rng.Uint64(), 1)))
		w.line.setFaulty(true)
	}
	lay()
	w.line.setFaulty(false)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	w.line.setFaulty(true)

	var kept, sent int64
	account := func() {
		s := k.Stats()
		kept, sent = kept+s.Measured-s.Skipped, sent+s.Sent
	}
	tunnel := 0
	for i := range 500 {
		p.later(time.Duration(5+rng.IntN(40)) * time.Second)
		p.must(k.Track(p.at(float64(3000 + 50*i))))
		if tunnel--; tunnel == 0 {
			k.NetworkChanged(true)
		}
		switch n := rng.IntN(100); {
		case n < 5:
			w.line.cut()
		case n < 8:
			account()
			p = p.killed()
			k.Shutdown()
			lay()
			k, tunnel = p.kit(), 0
		case n < 10:
			k.NetworkChanged(false)
			tunnel = 1 + rng.IntN(150) // more than fit a frame
		case n < 20:
			d := offerkit.NewDeviceState()
			d.Foreground = rng.IntN(2) == 0
			k.SetDevice(d)
		case n < 50 && tunnel <= 0:
			_ = k.Flush(1) // the line decides
		}
	}
	w.line.setFaulty(false)
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	account()
	s := w.Engine().Stats()
	if took := int64(s.Fixes - s.Refused); took != kept || kept < 100 {
		t.Errorf("%d were kept, the server took %d", kept, took)
	}
	if b := k.Stats().Buffered; b != 0 {
		t.Errorf("%d still wait", b)
	}
	t.Logf("%d kept, %d answered, %d refused as repeated", kept, sent, s.Refused)
}
