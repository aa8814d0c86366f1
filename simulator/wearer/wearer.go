package wearer

import (
	"math/rand/v2"
	"time"
)

// Samples per second of each signal, those of a common research wristband.
const (
	PulseRate       = 64
	MotionRate      = 32
	SkinRate        = 4
	TemperatureRate = 4
)

// Second is what a device measures in one second. It is invented, and yet treat it as what it stands for.
type Second struct {
	At          time.Time // its beginning
	Pulse       [PulseRate]float64
	Motion      [MotionRate][3]float64 // g
	Skin        [SkinRate]float64      // µS
	Temperature [TemperatureRate]float64
	Beats       []float64 // intervals in ms of the beats that ended, exact, as a strap has them; the next Second reuses it
	Lost        bool      // between the device and the phone: nothing of it arrives
}

// Wearer is a person with a device. Its size is fixed.
type Wearer struct {
	person Person
	now    time.Time
	loss   *rand.Rand
	path   path
	heart  heart
	pulse  pulse
	skin   skin
	motion motion
}

// New puts a device on a person. The seed is that of their moods and of all noise.
func New(p Person, seed uint64, start time.Time) *Wearer {
	w := &Wearer{person: p, now: start, loss: rand.New(rand.NewPCG(seed, lossStream))}
	w.path = newPath(&w.person, seed)
	w.heart = newHeart(&w.person, seed)
	w.pulse = newPulse(&w.person, seed)
	w.skin = newSkin(&w.person, seed)
	w.motion = newMotion(&w.person, seed)
	return w
}

// Next lets the person live through one second of a scene and fills s, whose Lasts is not looked at.
func (w *Wearer) Next(scene *Scene, s *Second) {
	s.At, s.Beats = w.now, s.Beats[:0]
	s.Lost = scene.Lost > 0 && w.loss.Float64() < scene.Lost
	w.now = w.now.Add(time.Second)
	w.path.second(scene)
	tone := w.heart.second(w.path.feeling(), scene.Activity)
	w.pulse.second(&w.person, tone, scene.Activity)
	w.skin.second(tone, scene.Activity, scene.Contact)
	const dt = 1.0 / PulseRate
	for i := range s.Pulse {
		const every = PulseRate / MotionRate
		if i%every == 0 {
			s.Motion[i/every] = w.motion.step(1.0/MotionRate, scene.Activity, scene.Contact)
		}
		phase, breath, ended := w.heart.step(dt)
		if ended > 0 && scene.Contact != Off {
			s.Beats = append(s.Beats, ended)
		}
		s.Pulse[i] = w.pulse.sample(dt, phase, breath, s.Motion[i/every], scene.Contact)
	}
	for i := range s.Skin {
		s.Skin[i], s.Temperature[i] = w.skin.step(1.0/SkinRate, scene.Contact)
	}
}

// Feeling returns the truth after the last second.
func (w *Wearer) Feeling() Feeling { return w.path.feeling() }

// Now returns the end of the last second.
func (w *Wearer) Now() time.Time { return w.now }
