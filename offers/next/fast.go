package next

import "math"

// log is ln x for normal positive x, within 2e-5: from a table, with the tangent there.
func log(x float32) float32 {
	b := math.Float32bits(x)
	t := &logTable[b>>16&127]
	return float32(int32(b>>23))*math.Ln2 + (t.log + math.Float32frombits(b&0x7fffff|0x3f800000)*t.slope)
}

// logTable is over the first bits of a mantissa. Constant.
var logTable = func() (t [128]struct{ log, slope float32 }) {
	for i := range t {
		at := 1 + (float64(i)+0.5)/128
		t[i].log, t[i].slope = float32(math.Log(at)-1-127*math.Ln2), float32(1/at)
	}
	return t
}()

// exp is e^x within 0.02 %; 0 below -80, as for 60 above.
func exp(x float32) float32 {
	if x < -80 {
		return 0
	}
	y := min(x, 60) * math.Log2E
	i := int32(y)
	f := y - float32(i)
	if f < 0 {
		f, i = f+1, i-1
	}
	p := 0.99990029 + f*(0.69632477+f*(0.22469316+f*0.078967257))
	return math.Float32frombits(uint32(i+127)<<23) * p
}
