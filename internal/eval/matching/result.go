package matching

import (
	"context"
	"runtime"
	"sync"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
)

// Options say what is played.
type Options struct {
	Grid     offers.Grid
	Seeds    int
	People   int
	Days     int
	Weak     bool                  // tastes differ little
	Progress func(done, total int) // may be nil; called from one goroutine at a time
}

func (o *Options) taste() float64 {
	if o.Weak {
		return 0.5
	}
	return 1.2
}

// Result is what Evaluate found.
type Result struct {
	Version int `json:"version"`
	World   struct {
		Seeds  int    `json:"seeds"`
		People int    `json:"people"`
		Days   int    `json:"days"`
		Tastes string `json:"tastes"`
	} `json:"world"`
	Arms   []Figures `json:"arms"`
	Gains  []Gain    `json:"gains"`
	Days   []Curve   `json:"takenPerDeliveryByDay"`
	Change Change    `json:"change"`
	Slider []Figures `json:"discovery"`
}

// Change is what happens when people's tastes turn around half way.
type Change struct {
	Curves   []Curve  `json:"curves"` // share taken over deliveries since, five each, as a part of that before
	Followed []Follow `json:"followed"`
}

// Follow says after how many deliveries a matcher is back at four fifths of what was taken before; 0: never.
type Follow struct {
	Name   string  `json:"name"`
	Before float64 `json:"takenPerDeliveryBefore"`
	Events int     `json:"deliveries"`
}

// The matchers that are compared.
var (
	byChance = Arm{Name: "chance", Chance: true}
	first    = Arm{Name: "first scorer", Discovery: 0.1}
	learned  = Arm{Name: "learned", Learned: true, Discovery: 0.1}
	slider   = []Arm{
		{Name: "discovery 0", Learned: true},
		{Name: "discovery 0.1", Learned: true, Discovery: 0.1},
		{Name: "discovery 0.3", Learned: true, Discovery: 0.3},
	}
)

// job is one city with one matcher.
type job struct {
	arm    Arm
	change bool
	runs   [][]delivery // by seed
}

// Evaluate plays all matchers in all seeds. It uses all processors; the same options give the same result.
func Evaluate(ctx context.Context, o Options) (*Result, error) {
	switch {
	case o.Seeds < 2 || o.Seeds > 1000:
		return nil, fault.Field("seeds", "must be from 2 to 1000")
	case o.People < 3 || o.People > 10_000:
		return nil, fault.Field("people", "must be from 3 to 10000")
	case o.Days < 4 || o.Days > 1000:
		return nil, fault.Field("days", "must be from 4 to 1000")
	}
	jobs := []*job{
		{arm: byChance},
		{arm: first},
		{arm: learned},
		{arm: first, change: true},
		{arm: learned, change: true},
		{arm: slider[0]},
		{arm: slider[2]},
	}
	if err := playAll(ctx, &o, jobs); err != nil {
		return nil, err
	}
	r := &Result{Version: 1}
	r.World.Seeds, r.World.People, r.World.Days, r.World.Tastes = o.Seeds, o.People, o.Days, "strong"
	if o.Weak {
		r.World.Tastes = "weak"
	}
	var seeds [3][]seedFigures
	for i, j := range jobs[:3] {
		seeds[i] = j.figures(&o)
		r.Arms = append(r.Arms, summary(j.arm.Name, seeds[i]))
		r.Days = append(r.Days, daily(j.arm.Name, j.runs, o.Days))
	}
	r.Gains = []Gain{
		gain("first scorer", "chance", seeds[1], seeds[0]), gain("learned", "chance", seeds[2], seeds[0]), gain("learned", "first scorer", seeds[2], seeds[1]),
	}
	for _, j := range jobs[3:5] {
		c, before := recovery(j.arm.Name, j.runs, o.Days)
		r.Change.Curves = append(r.Change.Curves, c)
		r.Change.Followed = append(r.Change.Followed, Follow{j.arm.Name, before, c.reaches(0.8)})
	}
	r.Slider = []Figures{
		summary(slider[0].Name, jobs[5].figures(&o)), summary(slider[1].Name, seeds[2]), summary(slider[2].Name, jobs[6].figures(&o)),
	}
	return r, nil
}

func (j *job) figures(o *Options) (list []seedFigures) {
	for _, run := range j.runs {
		list = append(list, figuresOf(run, o))
	}
	return list
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
				list, err := run(newCity(o, uint64(t.seed)+1), o, t.arm, t.change)
				mu.Lock()
				if t.runs[t.seed] = list; err != nil {
					failed = err
				}
				if done++; o.Progress != nil {
					o.Progress(done, len(jobs)*o.Seeds)
				}
				mu.Unlock()
			}
		})
	}
	for _, j := range jobs {
		j.runs = make([][]delivery, o.Seeds)
	}
	for seed := range o.Seeds {
		for _, j := range jobs {
			if ctx.Err() == nil {
				tasks <- task{j, seed}
			}
		}
	}
	close(tasks)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return failed
}
