package wire

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/fxamacker/cbor/v2"
	"github.com/go-json-experiment/json"
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
	noNull, err := cbor.NewSimpleValueRegistryFromDefaults(cbor.WithRejectedSimpleValue(22), cbor.WithRejectedSimpleValue(23))
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
		SimpleValues:      noNull,
	}
	m.device, err = strict.DecMode() // NaN reaches Check, which names the field
	must(err)
	server := strict
	server.ExtraReturnErrors = cbor.ExtraDecErrorNone // see readJSON
	server.NaN, server.Inf = cbor.NaNDecodeForbidden, cbor.InfDecodeForbidden
	m.server, err = server.DecMode()
	must(err)
	lenient := strict
	lenient.SimpleValues, lenient.ExtraReturnErrors = nil, 0
	lenient.DefaultMapType = reflect.TypeFor[map[string]any]()
	m.lenient, err = lenient.DecMode()
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
		return malformed("", "must be one well-formed CBOR map after the kind, without tags, indefinite lengths or repeated names")
	}
	v["t"] = r.name
	text, err := json.Marshal(v, json.Deterministic(true))
	if err == nil {
		_, err = d.parseJSON(text)
	}
	if e, ok := asFault(err); ok {
		return e
	}
	return malformed("", "must hold finite numbers, text strings, booleans, arrays and maps only")
}
