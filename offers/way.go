package offers

import (
	"math"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/trip"
)

// What a stop on the way may cost. Ways are as the crow flies times detourFactor, over the speed.
const (
	DefaultDetourMinutes = 5.0 // of Offer.DetourMinutes

	maxDetourShare = 0.15    // of the way that is left
	detourFactor   = 1.3     // streets are longer than the crow flies
	horizon        = 15 * 60 // seconds that somebody goes straight on whose destination nobody knows, and that are looked ahead
	minHorizon     = 500.0   // metres
	maxHorizon     = 3000.0  // metres
	minSpeed       = 0.5     // m/s: slower is not going anywhere
	leastAhead     = 0.25    // cosine: what lies across is not ahead, and courses are off by some degrees
	leastLeg       = 30.0    // metres between two evaluations that tell a direction
	sure           = 3.0     // accuracies by which something must lie ahead
	mostBlur       = 50.0    // metres that this asks for at most
	maxAlong       = 256     // offers on one way
)

// way is where the person may be going, on the plane around them: up to five destinations, and straight on for what is
// left of the probability. The zero way is that of somebody who is going nowhere.
type way struct {
	to       [trip.MaxDestinations + 1]prospect
	n        int
	perMetre float64 // minutes; 0: going nowhere
	most     float64 // minutes that a stop may add
	// forward are the directions in which the person goes: the course, the last stretch, the destination that they told.
	// What lies behind one of them lies behind.
	forward  [3]struct{ east, north float64 }
	forwards int
	blur     float64 // metres by which something must lie ahead, since nobody knows better where the person is
	corridor float64 // metres ahead towards to[0] to look for offers whose reach does not hold the person; 0: none
}

// prospect is the way to one destination.
type prospect struct{ east, north, length, p float64 }

func (w *way) add(east, north, p float64) {
	length := math.Sqrt(east*east + north*north)
	w.to[w.n] = prospect{east, north, length, p}
	w.n++
	w.most += maxDetourShare * p * length * w.perMetre
}

func (w *way) face(east, north float64) {
	if d := math.Sqrt(east*east + north*north); d > 0 {
		w.forward[w.forwards] = struct{ east, north float64 }{east / d, north / d}
		w.forwards++
	}
}

// lay fills a way that is still zero with where the person goes, once for all candidates.
func (w *way) lay(f *frame, mo *Moment) {
	h, s := &mo.Heading, &mo.Step
	speed := h.Speed
	if speed == 0 {
		speed = s.Speed
	}
	if h.Told && speed < minSpeed {
		speed = trip.Walk.Speed() // it has not begun
	}
	course := s.Speed >= minSpeed && s.Course >= 0
	if mo.Pull || s.Stopped || f.metresPerLon == 0 || speed < minSpeed || !course && !h.Told {
		return
	}
	w.perMetre = detourFactor / speed / 60
	w.blur = min(sure*mo.Accuracy, mostBlur)
	ahead := min(max(speed*horizon, minHorizon), maxHorizon)
	rest := 1.0
	for _, d := range h.To[:h.N] {
		east, north := f.flat(d.Point)
		w.add(east, north, d.P)
		rest -= d.P
	}
	if course {
		east, north := math.Sincos(s.Course * math.Pi / 180)
		w.face(east, north)
		if !h.Told {
			w.add(east*ahead, north*ahead, rest)
		}
	}
	if mo.From != (geo.Point{}) {
		if east, north := f.flat(mo.From); east*east+north*north >= leastLeg*leastLeg {
			w.face(-east, -north)
		}
	}
	if h.Told {
		w.face(w.to[0].east, w.to[0].north)
	}
	if h.N > 0 {
		w.corridor = min(ahead, w.to[0].length)
	}
}

// detour returns how many minutes a stop at p adds to the way, as expected over the destinations, and whether p lies
// ahead and that is little enough: at most what the offer allows, and at most 15 % of the way that is left.
func (w *way) detour(f *frame, p geo.Point, allowed float64) (minutes float64, ok bool) {
	if w.perMetre == 0 {
		return 0, false
	}
	east, north := f.flat(p)
	distance := math.Sqrt(east*east + north*north)
	for i := range w.forward[:w.forwards] {
		if d := &w.forward[i]; east*d.east+north*d.north < max(leastAhead*distance, w.blur) {
			return 0, false
		}
	}
	more := 0.0
	for i := range w.to[:w.n] {
		l := &w.to[i]
		x, y := l.east-east, l.north-north
		more += l.p * (distance + math.Sqrt(x*x+y*y) - l.length)
	}
	minutes = max(0, more) * w.perMetre
	return minutes, minutes <= min(allowed, w.most)
}

// flat returns p in metres east and north of the person.
func (f *frame) flat(p geo.Point) (east, north float64) {
	lon := p.Lon - f.here.Lon
	if lon > 180 {
		lon -= 360
	} else if lon < -180 {
		lon += 360
	}
	return lon * f.metresPerLon, (p.Lat - f.here.Lat) * metresPerDegree
}

// follow weighs what comes from elsewhere than the reaches around the person: follow-ups that are due, and offers along
// the way that the person is known to take.
func (m *Matcher) follow(dst *Result, p *Person, mo *Moment, now *instant) {
	for i, e := range dst.due {
		if mo.Pull && !e.wanted(dst.keys) {
			continue
		}
		match, _ := m.candidate(e, FollowUp, mo, now)
		match.After = dst.after[i]
		m.weigh(dst, &match, e, p, mo, now)
	}
	if now.way.corridor == 0 {
		return
	}
	m.catalogue.modes[mo.Mode].along(dst, mo, now)
	for _, e := range dst.entries {
		match, target := m.candidate(e, OnTheWay, mo, now)
		var ok bool
		if match.Detour, ok = now.way.detour(&now.frame, target, float64(e.detour)); ok && !dst.isDue(e) {
			dst.several = dst.several || e.branch() || len(mo.Passages) > 0 // which may have brought it up, too
			m.weigh(dst, &match, e, p, mo, now)
		}
	}
}

// isDue reports whether the offer of an entry is a follow-up that is due.
func (r *Result) isDue(e *entry) bool {
	for _, d := range r.due {
		if d.key == e.key {
			return true
		}
	}
	return false
}

// along fills dst.entries with offers for people on their way whose reach does not hold the person: those that stand
// around the stretch ahead, each once.
func (s *shelf) along(dst *Result, mo *Moment, now *instant) {
	f, w := &now.frame, &now.way
	dst.entries = dst.entries[:0]
	to, half := &w.to[0], w.corridor/2
	if half == 0 || to.length == 0 {
		return
	}
	middle := geo.Point{
		Lat: mo.Point.Lat + to.north/to.length*half/metresPerDegree,
		Lon: mo.Point.Lon + to.east/to.length*half/f.metresPerLon,
	}
	high, wide := half/metresPerDegree, half/f.metresPerLon*1.02 // nearer to the pole a degree is shorter
	box := geo.Box{South: middle.Lat - high, North: middle.Lat + high, West: middle.Lon - wide, East: middle.Lon + wide}
	dst.entries = s.touching(dst.entries, box, middle, half, math.MaxInt)
	n := 0
	for _, e := range dst.entries {
		if e.triggers&OnTheWay == 0 {
			continue
		}
		_, ok := w.detour(f, e.target, float64(e.detour))            // leaves few, and costs no look at the reach
		if (ok || e.several != nil) && !e.reach.Contains(mo.Point) { // the nearest of several is looked for later
			dst.entries[n] = e
			n++
		}
	}
	dst.entries = distinct(dst.entries[:n])
	dst.entries = dst.entries[:min(len(dst.entries), maxAlong)]
}
