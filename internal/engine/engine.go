package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

// Grid answers which cell a point lies in, and what that cell looks like.
type Grid interface {
	At(p geo.Point, res int) (geo.Cell, error)
	Shape(c geo.Cell) (geo.CellShape, error)
}

// Options of an engine; every field but Zone and Log is needed.
type Options struct {
	Catalogue *offers.Catalogue
	Matcher   *offers.Matcher
	Rails     *offers.Guardrails
	Records   Records
	Ledger    Ledger
	Codes     Codes
	Vouchers  Vouchers // zero: fresh ones, which nobody knows later
	Sender    Channels
	Grid      Grid
	Scores    Scores // nil: ratings last as long as the engine
	Cohort    int    // ratings without which none is shown; less than 20 means 20
	Clock     func() time.Time
	Zone      *time.Location    // of people who told none; nil: UTC
	Log       *slog.Logger      // nil: none
	Events    func(event.Event) // hears what happens; must not wait. nil: nobody
	Footfall  Footfall          // must not wait; nil: nobody

	Deployment privacy.Deployment // whom the server serves: at work and at school mood comes from nobody's body
}

// Engine is the pipeline and the people in it. Use New; Run keeps it going.
type Engine struct {
	catalogue *offers.Catalogue
	matcher   *offers.Matcher
	rails     *offers.Guardrails
	records   Records
	ledger    Ledger
	codes     Codes
	vouchers  Vouchers
	sender    Channels
	grid      Grid
	clock     func() time.Time
	zone      *time.Location
	log       *slog.Logger
	events    func(event.Event)
	measuring sync.Mutex // held while a budget is measured, so that its end is told once
	footfall  Footfall

	deployment privacy.Deployment

	people    people
	updates   sync.Pool // of *update: the pipeline's scratch
	published published
	holders   []privacy.Eraser
	stats     counters
	scores    Scores
	cohort    int
	ratings   ratings
}

// New returns an engine without people.
func New(o Options) *Engine {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Events == nil {
		o.Events = func(event.Event) {}
	}
	e := &Engine{
		catalogue: o.Catalogue, matcher: o.Matcher, rails: o.Rails, records: o.Records, ledger: o.Ledger, codes: o.Codes, vouchers: o.Vouchers.orFresh(), sender: o.Sender,
		grid: o.Grid, clock: o.Clock, zone: o.Zone, log: o.Log, events: o.Events, footfall: o.Footfall,
	}
	e.deployment = o.Deployment
	e.scores, e.cohort = o.Scores, max(o.Cohort, minCohort)
	if e.scores == nil {
		e.scores = forgetful{}
	}
	e.published.wake = make(chan struct{}, 1)
	e.updates.New = func() any { return new(update) }
	return e
}

// SetHolders gives the engine the erase list. Call it once, before anybody is served.
func (e *Engine) SetHolders(holders []privacy.Eraser) { e.holders = holders }

// Erase makes every holder on the erase list forget the session's person. The durable tombstone stands first: if a
// holder fails, the others forget all the same, and the call may be repeated; what is left on disk then, the next start
// of the server finishes.
func (e *Engine) Erase(ctx context.Context, s *Session) (privacy.Receipt, error) {
	s.p.mu.Lock()
	s.p.gone = true // late frames find nobody from here on
	s.p.mu.Unlock()
	s.p.settle() // what goes out now, the holders find
	e.giveBackAll(ctx, s.p)
	r, err := privacy.EraseAll(ctx, e.holders, s.p.id, e.clock())
	if err == nil {
		e.stats.erasures.Add(1)
	}
	return r, err
}

// Forget is the engine's own entry on the erase list.
func (e *Engine) Forget() privacy.Eraser { return memoryHolder{e} }

type memoryHolder struct{ e *Engine }

// Name names the holder in receipts.
func (memoryHolder) Name() string { return "memory" }

// Erase drops the person from memory; writes under way end first.
func (m memoryHolder) Erase(_ context.Context, user id.User) error {
	p := m.e.people.get(user, m.e.clock())
	p.write.Lock()
	defer p.write.Unlock()
	p.mu.Lock()
	p.forget()
	p.mu.Unlock()
	m.e.people.drop(p)
	return nil
}

// forget leaves nothing of the person but the mark that they are gone. The caller holds p.mu.
func (p *person) forget() {
	p.gone, p.dirty = true, false
	p.profile, p.moods, p.matching = profile{}, nil, offers.Person{}
	p.fences = fence.Tracker{}
	p.motion, p.pushes, p.held = geo.Motion{}, nil, held{}
	p.later, p.turns, p.visits = later{}, turns{}, nil
	p.stays, p.chains, p.trip, p.origin = trip.History{}, nil, nil, geo.Point{}
	p.passed = passed{}
	p.last, p.stray, p.eval, p.shape = geo.Fix{}, nil, evaluated{}, geo.CellShape{}
}

// How often the engine looks for learned state to write, how long that of somebody with a socket may wait, and how long
// somebody without one stays in memory.
const (
	flushEvery = 5 * time.Second
	saveEvery  = 30 * time.Second
	keepIdle   = 10 * time.Minute
	lastFlush  = 30 * time.Second
)

// Run writes what was learned, drops people who left, and evaluates people who stand where an offer was just
// published, until ctx is done. It then writes everything once more; the error says that something could not be.
func (e *Engine) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { e.catchUp(ctx) })
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.expire(ctx)
			e.sendOverdue(ctx)
			_ = e.flush(ctx, false) // counted, logged, and tried again
			e.people.each(func(p *person) { e.followUp(ctx, p, e.clock()) })
			e.Lapse(ctx)
		case <-ctx.Done():
			wg.Wait()
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			return e.flush(last, true)
		}
	}
}

// flush writes the state of everybody for whom it is time, or of all, and returns the last error.
func (e *Engine) flush(ctx context.Context, all bool) (failed error) {
	now := e.clock()
	e.people.each(func(p *person) {
		p.mu.Lock()
		if !p.simulated { // they have a clock of their own
			p.fade(now)
			p.dirty = p.held.fade(now) || p.dirty
			p.dirty = e.matcher.Unanswered(&p.matching, now, p.mode, p.teaches()) || p.dirty
		}
		wait := !all && p.sessions > 0 && now.Sub(p.saved) < saveEvery
		p.mu.Unlock()
		if wait {
			return
		}
		if err := e.saveState(ctx, p); err != nil && !errors.Is(err, errErased) {
			e.stats.unsaved.Add(1)
			e.log.WarnContext(ctx, "state not saved; trying again", "user", p.id, "err", err)
			failed = err
			return
		}
		e.people.dropIdle(p, now.Add(-keepIdle))
	})
	return failed
}
