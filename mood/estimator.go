package mood

import (
	"math"
	"slices"
	"time"
)

// Estimator holds what is believed about one person's mood. The zero value knows nothing and is ready for use; a
// copy is an independent estimator. It takes 992 bytes, allocates nothing, and never yields NaN. Not safe for
// concurrent use.
//
// Valence and arousal are each the sum of a population mean and three Ornstein-Uhlenbeck components: the personal
// set-point (half-life 180 days), a slow part (8 hours for valence, 3 for arousal) and a fast part (10 minutes), each
// pulled back to zero at its own pace. What a device says is that sum, plus an error of the device that stays for
// hours (a fourth component, one per source), plus noise. A Kalman filter tracks their means and covariance (affect as
// an OU process: Kuppens, Oravecz & Tuerlinckx 2010); see the package documentation for the numbers.
type Estimator struct {
	valence, arousal track
	told             track  // valence by the person's own reports alone: no other source lowers its distress
	alarms           alarms // what devices say of stress
	at               int64  // of the newest observation, in Unix milliseconds
	recent           recent // when each source observed; zero: nothing was ever observed
}

// recent tells new observations from repetitions: how many milliseconds before the estimator's moment the person's
// newest reports were, newest first, and then the newest observation of each other source.
type recent [ownReports + int(Typing-SelfReport)]uint32

const (
	ownReports = 4
	never      = math.MaxUint32 // an age: not within the last 49 days
)

// Observe takes an observation and reports whether it was used. It is not used if it fails Check, if it is a
// repetition, or if a phone computed it and it lies beyond four standard deviations. A person's own tap is never an
// outlier: if it surprises by more than five, it is the filter that was too sure of all but the set-point, and forgets it.
//
// Observations may come late. One that is older than the newest counts for less, as what it tells about that moment; one
// that is more than a day older shows that the clock was set back, and time goes on from there. Of the person's own
// reports the four newest are remembered, of other sources the newest: what is older than these can't be told from a
// repetition and is not used. Callers with a clock that they trust should refuse observations from the future.
func (e *Estimator) Observe(a Affect) (accepted bool) {
	if a.Check("") != nil {
		return false
	}
	next, at := *e, a.At.UnixMilli()
	if next.empty() {
		next.valence, next.told, next.arousal = valenceProcess.prior(), toldProcess.prior(), arousalProcess.prior()
		next.at = at
		next.recent.advance(never)
	}
	gap := float64(at) - float64(next.at) // in float64 it can't overflow
	if gap > 0 || gap <= -clockSetBack && !next.recent.holds(a.Source, -gap) {
		next.predict(gap)
		next.at, gap = at, 0
	}
	last := next.recent.age(a.Source)
	if !next.recent.note(a.Source, -gap) {
		return false
	}
	v, r, blur, since := &valenceProcess, &arousalProcess, 1/a.Confidence, math.Abs(last+gap)
	if a.Source != SelfReport {
		blur *= math.Max(1, window/since) // a minute in six parts weighs as much as a minute
	}
	if !next.valence.update(v, a.Source, a.Valence, blur, gap, since) || !next.arousal.update(r, a.Source, a.Arousal, blur, gap, since) {
		return false
	}
	if a.Source == SelfReport {
		next.told.update(&toldProcess, a.Source, a.Valence, blur, gap, since)
		next.alarms.answer(next.told.distress(&toldProcess, now), gap)
	} else if a.Stress > 0 {
		next.alarms.raise(a.Source, a.Stress, gap)
	}
	*e = next
	return true
}

func (e *Estimator) empty() bool { return e.recent == recent{} }

// predict moves all but the moment by gap milliseconds.
func (e *Estimator) predict(gap float64) {
	d := valenceProcess.decay(gap)
	e.valence.predict(&valenceProcess, d)
	e.told.predict(&toldProcess, d)
	e.arousal.predict(&arousalProcess, arousalProcess.decay(gap))
	e.alarms.fade(gap)
	e.recent.advance(gap)
}

// advance lets all ages grow; what is ahead when the clock is set back is forgotten.
func (r *recent) advance(gap float64) {
	for i, age := range r {
		r[i] = never
		if grown := float64(age) + gap; gap > 0 && grown < never {
			r[i] = uint32(grown)
		}
	}
}

// holds reports whether an observation is a repetition for sure.
func (r *recent) holds(s Source, age float64) bool {
	if s != SelfReport {
		return float64(*r.newest(s)) == age
	}
	for _, have := range r[:ownReports] {
		if float64(have) == age && have != never {
			return true
		}
	}
	return false
}

// newest returns the age of the newest observation of a source other than the person.
func (r *recent) newest(s Source) *uint32 { return &r[ownReports+int(s-Wearable)] }

// age returns how old a source's newest observation is, in milliseconds.
func (r *recent) age(s Source) float64 {
	if s == SelfReport {
		return float64(r[0])
	}
	return float64(*r.newest(s))
}

// Heard returns when the newest observation of a source was made, and whether there was one within 49 days.
func (e *Estimator) Heard(s Source) (at time.Time, ok bool) {
	if e.empty() || s < SelfReport || s > Typing {
		return time.Time{}, false
	}
	age := e.recent.age(s)
	return time.UnixMilli(e.at - int64(age)), age < never
}

// note remembers an observation, unless it may be a repetition.
func (r *recent) note(s Source, age float64) bool {
	if !(age < never) {
		return false
	}
	ms := uint32(age)
	if s != SelfReport {
		last := r.newest(s)
		isNew := ms < *last
		*last = min(*last, ms)
		return isNew
	}
	own := r[:ownReports]
	i, found := slices.BinarySearch(own, ms)
	if found || i == ownReports {
		return false
	}
	copy(own[i+1:], own[i:])
	own[i] = ms
	return true
}

// At returns what is believed at a moment; without any observation, that is the zero Estimate. The further now is from
// the newest observation, the lower is the confidence, also if now lies before it because a clock was wrong.
func (e *Estimator) At(now time.Time) Estimate {
	if e.empty() {
		return Estimate{}
	}
	gap := float64(now.UnixMilli()) - float64(e.at)
	dv := valenceProcess.decay(gap)
	mv, vv := e.valence.forecast(&valenceProcess, dv)
	ma, va := e.arousal.forecast(&arousalProcess, arousalProcess.decay(gap))
	alarms := e.alarms
	alarms.fade(gap)
	spread := (vv/valenceProcess.spread() + va/arousalProcess.spread()) / 2
	return Estimate{
		Valence:    clamp(mv, -1, 1),
		Arousal:    clamp(ma, -1, 1),
		Confidence: clamp(1-math.Sqrt(spread), 0, 1),
		Distress:   max(below(negative, mv, vv*e.valence.scale), e.told.distress(&toldProcess, dv), alarms.loudest()),
	}
}

func clamp(v, low, high float64) float64 { return math.Max(low, math.Min(high, v)) }
