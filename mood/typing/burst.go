package typing

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Burst is what was counted while somebody typed a piece of text, such as a message. It hides from logs and refuses every
// encoder.
type Burst struct {
	At          time.Time     // when it ended
	Keys        int           // pressed, corrections among them, 1 to 10000; below 30 nothing is read
	Corrections int           // of these, backspaces, undos and rejected suggestions
	Typing      time.Duration // from the first key to the last, pauses apart, up to 1 hour
	Paused      time.Duration // sum of the pauses within, each of 2 s or more, up to 1 hour
	Held        time.Duration // sum of the time that keys were held down; 0 if not known
}

const (
	maxKeys  = 10_000
	maxSpan  = time.Hour
	maxSpeed = 30 // keys per second: faster are pastes and programs
	minHold  = 5 * time.Millisecond
)

// Check returns an Invalid fault that names field.at, .keys, .corrections, .typing, .paused or .held (or the bare name if field
// is empty) unless b is a burst that a Reader can take.
func (b *Burst) Check(field string) error {
	if field != "" {
		field += "."
	}
	switch {
	case b.At.IsZero():
		return fault.Field(field+"at", "must be the time at which the burst ended")
	case b.Keys < 1 || b.Keys > maxKeys:
		return fault.Field(field+"keys", "must be from 1 to %d", maxKeys)
	case b.Corrections < 0 || b.Corrections > b.Keys:
		return fault.Field(field+"corrections", "must be from 0 to the number of keys")
	case b.Typing <= 0 || b.Typing > maxSpan || float64(b.Keys) > maxSpeed*b.Typing.Seconds():
		return fault.Field(field+"typing", "must be above 0, at most 1 hour, and no shorter than %d keys per second take", maxSpeed)
	case b.Paused < 0 || b.Paused > maxSpan:
		return fault.Field(field+"paused", "must be from 0 to 1 hour")
	case b.Held != 0 && (b.Held < time.Duration(b.Keys)*minHold || b.Held > maxSpan):
		return fault.Field(field+"held", "must be 0 if not known, else at least %v for each key and at most 1 hour", minHold)
	}
	return nil
}

// numbers returns the cues: ln keys per second, share of corrections, share of pauses, ln seconds that a key is held.
func (b *Burst) numbers() [numCues]float64 {
	keys, typing, paused := float64(b.Keys), b.Typing.Seconds(), b.Paused.Seconds()
	hold := math.NaN()
	if b.Held > 0 {
		hold = math.Log(b.Held.Seconds() / keys)
	}
	return [numCues]float64{math.Log(keys / typing), float64(b.Corrections) / keys, paused / (typing + paused), hold}
}
