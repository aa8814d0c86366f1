package next

import (
	"cmp"
	"math"
	"slices"
)

// Reason is why a place ranks where it does.
type Reason uint8

// The reasons.
const (
	Often    Reason = iota // the person is often there
	Recent                 // was there lately, or long ago
	Hour                   // is there at this time of day
	Weekday                // is there on such days
	Follows                // goes there after where they were last
	Rhythm                 // the time since the last visit is usual for going there
	Again                  // was there just now
	Near                   // is near where the person was, or is often
	Popular                // everybody goes there
	Category               // goes to such places
	Alike                  // those who go where the person goes go there too
	Familiar               // was there before, where others were not; or the other way round
	Habits                 // several of these together, as learned
	numReasons
)

// String names the reason.
func (r Reason) String() string {
	return [numReasons]string{
		"often", "recent", "hour", "weekday", "follows", "rhythm", "again", "near", "popular", "category", "alike", "familiar", "habits",
	}[r]
}

// Term is how much a reason adds to the difference between a place and the median candidate.
type Term struct {
	Reason Reason
	Value  float64 // in units of the score
}

// Which reason each feature stands for, in the order of row.f. Constant.
var (
	reasonsVisited = [numVisited]Reason{
		Familiar, Often, Recent, Often, Recent, Recent, Recent, Hour, Hour, Hour, Follows, Follows, Follows, Follows, Category, Follows,
		Recent, Follows, Near, Near, Popular, Again, Again, Again, Follows, Hour, Hour, Often, Often, Again, Rhythm, Follows, Weekday,
		Follows, Follows, Again, Popular, Often, Near, Again, Again, Recent, Again, Again, Rhythm, Rhythm, Again, Again, Often, Again,
		Again, Rhythm, Popular, Category, Category, Category, Category, Category, Popular, Category, Near, Near, Recent, Hour, Follows, Weekday, Rhythm, Habits,
	}
	reasonsNew = [numNew]Reason{
		Familiar, Familiar, Familiar, Familiar, Popular, Popular, Follows, Near, Near, Hour, Category, Category, Category, Popular, Near,
		Familiar, Familiar, Familiar, Category, Alike, Alike, Near, Near, Near, Category, Category, Category, Near, Popular, Category, Category, Category, Category, Alike, Near, Near, Near, Near, Near, Familiar,
	}
)

// Explain appends why a candidate ranks above or below the median one, the strongest reason first. The terms add up to the
// difference of their full scores, to within a few percent: those of the net are its gradient along the way from one to the other
// (integrated gradients: Sundararajan et al. 2017). If one was visited and the other not, both are compared with the average of
// their kind, and Familiar is what lies between.
func (m *Model) Explain(x *Scratch, h *History, q Query, candidates []uint32, candidate int, dst []Term) []Term {
	m.mu.RLock()
	defer m.mu.RUnlock()
	m.shared.mu.RLock()
	defer m.shared.mu.RUnlock()
	m.prepare(x, h, q)
	rows := make([]row, len(candidates))
	context := m.w.normalContext(&x.now)
	order := make([]int, len(candidates))
	for i, key := range candidates {
		r := &rows[i]
		x.fill(m.shared, h, m.shared.find(key), r)
		r.linear = m.w.linear(r)
		r.full = m.full(r, &context)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rows[a].full, rows[b].full) })
	c, median := &rows[candidate], &rows[order[len(order)/2]]
	var sums [numReasons]float64
	if c.visited == median.visited {
		m.attribute(median, c, &context, 1, &sums)
	} else {
		average, other := row{visited: c.visited}, row{visited: median.visited}
		m.attribute(&average, c, &context, 1, &sums)
		m.attribute(&other, median, &context, -1, &sums)
		sums[Familiar] += float64(m.full(&average, &context) - m.full(&other, &context))
	}
	for r, v := range sums {
		if v != 0 {
			dst = append(dst, Term{Reason(r), v})
		}
	}
	slices.SortFunc(dst, func(a, b Term) int { return cmp.Compare(math.Abs(b.Value), math.Abs(a.Value)) })
	return dst
}

// full is the score of a row with normalised features.
func (m *Model) full(r *row, context *[numContext]float32) float32 {
	z, at := m.w.v[atKinds+int(r.kind)], atVisited
	if !r.visited {
		z, at = 0, atNew
	}
	for i, f := range r.features() {
		z += m.w.v[at+i] * f
	}
	var hidden layer
	for member := range numNets {
		n := m.w.v.net(member, r.visited)
		p := n.prime(context)
		z += n.forward(&p, r.features(), &hidden) / numNets
	}
	return z
}

// attribute adds sign × what each reason contributes on the straight way from one row to another of the same kind.
func (m *Model) attribute(from, to *row, context *[numContext]float32, sign float64, sums *[numReasons]float64) {
	const steps = 32
	a, b := from.features(), to.features()
	at, reasons := atVisited, reasonsVisited[:]
	if !to.visited {
		at, reasons = atNew, reasonsNew[:]
	}
	for j := range b {
		sums[reasons[j]] += sign * float64(m.w.v[at+j]*(b[j]-a[j]))
	}
	between := make([]float32, len(b))
	var hidden layer
	for s := range steps * numNets {
		n := m.w.v.net(s/steps, to.visited)
		p := n.prime(context)
		s %= steps
		t := (float32(s) + 0.5) / steps
		for j := range b {
			between[j] = a[j] + t*(b[j]-a[j])
		}
		n.forward(&p, between, &hidden)
		for i, open := range hidden {
			if open > 0 {
				for j := range b {
					sums[reasons[j]] += sign * float64(n.out[i]*n.w[i*n.in+j]*(b[j]-a[j])) / (steps * numNets)
				}
			}
		}
	}
}
