package matching

import (
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
		if g.Accepted.Value < 0.005 || g.Regret.Value > -0.005 {
			t.Errorf("%s is no better than %s: %+.3f accepted per delivered, %+.3f regret", g.Of, g.Over, g.Accepted.Value, g.Regret.Value)
		}
		t.Logf("%s against %s: %+.3f accepted per delivered, %+.3f regret", g.Of, g.Over, g.Accepted.Value, g.Regret.Value)
	}
}
