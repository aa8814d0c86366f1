package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// A binary position is: the kind (one byte), seq and the number of fixes (unsigned varints), then per fix 23 bytes,
// big-endian:
//
//	0  int32   latitude, 1e-7 degrees
//	4  int32   longitude, 1e-7 degrees
//	8  int64   Unix milliseconds
//	16 uint16  accuracy, decimetres; 0: unknown, 65535: that or worse
//	18 uint16  speed, cm/s; 65535: unknown
//	20 uint16  course, 1e-2 degrees; 65535: unknown
//	22 uint8   bit 0: mock, bit 1: replayed; the others are 0
const (
	fixBytes  = 23
	unknown16 = math.MaxUint16

	bitMock     = 1
	bitReplayed = 2
)

// appendBinaryPosition encodes a position that has passed Check.
func appendBinaryPosition(dst []byte, p *Position) []byte {
	dst = slices.Grow(dst, 1+2*binary.MaxVarintLen64+len(p.Fixes)*fixBytes)
	dst = append(dst, byte(KindPosition))
	dst = binary.AppendUvarint(dst, p.Seq)
	dst = binary.AppendUvarint(dst, uint64(len(p.Fixes)))
	for i := range p.Fixes {
		f := &p.Fixes[i]
		var flags byte
		if f.Mock {
			flags |= bitMock
		}
		if f.Replayed {
			flags |= bitReplayed
		}
		be := binary.BigEndian
		dst = be.AppendUint32(dst, uint32(int32(math.Round(f.Lat*1e7))))
		dst = be.AppendUint32(dst, uint32(int32(math.Round(f.Lon*1e7))))
		dst = be.AppendUint64(dst, uint64(f.At))
		dst = be.AppendUint16(dst, packAccuracy(f.Accuracy))
		dst = be.AppendUint16(dst, packKnown(f.Speed))
		dst = be.AppendUint16(dst, packKnown(f.Course))
		dst = append(dst, flags)
	}
	return dst
}

// packAccuracy never turns a very good accuracy into an unknown one.
func packAccuracy(metres float64) uint16 {
	if metres == 0 {
		return 0
	}
	return uint16(min(max(math.Round(metres*10), 1), math.MaxUint16))
}

func packKnown(v float64) uint16 {
	if v < 0 {
		return unknown16
	}
	return uint16(math.Round(v * 100)) // MaxSpeed and 360 degrees fit
}

func unpackKnown(v uint16) float64 {
	if v == unknown16 {
		return -1
	}
	return float64(v) / 100
}

// parseBinaryPosition fills d.position. The length is compared with the count before anything is allocated.
func (d *Decoder) parseBinaryPosition(data []byte) error {
	seq, rest, ok := uvarint(data[1:])
	if !ok {
		return malformed("seq", "must be an unsigned varint, as short as it can be")
	}
	d.seq = seq
	count, rest, ok := uvarint(rest)
	if !ok {
		return malformed("fixes", "must begin with their number, an unsigned varint, as short as it can be")
	}
	if count == 0 || count > MaxFixes {
		return fault.Field("fixes", "must hold 1 to %d fixes", MaxFixes)
	}
	if len(rest) != int(count)*fixBytes {
		return malformed("fixes", "must be exactly %d bytes for each fix", fixBytes)
	}
	p := &d.position
	p.Seq = seq
	p.Fixes = slices.Grow(p.Fixes[:0], int(count))[:count]
	for i := range p.Fixes {
		if !unpackFix(&p.Fixes[i], rest[i*fixBytes:]) {
			return malformed(fmt.Sprintf("fixes[%d].flags", i), "must use only the bits 0 and 1")
		}
	}
	return nil
}

// uvarint takes a varint off b. One that is longer than it needs to be is refused: a frame has one binary form.
func uvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 || n > 1 && b[n-1] == 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

func unpackFix(f *Fix, b []byte) bool {
	_ = b[fixBytes-1]
	be := binary.BigEndian
	*f = Fix{
		Lat:      float64(int32(be.Uint32(b))) / 1e7,
		Lon:      float64(int32(be.Uint32(b[4:]))) / 1e7,
		At:       int64(be.Uint64(b[8:])),
		Accuracy: float64(be.Uint16(b[16:])) / 10,
		Speed:    unpackKnown(be.Uint16(b[18:])),
		Course:   unpackKnown(be.Uint16(b[20:])),
		Mock:     b[22]&bitMock != 0,
		Replayed: b[22]&bitReplayed != 0,
	}
	return b[22]&^(bitMock|bitReplayed) == 0
}
