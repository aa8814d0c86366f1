package trial

import (
	"encoding/binary"
	"hash/crc32"
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
	}{{a.Weight(), &t.with}, {b.Weight(), &t.without}} {
		p.s[0] += p.w
		p.s[1] += p.w * p.w
		p.s[2] += p.w * reward
	}
	d := (a.Weight() - b.Weight()) * reward
	t.n++
	t.difference += d
	t.square += d * d
	return true
}

// Gain is by how much the first policy does better than the second, with a 95 % interval that may be looked at after every decision: it is
// an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024), narrowest for its size at about 2,000
// decisions. ok is false as long as the log speaks for fewer than Enough decisions of either.
func (t *Tally) Gain() (e Estimate, ok bool) {
	s := sum{t.n, t.difference, t.square}
	const (
		error95 = 0.05
		rho2    = 8.78 / 2000 // (-2 ln error95 + ln(-2 ln error95) + 1) / decisions
	)
	spread := t.n*rho2 + 1
	half := math.Sqrt(s.variance() * 2 * spread / (t.n * t.n * rho2) * math.Log(math.Sqrt(spread)/error95))
	e = Estimate{s.mean(), max(s.mean()-half, -1), min(s.mean()+half, 1)}
	return e, t.speaks(&t.with) && t.speaks(&t.without)
}

// speaks reports whether the decisions stand for enough of a policy.
func (t *Tally) speaks(p *[3]float64) bool { return p[1] > 0 && p[0]*p[0]/p[1] >= Enough }

// Wins reports whether the first policy is better, beyond doubt. However often it is asked, of two policies that are as good one wins
// by chance in at most one of twenty tallies.
func (t *Tally) Wins() bool {
	e, ok := t.Gain()
	return ok && e.Low > 0
}

const (
	tallyBody   = 1 + 8*9
	tallyLength = tallyBody + 4
)

// AppendState appends a snapshot, 77 bytes, the last four of which are the CRC of the others.
func (t *Tally) AppendState(b []byte) []byte {
	from := len(b)
	b = append(b, 1)
	for _, v := range t.numbers() {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(*v))
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:]))
}

// UnmarshalState makes t the tally of a snapshot, or returns a malformed fault and leaves it as it was.
func (t *Tally) UnmarshalState(b []byte) error {
	if len(b) != tallyLength || b[0] != 1 || crc32.ChecksumIEEE(b[:tallyBody]) != binary.BigEndian.Uint32(b[tallyBody:]) {
		return errTally
	}
	var n Tally
	for i, v := range n.numbers() {
		*v = math.Float64frombits(binary.BigEndian.Uint64(b[1+8*i:]))
	}
	if !n.possible() {
		return errTally
	}
	*t = n
	return nil
}

// possible reports whether decisions could have added up to the sums.
func (t *Tally) possible() bool {
	within := func(v, low, high float64) bool { return v >= low && v <= high } // not of NaN
	if !within(t.n, 0, 1<<53) || !within(t.difference, -MostWeight*t.n, MostWeight*t.n) || !within(t.square, 0, MostWeight*MostWeight*t.n) {
		return false
	}
	for _, p := range [...]*[3]float64{&t.with, &t.without} {
		if !within(p[0], 0, MostWeight*t.n) || !within(p[1], 0, MostWeight*MostWeight*t.n) || !within(p[2], 0, MostWeight*t.n) {
			return false
		}
	}
	return true
}

func (t *Tally) numbers() [9]*float64 {
	return [9]*float64{&t.n, &t.with[0], &t.with[1], &t.with[2], &t.without[0], &t.without[1], &t.without[2], &t.difference, &t.square}
}

var errTally = fault.New(fault.Invalid, fault.CodeMalformed, "A tally must be %d bytes of version 1, whole, with sums that decisions add up to.", tallyLength)
