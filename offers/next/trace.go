package next

// trace is what the visits to one place add up to, each weighed by a kernel. after, near and kind compare what went before a
// visit with the last place: the same, close to it, of its category.
type trace struct {
	n, s10, s60, week, month                              float32
	hour, hourDay, hourDayRecent, hourRecent, weekday     float32
	after, afterHour, afterRecent, afterGap, second, both float32
	near, nearHour, nearHourRecent, kindHour              float32
	gap, daily, session                                   float32
	since, lapse, outlived                                float32 // ln hours since the latest; times between visits like that, and longer
	days, doubled, today                                  float32
	last, rank                                            float32 // the latest visit: days ago, visits ago
	first                                                 float32 // index of the first visit held, from 1
	kernel                                                [numKernels]float32
	at                                                    uint32 // the visit before
	day, onDay                                            int32
}

const (
	numKernels = 6  // learned kernels
	numCues    = 25 // what they see of a visit
)

// before is what went before a visit, compared with the last place.
type before struct {
	hour, week              int32
	gap                     float32 // ln hours
	after, both, near, kind float32
	firstOfDay, second      bool
}

func (x *Scratch) before(s *Shared, h *History, i int, own int32) (b before) {
	m := &x.now
	b.gap, b.week, b.firstOfDay = 3.5, own, true
	if i > 0 {
		v, p := &h.visits[i], &h.visits[i-1]
		b.gap = lnGap(v.minute - p.minute)
		b.firstOfDay = localDay(v.minute, v.zone) != localDay(p.minute, p.zone)
		if !m.timed {
			b.week = week(p.minute, p.zone) // for want of the hour at which it is: the hour after which it was
		}
		prev := int(p.place)
		b.second = i > 1 && int(h.visits[i-2].place) == m.second
		b.near = x.near[prev]
		if prev == m.last {
			b.after, b.near, b.both = 1, 1, flag(b.second)
		}
		if k := x.slots[prev]; k != unknown && m.slot != unknown {
			b.kind = flag(s.places[k].category == s.places[m.slot].category)
		}
	}
	b.hour = b.week % minuteOfDay
	return b
}

// visit adds visit i, which was rank visits ago, to the trace of its place, and notes its cues.
func (x *Scratch) visit(s *Shared, h *History, i, rank int, t *trace) {
	m, v := &x.now, &h.visits[i]
	own := week(v.minute, v.zone)
	b := x.before(s, h, i, own)
	days := float32(m.minute-min(m.minute, v.minute)) / minuteOfDay
	d := apart(m.hour, b.hour)
	hour, narrow, broad := wideHour[d], narrowHour[d], broadHour[d]
	sameDay, sameKind := flag(b.week/minuteOfDay == m.week/minuteOfDay), flag(weekend(b.week) == m.weekend)
	like := hour * (0.25 + 0.75*sameKind)
	var gap, firstLike, brief float32
	if m.timed {
		dg := m.gap - b.gap
		gap = exp(-2 * dg * dg)
		firstLike = flag(m.first == b.firstOfDay)
		brief = flag(m.gap < -1.2 && b.gap < -1.2)
	}
	s10, s60, month := rank10[rank], rank60[rank], exp(-days/45)
	if t.first == 0 {
		t.first = float32(i + 1)
	}
	t.n++
	t.s10 += s10
	t.s60 += s60
	t.week += exp(-days / 7)
	t.month += month
	t.hour += hour
	t.hourDay += like
	t.hourDayRecent += like * s60
	t.hourRecent += narrow * (0.25 + 0.75*sameKind) * s60
	t.weekday += sameDay * hour
	t.after += b.after
	t.afterHour += b.after * hour
	t.afterRecent += b.after * (s10 + 0.2*s60)
	t.afterGap += b.after * gap
	t.second += flag(b.second)
	t.both += b.both
	t.near += b.near
	t.nearHour += b.near * like
	t.nearHourRecent += b.near * like * s60
	t.kindHour += b.kind * hour
	t.gap += gap * s60
	if rank <= 60 {
		t.daily += broadHour[apart(m.hour, own%minuteOfDay)]
	}
	if h.visits[len(h.visits)-1].minute-v.minute < minuteOfDay/2 {
		t.session++
	}
	t.last, t.rank = days, float32(rank)
	x.interval(v, t)
	x.cues[i] = [numCues]float32{
		1, lnRank[rank], log(days + 0.05), hour, narrow, broad, sameDay, sameKind, sameDay * hour, b.after, b.near, b.kind,
		gap, b.after * gap, b.after * hour, b.both, flag(v.fresh), b.gap * b.after, month, b.near * gap,
		firstLike, firstLike * hour, sameDay * narrow, brief, brief * b.near,
	}
}

// interval adds what the visit says of how regularly the person comes.
func (x *Scratch) interval(v *visit, t *trace) {
	m := &x.now
	day := localDay(v.minute, v.zone)
	if t.at > 0 {
		between := log(float32(v.minute-t.at)/60 + 0.05)
		t.lapse += exp(-2 * (between - t.since) * (between - t.since))
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
	t.today += flag(day == m.day)
}
