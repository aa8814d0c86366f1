package app

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	releaseEvery = time.Minute // how often the server looks whether a burst is over
	burst        = 1000        // sockets
)

// release gives memory back to the system after each burst of connections, until ctx is done. A burst leaves a server
// with a third to a half more than its open sockets need; two idle minutes later the runtime had not returned any of it.
func (s *Server) release(ctx context.Context) {
	tick := time.NewTicker(releaseEvery)
	defer tick.Stop()
	var b bursts
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if b.over(s.gateway.Stats().Opened) {
			runtime.GC() // shrinks the stacks, whose memory is free only after the next collection
			debug.FreeOSMemory()
		}
	}
}

// bursts tells the end of bursts of connections.
type bursts struct {
	before   uint64 // sockets opened until the last look
	released uint64 // and until the last burst was over
}

// over reports whether a burst of sockets opened since the last one was over, and few since the last look.
func (b *bursts) over(opened uint64) bool {
	over := opened-b.released >= burst && opened-b.before < burst
	if over {
		b.released = opened
	}
	b.before = opened
	return over
}
