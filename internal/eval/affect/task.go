package affect

import (
	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// task is a question about a labelled window.
type task struct {
	classes int
	// truth is the right class in a condition; false if such windows do not belong to the task.
	truth func(Condition) (int, bool)
	// answer takes the probabilities from a reading.
	answer func(r *wearable.Reading, filtered bool) []float64
}

// The tasks. Tables of constants.
var (
	twoClass = task{2, func(c Condition) (int, bool) {
		return index(c == Stress), c != None && c != Meditation
	}, stressOf}
	twoClassWithMeditation = task{2, func(c Condition) (int, bool) {
		return index(c == Stress), c != None
	}, stressOf}
	threeClass = task{int(wearable.NumClasses), func(c Condition) (int, bool) {
		return int(c) - int(Baseline), c != None && c != Meditation
	}, classesOf}
)

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

func stressOf(r *wearable.Reading, filtered bool) []float64 {
	p := r.Stress
	if filtered {
		p = r.Filtered
	}
	return []float64{1 - p, p}
}

func classesOf(r *wearable.Reading, filtered bool) []float64 {
	p := r.Classes
	if filtered {
		p = r.Lasting
	}
	return p[:]
}

// guesses turns readings into answers about each person. Where there was no reading all classes are equally likely: who
// keeps silent gains nothing.
func (t *task) guesses(recordings []Recording, ws []walked, filtered bool) [][]eval.Guess {
	out := make([][]eval.Guess, len(recordings))
	for k, r := range recordings {
		for i, label := range r.Labels {
			truth, ok := t.truth(label)
			if !ok {
				continue
			}
			g := eval.Guess{Truth: truth}
			if reading := &ws[k].readings[i]; reading.At.IsZero() {
				g.P = make([]float64, t.classes)
				for c := range g.P {
					g.P[c] = 1 / float64(t.classes)
				}
			} else {
				g.P = t.answer(reading, filtered)
			}
			out[k] = append(out[k], g)
		}
	}
	return out
}

// Classified is a task as answered by windows alone and with what was seen before taken along.
type Classified struct {
	Window   eval.Classification `json:"window"`
	Filtered eval.Classification `json:"filtered"`
}

func (t *task) measure(recordings []Recording, ws []walked) Classified {
	names := make([]string, len(recordings))
	for k := range recordings {
		names[k] = recordings[k].Subject
	}
	return Classified{
		Window:   eval.Classify(names, t.guesses(recordings, ws, false)),
		Filtered: eval.Classify(names, t.guesses(recordings, ws, true)),
	}
}
