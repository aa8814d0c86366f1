package wire

import (
	"github.com/flaneur-io/flaneur/internal/fault"
)

// Codec is one of the two encodings of a frame. Its value is safe for concurrent use.
type Codec uint8

// The codecs.
const (
	JSON   Codec = 1 + iota // text messages, for reading
	Binary                  // binary messages: a fixed layout for positions, CBOR (RFC 8949) for the rest
)

// Subprotocols returns the names of both subprotocols, the preferred one first.
func Subprotocols() []string { return []string{SubprotocolBinary, SubprotocolJSON} }

// CodecOf returns the codec of a subprotocol; ok is false for a name that this version does not know.
func CodecOf(subprotocol string) (c Codec, ok bool) {
	switch subprotocol {
	case SubprotocolBinary:
		return Binary, true
	case SubprotocolJSON:
		return JSON, true
	}
	return 0, false
}

// Subprotocol returns the name under which the codec is negotiated.
func (c Codec) Subprotocol() string {
	if c == Binary {
		return SubprotocolBinary
	}
	return SubprotocolJSON
}

// Append appends the encoded frame to dst and returns the longer slice. A frame of the device is checked first:
// what the server would refuse is not encoded. On an error dst comes back as it was.
func (c Codec) Append(dst []byte, f Frame) ([]byte, error) {
	if d, ok := f.(DeviceFrame); ok {
		if err := d.Check(); err != nil {
			return dst, err
		}
	}
	p, isPosition := f.(*Position)
	switch {
	case isPosition && c == Binary:
		return appendBinaryPosition(dst, p), nil
	case isPosition:
		return appendJSONPosition(dst, p), nil
	case c == Binary:
		return appendCBOR(dst, f)
	default:
		return appendJSON(dst, f)
	}
}

// Side is one end of a connection.
type Side uint8

// The sides.
const (
	Device Side = 1 + iota
	Server
)

// DeviceFrame is a frame that a device sends. Check returns a *fault.Error that names the first field that is missing
// or out of range, and says what would be right.
type DeviceFrame interface {
	Frame
	Sequence() uint64
	Check() error
}

// Decoder reads the frames that one side sends. It reuses its memory: a frame is valid until the next call. A
// Decoder is for one goroutine at a time; between two calls it may change hands, and it remembers nothing but
// memory, so that many sessions can share a pool of them.
type Decoder struct {
	codec    Codec
	from     Side
	seq      uint64
	position Position
}

// NewDecoder returns a decoder for frames that side from sends: the server's knows only frames of the device, and
// the other way round.
func NewDecoder(c Codec, from Side) *Decoder { return &Decoder{codec: c, from: from} }

// Decode reads one message. A frame of the device has passed its Check when it is returned. Errors are *fault.Error:
// too_large, malformed (no frame at all), unknown_field, or invalid_field; Field is a path such as fixes[0].lat.
// A message that is refused leaves nothing behind but [Decoder.Seq].
func (d *Decoder) Decode(data []byte) (Frame, error) {
	d.seq = 0
	limit := MaxFrameBytes
	if d.from == Server {
		limit = MaxServerBytes
	}
	if len(data) > limit {
		return nil, fault.New(fault.TooLarge, fault.CodeTooLarge, "must be at most %d bytes", limit)
	}
	f, err := d.parse(data)
	if err != nil {
		return nil, err
	}
	if df, ok := f.(DeviceFrame); ok {
		d.seq = df.Sequence()
		if err := df.Check(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Seq returns the sequence number of the message that Decode read last, refused or not; 0 if it could not be read.
func (d *Decoder) Seq() uint64 { return d.seq }

func (d *Decoder) parse(data []byte) (Frame, error) {
	if d.codec == Binary {
		return d.parseBinary(data)
	}
	if d.from == Device && parseJSONPosition(data, &d.position) {
		return &d.position, nil
	}
	return d.parseJSON(data)
}

func (d *Decoder) parseBinary(data []byte) (Frame, error) {
	if len(data) == 0 {
		return nil, malformed("", "must not be empty")
	}
	row := kindRow(Kind(data[0]))
	if row == nil || row.from != d.from {
		return nil, d.wrongKind()
	}
	if row.kind == KindPosition {
		return &d.position, d.parseBinaryPosition(data)
	}
	return d.parseCBOR(row, data[1:])
}

func (d *Decoder) wrongKind() error {
	names := make([]string, 0, len(kinds))
	for i := range kinds {
		if kinds[i].from == d.from {
			names = append(names, kinds[i].name)
		}
	}
	return fault.Field("t", "must be one of %s", list(names))
}

func malformed(field, detail string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, fault.CodeMalformed, detail, args...).WithField(field)
}
