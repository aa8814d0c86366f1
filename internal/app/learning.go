package app

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

const (
	saveLearned  = time.Minute // how often what was learned is written: that much a kill may take
	versionEvery = 24 * time.Hour
	keptVersions = 7
	versionName  = "20060102T150405Z" // of when it began
)

// learning keeps what everybody taught: what changed is written every minute and at the end. It holds no person; a note of a room
// is a part of the learner of a mode, and one of the room of versions is named by when the version began and the part.
type learning struct {
	notes    notes
	learners map[string]*offers.Learner // by mode
	log      *slog.Logger
	clock    func() time.Time
}

// notes is where the parts are kept.
type notes interface {
	PutNotes(ctx context.Context, room string, list ...store.Note) error
	Notes(ctx context.Context, room, prefix string, fn func(store.Note) bool) error
	DeleteNotes(ctx context.Context, room string, names ...string) error
}

func learnedRoom(mode string) string  { return "learned." + mode }
func versionsRoom(mode string) string { return "learned." + mode + ".versions" }

// learningMatcher has a learner for each mode: what test people do never teaches what live people get.
func learningMatcher(index *offers.Catalogue, rails *offers.Guardrails, how string) (*offers.Matcher, map[string]*offers.Learner) {
	m, learners := offers.NewMatcher(index, rails), map[string]*offers.Learner{}
	if how == config.LearningOff {
		return m, learners
	}
	for _, mode := range [...]offers.Mode{offers.Live, offers.Test} {
		l := offers.NewLearner(offers.DefaultLearnerOptions())
		l.Freeze(how == config.LearningFrozen)
		m.LearnWith(mode, l)
		learners[mode.String()] = l
	}
	return m, learners
}

// openMatcher returns an empty index, and a matcher over it that goes on from what was learned before.
func (s *Server) openMatcher(ctx context.Context, zone *time.Location, rails *offers.Guardrails) (index *offers.Catalogue, m *offers.Matcher, err error) {
	index = offers.NewCatalogue(hex.Grid{})
	index.SetZone(zone)
	m, learners := learningMatcher(index, rails, s.config.Learning)
	s.learning, err = newLearning(ctx, s.store, learners, s.log)
	return index, m, err
}

func newLearning(ctx context.Context, s notes, learners map[string]*offers.Learner, log *slog.Logger) (*learning, error) {
	l := &learning{notes: s, learners: learners, log: log, clock: time.Now}
	return l, l.load(ctx)
}

// load reads what was learned before. A part that can't be read is forgotten: it must not stop anybody.
func (l *learning) load(ctx context.Context) error {
	for mode, learner := range l.learners {
		err := l.notes.Notes(ctx, learnedRoom(mode), "", func(n store.Note) bool {
			if err := learner.Load(n.Name, n.Value); err != nil {
				l.log.Warn("a part of what was learned can't be read and is forgotten", "mode", mode, "part", n.Name, "err", err)
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Run writes what was learned until ctx is done, and once more then.
func (l *learning) Run(ctx context.Context) {
	tick := time.NewTicker(saveLearned)
	defer tick.Stop()
	for done := false; !done; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			done = true
		}
		if err := l.save(context.WithoutCancel(ctx)); err != nil {
			l.log.Warn("what was learned could not be written; trying again", "err", err)
		}
	}
}

// save writes what changed, and begins a version if the last one is a day old.
func (l *learning) save(ctx context.Context) error {
	for mode, learner := range l.learners {
		if learner.Frozen() {
			continue
		}
		err := learner.Save(func(name string, data []byte) error {
			return l.notes.PutNotes(ctx, learnedRoom(mode), store.Note{Name: name, Value: slices.Clone(data)})
		})
		if err == nil && learner.Figures().Lessons > 0 {
			err = l.version(ctx, mode, learner)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// version begins a version of the weights if it is time, and drops the oldest.
func (l *learning) version(ctx context.Context, mode string, learner *offers.Learner) error {
	room := versionsRoom(mode)
	known, err := versions(ctx, l.notes, mode)
	if err != nil {
		return err
	}
	now := l.clock().UTC().Truncate(time.Second)
	if n := len(known); n > 0 && now.Sub(known[n-1]) < versionEvery {
		return nil
	}
	if _, err = learner.Mark(func(part string, data []byte) error {
		return l.notes.PutNotes(ctx, room, store.Note{Name: now.Format(versionName) + "/" + part, Value: slices.Clone(data)})
	}); err != nil {
		return err
	}
	for len(known) >= keptVersions {
		if err := dropVersion(ctx, l.notes, mode, known[0]); err != nil {
			return err
		}
		known = known[1:]
	}
	return nil
}

// versions returns when the kept versions of a mode began, oldest first.
func versions(ctx context.Context, s notes, mode string) (list []time.Time, err error) {
	err = s.Notes(ctx, versionsRoom(mode), "", func(n store.Note) bool {
		began, _, _ := strings.Cut(n.Name, "/")
		at, bad := time.Parse(versionName, began)
		if bad == nil && (len(list) == 0 || !list[len(list)-1].Equal(at)) {
			list = append(list, at)
		}
		return true
	})
	return list, err
}

// partsOf returns the parts of a version by their names.
func partsOf(ctx context.Context, s notes, mode string, began time.Time) (map[string][]byte, error) {
	prefix, parts := began.UTC().Format(versionName)+"/", map[string][]byte{}
	err := s.Notes(ctx, versionsRoom(mode), prefix, func(n store.Note) bool {
		parts[strings.TrimPrefix(n.Name, prefix)] = n.Value
		return true
	})
	return parts, err
}

func dropVersion(ctx context.Context, s notes, mode string, began time.Time) error {
	var names []string
	err := s.Notes(ctx, versionsRoom(mode), began.UTC().Format(versionName)+"/", func(n store.Note) bool { names = append(names, n.Name); return true })
	return cmp.Or(err, s.DeleteNotes(ctx, versionsRoom(mode), names...))
}

// Learned is what a store keeps of what everybody taught.
type Learned struct {
	Mode     string      `json:"mode"`
	Parts    int         `json:"parts"`
	Bytes    int         `json:"bytes"`
	Versions []time.Time `json:"versions"` // when they began, oldest first
}

// LearnedIn tells what a store keeps of a mode, live or test.
func LearnedIn(ctx context.Context, s *store.Store, mode string) (l Learned, err error) {
	l.Mode = mode
	if l.Versions, err = versions(ctx, s, mode); err != nil {
		return l, err
	}
	err = s.Notes(ctx, learnedRoom(mode), "", func(n store.Note) bool {
		l.Parts, l.Bytes = l.Parts+1, l.Bytes+len(n.Value)
		return true
	})
	return l, err
}

// RollBack makes the weights in a store, which no server has open, those of a version; what is counted of places stays.
func RollBack(ctx context.Context, s *store.Store, mode string, began time.Time) error {
	parts, err := partsOf(ctx, s, mode, began)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no version that began at %s.", began.UTC().Format(time.RFC3339)).WithField("version")
	}
	l := offers.NewLearner(offers.DefaultLearnerOptions())
	keeper := learning{notes: s, learners: map[string]*offers.Learner{mode: l}, log: slog.New(slog.DiscardHandler)}
	if err := keeper.load(ctx); err != nil {
		return err
	}
	if err := l.Return(parts); err != nil {
		return err
	}
	return l.Save(func(name string, data []byte) error {
		return s.PutNotes(ctx, learnedRoom(mode), store.Note{Name: name, Value: slices.Clone(data)})
	})
}
