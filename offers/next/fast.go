package next

import "math"

// log is ln x for normal positive x, within 1e-4.
func log(x float32) float32 {
	b := math.Float32bits(x)
	m := math.Float32frombits(b&0x7fffff | 0x3f800000) // [1, 2)
	p := -1.9324432 + (3.4989067+(-2.4189995+(1.1017396+(-0.27900102+0.029808765*m)*m)*m)*m)*m
	return float32(int32(b>>23)-127)*math.Ln2 + p
}

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
