package offers

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/mood"
)

// Moment is everything outside the person that a match depends on.
type Moment struct {
	Now   time.Time
	Zone  *time.Location // the person's; nil: UTC
	Mode  Mode
	Point geo.Point
	Cell  geo.Cell // of Point at resolution Finest; 0: the grid is asked

	Accuracy float64   // of Point, metres; 0: not known
	Passages []Passage // what Matcher.Track told of this moment: it brings offers with fences up

	Lot uint64 // the person's number in the draws of hold-outs, see LotOf; 0: never held out

	Discovery float64 // the person's share of discoveries, 0 to 1: see Result.Discover and Result.Propensity
	Draw      uint64  // what chance goes by, where it has a part: the same draw makes the same choice

	Step    geo.Step     // motion: stopped or moving, dwell, speed, course
	From    geo.Point    // where the person was evaluated last; zero: not known
	Heading trip.Heading // where the person may be going, beyond straight on
	Due     []Step       // follow-ups that are due

	Mood      mood.Estimate
	MoodLevel mood.Level

	Language string // the person's: en or de
	History  bool   // the person lets their purchases be used: conditions on them can be answered

	Pull       bool     // the person asked; otherwise the triggers of the offers decide
	Radius     float64  // of a pull, metres, clamped to 1 … MaxPullRadius
	Categories []string // of a pull: only these and what lies below them; empty: all

	found     []*entry // what Track retrieved
	retrieved bool
	reserving bool // budgets are the ledger's business: see Refusal
	most      int  // of a pull: more entries than that are not looked for, see Around; 0: all are
}

func (m *Moment) local() time.Time {
	if m.Zone == nil {
		return m.Now.UTC()
	}
	return m.Now.In(m.Zone)
}

const (
	// MaxPullRadius is the largest radius of a pull in metres.
	MaxPullRadius = 20_000
	// MaxMatches bounds Result.Matches and Result.Suppressions: of more matches the best are kept, of more suppressions
	// those with the lowest keys, which is as good as chance.
	MaxMatches = 1000
)

// Match is an offer chosen for a person now. Offer and Place are shared and immutable.
type Match struct {
	Offer    *Offer
	Place    *Place  // where it is redeemed; nil if the offer names none
	Trigger  Trigger // the one that fired
	Distance float64 // metres to the place, or to the reach's centre without one
	Detour   float64 // minutes, for OnTheWay
	Score    float64 // in (0, 1)
	Key      uint64  // of the offer: a hash of its id that costs no look at the offer
	After    *Offer  // for FollowUp: the one that it follows; nil if that is gone
	entry    *entry
	row      uint8   // number of Result.work's row, from 1; 0: the learned stage did not see it
	spread   float32 // of something new: the standard deviation of its log-odds by what was learned
	withheld string  // the code of the rail by which only mood holds it back
	schedule *schedule
	verdict  verdict
	terms    terms
	daypart  daypart
	liked    uint8 // how far above the offer's category lies the one that the person likes most
	interest uint8 // or named as an interest
}

// Suppression is an offer whose trigger fired but that was held back, and why: one of the Code constants.
type Suppression struct {
	Offer *Offer
	Code  string
	Key   uint64 // as in Match
}

// Result is the answer of Evaluate: the caller owns it and reuses it. Matches are in the order in which
// they are to be shown: that of Compare, but that what is paid for may pass what fits as well (0.05 in log-odds), and that among
// the first 20 of a pull or of Revisit what is unlike those before it may pass what fits better by at most 0.25. A pull may have
// something new at its third place, see Moment.Discovery. Suppressions are in a fixed order of no meaning. The zero value is ready for use.
type Result struct {
	Matches      []Match
	Suppressions []Suppression

	places   []Match // with what only mood holds back; empty if that is nothing
	entries  []*entry
	keys     []uint64
	several  bool     // an offer may be there more than once
	around   []*entry // of Track
	events   []fence.Event
	passages []Passage
	work     *work
	exploration
	due   []*entry // follow-ups, and the offers that they follow
	after []*Offer
}

// Matcher chooses offers for people. It is safe for concurrent use.
type Matcher struct {
	catalogue *Catalogue
	rails     *Guardrails
	guarded   *guarded
	learners  [2]*Learner // by mode
}

// NewMatcher returns a matcher over a catalogue that keeps to the rails. The catalogue keeps a list of the places that
// the rails speak of, one for all matchers with the same rails.
func NewMatcher(c *Catalogue, rails *Guardrails) *Matcher {
	return &Matcher{catalogue: c, rails: rails, guarded: c.guard(rails)}
}

// Rails returns the guard rails, for Person.ObserveMood.
func (m *Matcher) Rails() *Guardrails { return m.rails }

// instant is what a moment means for every candidate alike.
type instant struct {
	state
	frame
	fatigue // of a push
	way     way
	hour    int
	weekend uint8
	part    daypart
	mood    mood.State
	moods   bool // what the person takes more of in such a mood counts
	// zone is the one that weekMinute was asked for last.
	zone       *time.Location
	weekMinute int
	// decay brings the weights of traits to the present.
	decay float64
}

// Evaluate fills dst with the offers for a person at a moment: retrieve, eligible, guard rails, score, choose. The
// person must not change meanwhile; Evaluate only reads it and the moment. Once dst has grown it allocates little for a pull and
// nothing otherwise; the grid may, which is asked if Moment.Cell is not set. A point outside the globe has no offers.
func (m *Matcher) Evaluate(dst *Result, p *Person, moment *Moment) {
	own := *moment // retrieve completes it
	mo := &own
	dst.reset(mo)
	var now instant
	m.prepare(&now, p, mo)
	m.catalogue.due(dst, mo)
	inside := m.candidates(dst, mo)
	for i, e := range dst.entries {
		match, target := m.candidate(e, Pull, mo, &now)
		if mo.Pull {
			if e.triggers == FollowUp || !e.wanted(dst.keys) || match.Distance > mo.Radius && !e.reach.Contains(mo.Point) {
				continue
			}
		} else if match.Trigger, match.Detour = e.fires(mo, &now, i < inside, target); match.Trigger == 0 {
			continue
		}
		if !dst.isDue(e) {
			dst.several = dst.several || e.branch()
			m.weigh(dst, &match, e, p, mo, &now)
		}
	}
	m.follow(dst, p, mo, &now)
	m.refine(dst, p, mo, &now)
	m.quietPlace(dst, mo)
	dst.settle(mo.Pull)
	if mo.Pull {
		dst.explorePull(p)
	}
}

// prepare fills an instant that is still zero.
func (m *Matcher) prepare(now *instant, p *Person, mo *Moment) {
	now.state, now.frame, now.hour, now.decay = m.rails.state(p, mo), newFrame(mo), mo.local().Hour(), decayAt(mo.Now)
	now.part, now.weekend = daypartOf(now.hour), weekend(mo.local())
	if m.rails.mayHelp(p, mo, &now.state) {
		now.mood = mo.Mood.State()
		if l := m.learners[mo.Mode]; l != nil && mo.Pull && p.moodTastes != nil && now.mood != mood.Unknown {
			now.moods = l.moodCounts(mo.Draw)
		}
	}
	now.way.lay(&now.frame, mo)
	if !mo.Pull {
		now.tired(p, mo.Now.Unix())
	}
}

// weigh scores a match whose trigger fired, or holds it back. Mood comes last: what holds an offer back without it does so
// whatever the mood, and a push that only mood holds back keeps its place, see Result.Places.
func (m *Matcher) weigh(dst *Result, match *Match, e *entry, p *Person, mo *Moment, now *instant) {
	match.verdict = m.rails.verdict(e, match.Place)
	code := m.refuse(match, e, p, mo, now)
	if code == "" {
		var sober float64
		if match.Score, sober = m.score(match, e, p, mo, now); !mo.Pull && sober < m.floor(mo.Mode, now) {
			code = now.low(match, sober)
		}
	}
	if code == "" || code == CodeHoldout { // nobody is compared with people who are spared for their mood
		if felt := m.rails.feel(match, e, mo, &now.state); felt != "" && (mo.Pull || code != "") {
			code = felt
		} else {
			match.withheld = felt
		}
	}
	if code != "" {
		dst.suppress(e.offer, e.key, code)
		return
	}
	dst.add(match)
}

// quietPlace holds everything back at a place where nothing may be sent.
func (m *Matcher) quietPlace(dst *Result, mo *Moment) {
	if mo.Pull || len(dst.Matches) == 0 || m.locate(mo) && !m.guarded.near(mo.Point, mo.Cell, mo.Mode) {
		return
	}
	for i := range dst.Matches {
		dst.suppress(dst.Matches[i].Offer, dst.Matches[i].Key, CodeGuardPlace)
	}
	dst.Matches = dst.Matches[:0]
}

// candidate returns the match that an entry would be, and where it is redeemed.
func (m *Matcher) candidate(e *entry, t Trigger, mo *Moment, now *instant) (match Match, target geo.Point) {
	place, target, there := e.place, e.target, e.schedule
	if e.several != nil {
		place, target = e.nearest(mo.Point)
		there = m.catalogue.scheduleOf(place)
	}
	return Match{
		Offer: e.offer, entry: e, Place: place, schedule: there, Trigger: t, Distance: now.to(target), Key: e.key, daypart: now.part,
	}, target
}

// candidates fills dst.entries, each offer once, and returns how many of them hold the present point; the others are
// those whose reach the person passed.
func (m *Matcher) candidates(dst *Result, mo *Moment) (inside int) {
	if mo.retrieved {
		dst.entries = mo.found
	} else {
		m.retrieve(dst, mo)
	}
	inside = len(dst.entries)
	for i := range mo.Passages {
		if e := mo.Passages[i].entry; mo.Passages[i].brings() && !slices.ContainsFunc(dst.entries, e.same) {
			dst.entries = append(dst.entries, e)
		}
	}
	return inside
}

// retrieve fills dst.entries, each offer once.
func (m *Matcher) retrieve(dst *Result, mo *Moment) {
	if !mo.Pull && !m.locate(mo) {
		dst.entries = dst.entries[:0]
		return
	}
	s := &m.catalogue.modes[mo.Mode]
	for range 4 {
		moves := s.moves.Load()
		if s.collect(dst, mo, moves%3 != 0); s.moves.Load() == moves {
			return
		}
	}
	m.catalogue.mu.RLock() // no end of moving offers
	defer m.catalogue.mu.RUnlock()
	s.collect(dst, mo, false)
}

// locate completes the moment's cell, and reports whether there is one.
func (m *Matcher) locate(mo *Moment) bool {
	if mo.Cell != 0 {
		return true
	}
	var err error
	mo.Cell, err = m.catalogue.grid.At(mo.Point, Finest)
	return err == nil
}

// collect is retrieve for one look; while offers are moving it may find one by its old and its new reach.
func (s *shelf) collect(dst *Result, mo *Moment, moving bool) {
	dst.entries = dst.entries[:0]
	if mo.Pull {
		s.around(dst, mo)
		return
	}
	dst.entries = s.at(dst.entries, mo.Cell, mo.Point)
	kept := 0
	// Entries lie anywhere in memory. A first, short loop over them lets the processor fetch many at once.
	for _, e := range dst.entries {
		if e.triggers&^(Pull|FollowUp) != 0 {
			dst.entries[kept] = e
			kept++
		}
	}
	dst.entries = dst.entries[:kept]
	if moving {
		dst.entries = distinct(dst.entries)
	}
}

// distinct sorts entries by key, and keeps one of each, and of each place of an offer.
func distinct(list []*entry) []*entry {
	slices.SortFunc(list, func(a, b *entry) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Compare(a.site, b.site)
	})
	return slices.CompactFunc(list, (*entry).same)
}

// AtSensitivePlace reports whether a point lies so near to a clinic, a place of worship, a school, a shelter or the like
// that nothing may be matched or kept there. Cell is the point's at resolution Finest. It costs one look-up and
// allocates nothing.
func (m *Matcher) AtSensitivePlace(at geo.Point, cell geo.Cell, mode Mode) bool {
	return m.guarded.near(at, cell, mode)
}

// frame is the plane around the person.
type frame struct {
	here         geo.Point
	metresPerLon float64 // metres per degree of longitude; 0 near a pole, where no plane fits
}

func newFrame(mo *Moment) frame {
	f := frame{here: mo.Point}
	if math.Abs(mo.Point.Lat) < 80 {
		f.metresPerLon = metresPerDegree * math.Cos(mo.Point.Lat*math.Pi/180)
	}
	return f
}

// to returns the metres to a point. Within some kilometres the plane is off by less than a thousandth; farther away the
// distance is exact.
func (f *frame) to(p geo.Point) float64 {
	x, y := (p.Lon-f.here.Lon)*f.metresPerLon, (p.Lat-f.here.Lat)*metresPerDegree
	d := x*x + y*y
	if f.metresPerLon == 0 || d > 1e9 {
		return geo.Distance(f.here, p)
	}
	return math.Sqrt(d)
}

func (r *Result) reset(mo *Moment) {
	r.exploration.reset(mo)
	r.Matches, r.Suppressions, r.places, r.several = r.Matches[:0], r.Suppressions[:0], r.places[:0], false
}

func (r *Result) add(m *Match) {
	if len(r.Matches) == 2*MaxMatches {
		r.once()
		slices.SortFunc(r.Matches, Compare)
		r.Matches = r.Matches[:min(len(r.Matches), MaxMatches)]
	}
	r.Matches = append(r.Matches, *m)
}

func (r *Result) suppress(o *Offer, key uint64, code string) {
	if len(r.Suppressions) == 2*MaxMatches {
		slices.SortFunc(r.Suppressions, bySuppressed)
		r.Suppressions = r.Suppressions[:MaxMatches]
	}
	r.Suppressions = append(r.Suppressions, Suppression{o, code, key})
}

func bySuppressed(a, b Suppression) int { return cmp.Compare(a.Key, b.Key) }

// settle puts the answer in order, within its bounds; together says that more than the first of it may be shown.
func (r *Result) settle(together bool) {
	r.once()
	slices.SortFunc(r.Matches, Compare)
	if together {
		choose(r.Matches)
	} else {
		chooseFirst(r.Matches)
	}
	r.withhold()
	slices.SortFunc(r.Suppressions, bySuppressed)
	r.Matches = r.Matches[:min(len(r.Matches), MaxMatches)]
	r.Suppressions = r.Suppressions[:min(len(r.Suppressions), MaxMatches)]
}
