package offers

import (
	"math/bits"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

// These rails only take away. A push is chosen as if they did not exist; what they then hold back leaves its place empty,
// and counts against the person's limits as if it had gone out. So no other offer, merchant or hour gains by somebody's
// feeling bad, nothing is saved up for when they feel better, and all that merchants can see but the missing push itself is
// as if mood were off.

// lastMood is the trace of mood that the rails need: the last known distress, for some hours, and on which of the
// last seven days (by UTC) there was distress. It is the person's; nobody else ever sees it.
type lastMood struct {
	Distress float64 `json:"d,omitzero"`
	At       int64   `json:"t,omitzero"`    // Unix seconds
	Day      int64   `json:"day,omitzero"`  // days since 1970 of the lowest bit of Days
	Days     uint8   `json:"days,omitzero"` // bit i: distress i days before Day
}

func (l lastMood) check() error {
	if !(l.Distress >= 0 && l.Distress <= 1) {
		return fault.Field("mood.d", "must be from 0 to 1")
	}
	return nil
}

// distress returns the last known distress while it counts, and 0 afterwards: for long if the mood is unknown now.
func (l *lastMood) distress(now int64, known bool, g *Guardrails) float64 {
	d := &g.rules.Distress
	seconds := *d.HoldMinutes * 60
	if !known {
		seconds = max(seconds, *d.RememberHours*3600)
	}
	if l.At == 0 || float64(now-l.At) >= seconds {
		return 0
	}
	return l.Distress
}

// on returns the days of distress of the week that ends with day.
func (l *lastMood) on(day int64) uint8 {
	if gone := day - l.Day; gone >= 0 && gone < 7 {
		return l.Days << gone & 0x7f
	}
	return 0
}

// ObserveMood keeps what the rails need of the present estimate, and drops what no longer counts. Call it, if the
// person allows the use of mood, whenever the estimate is read, such as at every fix: the last known distress is then
// that of the moment before the mood became unknown. An unknown estimate replaces no known one, but marks its day.
func (p *Person) ObserveMood(at time.Time, e mood.Estimate, g *Guardrails) {
	l, now := &p.lastMood, at.Unix()
	if now < l.At {
		return
	}
	for len(p.spent) > 0 && now-p.spent[0].at >= tiredFor {
		p.spent = slices.Delete(p.spent, 0, 1)
	}
	switch {
	case e.Known():
		if e.Distress >= l.distress(now, true, g) {
			l.Distress, l.At = e.Distress, now
		}
	case l.distress(now, false, g) == 0:
		l.Distress, l.At = 0, 0
	}
	day := now / 86400
	days := l.on(day)
	if e.Distress >= *g.rules.Vulnerable.Distress {
		days |= 1
	}
	if l.Day, l.Days = day, days; days == 0 {
		l.Day = 0
	}
}

// ForgetMood drops all that came from mood: for a withdrawn consent.
func (p *Person) ForgetMood() { p.lastMood, p.spent, p.moodTastes = lastMood{}, nil, nil }

// state is what the rails know of a person at a moment.
type state struct {
	distress   float64 // 0 if nothing is known
	vulnerable bool
	soft       bool // nothing may press
	night      bool
	driving    bool
}

func (g *Guardrails) state(p *Person, m *Moment) (s state) {
	now := m.Now.Unix()
	if m.MoodLevel != mood.Off {
		known, pressure := m.Mood.Known(), &g.rules.Pressure
		s.distress = max(m.Mood.Distress, p.lastMood.distress(now, known, g))
		s.vulnerable = bits.OnesCount8(p.lastMood.on(now/86400)) >= *g.rules.Vulnerable.Days
		s.soft = s.vulnerable || s.distress >= *pressure.Distress || known && m.Mood.Valence < *pressure.Valence
	}
	s.night = g.rules.Night.holds(m.local().Hour())
	s.driving = m.Step.Speed >= *g.rules.Driving.Speed
	return s
}

// mayHelp reports whether a mood may speak for an offer: the person allows it and is not in distress.
func (g *Guardrails) mayHelp(p *Person, m *Moment, s *state) bool {
	return m.MoodLevel == mood.Help && !p.Minor && !s.vulnerable && s.distress < *g.rules.Distress.Push
}

// feel returns the code of the rail by which mood holds a match back, or "".
func (g *Guardrails) feel(match *Match, e *entry, m *Moment, s *state) string {
	switch {
	case !s.soft && s.distress == 0:
		return ""
	case s.distress >= match.verdict.distress:
		return CodeGuardMood
	case m.Pull:
		return ""
	case s.distress >= *g.rules.Distress.Push:
		return CodeGuardDistress
	case s.vulnerable:
		return CodeGuardVulnerable
	case s.soft && g.pressing(match, e, m):
		return CodeGuardPressure
	}
	return ""
}

// Withheld returns the code of the rail by which mood, and nothing else, holds back a match of Places, or "".
func (m *Match) Withheld() string { return m.withheld }

// Places returns the matches of a push together with what only mood holds back, in the order of Matches. Who sends the
// best n takes them from here, leaves out those that are Withheld, and tells Person.Spent of them: their places stay empty.
func (r *Result) Places() []Match {
	if len(r.places) > 0 {
		return r.places
	}
	return r.Matches
}

// withhold takes out of the matches what mood holds back.
func (r *Result) withhold() {
	kept := 0
	for i := range r.Matches {
		m := &r.Matches[i]
		if m.withheld == "" {
			if kept != i {
				r.Matches[kept] = *m
			}
			kept++
			continue
		}
		if len(r.places) == 0 {
			r.places = append(r.places, r.Matches[:min(len(r.Matches), MaxMatches)]...)
		}
		r.suppress(m.Offer, m.Key, m.withheld)
	}
	r.Matches = r.Matches[:kept]
}

// spent is a push that mood held back: the offer is not pushed again within its cooldown, and others as if it had come.
type spent struct {
	memory
	at       int64  // Unix seconds
	merchant uint32 // see merchantNumber; 0: not known
}

const maxSpent = 48 // the most pushes in tiredFor

// Spent remembers that a push was withheld for the person's mood.
func (p *Person) Spent(at time.Time, o *Offer) {
	m := memoryOf(o.ID)
	p.spent = renew(p.spent, find(p.spent, m.key), maxSpent, spent{memory: m}, func(*spent) bool { return true })
	s := &p.spent[len(p.spent)-1]
	s.at, s.merchant = at.Unix(), merchantNumber(hashOf(kindMerchant, string(o.Merchant)))
}

// spentUntil returns until when a push that was withheld keeps its offer back, in Unix seconds; 0: there was none.
func (p *Person) spentUntil(key uint64) int64 {
	if i := find(p.spent, key); i >= 0 {
		return p.spent[i].at + int64(cooldown.Seconds())
	}
	return 0
}
