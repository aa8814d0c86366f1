package affect

import (
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/mood/wearable"
	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// TestShippedAreCalibrated: what the weights that come with the program call a probability of stress is as often so among
// invented people in an invented laboratory. Their directions and sizes are made by hand; slopes and shifts are from here, as
// there is nobody whose recording could be used. When it fails it says what belongs into mood/wearable/weights.json.
func TestShippedAreCalibrated(t *testing.T) {
	dir := t.TempDir()
	if err := (wearer.Study{Seed: 1, People: 12}).WriteFiles(dir); err != nil {
		t.Fatal(err)
	}
	people, _, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, stress := wearable.Default(), stressSight(nil)
	for _, device := range []struct {
		name string
		head *wearable.Likelihood
		sees func([]Recording) []Recording
	}{{"wrist", &w.Wrist.Stress, func(r []Recording) []Recording { return r }}, {"heart", &w.Heart.Stress, strapOnly}} {
		var alone, lasting design
		for _, p := range device.sees(people) {
			var memory wearable.Memory
			for _, s := range follow(&p, false).steps {
				if s.fresh {
					memory = wearable.Memory{}
				}
				if !s.seen {
					continue
				}
				score := device.head.Score(&s.contrast)
				mean := memory.Take(score)
				if y, ok := stress.answer(s.label); ok {
					alone.add([]float64{score}, 1, y)
					lasting.add([]float64{mean}, 1, y)
				}
			}
		}
		for name, c := range map[string]struct {
			has wearable.Calibration
			of  *design
		}{"alone": {device.head.Alone, &alone}, "lasting": {device.head.Lasting, &lasting}} {
			want, worst := platt(c.of), 0.0
			for i := range c.of.rows() {
				x := c.of.row(i)[0]
				worst = math.Max(worst, math.Abs(c.has.Probability(x)-want.Probability(x)))
			}
			if worst > 0.15 {
				t.Errorf("%s, %s: up to %.2f too much or too little; it should be {\"slope\": %.2g, \"shift\": %.2g}", device.name, name, worst, want.Slope, want.Shift)
			}
		}
	}
}

func strapOnly(people []Recording) []Recording {
	out := append([]Recording(nil), people...)
	for i := range out {
		out[i].Windows = bare(out[i].Windows)
	}
	return out
}
