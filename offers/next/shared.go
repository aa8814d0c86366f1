package next

import (
	"math"
	"sync"

	"github.com/flaneur-io/flaneur/geo"
)

const (
	maxNext  = 32 // successors that a place remembers
	maxAlike = 48 // places that a place is visited with
	dayParts = 6
	unknown  = ^uint32(0)
)

// Shared is what everybody's visits say together: how popular places are, at which hours, and what follows on what. It
// holds counts alone, of places and never of people, in about 0.6 kB per place at most. Safe for concurrent use.
type Shared struct {
	mu         sync.RWMutex
	slots      map[uint32]uint32
	places     []stats
	categories [maxCategories]group
	hours      [24]float32
	found      [24]float32 // first visits of people to places, by hour
	limit      int
	pages      [numPages][]uint32 // slots by the page that they are kept on
	dirty      [numPages + 1]bool // pages that changed since they were saved
}

// stats is one place.
type stats struct {
	key      uint32
	category uint8
	located  bool
	lat, lon float32 // radians
	cos      float32 // of lat
	visits   float32
	visitors float32
	recent   float32 // visits, a third of them after a month, as of the minute at
	found    float32 // people who came for the first time, a third of them after two weeks, as of at
	at       uint32
	parts    [dayParts]float32
	next     counter
	alike    counter
}

// group is one category.
type group struct {
	hours [24]float32
	found [24]float32 // first visits of people
	next  [maxCategories]float32
	from  float32
}

// counter counts the most frequent of many in little space (space-saving: Metwally et al. 2005).
type counter struct {
	slots  []uint32
	counts []float32
	total  float32
}

func (c *counter) add(slot uint32, most int) {
	c.total++
	least := 0
	for i, s := range c.slots {
		if s == slot {
			c.counts[i]++
			return
		}
		if c.counts[i] < c.counts[least] {
			least = i
		}
	}
	if len(c.slots) < most {
		c.slots, c.counts = append(c.slots, slot), append(c.counts, 1)
		return
	}
	c.slots[least] = slot
	c.counts[least]++
}

// NewShared returns statistics of at most so many places; those beyond count as never visited by anybody.
func NewShared(places int) *Shared {
	return &Shared{slots: make(map[uint32]uint32, min(places, 1<<12)), limit: places}
}

// Put tells where a place is (nil: not known) and of which category (1 to 63; 0 and others: not known). It reports whether
// there was room.
func (s *Shared) Put(key uint32, at *geo.Point, category uint8) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.slot(key)
	if i == unknown {
		return false
	}
	p := &s.places[i]
	p.category = 0
	if category < maxCategories {
		p.category = category
	}
	if p.located = at != nil; p.located {
		p.lat, p.lon = float32(at.Lat*math.Pi/180), float32(at.Lon*math.Pi/180)
		p.cos = float32(math.Cos(at.Lat * math.Pi / 180))
	}
	return true
}

// slot returns the index of a place, a new one if there is room, or unknown.
func (s *Shared) slot(key uint32) uint32 {
	i, ok := s.slots[key]
	switch {
	case ok:
		return i
	case len(s.places) >= s.limit:
		return unknown
	}
	i = uint32(len(s.places))
	s.slots[key] = i
	s.places = append(s.places, stats{key: key})
	s.pages[key%numPages] = append(s.pages[key%numPages], i)
	return i
}

func (s *Shared) find(key uint32) uint32 {
	if i, ok := s.slots[key]; ok {
		return i
	}
	return unknown
}

// session is the longest time, in minutes, between two visits of which one is taken to follow on the other.
const session = minuteOfDay

// Len returns how many places are known.
func (s *Shared) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.places)
}

// Observe counts a visit, in these statistics and in the history, which is its person's.
func (s *Shared) Observe(h *History, v Visit) {
	s.mu.Lock()
	s.count(h, v)
	s.mu.Unlock()
	h.Add(v)
}

// count counts a visit of a person whose history does not have it yet.
func (s *Shared) count(h *History, v Visit) {
	i := s.slot(v.Place)
	if i == unknown {
		return
	}
	minute, zone := minuteOf(v.At)
	hour := clockOf(minute, zone).minute / 60
	p := &s.places[i]
	s.dirty[numPages] = true
	s.touch(i)
	c := &s.categories[p.category]
	p.found = p.foundAt(minute)
	if h.Count(v.Place) == 0 {
		p.visitors++
		p.found++
		c.found[hour]++
		s.found[hour]++
		s.mingle(h, i)
	}
	p.recent = p.recentAt(minute) + 1
	p.at = max(p.at, minute)
	p.visits++
	p.parts[hour/(24/dayParts)]++
	c.hours[hour]++
	s.hours[hour]++
	if n := len(h.visits); n > 0 && minute < h.visits[n-1].minute+session {
		if last := s.find(h.places[h.visits[n-1].place].key); last != unknown {
			s.places[last].next.add(i, maxNext)
			s.touch(last)
			from := &s.categories[s.places[last].category]
			from.next[p.category]++
			from.from++
		}
	}
}

// touch notes that what is known of a place changed.
func (s *Shared) touch(slot uint32) { s.dirty[s.places[slot].key%numPages] = true }

// mingle counts the place as visited by somebody who visits the places of the history.
func (s *Shared) mingle(h *History, i uint32) {
	for k := range h.places {
		if other := s.find(h.places[k].key); other != unknown {
			s.places[i].alike.add(other, maxAlike)
			s.places[other].alike.add(i, maxAlike)
			s.touch(other)
		}
	}
}

const monthMinutes = 30 * minuteOfDay

func (p *stats) recentAt(minute uint32) float32 { return p.recent * p.faded(minute, monthMinutes) }

func (p *stats) foundAt(minute uint32) float32 { return p.found * p.faded(minute, 14*minuteOfDay) }

func (p *stats) faded(minute uint32, over float32) float32 {
	if minute <= p.at {
		return 1
	}
	return exp(-float32(minute-p.at) / over)
}

// part is how often it is visited at that part of the day, of all visits to it. Logarithm.
func (p *stats) part(minute int32) float32 {
	return log((p.parts[minute/(minuteOfDay/dayParts)] + 0.3) / (p.visits + 1.8))
}

const earth = geo.EarthRadius / 1000 // kilometres

// kilometres between two places (equirectangular: within 0.1 % inside a region); ok is false if it is not known.
func (p *stats) kilometres(q *stats) (km float32, ok bool) {
	if !p.located || !q.located {
		return 0, false
	}
	y := q.lat - p.lat
	x := (q.lon - p.lon) * p.cos
	return earth * float32(math.Sqrt(float64(x*x+y*y))), true
}
