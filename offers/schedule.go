package offers

import (
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/offers/hours"
)

// schedule is what a place tells about its time.
type schedule struct {
	opening *hours.Hours // nil: not known
	zone    *time.Location
}

// schedule returns that of a place, or nil if it tells nothing.
func (c *Catalogue) schedule(p *Place) *schedule {
	if p.Hours == "" && p.Zone == "" {
		return nil
	}
	s := &schedule{zone: c.zone}
	if p.Zone != "" {
		s.zone = c.zones.load(p.Zone, c.zone)
	}
	if p.Hours != "" {
		s.opening, _ = hours.Parse("hours", p.Hours) // what does not parse was refused when it was registered
	}
	return s
}

// scheduleOf returns the schedule of a place in the catalogue, or nil if it has none. It takes no lock.
func (c *Catalogue) scheduleOf(p *Place) *schedule {
	if p == nil {
		return nil
	}
	s, ok := c.schedules.Load(p)
	if !ok {
		return nil
	}
	return s.(*schedule)
}

// reschedule notes that a place is there instead of another; either may be nil.
func (c *Catalogue) reschedule(is, was *Place) {
	if is != nil {
		if s := c.schedule(is); s != nil {
			c.schedules.Store(is, s)
		}
	}
	if was != nil && was != is {
		c.schedules.Delete(was)
	}
}

// open reports whether the place is open at a moment, as far as known.
func (s *schedule) open(mo *Moment, now *instant) bool {
	return s.opening == nil || s.opening.Open(now.minute(mo.Now, s.zone))
}

// minute returns the minute of the week on the wall clock of a zone, nil for UTC. Neighbours share a zone: the last one
// is kept.
func (now *instant) minute(at time.Time, zone *time.Location) int {
	if zone == nil {
		zone = time.UTC
	}
	if now.zone != zone {
		now.zone, now.weekMinute = zone, hours.Minute(at.In(zone))
	}
	return now.weekMinute
}

// Opening tells whether the place of a match is open at a time, and when that changes next, the zero time for never.
// It is not known for every place.
func (m *Match) Opening(at time.Time) (open bool, changes time.Time, known bool) {
	s := m.schedule
	if s == nil || s.opening == nil {
		return false, time.Time{}, false
	}
	if s.zone != nil {
		at = at.In(s.zone)
	}
	return s.opening.OpenAt(at), s.opening.Next(at), true
}

// zones are the time zones that places name; reading one is dear.
type zones struct {
	mu sync.Mutex
	m  map[string]*time.Location
}

// load returns a zone by its name, or other if there is no such zone.
func (zs *zones) load(name string, other *time.Location) *time.Location {
	zs.mu.Lock()
	defer zs.mu.Unlock()
	z, found := zs.m[name]
	if !found {
		var err error
		if z, err = time.LoadLocation(name); err != nil {
			return other
		}
		if zs.m == nil {
			zs.m = map[string]*time.Location{}
		}
		zs.m[name] = z
	}
	return z
}
