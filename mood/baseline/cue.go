package baseline

import "math"

// Cue is a number of which it is known what it tells when it is more than usual: how much a standard deviation of it adds to
// valence and to arousal. Low and High bound it, Floor is that of its [Norm].
type Cue struct {
	Low, High, Floor float64
	Valence, Arousal float64
}

// soften is where scores begin to count for less: no single cue decides.
const soften = 3.0

// Compare reads the cues as differences from the norms, each held softly within 3 standard deviations, and only then learns
// them. The three slices run in parallel; what is NaN was not measured, tells nothing and teaches nothing. Share, 0 to 1, says
// how much of what could tell about arousal was measured. It allocates nothing.
func Compare(cues []Cue, norms []Norm, x []float64, weight float64, p Pace) (valence, arousal, share float64) {
	var measured, all float64
	for i := range cues {
		c, n := &cues[i], &norms[i]
		all += math.Abs(c.Arousal)
		if !finite(x[i]) {
			continue
		}
		if n.Weight > 0 {
			measured += math.Abs(c.Arousal)
			z := soften * math.Tanh(n.Score(x[i], c.Floor)/soften)
			valence += c.Valence * z
			arousal += c.Arousal * z
		}
		n.Learn(x[i], c.Floor, weight, p)
	}
	if all > 0 {
		share = measured / all
	}
	return valence, arousal, share
}
