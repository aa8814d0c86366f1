package gateway_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/wire"
)

const pumpEnv = "FLANEUR_PUMP" // set for the child: address, sockets, pipeline, rounds

// BenchmarkPositions takes binary positions from real sockets of a child process, for an engine that only says yes, and
// answers each with an ack: one at a time on each socket, or pipelined, or in batches of fixes. cpu-ns/position is the
// processor time of this process, the server, alone; positions/s/core follows from it.
func BenchmarkPositions(b *testing.B) {
	for _, bm := range []struct{ sockets, pipeline, fixes int }{{64, 1, 1}, {1000, 1, 1}, {64, 16, 1}, {64, 1, 20}} {
		b.Run(fmt.Sprintf("sockets=%d/pipeline=%d/fixes=%d", bm.sockets, bm.pipeline, bm.fixes), func(b *testing.B) {
			c := config(&fakeEngine{})
			c.Limits.FramesPerSecond, c.Limits.Burst, c.Limits.SessionsPerUser = 1e9, 1e9, bm.sockets
			s := serve(b, c)
			rounds := b.N/(bm.sockets*bm.pipeline*bm.fixes) + 1
			child, in, out := spawn(b, fmt.Sprintf("%s=%s %d %d %d %d", pumpEnv, strings.TrimPrefix(s.url, "ws://"), bm.sockets, bm.pipeline, bm.fixes, rounds))
			said(b, out, "ready")
			runtime.GC()
			b.ReportAllocs()
			b.ResetTimer()
			cpu := processorTime()
			_ = in.Close() // go
			said(b, out, "done")
			spent := processorTime() - cpu
			b.StopTimer()
			n := float64(rounds * bm.sockets * bm.pipeline * bm.fixes)
			b.ReportMetric(float64(spent.Nanoseconds())/n, "cpu-ns/position")
			b.ReportMetric(n/spent.Seconds(), "positions/s/core")
			if err := child.Wait(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// spawn starts this test binary again, as a child that TestMain sends to its task by the environment.
func spawn(b *testing.B, env ...string) (child *exec.Cmd, in io.Closer, out *bufio.Reader) {
	b.Helper()
	child = exec.Command(os.Args[0], "-test.run=^$") //nolint:gosec // ourselves
	child.Env = append(os.Environ(), env...)
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	pipe, err := child.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	return child, in, bufio.NewReader(pipe)
}

func said(b *testing.B, out *bufio.Reader, want string) {
	b.Helper()
	if line, err := out.ReadString('\n'); line != want+"\n" {
		b.Fatalf("child said %q, want %q: %v", line, want, err)
	}
}

// pumpPositions is the child.
func pumpPositions(task string) {
	raiseFileLimit()
	var addr string
	var sockets, pipeline, fixes, rounds int
	_, err := fmt.Sscan(task, &addr, &sockets, &pipeline, &fixes, &rounds)
	check(err)
	conns := make([]net.Conn, sockets)
	for i := range conns {
		conns[i] = dialIdle(addr).NetConn()
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	var wg sync.WaitGroup
	for _, conn := range conns {
		wg.Go(func() { pump(conn, rounds, pipeline, fixes) })
	}
	wg.Wait()
	fmt.Println("done")
}

// pump writes positions and reads acks without a WebSocket library, so that it costs next to nothing.
func pump(conn net.Conn, rounds, pipeline, fixes int) {
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReaderSize(conn, 4096)
	var out []byte
	p := &wire.Position{}
	for range fixes {
		p.Fixes = append(p.Fixes, wire.Fix{Lat: 52.52, Lon: 13.405, Accuracy: 5, Speed: 1, Course: 90, At: start})
	}
	for seq := uint64(2); rounds > 0; rounds-- {
		out = out[:0]
		for range pipeline {
			p.Seq = seq
			seq++
			head := len(out)
			out = append(out, 0x82, 0x80|126, 0, 0, 0, 0, 0, 0) // binary, final, two bytes of length; masked with zeros
			body := len(out)
			out, _ = wire.Binary.Append(out, p)
			binary.BigEndian.PutUint16(out[head+2:], uint16(len(out)-body)) //nolint:gosec // below 32 KiB
		}
		_, err := conn.Write(out)
		check(err)
		for answers := 0; answers < pipeline; {
			head, err := r.Peek(2)
			check(err)
			body, err := r.Peek(2 + int(head[1]))
			check(err)
			if head[0] == 0x82 && wire.Kind(body[2]) == wire.KindAck {
				answers++
			}
			_, _ = r.Discard(len(body))
		}
	}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
