package face

import (
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/baseline"
)

// Reader turns the frames of one person's face into affect. The zero value has never seen the face and is ready for use; it
// takes about 3 kB, and Take allocates nothing. Not safe for concurrent use.
type Reader struct {
	rest [numUnits]baseline.Norm // the neutral face
	seen float64                 // seconds of face that it was learned from, at most matured
	last time.Time               // of the newest frame used
	open window

	jawAt       float64   // where the jaw was when it last moved
	closedSince time.Time // zero: the eyes are open
}

const (
	span     = 10 * time.Second // what one affect summarises
	slotSpan = 200 * time.Millisecond
	numSlots = int(span / slotSpan)

	maxStep   = time.Second            // a frame stands for at most this long before it
	learnStep = 500 * time.Millisecond // and teaches at most this much
	blink     = 500 * time.Millisecond // of a fifth to two fifths of a second; what lasts longer is a closed eye

	settle  = 20.0  // seconds of face that give nothing
	matured = 120.0 // seconds after which the neutral face is trusted in full
	horizon = 180.0 // seconds of face at rest, after which older ones fade from the neutral face
	floor   = 0.03  // differences of intensity that mean nothing
	showing = 0.2   // how much less what exceeds the neutral face teaches: five times the horizon

	shut               = 0.5        // intensity above which eyes count as closed
	jawStep            = 0.05       // smaller movements of the jaw are the tracker's trembling
	silent, talking    = 0.3, 0.9   // movement of the jaw in units per second; syllables come at 3 to 6 a second
	speechGuard        = 0.75       // share of its weight that a talking mouth loses
	speechDoubt        = 0.4        // share of confidence that talking costs
	minCovered         = 5.0        // seconds of a window without which it says nothing
	minSlots           = 5          // of a fifth of a second
	trim               = 10         // one in ten is cut off at each end
	maxConfidence      = 0.25       // an expression is not a feeling: see the package documentation
	atRest, expressive = 0.02, 0.25 // share of confidence of a face at rest; valence or arousal that gives all of it
	lost               = 0.1        // share of frames that may be lost at no cost
)

// window holds what the last ten seconds showed.
type window struct {
	start   time.Time // zero: not begun
	slots   [numSlots]slot
	covered float64 // seconds with a face
	quality float64 // sum over frames, times their seconds
	moved   float64 // by the jaw, up and down
}

// slot sums frames of a fifth of a second, weighted by quality: what the mouth shows, and the rest of the face.
type slot struct{ weight, valence, arousal, mouthV, mouthA float64 }

// Take reads a frame. About ten seconds after the last time, it returns what the face showed since, dated by the end of
// those ten seconds, and true; else false. Frames that fail [Frame.Check] or show the face too small or turned away, and those
// that are not newer than the last one, are not used. Where a clock was set back by more than ten seconds, time goes on from
// there. Nothing is returned about seconds in which the face was in view for less than half of the time.
func (r *Reader) Take(f Frame) (mood.Affect, bool) {
	q := f.quality()
	if q == 0 {
		return mood.Affect{}, false
	}
	step := maxStep
	if !r.last.IsZero() {
		step = f.At.Sub(r.last)
	}
	switch {
	case step <= -span: // the clock was set back
		r.open, r.closedSince, step = window{}, time.Time{}, maxStep
	case step <= 0:
		return mood.Affect{}, false
	}
	r.last = f.At

	var a mood.Affect
	var ok bool
	if !r.open.start.IsZero() && f.At.Sub(r.open.start) >= span {
		a, ok = r.open.affect(r.seen)
		r.open = window{}
	}
	shown := r.compare(&f, min(step, learnStep).Seconds()*q)
	held := r.eyesHeld(shown[closure], f.At, step)
	moved := r.jawMoved(f.Shapes[JawOpen])
	if r.seen < settle {
		return mood.Affect{}, false
	}
	if r.open.start.IsZero() {
		r.open.start, moved = f.At, 0
	}
	if !held {
		shown[closure] = 0
	}
	r.open.add(f.At, &shown, q, min(step, maxStep).Seconds(), moved)
	return a, ok
}

// compare returns by how much each unit exceeds the neutral face as it was known before, and then learns, as much as seconds
// of a face are worth.
func (r *Reader) compare(f *Frame, seconds float64) (shown [numUnits]float64) {
	for i := range prior {
		x, rest, weight := prior[i].intensity(f), &r.rest[i], seconds
		if rest.Weight > 0 {
			shown[i] = max(0, x-rest.Mean)
			if x > rest.Mean+floor {
				weight *= showing
			}
		}
		rest.Learn(x, floor, weight, baseline.Pace{Settle: settle, Horizon: horizon})
	}
	r.seen = min(matured, r.seen+seconds)
	return shown
}

// eyesHeld reports whether the eyes have been closed for longer than a blink. Frames that are further apart than one can't
// tell.
func (r *Reader) eyesHeld(closed float64, at time.Time, step time.Duration) bool {
	switch {
	case closed < shut:
		r.closedSince = time.Time{}
		return false
	case r.closedSince.IsZero() || step > blink:
		r.closedSince = at
	}
	return at.Sub(r.closedSince) >= blink
}

// jawMoved returns how far the jaw went since it last moved noticeably.
func (r *Reader) jawMoved(at float64) float64 {
	d := math.Abs(at - r.jawAt)
	if d < jawStep {
		return 0
	}
	r.jawAt = at
	return d
}

func (w *window) add(at time.Time, shown *[numUnits]float64, q, seconds, moved float64) {
	w.covered += seconds
	w.quality += q * seconds
	w.moved += moved
	s := &w.slots[at.Sub(w.start)/slotSpan]
	s.weight += q
	for i := range prior {
		e, x := &prior[i], q*shown[i]
		if e.mouth {
			s.mouthV += e.valence * x
			s.mouthA += e.arousal * x
		} else {
			s.valence += e.valence * x
			s.arousal += e.arousal * x
		}
	}
}

// affect summarises a window: trimmed means over its slots, so that neither a glitch of the tracker nor a rate of frames that
// changes counts.
func (w *window) affect(seen float64) (mood.Affect, bool) {
	talk := ramp(w.moved/w.covered, silent, talking)
	mouth := 1 - speechGuard*talk
	var v, a [numSlots]float64
	n := 0
	for i := range w.slots {
		if s := &w.slots[i]; s.weight > 0 {
			v[n] = (s.valence + mouth*s.mouthV) / s.weight
			a[n] = (s.arousal + mouth*s.mouthA) / s.weight
			n++
		}
	}
	if w.covered < minCovered || n < minSlots {
		return mood.Affect{}, false
	}
	valence, arousal := trimmed(v[:n]), trimmed(a[:n])
	shows := min(1, max(math.Abs(valence), math.Abs(arousal))/expressive)
	confidence := maxConfidence * w.quality / w.covered * min(1, w.covered/((1-lost)*span.Seconds())) * seen / matured *
		(1 - speechDoubt*talk) * max(atRest, shows*shows)
	return mood.Affect{
		Valence: valence, Arousal: arousal, Confidence: confidence,
		Source: mood.Face, At: w.start.Add(span),
	}, true
}

// trimmed returns the mean of values (which it sorts) without the lowest and the highest tenth, held within [-1, 1].
func trimmed(values []float64) float64 {
	slices.Sort(values)
	cut := len(values) / trim
	values = values[cut : len(values)-cut]
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return max(-1, min(1, sum/float64(len(values))))
}
