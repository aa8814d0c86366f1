package next

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/rand/v2"

	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	numHidden = 24
	numNets   = 3 // a committee: what they say is averaged, and each learns by itself (Hansen & Salamon 1990)
)

// Where each part of the weights stands.
const (
	atVisited  = 0
	atNew      = atVisited + numVisited
	atCues     = atNew + numNew
	atKinds    = atCues + numKernels*numCues // visited places, by category
	atNets     = atKinds + maxCategories
	netVisited = numHidden * (numVisited + numContext + 2)
	netNew     = numHidden * (numNew + numContext + 2)
	numWeights = atNets + numNets*(netVisited+netNew)
	numInputs  = numVisited + numNew + numContext
)

type vector [numWeights]float32

// Weights is what everybody's visits taught about how features count: 38 kB that know no place and no person. They are not
// changed once made.
type Weights struct {
	v          vector
	mean, unit [numInputs]float32 // what makes inputs of mean 0 and variance 1: visited, new, context
	version    uint32
}

// Version counts the fits and the snapshots since.
func (w *Weights) Version() uint32 { return w.version }

// startCues are what the learned kernels begin with: recency, the hour, what follows, the weekday, rhythm, the same in place and hour.
var startCues = [numKernels][numCues]float32{
	{0, -1, -0.2},
	{-1, 0, -0.5, 2},
	{-1, 0, -0.3, 0, 0, 0, 0, 0, 0, 3},
	{-1, 0, -0.3, 0, 1, 0, 0, 0, 2},
	{-1, -0.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2},
	{-1, -0.3, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1},
}

// start is a weight that the linear stage begins with, by its place in row.f. They are made by hand, after what is known of how people
// move (habit and recency: Song et al. 2010, Barbosa et al. 2015; distance: Gonzalez et al. 2008), and fitted to nobody's data.
type start struct {
	feature int
	weight  float32
}

// Constant tables.
var (
	startVisited = [...]start{
		{1, 0.35}, {2, 0.1}, {3, 0.2}, {8, 0.3}, {9, 0.25}, {10, 0.15}, {12, 0.1}, {18, -0.2}, {23, -1}, {26, 0.15}, {32, 0.1}, {56, 0.1},
	}
	startNew = [...]start{
		{0, -5}, {2, 0.5}, {4, 0.3}, {5, 0.2}, {7, -0.7}, {9, 0.2}, {10, 0.4}, {11, 0.2}, {19, 0.2}, {22, 0.1},
	}
)

// begun are the weights of a service that nobody's visits were fitted for.
func begun(seed uint64) *Weights {
	w := untaught(seed)
	for _, s := range startVisited {
		w.v[atVisited+s.feature] = s.weight
	}
	for _, s := range startNew {
		w.v[atNew+s.feature] = s.weight
	}
	for _, n := range w.v.nets() {
		clear(n.out) // it corrects nothing before it learned
	}
	return w
}

// untaught are those that a fit begins with.
func untaught(seed uint64) *Weights {
	w := &Weights{}
	for i := range w.unit {
		w.unit[i] = 1
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for k := range startCues {
		for j, c := range startCues[k] {
			w.v[atCues+j*numKernels+k] = c + 0.05*float32(rng.NormFloat64())
		}
	}
	for _, n := range w.v.nets() {
		for i := range n.w {
			n.w[i] = float32(rng.NormFloat64() * 0.7 / math.Sqrt(float64(n.in)))
		}
		for i := range n.out {
			n.out[i] = float32(rng.NormFloat64() * 0.05)
		}
	}
	return w
}

// cue returns the weights of a cue in the learned kernels.
func (w *Weights) cue(j int) *[numKernels]float32 {
	return (*[numKernels]float32)(w.v[atCues+j*numKernels:])
}

// normalise brings the features of a candidate to mean 0 and variance 1.
func (w *Weights) normalise(r *row) {
	f := r.features()
	at := 0
	if !r.visited {
		at = numVisited
	}
	mean, unit := w.mean[at:at+len(f)], w.unit[at:at+len(f)]
	for i := range f {
		f[i] = (f[i] - mean[i]) * unit[i]
	}
}

// linear normalises the features of a candidate and returns what they add up to.
func (w *Weights) linear(r *row) float32 {
	w.normalise(r)
	if r.visited {
		return w.v[atKinds+int(r.kind)] + dot(w.v[atVisited:atVisited+numVisited], r.f[:])
	}
	return dot(w.v[atNew:atNew+numNew], r.f[:])
}

// normalContext returns the context of a moment with mean 0 and variance 1.
func (w *Weights) normalContext(m *moment) (c [numContext]float32) {
	const at = numVisited + numNew
	for i := range c {
		c[i] = (m.context[i] - w.mean[at+i]) * w.unit[at+i]
	}
	return c
}

const weightsVersion = 3

// AppendState appends a snapshot to b, 39 kB with a checksum, and returns the extended slice.
func (w *Weights) AppendState(b []byte) []byte {
	start := len(b)
	e := binary.BigEndian
	b = append(b, weightsVersion)
	b = e.AppendUint32(b, w.version)
	for _, part := range [][]float32{w.v[:], w.mean[:], w.unit[:]} {
		for _, v := range part {
			b = e.AppendUint32(b, math.Float32bits(v))
		}
	}
	return e.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

// UnmarshalWeights returns the weights of a snapshot of AppendState, or a malformed fault.
func UnmarshalWeights(b []byte) (*Weights, error) {
	e := binary.BigEndian
	const size = 1 + 4 + 4*(numWeights+2*numInputs) + 4
	if len(b) != size || b[0] != weightsVersion || e.Uint32(b[size-4:]) != crc32.ChecksumIEEE(b[:size-4]) {
		return nil, fault.New(fault.Invalid, fault.CodeMalformed, "A snapshot of weights must be %d bytes of version %d with their checksum.", size, weightsVersion)
	}
	w := &Weights{version: e.Uint32(b[1:])}
	b = b[5:]
	for _, part := range [][]float32{w.v[:], w.mean[:], w.unit[:]} {
		for i := range part {
			part[i], b = math.Float32frombits(e.Uint32(b)), b[4:]
			if v := float64(part[i]); math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fault.New(fault.Invalid, fault.CodeMalformed, "A snapshot of weights must hold finite numbers.")
			}
		}
	}
	return w, nil
}
