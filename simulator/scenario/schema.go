package scenario

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/internal/api"
)

// Schema returns the JSON Schema (2020-12) of the format. It follows from the same types as Read.
func Schema() []byte {
	s := &schemas{defs: object{}}
	top := s.of(reflect.TypeFor[File]())
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "Flaneur scenario"
	top["description"] = "Who walks where, which offers there are, and who must receive what: see docs/scenarios.md."
	top["$defs"] = s.defs
	text, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		return nil // maps of strings have a JSON
	}
	return append(text, '\n')
}

type object = map[string]any

type schemas struct{ defs object }

// Constant table: how types that read themselves are written.
var forms = map[reflect.Type]object{
	reflect.TypeFor[Time]():     {"type": "string", "description": `"09:05", "day 2 09:05", "2026-06-17 09:05" or "+90 min"`},
	reflect.TypeFor[start]():    {"type": "string", "description": "2026-06-16 09:00"},
	reflect.TypeFor[moment]():   {"type": "string", "description": `"09:05", "day 2 09:05", "2026-06-17 09:05" or "+90 min"`},
	reflect.TypeFor[Duration](): {"type": "string", "description": "a number and a unit: 30 s, 10 min, 2 h, 1 d"},
	reflect.TypeFor[geoPoint](): {"anyOf": []any{
		object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2},
		object{"type": "object", "properties": object{"lat": object{"type": "number"}, "lon": object{"type": "number"}}},
	}},
	reflect.TypeFor[MerchantName](): {"type": "string", "description": "a merchant of the file"},
	reflect.TypeFor[PlaceName]():    {"type": "string", "description": "a place of the file"},
	reflect.TypeFor[OfferName]():    {"type": "string", "description": "an offer of the file"},
	reflect.TypeFor[PersonName]():   {"type": "string", "description": "a person of the file"},
	reflect.TypeFor[Want]():         {"description": "what it must be"},
	merchantID:                      {"type": "string", "description": "a merchant of the file"},
	placeID:                         {"type": "string", "description": "a place of the file"},
	offerID:                         {"type": "string", "description": "an offer of the file"},
	timeType:                        {"type": "string", "description": "a time"},
	anyJSON:                         {},
}

// point has several forms.
func (s *schemas) point() object {
	return s.define("Point", func() object {
		return object{"description": "a place of the file, a pair, or an object", "anyOf": []any{
			object{"type": "string"},
			object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2},
			closed(object{"lat": typed("number"), "lon": typed("number")}),
			closed(object{"from": typed("string"), "east": typed("number"), "north": typed("number")}),
		}}
	})
}

func typed(name string) object { return object{"type": name} }

func closed(properties object) object {
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}

// define makes a definition once, and refers to it.
func (s *schemas) define(name string, build func() object) object {
	if _, done := s.defs[name]; !done {
		s.defs[name] = nil
		s.defs[name] = build()
	}
	return object{"$ref": "#/$defs/" + name}
}

// of returns the schema of a type as the decoder reads it.
func (s *schemas) of(t reflect.Type) object {
	if form, ok := forms[t]; ok {
		return maps.Clone(form)
	}
	switch t {
	case reflect.TypeFor[Point](), pointType:
		return s.point()
	case regionType:
		return s.define("Reach", func() object {
			return object{"anyOf": []any{s.of(reflect.TypeFor[reach]()), object{"type": "object", "required": []any{"type"}}}}
		})
	case reflect.TypeFor[Step]():
		return s.define("Step", s.step)
	case reflect.TypeFor[Expectation]():
		return s.define("Expectation", func() object { return s.fields(t) })
	case reflect.TypeFor[Feeling]():
		return object{"anyOf": []any{object{"enum": slices.Sorted(maps.Keys(feelings))}, s.fields(t)}}
	case reflect.TypeFor[Pull]():
		return object{"anyOf": []any{truths(), s.fields(t)}}
	case reflect.TypeFor[Goal]():
		return object{"anyOf": []any{s.point(), s.fields(t)}}
	case reflect.TypeFor[Reservation]():
		return object{"anyOf": []any{object{"type": "string"}, s.fields(t)}}
	case reflect.TypeFor[Shopping]():
		return listOf(object{"anyOf": []any{object{"type": "string"}, s.body(reflect.TypeFor[api.Want]())}})
	case reflect.TypeFor[Purposes]():
		return listOf(object{"enum": strings.Split(purposeNames, ",")})
	}
	if b, ok := reflect.New(t).Interface().(interface{ shape() reflect.Type }); ok {
		return s.body(b.shape())
	}
	if item, ok := itemOf(t); ok {
		return object{"type": "object", "additionalProperties": s.of(item)}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		return s.fields(t)
	case reflect.Slice:
		return listOf(s.of(t.Elem()))
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Bool:
		return truths()
	case reflect.Int, reflect.Int64, reflect.Float64:
		return typed("number")
	case reflect.String:
		return object{"type": []string{"string", "number"}}
	}
	return object{}
}

// truths are how YAML may say yes and no.
func truths() object {
	return object{"enum": []any{true, false, "yes", "no", "on", "off"}}
}

// listOf allows one item without a list, too.
func listOf(item object) object {
	return object{"anyOf": []any{item, object{"type": "array", "items": item}}}
}

// itemOf returns what Names are of.
func itemOf(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Slice || !strings.HasPrefix(t.Name(), "Names[") {
		return nil, false
	}
	f, _ := t.Elem().FieldByName("Value")
	return f.Type, true
}

// fields is a struct of this package.
func (s *schemas) fields(t reflect.Type) object {
	properties := object{}
	for i := range t.NumField() {
		f := t.Field(i)
		name := nameOf(f)
		if name == "" && f.Name == "Rest" {
			rest, _ := reflect.New(f.Type).Interface().(interface{ shape() reflect.Type })
			for k, v := range s.body(rest.shape())["properties"].(object) {
				missing(properties, k, v)
			}
		}
		if name == "" || name == "-" {
			continue
		}
		of := s.of(f.Type)
		if options := f.Tag.Get("enum"); options != "" {
			of = object{"enum": strings.Split(options, ",")}
			if f.Type.Kind() == reflect.Slice {
				of = listOf(of)
			}
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			of["description"] = doc
		}
		properties[name] = of
	}
	return closed(properties)
}

func (s *schemas) step() object {
	out := s.fields(reflect.TypeFor[Step]())
	for name, row := range verbs {
		of := s.of(reflect.TypeOf(row.arg()).Elem())
		of["description"] = row.doc
		out["properties"].(object)[name] = of
	}
	return out
}

// body is a struct of the interface.
func (s *schemas) body(t reflect.Type) object {
	properties := object{}
	for _, name := range jsonKeys(t) {
		f, _ := jsonField(t, name)
		properties[name] = s.member(f.Type)
	}
	return closed(properties)
}

func (s *schemas) member(t reflect.Type) object {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case merchantID, placeID, offerID, timeType, anyJSON, pointType, regionType:
		return s.of(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.body(t)
	case reflect.Slice:
		return listOf(s.member(t.Elem()))
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.member(t.Elem())}
	case reflect.Int, reflect.Int64, reflect.Float64:
		return object{"type": []string{"number", "string"}} // a clock time or a duration may stand for a number
	}
	return s.of(t)
}
