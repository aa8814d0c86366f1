package offers

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sync/atomic"

	"github.com/flaneur-io/flaneur/geo"
)

const metresPerDegree = geo.EarthRadius * math.Pi / 180

// index finds entries by cell. Readers never wait: a cell's list is immutable and replaced on write, and the tables
// of its shards are read with atomic loads only. Writers must hold the catalogue's lock. The zero index is empty.
type index struct{ keyed[cellList] }

// keyed finds what stands under a key, 0 being none, without waiting. Writers must hold the catalogue's lock. The zero
// keyed is empty.
type keyed[V any] struct {
	shards [64]atomic.Pointer[table[V]]
}

// table is an open-addressing hash table whose slots only ever fill; growing replaces it.
type table[V any] struct {
	slots []slot[V]
	used  int // the writer's
}

type slot[V any] struct {
	key   atomic.Uint64 // 0: free. Stored after value, so that who sees the key sees a value.
	value atomic.Pointer[V]
}

// cellList holds the candidates of one cell. Records are flat: metres from the cell's origin, so that most
// candidates are decided without a look at the entry, which lies elsewhere in memory.
type cellList struct {
	origin       geo.Point // the cell's centre
	metresPerLon float64   // metres per degree of longitude at the origin
	slack        float32   // metres: how far off a flat distance may be that decides about a point of this cell
	records      []record
}

// record is a candidate in 24 bytes: nearly three to a cache line.
type record struct {
	entry   *entry
	x, y    float32 // of the bounding circle's centre, metres east and north of the origin
	radius  float32
	inside  bool // the cell lies wholly within the reach
	round   bool // the reach is its bounding circle, and flat distances tell so
	crossed bool // the offer may fire when the person crosses
}

func mix(key uint64) uint64 {
	key ^= key >> 33
	key *= 0xff51afd7ed558ccd
	key ^= key >> 29
	key *= 0xc4ceb9fe1a85ec53
	return key ^ key>>32
}

// at returns what stands under a key, or nil.
func (x *keyed[V]) at(key uint64) *V {
	h := mix(key)
	t := x.shards[h>>58].Load()
	if t == nil || key == 0 {
		return nil
	}
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch t.slots[i].key.Load() {
		case key:
			return t.slots[i].value.Load()
		case 0:
			return nil
		}
	}
}

// set replaces what stands under a key; nil empties it.
func (x *keyed[V]) set(key uint64, v *V) {
	h := mix(key)
	shard := &x.shards[h>>58]
	t := shard.Load()
	if t == nil {
		t = &table[V]{slots: make([]slot[V], 8)}
		shard.Store(t)
	}
	if t.put(h, key, v) {
		return
	}
	live := 1
	for i := range t.slots {
		if t.slots[i].value.Load() != nil {
			live++
		}
	}
	size := 8
	for size < 2*live {
		size *= 2
	}
	grown := &table[V]{slots: make([]slot[V], size)}
	for i := range t.slots {
		if old := t.slots[i].value.Load(); old != nil {
			k := t.slots[i].key.Load()
			grown.put(mix(k), k, old)
		}
	}
	grown.put(h, key, v)
	shard.Store(grown)
}

// put reports false if the table is too full for a new key.
func (t *table[V]) put(h, key uint64, v *V) bool {
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch t.slots[i].key.Load() {
		case key:
			t.slots[i].value.Store(v)
			return true
		case 0:
			if 4*(t.used+1) > 3*len(t.slots) {
				return false
			}
			t.slots[i].value.Store(v)
			t.slots[i].key.Store(key)
			t.used++
			return true
		}
	}
}

// containing appends the entries of the list whose reach holds p. It may be nil.
func (l *cellList) containing(dst []*entry, p geo.Point) []*entry {
	if l == nil {
		return dst
	}
	px, py := l.flat(p)
	for i := range l.records {
		r := &l.records[i]
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

// near returns the entries of the list whose target may lie within metres of p. It may be nil.
func (l *cellList) near(p geo.Point, metres float64) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if l == nil {
			return
		}
		px, py := l.flat(p)
		far := float32(metres) + l.slack
		for i := range l.records {
			r := &l.records[i]
			if dx, dy := px-r.x, py-r.y; dx*dx+dy*dy <= far*far && !yield(r.entry) {
				return
			}
		}
	}
}

// only returns the list without the entries that are not to be kept, or nil if none is.
func (l *cellList) only(keep func(*entry) bool) *cellList {
	out := *l
	out.records = nil
	for i := range l.records {
		if keep(l.records[i].entry) {
			out.records = append(out.records, l.records[i])
		}
	}
	if out.records == nil {
		return nil
	}
	return &out
}

// lists returns all lists with their keys. The writer's lock must be held.
func (x *index) lists() iter.Seq2[uint64, *cellList] {
	return func(yield func(uint64, *cellList) bool) {
		for i := range x.shards {
			t := x.shards[i].Load()
			if t == nil {
				continue
			}
			for j := range t.slots {
				if l := t.slots[j].value.Load(); l != nil && !yield(t.slots[j].key.Load(), l) {
					return
				}
			}
		}
	}
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
	centre geo.Point // of the cell
	radius float64   // metres around the centre that hold the cell
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
		out.settle(changes[0].centre, changes[0].radius)
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
			out.records = append(out.records, out.record(c))
		}
	}
	if len(out.records) == 0 {
		return nil
	}
	return out
}

// planeSpan is the distance, in radii of a cell, at which its list's slack still holds. The centres of most circles
// lie nearer to a cell that they touch, since a reach stands at the resolution at which it takes few cells.
const planeSpan = 4

// settle fixes the plane of a new list.
func (l *cellList) settle(origin geo.Point, radius float64) {
	l.origin, l.metresPerLon = origin, metresPerDegree*math.Cos(origin.Lat*math.Pi/180)
	l.slack = flatError(origin.Lat, planeSpan*radius)
}

// record returns the record of an added entry.
func (l *cellList) record(c *change) record {
	centre := c.entry.reach.Centre()
	x, y := l.flat(centre)
	r := record{
		entry: c.entry, x: x, y: y, radius: c.entry.radius, inside: c.inside,
		round: c.entry.reach.Kind() == geo.Circle, crossed: c.entry.triggers&Crossed != 0,
	}
	// The middle of a long corridor may lie so far away that the slack is too small for it.
	if off := flatError(l.origin.Lat, geo.Distance(l.origin, centre)+c.radius); off > l.slack {
		r.radius, r.round = r.radius+off-l.slack, false
	}
	return r
}

// flatError bounds how far off a distance is, in metres, on the plane around a latitude, for two points whose
// distances from the origin add up to at most d. Their middle is at most d/2 north of it; there a degree of longitude
// is longer or shorter by tan(lat)·d/2R, and the rest is of third order. A metre is for float32.
func flatError(lat, d float64) float32 {
	if math.Abs(lat) > 80 || d > 100_000 {
		return float32(math.Inf(1)) // no plane fits: every candidate gets the exact test
	}
	tan, angle := math.Abs(math.Tan(lat*math.Pi/180)), d/geo.EarthRadius
	return float32(1 + d*angle*(tan/2+angle*(1+tan*tan)/4))
}

func removes(changes []change, e *entry) bool {
	for i := range changes {
		if changes[i].remove && changes[i].entry == e {
			return true
		}
	}
	return false
}
