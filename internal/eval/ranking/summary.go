package ranking

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/offers/next"
)

func (s *study) protocol() Protocol {
	p := Protocol{
		Mode: "live", Time: "unknown", Ties: "expected rank",
		Known:      "every visit of everybody before it, in the order of time and, within the same time, of the file",
		Candidates: "all places",
		Fit:        "weights on the training part; settings chosen on the validation part; then weights go on learning from visits before",
	}
	if s.Timed {
		p.Time = "known"
	}
	if s.Frozen {
		p.Mode = "frozen"
		p.Known = "the training and validation parts, and the person's own visits that the instance lists (none listed: all before)"
		p.Candidates = "the places of the training part"
		p.Fit = "weights on the training part; settings chosen on the validation part; nothing learns afterwards"
	}
	return p
}

func (s *study) describe() Described {
	d := Described{Users: len(s.Users), Visits: len(s.Events), Places: len(s.Places), Instances: len(s.Instances)}
	for i := range s.Events {
		switch s.Events[i].Split {
		case Train:
			d.Train++
		case Valid:
			d.Valid++
		case Test:
			d.Test++
		}
	}
	for i := range s.Places {
		if s.Places[i].At != nil {
			d.WithPosition++
		}
		if s.Places[i].Category != "" {
			d.WithCategory++
		}
	}
	people := map[int]bool{}
	for _, q := range s.Instances {
		people[s.Events[q.Event].User] = true
	}
	d.InstanceUsers = len(people)
	if d.WithPosition < d.Places {
		s.Notes = append(s.Notes, fmt.Sprintf("%d places have no position", d.Places-d.WithPosition))
	}
	return d
}

// summarise measures the answers of the runs.
func (r *Result) summarise(s *study, runs [][]answer) {
	first := runs[0]
	r.Model = s.figures(first, everything, model)
	r.Variants = []Named{{"without the net", s.figures(first, everything, linear)}}
	for i, name := range []string{"weights held after the fit", "nothing of the same minute known", "weights made by hand, nothing fitted", "… and learning from each visit"} {
		if i+1 < len(runs) {
			r.Variants = append(r.Variants, Named{name, s.figures(runs[i+1], everything, model)})
		}
	}
	for i, name := range []string{"own frequency", "own transitions (first-order Markov)", "popularity"} {
		f := s.figures(first, everything, frequency+i)
		gain := s.against(first, func(a *answer) (theirs, ours, ok bool) { return a.ranks[frequency+i] <= 1, a.ranks[model] <= 1, true }).Difference
		f.Gain = &gain
		r.Baselines = append(r.Baselines, Named{name, f})
	}
	r.Returns = s.figures(first, func(a *answer) bool { return !a.fresh }, model)
	r.New = s.figures(first, func(a *answer) bool { return a.fresh }, model)
	category := func(a *answer) string { return s.Places[s.Events[a.event].Place].Category }
	r.Consumer = s.figures(first, func(a *answer) bool { return isConsumer(category(a)) }, model)
	const most = 20
	for i, c := range append(ordered(s.Places), "") {
		f := s.figures(first, func(a *answer) bool { return category(a) == c }, model)
		if c == "" {
			c = "(not told)"
		}
		if f.Instances > 0 && (i < most || c == "(not told)") {
			r.Category = append(r.Category, Named{c, f})
		}
	}
	low := 0
	for _, high := range []int{20, 50, 100, 200, math.MaxInt} {
		f := s.figures(first, func(a *answer) bool { return a.history >= low && a.history < high }, model)
		name := fmt.Sprintf("%d-%d", low, high-1)
		if high == math.MaxInt {
			name = fmt.Sprintf("%d and more", low)
		}
		if low = high; f.Instances > 0 {
			r.History = append(r.History, Named{name, f})
		}
	}
	r.Published = s.published(first)
	r.Anchors = anchors
	if f := figures(first, func(a *answer) bool { return math.IsInf(a.ranks[model], 1) }, model); f.Instances > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d instances ask for a place that is no candidate: missed", f.Instances))
	}
	r.Data.Notices = append([]string{}, s.Notes...)
}

var nan = eval.Number(math.NaN())

// anchors are published figures on New York check-ins of the same origin. Constant.
var anchors = []Anchor{
	{"LLM-Mob (GPT-3.5), its own answers, time known", .2744, nan, nan, "all 12,141 samples of the official split; where the instances carry its answers, the paired comparison is the one to read"},
	{"LLM-Mob (GPT-3.5), its own answers, time unknown", nan, .6924, nan, "the same"},
	{"GETNext, run again by others", .2449, .5527, .3462, "other preprocessing and 5,550 other instances; time unknown, frozen"},
	{"STHGCN", .2503, .5237, .343, "other instances again (9,778)"},
	{"GNPR-SID, LLM4POI", .36, nan, nan, "as cited, not re-checked; 876 prompts"},
}

// cost measures rankings of what a service would rank: the places of the person and others, 132 in all if there are so many.
func (s *study) cost(w *next.Weights) (c Cost) {
	m := next.New(s.empty(), next.Defaults())
	m.Use(w)
	histories := make([]next.History, len(s.Users))
	for i := range s.Events {
		e := &s.Events[i]
		m.Shared().Observe(&histories[e.User], e.visit())
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var x next.Scratch
	var took [2]time.Duration
	var candidates, visits, bytes, snapshot int
	var list []uint32
	scores := make([]float32, 1024)
	for u := range histories {
		h := &histories[u]
		for list = h.Places(list[:0]); len(list) < 132; {
			list = append(list, uint32(rng.IntN(len(s.Places))))
		}
		q := next.Query{At: s.Events[len(s.Events)-1].At}
		for i, rank := range []func(*next.Scratch, *next.History, next.Query, []uint32, []float32){m.RankLinear, m.Rank} {
			for range 10 {
				began := time.Now()
				rank(&x, h, q, list, scores[:len(list)])
				took[i] += time.Since(began)
			}
		}
		candidates += len(list)
		visits += h.Len()
		bytes += h.Size()
		c.MostBytesPerUser = max(c.MostBytesPerUser, h.Size())
		snapshot += len(h.AppendState(nil))
	}
	n := eval.Number(len(histories))
	each := func(d time.Duration) eval.Number {
		return eval.Number(float64(d.Nanoseconds()) / 1e4 / float64(candidates))
	}
	c.LinearMicroseconds, c.FullMicroseconds = each(took[0]), each(took[1])
	c.Candidates, c.Visits, c.BytesPerUser, c.SnapshotBytes = eval.Number(candidates)/n, eval.Number(visits)/n, eval.Number(bytes)/n, eval.Number(snapshot)/n
	return c
}
