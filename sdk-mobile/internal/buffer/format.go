package buffer

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/wire"
)

// The frame of a record, big-endian:
//
//	4  mark
//	1  kind: 1 a position, 2 "answered up to this number"
//	8  number
//	2  length of the body
//	4  CRC-32C of kind, number, length and body
//	…  body: 12 bytes nonce, the sealed position frame (package wire), 16 bytes tag; bound to kind and number
const (
	mark       = "FLb1"
	headBytes  = 4 + 1 + 8 + 2 + 4
	kindFix    = 1
	kindGone   = 2
	nonceBytes = 12
	maxBody    = 128
	suffix     = ".fixes"
	unfinished = ".new"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// entry is one record of a file.
type entry struct {
	id      uint64
	fix     wire.Fix
	removed bool // it says that all up to id were answered
}

// nameOf is the name of a file by its first number; the digits let names sort.
func nameOf(first uint64) string { return fmt.Sprintf("%020d%s", first, suffix) }

// thinnedName is that of a file that took the place of all before it.
func thinnedName(next uint64) string { return fmt.Sprintf("%020d-thinned%s", next, suffix) }

func firstOf(path string) uint64 {
	digits, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), suffix), "-")
	n, _ := strconv.ParseUint(digits, 10, 64) // another name: 0
	return n
}

// encode appends a record to dst.
func (b *Buffer) encode(dst []byte, e entry) ([]byte, error) {
	kind, plain := byte(kindGone), []byte(nil)
	if !e.removed {
		kind = kindFix
		var err error
		if plain, err = wire.Binary.Append(nil, &wire.Position{Seq: 1, Fixes: []wire.Fix{e.fix}}); err != nil {
			return dst, err
		}
	}
	start := len(dst)
	dst = append(append(dst, mark...), kind)
	dst = binary.BigEndian.AppendUint64(dst, e.id)
	bound := dst[start+4:]
	bound = bound[:len(bound):len(bound)]
	size := nonceBytes + len(plain) + b.seal.Overhead()
	dst = binary.BigEndian.AppendUint16(dst, uint16(size)) //nolint:gosec // some 60
	dst = append(dst, 0, 0, 0, 0)
	body := len(dst)
	nonce := make([]byte, nonceBytes)
	_, _ = rand.Read(nonce) // never fails
	dst = b.seal.Seal(append(dst, nonce...), nonce, plain, bound)
	sum := crc32.Update(crc32.Checksum(dst[start+4:start+headBytes-4], castagnoli), castagnoli, dst[body:])
	binary.BigEndian.PutUint32(dst[body-4:], sum)
	return dst, nil
}

// scan calls take for every record that is whole, and returns how many stretches between them were not.
func (b *Buffer) scan(raw []byte, take func(entry)) (damaged int64) {
	lost := false
	for len(raw) > 0 {
		e, n, ok := b.decode(raw)
		if ok {
			take(e)
			raw, lost = raw[n:], false
			continue
		}
		if !lost {
			damaged++
		}
		lost = true
		at := bytes.Index(raw[1:], []byte(mark))
		if at < 0 {
			break
		}
		raw = raw[1+at:]
	}
	return damaged
}

// decode reads the record at the beginning of raw.
func (b *Buffer) decode(raw []byte) (e entry, n int, ok bool) {
	if len(raw) < headBytes || string(raw[:4]) != mark {
		return e, 0, false
	}
	kind, size := raw[4], int(binary.BigEndian.Uint16(raw[13:]))
	n = headBytes + size
	if size < nonceBytes || size > maxBody || n > len(raw) {
		return e, 0, false
	}
	body := raw[headBytes:n]
	sum := crc32.Update(crc32.Checksum(raw[4:headBytes-4], castagnoli), castagnoli, body)
	if binary.BigEndian.Uint32(raw[headBytes-4:]) != sum {
		return e, 0, false
	}
	plain, err := b.seal.Open(nil, body[:nonceBytes], body[nonceBytes:], raw[4:13])
	if err != nil {
		return e, 0, false
	}
	e.id = binary.BigEndian.Uint64(raw[5:])
	switch kind {
	case kindGone:
		e.removed = true
		return e, n, len(plain) == 0
	case kindFix:
		f, err := wire.NewDecoder(wire.Binary, wire.Device).Decode(plain)
		p, isPosition := f.(*wire.Position)
		if err != nil || !isPosition || len(p.Fixes) != 1 {
			return e, 0, false
		}
		e.fix = p.Fixes[0]
		return e, n, true
	}
	return e, 0, false
}
