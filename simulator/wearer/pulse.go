package wearer

import (
	"math"
	"math/rand/v2"
)

// The optical pulse: two Gaussians per beat, the systolic wave and what is reflected (after Tang et al. 2020, "Synthetic
// photoplethysmogram generation using two Gaussian functions"; position and width in shares of the beat, assumed).
const (
	systolicAt, systolicWidth   = 0.25, 0.085
	reflectedAt, reflectedWidth = 0.52, 0.14
	reflectedHeight             = 0.38
	pulseMean                   = 2.5066282746 * (systolicWidth + reflectedHeight*reflectedWidth) // so that it has no offset
	narrowing                   = 0.9                                                             // ln of height per unit of tone: vasoconstriction
	breathHeight                = 0.08                                                            // share of the height that the breath moves
	breathOffset                = 0.10
	opticalTime                 = 0.06 // seconds: noise as slow as the pulse is what hurts
	slipsPerMinute              = 3.0  // fingers and tendons press the sensor where acceleration does not show it: assumed
	talkSlips                   = 18.0
	slipLasts                   = 4.0 // seconds, mean
	slipNoise                   = 0.9
	slipTime                    = 0.12
	offNoise                    = 0.01
	artefact                    = 14.0 // pulse heights per g of movement: a gesture is higher than the pulse
	artefactTime                = 0.10
	artefactSlow                = 0.6
	looseHeight                 = 0.15
	looseNoise                  = 0.5
)

// pulse is the optical sensor.
type pulse struct {
	rng          *rand.Rand
	height       float64 // of the pulse now
	noise, slip  float64 // of unit variance
	fit          float64
	slipping     float64 // seconds left
	moved, swept float64 // artefact: of the movement, and its slow part that the sensor's filter takes out
	last         [3]float64
	coupling     [3]float64
}

func newPulse(p *Person, seed uint64) pulse {
	s := pulse{rng: rand.New(rand.NewPCG(seed, sensorStream)), height: p.PulseHeight, fit: p.Fit}
	for i := range s.coupling {
		s.coupling[i] = artefact * (0.5 + s.rng.Float64())
	}
	return s
}

func (p *pulse) second(person *Person, tone float64, a Activity) {
	if p.slipping--; p.slipping < 0 {
		p.slipping = 0
		rate := slipsPerMinute * p.fit / usualFit
		switch a {
		case Resting:
			rate *= 0.4
		case Gesturing:
			rate *= talkSlips / slipsPerMinute
		}
		if p.rng.Float64() < rate/60 {
			p.slipping = slipLasts * p.rng.ExpFloat64()
		}
	}
	p.height += (person.PulseHeight*math.Exp(-narrowing*(tone-easeTone)) - p.height) / 20
}

// sample returns the sensor's value at a phase of pulse and breath, while the wrist moves.
func (p *pulse) sample(dt, phase, breath float64, g [3]float64, c Contact) float64 {
	push := 0.0
	for i := range g {
		push += p.coupling[i] * (g[i] - p.last[i])
		p.last[i] += (g[i] - p.last[i]) * dt / artefactSlow
	}
	p.moved += (push - p.moved) * dt / artefactTime
	p.swept += (p.moved - p.swept) * dt / artefactSlow
	if c == Off {
		return offNoise * p.height * p.rng.NormFloat64()
	}
	b := math.Sin(2 * math.Pi * breath)
	wave := bell(phase, systolicAt, systolicWidth) + reflectedHeight*bell(phase, reflectedAt, reflectedWidth) - pulseMean
	noise := p.fit
	if c == Loose {
		wave, noise = wave*looseHeight, looseNoise
	}
	keep := 1 - dt/opticalTime
	p.noise = keep*p.noise + math.Sqrt(1-keep*keep)*p.rng.NormFloat64()
	if p.slipping > 0 {
		keep = 1 - dt/slipTime
		p.slip = keep*p.slip + math.Sqrt(1-keep*keep)*p.rng.NormFloat64()
		wave += slipNoise * p.slip
	}
	return p.height * (wave*(1+breathHeight*b) + breathOffset*b + p.moved - p.swept + noise*p.noise)
}

func bell(x, at, width float64) float64 {
	d := (x - at) / width
	return math.Exp(-d * d / 2)
}
