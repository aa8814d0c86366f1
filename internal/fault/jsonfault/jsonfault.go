package jsonfault

import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// From returns the fault behind an error of the JSON library: unknown_field, invalid_field or malformed, or, if a type
// that reads itself failed with a *fault.Error, that one with the path to it. From(nil) is nil.
func From(err error) error {
	if err == nil {
		return nil
	}
	var inner *fault.Error
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	errors.As(err, &semantic)
	switch {
	case errors.As(err, &inner) && semantic != nil:
		return inner.Under(Path(semantic.JSONPointer))
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return malformed(syntax.JSONPointer, "must appear only once")
	case errors.As(err, &syntax):
		return malformed(syntax.JSONPointer, "must be valid JSON (RFC 8259), with nothing after the object")
	case semantic != nil && errors.Is(err, json.ErrUnknownName):
		return fault.New(fault.Invalid, fault.CodeUnknownField, "is not known here").WithField(Path(semantic.JSONPointer))
	case semantic != nil:
		return fault.Field(Path(semantic.JSONPointer), "must be %s", kindName(semantic.GoType))
	}
	return malformed("", "must be one complete JSON object")
}

func malformed(p jsontext.Pointer, detail string) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "%s", detail).WithField(Path(p))
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
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number in range, written without a fraction"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

// Bounds of a path.
const (
	maxPath = 8  // members told
	maxName = 32 // bytes of a name
)

// Path turns a JSON pointer into the form fixes[0].lat, each name as in Name. What is deeper than anything that is read
// is not told.
func Path(p jsontext.Pointer) string {
	var b strings.Builder
	depth := 0
	for name := range p.Tokens() {
		if depth++; depth > maxPath {
			break
		}
		if _, err := strconv.ParseUint(name, 10, 32); err == nil {
			b.WriteString("[" + name + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(Name(name))
	}
	return b.String()
}

// Name returns a name that was sent if it may be repeated in an answer: letters, digits and underscores. Otherwise "?".
func Name(name string) string {
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, odd) {
		return "?"
	}
	return name
}

func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
}
