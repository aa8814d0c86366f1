package insight

import (
	"context"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Notes is where sheets are kept; *store.Store is one.
type Notes interface {
	PutNotes(ctx context.Context, room string, notes ...store.Note) error
	Notes(ctx context.Context, room, prefix string, fn func(store.Note) bool) error
}

// Config is what a Book needs.
type Config struct {
	Notes  Notes
	Offer  func(id.Offer) *offers.Offer // nil: there is none such
	Clock  func() time.Time
	Zone   *time.Location // of days and hours
	Cohort int            // how many different people a number must be about
	Keep   time.Duration  // of sheets, after their last change
	Log    *slog.Logger
}

const (
	room       = "numbers"
	dayForm    = time.DateOnly
	flushEvery = 10 * time.Second
	quiet      = 10 * time.Minute // a day that is over is settled when nothing came for it for so long
	maxPending = 1 << 16          // events that wait to be counted
	maxSheets  = 1 << 15          // in memory
	leastSize  = 256              // of a sketch
)

// Book is the merchants' numbers. Use Open; Run keeps it going.
type Book struct {
	Config
	size int // of sketches

	told chan struct{}

	telling sync.Mutex // of pending and dropped; taken after mu. Positions wait for it, and never for mu
	pending []event.Event
	dropped uint64

	mu     sync.Mutex
	sheets map[string]*sheet
	// compared are the names of the sheets with a hold-out, by merchant and day.
	compared map[string]map[string]struct{}
	seed     maphash.Seed // of the hashes of people; a new one every day
	seedDay  string
}

// Stats is what a book holds and lost.
type Stats struct {
	Sheets  int    // in memory now
	Dropped uint64 // events that were not counted: too many at once
}

// Open returns the book of what is stored.
func Open(ctx context.Context, cfg Config) (*Book, error) {
	b := &Book{
		Config: cfg, size: max(leastSize, 2*cfg.Cohort), told: make(chan struct{}, 1), sheets: make(map[string]*sheet),
		compared: make(map[string]map[string]struct{}), seed: maphash.MakeSeed(),
	}
	b.seedDay = b.day(cfg.Clock())
	var broken error
	err := cfg.Notes.Notes(ctx, room, "", func(n store.Note) bool {
		sh, err := parse(n)
		if err != nil {
			broken = err
			return false
		}
		if !sh.Settled {
			sh.changed = cfg.Clock()
			b.sheets[sh.name] = sh
		}
		return true
	})
	if err == nil {
		err = broken
	}
	return b, err
}

func (b *Book) day(t time.Time) string { return t.In(b.Zone).Format(dayForm) }

// Tell notes an event to be counted. It never waits: beyond its bound the oldest is dropped. What was held back for a mood
// is counted nowhere, not even among other reasons: how many people feel bad is no merchant's business either.
func (b *Book) Tell(e event.Event) {
	if e.User == "" || e.Merchant == "" || e.Type == event.Suppressed && offers.AboutMood(e.Code) {
		return
	}
	b.telling.Lock()
	if len(b.pending) == maxPending {
		b.pending[0] = event.Event{} // nothing of the person is left behind; append moves the rest now and then
		b.pending = b.pending[1:]
		b.dropped++
	}
	b.pending = append(b.pending, e)
	b.telling.Unlock()
	select {
	case b.told <- struct{}{}:
	default:
	}
}

// Run counts what is told and writes it every ten seconds, until ctx is done; then once more.
func (b *Book) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.told:
			b.count(ctx)
		case <-tick.C:
			b.flush(ctx)
		case <-ctx.Done():
			b.flush(context.WithoutCancel(ctx))
			return
		}
	}
}

// Name is how the book is called on the erase list.
func (*Book) Name() string { return "numbers" }

// Erase forgets what is not counted yet of a person, and who was in today's comparisons. The counts stay: they are
// about nobody.
func (b *Book) Erase(_ context.Context, user id.User) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.telling.Lock()
	kept := make([]event.Event, 0, len(b.pending)) // a new array: nothing of the person is left behind its end
	for _, e := range b.pending {
		if e.User != user {
			kept = append(kept, e)
		}
	}
	b.pending = kept
	b.telling.Unlock()
	h := maphash.String(b.seed, string(user))
	for _, sh := range b.sheets {
		sh.arms.forget(h)
		for _, c := range sh.Cells {
			c.before = max(c.before, c.P)
			c.seen.remove(h)
		}
	}
	return nil
}

// Stats returns the counters.
func (b *Book) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.telling.Lock()
	defer b.telling.Unlock()
	return Stats{Sheets: len(b.sheets), Dropped: b.dropped}
}

// count puts pending events on their sheets.
func (b *Book) count(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.countLocked(ctx)
}

func (b *Book) countLocked(ctx context.Context) {
	b.telling.Lock()
	list := b.pending
	b.pending = nil
	b.telling.Unlock()
	now := b.Clock()
	if today := b.day(now); today != b.seedDay {
		b.seed, b.seedDay = maphash.MakeSeed(), today
		clear(b.compared)
		for _, sh := range b.sheets {
			sh.forget()
		}
	}
	for i := range list {
		e := &list[i]
		h := maphash.String(b.seed, string(e.User))
		at := e.At.In(b.Zone)
		day, hour := at.Format(dayForm), at.Format("15")
		if measure, counts := measures[e.Type]; counts && e.Offer != "" {
			for _, scope := range [...]string{string(e.Offer), all} {
				if sh := b.sheet(ctx, e, day, scope); sh != nil {
					sh.record(e, measure, h, hour, b.size)
					sh.dirty, sh.changed = true, now
				}
			}
		}
		b.compare(ctx, e, h, day)
	}
}

// sheet returns the sheet of a scope on the day of an event. The caller holds b.mu.
func (b *Book) sheet(ctx context.Context, e *event.Event, day, scope string) *sheet {
	name := sheetName(e.Merchant, day, scope)
	if sh := b.sheets[name]; sh != nil {
		return sh
	}
	if len(b.sheets) >= maxSheets {
		b.write(ctx)
		for name, sh := range b.sheets {
			if !sh.dirty { // counts go on from what is stored; that somebody was counted already is forgotten, but never counted twice
				delete(b.sheets, name)
			}
		}
	}
	sh, err := read(ctx, b.Notes, name)
	if err != nil {
		b.Log.WarnContext(ctx, "numbers can't be read", "sheet", name, "err", err)
		return nil
	}
	if sh == nil {
		sh = &sheet{Mode: e.Mode, Cells: make(map[string]*cell), name: name, day: day}
	}
	b.sheets[name] = sh
	return sh
}

// flush counts, settles what is over, and writes what changed.
func (b *Book) flush(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.countLocked(ctx)
	now := b.Clock()
	today := b.day(now)
	for _, sh := range b.sheets {
		switch {
		case sh.Mode == offers.Test: // there are no real people among test data, and testers don't want to wait
			sh.settle(b.Cohort, 0)
		case sh.day < today && now.Sub(sh.changed) >= quiet:
			sh.settle(b.Cohort, b.Cohort)
		}
	}
	b.write(ctx)
	for name, sh := range b.sheets {
		if sh.Settled && !sh.dirty && sh.day < today && now.Sub(sh.changed) >= quiet {
			delete(b.sheets, name)
		}
	}
}

// write stores the sheets that changed. What can't be written is tried again. The caller holds b.mu.
func (b *Book) write(ctx context.Context) {
	var notes []store.Note
	var written []*sheet
	for name, sh := range b.sheets {
		if !sh.dirty {
			continue
		}
		value, err := json.Marshal(sh)
		if err != nil {
			b.Log.ErrorContext(ctx, "numbers can't be written", "sheet", name, "err", err)
			continue
		}
		notes, written = append(notes, store.Note{Name: name, Value: value, Keep: b.Keep}), append(written, sh)
	}
	if len(notes) == 0 {
		return
	}
	if err := b.Notes.PutNotes(ctx, room, notes...); err != nil {
		b.Log.WarnContext(ctx, "numbers not written; trying again", "err", err)
		return
	}
	for _, sh := range written {
		sh.dirty = false
	}
}
