package offers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

// What a person takes more of in one mood than in others may speak for offers that they ask for, if they let their mood help. No
// data that we know shows a large effect: it starts at nothing, is shrunk, capped, and used only once a logged comparison
// among those who allow it was won. It never has a part in pushes, in what is sensitive or paid for, or in what presses.

const (
	moodStates  = 4
	moodGroups  = 8
	moodPrior   = 4.0   // precision with which a mood makes no difference
	moodDoubt   = 20.0  // answers in a mood: half of what they say counts
	moodMost    = 0.3   // log-odds
	moodAnswers = 200.0 // of a mood and a group; beyond that the past counts half
	trialWithin = 3600  // seconds after asking in which an answer counts for the comparison
)

// moodTastes is how often a person answered, and took, by mood and group of categories. Nil: nothing is known.
type moodTastes struct {
	cells [moodStates][moodGroups]struct{ shown, taken float32 }
	trial moodTrial
}

// moodTrial is the latest time that the person asked and lots were drawn whether their mood tastes count; in memory alone.
type moodTrial struct {
	at         int64 // Unix seconds; 0: none waits for its answer
	with       bool
	propensity float64 // with which it was drawn that they count, or that they don't: what is won meanwhile changes it for others
}

// moodGroupOf numbers a category by its most general word.
func moodGroupOf(category string) uint8 {
	word, _, _ := strings.Cut(category, ".")
	switch word {
	case "restaurant":
		return 0
	case "cafe", "bakery":
		return 1
	case "supermarket":
		return 2
	case "shop":
		return 3
	case "culture", "nightlife":
		return 4
	case "sport", "outdoors":
		return 5
	case "beauty", "health":
		return 6
	}
	return 7
}

// value is what a mood says for a group, in log-odds: how much more is taken in it than usual, shrunk by how little that rests on, by
// how unsure the mood is, and capped. The receiver may be nil.
func (t *moodTastes) value(s mood.State, group uint8, confidence float64) float32 {
	if t == nil || s == mood.Unknown || int(s) > moodStates || confidence < mood.MinConfidence {
		return 0
	}
	var shown, took float64
	for i := range t.cells {
		shown += float64(t.cells[i][group].shown)
		took += float64(t.cells[i][group].taken)
	}
	if shown == 0 {
		return 0
	}
	usual, here := took/shown, &t.cells[s-1][group]
	n := float64(here.shown)
	more := float64(here.taken) - n*usual // exactly nothing if all that is known was in this mood
	v := more / (n*usual*(1-usual) + moodPrior) * n / (n + moodDoubt) * min(confidence, 1)
	return float32(min(max(v, -moodMost), moodMost))
}

func (t *moodTastes) note(s mood.State, group uint8, taken bool) {
	c := &t.cells[s-1][group]
	if c.shown >= moodAnswers {
		c.shown, c.taken = c.shown/2, c.taken/2
	}
	c.shown++
	if taken {
		c.taken++
	}
}

// Felt learns from an answer that somebody gave in a mood which they let help. Only opening, liking and refusing say something.
func (m *Matcher) Felt(p *Person, at time.Time, e mood.Estimate, a Action, o *Offer) {
	taken := a == Opened || a == Liked
	if p.Minor || m.rails.Sensitive(o.Category) || !taken && a != Dismissed && a != NotInterested && a != LessLikeThis {
		return
	}
	if l := m.learners[o.Mode]; l != nil && taken {
		l.moodTold(p, at, 1)
	}
	if s := e.State(); s != mood.Unknown {
		if p.moodTastes == nil {
			p.moodTastes = &moodTastes{}
		}
		p.moodTastes.note(s, moodGroupOf(o.Category), taken)
	}
}

// Asked draws the lots of a pull of somebody who lets their mood help, as Evaluate did by the same moment. What came of the one before, if
// nobody answered, counts for nothing taken.
func (m *Matcher) Asked(p *Person, mo *Moment) {
	l := m.learners[mo.Mode]
	if l == nil || p.moodTastes == nil || mo.MoodLevel != mood.Help || mo.Mood.State() == mood.Unknown {
		return
	}
	l.moodTold(p, mo.Now, 0)
	p.moodTastes.trial = l.drawMood(mo)
}

// drawMood draws whether mood tastes count for a pull.
func (l *Learner) drawMood(mo *Moment) moodTrial {
	share := l.moodShare()
	t := moodTrial{mo.Now.Unix(), drawn(mo.Draw, share), float64(share) / 100}
	if !t.with {
		t.propensity = 1 - t.propensity
	}
	return t
}

// moodShare is in how many of a hundred pulls mood tastes count: in half as long as the comparison is open, in nine of ten once
// it is won.
func (l *Learner) moodShare() uint64 {
	if l.moodWon.Load() {
		return 90
	}
	return 50
}

// moodCounts reports whether mood tastes count at a draw.
func (l *Learner) moodCounts(draw uint64) bool { return drawn(draw, l.moodShare()) }

func drawn(draw, share uint64) bool { return mix(draw^moodSalt)%100 < share }

const moodSalt = 0x6d6f6f64 // so that these draws have nothing to do with those of discoveries

// moodTold closes the person's open trial with what came of it: 1 for something that was taken, 0 for nothing.
func (l *Learner) moodTold(p *Person, at time.Time, reward float64) {
	t := p.moodTastes
	if t == nil || t.trial.at == 0 {
		return
	}
	if at.Unix()-t.trial.at > trialWithin {
		reward = 0
	}
	propensity, with := t.trial.propensity, 0.0
	if t.trial.with {
		with = 1
	}
	if t.trial = (moodTrial{}); l.Frozen() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moods.Add(propensity, reward, with, 1-with)
	l.moodWon.Store(l.moods.Wins())
}

// ForgetMoodTastes drops what was learned of moods, for a level of consent below help, and reports whether there was something.
func (p *Person) ForgetMoodTastes() (had bool) {
	had = p.moodTastes != nil
	p.moodTastes = nil
	return had
}

const moodTastesLength = 1 + moodStates*moodGroups*2*4

// appendState appends a snapshot; nothing for nil. It is personal, and of mood: it belongs to the record of what mood left behind.
func (t *moodTastes) appendState(b []byte) []byte {
	if t == nil {
		return b
	}
	b = append(b, 1)
	for i := range t.cells {
		for _, c := range t.cells[i] {
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(c.shown))
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(c.taken))
		}
	}
	return b
}

// unmarshalMoodTastes returns what a snapshot holds, nil for none; or a malformed fault.
func unmarshalMoodTastes(b []byte) (*moodTastes, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) != moodTastesLength || b[0] != 1 {
		return nil, errMoodTastes
	}
	t := &moodTastes{}
	b = b[1:]
	for i := range t.cells {
		for k := range t.cells[i] {
			c := &t.cells[i][k]
			c.shown, c.taken = math.Float32frombits(binary.BigEndian.Uint32(b)), math.Float32frombits(binary.BigEndian.Uint32(b[4:]))
			if b = b[8:]; !(c.taken >= 0 && c.taken <= c.shown && c.shown <= moodAnswers) {
				return nil, errMoodTastes
			}
		}
	}
	return t, nil
}

var errMoodTastes = fault.New(fault.Invalid, fault.CodeMalformed, "must be what was learned of moods")

// MoodTaste is how often the person answered, and took, offers of a group of categories in a mood: for their own eyes.
type MoodTaste struct {
	State string
	Group string
	Shown float64
	Taken float64
}

const hiddenTaste = "(hidden)"

var errHiddenTaste = errors.New("offers: not marshalled by accident: it tells of a mood")

// LogValue hides it.
func (MoodTaste) LogValue() slog.Value { return slog.StringValue(hiddenTaste) }

// Format hides it, whatever the verb.
func (MoodTaste) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenTaste) }

// MarshalText always fails.
func (MoodTaste) MarshalText() ([]byte, error) { return nil, errHiddenTaste }

// MarshalBinary always fails.
func (MoodTaste) MarshalBinary() ([]byte, error) { return nil, errHiddenTaste }

// Constant table: the groups in words.
var moodGroupNames = [moodGroups]string{"restaurants", "cafés and bakeries", "supermarkets", "shops", "culture and nightlife", "sport and outdoors", "beauty and health", "other"}

func (t *moodTastes) list() (out []MoodTaste) {
	if t == nil {
		return nil
	}
	for i := range t.cells {
		for k, c := range t.cells[i] {
			if c.shown > 0 {
				out = append(out, MoodTaste{mood.State(i + 1).String(), moodGroupNames[k], float64(c.shown), float64(c.taken)})
			}
		}
	}
	return out
}
