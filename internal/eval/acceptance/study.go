package acceptance

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/offers/accept"
)

// Options are how it is evaluated.
type Options struct {
	Log      func(line string)  // what was chosen; nil: nobody listens
	Progress func(done, of int) // folds; nil: nobody looks
	Folds    int                // 0: ten, unless the file says who is tested
	peek     bool               // for the test that sees it found out
	keep     func(all []answer) // for tests
}

// leastPeople is how many people a file must hold: of fewer nothing can be said.
const leastPeople = 30

// Evaluate fits and measures. It returns an error if the run was not fair.
func Evaluate(ctx context.Context, d *Data, o Options) (*Result, error) {
	if len(d.people) < leastPeople {
		return nil, fmt.Errorf("%s: must hold %d people at least, not %d", d.File, leastPeople, len(d.people))
	}
	folds, err := d.folds(o)
	if err != nil {
		return nil, err
	}
	count := len(folds)
	var loose []*fold
	if d.Kind == UCI && !d.split {
		if loose, err = d.scatter().folds(o); err != nil {
			return nil, err
		}
		count += len(loose)
	}
	done := func() {}
	if o.Progress != nil {
		var mu sync.Mutex
		n := 0
		done = func() {
			mu.Lock()
			defer mu.Unlock()
			n++
			o.Progress(n, count)
		}
	}
	answers, err := each(folds, func(f *fold) ([]answer, error) { defer done(); return f.run(ctx) })
	if err != nil {
		return nil, err
	}
	leaky, err := each(loose, func(f *fold) ([]answer, error) { defer done(); return f.scattered(), ctx.Err() })
	if err != nil {
		return nil, err
	}
	if o.Log != nil {
		for _, f := range folds {
			f.log(o.Log)
		}
	}
	all := slices.Concat(answers...)
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: nobody who is tested was shown anything to take", d.File)
	}
	if o.keep != nil {
		o.keep(all)
	}
	r := d.summarise(all, folds)
	r.Cost = folds[0].cost(all)
	if cases := slices.Concat(leaky...); len(cases) > 0 {
		who := map[int]int{}
		for i := range cases {
			who[cases[i].person] = i
		}
		f := rank(cases, static, who).figures(true)
		r.Random = &f
	}
	return r, nil
}

// each runs folds side by side and returns what they found, in their order.
func each(folds []*fold, run func(*fold) ([]answer, error)) ([][]answer, error) {
	out, errs := make([][]answer, len(folds)), make([]error, len(folds))
	var wg sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, f := range folds {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			out[i], errs[i] = run(f)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err // the others tell the same
		}
	}
	return out, nil
}

// scatter returns the data with each case as a person of its own: what a random split of the rows makes of them.
func (d *Data) scatter() *Data {
	out := &Data{Kind: d.Kind, File: d.File, cases: slices.Clone(d.cases)}
	for i := range out.cases {
		out.cases[i].person = i
		out.people = append(out.people, fmt.Sprint(i))
	}
	return out
}

// log tells what each stage could choose from and what it chose.
func (f *fold) log(tell func(string)) {
	for _, t := range f.trials {
		mark := ""
		if t.Chosen {
			mark = "  chosen"
		}
		tell(fmt.Sprintf("fold %d, %s: alpha %.3g, %d passes: log loss %.4f on %d held out of the training part%s",
			t.Fold, t.Stage, float64(t.Alpha), t.Passes, float64(t.LogLoss), t.Cases, mark))
	}
}

// folds deals people to be tested: those whom the file names, or each in one of ten parts.
func (d *Data) folds(o Options) ([]*fold, error) {
	spans := make([][2]int, len(d.people))
	for i := range d.cases {
		c := &d.cases[i]
		s := &spans[c.person]
		if s[1] == 0 {
			s[0] = i
		} else if d.cases[i-1].test != c.test {
			return nil, fmt.Errorf("%s: split must be the same in all rows of person %s", d.File, d.people[c.person])
		}
		s[1] = i + 1
	}
	order := make([]int, len(d.people))
	for i := range order {
		order[i] = i
	}
	// In an order that nothing in the file decides but the names.
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(words(word(d.people[a])), words(word(d.people[b]))), cmp.Compare(d.people[a], d.people[b]))
	})
	n := cmp.Or(o.Folds, 10)
	if d.split {
		n = 1
	}
	out := make([]*fold, n)
	for k := range out {
		f := &fold{Data: d, number: k + 1, spans: spans, options: o}
		for i, p := range order {
			if d.split && d.cases[spans[p][0]].test || !d.split && i%n == k {
				f.test = append(f.test, p)
			} else {
				f.train = append(f.train, p)
			}
		}
		if len(f.train) < leastPeople/2 || len(f.test) == 0 {
			return nil, fmt.Errorf("%s: must hold %d people to learn from at least and one to test, not %d and %d", d.File, leastPeople/2, len(f.train), len(f.test))
		}
		out[k] = f
	}
	return out, nil
}

// cost measures what the service would do for each offer: the past as features, and a score.
func (f *fold) cost(all []answer) (c Cost) {
	people := map[int]int{}
	var features int
	for i := range all {
		a := &all[i]
		features += a.features
		people[a.person] = max(people[a.person], a.bytes)
		c.MostBytes = max(c.MostBytes, a.bytes)
	}
	bytes := 0
	for _, b := range people {
		bytes += b
	}
	c.Features, c.BytesPerPerson = eval.Number(float64(features)/float64(len(all))), eval.Number(float64(bytes)/float64(len(people)))
	m := accept.New(accept.Defaults())
	var took, scoring time.Duration
	n := 0
	for _, p := range f.test[:min(len(f.test), 300)] {
		from, to := f.spans[p][0], f.spans[p][1]
		known := past{cases: f.cases[from:to]}
		expected := make([]float32, to-from)
		var x []accept.Feature
		for i := range known.cases {
			known.settle(known.cases[i].at, expected)
			began := time.Now()
			x = known.features(x[:0], i)
			scored := time.Now()
			m.Probability(m.Score(x, m.Score(known.cases[i].crossed, 0, nil), nil))
			took, scoring, n = took+time.Since(began), scoring+time.Since(scored), n+1
			known.show(i)
		}
	}
	c.Microseconds = eval.Number(float64(took.Nanoseconds()) / 1e3 / float64(n))
	c.ScoreMicroseconds = eval.Number(float64(scoring.Nanoseconds()) / 1e3 / float64(n))
	return c
}
