package next

import "math"

// row is a candidate with its features.
type row struct {
	visited bool
	kind    uint8 // category
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
	numNew            = 40
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
		x.visited(s, h, int(c.own), &c, r)
	} else {
		x.fresh(s, slot, &c, r)
	}
}

// visited fills the features of a place of the history.
func (x *Scratch) visited(s *Shared, h *History, i int, c *cell, r *row) {
	m, t := &x.now, &x.traces[i]
	p := x.told(s, x.slots[i])
	g := x.fit(s, p.category)
	r.kind = p.category
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
		log((c.follows + 0.2) / (m.followers + 20)), far, min(km, 30) / 10, log(p.visits + 1), session, min(t.session, 3), again,
		log(t.afterHour + 0.05), log(t.daily + 0.05), log(t.hourRecent + 0.01), log((t.n - t.left + 0.5) / (max(m.n-t.first, 0) + 3)),
		flag(t.n == 1), session * m.gap, log(t.gap + 0.02), log(t.afterGap + 0.05), log(t.weekday + 0.05),
		log(t.afterRecent + 0.02), log(t.both + 0.1), again * m.gap, log(p.visitors + 0.5), m.context[ctxVisits] * often,
		far * m.gap, previous, again * m.gap * m.gap, flag(t.first == 0), again * m.context[ctxRepeats], previous * m.gap,
		log(t.lapse + 0.05), log((t.lapse + 0.1) / (t.outlived + 0.5)), today, min(t.today, 3), log((t.days + 0.3) / (m.days + 1)),
		today * log((t.doubled+0.3)/(t.days+1)), today * m.gap, log(t.outlived + 0.3), p.part(m.hour), g.hour, g.after, g.own, g.ownHour, g.ownNear, log(p.recentAt(m.minute) + 0.2),
		g.ownToday, log(around + 0.02), log(hour + 0.02),
	}
	for k := range numKernels {
		r.f[numVisited-numKernels+k] = log(t.kernel[k] + kernelFloor)
	}
}

// fit is how well a category fits the hour and what went before: by everybody's visits, and by the person's own. Logarithms.
type fit struct {
	known                                        bool
	hour, after, own, ownHour, ownNear, ownToday float32
	found, share, places, lately                 float32 // first visits: everybody's at such an hour, of all visits, the person's, lately
}

func (x *Scratch) fit(s *Shared, category uint8) *fit {
	f := &x.fits[category]
	if f.known {
		return f
	}
	m, c, hour := &x.now, category, x.now.hour/60
	kind := &s.categories[c]
	*f = fit{
		known:    true,
		hour:     log((kind.hours[hour] + 1) / (s.hours[hour] + 50)),
		own:      log((x.own[c] + 0.3) / (m.total + 10)),
		ownHour:  log((x.ownHour[c] + 0.1) / (x.allHour + 1)),
		ownNear:  log((x.ownNear[c] + 0.1) / (x.allNear + 1)),
		ownToday: log(x.ownToday[c] + 0.3),
		found:    log((kind.found[hour] + 0.5) / (s.found[hour] + 20)),
		share:    log((sum(&kind.found) + 0.5) / (sum(&kind.hours) + 5)),
		places:   log((x.ownPlaces[c] + 0.1) / (m.places + 5)),
		lately:   log((x.ownFresh[c] + 0.1) / (m.fresh + 2)),
	}
	if m.slot != unknown {
		g := &s.categories[s.places[m.slot].category]
		f.after = log((g.next[c] + 1) / (g.from + 50))
	}
	return f
}

func sum(list *[24]float32) (total float32) {
	for _, v := range list {
		total += v
	}
	return total
}

var nowhere stats // of a place that nobody knows; constant

// fresh fills the features of a place where the person has not been, as far as is remembered.
func (x *Scratch) fresh(s *Shared, slot uint32, c *cell, r *row) {
	m, p := &x.now, x.told(s, slot)
	km, g := float32(unknownKilometres), x.fit(s, p.category)
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
		p.part(m.hour), g.own, g.hour, g.after, log(p.visitors + 0.5), log(km+0.5) * m.gap,
		m.context[ctxWeekend], m.context[ctxCos], m.context[ctxSin], flag(x.own[p.category] > 0), log(c.alike + 0.05), log(c.alike/(m.n+5) + 0.002),
		far * explore, log(around + 0.02), log(nearest + 0.05), g.ownHour, g.ownNear, g.ownToday, log(hour + 0.02),
		log(p.foundAt(m.minute) + 0.03), g.found, g.share, g.places, g.lately, log(c.cosine + 0.002),
		exp(-km / 0.3), exp(-km), exp(-km / 4), exp(-nearest / 0.3), exp(-nearest * 1.5), flag(m.first),
	}
}

// told is what a ranking may know of a place: if too few were there, where and what it is, and nothing of them. It holds until the
// next call.
func (x *Scratch) told(s *Shared, slot uint32) *stats {
	if slot == unknown {
		return &nowhere
	}
	p := &s.places[slot]
	if p.visitors >= x.cohort {
		return p
	}
	x.blank = stats{key: p.key, category: p.category, located: p.located, lat: p.lat, lon: p.lon, cos: p.cos}
	return &x.blank
}

// surroundings says how much the person is around a place, at all and at such an hour, and how near, in kilometres.
func (x *Scratch) surroundings(p *stats) (around, hour, nearest float32) {
	if !p.located || x.known == 0 {
		return 0, 0, unknownKilometres
	}
	least := float32(farthest * farthest)
	for i := range x.known {
		a := &x.around[i]
		dy, dx := p.lat-a.lat, (p.lon-a.lon)*a.cos
		d := (dy*dy + dx*dx) * (earth * earth)
		e := nearness[squareOf(d)]
		around += e * a.weight
		hour += e * a.hour
		least = min(least, d)
	}
	return around, hour, float32(math.Sqrt(float64(least)))
}

const farthest = 20 // kilometres that count
