package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
)

// Every value in every file is an envelope:
//
//	version 1 | revision 8 | expiry 8 (Unix seconds, 0: never) | CRC-32C 4 | payload
//
// The CRC covers key, version, revision, expiry and payload: buntdb has no checksum of its own, and a value that
// stands under a key it was not written for is as wrong as a flipped bit.
const (
	envelopeVersion = 1
	sumOffset       = 1 + 8 + 8
	headerSize      = sumOffset + 4
	maxValue        = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errVersion = errors.New("unknown record version")
	errSum     = errors.New("checksum mismatch")
	errPayload = errors.New("malformed payload")
)

type envelope struct {
	rev     Rev
	expires int64
	payload string
}

func (e envelope) encode(key string) string {
	var head [headerSize]byte
	head[0] = envelopeVersion
	binary.BigEndian.PutUint64(head[1:], uint64(e.rev))
	binary.BigEndian.PutUint64(head[9:], uint64(e.expires))
	binary.BigEndian.PutUint32(head[sumOffset:], checksum(key, string(head[:sumOffset]), e.payload))
	var b strings.Builder
	b.Grow(headerSize + len(e.payload))
	b.Write(head[:])
	b.WriteString(e.payload)
	return b.String()
}

// decode returns the envelope in value, whose payload shares value's memory.
func decode(key, value string) (envelope, error) {
	if len(value) < headerSize || value[0] != envelopeVersion {
		return envelope{}, errVersion
	}
	head := []byte(value[:headerSize])
	e := envelope{
		rev:     Rev(binary.BigEndian.Uint64(head[1:])),
		expires: int64(binary.BigEndian.Uint64(head[9:])),
		payload: value[headerSize:],
	}
	if checksum(key, value[:sumOffset], e.payload) != binary.BigEndian.Uint32(head[sumOffset:]) {
		return envelope{}, errSum
	}
	return e, nil
}

func checksum(parts ...string) uint32 {
	var sum uint32
	for _, p := range parts {
		sum = crc32.Update(sum, castagnoli, []byte(p))
	}
	return sum
}

// reader takes fields off a payload; after the first one that does not fit, bad is set and all are zero.
type reader struct {
	rest string
	bad  bool
}

func (r *reader) bytes(n uint64) string {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) uint() uint64 {
	n, size := binary.Uvarint([]byte(r.rest[:min(len(r.rest), binary.MaxVarintLen64)]))
	if r.bad || size <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) uint64() uint64 {
	if s := r.bytes(8); s != "" {
		return binary.BigEndian.Uint64([]byte(s))
	}
	return 0
}

func (r *reader) text() string { return r.bytes(r.uint()) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
