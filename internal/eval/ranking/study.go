package ranking

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/flaneur-io/flaneur/offers/next"
)

// Options say what is asked.
type Options struct {
	Frozen bool         // weights, statistics and other people stand still after training; otherwise live
	Timed  bool         // the time of the visit is known
	Log    func(string) // what happens, from several goroutines; may be nil
}

// setting is a choice of how weights are fitted.
type setting struct {
	next.Options
	Passes int
}

// settings are what is tried on the validation part. Constant.
var settings = []setting{
	{next.Options{Rate: 0.005, NetRate: 0.002, Decay: 1e-4, Batch: 4, Samples: 200, Seed: 1}, 4},
	{next.Options{Rate: 0.005, NetRate: 0.002, Decay: 1e-4, Batch: 4, Samples: 400, Seed: 1}, 4},
	{next.Options{Rate: 0.003, NetRate: 0.001, Decay: 1e-4, Batch: 4, Samples: 200, Seed: 1}, 5},
}

func (s *setting) String() string {
	return fmt.Sprintf("rate %g, net %g, %d samples, %d passes", s.Rate, s.NetRate, s.Samples, s.Passes)
}

// online returns the options of a model that goes on learning: what a service does, after a fit like that.
func (s *setting) online() next.Options {
	o := next.Defaults()
	o.Rate, o.NetRate, o.Batch, o.Samples = s.Rate/10, s.NetRate/10, s.Batch, s.Samples
	return o
}

const fewTargets = 100 // too few to choose by

// Evaluate fits, chooses and measures. The same data and options give the same figures, the costs apart.
func Evaluate(ctx context.Context, d *Data, o Options) (*Result, error) {
	if len(d.Instances) == 0 {
		return nil, errors.New("there are no instances")
	}
	s := &study{Data: d, Options: o, categories: categories(d.Places)}
	if s.train, s.targets = d.parts(); len(s.train) == 0 {
		return nil, errors.New("no visit is in the training part")
	}
	r := &Result{Protocol: s.protocol(), Data: s.describe()}
	chosen, weights, err := s.choose(ctx, r)
	if err != nil {
		return nil, err
	}
	s.log("measuring on %d instances", len(d.Instances))
	runs := []run{{learning: !o.Frozen}}
	if !o.Frozen {
		runs = append(runs, run{}, run{learning: true, strict: true}, run{unfitted: true}, run{unfitted: true, learning: true})
	}
	each, ctx := errgroup.WithContext(ctx)
	each.SetLimit(runtime.GOMAXPROCS(0))
	answers := make([][]answer, len(runs))
	for i := range runs {
		each.Go(func() (err error) {
			answers[i], err = s.answer(ctx, runs[i], weights, &settings[chosen], asked(d.Instances), Train, Valid, Test)
			return err
		})
	}
	if err := each.Wait(); err != nil {
		return nil, err
	}
	r.summarise(s, answers)
	r.Cost = s.cost(weights)
	return r, nil
}

// study is one evaluation.
type study struct {
	*Data
	Options
	categories []uint8
	train      []int // events that weights are fitted on
	targets    []int // events by which settings are chosen
}

func (s *study) log(format string, args ...any) {
	if s.Log != nil {
		s.Log(fmt.Sprintf(format, args...))
	}
}

// parts returns the events to fit on and those to choose by. Without a validation part the last tenth of the training part is one.
func (d *Data) parts() (train, valid []int) {
	for i := range d.Events {
		switch d.Events[i].Split {
		case Train:
			train = append(train, i)
		case Valid:
			valid = append(valid, i)
		}
	}
	if len(valid) == 0 && len(train) > 10*fewTargets {
		n := len(train) - len(train)/10
		for _, i := range train[n:] {
			d.Events[i].Split = Valid
		}
		train, valid = train[:n], train[n:]
		d.Notes = append(d.Notes, "there is no validation part: the last tenth of the training part was one")
	}
	return train, valid
}

// choose fits with each setting and takes the one that does best on the validation part.
func (s *study) choose(ctx context.Context, r *Result) (best int, weights *next.Weights, err error) {
	tried := settings
	if len(s.targets) < fewTargets {
		tried = settings[:1]
		s.Notes = append(s.Notes, "too few validation visits to choose by: the first setting was taken")
	}
	const most = 15_000
	var targets []question
	for i := 0; i < len(s.targets); i += 1 + len(s.targets)/most {
		targets = append(targets, question{event: s.targets[i], instance: -1})
	}
	fits := make([]*next.Weights, len(tried))
	r.Trials = make([]Trial, len(tried))
	each, ctx := errgroup.WithContext(ctx)
	each.SetLimit(runtime.GOMAXPROCS(0))
	for i := range tried {
		each.Go(func() error {
			fits[i] = next.Fit(tried[i].Options, tried[i].Passes, len(s.Users), s.Timed, s.empty, s.recorded(ctx))
			if err := ctx.Err(); err != nil {
				return err
			}
			answers, err := s.answer(ctx, run{learning: !s.Frozen}, fits[i], &tried[i], targets, Train, Valid)
			f := figures(answers, func(*answer) bool { return true }, model)
			r.Trials[i] = Trial{Setting: tried[i].String(), Instances: f.Instances, Acc1: f.Acc1, Acc10: f.Acc10, MRR: f.MRR}
			s.log("validation part, %d visits: %s: Acc@1 %.4f, Acc@10 %.4f, MRR %.4f", f.Instances, &tried[i], f.Acc1, f.Acc10, f.MRR)
			return err
		})
	}
	if err := each.Wait(); err != nil {
		return 0, nil, err
	}
	for i := range r.Trials {
		if r.Trials[i].value() > r.Trials[best].value() {
			best = i
		}
	}
	r.Trials[best].Chosen = true
	s.log("chosen on the validation part: %s", &tried[best])
	return best, fits[best], nil
}

func (s *study) recorded(ctx context.Context) next.Recorded {
	return func(yield func(int, next.Visit) bool) {
		for _, i := range s.train {
			e := &s.Events[i]
			if ctx.Err() != nil || !yield(e.User, e.visit()) {
				return
			}
		}
	}
}

func (e *Event) visit() next.Visit { return next.Visit{Place: e.Place, At: e.At} }

// empty returns statistics that know the places but no visit.
func (s *study) empty() *next.Shared {
	shared := next.NewShared(len(s.Places))
	for i := range s.Places {
		shared.Put(uint32(i), s.Places[i].At, s.categories[i])
	}
	return shared
}

// categories numbers the categories of places by how frequent they are; the rarest share the last number.
func categories(places []Place) []uint8 {
	numbers := map[string]uint8{"": 0}
	for _, c := range ordered(places) {
		numbers[c] = uint8(min(len(numbers), 63))
	}
	out := make([]uint8, len(places))
	for i := range places {
		out[i] = numbers[places[i].Category]
	}
	return out
}
