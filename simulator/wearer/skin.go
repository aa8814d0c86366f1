package wearer

import (
	"math"
	"math/rand/v2"
)

// Skin conductance and temperature.
const (
	toneConductance = 2.6 // ln of conductance per unit of tone; tripled by a talk before a committee: assumed
	conductanceUp   = 60.0
	conductanceDown = 400.0
	driftSD         = 0.25 // ln of conductance, hour by hour: assumed
	driftTime       = 1800.0
	walkingSweat    = 0.35 // ln: assumed

	// Responses per minute: 1 to 3 at rest, 20 and more in high arousal (Boucsein 2012; Dawson, Schell & Filion 2007).
	restResponses = 0.8
	toneResponses = 22.0
	talkResponses = 2.0
	// A response is the difference of two exponentials (Alexander et al. 2005; Benedek & Kaernbach 2010).
	riseTime      = 0.75 // seconds
	fallTime      = 2.0
	responseScale = 0.347 // their difference at its peak
	responseShare = 0.030 // median height, share of the conductance: assumed
	responseSD    = 0.7   // of its logarithm

	toneCools       = 3.0 // °C per unit of tone: vasoconstriction (hands cool in a talk: Vinkers et al. 2013; the amount is assumed)
	temperatureTime = 600.0
	walkingCools    = 0.6 // wind and swinging arms: assumed
	roomTemperature = 23.0
	cooling         = 240.0 // seconds, of a device on a table
	conductNoise    = 0.0015
	thermalNoise    = 0.008
)

// skin makes conductance and temperature.
type skin struct {
	rng         *rand.Rand
	person      *Person
	level       float64 // ln of tonic conductance over the person's
	drift       float64
	rise, fall  float64 // of the responses under way, µS
	temperature float64
	perSecond   float64 // responses
	height      float64 // median of a response, µS
	loose       bool    // the electrodes have lost the skin for now
}

func newSkin(p *Person, seed uint64) skin {
	s := skin{rng: rand.New(rand.NewPCG(seed, skinStream)), person: p, temperature: p.Temperature - 0.7}
	s.drift = driftSD * s.rng.NormFloat64()
	return s
}

// second sets what the next second tends to.
func (s *skin) second(tone float64, a Activity, c Contact) {
	s.drift = wander(s.rng, s.drift, driftSD, 1/driftTime)
	above := s.person.Skin * (tone - easeTone)
	level, warm := toneConductance*above, s.person.Temperature-toneCools*(tone-easeTone)
	rate := restResponses + toneResponses*math.Max(0, above)
	switch a {
	case Walking:
		level, warm = level+walkingSweat, warm-walkingCools
	case Gesturing:
		rate += talkResponses
	case Resting:
		rate *= 0.5
	}
	if !s.person.Responds {
		level, rate = 0.15*level, 0
	}
	follow := conductanceDown
	if level > s.level {
		follow = conductanceUp
	}
	s.level += (level - s.level) / follow
	s.perSecond = rate / 60
	s.height = responseShare * s.tonic() * (0.5 + 2.5*math.Max(0, above))
	if c == Off {
		s.temperature += (roomTemperature - s.temperature) / cooling
	} else {
		s.temperature += (warm - s.temperature) / temperatureTime
	}
	if c != Loose {
		s.loose = false
	} else if s.rng.Float64() < 0.1 {
		s.loose = !s.loose
	}
}

func (s *skin) tonic() float64 { return s.person.Conductance * math.Exp(s.level+s.drift) }

// step lets dt seconds pass and returns conductance in µS and temperature in °C.
func (s *skin) step(dt float64, c Contact) (conductance, temperature float64) {
	s.rise *= math.Exp(-dt / riseTime)
	s.fall *= math.Exp(-dt / fallTime)
	if s.rng.Float64() < s.perSecond*dt {
		h := s.height * math.Exp(responseSD*s.rng.NormFloat64()) / responseScale
		s.rise += h
		s.fall += h
	}
	conductance = s.tonic() + s.fall - s.rise
	if c == Off || s.loose {
		conductance = 0
	}
	return math.Max(0, conductance+conductNoise*s.rng.NormFloat64()), s.temperature + thermalNoise*s.rng.NormFloat64()
}
