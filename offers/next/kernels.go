package next

import "math"

// Fixed kernels as tables: over minutes between two times of day, and over how many visits ago. Constant.
var (
	wideHour   = gaussian(90)
	broadHour  = gaussian(180)
	narrowHour = gaussian(30)
	rank10     = decay(10)
	rank60     = decay(60)
	lnRank     = logs()
)

func gaussian(sigma float64) (t [minuteOfDay/2 + 1]float32) {
	for i := range t {
		x := float64(i) / sigma
		t[i] = float32(math.Exp(-x * x / 2))
	}
	return t
}

func decay(scale float64) (t [maxVisits + 1]float32) {
	for i := range t {
		t[i] = float32(math.Exp(-float64(i) / scale))
	}
	return t
}

func logs() (t [maxVisits + 1]float32) {
	for i := range t {
		t[i] = float32(math.Log(max(float64(i), 1)))
	}
	return t
}

// apart is the distance of two minutes of the day, around the clock.
func apart(a, b int32) int32 {
	d := a - b
	if d < 0 {
		d = -d
	}
	return min(d, minuteOfDay-d)
}

func weekend(week int32) bool { return week >= 5*minuteOfDay }

// lnGap is the logarithm of a time between visits in hours.
func lnGap(minutes uint32) float32 { return log(0.05 + min(float32(minutes)/60, 1000)) }
