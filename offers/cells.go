package offers

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"

	"github.com/flaneur-io/flaneur/geo"
)

const metresPerDegree = geo.EarthRadius * math.Pi / 180

// index finds entries by cell. Readers never wait: a cell's list is immutable and replaced on write, and the tables
// of its shards are read with atomic loads only. Writers must hold the catalogue's lock. The zero index is empty.
type index struct {
	shards [64]atomic.Pointer[table]
}

// table is an open-addressing hash table whose slots only ever fill; growing replaces it.
type table struct {
	slots []slot
	used  int // the writer's
}

type slot struct {
	key  atomic.Uint64 // a cell; 0: free. Stored after list, so that who sees the key sees a list.
	list atomic.Pointer[cellList]
}

// cellList holds the candidates of one cell. Records are flat: metres from the cell's origin, so that most
// candidates are decided without a look at the entry, which lies elsewhere in memory.
type cellList struct {
	origin       geo.Point
	metresPerLon float64 // metres per degree of longitude at the origin
	slack        float32 // metres: how far off a flat distance may be within this cell
	records      []record
}

// record is a candidate in 24 bytes: nearly three to a cache line.
type record struct {
	entry  *entry
	x, y   float32 // of the bounding circle's centre, metres east and north of the origin
	radius float32
	inside bool // the cell lies wholly within the reach
	round  bool // the reach is its bounding circle
	exits  bool // the offer may fire when the person leaves
}

func mix(key uint64) uint64 {
	key ^= key >> 33
	key *= 0xff51afd7ed558ccd
	key ^= key >> 29
	key *= 0xc4ceb9fe1a85ec53
	return key ^ key>>32
}

// at returns the cell's list, or nil.
func (x *index) at(key uint64) *cellList {
	h := mix(key)
	t := x.shards[h>>58].Load()
	if t == nil || key == 0 {
		return nil
	}
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch t.slots[i].key.Load() {
		case key:
			return t.slots[i].list.Load()
		case 0:
			return nil
		}
	}
}

// set replaces the cell's list; nil empties it.
func (x *index) set(key uint64, l *cellList) {
	h := mix(key)
	shard := &x.shards[h>>58]
	t := shard.Load()
	if t == nil {
		t = &table{slots: make([]slot, 8)}
		shard.Store(t)
	}
	if t.put(h, key, l) {
		return
	}
	live := 1
	for i := range t.slots {
		if t.slots[i].list.Load() != nil {
			live++
		}
	}
	size := 8
	for size < 2*live {
		size *= 2
	}
	grown := &table{slots: make([]slot, size)}
	for i := range t.slots {
		if old := t.slots[i].list.Load(); old != nil {
			k := t.slots[i].key.Load()
			grown.put(mix(k), k, old)
		}
	}
	grown.put(h, key, l)
	shard.Store(grown)
}

// put reports false if the table is too full for a new key.
func (t *table) put(h, key uint64, l *cellList) bool {
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch t.slots[i].key.Load() {
		case key:
			t.slots[i].list.Store(l)
			return true
		case 0:
			if 4*(t.used+1) > 3*len(t.slots) {
				return false
			}
			t.slots[i].list.Store(l)
			t.slots[i].key.Store(key)
			t.used++
			return true
		}
	}
}

// containing appends the entries of the list whose reach holds p. It may be nil.
func (l *cellList) containing(dst []*entry, p geo.Point, onlyExits bool) []*entry {
	if l == nil {
		return dst
	}
	px, py := l.flat(p)
	for i := range l.records {
		r := &l.records[i]
		if onlyExits && !r.exits {
			continue
		}
		if !r.inside {
			dx, dy := px-r.x, py-r.y
			square := dx*dx + dy*dy
			if far := r.radius + l.slack; square > far*far {
				continue
			}
			near := r.radius - l.slack
			if (!r.round || near <= 0 || square >= near*near) && !r.entry.reach.Contains(p) {
				continue
			}
		}
		dst = append(dst, r.entry)
	}
	return dst
}

// all appends every entry listed under the cell.
func (x *index) all(dst []*entry, key uint64) []*entry {
	if l := x.at(key); l != nil {
		for i := range l.records {
			dst = append(dst, l.records[i].entry)
		}
	}
	return dst
}

// flat returns p in metres east and north of the list's origin.
func (l *cellList) flat(p geo.Point) (x, y float32) {
	lon := p.Lon - l.origin.Lon
	if lon > 180 {
		lon -= 360
	} else if lon < -180 {
		lon += 360
	}
	return float32(lon * l.metresPerLon), float32((p.Lat - l.origin.Lat) * metresPerDegree)
}

// change adds an entry to a cell or takes it out.
type change struct {
	key    uint64
	entry  *entry
	span   float64 // metres: about the farthest that two things of this cell's list lie apart
	inside bool
	remove bool
}

// apply makes all changes, each touched cell's list replaced once. It reorders changes.
func (x *index) apply(changes []change) {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.key, b.key) })
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].key == changes[0].key {
			n++
		}
		key := changes[0].key
		x.set(key, x.at(key).changed(changes[:n]))
		changes = changes[n:]
	}
}

// changed returns a new list with the changes of one cell, or nil if nothing is left.
func (l *cellList) changed(changes []change) *cellList {
	out := &cellList{}
	var old []record
	if l != nil {
		*out, old = *l, l.records
	} else {
		out.settle(changes[0].entry.reach.Centre(), changes[0].span)
	}
	removed := 0
	for i := range changes {
		if changes[i].remove {
			removed++
		}
	}
	out.records = make([]record, 0, max(len(old)+len(changes)-2*removed, 0))
	for i := range old {
		if removed == 0 || !removes(changes, old[i].entry) {
			out.records = append(out.records, old[i])
		}
	}
	for i := range changes {
		if c := &changes[i]; !c.remove {
			e := c.entry
			x, y := out.flat(e.reach.Centre())
			out.records = append(out.records, record{
				entry: e, x: x, y: y, radius: e.radius, inside: c.inside,
				round: e.reach.Kind() == geo.Circle, exits: e.exits(),
			})
		}
	}
	if len(out.records) == 0 {
		return nil
	}
	return out
}

// settle fixes the plane of a new list. On it a distance of d metres is off by at most about d²/R·tan(lat).
func (l *cellList) settle(origin geo.Point, span float64) {
	cos := math.Cos(origin.Lat * math.Pi / 180)
	l.origin, l.metresPerLon = origin, metresPerDegree*cos
	l.slack = float32(1 + span*span/geo.EarthRadius*math.Abs(math.Tan(origin.Lat*math.Pi/180)) + span*span*span/(geo.EarthRadius*geo.EarthRadius))
	if math.Abs(origin.Lat) > 80 || span > 30_000 {
		l.slack = float32(math.Inf(1)) // no plane fits: every candidate gets the exact test
	}
}

func removes(changes []change, e *entry) bool {
	for i := range changes {
		if changes[i].remove && changes[i].entry == e {
			return true
		}
	}
	return false
}
