package face

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/baseline"
)

// A snapshot is empty if no face was seen. Else it is: version byte, seconds seen, then mean, variance and weight of each unit
// of the neutral face; float64 bits in big-endian order.
const (
	stateVersion = 1
	stateSize    = 1 + 8 + numUnits*baseline.Size
)

// AppendState appends the neutral face to b and returns the extended slice. It is 297 bytes, none if no face was ever seen.
// It describes a person's face: it belongs into the phone's own sealed storage and nowhere else. What the face showed last is
// not part of it.
func (r *Reader) AppendState(b []byte) []byte {
	if r.seen == 0 {
		return b
	}
	b = append(b, stateVersion)
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(r.seen))
	return baseline.Append(b, r.rest[:])
}

// UnmarshalState makes r a reader that knows the neutral face of a snapshot of AppendState. It keeps no reference to b, and
// leaves r as it was if b is not a snapshot that AppendState could have made (a malformed fault).
func (r *Reader) UnmarshalState(b []byte) error {
	switch {
	case len(b) == 0:
		*r = Reader{}
		return nil
	case b[0] != stateVersion:
		return broken("must start with version %d", stateVersion)
	case len(b) != stateSize:
		return broken("must be %d bytes, not %d", stateSize, len(b))
	}
	n := Reader{seen: math.Float64frombits(binary.BigEndian.Uint64(b[1:]))}
	if !(n.seen > 0 && n.seen <= matured) {
		return broken("must hold the seconds of face that it is from")
	}
	baseline.Read(b[9:], n.rest[:])
	for i := range n.rest {
		if !n.rest[i].Sound(0, 1, horizon) || n.rest[i].Weight == 0 {
			return broken("must hold a mean, a variance and a weight of each action unit")
		}
	}
	*r = n
	return nil
}

func broken(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A face snapshot "+detail+".", args...)
}
