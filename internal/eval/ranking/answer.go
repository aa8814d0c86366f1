package ranking

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/offers/next"
)

// question is an event whose place is asked for; instance is its number among the instances, -1: none.
type question struct{ event, instance int }

func asked(instances []Instance) []question {
	out := make([]question, len(instances))
	for i := range instances {
		out[i] = question{instances[i].Event, i}
	}
	return out
}

// The systems that answer.
const (
	model = iota
	linear
	frequency
	markov
	popularity
	numSystems
)

// answer is how the systems ranked the place of a question: 1 is the best, infinity: it was no candidate.
type answer struct {
	question
	ranks   [numSystems]float64
	history int  // visits of the person that were known
	fresh   bool // the person had not been there, as far as was known
}

// run is a way to go through the questions.
type run struct {
	learning bool // weights go on learning
	strict   bool // nothing of the same minute is known
	unfitted bool // begin with the weights made by hand
}

// answer answers the questions; only events of the given splits exist.
func (s *study) answer(ctx context.Context, r run, w *next.Weights, how *setting, questions []question, exist ...Split) ([]answer, error) {
	o := how.online()
	if r.unfitted {
		o = next.Defaults()
	}
	j := &judge{study: s, counts: newCounts(s), model: next.New(s.empty(), o), histories: make([]next.History, len(s.Users))}
	if !r.unfitted {
		j.model.Use(w)
	}
	j.scores = make([]float32, len(s.Places))
	if s.Frozen {
		return j.frozen(ctx, questions, exist)
	}
	return j.live(ctx, r, questions, exist)
}

// judge ranks all candidates for each question.
type judge struct {
	*study
	*counts
	model      *next.Model
	histories  []next.History
	scratch    next.Scratch
	candidates []uint32
	scores     []float32
}

func (s *study) ask(e *Event) (q next.Query) {
	if s.Timed {
		q.At = e.At
	}
	return q
}

// live walks through all events in their order and answers each question before it is known.
func (j *judge) live(ctx context.Context, r run, questions []question, exist []Split) (out []answer, err error) {
	j.candidates = make([]uint32, len(j.Places))
	for i := range j.candidates {
		j.candidates[i] = uint32(i)
	}
	wanted := map[int]question{}
	for _, q := range questions {
		wanted[q.event] = q
	}
	for i := 0; i < len(j.Events); {
		after := i + 1
		for r.strict && after < len(j.Events) && j.Events[after].At.Equal(j.Events[i].At) {
			after++
		}
		for k := i; k < after; k++ {
			e := &j.Events[k]
			if q, ok := wanted[k]; ok {
				out = append(out, j.rank(q, &j.histories[e.User]))
			}
			if r.learning && (e.Split != Train || r.unfitted) && slices.Contains(exist, e.Split) {
				j.learn(e)
			}
		}
		for k := i; k < after; k++ {
			if e := &j.Events[k]; slices.Contains(exist, e.Split) {
				j.model.Shared().Observe(&j.histories[e.User], e.visit())
				j.count(e)
			}
		}
		if i = after; ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return out, nil
}

func (j *judge) learn(e *Event) {
	if j.Timed {
		j.model.Learn(&j.histories[e.User], e.visit())
	} else {
		j.model.LearnUntimed(&j.histories[e.User], e.visit())
	}
}

// frozen answers from the training and validation parts (where these exist) and what a question lists.
func (j *judge) frozen(ctx context.Context, questions []question, exist []Split) (out []answer, err error) {
	known := exist[:len(exist)-1]
	own := make([][]int, len(j.Users))
	seen := make([]bool, len(j.Places))
	for i := range j.Events {
		e := &j.Events[i]
		if slices.Contains(exist, e.Split) {
			own[e.User] = append(own[e.User], i)
		}
		if slices.Contains(known, e.Split) {
			j.model.Shared().Observe(&j.histories[e.User], e.visit())
			j.visits[e.Place]++
		}
		if e.Split == Train {
			seen[e.Place] = true
		}
	}
	for i, ok := range seen {
		if ok {
			j.candidates = append(j.candidates, uint32(i))
		}
	}
	for _, q := range questions {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e := &j.Events[q.event]
		var h next.History
		j.forget(e.User)
		for _, x := range j.earlier(q, own[e.User], known) {
			h.Add(x.visit())
			j.count(&x)
			j.visits[x.Place]-- // of everybody's, it counted already or doesn't
		}
		out = append(out, j.rank(q, &h))
	}
	return out, nil
}

// earlier returns what is known of the person: everything before, or the known parts and then what the question lists. Between
// these there may be months that nobody knows of: the known parts are brought nearer by whole weeks, so that hours and weekdays
// stay, and the last visit is not a year ago.
func (j *judge) earlier(q question, own []int, known []Split) (out []Event) {
	var listed []int
	if q.instance >= 0 {
		listed = j.Instances[q.instance].Context
	}
	for _, i := range own {
		if i >= q.event {
			break
		}
		e := j.Events[i]
		if listed == nil || slices.Contains(known, e.Split) && (len(listed) == 0 || i < listed[0]) {
			out = append(out, e)
		}
	}
	if len(listed) == 0 {
		return out
	}
	const week = 7 * 24 * time.Hour
	if n := len(out); n > 0 {
		shift := (j.Events[listed[0]].At.Sub(out[n-1].At) - 24*time.Hour) / week * week
		for k := range out {
			out[k].At = out[k].At.Add(max(shift, 0))
		}
	}
	for _, i := range listed {
		out = append(out, j.Events[i])
	}
	return out
}

// rank lets every system answer.
func (j *judge) rank(q question, h *next.History) answer {
	e := &j.Events[q.event]
	a := answer{question: q, history: h.Total(), fresh: j.own[e.User][e.Place] == 0}
	at := slices.Index(j.candidates, e.Place)
	if at < 0 {
		for i := range a.ranks {
			a.ranks[i] = math.Inf(1)
		}
		return a
	}
	scores := j.scores[:len(j.candidates)]
	j.model.Rank(&j.scratch, h, j.ask(e), j.candidates, scores)
	a.ranks[model] = expectedRank(scores, at)
	j.model.RankLinear(&j.scratch, h, j.ask(e), j.candidates, scores)
	a.ranks[linear] = expectedRank(scores, at)
	for system := frequency; system < numSystems; system++ {
		for i, p := range j.candidates {
			scores[i] = j.score(system, e.User, p)
		}
		a.ranks[system] = expectedRank(scores, at)
	}
	return a
}

// expectedRank is the rank of an entry if ties are broken at random, on average.
func expectedRank(scores []float32, at int) float64 {
	var above, same float64
	for _, v := range scores {
		switch {
		case v > scores[at]:
			above++
		case v == scores[at]:
			same++
		}
	}
	return above + (same+1)/2
}
