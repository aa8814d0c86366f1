package accept

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	maxSubjects  = 64
	halfLife     = 60 * 24 * 60 // minutes
	strength     = 2            // answers that the prior counts for
	even         = 1            // variance of answers that the expectations count for
	grain        = 256          // parts of an answer in which it is counted
	dailyLessons = 8
)

// Responses are what one person answered to offers: for up to 64 subjects (all, a category, a merchant, an offer) how often
// something was shown, how often it was expected to be taken and how often it was, where an answer counts half after 60 days;
// 1.1 kB at most. The zero value is empty. They are personal: see AppendState for keeping them.
type Responses struct {
	subjects []response
	day      uint32 // of the last lesson
	taught   uint16 // lessons on it
}

// response is what is known about a subject.
type response struct {
	subject  uint32
	at       uint32 // minute of the last answer
	shown    uint16 // decayed until then, in grains
	taken    uint16
	expected uint16
	last     bool // the last answer
}

// Note counts an answer to something shown, at a minute since 1970, that nobody had expectations of. A new subject takes the
// room of the one about which least is known if there are too many.
func (r *Responses) Note(subject uint32, taken bool, at uint32) {
	expected := float32(0)
	if taken {
		expected = 1
	}
	r.NoteAgainst(subject, taken, expected, at)
}

// NoteAgainst is Note for an answer that was expected to be yes with a probability, by what is thought of anybody who is in
// that place. What the person's own answers add must not be in it, or they would be counted against themselves.
func (r *Responses) NoteAgainst(subject uint32, taken bool, expected float32, at uint32) {
	if !(expected >= 0 && expected <= 1) {
		expected = 0.5
	}
	s := r.room(subject, at)
	shown, took, due := s.counts(at)
	shown, due = shown+1, due+expected
	if taken {
		took++
	}
	if most := float32(math.MaxUint16) / grain; shown > most {
		shown, took, due = most, took*most/shown, due*most/shown
	}
	s.at, s.last = max(s.at, at), taken
	grains := func(n float32) uint16 { return uint16(n*grain + 0.5) }
	s.shown = grains(shown)
	s.taken, s.expected = min(grains(took), s.shown), min(grains(due), s.shown)
}

// Rate returns the share of what was shown that was taken, shrunk towards prior as if that came from two answers, and how
// many answers it stands on; n is 0 if nothing is known.
func (r *Responses) Rate(subject uint32, prior float32, now uint32) (rate, n float32) {
	var took float32
	if s := r.find(subject); s != nil {
		n, took, _ = s.counts(now)
	}
	return (took + strength*prior) / (n + strength), n
}

// Lift returns by how much, in log-odds, the person takes more than was expected of anybody, and how many answers that stands
// on. It is one Newton step from the expectations, shrunk towards 0.
func (r *Responses) Lift(subject uint32, now uint32) (lift, n float32) {
	s := r.find(subject)
	if s == nil {
		return 0, 0
	}
	n, took, due := s.counts(now)
	if n == 0 {
		return 0, 0
	}
	return (took - due) / (due*(1-due/n) + even), n
}

// Teach reports whether the person may give another lesson on a day (days since 1970), 8 of them, and counts it.
func (r *Responses) Teach(day uint32) bool {
	if day > r.day {
		r.day, r.taught = day, 0
	}
	if r.taught >= dailyLessons {
		return false
	}
	r.taught++
	return true
}

// Len returns how many subjects are held.
func (r *Responses) Len() int { return len(r.subjects) }

// Each calls fn with what is held of each subject, as of a minute since 1970: for the person's own eyes.
func (r *Responses) Each(now uint32, fn func(subject uint32, shown, taken float32)) {
	for i := range r.subjects {
		shown, taken, _ := r.subjects[i].counts(now)
		fn(r.subjects[i].subject, shown, taken)
	}
}

// Size returns the bytes of memory that they take.
func (r *Responses) Size() int {
	return int(unsafe.Sizeof(*r)) + cap(r.subjects)*int(unsafe.Sizeof(response{}))
}

func (s *response) counts(now uint32) (shown, taken, expected float32) {
	keep := float32(1)
	if now > s.at {
		keep = float32(math.Exp2(-float64(now-s.at) / halfLife))
	}
	keep /= grain
	return keep * float32(s.shown), keep * float32(s.taken), keep * float32(s.expected)
}

func (r *Responses) find(subject uint32) *response {
	for i := range r.subjects {
		if r.subjects[i].subject == subject {
			return &r.subjects[i]
		}
	}
	return nil
}

func (r *Responses) room(subject, now uint32) *response {
	if s := r.find(subject); s != nil {
		return s
	}
	if len(r.subjects) < maxSubjects {
		if len(r.subjects) == cap(r.subjects) { // people are many: an append would double what each of them takes
			r.subjects = append(make([]response, 0, len(r.subjects)+8), r.subjects...)
		}
		r.subjects = append(r.subjects, response{})
		return r.make(len(r.subjects)-1, subject, now)
	}
	least, at := float32(math.MaxFloat32), 0
	for i := range r.subjects {
		if n, _, _ := r.subjects[i].counts(now); n < least {
			least, at = n, i
		}
	}
	return r.make(at, subject, now)
}

func (r *Responses) make(i int, subject, now uint32) *response {
	r.subjects[i] = response{subject: subject, at: now}
	return &r.subjects[i]
}

// A snapshot is empty if there was no answer. Else it is: version byte, day, lessons, number of subjects, each with its number,
// minute, shown, taken, expected and the last answer; big-endian.
const (
	responsesVersion = 1
	responsesHead    = 1 + 4 + 2 + 1
	responseLength   = 4 + 4 + 2 + 2 + 2 + 1
)

// AppendState appends a snapshot to b, 1 kB at most, and returns the extended slice. It is personal: the caller seals it.
func (r *Responses) AppendState(b []byte) []byte {
	if len(r.subjects) == 0 && r.taught == 0 {
		return b
	}
	e := binary.BigEndian
	b = append(b, responsesVersion)
	b = e.AppendUint32(b, r.day)
	b = e.AppendUint16(b, r.taught)
	b = append(b, byte(len(r.subjects)))
	for _, s := range r.subjects {
		b = e.AppendUint32(b, s.subject)
		b = e.AppendUint32(b, s.at)
		b = e.AppendUint16(b, s.shown)
		b = e.AppendUint16(b, s.taken)
		b = e.AppendUint16(b, s.expected)
		b = append(b, 0)
		if s.last {
			b[len(b)-1] = 1
		}
	}
	return b
}

// UnmarshalState makes r the responses of a snapshot of AppendState. It keeps no reference to b, and leaves r as it was if b is
// no snapshot that AppendState could have made (a malformed fault).
func (r *Responses) UnmarshalState(b []byte) error {
	if len(b) == 0 {
		*r = Responses{}
		return nil
	}
	if b[0] != responsesVersion || len(b) < responsesHead {
		return brokenResponses("must start with version %d", responsesVersion)
	}
	e := binary.BigEndian
	n := Responses{day: e.Uint32(b[1:]), taught: e.Uint16(b[5:])}
	subjects := int(b[7])
	b = b[responsesHead:]
	if subjects > maxSubjects || n.taught > dailyLessons || len(b) != subjects*responseLength || subjects == 0 && n.taught == 0 {
		return brokenResponses("must hold as many subjects and lessons as it says")
	}
	n.subjects = make([]response, 0, subjects)
	for range subjects {
		s := response{subject: e.Uint32(b), at: e.Uint32(b[4:]), shown: e.Uint16(b[8:]), taken: e.Uint16(b[10:]), expected: e.Uint16(b[12:]), last: b[14] == 1}
		if n.find(s.subject) != nil || s.taken > s.shown || s.expected > s.shown || b[14] > 1 {
			return brokenResponses("must hold each subject once, with no more taken or expected than shown")
		}
		n.subjects, b = append(n.subjects, s), b[responseLength:]
	}
	*r = n
	return nil
}

func brokenResponses(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A snapshot of responses "+detail+".", args...)
}
