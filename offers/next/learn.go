package next

import (
	"math"
	"slices"
)

// Options are how a model learns.
type Options struct {
	Rate    float32 // the most by which a step moves a weight
	NetRate float32 // the same for the weights of the net
	Decay   float32 // pull towards 0
	Batch   int     // lessons per step
	Samples int     // places that a lesson holds against the one where the person went, besides those of the history
	PerDay  int     // lessons that a person may give a day
	Reach   float32 // the farthest that a weight gets from its version
	Cohort  int     // people who must have been at a place before its counts say anything in a ranking
	Seed    uint64
}

// Defaults are the options of a service that learns while it runs.
func Defaults() Options {
	return Options{Rate: 0.001, NetRate: 0.0003, Decay: 1e-4, Batch: 4, Samples: 100, PerDay: 24, Reach: 0.5, Seed: 1}
}

// warm is how many visits a person must have made before they teach.
const warm = 3

// lesson is the working memory of learning.
type lesson struct {
	Scratch
	rows   []row
	rivals []uint32
	hidden []layer
	z, p   []float32
	grad   vector
	kernel [maxPlaces]mass // gradient by the traces
}

// Learn takes a lesson from a visit that the history does not hold yet: how likely the model took it to be, by -ln of the
// probability among the places of the history and a sample of others. ok is false if there was no lesson: a history too short,
// a place that nobody told of, or the person taught enough for that day. The rate limit and the bounds on each step hold
// whoever the person is; what else the visit tells goes to Shared.Observe.
func (m *Model) Learn(h *History, v Visit) (surprise float64, ok bool) {
	return m.learn(h, v, Query{At: v.At})
}

// LearnUntimed is Learn for models that are asked without the time.
func (m *Model) LearnUntimed(h *History, v Visit) (surprise float64, ok bool) {
	return m.learn(h, v, Query{})
}

func (m *Model) learn(h *History, v Visit, q Query) (surprise float64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shared.mu.RLock()
	defer m.shared.mu.RUnlock()
	minute, _ := minuteOf(v.At)
	target := m.shared.find(v.Place)
	if target == unknown || len(h.visits) < warm || !h.teach(minute, m.o.PerDay) {
		return 0, false
	}
	label := m.gather(h, q, target)
	surprise = m.judge(h, label)
	m.add()
	return surprise, true
}

// gather fills the rows of a lesson and returns which is where the person went.
func (m *Model) gather(h *History, q Query, target uint32) (label int) {
	l, s := m.work, m.shared
	x := &l.Scratch
	m.prepare(x, h, q)
	x.recall(h)
	l.rows, label = l.rows[:0], -1
	add := func(slot uint32, offset float32) {
		l.rows = append(l.rows, row{})
		r := &l.rows[len(l.rows)-1]
		x.fill(s, h, slot, r)
		r.offset = offset
	}
	for i := range h.places {
		if x.slots[i] == unknown {
			continue
		}
		if x.slots[i] == target {
			label = len(l.rows)
		}
		add(x.slots[i], 0)
	}
	l.rivals = x.rivals(s, l.rivals[:0])
	for _, slot := range l.rivals { // the likely ones all stand for themselves: a sample would miss most
		if slot == target {
			label = len(l.rows)
		}
		add(slot, 0)
	}
	others := float32(max(len(s.places)-len(l.rows), 1))
	if label < 0 {
		label = len(l.rows)
		add(target, 0)
	}
	each := log(others / float32(max(m.o.Samples, 1))) // each sampled place stands for so many
	for range m.o.Samples {
		slot := uint32(m.rng.IntN(len(s.places)))
		if c := x.table.at(slot, false); slot != target && (c == nil || c.own < 0 && !c.rival) {
			add(slot, each)
		}
	}
	return label
}

const maxRivals = 128

// rivals appends the places that are likely to be new ones of this person: those that follow on the last place, and those
// where people like this go.
func (x *Scratch) rivals(s *Shared, dst []uint32) []uint32 {
	note := func(slots []uint32) {
		for _, slot := range slots {
			if c := x.table.at(slot, false); c != nil && c.own < 0 && !c.rival && len(dst) < maxRivals {
				c.rival = true
				dst = append(dst, slot)
			}
		}
	}
	if x.now.slot != unknown {
		note(s.places[x.now.slot].next.slots)
	}
	for i := range min(x.known, maxLike) {
		note(x.around[i].at.alike.slots)
	}
	return dst
}

// judge ranks the rows and leaves the gradient of both stages in the lesson: the linear one by its own loss, the net by the
// loss of the sum.
func (m *Model) judge(h *History, label int) (surprise float64) {
	l, w := m.work, m.w
	n := len(l.rows)
	l.hidden = slices.Grow(l.hidden[:0], n)[:n]
	l.z, l.p = slices.Grow(l.z[:0], n)[:n], slices.Grow(l.p[:0], n)[:n]
	l.grad = vector{}
	context := w.normalContext(&l.now)
	for i := range l.rows {
		r := &l.rows[i]
		r.linear = w.linear(r) + r.offset
		r.full = r.linear
		l.z[i] = r.linear
	}
	softmax(l.z, l.p)
	l.p[label]--
	m.linearGradient(h)
	for member := range numNets {
		m.memberGradient(member, label, &context)
	}
	for i := range l.rows {
		l.z[i] = l.rows[i].full
	}
	softmax(l.z, l.p)
	return -math.Log(max(float64(l.p[label]), 1e-9))
}

// memberGradient adds that of one net of the committee, by its own loss, and its part to what the committee says.
func (m *Model) memberGradient(member, label int, context *[numContext]float32) {
	l, w := m.work, m.w
	nets := [2]net{w.v.net(member, false), w.v.net(member, true)}
	grads := [2]net{l.grad.net(member, false), l.grad.net(member, true)}
	primed := [2]layer{nets[0].prime(context), nets[1].prime(context)}
	for i := range l.rows {
		r := &l.rows[i]
		k := int(flag(r.visited))
		out := nets[k].forward(&primed[k], r.features(), &l.hidden[i])
		l.z[i] = r.linear + out
		r.full += out / numNets
	}
	softmax(l.z, l.p)
	l.p[label]--
	for i, g := range l.p {
		if g > 1e-4 || g < -1e-4 {
			k := int(flag(l.rows[i].visited))
			nets[k].backward(&grads[k], g, l.rows[i].features(), context, &l.hidden[i])
		}
	}
}

// linearGradient adds that of the linear weights and, through the traces, of the learned kernels. l.p holds that by the scores.
func (m *Model) linearGradient(h *History) {
	l, w := m.work, m.w
	clear(l.kernel[:len(h.places)])
	for i := range l.rows {
		r := &l.rows[i]
		g, at := l.p[i], atVisited
		if !r.visited {
			at = atNew
		}
		for j, f := range r.features() {
			l.grad[at+j] += g * f
		}
		if r.visited {
			l.grad[atKinds+int(r.kind)] += g
		}
	}
	row := 0
	for i := range h.places {
		if l.slots[i] == unknown {
			continue
		}
		for k := range numKernels {
			j := numVisited - numKernels + k
			l.kernel[i][k] = l.p[row] * w.v[atVisited+j] * w.unit[j] / (l.traces[i].kernel[k] + kernelFloor)
		}
		row++
	}
	for i := range h.visits {
		g := &l.kernel[h.visits[i].place]
		var d [numKernels]float32
		for k := range d {
			d[k] = g[k] * l.mass[i][k]
		}
		for j, c := range &l.cues[i] {
			if c != 0 {
				grad := (*[numKernels]float32)(l.grad[atCues+j*numKernels:])
				for k, v := range d {
					grad[k] += v * c
				}
			}
		}
	}
}

func softmax(z, p []float32) {
	top, sum := slices.Max(z), float32(0)
	for i, v := range z {
		p[i] = exp(v - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

// loudest is the length beyond which the gradient of a lesson is cut.
const loudest = 20

// add adds the gradient of the lesson, and steps when there are enough.
func (m *Model) add() {
	l := m.work
	var square float32
	for _, g := range &l.grad {
		square += g * g
	}
	scale := float32(1)
	switch {
	case !(square < 1e12): // NaN too
		return
	case square > loudest*loudest:
		scale = loudest / float32(math.Sqrt(float64(square)))
	}
	for i, g := range &l.grad {
		m.sum[i] += g * scale
	}
	if m.pending++; m.pending >= m.o.Batch {
		m.step()
	}
}

// step is one of Adam, in which no weight moves by more than its rate nor leaves the reach of its version.
func (m *Model) step() {
	m.steps++
	const b1, b2 = 0.9, 0.999
	c1, c2 := float32(1-math.Pow(b1, m.steps)), float32(1-math.Pow(b2, m.steps))
	n := float32(m.pending)
	for i := range m.sum {
		w := &m.w.v[i]
		rate, decay := m.o.Rate, m.o.Decay
		switch {
		case i >= atNets:
			rate = m.o.NetRate
		case i >= atCues && i < atKinds:
			decay = 0
		}
		g := m.sum[i]/n + decay**w
		m.m[i] = b1*m.m[i] + (1-b1)*g
		m.v[i] = b2*m.v[i] + (1-b2)*g*g
		d := rate * (m.m[i] / c1) / (float32(math.Sqrt(float64(m.v[i]/c2))) + 1e-7)
		moved := *w - min(max(d, -rate), rate)
		*w = min(max(moved, m.anchor[i]-m.o.Reach), m.anchor[i]+m.o.Reach)
	}
	m.sum, m.pending = vector{}, 0
	m.factors.make(m.w)
}
