package wire

import (
	"bytes"
	"reflect"
	"strconv"
	"sync"

	"github.com/fxamacker/cbor/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Bounds of anything nested, in both encodings.
const (
	maxElements = MaxFixes // of any array
	maxMembers  = 32       // of any object
	maxDepth    = 8
)

// cborModes are made once and never change.
var cborModes = sync.OnceValue(func() (m struct {
	device, server, lenient cbor.DecMode
	enc                     cbor.UserBufferEncMode
},
) {
	booleans, err := cbor.NewSimpleValueRegistryFromDefaults(rejectedSimpleValues()...)
	must(err)
	strict := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:   maxDepth,
		MaxArrayElements:  maxElements,
		MaxMapPairs:       maxMembers,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		SimpleValues:      booleans,
	}
	m.device, err = strict.DecMode() // NaN reaches Check, which names the field
	must(err)
	server := strict
	server.ExtraReturnErrors = cbor.ExtraDecErrorNone // see readJSON
	server.NaN, server.Inf = cbor.NaNDecodeForbidden, cbor.InfDecodeForbidden
	m.server, err = server.DecMode()
	must(err)
	m.lenient, err = cbor.DecOptions{ // nesting and lengths are for the JSON reader to name
		DupMapKey:      cbor.DupMapKeyEnforcedAPF,
		IndefLength:    cbor.IndefLengthForbidden,
		TagsMd:         cbor.TagsForbidden,
		DefaultMapType: reflect.TypeFor[map[string]any](),
	}.DecMode()
	must(err)
	m.enc, err = cbor.EncOptions{
		ShortestFloat: cbor.ShortestFloat16,
		NaNConvert:    cbor.NaNConvertReject,
		InfConvert:    cbor.InfConvertReject,
		NilContainers: cbor.NilContainerAsEmpty,
		TagsMd:        cbor.TagsForbidden,
	}.UserBufferEncMode()
	must(err)
	return m
})

// rejectedSimpleValues are all but false and true: the library would read the others as numbers, null as nothing.
func rejectedSimpleValues() (all []func(*cbor.SimpleValueRegistry) error) {
	for v := range 256 {
		if v != 20 && v != 21 && (v < 24 || v > 31) { // 24 to 31 do not exist
			all = append(all, cbor.WithRejectedSimpleValue(cbor.SimpleValue(v)))
		}
	}
	return all
}

// must is for options that are constants.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func appendCBOR(dst []byte, f Frame) ([]byte, error) {
	b := bytes.NewBuffer(append(dst, byte(f.Kind())))
	if err := cborModes().enc.MarshalToBuffer(f, b); err != nil {
		return dst, malformed("", "frame %s can't be encoded", f.Kind()).Wrap(err)
	}
	return b.Bytes(), nil
}

func (d *Decoder) parseCBOR(r *row, data []byte) (Frame, error) {
	mode := cborModes().device
	if d.from == Server {
		mode = cborModes().server
	}
	f := markMissing(r.make())
	if err := mode.Unmarshal(data, f); err != nil {
		return nil, d.explainCBOR(r, data)
	}
	return f, nil
}

// explainCBOR finds the words for CBOR that was refused: it reads the same data as JSON, whose reader knows the
// path to what is wrong. It runs only after a failure, on input that is bounded already.
func (d *Decoder) explainCBOR(r *row, data []byte) error {
	var v map[string]any
	if err := cborModes().lenient.Unmarshal(data, &v); err != nil || v == nil {
		return malformed("", "must be one well-formed CBOR map after the kind, each name a text and there once, without tags or indefinite lengths")
	}
	if _, there := v["t"]; there && d.from == Device {
		return fault.New(fault.Invalid, fault.CodeUnknownField, "must be absent: the first byte says the kind").WithField("t")
	}
	v["t"] = r.name
	text, err := json.Marshal(v, json.Deterministic(true), asRefusable)
	if err == nil {
		_, err = d.parseJSON(text)
	}
	if e, ok := asFault(err); ok {
		return e
	}
	return malformed("", "must hold finite numbers, text strings, booleans, arrays, and maps of at most %d members only", maxMembers)
}

// asRefusable writes what JSON would make equal to something else so that its reader refuses it, by name: a float is
// no integer, and what JSON can't say is an object, which no frame of the device has a scalar for.
var asRefusable = json.WithMarshalers(json.JoinMarshalers(
	json.MarshalToFunc(func(enc *jsontext.Encoder, v float64) error {
		if v-v != 0 { // NaN or infinite
			return enc.WriteValue(jsontext.Value("{}"))
		}
		return enc.WriteValue(strconv.AppendFloat(nil, v, 'e', -1, 64))
	}),
	json.MarshalToFunc(func(enc *jsontext.Encoder, _ []byte) error { return enc.WriteValue(jsontext.Value("{}")) }),
	json.MarshalToFunc(func(enc *jsontext.Encoder, _ cbor.SimpleValue) error { return enc.WriteValue(jsontext.Value("{}")) }),
))
