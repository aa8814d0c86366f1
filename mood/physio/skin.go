package physio

import "math"

const (
	response = 0.03 // µS from trough to peak that make a response
	slowest  = 8    // s from onset to peak
	heldSCR  = 256
	mostSkin = 200  // µS; more is no skin
	holdSkin = 1    // s over which a missing sample is bridged by the last one
	dryest   = 0.01 // µS; below it the electrodes have no contact: not measured
)

// pole is a one-pole low-pass.
type pole struct{ weight, value float64 }

func newPole(cutoff, rate float64) pole { return pole{weight: 1 - math.Exp(-2*math.Pi*cutoff/rate)} }

func (p *pole) push(x float64) float64 {
	p.value += p.weight * (x - p.value)
	return p.value
}

// scr is one skin conductance response.
type scr struct {
	at              int64   // its onset: Unix time, ns
	block           int64   // the block in which it was known
	amplitude, rise float64 // µS, s
}

// skin splits electrodermal activity into tonic and phasic part with low-passes that look back only, and finds
// responses as they come: from a trough up by at least 0.03 µS in less than 8 s, then down again or no higher for 3 s
// (thresholds: Boucsein 2012, "Electrodermal Activity", 2nd ed.).
type skin struct {
	rate         float64
	clean, tonic [2]pole
	parts        ring[skinPart]
	responses    [heldSCR]scr
	n            int // responses ever

	fresh            bool // no sample yet
	missing          int  // samples in a row
	last             float64
	i                int // samples since the start
	rising           bool
	trough, peak     float64
	troughAt, peakAt int
}

// skinPart is what one block tells.
type skinPart struct {
	level, tonic trend   // over seconds since the start of the block
	phasic       float64 // sum of the positive part
	n, dry       int     // samples, and those of them without contact
}

func newSkin(rate float64) skin {
	return skin{
		rate:  rate,
		clean: [2]pole{newPole(1, rate), newPole(1, rate)},
		tonic: [2]pole{newPole(0.02, rate), newPole(0.05, rate)},
		fresh: true,
	}
}

func (s *skin) reset() { s.fresh, s.missing = true, 0 }

// push takes a sample that was measured at a time, of block b.
func (s *skin) push(x float64, at, b int64) {
	known := finite(x, mostSkin)
	if known {
		p := s.parts.open(b)
		if p.n++; x < dryest {
			p.dry++
			known = false
		}
	}
	if !known {
		if s.missing++; s.fresh || float64(s.missing) > holdSkin*s.rate {
			s.reset()
			return
		}
		x = s.last
	} else {
		s.missing = 0
	}
	s.last = x
	if s.fresh {
		s.fresh, s.i, s.rising = false, 0, false
		s.trough, s.troughAt = x, 0
		for k := range s.clean {
			s.clean[k].value, s.tonic[k].value = x, x
		}
	}
	x = s.clean[1].push(s.clean[0].push(x))
	tonic := s.tonic[1].push(s.tonic[0].push(x))
	p := s.parts.open(b)
	t := float64(at-b*blockTime) / 1e9
	p.level.add(t, x)
	p.tonic.add(t, tonic)
	p.phasic += max(0, x-tonic)
	s.respond(x, at, b)
	s.i++
}

// respond follows the signal through trough and peak.
func (s *skin) respond(x float64, at, b int64) {
	if !s.rising {
		switch {
		case x < s.trough, float64(s.i-s.troughAt) > 5*s.rate: // a slow drift is no response
			s.trough, s.troughAt = x, s.i
		case x > s.trough+response:
			s.rising, s.peak, s.peakAt = true, x, s.i
		}
		return
	}
	if x > s.peak {
		s.peak, s.peakAt = x, s.i
	}
	height := s.peak - s.trough
	if x >= s.peak-min(0.3*height, 0.02) && float64(s.i-s.peakAt) <= 3*s.rate {
		return
	}
	if rise := float64(s.peakAt-s.troughAt) / s.rate; rise < slowest {
		onset := at - int64(float64(s.i-s.troughAt)/s.rate*1e9)
		s.responses[s.n%heldSCR] = scr{at: onset, block: b, amplitude: height, rise: rise}
		s.n++
	}
	s.rising, s.trough, s.troughAt = false, x, s.i
}

// fill writes the features of the window before block end into values, and reports the share of the window that was
// measured, and how good the contact was: 1 to 0, which half a window without makes, or most of its last ten seconds.
func (s *skin) fill(end int64, values *[NumFeatures]float64) (share, contact float64) {
	var level, tonic trend
	phasic, n, dry := 0.0, 0, 0
	contact = 1
	for b := end - blocks; b < end; b++ {
		if p := s.parts.of(b); p != nil {
			shift := float64(b-end) * WindowStep.Seconds()
			level.merge(&p.level, shift)
			tonic.merge(&p.tonic, shift)
			phasic += p.phasic
			n += p.n
			dry += p.dry
			if b == end-1 && 2*p.dry > p.n {
				contact = 0
			}
		}
	}
	contact *= 1 - ramp(float64(dry)/float64(max(1, n)), 0, 0.5)
	if share = measured(&level, s.rate); share < enough {
		return share, contact
	}
	values[LnSCL] = math.Log(max(0, level.y) + 0.05)
	values[SCLSlope] = tonic.slope() * 60
	values[LnEDASD] = math.Log(level.sd() + 0.005)
	values[LnPhasic] = math.Log(phasic/level.n + 0.005)
	count, sum, rise := 0.0, 0.0, 0.0
	for i := max(0, s.n-heldSCR); i < s.n; i++ {
		r := s.responses[i%heldSCR]
		if r.block < end && r.at >= (end-blocks)*blockTime {
			count++
			sum += r.amplitude
			rise += r.rise
		}
	}
	values[SCRRate], values[LnSCRSum], values[SCRRise] = count, math.Log(sum+0.01), rise/max(1, count)
	return share, contact
}

// enough is the share of a window that has to be measured for its features.
const enough = 0.5

// measured is the share of a window that the samples in t are.
func measured(t *trend, rate float64) float64 {
	if t.n == 0 {
		return 0
	}
	return min(1, t.n/(rate*WindowLength.Seconds()))
}
