package simulator

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

// Walk yields what a person does next. It is for one goroutine.
type Walk interface {
	// Next returns the next moment, not before the last one; false at the end. The hint says after how many metres or
	// seconds the server wants to hear of the person again.
	Next(hint wire.Hint) (Moment, bool)
}

// Moment is a position to send or something to do.
type Moment struct {
	At  time.Time
	Fix wire.Fix // read if Act is nil
	Act Act
}

// Stop is a station of somebody's way.
type Stop struct {
	Point geo.Point
	By    time.Time     // be there by then, leaving as late as that allows; zero: go as soon as the last stay is over
	Stay  time.Duration // at least
	Pace  float64       // m/s on the way there; 0: on foot
	Acts  []Act         // on arrival
}

// How a phone reports. A phone saves battery: it also speaks when the server does not ask for it, but it is slow to do
// so at rest, and falls silent when nothing happens for long.
const (
	onFoot       = 1.35 // m/s
	movingEvery  = 60.0 // seconds: a phone that moves reports at least as often
	restingEvery = 600.0
	restReported = 20 * time.Minute // of a stay are reported
	shortestStep = 5.0              // seconds
	gpsNoise     = 6.0              // metres, standard deviation
	gpsMemory    = 0.85             // noise of one fix that is found in the next
	accuracy     = 12.0             // metres, as the phone says
	cityBlock    = 90.0             // metres between the bends of a street
	streetBend   = 14.0             // metres, standard deviation
)

// itinerary walks from stop to stop, by ways that bend like streets.
type itinerary struct {
	rng   *rand.Rand
	next  func() (Stop, bool)
	ahead []Stop // before what next yields
	over  bool

	now     time.Time
	at      geo.Point
	begun   bool
	to      Stop
	way     []geo.Point // the rest of the way to the stop; empty: there
	until   time.Time   // the stay lasts at least
	arrived time.Time
	acts    []Act

	east, north float64 // noise of the receiver, metres
}

// Itinerary returns a walk that begins at a place and time and goes from stop to stop, as next yields them. It takes
// detours. The random stream bends the streets and blurs the receiver.
func Itinerary(rng *rand.Rand, at geo.Point, now time.Time, next func() (Stop, bool)) Walk {
	return &itinerary{rng: rng, next: next, now: now, arrived: now, at: at}
}

// Next implements Walk.
func (w *itinerary) Next(hint wire.Hint) (Moment, bool) {
	if !w.begun {
		w.begun = true
		return w.moment(0, 0), true
	}
	if len(w.acts) > 0 {
		act := w.acts[0]
		w.acts = w.acts[1:]
		return Moment{At: w.now, Act: act}, true
	}
	if len(w.way) == 0 && !w.rest(hint) {
		return Moment{}, false
	}
	if len(w.way) == 0 {
		return w.moment(0, 0), true
	}
	speed, course := w.walk(hint)
	return w.moment(speed, course), true
}

// rest lets time pass at a stop, and sets off when it is time; false at the end.
func (w *itinerary) rest(hint wire.Hint) bool {
	leave := w.until
	stop, more := w.peek()
	if more && !stop.By.IsZero() {
		if last := stop.By.Add(-travel(w.at, stop)); last.After(leave) {
			leave = last
		}
	}
	seconds := math.Max(shortestStep, math.Min(hint.Seconds, restingEvery))
	if t := w.now.Add(time.Duration(seconds * float64(time.Second))); t.Before(leave) && t.Sub(w.arrived) <= restReported {
		w.now = t
		return true
	}
	if !more {
		return false
	}
	w.ahead = w.ahead[1:]
	if leave.After(w.now) {
		w.now = leave
	}
	w.to, w.way = stop, w.street(w.at, stop.Point)
	return true
}

// peek returns the stop to come.
func (w *itinerary) peek() (Stop, bool) {
	if len(w.ahead) == 0 && !w.over {
		if stop, ok := w.next(); ok {
			w.ahead = append(w.ahead, stop)
		} else {
			w.over = true
		}
	}
	if len(w.ahead) == 0 {
		return Stop{}, false
	}
	return w.ahead[0], true
}

// walk goes on until the server wants to hear of the person, at the latest to the stop.
func (w *itinerary) walk(hint wire.Hint) (speed, course float64) {
	speed = w.to.pace()
	seconds := math.Max(shortestStep, math.Min(hint.Seconds, movingEvery))
	metres := math.Max(shortestStep*speed, math.Min(hint.Metres, seconds*speed))
	gone := 0.0
	for len(w.way) > 0 {
		leg := geo.Distance(w.at, w.way[0])
		if leg > 0 {
			course = geo.Bearing(w.at, w.way[0])
		}
		if gone+leg > metres {
			w.at = geo.Destination(w.at, course, metres-gone)
			gone = metres
			break
		}
		gone += leg
		w.at, w.way = w.way[0], w.way[1:]
	}
	w.now = w.now.Add(time.Duration(math.Max(1, gone/speed) * float64(time.Second)))
	if len(w.way) == 0 {
		w.arrived, w.until, w.acts = w.now, w.now.Add(w.to.Stay), w.to.Acts
	}
	return speed, course
}

// Detour puts a stop before the next one, or before the one that the person is on the way to.
func (w *itinerary) Detour(stop Stop) {
	if len(w.way) == 0 {
		w.ahead = append([]Stop{stop}, w.ahead...)
		return
	}
	w.ahead = append([]Stop{w.to}, w.ahead...)
	w.to, w.way = stop, w.street(w.at, stop.Point)
}

// street returns a way with a bend at every block.
func (w *itinerary) street(from, to geo.Point) []geo.Point {
	length, course := geo.Distance(from, to), geo.Bearing(from, to)
	blocks := min(int(length/cityBlock), 1000)
	way := make([]geo.Point, 0, blocks+1)
	for i := 1; i < blocks; i++ {
		p := geo.Destination(from, course, length*float64(i)/float64(blocks))
		way = append(way, geo.Destination(p, course+90, w.rng.NormFloat64()*streetBend))
	}
	return append(way, to)
}

// moment is the present position as the receiver sees it.
func (w *itinerary) moment(speed, course float64) Moment {
	fresh := gpsNoise * math.Sqrt(1-gpsMemory*gpsMemory)
	w.east = gpsMemory*w.east + fresh*w.rng.NormFloat64()
	w.north = gpsMemory*w.north + fresh*w.rng.NormFloat64()
	p := geo.Destination(w.at, math.Atan2(w.east, w.north)*180/math.Pi, math.Hypot(w.east, w.north))
	return Moment{At: w.now, Fix: wire.Fix{
		Lat: p.Lat, Lon: p.Lon, Accuracy: accuracy, Speed: speed, Course: course, At: w.now.UnixMilli(),
	}}
}

func (s Stop) pace() float64 {
	if s.Pace > 0 {
		return s.Pace
	}
	return onFoot
}

// travel returns how long the way to a stop takes; streets make it a little longer than the crow flies.
func travel(from geo.Point, to Stop) time.Duration {
	return time.Duration(1.05 * geo.Distance(from, to.Point) / to.pace() * float64(time.Second))
}
