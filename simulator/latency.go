package simulator

import (
	"fmt"
	"math"
	"time"
)

// histogram counts durations in buckets that grow by a twelfth of a power of two (6 %), from a microsecond to half an
// hour, in constant space. The zero value is empty.
type histogram struct {
	counts [12 * 31]uint32
	total  uint64
}

const perOctave = 12

func (h *histogram) add(d time.Duration) {
	micros := max(1, float64(d)/float64(time.Microsecond))
	h.counts[min(len(h.counts)-1, int(perOctave*math.Log2(micros)))]++
	h.total++
}

func (h *histogram) merge(o *histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.total += o.total
}

// quantile returns the milliseconds that a share q of the durations does not exceed, within a bucket; 0 if there are
// none.
func (h *histogram) quantile(q float64) float64 {
	if h.total == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(h.total)))
	seen := uint64(0)
	for i, n := range h.counts {
		if seen += uint64(n); seen >= rank && n > 0 {
			return upper(i)
		}
	}
	return upper(len(h.counts) - 1)
}

// upper returns the upper end of a bucket in milliseconds.
func upper(i int) float64 {
	return math.Round(math.Exp2(float64(i+1)/perOctave)) / 1000
}

// Bar is one bar of a chart.
type Bar struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

// octaves sums the buckets to doublings, labelled with their upper ends, from the first to the last that is not empty.
func (h *histogram) octaves() (bars []Bar) {
	first, last := len(h.counts), 0
	for i, n := range h.counts {
		if n > 0 {
			first, last = min(first, i), i
		}
	}
	for o := first / perOctave; o <= last/perOctave && h.total > 0; o++ {
		sum := 0
		for _, n := range h.counts[o*perOctave : (o+1)*perOctave] {
			sum += int(n)
		}
		bars = append(bars, Bar{Label: short(math.Exp2(float64(o + 1))), Count: sum})
	}
	return bars
}

// short writes microseconds roughly.
func short(micros float64) string {
	switch {
	case micros < 1000:
		return fmt.Sprintf("%.0f µs", micros)
	case micros < 1e6:
		return fmt.Sprintf("%.0f ms", micros/1000)
	default:
		return fmt.Sprintf("%.0f s", micros/1e6)
	}
}
