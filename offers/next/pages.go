package next

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Statistics are kept in pages: a place stands on the page that its number names, and a last page holds what is known of categories.
// Each page stands alone: one that is lost takes nothing along.
const (
	numPages    = 1024
	pageVersion = 2
	pageHead    = 1 + 2 // version, number of places
	placeFixed  = 4 + 4 + 4*4 + 4*dayParts + 2
)

// Save hands the pages over that changed since the last Save, 0 to 1024; data is valid during the call alone. A page that
// could not be kept is handed over again the next time.
func (s *Shared) Save(keep func(page int, data []byte) error) error {
	var buf []byte
	for page := range s.dirty {
		s.mu.Lock()
		changed := s.dirty[page]
		s.dirty[page] = false
		if changed {
			buf = s.appendPage(buf[:0], page)
		}
		s.mu.Unlock()
		if !changed {
			continue
		}
		if err := keep(page, buf); err != nil {
			s.mu.Lock()
			s.dirty[page] = true
			s.mu.Unlock()
			return err
		}
	}
	return nil
}

func (s *Shared) appendPage(b []byte, page int) []byte {
	start := len(b)
	e := binary.BigEndian
	b = append(b, pageVersion)
	if page == numPages {
		b = s.appendCategories(b)
		return e.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
	}
	b = append(b, 0, 0)
	n := uint16(0)
	for _, i := range s.pages[page] {
		if p := &s.places[i]; p.visits > 0 || len(p.next.slots)+len(p.alike.slots) > 0 {
			b = s.appendPlace(b, p)
			n++
		}
	}
	e.PutUint16(b[start+1:], n)
	return e.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

func (s *Shared) appendPlace(b []byte, p *stats) []byte {
	e := binary.BigEndian
	b = e.AppendUint32(b, p.key)
	b = e.AppendUint32(b, p.at)
	b = appendFloats(b, p.visits, p.visitors, p.recent, p.found)
	b = appendFloats(b, p.parts[:]...)
	b = append(b, uint8(len(p.next.slots)), uint8(len(p.alike.slots)))
	for _, c := range [2]*counter{&p.next, &p.alike} {
		b = appendFloats(b, c.total)
		for i, slot := range c.slots {
			b = e.AppendUint32(b, s.places[slot].key)
			b = appendFloats(b, c.counts[i])
		}
	}
	return b
}

func (s *Shared) appendCategories(b []byte) []byte {
	b = appendFloats(b, s.hours[:]...)
	b = appendFloats(b, s.found[:]...)
	for i := range s.categories {
		g := &s.categories[i]
		b = appendFloats(b, g.from)
		b = appendFloats(b, g.hours[:]...)
		b = appendFloats(b, g.found[:]...)
		b = appendFloats(b, g.next[:]...)
	}
	return b
}

func appendFloats(b []byte, list ...float32) []byte {
	for _, v := range list {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// Load takes a page back that Save handed over, or returns a malformed fault and leaves the statistics as they were. Places
// for which there is no room are left out.
func (s *Shared) Load(page int, data []byte) error {
	if page < 0 || page > numPages || len(data) < pageHead+4 || data[0] != pageVersion {
		return brokenPage
	}
	body := data[:len(data)-4]
	if binary.BigEndian.Uint32(data[len(body):]) != crc32.ChecksumIEEE(body) {
		return brokenPage
	}
	r := reader{b: body[1:]}
	s.mu.Lock()
	defer s.mu.Unlock()
	if page == numPages {
		return s.loadCategories(&r)
	}
	list := make([]kept, r.short())
	for i := range list {
		if list[i] = r.place(); list[i].key%numPages != uint32(page) {
			r.bad = true
		}
	}
	if r.bad || len(r.b) > 0 {
		return brokenPage
	}
	for i := range list {
		s.restore(&list[i])
	}
	return nil
}

// kept is a place as it stands on a page: others by their number.
type kept struct {
	stats
	keys [2][]uint32
}

func (s *Shared) restore(k *kept) {
	i := s.slot(k.key)
	if i == unknown {
		return
	}
	for c, counter := range [2]*counter{&k.next, &k.alike} {
		for n, key := range k.keys[c] {
			if slot := s.slot(key); slot != unknown {
				counter.slots, counter.counts[len(counter.slots)] = append(counter.slots, slot), counter.counts[n]
			}
		}
		counter.counts = counter.counts[:len(counter.slots)]
	}
	p := &s.places[i]
	p.at, p.visits, p.visitors, p.recent, p.found, p.parts = k.at, k.visits, k.visitors, k.recent, k.found, k.parts
	p.next, p.alike = k.next, k.alike
}

func (s *Shared) loadCategories(r *reader) error {
	var hours, found [24]float32
	r.floats(hours[:])
	r.floats(found[:])
	list := make([]group, len(s.categories))
	for i := range list {
		g := &list[i]
		g.from = r.float()
		r.floats(g.hours[:])
		r.floats(g.found[:])
		r.floats(g.next[:])
	}
	if r.bad || len(r.b) > 0 {
		return brokenPage
	}
	s.hours, s.found = hours, found
	copy(s.categories[:], list)
	return nil
}

// reader takes a page apart; bad is set once something is missing or out of range.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if len(r.b) < n {
		r.bad, r.b = true, nil
		return make([]byte, n)
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

func (r *reader) short() int { // never more than there can be
	n := int(binary.BigEndian.Uint16(r.take(2)))
	if n*placeFixed > len(r.b) {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) number() uint32 { return binary.BigEndian.Uint32(r.take(4)) }

func (r *reader) float() float32 {
	v := math.Float32frombits(r.number())
	if !(v >= 0 && v < math.MaxFloat32) {
		r.bad = true
	}
	return v
}

func (r *reader) floats(list []float32) {
	for i := range list {
		list[i] = r.float()
	}
}

func (r *reader) place() (k kept) {
	k.key, k.at = r.number(), r.number()
	k.visits, k.visitors, k.recent, k.found = r.float(), r.float(), r.float(), r.float()
	r.floats(k.parts[:])
	sizes := r.take(2)
	if sizes[0] > maxNext || sizes[1] > maxAlike {
		r.bad = true
		return k
	}
	for i, c := range [2]*counter{&k.next, &k.alike} {
		c.total = r.float()
		for range sizes[i] {
			k.keys[i] = append(k.keys[i], r.number())
			c.counts = append(c.counts, r.float())
		}
	}
	return k
}

var brokenPage = fault.New(fault.Invalid, fault.CodeMalformed, "A page of statistics must be one that was saved, with its checksum.")
