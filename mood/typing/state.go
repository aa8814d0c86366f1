package typing

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/baseline"
)

// A snapshot is empty if nothing was learned. Else it is: version byte, how much was learned, then mean, variance and weight of
// each cue; float64 bits in big-endian order.
const (
	stateVersion = 1
	stateSize    = 1 + 8 + numCues*baseline.Size
)

// AppendState appends what is usual for the person to b and returns the extended slice. It is 105 bytes, none if nothing was
// learned. It describes how a person types: it belongs into the phone's own sealed storage and nowhere else.
func (r *Reader) AppendState(b []byte) []byte {
	if r.typed == 0 {
		return b
	}
	b = append(b, stateVersion)
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(r.typed))
	return baseline.Append(b, r.norms[:])
}

// UnmarshalState makes r a reader that knows what is usual from a snapshot of AppendState. It keeps no reference to b, and
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
	n := Reader{typed: math.Float64frombits(binary.BigEndian.Uint64(b[1:]))}
	if !(n.typed > 0 && n.typed <= matured) {
		return broken("must say from how much it is")
	}
	baseline.Read(b[9:], n.norms[:])
	for i := range n.norms {
		if !n.norms[i].Sound(cues[i].Low, cues[i].High, horizon) {
			return broken("must hold a mean, a variance and a weight of each cue")
		}
	}
	*r = n
	return nil
}

func broken(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A typing snapshot "+detail+".", args...)
}
