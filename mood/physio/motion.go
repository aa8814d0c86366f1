package physio

import "math"

const (
	binTime   = second / 4
	bins      = 512 // 128 s
	mostG     = 64.0
	still     = 0.08 // g: standard deviation of the magnitude above which a wrist's pulse can't be trusted
	stillness = 0.1  // g: by how much more the quality falls to 1/e
)

// motion sums up the magnitude of acceleration by quarters of a second.
type motion struct {
	rate float64
	tags [bins]int64
	bins [bins]bin
	last float64 // magnitude of the sample before, NaN if there is none
}

type bin struct {
	size trend   // the magnitudes, g
	jerk float64 // sum of the absolute changes from sample to sample
}

func newMotion(rate float64) motion { return motion{rate: rate, last: math.NaN()} }

func (m *motion) reset() { m.last = math.NaN() }

func (m *motion) push(a [3]float64, at int64) {
	size := math.Sqrt(a[0]*a[0] + a[1]*a[1] + a[2]*a[2])
	if !finite(size, mostG) {
		m.last = math.NaN()
		return
	}
	t := at / binTime
	i := t % bins
	if m.tags[i] != t {
		m.tags[i], m.bins[i] = t, bin{}
	}
	m.bins[i].size.add(0, size)
	if change := math.Abs(size - m.last); change >= 0 { // not NaN
		m.bins[i].jerk += change
	}
	m.last = size
}

// sum returns the bins from one up to before another.
func (m *motion) sum(from, to int64) (all bin) {
	for t := from; t < to; t++ {
		if i := t % bins; m.tags[i] == t {
			all.size.merge(&m.bins[i].size, 0)
			all.jerk += m.bins[i].jerk
		}
	}
	return all
}

// moved reports whether the wrist moved within half a second of a time, looking at nothing from block end on.
func (m *motion) moved(at, end int64) bool {
	t := (at + binTime/2) / binTime
	near := m.sum(t-2, min(t+2, end*blockTime/binTime))
	return near.size.n > 0 && near.size.sd() > still
}

// fill writes the features of the window before block end into values, and returns how far its movement leaves the other
// signals sound, 0 to 1.
func (m *motion) fill(end int64, values *[NumFeatures]float64) float64 {
	all := m.sum((end-blocks)*blockTime/binTime, end*blockTime/binTime)
	if all.size.n == 0 {
		return 1
	}
	sd := all.size.sd()
	if measured(&all.size, m.rate) >= enough {
		values[LnMotion] = math.Log(sd + 0.003)
		values[LnJerk] = math.Log(all.jerk/all.size.n + 0.001)
	}
	return math.Exp(-max(0, sd-still) / stillness)
}
