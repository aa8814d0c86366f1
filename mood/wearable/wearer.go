package wearable

import (
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// Wearer reads one person's windows. Use New. It takes about 4 kB, allocates nothing while it reads, and never yields NaN. It
// stays on the phone: it hides from logs and refuses encoders but for AppendState. Not safe for concurrent use.
type Wearer struct {
	secret
	weights *Weights
	mark    uint64 // of the weights: their fingerprint
	tracker Tracker
	stress  Memory
	amused  Memory

	valence, arousal offsets
	reports          int   // learned from, at most activeFrom
	learned          int64 // when the last of them was, Unix milliseconds
	ready            bool  // the newest window told something, with some quality
}

// New returns a wearer of whom nothing is known, read with w, or with Default if w is nil; and an Invalid fault if w can't be
// used. It keeps w.
func New(w *Weights) (*Wearer, error) {
	if w == nil {
		w = Default()
	} else if err := w.Check(); err != nil {
		return nil, err
	}
	return &Wearer{
		weights: w, mark: w.fingerprint(), tracker: *NewTracker(w.Impersonal),
		valence: newOffsets(), arousal: newOffsets(),
	}, nil
}

// Take reads a window; local is its end by the person's own clock, which tells the part of the day. It reports false if
// there is nothing to tell: in a person's first 30 windows (five minutes), when neither heart nor skin was measured, and when
// the window is not newer than the last. One of quality 0 is not learned from, and what is read of it gives no Affect. Windows should come in order and without gaps; poor ones too.
func (w *Wearer) Take(win physio.Window, local time.Time) (Reading, bool) {
	c, fresh, ok := w.tracker.Take(&win, local)
	if fresh {
		w.stress, w.amused = Memory{}, Memory{}
	}
	w.ready = ok && win.Quality > 0
	if !ok {
		return Reading{}, false
	}
	h := w.heads()
	r := Reading{
		At: win.End, Quality: win.Quality,
		Valence: h.Valence.Score(c), Arousal: h.Arousal.Score(c),
		VarV: h.Valence.Variance, VarA: h.Arousal.Variance,
	}
	if w.reports >= activeFrom {
		r.Valence += w.valence.score(c)
		r.Arousal += w.arousal.score(c)
	}
	r.Valence, r.Arousal = unit(r.Valence), unit(r.Arousal)
	stress, amused := h.Stress.Score(c), h.Amused.Score(c)
	r.Stress = h.Stress.Alone.Probability(stress)
	r.Classes = classes(r.Stress, h.Amused.Alone.Probability(amused))
	r.Filtered = h.Stress.Lasting.Probability(w.stress.Take(stress))
	r.Lasting = classes(r.Filtered, h.Amused.Lasting.Probability(w.amused.Take(amused)))
	return r, true
}

func (w *Wearer) heads() *Heads {
	if w.tracker.contrast.Heart {
		return &w.weights.Heart
	}
	return &w.weights.Wrist
}

// classes splits what is not stress.
func classes(stress, amused float64) [NumClasses]float64 {
	return [NumClasses]float64{Neutral: (1 - stress) * (1 - amused), Stressed: stress, Amused: (1 - stress) * amused}
}

func unit(x float64) float64 { return min(max(x, -1), 1) }
