package app

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// A burst is this many sockets opened since memory was last given back; it is over when fewer open between two looks.
const (
	releaseEvery = time.Minute
	burst        = 1000
)

// release gives memory back to the system after each burst of connections, until ctx is done. Left to itself the
// runtime keeps what the burst took, about as much again as the open sockets need, for a load that does not come.
func (s *Server) release(ctx context.Context) {
	tick := time.NewTicker(releaseEvery)
	defer tick.Stop()
	var released, before uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		opened := s.gateway.Stats().Opened
		if opened-before < burst && opened-released >= burst {
			runtime.GC() // shrinks the stacks, whose memory is free only after the next collection
			debug.FreeOSMemory()
			released = opened
		}
		before = opened
	}
}
