package wearable

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
)

// A snapshot is: version byte, fingerprint of the weights, when a report was last learned from, counts of reports and of
// windows, mean, variance and weight of each cell of the baseline, then deltas and variances of the offsets of valence and of
// arousal; integers and float bits in big-endian order. The present is not part of it.
const (
	snapshotVersion = 1
	snapshotSize    = 1 + 8 + 8 + 1 + 1 + (dayParts+1)*int(physio.NumFeatures)*3*8 + 2*2*int(inputs)*4
	maxDelta        = 4 // far above what reports within [-1, 1] can lead to
)

// AppendState appends what was learned about the person to b and returns the extended slice. It is about 3 kB of biometric
// data: it belongs into the phone's own protected storage and nowhere else.
func (w *Wearer) AppendState(b []byte) []byte {
	b = append(b, snapshotVersion)
	b = binary.BigEndian.AppendUint64(b, w.mark)
	b = binary.BigEndian.AppendUint64(b, uint64(w.learned))
	b = append(b, byte(w.reports), byte(w.tracker.seen))
	for i := range w.tracker.baseline.cells {
		for _, n := range w.tracker.baseline.cells[i] {
			for _, v := range [3]float64{n.Mean, n.Var, n.Weight} {
				b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
			}
		}
	}
	for _, o := range [2]*offsets{&w.valence, &w.arousal} {
		for _, row := range [2]*[inputs]float32{&o.delta, &o.variance} {
			for _, v := range row {
				b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
			}
		}
	}
	return b
}

// UnmarshalState brings the wearer to what AppendState told. The present starts anew; what the person's reports taught is
// dropped if that was on top of other weights. It keeps no reference to b, and leaves the wearer as it was if b is not what
// AppendState could have made (a malformed fault).
func (w *Wearer) UnmarshalState(b []byte) error {
	switch {
	case len(b) == 0 || b[0] != snapshotVersion:
		return broke("must start with version %d", snapshotVersion)
	case len(b) != snapshotSize:
		return broke("must be %d bytes, not %d", snapshotSize, len(b))
	}
	n := Wearer{weights: w.weights, mark: w.mark, tracker: *NewTracker(w.weights.Impersonal)}
	mark := binary.BigEndian.Uint64(b[1:])
	n.learned = int64(binary.BigEndian.Uint64(b[9:]))
	n.reports, n.tracker.seen = int(b[17]), int(b[18])
	b = b[19:]
	next := func() (v float64) {
		v, b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
		return v
	}
	for i := range n.tracker.baseline.cells {
		cells := &n.tracker.baseline.cells[i]
		for f := range cells {
			cells[f].Mean, cells[f].Var, cells[f].Weight = next(), next(), next()
		}
	}
	for _, o := range [2]*offsets{&n.valence, &n.arousal} {
		for _, row := range [2]*[inputs]float32{&o.delta, &o.variance} {
			for i := range row {
				row[i], b = math.Float32frombits(binary.BigEndian.Uint32(b)), b[4:]
			}
		}
	}
	switch {
	case n.reports > activeFrom || n.tracker.seen > settled:
		return broke("must hold counts within their bounds")
	case !n.tracker.baseline.sound():
		return broke("must hold a baseline of what a body can show")
	case !n.valence.sound() || !n.arousal.sound():
		return broke("must hold offsets within their bounds")
	}
	if mark != w.mark {
		n.valence, n.arousal, n.reports, n.learned = newOffsets(), newOffsets(), 0, 0
	}
	*w = n
	return nil
}

// sound reports whether reports can have led to o; NaN fails each comparison.
func (o *offsets) sound() bool {
	for i, v := range o.variance {
		if !(v > 0 && v <= offsetSpread*offsetSpread) || !(math.Abs(float64(o.delta[i])) <= maxDelta) {
			return false
		}
	}
	return true
}

func broke(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A wearer's state "+detail+".", args...)
}
