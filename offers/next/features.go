package next

// row is a candidate with its features.
type row struct {
	visited bool
	f       [numVisited]float32
	offset  float32 // of a sampled candidate: it stands for many
	linear  float32
	full    float32
}

// features returns those that count for its kind.
func (r *row) features() []float32 {
	if r.visited {
		return r.f[:]
	}
	return r.f[:numNew]
}

const (
	numVisited        = 62 + numKernels
	numNew            = 28
	unknownKilometres = 5
	kernelFloor       = 0.01
)

// fill fills the features of a candidate; own is its index in the history, -1 if it is not there.
func (x *Scratch) fill(s *Shared, h *History, slot uint32, r *row) {
	c := cell{own: -1}
	if slot != unknown {
		if k := x.table.at(slot, false); k != nil {
			c = *k
		}
	}
	r.offset = 0
	if r.visited = c.own >= 0; r.visited {
		x.visited(s, h, int(c.own), c.follows, r)
	} else {
		x.fresh(s, slot, c, r)
	}
}

// visited fills the features of a place of the history.
func (x *Scratch) visited(s *Shared, h *History, i int, follows float32, r *row) {
	m, t := &x.now, &x.traces[i]
	p := &nowhere
	if x.slots[i] != unknown {
		p = &s.places[x.slots[i]]
	}
	g := x.fits(s, p)
	around, hour, _ := x.surroundings(p)
	km := x.km[i]
	if km < 0 {
		km = unknownKilometres
	}
	again, previous, session := flag(i == m.last), flag(i == m.second), flag(t.session > 0)
	today := flag(t.today > 0)
	often := log(t.n/float32(h.total) + 0.002)
	far := log(km + 0.05)
	r.f = [numVisited]float32{
		1, often, log(t.s10 + 0.02), log(t.s60 + 0.1), log(t.week + 0.02), log(t.month + 0.1), log(t.last*24 + 0.2),
		log(t.hour/t.n + 0.02), log(t.hourDay + 0.05), log(t.hourDayRecent + 0.02), log(t.after + 0.1), log(t.near + 0.05),
		log(t.nearHour + 0.02), log(t.nearHourRecent + 0.01), log(t.kindHour + 0.05), log(t.second + 0.1), log(t.rank),
		log((follows + 0.2) / (m.followers + 20)), far, min(km, 30) / 10, log(p.visits + 1), session, min(t.session, 3), again,
		log(t.afterHour + 0.05), log(t.daily + 0.05), log(t.hourRecent + 0.01), log((t.n + 0.5) / (max(m.n-t.first, 0) + 3)),
		flag(t.n == 1), session * m.gap, log(t.gap + 0.02), log(t.afterGap + 0.05), log(t.weekday + 0.05),
		log(t.afterRecent + 0.02), log(t.both + 0.1), again * m.gap, log(p.visitors + 0.5), m.context[ctxVisits] * often,
		far * m.gap, previous, again * m.gap * m.gap, flag(t.first == 0), again * m.context[ctxRepeats], previous * m.gap,
		log(t.lapse + 0.05), log((t.lapse + 0.1) / (t.outlived + 0.5)), today, min(t.today, 3), log((t.days + 0.3) / (m.days + 1)),
		today * log((t.doubled+0.3)/(t.days+1)), today * m.gap, log(t.outlived + 0.3), g.part, g.hour, g.after, g.own, g.ownHour, g.ownNear, log(p.recentAt(m.minute) + 0.2),
		g.ownToday, log(around + 0.02), log(hour + 0.02),
	}
	for k := range numKernels {
		r.f[numVisited-numKernels+k] = log(t.kernel[k] + kernelFloor)
	}
}

// fit is how well a place fits the hour and what went before: by everybody's visits to it and to its category, and by the
// person's own visits to the category. Logarithms.
type fit struct{ part, hour, after, own, ownHour, ownNear, ownToday float32 }

func (x *Scratch) fits(s *Shared, p *stats) (f fit) {
	m, c := &x.now, p.category
	kind, hour := &s.categories[c], m.hour/60
	f.part = log((p.parts[hour/(24/dayParts)] + 0.3) / (p.visits + 1.8))
	f.hour = log((kind.hours[hour] + 1) / (s.hours[hour] + 50))
	if m.slot != unknown {
		g := &s.categories[s.places[m.slot].category]
		f.after = log((g.next[c] + 1) / (g.from + 50))
	}
	f.own = log((x.own[c] + 0.3) / (m.n + 10))
	f.ownHour = log((x.ownHour[c] + 0.1) / (x.allHour + 1))
	f.ownToday = log(x.ownToday[c] + 0.3)
	f.ownNear = log((x.ownNear[c] + 0.1) / (x.allNear + 1))
	return f
}

var nowhere stats // of a place that nobody knows; constant

// fresh fills the features of a place where the person has not been, as far as is remembered.
func (x *Scratch) fresh(s *Shared, slot uint32, c cell, r *row) {
	m, p := &x.now, &nowhere
	if slot != unknown {
		p = &s.places[slot]
	}
	km, g := float32(unknownKilometres), x.fits(s, p)
	if m.slot != unknown {
		from := &s.places[m.slot]
		if d, ok := from.kilometres(p); ok {
			km = d
		}
	}
	around, hour, nearest := x.surroundings(p)
	far, explore := log(km+0.05), m.context[ctxExplore]
	*(*[numNew]float32)(r.f[:]) = [numNew]float32{
		1, m.context[ctxVisits], explore, m.gap, log(p.visits + 0.5), log(p.recentAt(m.minute) + 0.2),
		log((c.follows + 0.05) / (m.followers + 5)), far, min(km, 30) / 10,
		g.part, g.own, g.hour, g.after, log(p.visitors + 0.5), log(km+0.5) * m.gap,
		m.context[ctxWeekend], m.context[ctxCos], m.context[ctxSin], flag(x.own[p.category] > 0), log(c.alike + 0.05), log(c.alike/(m.n+5) + 0.002),
		far * explore, log(around + 0.02), log(nearest + 0.05), g.ownHour, g.ownNear, g.ownToday, log(hour + 0.02),
	}
}

// surroundings says how much the person is around a place, at all and at such an hour, and how near, in kilometres.
func (x *Scratch) surroundings(p *stats) (around, hour, nearest float32) {
	if !p.located || x.known == 0 {
		return 0, 0, unknownKilometres
	}
	nearest = 20
	for i := range x.known {
		a := &x.around[i]
		km, _ := a.at.kilometres(p)
		if km < 4 {
			e := exp(-2.5 * km)
			around += e * a.weight
			hour += e * a.hour
		}
		nearest = min(nearest, km)
	}
	return around, hour, nearest
}
