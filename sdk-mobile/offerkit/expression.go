package offerkit

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/face"
	"github.com/flaneur-io/flaneur/mood/typing"
	"github.com/flaneur-io/flaneur/mood/voice"
)

// Face takes what a face tracker gives for a camera frame: blendshapes, 0 to 1, as little-endian 32-bit floats, in the order
// of MediaPipe: _neutral (0 from ARKit), then by name from browDownLeft to noseSneerRight, 52 values; ARKit's tongueOut may
// follow. They are gone when the method returns. It needs the consent to mood from the face.
func (k *Kit) Face(blendshapes []byte, unixMillis int64) (err error) {
	defer guard(&err)
	x, err := floats(blendshapes, "blendshapes")
	if err != nil {
		return err
	}
	f := face.Frame{At: time.UnixMilli(unixMillis), Presence: 1}
	if len(x) != len(f.Shapes) && len(x) != len(f.Shapes)-1 {
		return fault.Field("blendshapes", "must be %d values, from _neutral to noseSneerRight, or one more for tongueOut", len(f.Shapes)-1)
	}
	copy(f.Shapes[:], x)
	if err := f.Check("blendshapes"); err != nil {
		return err
	}
	return k.express("face", func() (mood.Affect, bool) { return k.senses.face.Take(f) })
}

// Prosody is how a stretch of the person's own speech sounded, never what was said. What was not measured is NaN, as
// NewProsody sets it. Package mood/voice says how each number is measured.
type Prosody struct {
	SpeechMillis int64   // how long was spoken, pauses apart; below two seconds nothing is read
	PitchHz      float64 // mean
	PitchSpread  float64 // semitones
	LevelDB      float64
	LevelSpread  float64 // dB
	Rate         float64 // syllables per second
	Jitter       float64 // percent
	Shimmer      float64 // dB
	HNR          float64 // dB
	Pauses       float64 // share of the stretch that was silent, 0 to 1
}

// NewProsody returns a stretch of which no number was measured.
func NewProsody(speechMillis int64) *Prosody {
	nan := math.NaN()
	return &Prosody{speechMillis, nan, nan, nan, nan, nan, nan, nan, nan, nan}
}

// Voice takes a stretch of speech that ended at a time. It needs the consent to mood from the voice.
func (k *Kit) Voice(prosody *Prosody, unixMillis int64) (err error) {
	defer guard(&err)
	if prosody == nil {
		return fault.Field("prosody", "must not be null")
	}
	p := voice.Prosody{
		At: time.UnixMilli(unixMillis), Speech: millis(prosody.SpeechMillis), F0Mean: prosody.PitchHz, F0SD: prosody.PitchSpread,
		Level: prosody.LevelDB, LevelSD: prosody.LevelSpread, Rate: prosody.Rate, Jitter: prosody.Jitter, Shimmer: prosody.Shimmer,
		HNR: prosody.HNR, Pauses: prosody.Pauses,
	}
	if err := p.Check("prosody"); err != nil {
		return err
	}
	return k.express("voice", func() (mood.Affect, bool) { return k.senses.voice.Take(p) })
}

// Typing takes a burst of typing that ended at a time: how many keys, how many of them corrections, and how long it took,
// pauses of two seconds and more apart, which stand in pausedMillis. It needs the consent to mood from typing.
func (k *Kit) Typing(keys int32, corrections int32, typingMillis int64, pausedMillis int64, unixMillis int64) (err error) {
	defer guard(&err)
	b := typing.Burst{
		At: time.UnixMilli(unixMillis), Keys: int(keys), Corrections: int(corrections), Typing: millis(typingMillis), Paused: millis(pausedMillis),
	}
	if err := b.Check("typing"); err != nil {
		return err
	}
	return k.express("typing", func() (mood.Affect, bool) { return k.senses.typing.Take(b) })
}

// express takes what a reader tells, if it tells anything.
func (k *Kit) express(source string, take func() (mood.Affect, bool)) error {
	return k.sense(source, func() error {
		if a, ok := take(); ok {
			return k.senses.observe(a, source, k.now())
		}
		return nil
	})
}

func millis(n int64) time.Duration {
	return time.Duration(min(max(n, -1), 86_400_000)) * time.Millisecond
}
