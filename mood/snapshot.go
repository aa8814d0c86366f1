package mood

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// A snapshot is empty if nothing was observed. Else it is: version byte, Unix milliseconds, the ages of recent
// observations, then for valence, arousal and the valence told the three means and the six covariances; integers and
// float64 bits in big-endian order.
const (
	snapshotVersion = 2
	snapshotSize    = 1 + 8 + 4*len(recent{}) + 3*(3+6)*8
	maxMean         = 16   // far above what values within [-1, 1] can lead to
	slack           = 1e-9 // relative; rounding may leave a variance a hair above its bound
)

// AppendState appends a snapshot of the estimator to b and returns the extended slice. It is 257 bytes, none if nothing
// was observed, and tells how the person feels: only a record sealed with the person's own key may hold it.
func (e *Estimator) AppendState(b []byte) []byte {
	if e.empty() {
		return b
	}
	b = append(b, snapshotVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(e.at))
	for _, age := range e.recent {
		b = binary.BigEndian.AppendUint32(b, age)
	}
	for _, t := range []*track{&e.valence, &e.arousal, &e.told} {
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
	n := Estimator{at: int64(binary.BigEndian.Uint64(b[1:]))}
	b = b[9:]
	for i := range n.recent {
		n.recent[i], b = binary.BigEndian.Uint32(b), b[4:]
	}
	for _, t := range []*track{&n.valence, &n.arousal, &n.told} {
		for i := range t.x {
			t.x[i], b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
		}
		for i := range t.p {
			t.p[i], b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
		}
	}
	switch {
	case !n.recent.sound():
		return broken("must hold the ages of observations, newest first")
	case !n.valence.sound(&valenceProcess) || !n.arousal.sound(&arousalProcess) || !n.told.sound(&valenceProcess):
		return broken("must hold means and covariances within their bounds")
	}
	*e = n
	return nil
}

// sound reports whether the newest observation is one of these, and the person's own are in order.
func (r *recent) sound() bool {
	for i, age := range r[1:ownReports] {
		if age <= r[i] && r[i] != never || age != never && r[i] == never {
			return false
		}
	}
	return slices.Min(r[:]) == 0
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
