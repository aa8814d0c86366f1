package physio

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Signals says what a device measures: samples per second, 0 for what it does not.
type Signals struct {
	Pulse       float64 // optical pulse (BVP), 20 to 256
	Motion      float64 // acceleration, 8 to 256
	Skin        float64 // electrodermal activity, 1 to 64
	Temperature float64 // of the skin, 0.1 to 64
	Beats       bool    // intervals from a strap
}

// Wrist turns the signals of one wearer into windows as they come. Chunks may be of any length and in any order among the
// signals, as long as none runs ahead of another by more than [MaxLead]; how samples are cut into chunks changes nothing.
//
// The time of a chunk is that of its first sample, by the one clock of the device. Gaps, NaN, infinities, implausible
// values and signals that stay away are taken as not measured; what comes twice or late is dropped. A clock that jumps
// back by more than a minute starts everything anew, so windows may go back with it.
//
// Its memory is bounded (about 140 kB at the usual rates) and holds at most the last two minutes. It must not be used by
// more than one goroutine at a time. It hides from logs and refuses encoders.
type Wrist struct {
	secret
	lines  [numSignals]line
	heads  [numSignals]int64 // block up to which the signal is known, exclusive; 0: nothing yet
	has    [numSignals]bool
	newest int64 // block with a sample
	closed int64 // windows are made up to this block

	pulse   detector
	held    float64 // the last sample of the pulse, NaN if the next one does not follow upon it …
	missing int     // … and how many are missing since
	pulses  ring[span]
	optical intervals

	strap    intervals
	strapEnd int64 // of the last one: Unix time, ns

	motion  motion
	skin    skin
	warmth  warmth
	heart   heart
	waiting [16]Window
	made    int // windows ever
	taken   int // of them
}

const (
	mostPulse = 1e9 // no sensor counts so far
	holdPulse = 0.1 // s over which missing samples are bridged by the last one
)

// The signals.
const (
	pulseSignal = iota
	motionSignal
	skinSignal
	temperatureSignal
	beatsSignal
	numSignals
)

// New returns a Wrist for the signals of a device, or an Invalid fault that names the rate that can't be.
func New(s Signals) (*Wrist, error) {
	for _, x := range []struct {
		field           string
		rate, low, high float64
	}{
		{"pulse", s.Pulse, 20, 256},
		{"motion", s.Motion, 8, 256},
		{"skin", s.Skin, 1, 64},
		{"temperature", s.Temperature, 0.1, 64},
	} {
		if x.rate != 0 && !(x.rate >= x.low && x.rate <= x.high) { // NaN is refused
			return nil, fault.Field(x.field, "must be %g to %g samples per second, or 0 for none", x.low, x.high)
		}
	}
	if s == (Signals{}) {
		return nil, fault.Field("signals", "must name at least one signal")
	}
	w := &Wrist{}
	w.start(s)
	return w, nil
}

// start makes everything new.
func (w *Wrist) start(s Signals) {
	w.lines = [numSignals]line{{rate: s.Pulse}, {rate: s.Motion}, {rate: s.Skin}, {rate: s.Temperature}}
	w.has = [numSignals]bool{s.Pulse > 0, s.Motion > 0, s.Skin > 0, s.Temperature > 0, s.Beats}
	w.heads, w.newest, w.closed = [numSignals]int64{}, 0, 0
	if w.has[pulseSignal] {
		w.pulse = newDetector(s.Pulse)
	}
	w.held, w.missing, w.pulses, w.optical = math.NaN(), 0, ring[span]{}, intervals{}
	w.strap, w.strapEnd = intervals{}, 0
	w.motion, w.skin, w.warmth = newMotion(s.Motion), newSkin(s.Skin), warmth{rate: s.Temperature}
}

// restart forgets all samples: the clock went back.
func (w *Wrist) restart() {
	w.start(Signals{
		Pulse: w.lines[pulseSignal].rate, Motion: w.lines[motionSignal].rate, Skin: w.lines[skinSignal].rate,
		Temperature: w.lines[temperatureSignal].rate, Beats: w.has[beatsSignal],
	})
}

// Pulse takes samples of the optical pulse, in any unit, up being more blood; at is when the first was measured.
func (w *Wrist) Pulse(at time.Time, samples []float64) {
	w.take(pulseSignal, at, len(samples), w.breakPulse, func(i int, t, block int64) {
		if x := samples[i]; finite(x, mostPulse) {
			w.held, w.missing = x, 0
			w.pulses.open(block).add(x)
		} else if w.missing++; float64(w.missing) > holdPulse*w.pulse.rate || math.IsNaN(w.held) {
			w.breakPulse()
			return
		}
		if f, ok := w.pulse.push(w.held); ok {
			w.optical.add(interval{
				at: t - int64(f.ago/w.pulse.rate*1e9), block: block, lag: int64(f.lag / w.pulse.rate * 1e9),
				length: f.interval / w.pulse.rate * 1e3, rises: f.rises / w.pulse.rate * 1e3, wave: f.wave,
			})
		}
	})
}

// breakPulse says that the next sample of the pulse does not follow upon the last one.
func (w *Wrist) breakPulse() {
	w.held = math.NaN()
	w.pulse.reset()
}

// Motion takes samples of acceleration along three axes, in g; at is when the first was measured.
func (w *Wrist) Motion(at time.Time, samples [][3]float64) {
	w.take(motionSignal, at, len(samples), w.motion.reset, func(i int, t, _ int64) { w.motion.push(samples[i], t) })
}

// Skin takes samples of skin conductance, in µS; at is when the first was measured.
func (w *Wrist) Skin(at time.Time, samples []float64) {
	w.take(skinSignal, at, len(samples), w.skin.reset, func(i int, t, block int64) { w.skin.push(samples[i], t, block) })
}

// Temperature takes samples of skin temperature, in degrees Celsius; at is when the first was measured.
func (w *Wrist) Temperature(at time.Time, samples []float64) {
	w.take(temperatureSignal, at, len(samples), func() {}, func(i int, t, block int64) { w.warmth.push(samples[i], t, block) })
}

// take brings n samples of a signal to its place in time: reset when they do not follow upon the ones before, then push for
// each, with its time and block.
func (w *Wrist) take(signal int, when time.Time, n int, reset func(), push func(i int, t, block int64)) {
	at, ok := unixNano(when)
	if !ok || n == 0 || !w.has[signal] {
		return
	}
	l := &w.lines[signal]
	if l.started && at < l.time(l.n)-farBack {
		w.restart()
	}
	i, broken := l.join(at, n)
	if broken {
		reset()
		w.reach(signal, at/blockTime)
	}
	for i < n {
		block := l.time(l.n) / blockTime
		w.newest = max(w.newest, block)
		for k := min(n-i, l.until()); k > 0; k-- {
			push(i, l.time(l.n), block)
			l.n++
			i++
		}
		w.reach(signal, l.time(l.n)/blockTime)
	}
}

// Beats takes the intervals between successive heartbeats that a strap measured ([HeartRate]); at is when the last of them
// ended, as far as the notification's arrival tells: up to two seconds of delay are smoothed out.
func (w *Wrist) Beats(at time.Time, rr []time.Duration) {
	now, ok := unixNano(at)
	if !ok || !w.has[beatsSignal] {
		return
	}
	sum := int64(0)
	for _, d := range rr {
		sum += plausible(d)
	}
	if sum == 0 {
		return
	}
	if now < w.strapEnd-farBack {
		w.restart()
	}
	end := w.strapEnd
	if abs(end+sum-now) > 2*second {
		end = now - sum
	}
	for _, d := range rr {
		if end += plausible(d); end <= w.strapEnd || plausible(d) == 0 {
			continue
		}
		w.strapEnd = end
		block := end / blockTime
		w.reach(beatsSignal, block)
		w.newest = max(w.newest, block)
		w.strap.add(interval{at: end, block: block, length: float64(d) / 1e6, rises: float64(d) / 1e6, wave: wave{likeness: 1}})
	}
}

// plausible is d in ns, 0 if it is no time between two beats.
func plausible(d time.Duration) int64 {
	if d <= 0 || d > 10*time.Second {
		return 0
	}
	return int64(d)
}

// unixNano reports false for times at which no clock was ever set.
func unixNano(t time.Time) (int64, bool) {
	if y := t.Year(); y < 1971 || y > 2200 {
		return 0, false
	}
	return t.UnixNano(), true
}

// reach notes that a signal is known up to a block, and makes the windows that are due: those that all signals have
// reached, or that one has left behind by MaxLead.
func (w *Wrist) reach(signal int, block int64) {
	if block <= w.heads[signal] {
		return
	}
	w.heads[signal] = block
	slowest, fastest := block, block
	for i, b := range w.heads {
		if w.has[i] {
			slowest, fastest = min(slowest, b), max(fastest, b)
		}
	}
	due := max(slowest, fastest-lead)
	for end := max(w.closed+1, w.newest-kept, kept); end <= min(due, w.newest+blocks); end++ {
		if win, ok := w.window(end); ok {
			w.waiting[w.made%len(w.waiting)] = win
			w.made++
		}
	}
	w.closed = max(w.closed, due)
}

// window makes the one that ends with block end, unless no signal was there for half of it.
func (w *Wrist) window(end int64) (Window, bool) {
	win := Window{End: time.Unix(0, end*blockTime).UTC(), Values: unmeasured()}
	sound := w.motion.fill(end, &win.Values)
	skin, contact := w.skin.fill(end, &win.Values)
	contact *= w.warmth.fill(end, &win.Values)
	heart, beats := w.fillHeart(end, &win.Values)
	v := &win.Values
	if heart < enough && skin < enough && math.IsNaN(v[LnMotion]) && math.IsNaN(v[TempMean]) {
		return Window{}, false
	}
	if heart == 0 {
		beats = skin // which still tells
	}
	win.Quality = beats * sound * contact
	return win, true
}

// fillHeart writes the features of the heart into values, from the source that covers more of the window: rate from the tops
// of the pulse, variability from its rises. It returns the share of the window in which there was a signal of the heart, and
// how good that is, 0 to 1: the share that its beats cover, less what of them may be noise, of which nothing is told.
func (w *Wrist) fillHeart(end int64, values *[NumFeatures]float64) (share, quality float64) {
	values[Coverage] = 0
	h, from := &w.heart, &w.strap // its beats are exact, but those of a heart that moves: exertion is not stress
	if w.has[beatsSignal] {
		h.pick(from, end, &w.motion, false)
		share = h.coverage()
	}
	quality = share
	if w.has[pulseSignal] {
		n, extreme := 0, 0
		for b := end - blocks; b < end; b++ {
			if p := w.pulses.of(b); p != nil {
				n += p.n
				extreme += p.extreme()
			}
		}
		share = max(share, min(1, float64(n)/(w.pulse.rate*WindowLength.Seconds())))
		h.pick(&w.optical, end, &w.motion, false)
		q := h.coverage() * h.distinct() * ramp(float64(extreme)/float64(max(1, n)), clipped, freely)
		if q > quality || !w.has[beatsSignal] {
			from, quality = &w.optical, q
		} else {
			h.pick(from, end, &w.motion, false)
		}
	}
	if quality == 0 {
		return share, 0
	}
	h.fillRate(values)
	h.pick(from, end, &w.motion, true)
	h.fillVariability(values)
	return share, quality
}

// Next returns the oldest window that was made and not returned yet. The last 16 are held: call it until it reports false
// after each chunk, and hand over chunks of two minutes at most.
func (w *Wrist) Next() (Window, bool) {
	w.taken = max(w.taken, w.made-len(w.waiting))
	if w.taken == w.made {
		return Window{}, false
	}
	w.taken++
	return w.waiting[(w.taken-1)%len(w.waiting)], true
}
