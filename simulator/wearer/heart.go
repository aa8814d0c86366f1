package wearer

import (
	"math"
	"math/rand/v2"
)

// Heart and breath.
const (
	toneRate    = 22.0 // beats per minute per unit of tone: see tone
	gestureRate = 4.0  // standing and talking
	pleasure    = 2.0  // beats per minute that pleasant feelings take away: small, as valence in the body is (assumed)
	speechRate  = 5.0  // and by how much the rate goes up and down with sentences and pauses: assumed
	speechTime  = 10.0
	rateUp      = 20.0 // seconds in which the rate follows upwards
	rateDown    = 45.0 // and downwards

	// Tone takes vagal variability away: RMSSD falls in laboratory stress (Castaldo et al. 2015, a meta-analysis); by a
	// third, and by half in walking, is assumed.
	vagalLoss    = 0.6
	walkingVagal = 0.5
	talkingVagal = 0.9

	slowWaves    = 0.10 // Hz, Mayer waves (Task Force 1996: low frequency 0.04 to 0.15 Hz)
	breathSwing  = 1.05 // amplitude of respiratory sinus arrhythmia in units of RMSSD
	slowSwing    = 0.65 // of slow waves; SDNN is then about 1.2 RMSSD (Nunan et al. 2010: 50 to 42 ms)
	noiseSwing   = 0.35 // of each of the processes that make 1/f together
	shortestBeat = 330.0
	longestBeat  = 1600.0
)

// noiseTimes are the time constants, in seconds, of relaxation processes whose sum has a 1/f spectrum.
var noiseTimes = [...]float64{4, 20, 100}

// heart makes beats.
type heart struct {
	rng    *rand.Rand
	person *Person
	own    float64 // tone of its own
	speech float64 // sentences and pauses
	rate   float64 // beats per minute, before variability
	talk   float64 // added to it

	breath, slow float64 // phases in turns
	breathEvery  float64 // seconds of a breath now
	noise        [len(noiseTimes)]float64

	interval float64 // ms of the beat under way
	phase    float64 // of it, 0 to 1
	vagal    float64 // RMSSD to aim at, ms
}

func newHeart(p *Person, seed uint64) heart {
	h := heart{rng: rand.New(rand.NewPCG(seed, heartStream)), person: p, rate: p.RestingHR, vagal: p.RMSSD, breathEvery: 60 / p.Breaths}
	h.own = toneSD * h.rng.NormFloat64()
	h.interval = 60000 / h.rate
	return h
}

// second sets the pace of the next second, and returns the tone.
func (h *heart) second(f Feeling, a Activity) float64 {
	h.own = wander(h.rng, h.own, toneSD, 1/toneTime)
	h.speech = wander(h.rng, h.speech, 1, 1/speechTime)
	t := tone(f, h.own)
	above := h.person.Heart * (t - easeTone)
	rate, vagal := h.person.RestingHR+toneRate*above-pleasure*f.Valence, h.person.RMSSD*math.Exp(-vagalLoss*above)
	breaths := h.person.Breaths * (1 + 0.3*(t-easeTone))
	switch a {
	case Walking:
		rate, vagal, breaths = rate+h.person.Exertion, vagal*walkingVagal, breaths+6
	case Gesturing:
		rate, vagal = rate+gestureRate, vagal*talkingVagal
		breaths *= 0.85 + 0.3*h.rng.Float64() // speech breaks the breath up
	case Resting:
		rate, breaths = rate-2, breaths*0.85
	}
	follow := rateDown
	if rate > h.rate {
		follow = rateUp
	}
	h.rate += (rate - h.rate) / follow
	h.talk = 0
	if a == Gesturing {
		h.talk = speechRate * h.speech
	}
	h.vagal += (vagal - h.vagal) / rateUp
	h.breathEvery += (60/breaths - h.breathEvery) / 3
	return t
}

// step lets dt seconds pass. It returns the phase in the pulse, 0 to 1, that of the breath, and the interval in ms if a
// beat has just ended.
func (h *heart) step(dt float64) (phase, breath, ended float64) {
	h.breath += dt / h.breathEvery
	h.breath -= math.Floor(h.breath)
	h.slow += dt * slowWaves
	h.slow -= math.Floor(h.slow)
	h.phase += 1000 * dt / h.interval
	if h.phase >= 1 {
		left := (h.phase - 1) * h.interval
		ended = h.interval
		h.interval = h.next(ended)
		h.phase = left / h.interval
	}
	return h.phase, h.breath, ended
}

// next draws an interval: the pace, the breath's swing, slow waves and 1/f noise.
func (h *heart) next(last float64) float64 {
	seconds := last / 1000
	sum := 0.0
	for i, constant := range noiseTimes {
		keep := math.Exp(-seconds / constant)
		h.noise[i] = keep*h.noise[i] + math.Sqrt(1-keep*keep)*h.rng.NormFloat64()
		sum += h.noise[i]
	}
	h.slow += 0.02 * h.rng.NormFloat64() // waves are no clock
	swing := breathSwing*math.Sin(2*math.Pi*h.breath) + slowSwing*math.Sin(2*math.Pi*h.slow) + noiseSwing*sum
	return math.Max(shortestBeat, math.Min(longestBeat, 60000/(h.rate+h.talk)+h.vagal*swing))
}
