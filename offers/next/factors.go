package next

// mass is what a visit weighs in each learned kernel.
type mass [numKernels]float32

// factors are what the mass of a visit is a product of, each e^(what some of its cues add up to), as tables over what these
// cues depend on. They follow from the weights.
type factors struct {
	rank        [maxVisits + 1]mass
	age         [numAges]mass
	clock       [6][minuteOfDay/2/clockStep + 1]mass // other kind of day, same kind, same weekday; the same as (not) the first of the day
	gap         [numOffs]mass
	near        [2 * (nearLevels + 1)]mass
	fresh, soon mass
	linear      [numVisited + numNew]float32 // linear weights of features as they are
	base        [2]float32                   // what the means add up to: of visited places, of new ones
	kinds       [maxCategories]float32
	// Of visits after the last place alone.
	after, both, afterSoon mass
	afterGap               [numOffs]mass
	afterHour              [minuteOfDay/2/clockStep + 1]mass
	afterLong              [numLongs]mass // by ln hours between
}

const (
	clockStep  = 8 // minutes
	nearLevels = 16
	heaviest   = 1e5
	shortest   = -3 // ln hours
	longSteps  = 8
	numLongs   = 10 * longSteps
)

// The cues of a visit.
const (
	cueOne = iota
	cueRank
	cueAge
	cueHour
	cueNarrow
	cueBroad
	cueSameDay
	cueSameKind
	cueSameDayHour
	cueAfter
	cueNear
	cueKind
	cueGap
	cueAfterGap
	cueAfterHour
	cueBoth
	cueFresh
	cueAfterLong
	cueMonth
	cueFirst
	cueFirstHour
	cueSameDayNarrow
	cueSoon
	cueAfterSoon
	numCues
)

// make makes the tables anew.
func (f *factors) make(w *Weights) {
	f.base = [2]float32{}
	for i := range f.linear { // these weights stand as inputs do
		f.linear[i] = w.v[i] * w.unit[i]
		kind := &f.base[0]
		if i >= numVisited {
			kind = &f.base[1]
		}
		*kind -= f.linear[i] * w.mean[i]
	}
	copy(f.kinds[:], w.v[atKinds:])
	for i := range f.rank {
		f.rank[i].of(w, cue{cueOne, 1}, cue{cueRank, lnRank[i]})
	}
	for i := range f.age {
		f.age[i].of(w, cue{cueAge, ages[i].log}, cue{cueMonth, ages[i].month})
	}
	for like := range f.clock {
		kind, day, first := flag(like%3 > 0), flag(like%3 == 2), flag(like > 2)
		for i := range f.clock[like] {
			d := min(i*clockStep+clockStep/2, minuteOfDay/2)
			f.clock[like][i].of(w, cue{cueHour, wideHour[d]}, cue{cueNarrow, narrowHour[d]}, cue{cueBroad, broadHour[d]}, cue{cueSameKind, kind},
				cue{cueSameDay, day}, cue{cueSameDayHour, day * wideHour[d]}, cue{cueSameDayNarrow, day * narrowHour[d]},
				cue{cueFirst, first}, cue{cueFirstHour, first * wideHour[d]})
		}
	}
	for i := range f.gap {
		f.gap[i].of(w, cue{cueGap, near[i]})
	}
	for i := range f.near {
		f.near[i].of(w, cue{cueNear, float32(i%(nearLevels+1)) / nearLevels}, cue{cueKind, flag(i > nearLevels)})
	}
	f.fresh.of(w, cue{cueFresh, 1})
	f.soon.of(w, cue{cueSoon, 1})
	f.after.of(w, cue{cueAfter, 1})
	f.both.of(w, cue{cueBoth, 1})
	f.afterSoon.of(w, cue{cueAfterSoon, 1})
	for i := range f.afterGap {
		f.afterGap[i].of(w, cue{cueAfterGap, near[i]})
	}
	for i := range f.afterHour {
		f.afterHour[i].of(w, cue{cueAfterHour, wideHour[min(i*clockStep+clockStep/2, minuteOfDay/2)]})
	}
	for i := range f.afterLong {
		f.afterLong[i].of(w, cue{cueAfterLong, shortest + (float32(i)+0.5)/longSteps})
	}
}

// score adds up the features of a candidate as they are.
func (f *factors) score(r *row) float32 {
	v, z := f.linear[numVisited:], f.base[1]
	if r.visited {
		v, z = f.linear[:numVisited], f.base[0]+f.kinds[r.kind]
	}
	return z + dot(v, r.features())
}

// dot is the product of a and the beginning of b. a is not longer.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32 // four sums: the processor adds them side by side
	b = b[:len(a)]
	j := 0
	for ; j+3 < len(a); j += 4 {
		p, q := (*[4]float32)(a[j:]), (*[4]float32)(b[j:])
		s0 += p[0] * q[0]
		s1 += p[1] * q[1]
		s2 += p[2] * q[2]
		s3 += p[3] * q[3]
	}
	for ; j < len(a); j++ {
		s0 += a[j] * b[j]
	}
	return s0 + s1 + s2 + s3
}

// cue is something seen of a visit.
type cue struct {
	kind  int
	value float32
}

// of makes the mass of what cues add up to.
func (e *mass) of(w *Weights, cues ...cue) {
	var z mass
	for _, c := range cues {
		if c.value != 0 {
			for k, v := range w.cue(c.kind) {
				z[k] += v * c.value
			}
		}
	}
	for k, v := range z {
		e[k] = exp(min(v, 12))
	}
}

func (e *mass) times(f *mass) {
	for k := range e {
		e[k] *= f[k]
	}
}

// weigh multiplies what counts of a visit: how long ago it was, at what distance on the clock, what went before.
func (e *mass) weigh(f *factors, b *before, rank, age *mass, off, like int, d int32) {
	if b.first {
		like += 3
	}
	c, g, n := &f.clock[like][d/clockStep], &f.gap[off], &f.near[b.level]
	for k := range e {
		e[k] = rank[k] * age[k] * c[k] * g[k] * n[k]
	}
	if b.soon {
		e.times(&f.soon)
	}
	if !b.after {
		return
	}
	long := int((b.gap - shortest) * longSteps)
	g, c = &f.afterGap[off], &f.afterHour[d/clockStep]
	l := &f.afterLong[min(max(long, 0), numLongs-1)]
	for k := range e {
		e[k] *= f.after[k] * g[k] * c[k] * l[k]
	}
	if b.both {
		e.times(&f.both)
	}
	if b.soon {
		e.times(&f.afterSoon)
	}
}

// recall fills the cues of all visits.
func (x *Scratch) recall(h *History) {
	m, n := &x.now, len(h.visits)
	var b before
	for i := range h.visits {
		v := &h.visits[i]
		b.step(x, h, i)
		age := &ages[ageOf(m.minute-min(m.minute, v.minute))]
		d := apart(m.hour, b.clock.minute)
		c := &x.cues[i]
		*c = [numCues]float32{cueOne: 1, cueRank: lnRank[n-i], cueAge: age.log, cueMonth: age.month, cueFresh: flag(v.since&firstTime > 0)}
		hour, narrow := wideHour[d], narrowHour[d]
		c[cueHour], c[cueNarrow], c[cueBroad] = hour, narrow, broadHour[d]
		c[cueSameKind] = flag(b.clock.weekend() == m.weekend)
		if b.clock.weekday == m.clock.weekday {
			c[cueSameDay], c[cueSameDayHour], c[cueSameDayNarrow] = 1, hour, narrow
		}
		c[cueNear], c[cueKind] = b.near, b.kind
		if m.timed {
			c[cueGap], c[cueSoon] = near[offOf(m.gap-b.gap)], flag(b.soon)
		}
		if b.first {
			c[cueFirst], c[cueFirstHour] = 1, hour
		}
		if b.after {
			c[cueAfter], c[cueAfterGap], c[cueAfterHour], c[cueBoth] = 1, c[cueGap], hour, flag(b.both)
			c[cueAfterLong], c[cueAfterSoon] = b.gap, c[cueSoon]
		}
	}
}
