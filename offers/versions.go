package offers

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers/accept"
	"github.com/flaneur-io/flaneur/offers/next"
	"github.com/flaneur-io/flaneur/offers/trial"
)

// Weights learn in versions: no weight leaves the surroundings of its version, and if the present one does clearly worse than the
// one before, it is given up. What is counted of places, and what belongs to people, has no versions.

const lossPrior = math.Ln2 // of who knows nothing

// watch follows how well answers are foretold, each before it was learned from, and remembers where the version began.
type watch struct {
	drift   trial.Drift
	lessons uint64
	returns uint64
	version uint32
	place   *next.Weights
	answers *accept.Mark // nil: there is no version to go back to
	base    [2]intercept
}

// see notes an answer that was foretold with a probability, and reports whether answers are foretold so much worse than before that
// the version has to go.
func (w *watch) see(p float64, taken bool) (worse bool) {
	w.lessons++
	alarm := w.drift.See(p, taken)
	return alarm && w.answers != nil
}

// Figures are how a learner does.
type Figures struct {
	Lessons uint64  // answers learned from
	Version uint32  // of the weights
	Returns uint64  // how often a version was given up for the one before
	Alarms  uint64  // how often answers were foretold clearly worse than before
	Loss    float64 // log loss per answer over some 200 answers; ln 2 knows nothing
	Long    float64 // and over some 5,000
	Error   float64 // of calibration, over some 1,000 answers
	Base    float64 // log-odds by which pushes are taken less often than they score
}

// Figures returns how the learner does.
func (l *Learner) Figures() Figures {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.watch
	f := Figures{Lessons: w.lessons, Version: w.version, Returns: w.returns, Alarms: uint64(w.drift.Alarms()), Loss: lossPrior, Long: lossPrior, Base: float64(l.base[0].value)}
	if w.lessons > 0 {
		f.Loss, f.Long = w.drift.Losses()
		f.Error = w.drift.Error()
	}
	return f
}

// Mark begins the next version of the weights and hands its parts over, all of them; data is valid during the call alone. If the
// version does far worse than what was before, the learner goes back to it by itself.
func (l *Learner) Mark(put func(name string, data []byte) error) (version uint32, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.watch
	w.place, w.answers, w.base = l.places.Weights(), l.answers.Mark(), l.base
	w.version = w.answers.Version()
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
	l.watch.answers = nil
	l.watch.version = l.answers.Version()
	return nil
}
