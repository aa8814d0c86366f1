package acceptance

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/eval"
)

type number = eval.Number

var nan = number(math.NaN())

func sigmoid(logit float32) float64 { return 1 / (1 + math.Exp(-float64(logit))) }

// logLoss is -ln of what was said of what happened, which counts as 1e-6 at least.
func logLoss(p float64, taken bool) float64 {
	if !taken {
		p = 1 - p
	}
	return -math.Log(max(p, 1e-6))
}

const bins = 10

// bin is what was said about some cases and what came.
type bin struct{ cases, said, taken float64 }

// ranked is what a system said, sorted once, so that many draws of people can be measured.
type ranked struct {
	said   []float64 // ascending
	taken  []bool
	person []int                             // numbered from 0
	sums   []struct{ n, loss, hits float64 } // by person
	bins   [bins]bin
}

// rank sorts what a system said about some answers; people are those in who.
func rank(all []answer, system int, who map[int]int) *ranked {
	r := &ranked{sums: make([]struct{ n, loss, hits float64 }, len(who))}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(all[a].p[system], all[b].p[system]) })
	for _, i := range order {
		a := &all[i]
		p, person := a.p[system], who[a.person]
		r.said, r.taken, r.person = append(r.said, p), append(r.taken, a.taken), append(r.person, person)
		s := &r.sums[person]
		s.n++
		s.loss += logLoss(p, a.taken)
		b := &r.bins[min(int(p*bins), bins-1)]
		b.cases, b.said = b.cases+1, b.said+p
		if a.taken {
			b.taken++
		}
		if (p > 0.5) == a.taken {
			s.hits++
		}
	}
	return r
}

// auc is the probability that a case that was taken is ranked above one that was not, where people count as often as they
// were drawn; nil: once.
func (r *ranked) auc(times []float64) float64 {
	var above, yes, no float64
	for i := 0; i < len(r.said); {
		var y, n float64
		j := i
		for ; j < len(r.said) && r.said[j] == r.said[i]; j++ {
			w := 1.0
			if times != nil {
				w = times[r.person[j]]
			}
			if r.taken[j] {
				y += w
			} else {
				n += w
			}
		}
		above += y * (no + n/2)
		yes, no, i = yes+y, no+n, j
	}
	return above / (yes * no)
}

// mean of a sum over people.
func (r *ranked) mean(times []float64, of func(i int) float64) float64 {
	var sum, n float64
	for i := range r.sums {
		w := 1.0
		if times != nil {
			w = times[i]
		}
		sum, n = sum+w*of(i), n+w*r.sums[i].n
	}
	return sum / n
}

func (r *ranked) loss(times []float64) float64 {
	return r.mean(times, func(i int) float64 { return r.sums[i].loss })
}

func (r *ranked) accuracy(times []float64) float64 {
	return r.mean(times, func(i int) float64 { return r.sums[i].hits })
}

func (r *ranked) ece() (sum float64) {
	for _, b := range r.bins {
		sum += math.Abs(b.said - b.taken)
	}
	return sum / float64(len(r.said))
}

// interval draws people.
func (r *ranked) interval(figure func(times []float64) float64) eval.Interval {
	times := make([]float64, len(r.sums))
	return eval.Bootstrap(len(r.sums), 1, func(drawn []int) float64 {
		clear(times)
		for _, i := range drawn {
			times[i]++
		}
		return figure(times)
	})
}

// figures measures a system, with intervals if there are enough cases to draw from.
func (r *ranked) figures(intervals bool) Figures {
	f := Figures{Cases: len(r.said), AUC: number(r.auc(nil)), LogLoss: number(r.loss(nil)), ECE: number(r.ece()), Accuracy: number(r.accuracy(nil))}
	if intervals {
		f.Intervals = &Intervals{r.interval(r.auc), r.interval(r.loss), r.interval(r.accuracy)}
	}
	return f
}

var systemNames = [systems]string{"with own answers", "without own answers", "logistic, main effects", "own rate so far", "rate of the offer", "rate of all offers"}

func (d *Data) summarise(all []answer, folds []*fold) *Result {
	who := map[int]int{}
	taken := 0.0
	for i := range all {
		if _, ok := who[all[i].person]; !ok {
			who[all[i].person] = len(who)
		}
		if all[i].taken {
			taken++
		}
	}
	r := &Result{
		Kind:     d.Kind,
		Data:     Described{File: d.File, People: len(d.people), Shown: len(d.cases), Cases: len(all), Taken: number(taken / float64(len(all))), Notices: append([]string{}, d.Notes...)},
		Protocol: d.protocol(folds),
		Anchors:  anchors[d.Kind],
	}
	for _, f := range folds {
		r.Trials, r.Fair = append(r.Trials, f.trials...), r.Fair+f.checked
	}
	r.Settings = settled(r.Trials, len(folds))
	best := rank(all, online, who)
	r.Online = best.figures(true)
	for system := static; system < systems; system++ {
		other := rank(all, system, who)
		f := other.figures(true)
		gain := best.interval(func(times []float64) float64 { return best.auc(times) - other.auc(times) })
		f.Gain = &gain
		if system == static {
			r.Without = f
		} else {
			r.Baselines = append(r.Baselines, Named{systemNames[system], f})
		}
	}
	for _, b := range best.bins {
		if b.cases > 0 {
			r.Calibration = append(r.Calibration, Bin{int(b.cases), number(b.said / b.cases), number(b.taken / b.cases)})
		}
	}
	r.Earlier = byEarlier(all, who)
	return r
}

// byEarlier measures cases by how many answers of the person were known.
func byEarlier(all []answer, who map[int]int) (out []Earlier) {
	low := 0
	for _, high := range []int{1, 2, 3, 4, 6, 11, 16, 21, math.MaxInt} {
		var part []answer
		for i := range all {
			if n := all[i].known; n >= low && n < high {
				part = append(part, all[i])
			}
		}
		name := fmt.Sprintf("%d-%d", low, high-1)
		switch high {
		case low + 1:
			name = fmt.Sprint(low)
		case math.MaxInt:
			name = fmt.Sprintf("%d+", low)
		}
		low = high
		if len(part) > 0 {
			out = append(out, Earlier{name, rank(part, online, who).figures(false), rank(part, static, who).figures(false)})
		}
	}
	return out
}

// settled joins the trials of the same setting in each of the parts.
func settled(trials []Trial, parts int) (out []Setting) {
	for _, t := range trials {
		i := slices.IndexFunc(out, func(s Setting) bool { return s.Stage == t.Stage && s.Alpha == t.Alpha && s.Passes == t.Passes })
		if i < 0 {
			i = len(out)
			out = append(out, Setting{Stage: t.Stage, Alpha: t.Alpha, Passes: t.Passes})
		}
		out[i].LogLoss += t.LogLoss / number(parts)
		if t.Chosen {
			out[i].Chosen++
		}
	}
	return out
}

func (d *Data) protocol(folds []*fold) Protocol {
	p := Protocol{
		Split:    fmt.Sprintf("%d parts by person: each is tested by what the people of the others taught", len(folds)),
		Known:    "With own answers: the person's answers that were known before the offer was shown, and what else they had been shown; without: neither",
		Settings: "Learning rate and passes chosen by log loss on a fifth of the training people, in each part anew; calibrated on the same fifth",
		Model:    "Package offers/accept, 2^18 weights; weights stand still while people are tested",
	}
	if d.split {
		p.Split = fmt.Sprintf("As the file says: %d people to learn from, %d to test", len(folds[0].train), len(folds[0].test))
	}
	if d.Kind == UCI {
		p.Known += " (a person's answers count in the order of the file)"
	}
	return p
}

// anchors are published figures. Constant.
var anchors = map[string][]Anchor{
	UCI: {
		{"random forests and boosted trees in notebooks, as cited", nan, .76, "random split: answers of the same person stand on both sides; AUC .80 to .85 reported"},
		{"logistic regression in a public repository", nan, .76, "random split"},
		{"an ensemble in a journal", nan, .974, "random split; not credible for people never seen"},
	},
	Starbucks: {
		{"FTRL prototype on the context alone", .811, .731, "own measurement, customer-disjoint, another part of the same log"},
		{"FTRL prototype with own answers", .833, .754, "the same; no published figure keeps customers apart"},
	},
}
