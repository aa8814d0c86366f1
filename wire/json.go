package wire

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
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
		return nil, explainJSON(err)
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
			return "", explainJSON(err)
		}
		depth := dec.StackDepth()
		kind, n := dec.StackIndex(depth)
		switch {
		case depth == 0: // the object is complete
			return name, nil
		case tok.Kind() == jsontext.KindNull:
			return "", fault.Field(path(dec.StackPointer()), "must not be null: leave it out")
		case depth > maxDepth:
			return "", malformed(path(dec.StackPointer().Parent()), "must not be nested deeper than %d levels", maxDepth)
		case kind == jsontext.KindBeginArray && n > maxElements:
			return "", fault.Field(path(dec.StackPointer().Parent()), "must hold at most %d elements", maxElements)
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

// explainJSON says what is wrong without repeating what was sent: it may be personal.
func explainJSON(err error) error {
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return fault.New(fault.Invalid, fault.CodeUnknownField, "is not part of this frame").WithField(path(semantic.JSONPointer))
	case errors.As(err, &semantic):
		return fault.Field(path(semantic.JSONPointer), "must be %s", typeName(semantic.GoType))
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return malformed(path(syntax.JSONPointer), "must appear only once")
	case errors.As(err, &syntax):
		return malformed(path(syntax.JSONPointer), "must be valid JSON (RFC 8259), with nothing after the object")
	}
	return malformed("", "must be one complete JSON object")
}

func typeName(t reflect.Type) string {
	if t == nil {
		return "of another type"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int64:
		return "an integer"
	case reflect.Uint64:
		return "an unsigned integer"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

// path turns a JSON pointer into the form fixes[0].lat. A name that no frame could have is not repeated.
func path(p jsontext.Pointer) string {
	var b strings.Builder
	for tok := range p.Tokens() {
		switch {
		case tok == "" || len(tok) > 32 || strings.ContainsFunc(tok, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
		}):
			tok = "?"
		case tok[0] >= '0' && tok[0] <= '9' && b.Len() > 0:
			b.WriteString("[" + tok + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(tok)
	}
	return b.String()
}

func asFault(err error) (*fault.Error, bool) {
	var e *fault.Error
	return e, errors.As(err, &e)
}
