package offers

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers/accept"
	"github.com/flaneur-io/flaneur/offers/next"
)

// Weights learn in versions: no weight leaves the surroundings of its version, and if the present one does clearly worse than the
// one before, it is given up. What is counted of places, and what belongs to people, has no versions.

const (
	enoughLessons = 500  // of a version, before it is judged
	farWorse      = 1.25 // times the log loss before
	lossPrior     = math.Ln2
)

// watch follows how well answers are foretold, in log loss per answer.
type watch struct {
	lessons, since uint64  // in all, of this version
	recent, long   float64 // over some 200 and some 5,000 answers, each before it was learned from
	before         float64 // long, when the version began; 0: too little was known
	returns        uint64
	version        uint32
	place          *next.Weights
	answers        *accept.Mark // nil: there is no version to go back to
	base           [2]intercept
}

// see notes an answer that was foretold with a probability, and reports whether the version is far worse than the one before.
func (w *watch) see(p float64, taken bool) (worse bool) {
	if !taken {
		p = 1 - p
	}
	loss := -math.Log(max(p, 1e-6))
	if w.lessons == 0 {
		w.recent, w.long = lossPrior, lossPrior
	}
	w.lessons++
	w.since++
	w.recent += (loss - w.recent) / 200
	w.long += (loss - w.long) / float64(min(w.lessons, 5000))
	return w.answers != nil && w.before > 0 && w.since >= enoughLessons && w.recent > farWorse*w.before
}

// Figures are how a learner does.
type Figures struct {
	Lessons uint64  // answers learned from
	Version uint32  // of the weights
	Returns uint64  // how often a version was given up for the one before
	Loss    float64 // log loss per answer over some 200 answers; ln 2 knows nothing
	Long    float64 // and over some 5,000
	Base    float64 // log-odds by which pushes are taken less often than they score
}

// Figures returns how the learner does.
func (l *Learner) Figures() Figures {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.watch
	return Figures{w.lessons, w.version, w.returns, w.recent, w.long, float64(l.base[0].value)}
}

// Mark begins the next version of the weights and hands its parts over, all of them; data is valid during the call alone. If the
// version does far worse than what was before, the learner goes back to it by itself.
func (l *Learner) Mark(put func(name string, data []byte) error) (version uint32, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.watch
	w.place, w.answers, w.base = l.places.Weights(), l.answers.Mark(), l.base
	w.version, w.since, w.before = w.answers.Version(), 0, 0
	if w.lessons >= enoughLessons {
		w.before = w.long
	}
	if err = put(partWeights, w.place.AppendState(nil)); err == nil {
		err = put(partBase, l.appendBase(nil))
	}
	if err == nil {
		err = l.answers.Dump(func(page int, data []byte) error { return put(fmt.Sprintf("%s%06d", partAnswers, page), data) })
	}
	return w.version, err
}

// goBack makes the weights those with which the version began. The caller holds l.mu.
func (l *Learner) goBack() {
	w := &l.watch
	l.places.Use(w.place)
	_ = l.answers.Use(w.answers) // it is of this very model
	l.base = w.base
	l.settleBase()
	w.recent, w.since = w.long, 0
	w.returns++
}

// Return makes the weights those of a version by its parts, as Mark handed them over; or returns a malformed fault and leaves all
// as it was.
func (l *Learner) Return(parts map[string][]byte) error {
	was := &Learner{shared: next.NewShared(0), answers: accept.New(l.answers.Options())}
	was.places = next.New(was.shared, next.Defaults())
	for _, name := range []string{partWeights, partBase} {
		if parts[name] == nil {
			return fault.New(fault.Invalid, fault.CodeMalformed, "The version lacks the part %s.", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if err := was.Load(name, parts[name]); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.answers.Use(was.answers.Mark()); err != nil {
		return err
	}
	l.places.Use(was.places.Snapshot())
	l.base = was.base
	l.settleBase()
	l.watch.recent, l.watch.since, l.watch.answers = l.watch.long, 0, nil
	l.watch.version = l.answers.Version()
	return nil
}
