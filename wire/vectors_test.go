package wire

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/internal/fault"
)

var update = flag.Bool("update", false, "write the binary form of the vectors")

// vector is one case that every implementation must pass. Either both forms mean the same frame, or reading them fails
// with the same code and field.
type vector struct {
	Name   string         `json:"name"`
	From   string         `json:"from"`             // device or server
	Text   jsontext.Value `json:"text,omitempty"`   // the frame in flaneur.v1.json
	Raw    string         `json:"raw,omitempty"`    // instead of text, if it is no JSON
	Binary string         `json:"binary,omitempty"` // the frame in flaneur.v1.bin, in hex; absent if it has none
	Code   string         `json:"code,omitempty"`   // expected refusal
	Field  string         `json:"field,omitempty"`
}

func (v *vector) side() Side {
	if v.From == "server" {
		return Server
	}
	return Device
}

func (v *vector) json() []byte {
	if v.Raw != "" {
		return []byte(v.Raw)
	}
	return v.Text
}

// Frames mean the same in both encodings, in every implementation. -update writes the binary form of valid frames.
func TestVectors(t *testing.T) {
	for file, vectors := range readVectors(t) {
		for i := range vectors {
			v := &vectors[i]
			t.Run(filepath.Base(file)+"/"+v.Name, func(t *testing.T) {
				if v.Code == "" {
					validVector(t, v)
				} else {
					refusedVector(t, v)
				}
			})
		}
		if *update {
			data, err := json.Marshal(vectors, jsontext.WithIndent("  "))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, append(data, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func readVectors(tb testing.TB) map[string][]vector {
	tb.Helper()
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no vectors: %v", err)
	}
	all := map[string][]vector{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		var vectors []vector
		if err := json.Unmarshal(data, &vectors, json.RejectUnknownMembers(true)); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		all[file] = vectors
	}
	return all
}

func validVector(t *testing.T, v *vector) {
	fromText, err := NewDecoder(JSON, v.side()).Decode(v.json())
	if err != nil {
		t.Fatalf("text: %v", err)
	}
	if *update {
		data, err := Binary.Append(nil, fromText)
		if err != nil {
			t.Fatal(err)
		}
		v.Binary = hex.EncodeToString(data)
	}
	data, err := hex.DecodeString(v.Binary)
	if err != nil {
		t.Fatal(err)
	}
	fromBinary, err := NewDecoder(Binary, v.side()).Decode(data)
	if err != nil {
		t.Fatalf("binary: %v", err)
	}
	if diff := cmp.Diff(fromText, fromBinary); diff != "" {
		t.Errorf("-text +binary\n%s", diff)
	}
	again, err := Binary.Append(nil, fromText)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("binary of the text is %x (%v), want %x", again, err, data)
	}
	text, err := JSON.Append(nil, fromBinary)
	if err != nil {
		t.Fatal(err)
	}
	want := v.Text.Clone()
	if err := want.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	got := jsontext.Value(text)
	if err := got.Canonicalize(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("text of the binary is\n%s\nwant\n%s", got, want)
	}
}

func refusedVector(t *testing.T, v *vector) {
	check := func(c Codec, data []byte) {
		_, err := NewDecoder(c, v.side()).Decode(data)
		e, ok := asFault(err)
		if !ok || e.Code != v.Code || e.Field != v.Field || e.Detail == "" || e.Kind == fault.Internal {
			t.Errorf("%s: got %v, want %s: %q", c.Subprotocol(), err, v.Code, v.Field)
		}
	}
	if v.json() != nil {
		check(JSON, v.json())
	}
	if v.Binary != "" {
		data, err := hex.DecodeString(v.Binary)
		if err != nil {
			t.Fatal(err)
		}
		check(Binary, data)
	}
}
