package simulator

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options of a run.
type Options struct {
	Server Server
	People []*Person
	Seed   uint64 // that the people were made with; it is only reported
	// Connections bounds how many people are about at the same time; 0: as many as there are, at most 64. At a paced
	// speed everybody has one, because nobody may be late.
	Connections int
	// Speed is how many times faster than real the time goes, on one clock for everybody; 0: as fast as the server
	// answers, each person on their own.
	Speed float64
	// Names tells readable names of offers by their id, if they are known.
	Names map[string]string
	// Places are drawn on the map of the report.
	Places []Place
}

const defaultConnections = 64

// run is what the people of one run share.
type run struct {
	Options
	clock   clock
	fixes   atomic.Int64
	reached atomic.Bool // the server answered somebody

	mu   sync.Mutex
	sink Sink
	done int
}

// Run plays everybody and reports. It ends early when ctx is done, when the server can't be reached at all or for a minute, or
// when it refuses somebody altogether; the report says what happened until then.
func Run(ctx context.Context, o Options, sink Sink) (Report, error) {
	if o.Connections <= 0 {
		o.Connections = defaultConnections
	}
	if o.Speed > 0 {
		o.Connections = len(o.People)
	}
	r := &run{Options: o, sink: sink}
	r.clock.begin(o.People, o.Speed)
	before, counted := o.Server.Evaluations(ctx)
	tallies := make([]tally, len(o.People))
	for i, p := range o.People {
		tallies[i] = newTally(p.Alias, i < drawnPeople)
		if p.rng == nil {
			_, p.rng = streams(o.Seed, i)
		}
	}
	began := time.Now()

	group, playing := errgroup.WithContext(ctx)
	group.SetLimit(max(1, o.Connections))
	for i, p := range o.People {
		if playing.Err() != nil {
			break
		}
		group.Go(func() error {
			s := &session{run: r, person: p, tally: &tallies[i]}
			if err := s.play(playing); err != nil {
				return fmt.Errorf("simulator: %s: %w", p.Alias, err)
			}
			r.finished(s)
			return nil
		})
	}
	err := group.Wait()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	report := newReport(&o, tallies, time.Since(began))
	if after, uncounted := o.Server.Evaluations(context.WithoutCancel(ctx)); counted == nil && uncounted == nil {
		if after < before { // the server was restarted and counts anew
			before = 0
		}
		report.Evaluations = after - before
	}
	return report, err
}

func (r *run) tell(e Event) {
	if r.sink == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sink(e)
}

func (r *run) finished(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if r.sink != nil {
		r.sink(Finished{s.who(), r.done, len(r.People)})
	}
}

// clock lets people wait for their turn.
type clock struct {
	speed float64 // 0: nobody waits
	began time.Time

	first sync.Once
	from  time.Time // the virtual time at began
}

// begin starts the clock at the moment at which the first of the people begins, as far as that is known.
func (c *clock) begin(people []*Person, speed float64) {
	c.speed, c.began = speed, time.Now()
	for _, p := range people {
		if !p.begins.IsZero() && (c.from.IsZero() || p.begins.Before(c.from)) {
			c.from = p.begins
		}
	}
}

func (c *clock) wait(ctx context.Context, at time.Time) error {
	if c.speed <= 0 {
		return ctx.Err()
	}
	c.first.Do(func() {
		if c.from.IsZero() {
			c.from = at
		}
	})
	due := c.began.Add(time.Duration(float64(at.Sub(c.from)) / c.speed))
	if d := time.Until(due); d > 0 {
		return sleep(ctx, d)
	}
	return ctx.Err()
}
