package next

import (
	"math"
	"time"
)

// Query asks where a person goes next.
type Query struct {
	At time.Time // when; its zone tells the local time. Zero: not known, some time after the last visit
}

// Scratch is the working memory of a ranking, about 100 kB: reuse it. One goroutine at a time.
type Scratch struct {
	now                        moment
	traces                     [maxPlaces]trace
	slots                      [maxPlaces]uint32
	km                         [maxPlaces]float32 // from the last place; -1: not known
	near                       [maxPlaces]float32 // the same as a kernel; 0: not known or far
	kind                       [maxPlaces]float32 // 1: of the category of the last place
	level                      [maxPlaces]uint8   // of near and kind, in factors.near
	cues                       [maxVisits][numCues]float32
	mass                       [maxVisits]mass
	own                        [maxCategories]float32 // visits by category
	ownHour, ownNear, ownToday [maxCategories]float32 // at such an hour, after a place like the last, today
	allHour, allNear           float32
	ownPlaces, ownFresh        [maxCategories]float32 // places by category, first visits lately
	fits                       [maxCategories]fit
	around                     [maxAround]anchor
	known                      int // anchors
	cohort                     float32
	blank                      stats // of told
	table                      table
	rows                       []row
	top                        []int32
}

// moment is the situation of a query: everything that does not depend on the candidate.
type moment struct {
	timed, weekend, first bool // first: of the local day
	minute                uint32
	clock                 clock
	hour                  int32 // minute of the day
	last, second          int   // places of the history, -1: none
	slot                  uint32
	followers             float32 // visits that followed on the last place, of everybody
	gap                   float32 // ln hours since the last visit
	n, days               float32 // visits held, on how many days
	total, places, fresh  float32 // visits ever, places, first visits lately
	context               [numContext]float32
}

// What the context holds: it is the same for all candidates, and the net weighs it with each.
const (
	ctxGap = iota
	ctxExplore
	ctxVisits
	ctxRepeats
	ctxCos
	ctxSin
	ctxVariety
	ctxWeekend
	numContext
)

// anchor is a place around which the person is often.
type anchor struct {
	at           *stats
	lat, lon     float32
	cos          float32
	weight, hour float32 // at all, at such an hour
}

const (
	maxAround = 24
	maxLike   = 8 // that say what others like who are there too
)

// situate fills the moment of a query.
func (x *Scratch) situate(h *History, q Query) {
	m := moment{last: -1, second: -1, slot: unknown, timed: !q.At.IsZero()}
	n := len(h.visits)
	var zone int8
	if m.timed {
		m.minute, zone = minuteOf(q.At)
		m.gap = log(48)
	}
	if n > 0 {
		v := h.visits[n-1]
		m.last = int(v.place)
		if m.timed {
			m.minute = max(m.minute, v.minute)
			m.gap = lnGap(m.minute - v.minute)
		} else {
			m.minute, zone = v.minute, v.zone
		}
	}
	if n > 1 {
		m.second = int(h.visits[n-2].place)
	}
	m.clock = clockOf(m.minute, zone)
	m.hour, m.weekend = m.clock.minute, m.clock.weekend()
	m.first = n == 0 || clockOf(h.visits[n-1].minute, h.visits[n-1].zone).day != m.clock.day
	m.n, m.total, m.places = float32(n), float32(h.total), float32(len(h.places))
	x.now = m
}

// place looks the places of the history up and starts their traces.
func (x *Scratch) place(s *Shared, h *History) {
	m := &x.now
	x.own = [maxCategories]float32{}
	x.ownHour, x.ownNear, x.ownToday, x.allHour, x.allNear = x.own, x.own, x.own, 0, 0
	x.ownPlaces, x.ownFresh = x.own, x.own
	clear(x.fits[:])
	for i := range h.places {
		p := &h.places[i]
		left := float32(p.count - p.held)
		x.traces[i] = trace{n: left, left: left, rank: maxVisits, last: float32(m.minute-min(m.minute, p.last)) / minuteOfDay}
		x.traces[i].since = log(x.traces[i].last*24 + 0.05)
		x.slots[i], x.km[i], x.near[i], x.kind[i], x.level[i] = s.find(p.key), -1, 0, 0, 0
	}
	if m.last >= 0 {
		m.slot = x.slots[m.last]
	}
	var from *stats
	if m.slot != unknown {
		from = &s.places[m.slot]
		if from.visitors >= x.cohort {
			m.followers = from.next.total
		}
	}
	for i := range h.places {
		if x.slots[i] == unknown {
			continue
		}
		p := &s.places[x.slots[i]]
		x.own[p.category] += float32(h.places[i].count)
		x.ownPlaces[p.category]++
		if from != nil {
			if km, ok := from.kilometres(p); ok {
				if x.km[i] = km; km < 2 {
					x.near[i] = exp(-4 * km)
				}
			}
			x.kind[i] = flag(p.category == from.category)
			x.level[i] = x.levelOf(i)
		}
	}
	if m.last >= 0 {
		x.near[m.last] = 1
		x.level[m.last] = x.levelOf(m.last)
	}
}

// levelOf returns the index into factors.near.
func (x *Scratch) levelOf(i int) uint8 {
	return uint8(x.near[i]*nearLevels+0.5) + uint8(x.kind[i])*(nearLevels+1)
}

// scan walks through the history once, adds up the traces of its places and fills the context.
func (x *Scratch) scan(s *Shared, f *factors, h *History) {
	m := &x.now
	x.place(s, h)
	n := len(h.visits)
	var fresh, all, repeats float32
	day := int32(-1)
	var b before
	for i := range h.visits {
		v := &h.visits[i]
		t := &x.traces[v.place]
		x.visit(f, h, i, &b, t)
		if b.own.day != day {
			m.days, day = m.days+1, b.own.day
		}
		r := rank60[n-i]
		all += r
		fresh += r * flag(v.since&firstTime > 0)
		if k := x.slots[v.place]; v.since&firstTime > 0 && k != unknown {
			x.ownFresh[s.places[k].category] += r
		}
		repeats += r * flag(v.before == v.place)
	}
	for i := range h.left {
		x.traces[h.left[i].place].remember(&h.left[i], m)
	}
	for i := range h.places {
		if x.slots[i] != unknown {
			c, t := s.places[x.slots[i]].category, &x.traces[i]
			x.ownHour[c] += t.hourDay
			x.ownNear[c] += t.near
			x.ownToday[c] += t.today
			x.allHour += t.hourDay
			x.allNear += t.near
		}
	}
	m.fresh = fresh
	sin, cos := math.Sincos(float64(m.hour) / minuteOfDay * 2 * math.Pi)
	m.context = [numContext]float32{
		m.gap, log((fresh + 0.3) / (all + 1)), log(1 + m.n), (repeats + 0.2) / (all + 1), float32(cos), float32(sin),
		log((float32(len(h.places)) + 1) / (m.n + 1)), flag(m.weekend),
	}
	x.surround(s, h)
}

// surround gathers the places around which the person is most often.
func (x *Scratch) surround(s *Shared, h *History) {
	x.known = 0
	for i := range h.places {
		if x.slots[i] == unknown || !s.places[x.slots[i]].located {
			continue
		}
		p, t := &s.places[x.slots[i]], &x.traces[i]
		a := anchor{p, p.lat, p.lon, p.cos, t.s60 + 0.1, t.hourDayRecent}
		k := x.known
		if k == maxAround {
			if k--; x.around[k].weight >= a.weight {
				continue
			}
		} else {
			x.known++
		}
		for ; k > 0 && x.around[k-1].weight < a.weight; k-- {
			x.around[k] = x.around[k-1]
		}
		x.around[k] = a
	}
}

// relate prepares the table of what is known of places at this moment.
func (x *Scratch) relate(s *Shared, h *History) {
	x.table.reset()
	for i := range h.places {
		if x.slots[i] != unknown {
			if c := x.table.at(x.slots[i], true); c != nil {
				c.own = int16(i)
			}
		}
	}
	if x.now.slot != unknown && s.places[x.now.slot].visitors >= x.cohort {
		next := &s.places[x.now.slot].next
		for i, slot := range next.slots {
			if s.places[slot].visitors < x.cohort {
				continue
			}
			if c := x.table.at(slot, true); c != nil {
				c.follows = next.counts[i]
			}
		}
	}
	for i := range min(x.known, maxLike) {
		alike, visitors := &x.around[i].at.alike, x.around[i].at.visitors+1
		if visitors-1 < x.cohort {
			continue
		}
		for j, slot := range alike.slots {
			if s.places[slot].visitors < x.cohort {
				continue
			}
			if c := x.table.at(slot, true); c != nil {
				n := alike.counts[j]
				share := n / (s.places[slot].visitors + 3)
				c.alike += share
				c.cosine += share * n / visitors
			}
		}
	}
}

func flag(on bool) float32 {
	if on {
		return 1
	}
	return 0
}
