package physio

import "math"

// Degrees Celsius between which a sensor on skin may be; others (devices begin with a sentinel) are not measured.
const (
	coldest = 5
	hottest = 50
)

// A device that was taken off cools like this towards its room: assumed.
const (
	cooling = 4  // minutes until 1/e of the difference is left
	room    = 25 // °C; skin under a device that heads for less is not worn
)

// warmth sums up skin temperature by blocks.
type warmth struct {
	rate  float64
	parts ring[trend] // over seconds since the start of the block
}

func (w *warmth) push(x float64, at, b int64) {
	if x >= coldest && x <= hottest { // not NaN
		w.parts.open(b).add(float64(at-b*blockTime)/1e9, x)
	}
}

// fill writes the features of the window before block end into values, and returns 0 if the device cools like one that nobody
// wears, otherwise 1.
func (w *warmth) fill(end int64, values *[NumFeatures]float64) (contact float64) {
	var all trend
	for b := end - blocks; b < end; b++ {
		if p := w.parts.of(b); p != nil {
			all.merge(p, float64(b-end)*WindowStep.Seconds())
		}
	}
	if measured(&all, w.rate) >= enough {
		values[TempMean], values[TempSlope] = all.y, all.slope()*60
		if all.y+cooling*min(0, all.slope()*60) < room {
			return 0
		}
	}
	return 1
}

func unmeasured() (values [NumFeatures]float64) {
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}
