package httpapi

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// strict is how bodies are read: unknown members are refused (repeated ones always are), and a number that is missing
// where zero is a place or a time of its own does not pass for zero.
var strict = json.JoinOptions(
	json.RejectUnknownMembers(true),
	json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(readPoint), json.UnmarshalFromFunc(readFix), json.UnmarshalFromFunc(readMood),
	)),
)

// noNull is for numbers of which null can't clear anything: it would read as zero.
var noNull = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, _ *float64) error {
	if dec.PeekKind() == jsontext.KindNull {
		return fault.Field("", "must be a number, not null")
	}
	return errors.ErrUnsupported // as usual
}))

// decode reads a body into v, which may hold values already: members that are not named keep them, null clears one.
func decode(body []byte, v any) error {
	if body = bytes.TrimLeft(body, " \t\r\n"); len(body) == 0 || body[0] != '{' { // null would clear everything
		return fault.New(fault.Invalid, fault.CodeMalformed, "The body must be a JSON object.")
	}
	if err := sparse(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v, strict); err != nil {
		return explain(err)
	}
	return nil
}

// maxElements is how many elements a list of a body may have before it is read at all. What a route takes is far
// less; but a list of "{}" grows a hundredfold when it is read.
const maxElements = 10_000

// sparse walks the tokens once and refuses lists that are too long. What is wrong otherwise, the reader tells. The
// lists further down are bounded by those who read them.
func sparse(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body))
	for {
		if _, err := dec.ReadToken(); err != nil {
			return nil //nolint:nilerr // the end, or for the reader to tell
		}
		if dec.StackDepth() != 2 {
			continue
		}
		if _, n := dec.StackIndex(2); n > maxElements {
			return fault.New(fault.TooLarge, fault.CodeTooLarge, "must hold at most %d elements", maxElements).
				WithField(fieldPath(dec.StackPointer().Parent()))
		}
	}
}

func readPoint(dec *jsontext.Decoder, p *geo.Point) error {
	type plain geo.Point
	*p = geo.Point{Lat: math.NaN(), Lon: math.NaN()}
	if err := json.UnmarshalDecode(dec, (*plain)(p), noNull); err != nil {
		return err
	}
	return p.Check("")
}

func readFix(dec *jsontext.Decoder, f *wire.Fix) error {
	type plain wire.Fix
	*f = wire.Fix{Lat: math.NaN(), Lon: math.NaN(), Speed: geo.Unknown, Course: geo.Unknown}
	return json.UnmarshalDecode(dec, (*plain)(f), noNull)
}

func readMood(dec *jsontext.Decoder, m *api.Mood) error {
	type plain api.Mood
	*m = api.Mood{Valence: math.NaN(), Arousal: math.NaN(), Confidence: math.NaN()}
	return json.UnmarshalDecode(dec, (*plain)(m), noNull)
}

// explain says what is wrong without repeating what was sent: it may be personal.
func explain(err error) error {
	var inner *fault.Error // of a type that reads itself
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	errors.As(err, &semantic)
	switch {
	case errors.As(err, &inner) && semantic != nil:
		return inner.WithField(join(fieldPath(semantic.JSONPointer), inner.Field))
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return malformed(syntax.JSONPointer, "must appear only once")
	case errors.As(err, &syntax):
		return malformed(syntax.JSONPointer, "must be valid JSON (RFC 8259), with nothing after the object")
	case semantic != nil && errors.Is(err, json.ErrUnknownName):
		return fault.New(fault.Invalid, fault.CodeUnknownField, "is not known here").WithField(fieldPath(semantic.JSONPointer))
	case semantic != nil:
		return fault.Field(fieldPath(semantic.JSONPointer), "must be %s", kindName(semantic.GoType))
	}
	return malformed("", "must be one JSON object")
}

func malformed(p jsontext.Pointer, detail string) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "%s", detail).WithField(fieldPath(p))
}

func join(outer, inner string) string {
	if outer == "" || inner == "" {
		return outer + inner
	}
	return outer + "." + inner
}

// kindName says which JSON a Go type is read from.
func kindName(t reflect.Type) string {
	if t == nil {
		return "of another type"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == "time" && t.Name() == "Time" {
		return "a time as in RFC 3339"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

// maxPath is how deep a path is told: no body that could be read is deeper.
const maxPath = 8

// fieldPath turns a JSON pointer into the form fixes[0].lat. A name that no body could have is not repeated.
func fieldPath(p jsontext.Pointer) string {
	var b strings.Builder
	depth := 0
	for tok := range p.Tokens() {
		if depth++; depth > maxPath {
			break
		}
		switch {
		case tok == "" || len(tok) > 32 || strings.ContainsFunc(tok, odd):
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

func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
}
