package plan

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

// Priorities: how exact positions have to be.
const (
	None     int32 = 0 // measure nothing
	Low      int32 = 1 // cells, some 500 m
	Balanced int32 = 2 // networks, some 50 m
	High     int32 = 3 // satellites
)

// Motion as the platform tells it.
const (
	MotionUnknown = iota
	MotionStationary
	MotionWalking
	MotionVehicle
)

const (
	stillMetres = 50.0  // within which somebody who stays may wander
	fenceMetres = 100.0 // around where they stay: the least that systems watch well
	fenceWide   = 200.0 // with a poor position
	slow        = 0.7   // m/s: nobody stays who is faster
	walking     = 1.3   // m/s: who stands may walk at any moment
	lowBattery  = 20    // percent
	emptyish    = 10
	halfSpeed   = 30 * time.Second // half-life of the mean speed
	patience    = 30 * time.Minute // until a position is kept again of somebody who stays, at the latest
	wakeFor     = 60 * time.Second // exactness after the system saw a border crossed
	wakeEvery   = 15 * time.Second // between positions then
	warm        = 5 * time.Second  // from a request to a position
	setBack     = time.Minute      // from which on a clock was not late but put back
	sureChecks  = 4                // so many times satellites are asked about somebody who stays at a border
	nearStep    = 15.0             // metres between positions that go out where a border may be anywhere near
	undecided   = 20.0             // metres of a hint below which the server wants to be sure of something

	// A server's walking pace, and the longest time that it hints. A hint of less time than the way takes is about time.
	hintPace = 1.4
	hintMost = 600.0
	hintNear = 50.0 // metres: the least that it hints, however near a border is
)

// Plan is how to measure from now on.
type Plan struct {
	Priority           int32
	Interval           time.Duration // between positions
	Fastest            time.Duration // positions for others are welcome from this distance on
	Distance           float64       // metres: no position is needed before; 0: any, as ever: a system that holds positions back hides a stop
	FenceLat, FenceLon float64       // a fence to watch
	FenceRadius        float64       // metres; 0: none
	Why                string
}

// Device is what the phone tells about itself.
type Device struct {
	Battery   int // percent; -1: unknown
	Charging  bool
	PowerSave bool
	Motion    int
}

// Machine is the state. Use New.
type Machine struct {
	preset  Preset
	tune    tuning
	allowed bool
	offline bool
	device  Device
	now     time.Time

	last   wire.Fix // the newest position; At 0: none
	anchor wire.Fix // where the person has been since
	since  time.Time
	still  bool
	speed  float64 // m/s, a mean

	kept      wire.Fix // the last one that was kept
	waiting   int      // kept, and not known to have gone out
	firstKept time.Time

	hinted wire.Fix // the position that the hint was about
	metres float64  // 0: no hint
	until  time.Time
	timed  bool      // the hint is about time, not about the way: the end of a dwell, a doubt
	checks int       // positions asked for during this stop because of such hints
	wake   time.Time // be exact until then
}

// New returns a machine that may not measure yet.
func New(p Preset) *Machine {
	return &Machine{preset: p, tune: p.tuning(), device: Device{Battery: -1}}
}

// Preset changes the preset.
func (m *Machine) Preset(p Preset) { m.preset, m.tune = p, p.tuning() }

// Allow says whether positions may be measured at all. When they no longer may, everything about them is forgotten.
func (m *Machine) Allow(on bool) {
	if m.allowed && !on {
		*m = Machine{preset: m.preset, tune: m.tune, device: m.device, offline: m.offline}
	}
	m.allowed = on
}

// Device takes what the phone tells about itself.
func (m *Machine) Device(now time.Time, d Device) {
	m.advance(now)
	if d.Motion != m.device.Motion && m.still && (d.Motion == MotionWalking || d.Motion == MotionVehicle) {
		m.rouse()
	}
	m.device = d
}

// Offline says whether there is a network.
func (m *Machine) Offline(now time.Time, offline bool) { m.advance(now); m.offline = offline }

// Hint takes the server's hint about the last position: nothing matters within so many metres, and so many seconds.
func (m *Machine) Hint(now time.Time, metres, seconds float64) {
	m.advance(now)
	m.hinted, m.metres = m.last, max(metres, 1)
	m.until = now.Add(time.Duration(min(max(seconds, 1), 86400) * float64(time.Second)))
	m.timed = seconds < 0.9*min(metres/hintPace, hintMost) || metres < undecided
	m.waiting = 0
}

// FenceExited says that the plan's fence was left.
func (m *Machine) FenceExited(now time.Time) { m.advance(now); m.rouse() }

// ReachEntered says that the system saw the phone enter an offer's reach.
func (m *Machine) ReachEntered(now time.Time) { m.advance(now); m.rouse(); m.wake = now.Add(wakeFor) }

// rouse ends a stop.
func (m *Machine) rouse() {
	m.still, m.checks, m.since, m.anchor = false, 0, m.now, m.last
	m.speed = max(m.speed, walking)
}

func (m *Machine) advance(now time.Time) {
	if now.Before(m.now.Add(-setBack)) { // by the old clock everything lies in the future
		*m = Machine{preset: m.preset, tune: m.tune, allowed: m.allowed, device: m.device, offline: m.offline}
	}
	if now.After(m.now) {
		m.now = now
	}
}

// Fix takes a position, and tells whether it is worth keeping, and whether what is kept should go out now.
func (m *Machine) Fix(now time.Time, f wire.Fix) (keep, flush bool) {
	m.advance(now)
	if !m.allowed {
		return false, false
	}
	first, was := m.last.At == 0, m.still
	if !first {
		m.move(&f)
	} else {
		m.anchor, m.since = f, m.now
	}
	m.last = f
	reached := m.reached(&f)
	turned := m.still != was
	apart := metres(&m.kept, &f)
	switch {
	case first || m.kept.At == 0 || turned:
		keep = true
	case f.At-m.kept.At < m.tune.gap.Milliseconds(): // a system that knows no interval tells every second
	case reached:
		keep = true
	case m.still:
		keep = f.At-m.kept.At >= patience.Milliseconds()
	default:
		keep = apart >= max(m.tune.apart, min(f.Accuracy, 200)) || f.At-m.kept.At >= m.tune.flush.Milliseconds()
	}
	if keep {
		m.kept = f
		if m.waiting++; m.waiting == 1 {
			m.firstKept = m.now
		}
	}
	late := m.waiting > 0 && (m.waiting >= m.tune.batch || m.now.Sub(m.firstKept) >= m.tune.flush)
	flush = !m.offline && keep && (first || reached || turned || late || m.preset == Continuous)
	if flush {
		m.waiting = 0
	}
	return keep, flush
}

// reached tells whether the hint's metres or seconds are over.
func (m *Machine) reached(f *wire.Fix) bool {
	if m.metres == 0 {
		return true
	}
	if m.now.Before(m.wake) {
		return true
	}
	late := !m.now.Before(m.until) && (!m.still || m.timed)
	if late && m.still {
		m.checks++
	}
	far := m.metres - margin(f)
	if m.metres <= hintNear && !m.still {
		far = min(far, nearStep)
	}
	return late || metres(&m.hinted, f) >= far
}

// margin is by how much a position may be wrong, as far as that matters near a border.
func margin(f *wire.Fix) float64 { return min(f.Accuracy, 30) }

// move follows speed and stops.
func (m *Machine) move(f *wire.Fix) {
	dt := float64(f.At-m.last.At) / 1000
	if dt <= 0 {
		return
	}
	v := f.Speed
	if v < 0 {
		v = metres(&m.last, f) / dt
	}
	if blur := max(f.Accuracy, m.last.Accuracy); f.Speed < 0 && metres(&m.last, f) < blur {
		v = min(v, walking)
	}
	w := 1 - math.Exp2(-dt/halfSpeed.Seconds())
	m.speed += w * (min(v, 70) - m.speed)

	gone := metres(&m.anchor, f)
	switch {
	case m.still && gone > fenceMetres+margin(f):
		m.still, m.checks, m.anchor, m.since = false, 0, *f, m.now
	case !m.still && gone > stillMetres+margin(f):
		m.anchor, m.since = *f, m.now
	case m.still || f.Speed > slow:
	case m.now.Sub(m.since) >= m.tune.still, m.device.Motion == MotionStationary && m.now.Sub(m.since) >= m.tune.still/2:
		m.still, m.speed = true, 0
	}
}

// FlushAt is when what is kept should go out at the latest, if no position comes before; zero if nothing waits.
func (m *Machine) FlushAt() time.Time {
	if m.waiting == 0 || m.offline {
		return time.Time{}
	}
	return m.firstKept.Add(m.tune.flush)
}

// Plan is how to measure now.
func (m *Machine) Plan() Plan {
	switch {
	case !m.allowed:
		return Plan{Why: "nothing is allowed, or the kit was not started"}
	case m.last.At == 0:
		return Plan{Priority: High, Interval: m.tune.shortest, Fastest: time.Second, Why: "where are we?"}
	case m.still:
		return m.resting()
	}
	return m.moving()
}

// resting is the plan while the person stays where they are.
func (m *Machine) resting() Plan {
	p := Plan{
		Priority: None, Fastest: m.tune.shortest, FenceLat: m.anchor.Lat, FenceLon: m.anchor.Lon, FenceRadius: fenceMetres, Why: "still: the fence tells",
	}
	if m.anchor.Accuracy > stillMetres {
		p.FenceRadius = fenceWide
	}
	wait := m.tune.check
	if m.timed && m.metres > 0 { // each time twice as long: a stay may last all night
		wait = max(m.until.Sub(m.now), min(m.tune.shortest<<min(m.checks, 10), patience))
	}
	if wait > 0 && !m.sparing() {
		p.Priority, p.Interval, p.Why = Balanced, m.stretch(wait), "still: something may come of staying"
		if m.timed && m.metres < undecided && m.checks < sureChecks && m.preset != Efficient {
			p.Priority = High // next to a border networks decide nothing
		}
	}
	return p
}

// moving is the plan on the way.
func (m *Machine) moving() Plan {
	away := m.tune.exact // to the nearest thing that could matter
	if m.metres > 0 {
		away = max(m.metres-metres(&m.hinted, &m.last), 0)
	}
	p := Plan{Priority: Balanced, Fastest: m.tune.shortest, Why: "on the way: nothing near"}
	v := max(m.speed, walking)
	wait := time.Duration(away/v*float64(time.Second)) - warm
	if m.offline {
		wait = max(wait, time.Minute)
	}
	p.Interval = min(max(wait, m.tune.shortest), m.tune.longest)
	if m.now.Before(m.wake) {
		p.Interval = min(p.Interval, wakeEvery)
	}
	switch {
	case m.metres > 0 && m.metres < undecided:
		p.Interval = min(p.Interval, m.tune.sure)
	case m.metres > 0 && m.metres <= hintNear:
		p.Interval = min(p.Interval, m.tune.near)
	}
	p.Interval = m.stretch(p.Interval)
	if away < m.tune.exact || m.now.Before(m.wake) {
		p.Priority, p.Why = High, "on the way: something could matter soon"
	}
	if m.device.PowerSave && p.Priority == High && m.preset != Continuous {
		p.Priority, p.Why = Balanced, "on the way: power is being saved"
	}
	return round(p)
}

// sparing tells that the phone has little power left.
func (m *Machine) sparing() bool {
	return !m.device.Charging && (m.device.PowerSave || m.device.Battery >= 0 && m.device.Battery < emptyish)
}

// stretch makes intervals longer for a phone with little power.
func (m *Machine) stretch(d time.Duration) time.Duration {
	switch {
	case m.device.Charging:
		return d
	case m.sparing():
		return 4 * d
	case m.device.Battery >= 0 && m.device.Battery < lowBattery:
		return 2 * d
	}
	return d
}

// round keeps small changes from becoming new plans: each costs the platform a request.
func round(p Plan) Plan {
	for _, step := range [...]time.Duration{time.Minute, 10 * time.Second, 5 * time.Second} {
		if p.Interval >= 2*step {
			p.Interval = p.Interval.Truncate(step)
			break
		}
	}
	return p
}

func metres(a, b *wire.Fix) float64 {
	return geo.Distance(geo.Point{Lat: a.Lat, Lon: a.Lon}, geo.Point{Lat: b.Lat, Lon: b.Lon})
}
