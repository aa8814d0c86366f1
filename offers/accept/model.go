package accept

import (
	"math"
	"sync"
	"sync/atomic"
)

// Options are how a model learns.
type Options struct {
	Bits  uint8   // 2^Bits weights, 8 to 24; 16 bytes each
	Alpha float32 // learning rate: the most by which a lesson moves a weight
	Beta  float32 // evidence, by squared gradients, below which the rate hardly falls
	L1    float32 // evidence below which a feature weighs nothing
	L2    float32 // pull towards 0
	Reach float32 // the farthest that a weight gets from its version; 0: no bound, for fits
	Seed  uint64  // where features stand among the weights
}

// Defaults are the options of a service that learns while it runs.
func Defaults() Options {
	return Options{Bits: 18, Alpha: 0.04, Beta: 1, L1: 0.5, L2: 2, Reach: 0.5, Seed: 1}
}

// Model is what answers to offers taught. Safe for concurrent use; Score, Spread and Probability never wait.
type Model struct {
	o     Options
	shift uint8
	salt  uint32

	// float32 bits, written with mu held. What is read beside a lesson may be half of it: each weight is whole.
	weights  []atomic.Uint32
	evidence []atomic.Uint32 // sums of squared gradients (n of FTRL)
	curve    atomic.Pointer[curve]

	mu          sync.Mutex
	z           []float32 // sums of gradients, less what the weights made of them
	anchor      []float32 // the weights of the version
	version     uint32
	calibration calibration
	dirty       []bool // pages changed since they were saved
}

// New returns a model that was taught nothing. It panics if o.Bits is not within 8 and 24, or Alpha or Beta is not positive.
func New(o Options) *Model {
	if o.Bits < pageBits || o.Bits > 24 || !(o.Alpha > 0) || !(o.Beta > 0) {
		panic("accept: options out of range")
	}
	n := 1 << o.Bits
	m := &Model{
		o: o, shift: 32 - o.Bits, salt: uint32(mix(o.Seed)),
		weights: make([]atomic.Uint32, n), evidence: make([]atomic.Uint32, n),
		z: make([]float32, n), anchor: make([]float32, n), dirty: make([]bool, 1+n/pageSize),
	}
	m.curve.Store(m.calibration.draw())
	return m
}

// Options returns those that the model was made with.
func (m *Model) Options() Options { return m.o }

// slot is where the weight of a feature stands (multiplicative hashing, Knuth).
func (m *Model) slot(x Feature) uint32 { return (uint32(x) ^ m.salt) * 2654435769 >> m.shift }

func load(v *atomic.Uint32) float32     { return math.Float32frombits(v.Load()) }
func store(v *atomic.Uint32, f float32) { v.Store(math.Float32bits(f)) }

// Score returns the log-odds that an offer with these features is taken: offset, which is what is thought without the model,
// plus the weights. parts gets each feature's share; it is nil or as long as x. It does not allocate.
func (m *Model) Score(x []Feature, offset float32, parts []float32) float32 {
	if parts == nil {
		for _, f := range x {
			offset += load(&m.weights[m.slot(f)])
		}
		return offset
	}
	parts = parts[:len(x)]
	for i, f := range x {
		parts[i] = load(&m.weights[m.slot(f)])
		offset += parts[i]
	}
	return offset
}

// Spread returns the standard deviation of the log-odds: how little is known of these features. It takes the posterior of the
// weights as independent normals (Chapelle & Li 2011, "An empirical evaluation of Thompson sampling").
func (m *Model) Spread(x []Feature) float32 {
	prior := m.o.Beta/m.o.Alpha + m.o.L2
	var variance float32
	for _, f := range x {
		variance += 1 / (prior + load(&m.evidence[m.slot(f)]))
	}
	return float32(math.Sqrt(float64(variance)))
}

// Probability returns what log-odds of Score came to in the past: the logistic function at first, later corrected by what
// was taken at such log-odds. It grows with logit, strictly but for rounding.
func (m *Model) Probability(logit float32) float32 { return logistic(m.curve.Load().at(logit)) }

const (
	mostLesson   = 10  // how much one lesson counts
	mostWeight   = 20  // of a feature, in log-odds
	mostEvidence = 1e5 // of a feature: who knows all learns nothing any more
)

// Learn takes the lesson that an offer with these features, which the first scorer gave log-odds offset, was taken or was not.
// weight says for how many such answers it stands, such as 1 over the probability that it was shown; it is cut to 0 to 10.
// Nothing is learned from numbers that are not finite.
func (m *Model) Learn(x []Feature, offset float32, taken bool, weight float32) {
	m.learn(x, offset, taken, weight, true)
}

// Rehearse is Learn for answers that were learned from before: they say nothing about calibration any more.
func (m *Model) Rehearse(x []Feature, offset float32, taken bool, weight float32) {
	m.learn(x, offset, taken, weight, false)
}

func (m *Model) learn(x []Feature, offset float32, taken bool, weight float32, fresh bool) {
	weight = min(max(weight, 0), mostLesson)
	if !(weight > 0) || !finite(offset) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	logit := m.Score(x, offset, nil)
	if fresh {
		m.calibrate(logit, taken, weight)
	}
	g := logistic(logit)
	if taken {
		g--
	}
	g *= weight
	for _, f := range x {
		m.step(m.slot(f), g)
	}
}

// step is one of FTRL-Proximal on one weight, which moves it by Alpha at most and not out of reach. z follows what was cut
// off, so that nothing piles up behind the bounds.
func (m *Model) step(i uint32, g float32) {
	n, w := load(&m.evidence[i]), load(&m.weights[i])
	root, grown := sqrt(n), sqrt(n+g*g)
	m.z[i] += g - (grown-root)/m.o.Alpha*w
	n = min(n+g*g, mostEvidence)
	moved := m.weight(m.z[i], n)
	held := min(max(moved, w-m.o.Alpha, -mostWeight), w+m.o.Alpha, mostWeight)
	if r := m.o.Reach; r > 0 {
		held = min(max(held, m.anchor[i]-r), m.anchor[i]+r)
	}
	if held != moved {
		m.z[i] = m.sum(held, n)
	}
	store(&m.evidence[i], n)
	store(&m.weights[i], held)
	m.dirty[1+i/pageSize] = true
}

// weight is the minimum of the loss that the sums describe.
func (m *Model) weight(z, n float32) float32 {
	switch {
	case z > m.o.L1:
		z -= m.o.L1
	case z < -m.o.L1:
		z += m.o.L1
	default:
		return 0
	}
	return -z / m.stiffness(n)
}

// sum is the inverse of weight.
func (m *Model) sum(w, n float32) float32 {
	z := -w * m.stiffness(n)
	switch {
	case z > 0:
		z += m.o.L1
	case z < 0:
		z -= m.o.L1
	}
	return z
}

func (m *Model) stiffness(n float32) float32 { return (m.o.Beta+sqrt(n))/m.o.Alpha + m.o.L2 }

func sqrt(x float32) float32     { return float32(math.Sqrt(float64(x))) }
func logistic(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }
func finite(x float32) bool      { return x-x == 0 }

// Version counts the marks.
func (m *Model) Version() uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.version
}
