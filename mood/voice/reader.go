package voice

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/baseline"
)

// numCues is how many numbers a Prosody has: mean and spread of the pitch, of the level, rate, jitter, shimmer, HNR, pauses.
const numCues = 9

// cues is a hand-made table, in the order of Prosody; the package documentation says where it is from. Pitch is in semitones
// here, so that a deep and a high voice move by the same.
var cues = [numCues]baseline.Cue{
	{Low: 10, High: 63, Floor: 0.5, Arousal: 0.12},
	{High: 24, Floor: 0.4, Valence: 0.02, Arousal: 0.05},
	{Low: -150, High: 150, Floor: 1.5, Arousal: 0.08},
	{High: 60, Floor: 0.7, Arousal: 0.03},
	{High: 15, Floor: 0.3, Arousal: 0.08},
	{High: 30, Floor: 0.2, Valence: -0.03},
	{High: 10, Floor: 0.1, Valence: -0.02},
	{Low: -50, High: 60, Floor: 1, Valence: 0.03},
	{High: 1, Floor: 0.05, Arousal: -0.04},
}

const (
	gap        = time.Minute      // from one affect to the next
	setBack    = 24 * time.Hour   // a stretch this much older than the newest: the clock was set back
	shortest   = 2 * time.Second  // of speech that says anything
	taught     = 10 * time.Second // of speech that teaches in full
	trusted    = 15 * time.Second // of speech that is trusted in full
	settle     = 8.0              // stretches that give nothing
	matured    = 40.0             // stretches after which what is usual is trusted in full
	horizon    = 300.0            // stretches, after which older ones fade
	minShare   = 0.25             // of what tells about arousal; pitch alone is enough
	usual      = 0.3              // valence of a voice that is as usual: the mean of mood.Estimator's population
	confidence = 0.2              // the highest: see the package documentation
)

// Reader turns the stretches of one person's speech into affect. The zero value has never heard the voice and is ready for
// use; it takes about 300 bytes, and Take allocates nothing. Not safe for concurrent use.
type Reader struct {
	norms [numCues]baseline.Norm
	heard float64   // stretches that the norms were learned from, at most matured
	last  time.Time // end of the newest stretch used
	told  time.Time // when an affect was last returned
}

// Take reads a stretch of speech, and returns what it tells and true, at most once a minute; else false. Stretches that fail
// [Prosody.Check], hold less than two seconds of speech or are not newer than the last one are not used; one that is more than
// a day older shows that the clock was set back. The first eight stretches of ten seconds, or more shorter ones, only teach.
func (r *Reader) Take(p Prosody) (mood.Affect, bool) {
	if !p.sound() || p.Speech < shortest {
		return mood.Affect{}, false
	}
	if since := p.At.Sub(r.last); !r.last.IsZero() && since <= 0 {
		if since > -setBack {
			return mood.Affect{}, false
		}
		r.told = time.Time{}
	}
	r.last = p.At
	x := p.numbers()
	x[0] = Semitones(x[0])
	weight := math.Min(1, p.Speech.Seconds()/taught.Seconds())
	v, a, share := baseline.Compare(cues[:], r.norms[:], x[:], weight, baseline.Pace{Settle: settle, Horizon: horizon})
	known := r.heard
	r.heard = math.Min(matured, r.heard+weight)
	if known < settle || share < minShare || !r.told.IsZero() && p.At.Sub(r.told) < gap {
		return mood.Affect{}, false
	}
	r.told = p.At
	return mood.Affect{
		Valence:    math.Max(-1, math.Min(1, usual+v)),
		Arousal:    math.Max(-1, math.Min(1, a)),
		Confidence: confidence * math.Min(1, p.Speech.Seconds()/trusted.Seconds()) * share * known / matured,
		Source:     mood.Voice, At: p.At,
	}, true
}
