package gateway

import (
	"math"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Limits of a gateway; the zero value of a field means its default.
type Limits struct {
	Sessions        int           // open sockets: 100,000
	SessionsPerUser int           // open sockets of one person; the oldest goes: 5
	Queue           int           // frames waiting for one socket: 64
	FramesPerSecond float64       // from one socket, on average: 20
	Burst           int           // frames at once: 100
	Malformed       int           // unreadable frames in a row until the socket is closed: 8
	Hello           time.Duration // from the upgrade to the hello: 10 s
	Ping            time.Duration // between pings: 50 s
	Pong            time.Duration // silence before a socket counts as dead: 2 min
	Write           time.Duration // one frame may take to go out: 10 s
	Linger          time.Duration // wait for the device's half of the closing handshake: 2 s
	Reconnect       time.Duration // over which the devices of a drained or full server come back: 30 s
}

func (l Limits) complete() (Limits, error) {
	defaultTo(&l.Sessions, 100_000)
	defaultTo(&l.SessionsPerUser, 5)
	defaultTo(&l.Queue, 64)
	defaultTo(&l.FramesPerSecond, 20)
	defaultTo(&l.Burst, 100)
	defaultTo(&l.Malformed, 8)
	defaultTo(&l.Hello, 10*time.Second)
	defaultTo(&l.Ping, 50*time.Second)
	defaultTo(&l.Pong, 2*time.Minute)
	defaultTo(&l.Write, 10*time.Second)
	defaultTo(&l.Linger, 2*time.Second)
	defaultTo(&l.Reconnect, 30*time.Second)
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"sessions", float64(l.Sessions)},
		{"sessions_per_user", float64(l.SessionsPerUser)},
		{"queue", float64(l.Queue)},
		{"frames_per_second", l.FramesPerSecond},
		{"burst", float64(l.Burst)},
		{"malformed", float64(l.Malformed)},
		{"hello", float64(l.Hello)},
		{"ping", float64(l.Ping)},
		{"pong", float64(l.Pong)},
		{"write", float64(l.Write)},
		{"linger", float64(l.Linger)},
		{"reconnect", float64(l.Reconnect)},
	} {
		if !(f.value > 0) || math.IsInf(f.value, 0) {
			return l, fault.Field(f.name, "must be above 0")
		}
	}
	if l.Pong <= l.Ping {
		return l, fault.Field("pong", "must be longer than ping")
	}
	return l, nil
}

func defaultTo[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// seconds is the form of Retry-After: whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(math.Ceil(d.Seconds())), 10)
}
