package next

import (
	"encoding/binary"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// A snapshot is empty if there was no visit. Else it is: version byte, total, day and taught, number of places, each with key,
// last and count, number of visits, each with minute, place, zone, the place before and how long ago that was, number of places with visits not
// held any longer, each with the place and how many by part of the day; big-endian.
const (
	stateVersion = 2
	headSize     = 1 + 4 + 4 + 2 + 2 + 2 + 1
	placeSize    = 4 + 4 + 2
	visitSize    = 4 + 1 + 1 + 1 + 1
	departedSize = 1 + 2*dayParts
)

// AppendState appends a snapshot to b, 5.4 kB at most, and returns the extended slice. It is personal: the caller seals it.
func (h *History) AppendState(b []byte) []byte {
	if h.total == 0 {
		return b
	}
	e := binary.BigEndian
	b = append(b, stateVersion)
	b = e.AppendUint32(b, h.total)
	b = e.AppendUint32(b, h.day)
	b = e.AppendUint16(b, h.taught)
	b = e.AppendUint16(b, uint16(len(h.places)))
	b = e.AppendUint16(b, uint16(len(h.visits)))
	b = append(b, uint8(len(h.left)))
	for _, p := range h.places {
		b = e.AppendUint32(b, p.key)
		b = e.AppendUint32(b, p.last)
		b = e.AppendUint16(b, p.count)
	}
	for _, v := range h.visits {
		b = e.AppendUint32(b, v.minute)
		b = append(b, v.place, uint8(v.zone), v.before, v.since)
	}
	for i := range h.left {
		b = append(append(b, h.left[i].place), h.left[i].parts[:]...)
	}
	return b
}

// UnmarshalState makes h the history of a snapshot of AppendState. It keeps no reference to b, and leaves h as it was if b is
// no snapshot that AppendState could have made (a malformed fault).
func (h *History) UnmarshalState(b []byte) error {
	if len(b) == 0 {
		*h = History{}
		return nil
	}
	if b[0] != stateVersion || len(b) < headSize {
		return broken("must start with version %d", stateVersion)
	}
	e := binary.BigEndian
	n := History{total: e.Uint32(b[1:]), day: e.Uint32(b[5:]), taught: e.Uint16(b[9:])}
	places, visits, left := int(e.Uint16(b[11:])), int(e.Uint16(b[13:])), int(b[15])
	b = b[headSize:]
	if places > maxPlaces || left > maxDeparted || visits > maxVisits || visits == 0 || uint64(n.total) < uint64(visits) || len(b) != places*placeSize+visits*visitSize+left*departedSize {
		return broken("must hold as many places and visits as it says")
	}
	n.places, n.visits = make([]place, places), make([]visit, visits)
	seen := make(map[uint32]bool, places)
	for i := range n.places {
		p := place{key: e.Uint32(b), last: e.Uint32(b[4:]), count: e.Uint16(b[8:])}
		if seen[p.key] || p.count == 0 {
			return broken("must hold each place once, visited")
		}
		seen[p.key] = true
		n.places[i], b = p, b[placeSize:]
	}
	for i := range n.visits {
		v := visit{minute: e.Uint32(b), place: b[4], zone: int8(b[5]), before: b[6], since: b[7]}
		if int(v.place) >= places || v.before != none && int(v.before) >= places || i > 0 && v.minute < n.visits[i-1].minute {
			return broken("must hold visits of its places in the order of time")
		}
		n.places[v.place].held++
		n.visits[i], b = v, b[visitSize:]
	}
	n.left = make([]departed, left)
	var known [maxPlaces]bool
	for i := range n.left {
		d := &n.left[i]
		if d.place = b[0]; int(d.place) >= places || known[d.place] {
			return broken("must hold what departed of each place once")
		}
		known[d.place] = true
		copy(d.parts[:], b[1:])
		b = b[departedSize:]
	}
	for i := range n.places {
		p := &n.places[i]
		if p.held > p.count || p.held > 0 && p.last > n.visits[visits-1].minute {
			return broken("must hold no more visits of a place than it counts, and none later")
		}
	}
	*h = n
	return nil
}

func broken(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A snapshot of visits "+detail+".", args...)
}
