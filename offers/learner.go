package offers

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/accept"
	"github.com/flaneur-io/flaneur/offers/next"
	"github.com/flaneur-io/flaneur/offers/trial"
)

// Learner is what everybody's visits and answers taught: where people go next, and which offers are taken. It knows places,
// offers and categories, and no person; what is personal stays in Person. Safe for concurrent use.
type Learner struct {
	shared  *next.Shared
	places  *next.Model
	answers *accept.Model
	frozen  atomic.Bool

	mu    sync.Mutex
	base  [2]intercept     // of pushes, of pulls
	usual [2]atomic.Uint32 // the same's centre, as float32 bits: read without a lock
	watch watch
	moods trial.Tally // pulls with mood tastes against pulls without

	moodWon atomic.Bool // moods.Wins()

	saved [3]uint32 // checksums of the parts that saveSmall handed over; for its caller, of whom there is one
}

// intercept is how much rarer offers are taken than their scores say: scores compare offers, and none is spared for what is true
// of all. It is a logistic regression of one weight, by Newton's steps.
type intercept struct {
	value    float32
	variance float32 // of the outcomes that it rests on
	centre   float32 // what was learned adds to offers that are sent, on average: see Learner.centre
}

const (
	interceptPrior = 4   // variance that 0 is worth
	interceptMost  = 250 // beyond it the past counts less
	centreOver     = 200 // decisions
	interceptReach = 6   // log-odds: the farthest from 0
)

func (i *intercept) learn(logit float32, taken bool) {
	p := float32(squash(logit + i.value))
	surplus := -p
	if taken {
		surplus++
	}
	i.variance = min(i.variance+p*(1-p), interceptMost)
	i.value = min(max(i.value+surplus/(i.variance+interceptPrior), -interceptReach), interceptReach)
}

// centre is what the weights of everybody's answers add on average, to be taken off: or else what is true of all offers, that few are
// taken, would make each of them not worth an interruption.
func (l *Learner) centre(asked uint8) float32 { return math.Float32frombits(l.usual[asked].Load()) }

// settleBase lets readers know. The caller holds l.mu.
func (l *Learner) settleBase() {
	for i := range l.base {
		l.usual[i].Store(math.Float32bits(l.base[i].centre))
	}
}

// expected is how likely anybody would take what was decided on, whatever this person answered before.
func (l *Learner) expected(d *decision) float32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answers.Probability(l.answers.Score(d.others(), d.offset, nil) + l.base[d.asked].value)
}

// learn takes the lesson of an answer.
func (l *Learner) learn(d *decision, taken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	base := &l.base[d.asked]
	logit := l.answers.Score(d.features(), d.offset+d.lift, nil)
	worse := l.watch.see(float64(l.answers.Probability(logit+base.value)), taken)
	base.learn(logit, taken)
	base.centre += (logit - d.offset - d.lift - base.centre) / centreOver
	l.settleBase()
	l.answers.Learn(d.features(), d.offset+d.lift+base.value, taken, 1)
	if worse {
		l.goBack()
	}
}

// LearnerOptions are how a Learner learns.
type LearnerOptions struct {
	Places int // that are counted at most; 0: 200,000
	Next   next.Options
	Accept accept.Options
}

// DefaultLearnerOptions are those of a service that learns while it runs.
func DefaultLearnerOptions() LearnerOptions {
	o := LearnerOptions{Next: next.Defaults(), Accept: accept.Defaults()}
	o.Next.Cohort = placeCohort
	return o
}

const (
	defaultPlaces = 200_000
	placeCohort   = 3        // people at a place before its counts rank it for anybody: one must not be recognised
	sameVisit     = 3 * 3600 // seconds: a stop and the purchase there are one visit
	minutesADay   = 24 * 60
)

// NewLearner returns a learner that was taught nothing: with it offers rank by the first scorer's terms and by what is known of the
// person.
func NewLearner(o LearnerOptions) *Learner {
	if o.Places == 0 {
		o.Places = defaultPlaces
	}
	l := &Learner{shared: next.NewShared(o.Places), answers: accept.New(o.Accept)}
	l.places = next.New(l.shared, o.Next)
	return l
}

// LearnWith makes the matcher ask a learner about the offers of a mode; test and live data never meet. Call it before the
// matcher is used. The catalogue tells the learner of its places from then on.
func (m *Matcher) LearnWith(mode Mode, l *Learner) {
	m.learners[mode] = l
	m.catalogue.tellPlaces(mode, l)
}

// Learner returns that of a mode; nil: there is none, and the first scorer ranks.
func (m *Matcher) Learner(mode Mode) *Learner { return m.learners[mode] }

// Freeze stops, or resumes, all that moves what is shared. What is known of a person goes on growing.
func (l *Learner) Freeze(frozen bool) { l.frozen.Store(frozen) }

// Frozen reports whether nothing shared moves.
func (l *Learner) Frozen() bool { return l.frozen.Load() }

// put tells where a place is.
func (l *Learner) put(p *Place) {
	l.shared.Put(spotOf(p.ID), &p.Point, groupOf(p.Category))
}

// spotOf is the number by which the place ranker knows a place.
func spotOf(place id.Place) uint32 { return uint32(hashOf(kindPlace, string(place)) >> 32) }

// groupOf is the number by which the place ranker knows a category: by its first two levels, 1 to 63. Some categories share one.
func groupOf(category string) uint8 {
	if category == "" {
		return 0
	}
	if first := strings.IndexByte(category, '.'); first >= 0 {
		if second := strings.IndexByte(category[first+1:], '.'); second >= 0 {
			category = category[:first+1+second]
		}
	}
	return uint8(hashOf(kindCategory, category)>>32%63) + 1
}

// Visit learns from somebody's being at a place, at a local time: in the person's own history, and, if teach is set and
// nothing is frozen, in what is shared. What the rails call sensitive leaves no trace.
func (m *Matcher) Visit(p *Person, at time.Time, place *Place, teach bool) {
	l := m.learners[place.Mode]
	if l == nil || p.Minor {
		return
	}
	if v := m.rails.of(place.Category); v.sensitive() || v.metres > 0 {
		return
	}
	h, v := &p.learns().visits, next.Visit{Place: spotOf(place.ID), At: at}
	if last, ok := h.Last(); ok && last == v.Place && at.Unix()-p.learning.visited < sameVisit {
		return
	}
	if at.Unix() < p.learning.visited {
		return // told late: what follows on what can't be said any more
	}
	p.learning.visited = at.Unix()
	if !teach || l.Frozen() || !p.learning.answers.Teach(minuteOf(at)/minutesADay) {
		h.Add(v)
		return
	}
	l.places.Learn(h, v)
	l.shared.Observe(h, v)
}

// Answer learns from what somebody did with an offer that was delivered to them: in their own record, and, if teach is set and
// nothing is frozen, in what is shared.
func (m *Matcher) Answer(p *Person, at time.Time, a Action, o *Offer, teach bool) {
	key := hashOf(kindOffer, string(o.ID))
	switch a {
	case Opened:
		if d := p.learning.decision(key); d != nil {
			d.opened = true
		}
	case Liked:
		m.settle(p, at, o.Mode, p.learning.decision(key), true, teach)
	case Dismissed, NotInterested, LessLikeThis, NeverBrand, NeverMerchant:
		m.settle(p, at, o.Mode, p.learning.decision(key), false, teach)
	case NotNow: // that says something of the moment alone
	}
}

// Took learns that somebody redeemed an offer.
func (m *Matcher) Took(p *Person, at time.Time, o *Offer, teach bool) {
	m.settle(p, at, o.Mode, p.learning.decision(hashOf(kindOffer, string(o.ID))), true, teach)
}

// Unanswered learns from deliveries that nobody answered for a day: one that was opened counts as taken, any other does not.
// It reports whether there was one.
func (m *Matcher) Unanswered(p *Person, now time.Time, mode Mode, teach bool) (learned bool) {
	for d := p.learning.expired(now); d != nil; d = p.learning.expired(now) {
		m.settle(p, now, mode, d, d.opened, teach)
		learned = true
	}
	return learned
}

// settle closes a decision, nil for none, by its outcome.
func (m *Matcher) settle(p *Person, at time.Time, mode Mode, d *decision, taken, teach bool) {
	if d == nil {
		return
	}
	own, minute, expected := &p.learning.answers, minuteOf(at), float32(squash(d.offset))
	if l := m.learners[mode]; l != nil {
		expected = l.expected(d)
		if teach && !l.Frozen() && own.Teach(minute/minutesADay) {
			l.learn(d, taken)
		}
	}
	for _, subject := range d.subjects {
		if subject != 0 {
			own.NoteAgainst(subject, taken, expected, minute)
		}
	}
	p.learning.close(d)
}

// Save hands the parts over that changed since the last Save, each under its name; data is valid during the call alone. One
// goroutine at a time.
func (l *Learner) Save(put func(name string, data []byte) error) error {
	err := l.shared.Save(func(page int, data []byte) error { return put(fmt.Sprintf("%s%06d", partPlaces, page), data) })
	if err == nil {
		err = l.answers.Save(func(page int, data []byte) error { return put(fmt.Sprintf("%s%06d", partAnswers, page), data) })
	}
	if err == nil {
		err = l.saveSmall(put)
	}
	return err
}

// saveSmall hands the parts over that are no pages, if they changed.
func (l *Learner) saveSmall(put func(name string, data []byte) error) error {
	l.mu.Lock()
	parts := [...]struct {
		name string
		data []byte
	}{{partWeights, l.places.Snapshot().AppendState(nil)}, {partBase, l.appendBase(nil)}, {partMoods, l.moods.AppendState(nil)}}
	l.mu.Unlock()
	for i, p := range parts {
		sum := crc32.ChecksumIEEE(p.data)
		if sum == l.saved[i] {
			continue
		}
		if err := put(p.name, p.data); err != nil {
			return err
		}
		l.saved[i] = sum
	}
	return nil
}

// appendBase is for a caller that holds l.mu.
func (l *Learner) appendBase(b []byte) []byte {
	for _, i := range l.base {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(i.value))
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(i.variance))
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(i.centre))
	}
	return b
}

func (l *Learner) loadBase(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var base [2]intercept
	if len(b) != 12*len(base) {
		return errBase
	}
	for i := range base {
		number := func(k int) float32 { return math.Float32frombits(binary.BigEndian.Uint32(b[12*i+4*k:])) }
		base[i] = intercept{number(0), number(1), number(2)}
		if n := &base[i]; !(n.value >= -interceptReach && n.value <= interceptReach && n.variance >= 0 && n.variance <= interceptMost && n.centre > -100 && n.centre < 100) {
			return errBase
		}
	}
	l.base = base
	l.settleBase()
	return nil
}

var errBase = fault.New(fault.Invalid, fault.CodeMalformed, "The learned part %s must hold three numbers of pushes and three of pulls.", partBase)

// Load takes back a part that Save handed over: a malformed fault if it can't be that. Load all before the learner is used.
func (l *Learner) Load(name string, data []byte) error {
	kind, number, _ := strings.Cut(name, "/")
	page, err := strconv.Atoi(number)
	switch kind += "/"; {
	case name == partWeights:
		w, err := next.UnmarshalWeights(data)
		if err == nil {
			l.places.Use(w)
		}
		return err
	case name == partMoods:
		return l.loadMoods(data)
	case name == partBase:
		return l.loadBase(data)
	case err != nil || page < 0:
	case kind == partPlaces:
		return l.shared.Load(page, data)
	case kind == partAnswers:
		return l.answers.Load(page, data)
	}
	return errPart(name)
}

func errPart(name string) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "There is no learned part of the name %q.", name)
}

func (l *Learner) loadMoods(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.moods.UnmarshalState(b)
	l.moodWon.Store(l.moods.Wins())
	return err
}

// Names of the parts of what is shared.
const (
	partPlaces  = "places/" // and the number of a page
	partAnswers = "answers/"
	partWeights = "weights"
	partBase    = "base"
	partMoods   = "moods"
)
