package phoneday

import "math/rand/v2"

// span is a time of the day, in seconds after its start.
type span struct{ from, to float64 }

// Trouble is what a day has in store: tunnels (neither satellites nor network), hours without network, deaths of the
// app, and answers of the server that get lost.
type Trouble struct {
	tunnels, gaps, deaths []span
	lost                  float64 // share of answers
	rng                   *rand.Rand
}

// NoTrouble is a day on which all goes well.
func NoTrouble() Trouble { return Trouble{} }

// Troubled is a day with two hours and some minutes without network, six tunnels, five deaths of the app, of half a
// minute to a quarter of an hour, and one in twenty answers lost.
func Troubled(d *Day, seed uint64) Trouble {
	rng := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // a simulation
	t := Trouble{lost: 0.05, rng: rng}
	pick := func(least, most float64) span {
		from := rng.Float64() * dayLength.Seconds()
		for range 1000 { // while the person is on the way: that is where it hurts
			if d.moves(from) {
				break
			}
			from = rng.Float64() * dayLength.Seconds()
		}
		return span{from, from + least + rng.Float64()*(most-least)}
	}
	for range 6 {
		t.tunnels = append(t.tunnels, pick(30, 300))
	}
	t.gaps = append(append(t.gaps, pick(3600, 7200), pick(600, 1800)), t.tunnels...)
	for range 5 {
		t.deaths = append(t.deaths, pick(30, 900))
	}
	return t
}

func within(spans []span, at float64) bool {
	for _, s := range spans {
		if at >= s.from && at < s.to {
			return true
		}
	}
	return false
}

func (t *Trouble) covered(at float64) bool { return within(t.tunnels, at) }
func (t *Trouble) offline(at float64) bool { return within(t.gaps, at) }
func (t *Trouble) dead(at float64) bool    { return within(t.deaths, at) }

// answerLost draws whether the connection breaks after the server took a batch and before its answer came.
func (t *Trouble) answerLost() bool { return t.lost > 0 && t.rng.Float64() < t.lost }
