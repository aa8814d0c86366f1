package wearer

import (
	"math"
	"math/rand/v2"
)

// Person is a body and a temperament: what differs from one person to another.
type Person struct {
	Valence, Arousal float64 // where the affect tends to, -1 to 1
	RestingHR        float64 // beats per minute, sitting
	RMSSD            float64 // ms, sitting at ease
	Breaths          float64 // per minute, sitting at ease
	Conductance      float64 // µS, skin at ease
	Responds         bool    // the skin answers at all
	Temperature      float64 // °C, skin of the wrist at ease
	PulseHeight      float64 // of the optical pulse at ease, in the sensor's units
	Heart, Skin      float64 // reactivity of heart and skin to sympathetic tone; 1: as most
	Exertion         float64 // beats per minute that walking adds
	Fidgets          float64 // small movements per minute of sitting
	Liveliness       float64 // strength of all movements; 1: as most
	Fit              float64 // how badly the optical sensor sits: its noise in heights of the pulse
}

// Invent draws a person. The same seed draws the same one.
func Invent(seed uint64) Person {
	rng := rand.New(rand.NewPCG(seed, personStream))
	between := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	spread := func(middle, width, low, high float64) float64 { // log-normal, bounded
		return math.Max(low, math.Min(high, middle*math.Exp(width*rng.NormFloat64())))
	}
	return Person{
		Valence:     0.3 + 0.2*rng.NormFloat64(), // variance between people 0.043: see package mood
		Arousal:     0.15 * rng.NormFloat64(),
		RestingHR:   between(55, 85),
		RMSSD:       spread(42, 0.35, 19, 75), // 42 ± 15, 19 to 75 ms: Nunan, Sandercock & Brodie 2010, short-term norms
		Breaths:     between(12, 18),
		Conductance: spread(0.7, 0.9, 0.3, 10), // wrist; palms have more (Boucsein 2012)
		Responds:    rng.Float64() >= 0.1,      // 5 to 25 % don't: Boucsein 2012
		Temperature: 33.8 + 0.9*rng.NormFloat64(),
		PulseHeight: spread(60, 0.5, 20, 200),
		Heart:       spread(0.9, 0.6, 0.25, 2.5),
		Skin:        spread(0.9, 0.5, 0.25, 2),
		Exertion:    between(18, 35), // a walk of 3 MET takes about a quarter of the reserve: assumed
		Fidgets:     between(2, 8),   // this and the rest: assumed
		Liveliness:  spread(1, 0.5, 0.3, 2.5),
		Fit:         spread(usualFit, 0.5, 0.02, 0.25),
	}
}

// usualFit is the noise of a sensor that sits as most do.
const usualFit = 0.08

// Random streams of one seed.
const (
	personStream = iota + 1
	affectStream
	heartStream
	skinStream
	motionStream
	sensorStream
	answerStream
	lossStream
	diaryStream
)
