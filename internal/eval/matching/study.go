package matching

import (
	"context"
	"runtime"
	"sync"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
)

// Options say what is played. Bounds: 2 to 1000 seeds, 3 to 10,000 people, 4 to 1000 days.
type Options struct {
	Grid     offers.Grid
	Seeds    int
	People   int
	Days     int
	Progress func(done, of int) // may be nil; called by one goroutine at a time
}

// Result is an evaluation.
type Result struct {
	Seeds     int       `json:"seeds"`
	People    int       `json:"people"`
	Days      int       `json:"days"`
	Strong    Compared  `json:"strongTastes"`
	Weak      Compared  `json:"weakTastes"`
	Changes   []Change  `json:"changeOfTaste"`
	Discovery []Figures `json:"discovery"` // the learned matcher, by the share that people give to discoveries
	Gained    []Gain    `json:"discoveryGains"`
}

// Compared are the matchers in one sort of worlds.
type Compared struct {
	Arms  []Figures `json:"arms"`
	Gains []Gain    `json:"gains"`
	Weeks []Curve   `json:"acceptedPerDeliveredByWeek"`
}

// Curve is a share by week.
type Curve struct {
	Name  string        `json:"name"`
	Share []eval.Number `json:"share"`
}

// Names of the matchers.
const (
	Random  = "random"
	First   = "first scorer"
	Learned = "learned"
)

const (
	strong   = 1.0
	weak     = 0.4
	changing = 0.3 // share of people
	usually  = 0.1 // discoveries: what people have who choose nothing
)

var arms = [...]arm{
	{name: Random, random: true},
	{name: First, discovery: usually},
	{name: Learned, learns: true, discovery: usually},
}

// job is an arm in one sort of worlds.
type job struct {
	arm
	strength, changing float64
	seeds              []*tally
}

// Evaluate plays all matchers in all seeds, on all processors. The same options give the same result. It fails if an option is out
// of its range or the context ends.
func Evaluate(ctx context.Context, o Options) (*Result, error) {
	switch {
	case o.Seeds < 2 || o.Seeds > 1000:
		return nil, fault.Field("seeds", "must be from 2 to 1000")
	case o.People < 3 || o.People > 10_000:
		return nil, fault.Field("people", "must be from 3 to 10000")
	case o.Days < 4 || o.Days > 1000:
		return nil, fault.Field("days", "must be from 4 to 1000")
	}
	var jobs []*job
	add := func(a arm, strength, changing float64) *job {
		j := &job{arm: a, strength: strength, changing: changing, seeds: make([]*tally, o.Seeds)}
		jobs = append(jobs, j)
		return j
	}
	none, much := arms[2], arms[2]
	none.discovery, much.discovery = 0, 0.3
	none.name, much.name = "discovery 0", "discovery 0.3"
	var steady, feeble, turned [len(arms)]*job
	for i, a := range arms {
		steady[i], feeble[i], turned[i] = add(a, strong, 0), add(a, weak, 0), add(a, strong, changing)
	}
	slider := [...]*job{add(none, strong, 0), steady[2], add(much, strong, 0)}
	if err := playAll(ctx, &o, jobs); err != nil {
		return nil, err
	}
	r := &Result{Seeds: o.Seeds, People: o.People, Days: o.Days, Strong: compare(steady[:]), Weak: compare(feeble[:])}
	for i := range turned {
		r.Changes = append(r.Changes, changeOf(turned[i].name, turned[i].seeds, steady[i].seeds))
	}
	for i, name := range [...]string{none.name, "discovery 0.1", much.name} {
		r.Discovery = append(r.Discovery, figuresOf(name, slider[i].seeds))
		if i > 0 {
			r.Gained = append(r.Gained, gainOf(name, none.name, slider[i].seeds, slider[0].seeds))
		}
	}
	return r, nil
}

func compare(jobs []*job) (c Compared) {
	for i, j := range jobs {
		c.Arms = append(c.Arms, figuresOf(j.name, j.seeds))
		c.Weeks = append(c.Weeks, weekly(j.name, j.seeds))
		for k := i - 1; k >= 0; k-- {
			c.Gains = append(c.Gains, gainOf(j.name, jobs[k].name, j.seeds, jobs[k].seeds))
		}
	}
	return c
}

// weekly is the share that was accepted in each week, over all seeds.
func weekly(name string, seeds []*tally) Curve {
	c := Curve{Name: name}
	for from := 0; from < seeds[0].days; from += 7 {
		var sum counts
		for _, t := range seeds {
			for _, d := range t.daily[from:min(from+7, t.days)] {
				sum.add(&d)
			}
		}
		c.Share = append(c.Share, eval.Number(float64(sum.accepted)/float64(sum.delivered)))
	}
	return c
}

// playAll plays the jobs in all seeds, side by side.
func playAll(ctx context.Context, o *Options, jobs []*job) (failed error) {
	type task struct {
		*job
		seed int
	}
	tasks := make(chan task)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for t := range tasks {
				s := scene{o.Grid, uint64(t.seed) + 1, o.People, o.Days, t.strength, t.changing} //nolint:gosec // small and positive
				list, err := simulate(ctx, s, t.arm)
				mu.Lock()
				if t.seeds[t.seed] = list; err != nil {
					failed = err
				}
				if done++; o.Progress != nil {
					o.Progress(done, len(jobs)*o.Seeds)
				}
				mu.Unlock()
			}
		})
	}
	for seed := range o.Seeds {
		for _, j := range jobs {
			tasks <- task{j, seed}
		}
	}
	close(tasks)
	wg.Wait()
	return failed
}
