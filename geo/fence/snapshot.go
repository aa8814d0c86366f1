package fence

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// A snapshot is empty if nothing is remembered. Else it is: version byte, Unix milliseconds of the last fix (0: none),
// number of reaches, and each of them in slotSize bytes, big-endian. What the next fix tells anyway is left out.
const (
	snapshotVersion = 1
	headSize        = 1 + 8 + 1
	slotSize        = 8 + int(kinds)*8 + 3*8 + 8 + 4 + 4 + 1 + 1
	maxEvidence     = 64 // far above what can gather
)

// AppendState appends a snapshot of the tracker to b and returns the extended slice: at most 5 kB. It tells where the
// person is: only a record sealed with the person's own key may hold it.
func (t *Tracker) AppendState(b []byte) []byte {
	if t.now == 0 && len(t.slots) == 0 {
		return b
	}
	b = append(b, snapshotVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(t.now))
	b = append(b, byte(len(t.slots)))
	for i := range t.slots {
		b = t.slots[i].append(b)
	}
	return b
}

func (s *slot) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, s.key)
	for _, at := range s.told {
		b = binary.BigEndian.AppendUint64(b, uint64(at))
	}
	for _, at := range [...]int64{s.until, s.since, s.turn} {
		b = binary.BigEndian.AppendUint64(b, uint64(at))
	}
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.evidence))
	b = binary.BigEndian.AppendUint32(b, math.Float32bits(s.best))
	b = binary.BigEndian.AppendUint32(b, s.shape)
	flags := byte(s.side)
	if s.dwelled {
		flags |= 1 << 2
	}
	if s.near {
		flags |= 1 << 3
	}
	return append(b, s.fixes, flags)
}

// UnmarshalState sets the tracker to a snapshot of AppendState. It keeps no reference to b, and leaves the tracker as it
// was if b is not a snapshot that AppendState could have made (a malformed fault).
func (t *Tracker) UnmarshalState(b []byte) error {
	if len(b) == 0 {
		*t = Tracker{}
		return nil
	}
	if len(b) < headSize || b[0] != snapshotVersion {
		return broken("must start with version %d", snapshotVersion)
	}
	n := Tracker{now: int64(binary.BigEndian.Uint64(b[1:]))}
	count := int(b[headSize-1])
	switch {
	case count > MaxReaches || len(b) != headSize+count*slotSize:
		return broken("must hold as many reaches as it says, at most %d", MaxReaches)
	case !sound(n.now) || n.now == 0 && count == 0:
		return broken("must hold times within reason")
	}
	n.slots = make([]slot, count)
	for b = b[headSize:]; len(b) > 0; b = b[slotSize:] {
		s := &n.slots[count-len(b)/slotSize]
		if err := s.read(b[:slotSize]); err != nil {
			return err
		}
		if n.find(s.key) != s {
			return broken("must hold each reach once")
		}
	}
	*t = n
	return nil
}

func (s *slot) read(b []byte) error {
	next := func() uint64 {
		v := binary.BigEndian.Uint64(b)
		b = b[8:]
		return v
	}
	s.key = next()
	for i := range s.told {
		s.told[i] = int64(next())
	}
	s.until, s.since, s.turn = int64(next()), int64(next()), int64(next())
	s.evidence = math.Float64frombits(next())
	s.best, s.shape = math.Float32frombits(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:])
	fixes, flags := b[8], b[9]
	s.fixes, s.side, s.dwelled, s.near = fixes, side(flags&3), flags&(1<<2) != 0, flags&(1<<3) != 0
	switch {
	case s.key == 0:
		return broken("must name its reaches")
	case s.side > inside || flags>>4 != 0:
		return broken("must place the person outside, inside, or nowhere")
	case !(math.Abs(s.evidence) <= maxEvidence && s.best >= 0 && s.best < 1e9):
		return broken("must hold evidence within its bounds")
	}
	for _, at := range append(s.told[:], s.until, s.since, s.turn) {
		if !sound(at) {
			return broken("must hold times within reason")
		}
	}
	return nil
}

// sound reports whether a time lies between 1970 and the year 9999, so that no sum of two overflows.
func sound(ms int64) bool { return ms >= 0 && ms < 253402300800000 }

func broken(format string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A snapshot of a fence tracker "+format+".", args...)
}
