package fence

import (
	"log/slog"
	"math"
	"time"
)

// MaxReaches is how many reaches a Tracker follows at a time.
const MaxReaches = 64

// Keep is how long anything is remembered without a fix, and how long an event counts for a cool-down at most.
const Keep = 24 * time.Hour

// How evidence is weighed. A fix says at most clearest, in units of its accuracy, less what the buffer takes.
const (
	unknownAccuracy = 25.0 // metres, where a fix does not tell it
	leastAccuracy   = 15.0 // metres: no fix in a street is better, whatever it says

	buffer     = 0.25  // accuracies next to the border in which a fix is undecided
	hysteresis = 10.0  // metres beyond the border that leaving takes
	clearest   = 2.0   // what one fix can say at most
	farther    = 3.0   // or this, if it lies far beyond the border
	far        = 100.0 // metres
	enterAt    = 2 * clearest
	exitAt     = 3 * clearest
	settleAt   = 1.0 // evidence that places somebody of whom nothing is known

	together  = 4.0  // seconds: fixes closer in time share their error and count less
	alone     = 20.0 // seconds: fixes farther apart count more, the more the longer
	maxWeight = 2.5  // a fix a minute enters alone if it is clear, and leaves alone if it is far
	leastStep = 0.1  // weight of the quickest fixes

	visitGap = 2 * time.Hour // without a fix for so long, a dwell starts anew

	crossGap   = 2 * time.Minute // a longer way may have gone anywhere
	crossSpeed = 70.0            // m/s: what is faster does not stop here

	vagueGap = 5 * time.Minute // a longer gap leaves a low confidence
	shortGap = 90 * time.Second
)

// Kind is what happened.
type Kind uint8

// The kinds.
const (
	Entered Kind = iota
	Exited
	Dwelled
	Crossed // went in and out again between two fixes, or for too short a time to have entered
	kinds
)

// Event is what a fix told about one reach.
type Event struct {
	Reach      uint64
	Kind       Kind
	Confidence int  // 1 (low) to 3 (high)
	Ended      bool // the reach ended or moved away; the person did not go
	Cooled     bool // within the cool-down of the last one of its kind: to be kept quiet
}

// Fix is what a Tracker needs of one measured position.
type Fix struct {
	At       time.Time
	Accuracy float64 // metres, as geo.Fix has it; 0: not told
	Moved    float64 // metres from the fix before
}

// Reach is how one fix lies to one reach.
type Reach struct {
	Key      uint64
	Shape    uint32  // changes when the reach does
	Distance float64 // metres to the border, negative inside
	// Before is the same for the fix before. It is read when the reach is new to the tracker, or for Through.
	Before float64
	// Through is how far, in metres, the straight way from the fix before goes into the reach though both fixes lie
	// outside; 0: it does not.
	Through  float64
	Dwell    time.Duration // after which Dwelled is told; 0: never
	Cooldown time.Duration // between two events of one kind
}

type side uint8

const (
	unknown side = iota
	outside
	inside
)

// slot is the memory of one reach. Times are Unix milliseconds, 0 for none.
type slot struct {
	key      uint64
	told     [kinds]int64 // when an event was told last
	until    int64        // when the last cool-down ends
	since    int64        // inside: when the visit began
	turn     int64        // the first fix of the present evidence
	seen     int64        // the last fix that was told about the reach
	due      int64        // when a dwell is due; 0: none is
	evidence float64      // that the person is on the other side; if nothing is known: inside if positive
	best     float32      // the clearest fix of the evidence, in accuracies
	edge     float32      // metres to the border at the last fix
	shape    uint32
	fixes    uint8 // of the evidence
	side     side
	dwelled  bool
	near     bool // the last fix itself lay inside
}

// Tracker follows one person. The zero Tracker is ready for its first fix.
type Tracker struct {
	slots    []slot
	now      int64 // of the last fix
	gap      time.Duration
	first    bool // no fix before that counts
	weight   float64
	accuracy float64
	speed    float64 // m/s from the fix before
}

// LogValue hides the state: it says where a person is.
func (*Tracker) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Advance starts the next fix, which must be newer than the last. See tells of the reaches around it, Ended of those
// that are no more.
func (t *Tracker) Advance(fix Fix) {
	before := t.now
	t.now = fix.At.UnixMilli()
	t.gap = time.Duration(t.now-before) * time.Millisecond
	t.first = before == 0
	if !t.first && t.gap > Keep {
		t.first = true
		t.leaveAll()
	}
	t.accuracy = max(fix.Accuracy, leastAccuracy)
	if !(fix.Accuracy > 0) {
		t.accuracy = unknownAccuracy
	}
	t.weight, t.speed = 1, 0
	if !t.first {
		seconds := max(t.gap.Seconds(), 0.001)
		t.weight, t.speed = weigh(seconds), fix.Moved/seconds
	}
	t.prune()
}

// weigh tells how much a fix counts that comes so many seconds after the one before.
func weigh(seconds float64) float64 {
	if seconds < alone {
		return min(max(seconds/together, leastStep), 1)
	}
	return min(seconds/alone, maxWeight)
}

// See tells how the present fix lies to a reach, once for each reach, and appends what happened to dst. Of a reach that
// holds neither the fix nor, as far as the tracker remembers, the person, nothing is kept.
func (t *Tracker) See(dst []Event, r Reach) []Event {
	s := t.find(r.Key)
	if s == nil {
		if r.Distance > 0 && r.Through <= 0 {
			return dst
		}
		if s = t.add(r.Key); s == nil {
			return dst
		}
		s.shape, s.turn = r.Shape, t.now
	}
	if s.seen == t.now {
		return dst
	}
	if s.side == unknown && !t.first && s.evidence == 0 && r.Before > 0 {
		s.side = outside // it is new here, or was forgotten; and the person came from outside
	}
	moved := s.shape != r.Shape
	s.shape, s.seen, s.near, s.edge = r.Shape, t.now, r.Distance <= 0, float32(math.Abs(r.Distance))
	switch s.side {
	case unknown:
		t.settle(s, &r)
	case outside:
		dst = t.comeIn(dst, s, &r)
	case inside:
		if moved && r.Distance > 0 {
			return t.end(dst, s, r.Cooldown)
		}
		dst = t.goOut(dst, s, &r)
	}
	return t.dwell(dst, s, &r)
}

// clarity is how clearly a fix lies so many metres beyond a border, weighed; negative if it does not.
func (t *Tracker) clarity(metres float64) float64 {
	most := clearest
	if metres >= far {
		most = farther
	}
	return min(max(metres/t.accuracy-buffer, -clearest), most) * t.weight
}

// gather adds to the evidence, and takes away from it down to none.
func (t *Tracker) gather(s *slot, beyond float64) {
	x := t.clarity(beyond)
	if x > 0 {
		if s.evidence == 0 {
			s.turn, s.fixes, s.best = t.now, 0, 0
		}
		s.fixes = min(s.fixes, math.MaxUint8-1) + 1
		s.best = max(s.best, float32(beyond/t.accuracy))
	}
	s.evidence = max(0, s.evidence+x)
}

// settle places somebody who was first seen here. They did not enter: nobody knows when they came.
func (t *Tracker) settle(s *slot, r *Reach) {
	if s.evidence == 0 {
		s.turn = t.now
	}
	s.evidence += min(max(-r.Distance/t.accuracy, -clearest), clearest) * min(t.weight, 1)
	switch {
	case s.evidence >= settleAt:
		t.turnTo(s, inside)
	case s.evidence <= -settleAt:
		t.turnTo(s, outside)
	}
}

func (t *Tracker) comeIn(dst []Event, s *slot, r *Reach) []Event {
	had := s.evidence
	t.gather(s, -r.Distance)
	switch {
	case s.evidence >= enterAt:
		dst = t.tell(dst, s, Entered, t.confidence(s), r.Cooldown)
		t.turnTo(s, inside)
	case had == 0 && t.passed(r):
		s.fixes, s.best = 2, float32(r.Through/t.accuracy)
		dst = t.tell(dst, s, Crossed, t.confidence(s), r.Cooldown)
		s.best = 0
	case s.evidence > 0 || s.best < clearest: // nothing is over yet, or nothing was
	case t.now-s.turn > crossGap.Milliseconds():
		s.best = 0
	case r.Distance >= clearest*t.accuracy: // they were clearly in for a moment, and are clearly out
		dst = t.tell(dst, s, Crossed, min(t.confidence(s), 2), r.Cooldown)
		s.best = 0
	}
	return dst
}

// passed reports whether the way between two fixes that both lie clearly outside went clearly through the reach.
func (t *Tracker) passed(r *Reach) bool {
	return r.Through >= t.accuracy && min(r.Distance, r.Before) >= t.accuracy && !t.first && t.gap <= crossGap && t.speed <= crossSpeed
}

func (t *Tracker) goOut(dst []Event, s *slot, r *Reach) []Event {
	if t.gap > visitGap && !s.dwelled && r.Distance <= 0 {
		s.since = t.now
	}
	t.gather(s, r.Distance-hysteresis)
	if s.evidence >= exitAt {
		dst = t.tell(dst, s, Exited, t.confidence(s), r.Cooldown)
		t.turnTo(s, outside)
	}
	return dst
}

// dwell tells, once a visit, that the person has been in long enough; it waits for a fix inside that nothing speaks against.
func (t *Tracker) dwell(dst []Event, s *slot, r *Reach) []Event {
	s.due = 0
	if s.side != inside || s.dwelled || r.Dwell <= 0 {
		return dst
	}
	if s.due = s.since + r.Dwell.Milliseconds(); s.due > t.now || s.evidence > 0 || !s.near {
		return dst
	}
	s.dwelled, s.due, s.best, s.fixes = true, 0, s.edge/float32(t.accuracy), 2
	return t.tell(dst, s, Dwelled, t.confidence(s), r.Cooldown)
}

// turnTo changes the side; a visit began with the first fix that spoke for it.
func (t *Tracker) turnTo(s *slot, to side) {
	s.side, s.evidence, s.best, s.dwelled, s.since = to, 0, 0, false, 0
	if to == inside {
		s.since = max(s.turn, t.now-Keep.Milliseconds())
	}
}

// confidence weighs the clearest of the fixes that agree, their number, and the time without any.
func (t *Tracker) confidence(s *slot) int {
	switch {
	case t.gap > vagueGap || s.best < 1:
		return 1
	case s.best >= clearest && s.fixes >= 2 && t.gap <= shortGap:
		return 3
	}
	return 2
}

func (t *Tracker) tell(dst []Event, s *slot, k Kind, confidence int, cooldown time.Duration) []Event {
	wait := min(cooldown, Keep).Milliseconds()
	cooled := s.told[k] != 0 && t.now-s.told[k] < wait
	if !cooled {
		s.told[k] = t.now
		s.until = max(s.until, t.now+wait)
	}
	return append(dst, Event{Reach: s.key, Kind: k, Confidence: confidence, Cooled: cooled})
}

// Ended tells that a reach is no more, or for nobody now. Who was in it has left, by no step of their own: one event,
// and a later one only after another visit. Now is when it was noticed.
func (t *Tracker) Ended(dst []Event, key uint64, now time.Time, cooldown time.Duration) []Event {
	s := t.find(key)
	if s == nil {
		return dst
	}
	was := t.now
	t.now = max(was, now.UnixMilli())
	if s.side == inside {
		dst = t.end(dst, s, cooldown)
	} else {
		t.turnTo(s, unknown)
		s.near = false
	}
	t.now = was // it was no fix
	return dst
}

func (t *Tracker) end(dst []Event, s *slot, cooldown time.Duration) []Event {
	dst = t.tell(dst, s, Exited, 3, cooldown)
	dst[len(dst)-1].Ended = true
	t.turnTo(s, unknown)
	s.near, s.due = false, 0
	return dst
}
