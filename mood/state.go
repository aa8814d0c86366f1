package mood

import "math"

// State is a quarter of the affect plane, in words with which people can say what helps them when they feel so.
type State uint8

// The states.
const (
	Unknown  State = iota // not known, or so near the middle that nothing stands out
	Drained               // low arousal, not pleasant
	Stressed              // high arousal, unpleasant
	Calm                  // low arousal, pleasant
	Upbeat                // high arousal, pleasant
)

const (
	middle = 0.15 // radius around the neutral point within which no state stands out
	lean   = 0.25 // how pleasant low arousal must be, per unit, to be calm and not drained: tiredness itself is neutral
)

// State returns the quarter that the estimate lies in, or Unknown if the estimate is not Known or lies within 0.15 of
// the neutral point. The borders are the axes, with one exception: below zero arousal, drained reaches up to
// Valence = -Arousal/4, because being tired is neither pleasant nor unpleasant, yet is not calm.
func (e Estimate) State() State {
	if !e.Known() || math.Hypot(e.Valence, e.Arousal) < middle {
		return Unknown
	}
	switch {
	case e.Arousal < 0 && e.Valence < -lean*e.Arousal:
		return Drained
	case e.Arousal < 0:
		return Calm
	case e.Valence < 0:
		return Stressed
	default:
		return Upbeat
	}
}
