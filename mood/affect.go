package mood

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
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
// Confidence in (0, 1]. Circumplex model: Russell 1980. Stress in [0, 1] is the probability of stress that the device's
// own classifier gave; 0 if it gives none, and always in a self-report: people say how they feel, not how likely it is.
type Affect struct {
	Valence, Arousal float64
	Confidence       float64
	Stress           float64
	Source           Source
	At               time.Time
}

// Check returns an Invalid fault that names field.valence, .arousal, .confidence, .source, .stress or .at (or the bare
// name if field is empty) unless a is an observation that an Estimator can take.
func (a Affect) Check(field string) error {
	if field != "" {
		field += "."
	}
	switch { // written so that NaN fails
	case !(math.Abs(a.Valence) <= 1):
		return fault.Field(field+"valence", "must be from -1 (unpleasant) to 1 (pleasant)")
	case !(math.Abs(a.Arousal) <= 1):
		return fault.Field(field+"arousal", "must be from -1 (drained) to 1 (activated)")
	case !(a.Confidence > 0 && a.Confidence <= 1):
		return fault.Field(field+"confidence", "must be above 0 and at most 1")
	case a.Source < SelfReport || a.Source > Typing:
		return fault.Field(field+"source", "must be one of %s", list(sourceNames[1:]))
	case !(a.Stress >= 0 && a.Stress <= 1):
		return fault.Field(field+"stress", "must be a probability from 0 to 1")
	case a.Source == SelfReport && a.Stress > 0:
		return fault.Field(field+"stress", "must be absent from a self-report")
	case a.At.IsZero():
		return fault.Field(field+"at", "must be the time of the observation")
	}
	return nil
}

// Level is the person's consent to the use of mood.
type Level uint8

// The levels.
const (
	Off   Level = iota // mood is neither taken nor used
	Quiet              // mood may only hold back or soften
	Help               // mood may also re-rank, as the person chose
)

// Estimate is what is believed at one moment. Confidence in [0, 1] decays by itself with age; below MinConfidence
// the mood counts as unknown and Valence and Arousal must be ignored. Distress is the probability in [0, 1] that the
// person is in a markedly negative state or under stress; it holds whatever the confidence, and only guard rails may use it.
type Estimate struct {
	Valence, Arousal float64
	Confidence       float64
	Distress         float64
}

// MinConfidence is the confidence below which a mood counts as unknown.
const MinConfidence = 0.35

// Known reports whether Valence and Arousal may be used.
func (e Estimate) Known() bool { return e.Confidence >= MinConfidence }

// Export is an estimate in the export that the person asked for about themselves: the one form of it that
// may be marshalled. Nobody else ever gets it.
type Export struct {
	Valence    float64 `json:"valence"`
	Arousal    float64 `json:"arousal"`
	Confidence float64 `json:"confidence"`
	Distress   float64 `json:"distress"`
	State      State   `json:"state"`
}

// Export returns the estimate for the person's own export.
func (e Estimate) Export() Export {
	return Export{Valence: e.Valence, Arousal: e.Arousal, Confidence: e.Confidence, Distress: e.Distress, State: e.State()}
}
