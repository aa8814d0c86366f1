package httpapi

import (
	"bytes"
	"errors"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
	"github.com/flaneur-io/flaneur/wire"
)

// strict is how bodies are read: unknown members are refused (repeated ones always are), a number that is missing
// where zero is a place or a time of its own does not pass for zero, nor a switch that is missing for a withdrawal.
var strict = json.JoinOptions(
	json.RejectUnknownMembers(true),
	json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(readPoint), json.UnmarshalFromFunc(readFix), json.UnmarshalFromFunc(readMood),
		json.UnmarshalFromFunc(readGrant),
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
		return jsonfault.From(err)
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
				WithField(jsonfault.Path(dec.StackPointer().Parent()))
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

func readGrant(dec *jsontext.Decoder, g *api.Grant) error {
	var said struct {
		Granted *bool    `json:"granted"`
		Policy  string   `json:"policy"`
		Sources []string `json:"sources"`
	}
	if err := json.UnmarshalDecode(dec, &said); err != nil {
		return err
	}
	if said.Granted == nil {
		return fault.Field("granted", "must be true or false")
	}
	*g = api.Grant{Granted: *said.Granted, Policy: said.Policy, Sources: said.Sources}
	return nil
}
