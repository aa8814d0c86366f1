package acceptance

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// fold is one part of the people tested by what the others taught.
type fold struct {
	*Data
	number  int
	spans   [][2]int // where each person's cases are
	train   []int    // people
	test    []int
	options Options
	trials  []Trial
	checked int
}

// example is a case as a stage sees it.
type example struct {
	x      []accept.Feature
	offset float32
	taken  bool
}

// settings are what is chosen for a stage.
type settings struct {
	alpha  float32
	passes int
}

// stage is something that is fitted: what it sees of cases, and the steps to choose from.
type stage struct {
	name   string
	alphas []float32
	seed   uint64
}

var (
	stageMain   = stage{"logistic, main effects", []float32{0.02, 0.05}, 1}
	stageStatic = stage{"without own answers", []float32{0.005, 0.01, 0.02}, 2}
	stageOnline = stage{"with own answers", []float32{0.003, 0.006, 0.012}, 3}
)

// passes are after how many passes over the training part a fit may end.
var passes = []int{2, 4, 8}

func (g stage) model(alpha float32) *accept.Model {
	o := accept.Defaults()
	o.Alpha, o.Reach = alpha, 0 // a fit starts from nothing: there is no version to stay near
	return accept.New(o)
}

// fit passes over the examples in a new order each time and calls after after each pass.
func (g stage) fit(m *accept.Model, examples []example, times int, after func(pass int)) {
	rng := rand.New(rand.NewPCG(g.seed, 7))
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for pass := 1; pass <= times; pass++ {
		rng.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, i := range order {
			e := &examples[i]
			m.Rehearse(e.x, e.offset, e.taken, 1)
		}
		if after != nil {
			after(pass)
		}
	}
}

// choose fits on one part of the training part for each setting and takes the one with the least log loss on the rest.
// logits are what the chosen one says there.
func (f *fold) choose(g stage, fitted, held []example) (best settings, logits []float32) {
	least := math.Inf(1)
	first := len(f.trials)
	chosen := first
	for _, alpha := range g.alphas {
		m := g.model(alpha)
		g.fit(m, fitted, passes[len(passes)-1], func(pass int) {
			if !slices.Contains(passes, pass) {
				return
			}
			said, loss := make([]float32, len(held)), 0.0
			for i := range held {
				said[i] = m.Score(held[i].x, held[i].offset, nil)
				loss += logLoss(sigmoid(said[i]), held[i].taken)
			}
			loss /= float64(len(held))
			if loss < least {
				least, best, logits, chosen = loss, settings{alpha, pass}, said, len(f.trials)
			}
			f.trials = append(f.trials, Trial{Fold: f.number, Stage: g.name, Alpha: number(float64(alpha)), Passes: pass, Cases: len(held), LogLoss: number(loss)})
		})
	}
	if chosen < len(f.trials) {
		f.trials[chosen].Chosen = true
	}
	return best, logits
}

// finish fits on the whole training part by the chosen setting, calibrated by what was held out for choosing it.
func (g stage) finish(s settings, examples, held []example, logits []float32) *accept.Model {
	m := g.model(s.alpha)
	g.fit(m, examples, s.passes, nil)
	for i := range held {
		m.Calibrate(logits[i], held[i].taken, 1)
	}
	return m
}

// examples are the cases of people, as features see them.
func (f *fold) examples(people []int, features func(*shown) []accept.Feature) (out []example) {
	for _, p := range people {
		for i := f.spans[p][0]; i < f.spans[p][1]; i++ {
			if c := &f.cases[i]; !c.told {
				out = append(out, example{x: features(c), taken: c.taken})
			}
		}
	}
	return out
}

func mainOf(c *shown) []accept.Feature    { return c.main }
func crossedOf(c *shown) []accept.Feature { return c.crossed }

// online are the cases of people with what their own past says; offset is what is said without it, by case, and what answers
// are held against.
func (f *fold) online(people []int, offset []float32) (out []example) {
	for _, p := range people {
		from, to := f.spans[p][0], f.spans[p][1]
		replay(f.cases[from:to], probabilities(offset[from:to]), f.options.peek, func(i int, _ *past, x []accept.Feature) {
			if c := &f.cases[from+i]; !c.told {
				out = append(out, example{slices.Clone(x), offset[from+i], c.taken})
			}
		})
	}
	return out
}

func probabilities(logits []float32) []float32 {
	out := make([]float32, len(logits))
	for i, l := range logits {
		out[i] = float32(sigmoid(l))
	}
	return out
}

// score writes what a model says of the cases of people.
func (f *fold) score(m *accept.Model, people []int, to []float32) {
	for _, p := range people {
		for i := f.spans[p][0]; i < f.spans[p][1]; i++ {
			to[i] = m.Score(f.cases[i].crossed, 0, nil)
		}
	}
}

// parts is over how many parts of the training people their own offsets are made: each by a fit on the others.
const parts = 3

// crossFit writes what is said of people without their answers, by fits that did not see them.
func (f *fold) crossFit(s settings, people []int, to []float32) {
	for k := range parts {
		var fitted, rest []int
		for i, p := range people {
			if i%parts == k {
				rest = append(rest, p)
			} else {
				fitted = append(fitted, p)
			}
		}
		m := stageStatic.model(s.alpha)
		stageStatic.fit(m, f.examples(fitted, crossedOf), s.passes, nil)
		f.score(m, rest, to)
	}
}

// holdOut parts the training people in those whom settings are fitted on and those whom they are chosen by.
func (f *fold) holdOut() (fitted, held []int) {
	for i, p := range f.train {
		if i%5 == 4 {
			held = append(held, p)
		} else {
			fitted = append(fitted, p)
		}
	}
	return fitted, held
}

// scattered answers for a split in which each case counts as a person: what is said without own answers.
func (f *fold) scattered() (out []answer) {
	fitted, held := f.holdOut()
	ss, _ := f.choose(stageStatic, f.examples(fitted, crossedOf), f.examples(held, crossedOf))
	m := stageStatic.model(ss.alpha)
	stageStatic.fit(m, f.examples(f.train, crossedOf), ss.passes, nil)
	for _, p := range f.test {
		c := &f.cases[f.spans[p][0]]
		a := answer{person: p, index: f.spans[p][0], taken: c.taken}
		a.p[static] = sigmoid(m.Score(c.crossed, 0, nil))
		out = append(out, a)
	}
	return out
}

// run fits all stages and answers for the tested people.
func (f *fold) run(ctx context.Context) ([]answer, error) {
	fitted, held := f.holdOut()
	all := f.examples(f.train, crossedOf)
	heldStatic := f.examples(held, crossedOf)
	sm, lm := f.choose(stageMain, f.examples(fitted, mainOf), f.examples(held, mainOf))
	ss, ls := f.choose(stageStatic, f.examples(fitted, crossedOf), heldStatic)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}

	offset := make([]float32, len(f.cases))
	inner := stageStatic.model(ss.alpha)
	stageStatic.fit(inner, f.examples(fitted, crossedOf), ss.passes, nil)
	f.score(inner, held, offset)
	f.crossFit(ss, fitted, offset)
	heldOnline := f.online(held, offset)
	so, lo := f.choose(stageOnline, f.online(fitted, offset), heldOnline)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}

	models := fittedModels{
		main:   stageMain.finish(sm, f.examples(f.train, mainOf), heldStatic, lm),
		static: stageStatic.finish(ss, all, heldStatic, ls),
	}
	f.crossFit(ss, f.train, offset)
	models.online = stageOnline.finish(so, f.online(f.train, offset), heldOnline, lo)
	f.score(models.static, f.test, offset)
	return f.answer(&models, offset)
}

type fittedModels struct{ main, static, online *accept.Model }

// The systems that are compared.
const (
	online = iota
	static
	mainEffects
	ownRate
	offerRate
	globalRate
	systems
)

// answer is what the systems say of a case, as probabilities.
type answer struct {
	person, index int
	known         int // answers of the person
	taken         bool
	p             [systems]float64
	features      int
	bytes         int // of the person's responses
}

// answer asks all systems about the tested people.
func (f *fold) answer(m *fittedModels, offset []float32) (out []answer, err error) {
	var taken, all float64
	offers := map[uint64][2]float64{}
	for _, p := range f.train {
		for i := f.spans[p][0]; i < f.spans[p][1]; i++ {
			if c := &f.cases[i]; !c.told {
				o := offers[c.offer]
				all, o[1] = all+1, o[1]+1
				if c.taken {
					taken, o[0] = taken+1, o[0]+1
				}
				offers[c.offer] = o
			}
		}
	}
	global := (taken + 1) / (all + 2)
	for _, p := range f.test {
		from, to := f.spans[p][0], f.spans[p][1]
		cases, expected := f.cases[from:to], probabilities(offset[from:to])
		n, err := fair(cases, expected, f.options.peek)
		if err != nil {
			return nil, err
		}
		f.checked += n
		replay(cases, expected, f.options.peek, func(i int, known *past, x []accept.Feature) {
			c := &cases[i]
			if c.told {
				return
			}
			a := answer{person: p, index: from + i, known: known.answers, taken: c.taken, features: len(x) + len(c.crossed), bytes: known.responses.Size()}
			o := offers[c.offer]
			own, _ := known.responses.Rate(c.subjects[0], float32(global), c.at)
			a.p = [systems]float64{
				online:      float64(m.online.Probability(m.online.Score(x, offset[from+i], nil))),
				static:      float64(m.static.Probability(offset[from+i])),
				mainEffects: float64(m.main.Probability(m.main.Score(c.main, 0, nil))),
				ownRate:     float64(own),
				offerRate:   (o[0] + 2*global) / (o[1] + 2),
				globalRate:  global,
			}
			out = append(out, a)
		})
	}
	return out, nil
}
