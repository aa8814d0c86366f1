package next

import (
	"iter"
	"math"
)

// Recorded is visits in the order of time, each with the number of its person.
type Recorded = iter.Seq2[int, Visit]

// mostLessons bounds the lessons of a pass: weights are few, and more of the same teaches them little.
const mostLessons = 60_000

// Fit teaches weights from recorded visits, in as many passes as asked. Of very many, every so many-th is a lesson, and all
// are in the histories and statistics. Each pass begins with statistics that empty makes and
// with empty histories, as a service would, and walks through the visits in their order: nothing is predicted from what came
// later. The last pass takes smaller steps. people is one more than the highest number. timed: see Query.
func Fit(o Options, passes, people int, timed bool, empty func() *Shared, visits Recorded) *Weights {
	o.PerDay, o.Reach = math.MaxUint16, math.MaxFloat32
	m := New(empty(), o)
	m.use(untaught(o.Seed))
	every := 1 + m.measure(people, timed, visits)/mostLessons
	for pass := range passes {
		m.shared = empty()
		if pass == passes-1 {
			m.o.Rate, m.o.NetRate = 0.3*o.Rate, 0.3*o.NetRate
		}
		m.walk(people, visits, func(h *History, v Visit, i int) {
			if (i+pass)%every == 0 {
				_, _ = m.learn(h, v, ask(v, timed))
			}
		})
	}
	m.w.version = 1
	w := *m.w
	return &w
}

func ask(v Visit, timed bool) (q Query) {
	if timed {
		q.At = v.At
	}
	return q
}

func (m *Model) walk(people int, visits Recorded, lesson func(h *History, v Visit, i int)) {
	histories := make([]History, people)
	i := 0
	for person, v := range visits {
		lesson(&histories[person], v, i)
		m.shared.Observe(&histories[person], v)
		i++
	}
}

// measure counts the visits, and finds what brings the inputs to mean 0 and variance 1, from every fourth lesson up to a bound.
func (m *Model) measure(people int, timed bool, visits Recorded) (n int) {
	var sums [numInputs]struct{ n, sum, squares float64 }
	note := func(at int, f []float32) {
		for i, v := range f {
			s := &sums[at+i]
			s.n++
			s.sum += float64(v)
			s.squares += float64(v) * float64(v)
		}
	}
	m.walk(people, visits, func(h *History, v Visit, i int) {
		n++
		target := m.shared.find(v.Place)
		if i%4 != 0 || i >= 4*mostLessons || len(h.visits) < warm || target == unknown {
			return
		}
		m.gather(h, ask(v, timed), target)
		for i := range m.work.rows {
			at := 0
			if !m.work.rows[i].visited {
				at = numVisited
			}
			note(at, m.work.rows[i].features())
		}
		note(numVisited+numNew, m.work.now.context[:])
	})
	for i, s := range sums {
		if s.n == 0 {
			continue
		}
		mean := s.sum / s.n
		deviation := math.Sqrt(max(s.squares/s.n-mean*mean, 0))
		m.w.mean[i], m.w.unit[i] = float32(mean), float32(1/max(deviation, 0.05))
		if deviation < 1e-4 { // what never changes counts as 1: a bias, if it is for visited or new places alone
			m.w.mean[i], m.w.unit[i] = float32(mean)-1, 1
		}
	}
	return n
}
