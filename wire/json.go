package wire

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
)

func appendJSON(dst []byte, f Frame) ([]byte, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return dst, malformed("", "frame %s can't be encoded", f.Kind()).Wrap(err)
	}
	dst = append(dst, `{"t":"`...)
	dst = append(dst, f.Kind().String()...)
	dst = append(dst, '"', ',') // every frame has a member that is always written
	return append(dst, body[1:]...), nil
}

// parseJSON is the strict reader of any frame; its errors name the path.
func (d *Decoder) parseJSON(data []byte) (Frame, error) {
	name, err := d.scan(data)
	if err != nil {
		return nil, err
	}
	k, err := ParseKind(name)
	if err != nil || k.From() != d.from {
		return nil, d.wrongKind()
	}
	f, err := kindRow(k).json(data, d.from == Device)
	if err != nil {
		return nil, jsonfault.From(err)
	}
	return f, nil
}

// scan walks the tokens once, before anything is allocated for them: it finds "t" and seq, and refuses null, too much
// nesting and arrays that are too long.
func (d *Decoder) scan(data []byte) (name string, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	if dec.PeekKind() != jsontext.KindBeginObject {
		return "", malformed("", "must be one JSON object")
	}
	for {
		tok, err := dec.ReadToken()
		if err != nil {
			return "", jsonfault.From(err)
		}
		depth := dec.StackDepth()
		kind, n := dec.StackIndex(depth)
		switch {
		case depth == 0: // the object is complete
			return name, nil
		case tok.Kind() == jsontext.KindNull:
			return "", fault.Field(jsonfault.Path(dec.StackPointer()), "must not be null: leave it out")
		case depth > maxDepth:
			return "", malformed(jsonfault.Path(dec.StackPointer().Parent()), "must not be nested deeper than %d levels", maxDepth)
		case kind == jsontext.KindBeginArray && n > maxElements:
			return "", fault.Field(jsonfault.Path(dec.StackPointer().Parent()), "must hold at most %d elements", maxElements)
		}
		if depth != 1 || n%2 != 0 {
			continue
		}
		switch p := dec.StackPointer(); {
		case p == "/t" && tok.Kind() == jsontext.KindString:
			name = tok.String()
		case p == "/seq" && tok.Kind() == jsontext.KindNumber:
			d.seq, _ = strconv.ParseUint(tok.String(), 10, 64) // 0 if it is none
		}
	}
}

// readJSON reads one frame of a known kind. Devices pass over members that they do not know: a newer server may send
// more. A fix that says nothing of speed and course does not stand still.
func readJSON[F any, P interface {
	*F
	Frame
}](data []byte, strict bool) (Frame, error) {
	var v struct {
		T     string `json:"t"`
		Frame F      `json:",embed"`
	}
	f := markMissing(P(&v.Frame))
	err := json.Unmarshal(data, &v, json.RejectUnknownMembers(strict), json.WithUnmarshalers(json.UnmarshalFromFunc(readFix)))
	return f, err
}

func readFix(dec *jsontext.Decoder, f *Fix) error {
	type plain Fix
	*f = Fix{Lat: math.NaN(), Lon: math.NaN(), Speed: -1, Course: -1}
	return json.UnmarshalDecode(dec, (*plain)(f))
}

func asFault(err error) (*fault.Error, bool) {
	var e *fault.Error
	return e, errors.As(err, &e)
}
