package typing

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/baseline"
)

// numCues is how many numbers a Burst tells: speed, corrections, pauses, hold.
const numCues = 4

// cues is a hand-made table, in the order of Burst.numbers; the package documentation says where it is from.
var cues = [numCues]baseline.Cue{
	{Low: -9, High: 4, Floor: 0.1, Arousal: 0.15},
	{High: 1, Floor: 0.03, Valence: -0.04},
	{High: 1, Floor: 0.1, Arousal: -0.05},
	{Low: -6, High: 9, Floor: 0.1, Valence: -0.04},
}

const (
	gap        = 5 * time.Minute // from one affect to the next
	setBack    = 24 * time.Hour  // a burst this much older than the newest: the clock was set back
	shortest   = 30              // keys that say anything
	full       = 100             // keys that teach and are trusted in full
	settle     = 8.0             // bursts that give nothing
	matured    = 40.0            // bursts after which what is usual is trusted in full
	horizon    = 300.0           // bursts, after which older ones fade
	usual      = 0.3             // valence of typing as usual: the mean of mood.Estimator's population
	confidence = 0.3             // the highest: see the package documentation
)

// Reader turns one person's typing into affect. The zero value knows nothing and is ready for use; it takes about 150 bytes,
// and Take allocates nothing. Not safe for concurrent use.
type Reader struct {
	norms [numCues]baseline.Norm
	typed float64   // bursts that the norms were learned from, at most matured
	last  time.Time // end of the newest burst used
	told  time.Time // when an affect was last returned
}

// Take reads a burst of typing, and returns what it tells and true, at most once in five minutes; else false. Bursts that fail
// [Burst.Check], are shorter than 30 keys or are not newer than the last one are not used; one that is more than a day older
// shows that the clock was set back. The first eight bursts of 100 keys, or more shorter ones, only teach.
func (r *Reader) Take(b Burst) (mood.Affect, bool) {
	if b.Keys < shortest || b.Check("") != nil {
		return mood.Affect{}, false
	}
	if since := b.At.Sub(r.last); !r.last.IsZero() && since <= 0 {
		if since > -setBack {
			return mood.Affect{}, false
		}
		r.told = time.Time{}
	}
	r.last = b.At
	x := b.numbers()
	weight := math.Min(1, float64(b.Keys)/full)
	v, a, _ := baseline.Compare(cues[:], r.norms[:], x[:], weight, baseline.Pace{Settle: settle, Horizon: horizon})
	known := r.typed
	r.typed = math.Min(matured, r.typed+weight)
	if known < settle || !r.told.IsZero() && b.At.Sub(r.told) < gap {
		return mood.Affect{}, false
	}
	r.told = b.At
	return mood.Affect{
		Valence:    math.Max(-1, math.Min(1, usual+v)),
		Arousal:    math.Max(-1, math.Min(1, a)),
		Confidence: confidence * weight * known / matured,
		Source:     mood.Typing, At: b.At,
	}, true
}
