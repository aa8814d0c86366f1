package mood

import (
	"log/slog"
	"time"
)

// Source says where an affect came from, strongest first.
type Source uint8

// The sources.
const (
	SelfReport Source = iota + 1 // the person's own tap
	Wearable                     // heart rate, beat intervals, electrodermal activity, movement: computed on the phone
	Face                         // blendshapes, computed on the phone
	Voice                        // prosody, computed on the phone
	Typing
)

// Affect is one observation: Valence (unpleasant to pleasant) and Arousal (drained to activated) in [-1, 1],
// Confidence in (0, 1]. Circumplex model: Russell 1980.
type Affect struct {
	Valence, Arousal float64
	Confidence       float64
	Source           Source
	At               time.Time
}

// LogValue hides the affect: how a person feels never belongs in a log.
func (Affect) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Level is the person's consent to the use of mood.
type Level uint8

// The levels.
const (
	Off   Level = iota // mood is neither taken nor used
	Quiet              // mood may only hold back or soften
	Help               // mood may also re-rank, as the person chose
)

// Estimate is what is believed at one moment. Confidence in [0, 1] decays by itself with age; below
// MinConfidence the mood counts as unknown and must be ignored. Distress is the probability in [0, 1] that the
// person is in a markedly negative state; only guard rails may use it.
type Estimate struct {
	Valence, Arousal float64
	Confidence       float64
	Distress         float64
}

// MinConfidence is the confidence below which a mood counts as unknown.
const MinConfidence = 0.35

// Known reports whether the estimate may be used at all.
func (e Estimate) Known() bool { return e.Confidence >= MinConfidence }

// LogValue hides the estimate.
func (Estimate) LogValue() slog.Value { return slog.StringValue("(hidden)") }
