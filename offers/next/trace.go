package next

// trace is what the visits to one place add up to, each weighed by a kernel. after, near and kind compare what went before a
// visit with the last place: the same, close to it, of its category.
type trace struct {
	n, left, s10, s60, week, month                        float32 // n: of them left are not held any longer
	hour, hourDay, hourDayRecent, hourRecent, weekday     float32
	after, afterHour, afterRecent, afterGap, second, both float32
	near, nearHour, nearHourRecent, kindHour              float32
	gap, daily, session                                   float32
	since, lapse, outlived                                float32 // ln hours since the latest; times between visits like that, and longer
	days, doubled, today                                  float32
	last, rank                                            float32 // the latest visit: days ago, visits ago
	first                                                 float32 // index of the first visit held, from 1
	kernel                                                mass
	at                                                    uint32 // the visit before
	day, onDay                                            int32
}

const numKernels = 6 // learned kernels

// before is what went before a visit, compared with the last place.
type before struct {
	own, clock                       clock   // of the visit; what hours are compared by: for want of that at which it is, that after which it was
	gap, near, kind                  float32 // gap: ln hours
	level                            uint8   // of near and kind
	after, both, second, first, soon bool    // first: of its day, as now (or neither); soon: after the one before, as now
}

// step goes on to visit i.
func (b *before) step(x *Scratch, h *History, i int) {
	m, v := &x.now, &h.visits[i]
	previous := b.own
	b.own = clockOf(v.minute, v.zone)
	b.clock, b.gap, b.first = b.own, 3.5, m.first && m.timed
	b.after, b.both, b.second, b.soon, b.near, b.kind, b.level = false, false, false, false, 0, 0, 0
	if v.before == none {
		return
	}
	if p := &h.visits[max(i-1, 0)]; i > 0 && p.place == v.before {
		b.gap = lnGap(v.minute - p.minute)
		b.second = p.before != none && int(p.before) == m.second
	} else { // that one left
		b.gap = v.gap()
		previous = clockOf(v.minute-min(v.minute, uint32(60*exp(b.gap))), v.zone)
	}
	if !m.timed {
		b.clock = previous
	}
	b.first = m.timed && previous.day != b.own.day == m.first
	b.near, b.kind, b.level = x.near[v.before], x.kind[v.before], x.level[v.before]
	b.after = int(v.before) == m.last
	b.both = b.after && b.second
	b.soon = m.timed && m.gap < brief && b.gap < brief
}

const brief = -1.2 // ln hours

// visit adds visit i to the trace of its place.
func (x *Scratch) visit(f *factors, h *History, i int, b *before, t *trace) {
	b.step(x, h, i)
	m, v, rank := &x.now, &h.visits[i], len(h.visits)-i
	minutes := m.minute - min(m.minute, v.minute)
	d, age := apart(m.hour, b.clock.minute), ageOf(minutes)
	like, sameDay := 0, float32(0) // kinds of day
	if b.clock.weekend() == m.weekend {
		if like = 1; b.clock.weekday == m.clock.weekday {
			like, sameDay = 2, 1
		}
	}
	hour, similar := wideHour[d], kindOfDay[like]
	off := len(near) - 1
	if m.timed {
		off = offOf(m.gap - b.gap)
	}
	gap := near[off]
	s10, s60 := rank10[rank], rank60[rank]
	if t.first == 0 {
		t.first = float32(i + 1)
	}
	t.n++
	t.s10 += s10
	t.s60 += s60
	t.week += ages[age].week
	t.month += ages[age].month
	t.hour += hour
	t.hourDay += hour * similar
	t.hourDayRecent += hour * similar * s60
	t.hourRecent += narrowHour[d] * similar * s60
	t.weekday += sameDay * hour
	t.gap += gap * s60
	t.relate(b, hour, hour*similar, gap, s10, s60)
	e := &x.mass[i]
	e.weigh(f, b, &f.rank[rank], &f.age[age], off, like, d)
	if v.since&firstTime > 0 {
		e.times(&f.fresh)
	}
	for k := range e {
		e[k] = min(e[k], heaviest)
		t.kernel[k] += e[k]
	}
	if rank <= 60 {
		t.daily += broadHour[apart(m.hour, b.own.minute)]
	}
	if h.visits[len(h.visits)-1].minute-v.minute < minuteOfDay/2 {
		t.session++
	}
	t.last, t.rank = float32(minutes)/minuteOfDay, float32(rank)
	x.interval(v, b.own.day, t)
}

// relate adds what the visit says of what follows on a place like the last. like: the hour and the kind of day.
func (t *trace) relate(b *before, hour, like, gap, s10, s60 float32) {
	if b.near > 0 {
		t.near += b.near
		t.nearHour += b.near * like
		t.nearHourRecent += b.near * like * s60
	}
	t.kindHour += b.kind * hour
	if b.second {
		t.second++
	}
	if b.after {
		t.after++
		t.afterHour += hour
		t.afterRecent += s10 + 0.2*s60
		t.afterGap += gap
		if b.both {
			t.both++
		}
	}
}

// interval adds what the visit says of how regularly the person comes.
func (x *Scratch) interval(v *visit, day int32, t *trace) {
	if t.at > 0 {
		between := log(float32(v.minute-t.at)/60 + 0.05)
		t.lapse += near[offOf(between-t.since)]
		t.outlived += flag(between >= t.since)
	}
	if t.at == 0 || day != t.day {
		t.days++
		t.onDay = 0
	}
	if t.onDay++; t.onDay == 2 {
		t.doubled++
	}
	t.at, t.day = v.minute, day
	t.today += flag(day == x.now.clock.day)
}

// remember adds what is known of visits that are not held any longer: at which part of the day they were.
func (t *trace) remember(left *departed, m *moment) {
	var same, other float32
	for k, w := range partHours[m.hour/60] {
		same += w * float32(left.parts[k])
		other += w * float32(left.parts[k+dayParts])
	}
	if m.weekend {
		same, other = other, same
	}
	t.hour += same + other
	t.hourDay += same + kindOfDay[0]*other
}
