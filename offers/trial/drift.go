package trial

import "math"

// Drift follows how well outcomes are foretold while they come in: whether they happen as often as was said, and whether they are
// foretold worse than before. It holds numbers and nobody. The zero value has seen nothing. Not safe for concurrent use.
type Drift struct {
	seen         float64
	bins         [driftBins]Bin
	recent, long float64 // log loss per outcome
	watched      float64 // outcomes since the last alarm
	mean         float64 // of their losses
	sum, least   float64 // of the losses above the mean, by more than driftSlack
	alarms       int
}

// Bin is what was foretold with about the same probability, and what came of it. What is long ago counts less.
type Bin struct {
	Cases    float64
	Expected float64 // that happen
	Happened float64
}

const (
	driftBins  = 10
	driftOver  = 1000 // outcomes over which bins forget
	driftSlack = 0.05 // a rise of the loss that is none
	driftAlarm = 30   // risen losses, added up: 100 outcomes at 0.3 above the slack
	driftLoss  = 3    // the most that one outcome says of a rise
	lossRecent = 200  // outcomes
	lossLong   = 5000
)

// See counts an outcome that was foretold with a probability, before anything is learned from it. It reports an alarm if outcomes are by
// now foretold clearly worse than before: the Page-Hinkley test on the log loss (Page 1954; Gama et al. 2014, "A survey on
// concept drift adaptation"), which then begins anew. A probability outside of 0 to 1 is left out.
func (d *Drift) See(p float64, happened bool) (alarm bool) {
	if !(p >= 0 && p <= 1) {
		return false
	}
	outcome, right := 0.0, 1-p
	if happened {
		outcome, right = 1, p
	}
	for i := range d.bins {
		b := &d.bins[i]
		b.Cases, b.Expected, b.Happened = b.Cases*(1-1.0/driftOver), b.Expected*(1-1.0/driftOver), b.Happened*(1-1.0/driftOver)
	}
	b := &d.bins[min(int(p*driftBins), driftBins-1)]
	b.Cases, b.Expected, b.Happened = b.Cases+1, b.Expected+p, b.Happened+outcome

	loss := -math.Log(max(right, 1e-6))
	d.seen++
	d.recent += (loss - d.recent) / min(d.seen, lossRecent)
	d.long += (loss - d.long) / min(d.seen, lossLong)
	return d.rises(min(loss, driftLoss))
}

// rises is the Page-Hinkley test.
func (d *Drift) rises(loss float64) bool {
	d.watched++
	d.mean += (loss - d.mean) / d.watched
	d.sum += loss - d.mean - driftSlack
	d.least = min(d.least, d.sum)
	if d.sum-d.least <= driftAlarm {
		return false
	}
	d.watched, d.mean, d.sum, d.least = 0, 0, 0, 0
	d.alarms++
	return true
}

// Alarms is how often See raised one.
func (d *Drift) Alarms() int { return d.alarms }

// Losses are the log losses per outcome over some 200 and some 5,000 outcomes; NaN before the first.
func (d *Drift) Losses() (recent, long float64) {
	if d.seen == 0 {
		return math.NaN(), math.NaN()
	}
	return d.recent, d.long
}

// Bins are ten equal steps of the probability.
func (d *Drift) Bins() [driftBins]Bin { return d.bins }

// Error is the calibration error over some 1,000 outcomes: how far what happened lies from what was foretold, by bin, weighed by cases (ECE,
// Guo et al. 2017); NaN before the first.
func (d *Drift) Error() float64 {
	var off, cases float64
	for _, b := range d.bins {
		off += math.Abs(b.Expected - b.Happened)
		cases += b.Cases
	}
	return off / cases
}
