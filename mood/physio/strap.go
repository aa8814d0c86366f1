package physio

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// HeartRate is one notification of a heart-rate strap: the value of the Bluetooth characteristic Heart Rate Measurement,
// 0x2A37 (Bluetooth SIG, Heart Rate Service 1.0, 3.1, and GATT Specification Supplement, 3.113).
type HeartRate struct {
	secret
	Rate       uint16  // beats per minute
	Contact    Contact // with the skin
	HasEnergy  bool
	Energy     uint16 // kilojoules since the last reset
	intervals  [maxRR]time.Duration
	nIntervals uint8
}

// Contact is what a strap says about its contact with the skin.
type Contact uint8

// The contacts.
const (
	ContactUnknown Contact = iota // the strap can't tell
	ContactLost
	ContactGood
)

const maxRR = 32 // more than the longest attribute that phones exchange would hold in practice: 9 in the default 20 bytes

// Intervals returns the intervals between successive beats, oldest first: RR intervals, which strap and standard count in
// 1/1024 s. None without contact: what a strap goes on sending then is no heart's. The slice is h's own.
func (h *HeartRate) Intervals() []time.Duration {
	if h.Contact == ContactLost {
		return nil
	}
	return h.intervals[:h.nIntervals]
}

// Flags of a measurement.
const (
	wideRate       = 1 << 0 // the rate takes two bytes
	contactFound   = 1 << 1
	contactTold    = 1 << 2
	energyFollows  = 1 << 3
	intervalFollow = 1 << 4
)

// ParseHeartRate decodes the payload of a notification. What is wrong with it is an Invalid fault of the field payload.
// It allocates nothing and keeps no reference to the payload.
func ParseHeartRate(payload []byte) (HeartRate, error) {
	var h HeartRate
	if len(payload) == 0 {
		return HeartRate{}, malformed("is empty; a measurement has flags and a rate")
	}
	flags, rest := payload[0], payload[1:]
	if flags&contactTold != 0 {
		h.Contact = ContactLost
		if flags&contactFound != 0 {
			h.Contact = ContactGood
		}
	}
	if flags&wideRate != 0 {
		if len(rest) < 2 {
			return HeartRate{}, malformed("ends within the rate, which takes 2 bytes by its flags")
		}
		h.Rate, rest = little(rest), rest[2:]
	} else {
		if len(rest) < 1 {
			return HeartRate{}, malformed("ends before the rate")
		}
		h.Rate, rest = uint16(rest[0]), rest[1:]
	}
	if flags&energyFollows != 0 {
		if len(rest) < 2 {
			return HeartRate{}, malformed("ends within the energy, which takes 2 bytes")
		}
		h.HasEnergy, h.Energy, rest = true, little(rest), rest[2:]
	}
	if flags&intervalFollow == 0 {
		if len(rest) > 0 {
			return HeartRate{}, malformed("goes on for %d bytes after the fields that its flags announce", len(rest))
		}
		return h, nil
	}
	if len(rest) == 0 || len(rest)%2 != 0 || len(rest) > 2*maxRR {
		return HeartRate{}, malformed("has %d bytes of intervals; they take 2 each, 1 to %d of them", len(rest), maxRR)
	}
	for ; len(rest) > 0; rest = rest[2:] {
		h.intervals[h.nIntervals] = time.Duration(little(rest)) * time.Second / 1024
		h.nIntervals++
	}
	return h, nil
}

func little(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func malformed(format string, args ...any) error { return fault.Field("payload", format, args...) }
