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

const (
	numAges = 17 << 4
	numOffs = 64
)

// ages are kernels over how long ago something was, of geometric steps of 4 to 6 %. Constant.
var ages = func() (t [numAges]struct{ log, week, month float32 }) {
	for i := range t {
		minutes := float64(math.Float32frombits(uint32(i)<<19+firstAge<<23)) * (1 + 1.0/40)
		days := (minutes - soonest) / minuteOfDay
		t[i].log, t[i].week, t[i].month = float32(math.Log(days+0.05)), float32(math.Exp(-days/7)), float32(math.Exp(-days/45))
	}
	return t
}()

const (
	soonest  = minuteOfDay / 20
	firstAge = 127 + 6 // of 64 minutes, as a float has it
)

// ageOf returns the index into ages.
func ageOf(minutes uint32) int {
	return int(min(math.Float32bits(float32(minutes)+soonest)>>19-firstAge<<4, numAges-1))
}

// near is how alike two times between visits are, by the steps between their logarithms. Constant.
var near = func() (t [numOffs]float32) {
	for i := range t[:numOffs-1] { // the last one is 0
		x := (float64(i) + 0.5) / offSteps
		t[i] = float32(math.Exp(-2 * x * x))
	}
	return t
}()

const offSteps = 24

// offOf returns the index into near.
func offOf(difference float32) int {
	if difference < 0 {
		difference = -difference
	}
	return int(min(difference*offSteps, numOffs-1))
}

// kindOfDay weighs visits on another kind of day, on the same kind, on the same weekday. Constant.
var kindOfDay = [3]float32{0.25, 1, 1}

// apart is the distance of two minutes of the day, around the clock.
func apart(a, b int32) int32 {
	d := a - b
	if d < 0 {
		d = -d
	}
	return min(d, minuteOfDay-d)
}

// lnGap is the logarithm of a time between visits in hours.
func lnGap(minutes uint32) float32 { return log(0.05 + min(float32(minutes)/60, 1000)) }

// partHours is wideHour on average over a part of the day, as seen from the middle of an hour. Constant.
var partHours = func() (t [24][dayParts]float32) {
	const length = minuteOfDay / dayParts
	for hour := range t {
		for part := range t[hour] {
			for k := range length {
				t[hour][part] += wideHour[apart(int32(hour*60+30), int32(part*length+k))] / length
			}
		}
	}
	return t
}()

// nearness is e^(-2.5 km) over the square of a distance, by geometric steps of 2 to 3 %. Constant.
var nearness = func() (t [26 << 4]float32) {
	for i := range t {
		square := math.Float32frombits((uint32(i)+firstSquare<<4)<<19) * (1 + 1.0/40)
		t[i] = float32(math.Exp(-2.5 * math.Sqrt(float64(square))))
	}
	return t
}()

const firstSquare = 127 - 14 // of 8 m, as a float has it

// squareOf returns the index into nearness.
func squareOf(d float32) uint32 {
	return min(max(math.Float32bits(d)>>19, firstSquare<<4)-firstSquare<<4, uint32(len(nearness)-1))
}
