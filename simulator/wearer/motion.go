package wearer

import (
	"math"
	"math/rand/v2"
)

// Movements of the wrist, in g. Assumed but for the gait: 1.8 steps a second (Pachi & Ji 2005).
const (
	strayAcceleration = 0.003 // of the sensor and the pulse in the arm
	fidgetStrength    = 0.06  // median of a small movement
	gestureStrength   = 0.07
	gesturesPerMinute = 11.0
	fidgetLasts       = 1.5 // seconds, mean
	gestureLasts      = 3.0
	stepsPerSecond    = 1.8
	stepStrength      = 0.22
	turnTime          = 0.6 // seconds in which the wrist turns to where it will lie
	jerkTime          = 0.12
)

// motion moves the wrist.
type motion struct {
	rng    *rand.Rand
	person *Person
	lies   [3]float64 // direction of gravity
	to     [3]float64
	shake  [3]float64 // of the movement under way
	force  float64    // its strength; 0: none
	left   float64    // seconds of it
	gait   float64    // phase in steps
	pace   float64
}

func newMotion(p *Person, seed uint64) motion {
	m := motion{rng: rand.New(rand.NewPCG(seed, motionStream)), person: p}
	m.lies = m.direction()
	m.to = m.lies
	m.pace = stepsPerSecond * (0.95 + 0.1*m.rng.Float64())
	return m
}

// step lets dt seconds pass and returns the acceleration.
func (m *motion) step(dt float64, a Activity, c Contact) (g [3]float64) {
	if c == Off {
		for i := range g {
			g[i] = m.lies[i] + 0.5*strayAcceleration*m.rng.NormFloat64()
		}
		return g
	}
	m.begin(dt, a)
	for i := range m.lies {
		m.lies[i] += (m.to[i] - m.lies[i]) * dt / turnTime
		keep := 1 - dt/jerkTime
		m.shake[i] = keep*m.shake[i] + m.force*math.Sqrt(1-keep*keep)*m.rng.NormFloat64()
	}
	length := norm(m.lies)
	for i := range g {
		g[i] = m.lies[i]/length + m.shake[i] + strayAcceleration*m.rng.NormFloat64()
	}
	if a == Walking {
		m.gait += dt * m.pace
		m.gait -= 2 * math.Floor(m.gait/2) // an arm swings once in two steps
		bounce := stepStrength * (math.Sin(2*math.Pi*m.gait) + 0.4*math.Sin(4*math.Pi*m.gait+1))
		swing := 0.6 * stepStrength * math.Sin(math.Pi*m.gait)
		for i := range g {
			g[i] += bounce * m.lies[i] / length
		}
		g[0] += swing
	}
	return g
}

// begin starts and ends movements.
func (m *motion) begin(dt float64, a Activity) {
	if m.left -= dt; m.left > 0 {
		return
	}
	m.force = 0
	perMinute, strength, lasts := m.person.Fidgets, fidgetStrength, fidgetLasts
	switch a {
	case Resting:
		perMinute, strength = 0.15*perMinute, 0.4*strength
	case Gesturing:
		perMinute, strength, lasts = gesturesPerMinute, gestureStrength, gestureLasts
	}
	if m.rng.Float64() >= perMinute/60*dt {
		return
	}
	m.force = m.person.Liveliness * strength * math.Exp(0.5*m.rng.NormFloat64())
	m.left = lasts * m.rng.ExpFloat64()
	turn := math.Min(1, 8*m.force)
	d := m.direction()
	for i := range m.to {
		m.to[i] = (1-turn)*m.to[i] + turn*d[i]
	}
	if n := norm(m.to); n > 0 {
		for i := range m.to {
			m.to[i] /= n
		}
	}
}

// direction returns any direction, mostly with the palm down.
func (m *motion) direction() [3]float64 {
	d := [3]float64{0.6 * m.rng.NormFloat64(), 0.6 * m.rng.NormFloat64(), 1}
	n := norm(d)
	return [3]float64{d[0] / n, d[1] / n, d[2] / n}
}

func norm(v [3]float64) float64 { return math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2]) }
