package mood

import (
	"math"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Label is a word or face that says how one feels with one tap. ID is stable and goes over the wire and into
// records; EN and DE are the words to show.
type Label struct {
	ID, EN, DE, Emoji string
	Valence, Arousal  float64
}

// labels runs from pleasant to unpleasant. The coordinates are approximations, rounded to 0.05. Their directions follow the
// order of the circle in Russell 1980, "A circumplex model of affect": pleasure 0°, excitement 45°, arousal 90°, distress
// 135°, displeasure 180°, depression 225°, sleepiness 270°, relaxation 315°. Their lengths follow the usual ratings of such
// words (as in Warriner, Kuperman & Brysbaert 2013, rescaled from 1-9). They are copied from neither, were not measured
// with these faces or German words, and the estimator treats a tap as a noisy report for that reason too.
var labels = [...]Label{
	{"excited", "Excited", "Begeistert", "🤩", 0.75, 0.65},
	{"energetic", "Full of energy", "Voller Energie", "⚡", 0.50, 0.75},
	{"happy", "Happy", "Fröhlich", "😀", 0.80, 0.35},
	{"content", "Content", "Zufrieden", "🙂", 0.65, -0.15},
	{"relaxed", "Relaxed", "Entspannt", "😌", 0.65, -0.55},
	{"okay", "Okay", "Okay", "😐", 0.00, 0.00},
	{"tired", "Tired", "Müde", "🥱", -0.15, -0.75},
	{"drained", "Drained", "Ausgelaugt", "🪫", -0.45, -0.65},
	{"bored", "Bored", "Gelangweilt", "😒", -0.40, -0.45},
	{"sad", "Sad", "Traurig", "😢", -0.75, -0.35},
	{"worried", "Worried", "Besorgt", "😟", -0.50, 0.40},
	{"stressed", "Stressed", "Gestresst", "😫", -0.60, 0.60},
	{"angry", "Angry", "Wütend", "😠", -0.70, 0.65},
}

// Labels returns the vocabulary of self-report, from pleasant to unpleasant. The caller owns the slice.
func Labels() []Label { return append([]Label(nil), labels[:]...) }

// ParseLabel returns the label with an id, or with an emoji.
func ParseLabel(text string) (Label, error) {
	plain := strings.ReplaceAll(text, "\ufe0f", "") // that an emoji is to be drawn as one
	ids := make([]string, len(labels))
	for i, l := range labels {
		if l.ID == plain || l.Emoji == plain {
			return l, nil
		}
		ids[i] = l.ID
	}
	return Label{}, fault.Field("label", "must be one of %s, or the emoji of one", list(ids))
}

// Nearest returns the label that is nearest to a point: the word under the finger on a two-dimensional pad.
func Nearest(valence, arousal float64) Label {
	nearest, least := labels[0], math.Inf(1)
	for _, l := range labels {
		if d := math.Hypot(l.Valence-valence, l.Arousal-arousal); d < least {
			nearest, least = l, d
		}
	}
	return nearest
}
