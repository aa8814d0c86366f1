package offers

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/accept"
	"github.com/flaneur-io/flaneur/offers/next"
)

// learning is what the learned stage knows of one person.
type learning struct {
	visits  next.History
	visited int64 // Unix seconds of the latest visit
	answers accept.Responses
	pending []decision // deliveries that wait for an answer, oldest first
}

const (
	maxPending   = 3 // deliveries whose answers are waited for
	answerWithin = 24 * 60
	maxFeatures  = 24
	maxSubjects  = 5
)

// decision is a delivery as the learned stage saw it: what its answer will teach.
type decision struct {
	offer      uint64
	at         uint32  // minutes since 1970
	offset     float32 // log-odds before anything shared is added
	lift       float32 // and by what the person answered before
	propensity float32 // with which it was chosen
	n, own     uint8   // features; of them the person's own answers, which come last
	opened     bool
	asked      uint8 // 1: a pull
	subjects   [maxSubjects]uint32
	x          [maxFeatures]accept.Feature
}

func (d *decision) features() []accept.Feature { return d.x[:d.n] }

// others are the features that are not the person's own answers.
func (d *decision) others() []accept.Feature { return d.x[:d.n-d.own] }

func minuteOf(at time.Time) uint32 { return uint32(min(max(at.Unix()/60, 0), math.MaxUint32)) }

// learns returns what is learned of the person, to be changed.
func (p *Person) learns() *learning {
	if p.learning == nil {
		p.learning = &learning{}
	}
	return p.learning
}

// decision returns that on an offer, or nil. The receiver may be nil.
func (l *learning) decision(offer uint64) *decision {
	if l == nil {
		return nil
	}
	if i := slices.IndexFunc(l.pending, func(d decision) bool { return d.offer == offer }); i >= 0 {
		return &l.pending[i]
	}
	return nil
}

// expired returns the oldest decision if nobody answered it for long, or nil. The receiver may be nil.
func (l *learning) expired(now time.Time) *decision {
	if l == nil || len(l.pending) == 0 || minuteOf(now) < l.pending[0].at+answerWithin {
		return nil
	}
	return &l.pending[0]
}

// close drops a decision.
func (l *learning) close(d *decision) {
	i := slices.IndexFunc(l.pending, func(o decision) bool { return o.offer == d.offer })
	l.pending = slices.Delete(l.pending, i, i+1)
}

// Decided remembers a match of the result that is delivered, so that the answer can teach; propensity is the probability with which
// it was chosen. Of many that wait for an answer the oldest is forgotten. Matches that the learned stage did not see teach
// nothing.
func (p *Person) Decided(at time.Time, r *Result, m *Match, propensity float64) {
	if m.row == 0 {
		return
	}
	l := p.learns()
	d := r.work.rows[m.row-1]
	d.offer, d.at, d.propensity = m.Key, minuteOf(at), float32(propensity)
	l.pending = slices.DeleteFunc(l.pending, func(o decision) bool { return o.offer == d.offer })
	if len(l.pending) == maxPending {
		l.pending = slices.Delete(l.pending, 0, 1)
	}
	l.pending = append(tight(l.pending), d)
}

// ForgetVisits drops the places where the person was.
func (p *Person) ForgetVisits() {
	if p.learning != nil {
		p.learning.visits, p.learning.visited = next.History{}, 0
	}
}

// ForgetVisit drops one visit.
func (p *Person) ForgetVisit(at time.Time, place id.Place) {
	if p.learning != nil {
		p.learning.visits.Remove(next.Visit{Place: spotOf(place), At: at})
	}
}

// A snapshot of what was learned: version, the time of the latest visit, the lengths of visits and answers, both, and the pending decisions.
const (
	learningVersion = 1
	learningHead    = 1 + 8 + 4 + 4 + 1
	decisionSize    = 8 + 4 + 4 + 4 + 4 + 1 + 1 + 1 + 4*maxSubjects + 4*maxFeatures
)

// appendState appends a snapshot, nothing if there is nothing. It is personal. The receiver may be nil.
func (l *learning) appendState(b []byte) []byte {
	if l == nil {
		return b
	}
	visits, answers := l.visits.AppendState(nil), l.answers.AppendState(nil)
	if len(visits) == 0 && len(answers) == 0 && len(l.pending) == 0 {
		return b
	}
	e := binary.BigEndian
	b = append(b, learningVersion)
	b = e.AppendUint64(b, uint64(l.visited))
	b = e.AppendUint32(b, uint32(len(visits)))
	b = e.AppendUint32(b, uint32(len(answers)))
	b = append(b, uint8(len(l.pending)))
	b = append(append(b, visits...), answers...)
	for i := range l.pending {
		b = l.pending[i].appendState(b)
	}
	return b
}

func (d *decision) appendState(b []byte) []byte {
	e := binary.BigEndian
	b = e.AppendUint64(b, d.offer)
	b = e.AppendUint32(b, d.at)
	b = e.AppendUint32(b, math.Float32bits(d.offset))
	b = e.AppendUint32(b, math.Float32bits(d.lift))
	b = e.AppendUint32(b, math.Float32bits(d.propensity))
	b = append(b, d.n, d.own, d.asked<<1)
	if d.opened {
		b[len(b)-1] |= 1
	}
	for _, s := range d.subjects {
		b = e.AppendUint32(b, s)
	}
	for _, x := range d.x {
		b = e.AppendUint32(b, uint32(x))
	}
	return b
}

// unmarshalLearning returns what a snapshot of appendState holds, nil for none; or a malformed fault.
func unmarshalLearning(b []byte) (*learning, error) {
	if len(b) == 0 {
		return nil, nil
	}
	e := binary.BigEndian
	if len(b) < learningHead || b[0] != learningVersion {
		return nil, brokenLearning
	}
	l := &learning{visited: int64(e.Uint64(b[1:]))}
	visits, answers, pending := uint64(e.Uint32(b[9:])), uint64(e.Uint32(b[13:])), int(b[17])
	b = b[learningHead:]
	if pending > maxPending || uint64(len(b)) != visits+answers+uint64(pending*decisionSize) {
		return nil, brokenLearning
	}
	if err := l.visits.UnmarshalState(b[:visits]); err != nil {
		return nil, err
	}
	if err := l.answers.UnmarshalState(b[visits : visits+answers]); err != nil {
		return nil, err
	}
	b = b[visits+answers:]
	for range pending {
		var d decision
		if !d.restore(b[:decisionSize]) || l.decision(d.offer) != nil {
			return nil, brokenLearning
		}
		l.pending, b = append(l.pending, d), b[decisionSize:]
	}
	return l, nil
}

func (d *decision) restore(b []byte) (ok bool) {
	e := binary.BigEndian
	d.offer, d.at = e.Uint64(b), e.Uint32(b[8:])
	d.offset, d.lift, d.propensity = math.Float32frombits(e.Uint32(b[12:])), math.Float32frombits(e.Uint32(b[16:])), math.Float32frombits(e.Uint32(b[20:]))
	d.n, d.own, d.opened, d.asked = b[24], b[25], b[26]&1 == 1, b[26]>>1
	for i := range d.subjects {
		d.subjects[i] = e.Uint32(b[27+4*i:])
	}
	for i := range d.x {
		d.x[i] = accept.Feature(e.Uint32(b[27+4*maxSubjects+4*i:]))
	}
	return d.n <= maxFeatures && d.own <= d.n && b[26] <= 3 && d.propensity >= 0 && d.propensity <= 1 && d.offset > -100 && d.offset < 100 && d.lift >= -maxOwn && d.lift <= maxOwn
}

var brokenLearning = fault.New(fault.Invalid, fault.CodeMalformed, "must be the snapshot of what was learned of a person")
