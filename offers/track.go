package offers

import (
	"math"
	"math/bits"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/internal/id"
)

// DefaultCooldownMinutes is how long nothing is told of a person's entering an offer's reach again after they entered
// it, if the offer does not say; leaving, dwelling and crossing each have a cool-down of their own, as long.
const DefaultCooldownMinutes = 6 * 60

// fences are the triggers that follow people through the reach: offers without them are not tracked.
const fences = Enter | Exit | Dwell | Crossed

// maxCrossing is the longest way between two fixes, in metres, on which crossed reaches are looked for.
const maxCrossing = 3000

// Passage is what a fix told about a person and the reach of an offer. Offer and Place are shared and immutable.
type Passage struct {
	Offer      *Offer
	Place      *Place // nil if the offer names none
	Key        uint64 // of the offer, as in Match
	Trigger    Trigger
	Confidence int  // 1 (low) to 3 (high)
	Ended      bool // an Exit because the reach ended, moved or is for nobody now: it brings no offer up
	Cooled     bool // within the cool-down: it is not to be told, and brings no offer up

	entry *entry
}

// brings reports whether the passage brings its offer up.
func (p *Passage) brings() bool {
	return p.entry.triggers&p.Trigger != 0 && !p.Ended && !p.Cooled &&
		(p.Trigger != Exit || p.Confidence > 1) // they left long ago, or nobody knows when
}

// Wanted reports whether the offer is one for such a passage, were it not for the cool-down.
func (p *Passage) Wanted() bool { return p.entry.triggers&p.Trigger != 0 && !p.Ended }

// cooldown is that between two events of one kind.
func (o *Offer) cooldown() time.Duration {
	if o.CooldownMinutes > 0 {
		return time.Duration(o.CooldownMinutes) * time.Minute
	}
	return DefaultCooldownMinutes * time.Minute
}

// fenceShape returns a number that changes when the region does.
func fenceShape(r geo.Region) uint32 {
	box, centre := r.Box(), r.Centre()
	h := uint64(r.Kind())
	for _, v := range [...]float64{box.South, box.West, box.North, box.East, centre.Lat, centre.Lon, r.Extent(), r.Area(), r.Perimeter()} {
		h = mix(h ^ math.Float64bits(v))
	}
	return uint32(h)
}

// live reports whether the offer is there for somebody now.
func (e *entry) live(now int64) bool {
	return e.status == Active && now >= e.starts && now < e.ends && !e.exhausted.Load().holds(now) &&
		(e.several != nil || e.soldOut.Load() == nil)
}

// Track moves a person's tracker on by the fix that the moment is of, and keeps what happened for the evaluation of the
// same moment: Moment.Passages holds it until dst is used again. From is the fix before; its zero Time says that there
// is none. Once dst and the tracker have grown it allocates nothing.
func (m *Matcher) Track(dst *Result, t *fence.Tracker, moment *Moment, from, fix geo.Fix) {
	moment.Passages, dst.passages = nil, dst.passages[:0]
	s := &m.catalogue.modes[moment.Mode]
	if s.fenced.Load() == 0 && t.Len() == 0 {
		return
	}
	m.retrieve(dst, moment)
	moment.found, moment.retrieved = dst.entries, true
	moved := 0.0
	if !from.Time.IsZero() {
		moved = geo.FlatDistance(from.Point, fix.Point)
	}
	t.Advance(fence.Fix{At: fix.Time, Accuracy: fix.Accuracy, Moved: moved})
	now, look := fix.Time.UnixNano(), sighting{tracker: t, from: from, at: fix.Point}
	for _, e := range dst.entries {
		if e.fence != 0 && e.live(now) {
			dst.see(&look, e)
		}
	}
	if s.crossed.Load() > 0 && !from.Time.IsZero() && moved <= maxCrossing {
		dst.around = s.across(dst.around[:0], from.Point, fix.Point)
		for _, e := range dst.around {
			if e.live(now) && !t.Seen(e.fence) {
				dst.pass(&look, e)
			}
		}
	}
	s.follow(dst, &look, now)
	moment.Passages = dst.passages
}

// ReachMemory is what is remembered of a person and the reach of an offer. Times are zero for never, or not now.
type ReachMemory struct {
	Offer   id.Offer  `json:"offer"`
	Place   id.Place  `json:"place,omitzero"`
	Since   time.Time `json:"since,omitzero"` // the person is in since then
	Entered time.Time `json:"entered,omitzero"`
	Exited  time.Time `json:"exited,omitzero"`
	Dwelled time.Time `json:"dwelled,omitzero"`
	Crossed time.Time `json:"crossed,omitzero"`
}

// Reaches returns what a tracker remembers of the offers in the catalogue, for the person's own export.
func (m *Matcher) Reaches(t *fence.Tracker, mode Mode) []ReachMemory {
	var list []ReachMemory
	for _, r := range t.Memories(nil) {
		if e := m.catalogue.modes[mode].tracked.at(r.Reach); e != nil {
			list = append(list, ReachMemory{e.offer.ID, e.place.id(), r.Since, r.Entered, r.Exited, r.Dwelled, r.Crossed})
		}
	}
	return list
}

// Expire ends the reaches that the person is in and that are no more, without a fix, and returns what is to be told:
// at most one Exit for each, valid until dst is used again.
func (m *Matcher) Expire(dst *Result, t *fence.Tracker, mode Mode, now time.Time) []Passage {
	dst.passages = dst.passages[:0]
	s := &m.catalogue.modes[mode]
	for i := range t.Len() {
		key, open, _ := t.Open(i)
		if e := s.tracked.at(key); open && e != nil && !e.live(now.UnixNano()) {
			dst.end(t, e, now)
		}
	}
	return dst.passages
}

// follow looks at the reaches that the person was in and that this fix does not lie in.
func (s *shelf) follow(dst *Result, look *sighting, now int64) {
	for i := range look.tracker.Len() {
		key, open, seen := look.tracker.Open(i)
		if !open || seen {
			continue
		}
		switch e := s.tracked.at(key); {
		case e == nil: // it was taken out, and nobody can tell whose it was
			dst.events = look.tracker.Ended(dst.events[:0], key, time.Unix(0, now), 0)
		case e.live(now):
			dst.see(look, e)
		default:
			dst.end(look.tracker, e, time.Unix(0, now))
		}
	}
}

// sighting is one fix as the tracker sees it.
type sighting struct {
	tracker *fence.Tracker
	from    geo.Fix
	at      geo.Point
}

// sight is how the fix lies to a reach, without the fix before.
func (s *sighting) sight(e *entry) fence.Reach {
	return fence.Reach{
		Key: e.fence, Shape: e.shape, Distance: e.reach.SignedDistance(s.at),
		Dwell: time.Duration(e.dwell) * time.Millisecond, Cooldown: time.Duration(e.cooldown) * time.Millisecond,
	}
}

// see tells the tracker how the fix lies to a reach.
func (r *Result) see(look *sighting, e *entry) {
	sight := look.sight(e)
	sight.Before = math.Inf(1)
	if !look.from.Time.IsZero() && !look.tracker.Knows(e.fence) {
		sight.Before = e.reach.SignedDistance(look.from.Point)
	}
	r.events = look.tracker.See(r.events[:0], sight)
	r.note(e)
}

// pass tells the tracker of a reach that the way to the fix may have gone through.
func (r *Result) pass(look *sighting, e *entry) {
	sight := look.sight(e)
	sight.Before = e.reach.SignedDistance(look.from.Point)
	if sight.Distance <= 0 || sight.Before <= 0 {
		return
	}
	if sight.Through = geo.Through(e.reach, look.from.Point, look.at); sight.Through > 0 {
		r.events = look.tracker.See(r.events[:0], sight)
		r.note(e)
	}
}

func (r *Result) end(t *fence.Tracker, e *entry, now time.Time) {
	r.events = t.Ended(r.events[:0], e.fence, now, time.Duration(e.cooldown)*time.Millisecond)
	r.note(e)
}

// Constant table: the triggers of a tracker's events.
var fenceTriggers = [...]Trigger{fence.Entered: Enter, fence.Exited: Exit, fence.Dwelled: Dwell, fence.Crossed: Crossed}

func (r *Result) note(e *entry) {
	for i := range r.events {
		ev := &r.events[i]
		if ev.Kind == fence.Crossed && e.triggers&Crossed == 0 {
			continue // of no use to anybody
		}
		r.passages = append(r.passages, Passage{
			Offer: e.offer, Place: e.place, Key: e.key, Trigger: fenceTriggers[ev.Kind], Confidence: ev.Confidence,
			Ended: ev.Ended, Cooled: ev.Cooled, entry: e,
		})
	}
}

// across appends the offers for people who cross whose reach may lie on the way between two points, some of them twice.
func (s *shelf) across(dst []*entry, from, to geo.Point) []*entry {
	for set := s.levels.Load(); set != 0; set &= set - 1 {
		level := bits.TrailingZeros32(set)
		x0, y0 := squareAt(level, from)
		x1, y1 := squareAt(level, to)
		if n := columns(level); x1-x0 > n/2 { // the short way round
			x0 += n
		} else if x0-x1 > n/2 {
			x1 += n
		}
		for y := min(y0, y1); y <= max(y0, y1); y++ {
			for x := min(x0, x1); x <= max(x0, x1); x++ {
				dst = s.fences.at(square(level, x, y)).onTheWay(dst, from, to)
			}
		}
	}
	return dst
}

// onTheWay appends the entries of the list for people who cross that may lie on the straight way between two points. The
// list may be nil.
func (l *cellList) onTheWay(dst []*entry, from, to geo.Point) []*entry {
	if l == nil {
		return dst
	}
	ax, ay := l.flat(from)
	bx, by := l.flat(to)
	dx, dy := bx-ax, by-ay
	length := max(dx*dx+dy*dy, 1)
	for i := range l.records {
		r := &l.records[i]
		if !r.crossed {
			continue
		}
		f := min(max(((r.x-ax)*dx+(r.y-ay)*dy)/length, 0), 1)
		offX, offY := ax+f*dx-r.x, ay+f*dy-r.y
		if far := r.radius + l.slack; offX*offX+offY*offY <= far*far {
			dst = append(dst, r.entry)
		}
	}
	return dst
}
