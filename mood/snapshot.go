package mood

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// A snapshot is empty if nothing was observed. Else it is: version byte, sources byte, Unix milliseconds, then for valence and arousal the three means and the
// six covariances; integers and float64 bits in big-endian order.
const (
	snapshotVersion = 1
	snapshotSize    = 1 + 1 + 8 + 2*(3+6)*8
	maxMean         = 16   // far above what values within [-1, 1] can lead to
	slack           = 1e-9 // relative; rounding may leave a variance a hair above its bound
)

// AppendState appends a snapshot of the estimator to b and returns the extended slice. It is 154 bytes, none if nothing
// was observed, and tells how the person feels: only a record sealed with the person's own key may hold it.
func (e *Estimator) AppendState(b []byte) []byte {
	if e.seen == 0 {
		return b
	}
	b = append(b, snapshotVersion, e.seen)
	b = binary.BigEndian.AppendUint64(b, uint64(e.at))
	for _, t := range []*track{&e.valence, &e.arousal} {
		for _, v := range t.x {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
		}
		for _, v := range t.p {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

// UnmarshalState sets the estimator to a snapshot of AppendState. It keeps no reference to b, and leaves the
// estimator as it was if b is not a snapshot that AppendState could have made (a
// malformed fault).
func (e *Estimator) UnmarshalState(b []byte) error {
	switch {
	case len(b) == 0:
		*e = Estimator{}
		return nil
	case b[0] != snapshotVersion:
		return broken("must start with version %d", snapshotVersion)
	case len(b) != snapshotSize:
		return broken("must be %d bytes, not %d", snapshotSize, len(b))
	}
	n := Estimator{seen: b[1], at: int64(binary.BigEndian.Uint64(b[2:]))}
	b = b[10:]
	for _, t := range []*track{&n.valence, &n.arousal} {
		for i := range t.x {
			t.x[i], b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
		}
		for i := range t.p {
			t.p[i], b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
		}
	}
	switch {
	case n.seen == 0 || n.seen&1 != 0 || n.seen >= 1<<(Typing+1):
		return broken("must name known sources")
	case !n.valence.sound(&valenceProcess) || !n.arousal.sound(&arousalProcess):
		return broken("must hold means and covariances within their bounds")
	}
	*e = n
	return nil
}

// sound reports whether the track is one that observations can lead to; NaN fails every comparison.
func (t *track) sound(c *process) bool {
	for i, v := range [3]float64{t.p[0], t.p[3], t.p[5]} {
		if !(math.Abs(t.x[i]) <= maxMean && v >= 0 && v <= c.variance[i]*(1+slack)) {
			return false
		}
	}
	p := &t.p
	within := func(cov, a, b float64) bool { return cov*cov <= a*b*(1+slack) }
	return within(p[1], p[0], p[3]) && within(p[2], p[0], p[5]) && within(p[4], p[3], p[5])
}

func broken(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A mood snapshot "+detail+".", args...)
}
