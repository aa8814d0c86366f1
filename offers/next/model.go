package next

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// Model ranks places for people and learns from their visits. Safe for concurrent use.
type Model struct {
	shared *Shared
	o      Options

	mu      sync.RWMutex
	w       *Weights // not changed while mu is held for reading
	factors factors  // of w
	anchor  vector   // what the weights were when they got their version
	sum     vector   // gradients of the lessons since the last step
	m, v    vector   // their means and mean squares (Adam: Kingma & Ba 2015)
	steps   float64
	pending int
	rng     *rand.Rand
	work    *lesson
}

// New returns a model over shared statistics that was taught nothing: it begins with weights made by hand. Fit makes better ones.
func New(s *Shared, o Options) *Model {
	m := &Model{shared: s, o: o, rng: rand.New(rand.NewPCG(o.Seed, 2)), work: &lesson{}}
	m.use(begun(o.Seed))
	return m
}

// Shared returns the statistics.
func (m *Model) Shared() *Shared { return m.shared }

// Weights returns a copy of the weights with the next version. From now on lessons move them within Options.Reach of it.
func (m *Model) Weights() *Weights {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.w.version++
	m.anchor = m.w.v
	w := *m.w
	return &w
}

// Snapshot returns a copy of the weights as they are.
func (m *Model) Snapshot() *Weights {
	m.mu.RLock()
	defer m.mu.RUnlock()
	w := *m.w
	return &w
}

// Use goes on from weights, such as those before something went wrong.
func (m *Model) Use(w *Weights) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.use(w)
}

func (m *Model) use(w *Weights) {
	own := *w
	m.w, m.anchor = &own, w.v
	m.factors.make(m.w)
	m.sum, m.m, m.v, m.steps, m.pending = vector{}, vector{}, vector{}, 0, 0
}

// refined is how many candidates the net looks at, at least.
const refined = 32

// refine is how many of so many: more where the linear stage has to tell thousands apart.
func refine(candidates int) int { return max(refined, min(candidates/16, 8*refined)) }

// prepare gathers what a ranking needs to know of the person and the moment. The locks are held.
func (m *Model) prepare(x *Scratch, h *History, q Query) {
	x.cohort = float32(m.o.Cohort)
	x.situate(h, q)
	x.scan(m.shared, &m.factors, h)
	x.relate(m.shared, h)
}

// Rank writes a score for each candidate: the higher, the likelier that the person goes there next. Scores are logarithms:
// e^score over its sum is the probability among the candidates. A place that was never Put or visited is one of which nothing
// is known. scores must be as long as candidates. It does not allocate once x has grown.
func (m *Model) Rank(x *Scratch, h *History, q Query, candidates []uint32, scores []float32) {
	m.rank(x, h, q, candidates, scores, refine(len(candidates)))
}

// RankLinear is Rank without the net.
func (m *Model) RankLinear(x *Scratch, h *History, q Query, candidates []uint32, scores []float32) {
	m.rank(x, h, q, candidates, scores, 0)
}

func (m *Model) rank(x *Scratch, h *History, q Query, candidates []uint32, scores []float32, refined int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	m.shared.mu.RLock()
	defer m.shared.mu.RUnlock()
	m.prepare(x, h, q)
	x.top = x.top[:0]
	x.rows = slices.Grow(x.rows[:0], refined+1)[:refined+1]
	for i, key := range candidates {
		r := &x.rows[len(x.top)]
		x.fill(m.shared, h, m.shared.find(key), r)
		r.linear = m.factors.score(r)
		scores[i] = r.linear
		x.keep(int32(i), refined)
	}
	if refined == 0 {
		return
	}
	context := m.w.normalContext(&x.now)
	for k := range x.top {
		m.w.normalise(&x.rows[k])
	}
	var hidden layer
	for member := range numNets {
		visited, fresh := m.w.v.net(member, true), m.w.v.net(member, false)
		vp, fp := visited.prime(&context), fresh.prime(&context)
		for k, i := range x.top {
			if r := &x.rows[k]; r.visited {
				scores[i] += visited.forward(&vp, r.features(), &hidden) / numNets
			} else {
				scores[i] += fresh.forward(&fp, r.features(), &hidden) / numNets
			}
		}
	}
}

// keep takes the row after the best into them if it is one, in the place of the worst; the worst stands first.
func (x *Scratch) keep(candidate int32, most int) {
	if most == 0 {
		return
	}
	n := len(x.top)
	if n < most {
		x.top = append(x.top, candidate)
		n++
		if n < most {
			return
		}
	} else if x.rows[n].linear <= x.rows[0].linear {
		return
	} else {
		x.rows[0], x.top[0] = x.rows[n], candidate
	}
	worst := 0
	for i := 1; i < n; i++ {
		if x.rows[i].linear < x.rows[worst].linear {
			worst = i
		}
	}
	x.rows[0], x.rows[worst] = x.rows[worst], x.rows[0]
	x.top[0], x.top[worst] = x.top[worst], x.top[0]
}
