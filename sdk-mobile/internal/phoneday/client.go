package phoneday

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
	"github.com/flaneur-io/flaneur/wire"
)

// EventKind is what a phone tells a client beside positions.
type EventKind int

// The kinds.
const (
	Tick EventKind = iota // a second passed
	Started
	Hinted
	FenceLeft
	ReachEntered
	NetworkCame
	NetworkWent
	DeviceChanged
)

// Event is one of these. Metres and Seconds belong to Hinted, Device to DeviceChanged.
type Event struct {
	Kind            EventKind
	Metres, Seconds float64
	Device          plan.Device
}

// Client decides when to measure, what to keep and when to send.
type Client interface {
	Plan() plan.Plan
	Fix(now time.Time, f wire.Fix) (keep, flush bool)
	Tell(now time.Time, e Event) (flush bool)
}

// kit is the SDK's plan. Its process may die: Started makes it anew.
type kit struct {
	preset  plan.Preset
	machine *plan.Machine
	offline bool
}

// Kit is the client of the SDK with a preset.
func Kit(preset plan.Preset) Client { return &kit{preset: preset} }

func (k *kit) Plan() plan.Plan { return k.machine.Plan() }

func (k *kit) Fix(now time.Time, f wire.Fix) (keep, flush bool) { return k.machine.Fix(now, f) }

func (k *kit) Tell(now time.Time, e Event) (flush bool) {
	switch e.Kind {
	case Started:
		k.machine = plan.New(k.preset)
		k.machine.Allow(true)
		k.machine.Offline(now, k.offline)
	case Hinted:
		k.machine.Hint(now, e.Metres, e.Seconds)
	case FenceLeft:
		k.machine.FenceExited(now)
	case ReachEntered:
		k.machine.ReachEntered(now)
	case NetworkCame, NetworkWent:
		k.offline = e.Kind == NetworkWent
		k.machine.Offline(now, k.offline)
	case DeviceChanged:
		k.machine.Device(now, e.Device)
	}
	due := k.machine.FlushAt()
	return !due.IsZero() && !now.Before(due)
}

// every measures every so often with satellites and sends each position at once.
type every struct{ interval time.Duration }

// Naive is the client that asks for a position every ten seconds.
func Naive() Client { return every{10 * time.Second} }

func (e every) Plan() plan.Plan {
	return plan.Plan{Priority: plan.High, Interval: e.interval, Fastest: e.interval}
}
func (every) Fix(time.Time, wire.Fix) (keep, flush bool) { return true, true }
func (every) Tell(_ time.Time, e Event) bool             { return e.Kind == NetworkCame }

// radar is a client with the intervals that Radar publishes for its presets: a stop is 140 s within 70 m; positions go out
// while moving, and when a stop begins, at most every sync. A fence of 100 m is watched where the preset has one, and the
// system watches reaches as for the SDK; what either tells of makes it take a position and send it. What the real one does beyond its published options is not simulated.
type radar struct {
	priority        int32
	moving, stopped time.Duration // between positions; stopped 0: off
	sync            time.Duration
	bubble          bool

	last, anchor wire.Fix
	since        time.Time // at anchor
	sent         time.Time
	still        bool
	event        bool // the system told of a fence: a position is taken and sent at once
}

// Radar returns the client with the published preset continuous, responsive or efficient.
func Radar(preset plan.Preset) Client {
	switch preset {
	case plan.Continuous:
		return &radar{priority: plan.High, moving: 30 * time.Second, stopped: 30 * time.Second, sync: 20 * time.Second}
	case plan.Responsive:
		return &radar{priority: plan.Balanced, moving: 150 * time.Second, sync: 20 * time.Second, bubble: true}
	default:
		return &radar{priority: plan.Balanced, moving: 20 * time.Minute, stopped: time.Hour, sync: 140 * time.Second}
	}
}

func (r *radar) Plan() plan.Plan {
	p := plan.Plan{Priority: r.priority, Interval: r.moving, Fastest: r.moving}
	if r.still {
		p.Interval = r.stopped
		if r.stopped == 0 {
			p.Priority = plan.None
		}
	}
	if r.event {
		p.Priority, p.Interval = r.priority, time.Second
	}
	if r.bubble && r.last.At != 0 {
		p.FenceLat, p.FenceLon, p.FenceRadius = r.last.Lat, r.last.Lon, 100
	}
	return p
}

func (r *radar) Fix(now time.Time, f wire.Fix) (keep, flush bool) {
	was, event := r.still, r.event
	r.event = false
	if r.last.At == 0 || metres(&r.anchor, &f) >= 70 {
		r.anchor, r.since = f, now
	}
	r.last = f
	r.still = now.Sub(r.since) > 140*time.Second
	if !event && (r.still && was || now.Sub(r.sent) < r.sync && r.still == was) {
		return false, false
	}
	r.sent = now
	return true, true
}

func (r *radar) Tell(now time.Time, e Event) (flush bool) {
	switch e.Kind {
	case Started:
		r.last, r.anchor, r.still, r.event = wire.Fix{}, wire.Fix{}, false, false
	case FenceLeft, ReachEntered:
		r.still, r.since, r.event = false, now, true
	case NetworkCame:
		return true
	}
	return false
}

func metres(a, b *wire.Fix) float64 {
	return geo.FlatDistance(geo.Point{Lat: a.Lat, Lon: a.Lon}, geo.Point{Lat: b.Lat, Lon: b.Lon})
}
