package offerkit

import "sync"

// maxHeard bounds the calls that wait for the listener.
const maxHeard = 256

// announcer calls the listener, one call at a time, in order, from one goroutine.
type announcer struct {
	listener Listener
	mu       sync.Mutex
	waiting  []func(Listener)
	dropped  int64
	wake     chan struct{} // of capacity 1
	done     chan struct{}
}

func newAnnouncer(l Listener) *announcer {
	return &announcer{listener: l, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// say queues a call.
func (a *announcer) say(call func(Listener)) {
	a.mu.Lock()
	if len(a.waiting) >= maxHeard {
		a.waiting = a.waiting[1:]
		a.dropped++
	}
	a.waiting = append(a.waiting, call)
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run calls until stop is closed; what waits then is still called.
func (a *announcer) run(stop <-chan struct{}) {
	defer close(a.done)
	for {
		for {
			a.mu.Lock()
			if len(a.waiting) == 0 {
				a.mu.Unlock()
				break
			}
			call := a.waiting[0]
			a.waiting = a.waiting[1:]
			a.mu.Unlock()
			a.call(call)
		}
		select {
		case <-a.wake:
		case <-stop:
			return
		}
	}
}

// call survives a listener that panics, as a Go one may.
func (a *announcer) call(call func(Listener)) {
	defer func() { _ = recover() }() //nolint:errcheck // it is the app's fault, and the app has its own logs
	call(a.listener)
}

func (a *announcer) missed() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.dropped
}
