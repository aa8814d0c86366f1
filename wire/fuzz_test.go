package wire

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzJSON and FuzzBinary: no input makes a decoder panic, and a frame that was read means the same after it was
// written and read again.
func FuzzJSON(f *testing.F) {
	for _, vectors := range readVectors(f) {
		for i := range vectors {
			f.Add(vectors[i].json(), vectors[i].From == "server")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, server bool) { stable(t, JSON, data, server) })
}

func FuzzBinary(f *testing.F) {
	for _, vectors := range readVectors(f) {
		for i := range vectors {
			data, err := hex.DecodeString(vectors[i].Binary)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, vectors[i].From == "server")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, server bool) { stable(t, Binary, data, server) })
}

func stable(t *testing.T, c Codec, data []byte, server bool) {
	from := Device
	if server {
		from = Server
	}
	frame, err := NewDecoder(c, from).Decode(data)
	if err != nil {
		if e, ok := asFault(err); !ok || e.Code == "" || e.Detail == "" {
			t.Fatalf("refused without words: %v", err)
		}
		return
	}
	once, err := c.Append(nil, frame)
	if err != nil {
		t.Fatalf("%+v was read, but can't be written: %v", frame, err)
	}
	d := NewDecoder(c, from)
	again, err := d.Decode(once)
	if err != nil {
		t.Fatalf("%s was written, but can't be read: %v", once, err)
	}
	twice, err := c.Append(nil, again)
	if err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("written once %x, twice %x (%v)", once, twice, err)
	}
}

// FuzzPositionFastPath: what the fast reader takes, the strict one takes with the same outcome.
func FuzzPositionFastPath(f *testing.F) {
	for _, vectors := range readVectors(f) {
		for i := range vectors {
			f.Add(vectors[i].json())
		}
	}
	f.Add([]byte(` { "fixes" : [ { "at" : 5 , "lon" : -1e2 , "lat" : 1.5E+1 } ] , "seq" : 9 , "t" : "position" } `))
	f.Fuzz(func(t *testing.T, data []byte) {
		var fast Position
		if len(data) > MaxFrameBytes || !parseJSONPosition(data, &fast) {
			return
		}
		d := NewDecoder(JSON, Device)
		strict, err := d.parseJSON(data)
		if err != nil {
			t.Fatalf("only the fast path takes %s: %v", data, err)
		}
		if diff := cmp.Diff(&fast, strict.(*Position), cmp.Comparer(sameFloat)); diff != "" && !slices.Equal(fast.Fixes, strict.(*Position).Fixes) {
			t.Fatalf("-fast +strict\n%s", diff)
		}
	})
}

func sameFloat(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a == b }
