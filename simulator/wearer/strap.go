package wearer

import "math"

// Fields of the flags of a Heart Rate Measurement, characteristic 0x2A37 of the Bluetooth Heart Rate Service.
const (
	skinContact   = 1 << 1
	contactKnown  = 1 << 2
	intervalsSent = 1 << 4
)

// AppendMeasurement appends what a chest strap would notify at the end of s, as the payload of the Bluetooth
// characteristic 0x2A37: flags, the heart rate in beats per minute, the intervals in 1/1024 s. A strap without skin says
// so and has no heart rate.
func (s *Second) AppendMeasurement(dst []byte) []byte {
	if len(s.Beats) == 0 {
		return append(dst, contactKnown, 0)
	}
	sum := 0.0
	for _, ms := range s.Beats {
		sum += ms
	}
	rate := math.Round(60000 * float64(len(s.Beats)) / sum)
	dst = append(dst, contactKnown|skinContact|intervalsSent, byte(rate))
	for _, ms := range s.Beats {
		ticks := uint16(math.Round(ms * 1024 / 1000))
		dst = append(dst, byte(ticks), byte(ticks>>8))
	}
	return dst
}
