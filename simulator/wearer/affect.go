package wearer

import (
	"math"
	"math/rand/v2"
)

// Feeling is the hidden truth behind the signals.
type Feeling struct {
	Valence, Arousal float64 // -1 to 1
	Stress           float64 // 0 to 1
}

// Dynamics of the hidden path. Half-lives and variances within a person are those of package mood, which has them from
// a diary study; they are repeated here, because a simulation that took them from the estimator could not show it wrong.
const (
	valenceHalfLife = 10 * 3600.0 // seconds
	arousalHalfLife = 3 * 3600.0
	flickHalfLife   = 600.0
	valenceSD       = 0.24
	arousalSD       = 0.40
	flickSD         = 0.08 // assumed: 5 % of the variance

	sceneTime    = 60.0  // seconds in which a scene takes hold: assumed
	stressTime   = 60.0  // heart rate is up within the first minutes of a talk (Kirschbaum et al. 1993)
	relaxTime    = 300.0 // and back to rest within 20 minutes
	stressLowers = 0.55  // valence under full stress; self-reports fall by 2 of 9 points, or more: assumed
	stressDrives = 0.65  // arousal
)

// path is the affect, second by second.
type path struct {
	rng                  *rand.Rand
	person               *Person
	valence, arousal     float64 // slow parts
	flickV, flickA       float64 // fast parts
	sceneV, sceneA, load float64 // what the scene does
}

func newPath(p *Person, seed uint64) path {
	rng := rand.New(rand.NewPCG(seed, affectStream))
	return path{
		rng: rng, person: p,
		valence: valenceSD * rng.NormFloat64(), arousal: arousalSD * rng.NormFloat64(),
		flickV: flickSD * rng.NormFloat64(), flickA: flickSD * rng.NormFloat64(),
	}
}

// pass lets seconds pass in which nothing happens.
func (p *path) pass(seconds float64) {
	p.valence = wander(p.rng, p.valence, valenceSD, seconds*math.Ln2/valenceHalfLife)
	p.arousal = wander(p.rng, p.arousal, arousalSD, seconds*math.Ln2/arousalHalfLife)
	p.flickV = wander(p.rng, p.flickV, flickSD, seconds*math.Ln2/flickHalfLife)
	p.flickA = wander(p.rng, p.flickA, flickSD, seconds*math.Ln2/flickHalfLife)
}

// second lets a second of a scene pass.
func (p *path) second(s *Scene) {
	p.pass(1)
	p.sceneV += (s.Valence - p.sceneV) / sceneTime
	p.sceneA += (s.Arousal - p.sceneA) / sceneTime
	if pace := stressTime; s.Stress > p.load {
		p.load += (s.Stress - p.load) / pace
	} else {
		p.load += (s.Stress - p.load) / relaxTime
	}
}

func (p *path) feeling() Feeling {
	return Feeling{
		Valence: limit(p.person.Valence + p.valence + p.flickV + p.sceneV - stressLowers*p.load),
		Arousal: limit(p.person.Arousal + p.arousal + p.flickA + p.sceneA + stressDrives*p.load),
		Stress:  p.load,
	}
}

// wander is a step of an Ornstein-Uhlenbeck process around 0 with a standard deviation, over a time in time constants.
func wander(rng *rand.Rand, x, sd, time float64) float64 {
	keep := math.Exp(-time)
	return keep*x + sd*math.Sqrt(1-keep*keep)*rng.NormFloat64()
}

func limit(x float64) float64 { return math.Max(-1, math.Min(1, x)) }

// Tone is made of arousal and stress; 0.25 is ease. Weights are assumed, such that a talk before a committee adds some
// 15 to 25 beats per minute (Kirschbaum et al. 1993) and a day's ups and downs a few.
const (
	easeTone    = 0.25
	arousalTone = 0.20
	stressTone  = 0.35
	toneSD      = 0.09 // of what the body does by itself
	toneTime    = 180.0
)

// tone returns the sympathetic tone that goes with a feeling, 0 to about 1.
func tone(f Feeling, own float64) float64 {
	return math.Max(0, easeTone+arousalTone*f.Arousal+stressTone*f.Stress+own)
}
