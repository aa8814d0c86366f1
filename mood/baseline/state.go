package baseline

import (
	"encoding/binary"
	"math"
)

// Size is how many bytes a [Norm] takes in a snapshot: its fields in their order, as float64 bits in big-endian order.
const Size = 3 * 8

// Append appends a snapshot of the norms to b and returns the extended slice.
func Append(b []byte, norms []Norm) []byte {
	for i := range norms {
		for _, v := range [3]float64{norms[i].Mean, norms[i].Var, norms[i].Weight} {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

// Read sets the norms to a snapshot, of which b must hold len(norms) * [Size] bytes. What it reads may be anything: ask
// [Norm.Sound].
func Read(b []byte, norms []Norm) {
	for i := range norms {
		n := &norms[i]
		for _, v := range [3]*float64{&n.Mean, &n.Var, &n.Weight} {
			*v, b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
		}
	}
}
