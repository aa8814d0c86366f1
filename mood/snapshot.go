package mood

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// A snapshot is empty if nothing was observed. Else it is: version byte, Unix milliseconds, the ages of recent
// observations, then for valence, arousal and the valence told the means, the covariances by rows of the lower
// triangle, scale and n, then claim and waived of each alarm; integers and float64 bits in big-endian order.
const (
	snapshotVersion = 3
	snapshotSize    = 1 + 8 + 4*len(recent{}) + 8*(2*37+11+2*len(alarms{})) // two tracks of 7 components, one of 3
	maxMean         = 16                                                    // far above what values within [-1, 1] can lead to
	slack           = 1e-9                                                  // relative; rounding may leave a variance a hair above its bound
)

// AppendState appends a snapshot of the estimator to b and returns the extended slice. It is 785 bytes, none if nothing
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
	e.numbers(func(v *float64) { b = binary.BigEndian.AppendUint64(b, math.Float64bits(*v)) })
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
	n.numbers(func(v *float64) { *v, b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:] })
	switch {
	case !n.recent.sound():
		return broken("must hold the ages of observations, newest first")
	case !n.valence.sound(&valenceProcess) || !n.arousal.sound(&arousalProcess) || !n.told.sound(&toldProcess):
		return broken("must hold means and covariances within their bounds")
	case !n.alarms.sound():
		return broken("must hold log-odds of stress within their bounds")
	}
	*e = n
	return nil
}

// numbers goes through all that a snapshot holds besides times, in its order.
func (e *Estimator) numbers(each func(*float64)) {
	e.valence.numbers(&valenceProcess, each)
	e.arousal.numbers(&arousalProcess, each)
	e.told.numbers(&toldProcess, each)
	for i := range e.alarms {
		each(&e.alarms[i].claim)
		each(&e.alarms[i].waived)
	}
}

func (t *track) numbers(c *process, each func(*float64)) {
	for i := range c.size {
		each(&t.x[i])
	}
	for i := range diagonal(c.size-1) + 1 {
		each(&t.p[i])
	}
	each(&t.scale)
	each(&t.n)
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
	if !(t.scale >= calmest && t.scale <= wildest && t.n >= 0 && t.n <= memory-stranger) {
		return false
	}
	k := 0
	for i, most := range c.variance[:c.size] {
		own := t.p[diagonal(i)]
		if !(math.Abs(t.x[i]) <= maxMean && own >= 0 && own <= most*(1+slack)) {
			return false
		}
		for j := range i {
			if cov := t.p[k]; !(cov*cov <= own*t.p[diagonal(j)]*(1+slack)) {
				return false
			}
			k++
		}
		k++
	}
	return true
}

func broken(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A mood snapshot "+detail+".", args...)
}
