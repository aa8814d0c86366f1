package trial

import (
	"encoding/binary"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Tally compares two policies, with and without, while decisions come in. It holds sums of numbers and nobody. The zero value is empty.
type Tally struct {
	n                  float64
	with, without      [3]float64 // Σw, Σw², Σwr
	difference, square float64    // of w·r between the two, and squared
}

// Add counts a decision: the probability with which it was made, what came of it (0 to 1), and with which probability each policy
// would have made it. One that tells nothing is left out, and false is returned.
func (t *Tally) Add(propensity, reward, with, without float64) bool {
	a := Decision{Propensity: propensity, Reward: reward, Target: with}
	b := Decision{Propensity: propensity, Reward: reward, Target: without}
	if a.Check() != nil || b.Check() != nil {
		return false
	}
	for _, p := range [...]struct {
		w float64
		s *[3]float64
	}{{a.weight(), &t.with}, {b.weight(), &t.without}} {
		p.s[0] += p.w
		p.s[1] += p.w * p.w
		p.s[2] += p.w * reward
	}
	d := (a.weight() - b.weight()) * reward
	t.n++
	t.difference += d
	t.square += d * d
	return true
}

// Gain is by how much the first policy does better than the second, with a 95 % interval; ok is false as long as the log speaks for fewer
// than Enough decisions of either.
func (t *Tally) Gain() (e Estimate, ok bool) {
	s := sum{t.n, t.difference, t.square}
	e = s.estimate(-1, 1)
	for _, p := range [...][3]float64{t.with, t.without} {
		if p[1] == 0 || p[0]*p[0]/p[1] < Enough {
			return e, false
		}
	}
	return e, true
}

// Wins reports whether the first policy is better, beyond doubt.
func (t *Tally) Wins() bool {
	e, ok := t.Gain()
	return ok && e.Low > 0
}

const tallyLength = 1 + 8*9

// AppendState appends a snapshot, 73 bytes.
func (t *Tally) AppendState(b []byte) []byte {
	b = append(b, 1)
	for _, v := range t.numbers() {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(*v))
	}
	return b
}

// UnmarshalState makes t the tally of a snapshot, or returns a malformed fault and leaves it as it was.
func (t *Tally) UnmarshalState(b []byte) error {
	if len(b) != tallyLength || b[0] != 1 {
		return errTally
	}
	var n Tally
	for i, v := range n.numbers() {
		if *v = math.Float64frombits(binary.BigEndian.Uint64(b[1+8*i:])); math.IsNaN(*v) || math.IsInf(*v, 0) {
			return errTally
		}
	}
	if n.n < 0 || n.square < 0 || n.with[1] < 0 || n.without[1] < 0 {
		return errTally
	}
	*t = n
	return nil
}

func (t *Tally) numbers() [9]*float64 {
	return [9]*float64{&t.n, &t.with[0], &t.with[1], &t.with[2], &t.without[0], &t.without[1], &t.without[2], &t.difference, &t.square}
}

var errTally = fault.New(fault.Invalid, fault.CodeMalformed, "A tally must be %d bytes of version 1 with finite sums.", tallyLength)
