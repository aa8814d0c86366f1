package matching

import (
	"reflect"
	"testing"

	"github.com/flaneur-io/flaneur/geo/hex"
)

// In a small world people accept more of what the learned matcher sends than of what the first scorer does, and more of that than of
// random offers.
func TestLearnedBeatsFirstBeatsRandom(t *testing.T) {
	var jobs []*job
	for _, a := range arms {
		jobs = append(jobs, &job{arm: a, strength: strong, seeds: make([]*tally, 2)})
	}
	if err := playAll(t.Context(), &Options{Grid: hex.Grid{}, Seeds: 2, People: 60, Days: 16}, jobs); err != nil {
		t.Fatal(err)
	}
	c := compare(jobs)
	for _, g := range c.Gains {
		if g.Accepted.Value <= 0 {
			t.Errorf("%s is no better than %s: %+.4f accepted per delivered", g.Of, g.Over, g.Accepted.Value)
		}
	}
}

func TestSameSeedGivesTheSame(t *testing.T) {
	s := scene{grid: hex.Grid{}, seed: 3, people: 8, days: 8, strength: strong, changing: changing}
	var runs [2]*tally
	for i := range runs {
		var err error
		if runs[i], err = simulate(t.Context(), s, arms[2]); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(runs[0], runs[1]) {
		t.Errorf("a second run differs: %+v, %+v", runs[0], runs[1])
	}
	s.seed++
	if other, err := simulate(t.Context(), s, arms[2]); err != nil || reflect.DeepEqual(runs[0].daily, other.daily) {
		t.Errorf("another seed gives the same: %+v, %v", other, err)
	}
}
