package affect

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/wearable"
	"github.com/flaneur-io/flaneur/offers"
)

// Operating says what a rule that acts on stress would do to people: how much of the time under stress it leaves them
// unprotected, and how much of other time it takes offers away for nothing.
type Operating struct {
	Threshold      eval.Number `json:"threshold"`
	Unprotected    eval.Number `json:"unprotected"`    // share of the windows of stress
	OverProtected  eval.Number `json:"overProtected"`  // share of the windows of baseline and amusement
	WithMeditation eval.Number `json:"withMeditation"` // the same, meditation included
}

// tally counts windows by condition, and those in which the rule acted.
type tally struct{ windows, acted [numConditions]float64 }

func (t *tally) add(c Condition, acted bool) {
	t.windows[c]++
	if acted {
		t.acted[c]++
	}
}

func (t *tally) operating(threshold float64) Operating {
	share := func(conditions ...Condition) eval.Number {
		var n, acted float64
		for _, c := range conditions {
			n, acted = n+t.windows[c], acted+t.acted[c]
		}
		return eval.Number(acted / n)
	}
	return Operating{
		eval.Number(threshold), 1 - share(Stress), share(Baseline, Amusement), share(Baseline, Amusement, Meditation),
	}
}

// thresholds are the points of the curve, on the filtered probability of stress.
var thresholds = [...]float64{0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}

func operating(recordings []Recording, ws []walked) (out []Operating) {
	for _, th := range thresholds {
		var t tally
		for k, r := range recordings {
			for i, c := range r.Labels {
				if c != None {
					t.add(c, ws[k].readings[i].Filtered >= th)
				}
			}
		}
		out = append(out, t.operating(th))
	}
	return out
}

// Rail is what one guard rail of the offers did while the recordings were replayed.
type Rail struct {
	Name string `json:"name"`
	Operating
}

const (
	pause    = time.Minute // between two affects that leave the phone …
	surprise = 0.1         // unless the probability of stress moved by so much
)

// replay lets the readings of held-out people go the whole way: an affect a minute to an estimator, as the server has it, and
// its estimate through the default guard rails of the matcher. Three offers wait all the time: a lunch that would be
// pushed, a bar and a casino for somebody who asks. What also fails with mood off is no doing of these rails and not counted.
func replay(recordings []Recording, ws []walked) ([]Rail, error) {
	stand, err := newStand()
	if err != nil {
		return nil, err
	}
	tallies := make([]tally, len(stand.trials))
	for k, r := range recordings {
		var e mood.Estimator
		var person offers.Person
		var last wearable.Reading
		for i, w := range r.Windows {
			if x := ws[k].readings[i]; !x.At.IsZero() && (x.At.Sub(last.At) >= pause || math.Abs(x.Filtered-last.Filtered) >= surprise) {
				if a, ok := x.Affect(); ok {
					e.Observe(a)
					last = x
				}
			}
			estimate := e.At(w.End)
			person.ObserveMood(w.End, estimate, stand.rails)
			if r.Labels[i] == None {
				continue
			}
			for n, t := range stand.trials {
				if stand.offered(t, &person, w.End, mood.Estimate{}, mood.Off) {
					tallies[n].add(r.Labels[i], !stand.offered(t, &person, w.End, estimate, mood.Help))
				}
			}
		}
	}
	var out []Rail
	for n, t := range stand.trials {
		out = append(out, Rail{t.name, tallies[n].operating(math.NaN())})
	}
	return out, nil
}

// stand is a square with three offers, and somebody in it.
type stand struct {
	matcher *offers.Matcher
	rails   *offers.Guardrails
	trials  []trial
	result  offers.Result
}

type trial struct {
	name  string
	offer id.Offer
	pull  bool
}

var square = geo.Point{Lat: 50.938, Lon: 6.957}

func newStand() (*stand, error) {
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		return nil, err
	}
	reach, err := geo.NewCircle(square, 300)
	if err != nil {
		return nil, err
	}
	s := &stand{rails: rails, trials: []trial{
		{"push", "off_lunch", false}, {"bar, asked for", "off_bar", true}, {"casino, asked for", "off_casino", true},
	}}
	catalogue := offers.NewCatalogue(everywhere{})
	for i, category := range []string{"restaurant", "bar", "casino"} {
		o := &offers.Offer{
			ID: s.trials[i].offer, Merchant: "mer_x", Title: "x", Category: category, Reach: reach, Triggers: offers.Nearby | offers.Pull,
		}
		if err := catalogue.PutOffers(o); err != nil {
			return nil, err
		}
	}
	s.matcher = offers.NewMatcher(catalogue, rails)
	return s, nil
}

// offered reports whether somebody is offered what is tried.
func (s *stand) offered(t trial, p *offers.Person, at time.Time, e mood.Estimate, level mood.Level) bool {
	s.matcher.Evaluate(&s.result, p, &offers.Moment{
		Now: at, Point: square, Cell: everywhere{}.cell(), Step: geo.Step{Speed: geo.Unknown, Course: geo.Unknown}, Mood: e, MoodLevel: level, Pull: t.pull, Radius: 500,
	})
	for i := range s.result.Matches {
		if s.result.Matches[i].Offer.ID == t.offer {
			return true
		}
	}
	return false
}

// everywhere is a grid of one cell, which is all that a square needs.
type everywhere struct{}

func (everywhere) cell() geo.Cell { return 0x891fa199957ffff }

// At implements offers.Grid.
func (g everywhere) At(_ geo.Point, res int) (geo.Cell, error) { return g.cell().Parent(res), nil }

// Fit implements offers.Grid.
func (everywhere) Fit(_ geo.Region, finest, _ int) int { return finest }

// CoverAncestors implements offers.Grid.
func (g everywhere) CoverAncestors(dst []geo.CellCover, _ geo.Region, res, _ int) ([]geo.CellCover, error) {
	return append(dst, geo.CellCover{Cell: g.cell().Parent(res), Centre: square, Radius: 1000}), nil
}
