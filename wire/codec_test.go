package wire

import (
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func samplePosition(n int) *Position {
	p := &Position{Seq: 7}
	for i := range n {
		p.Fixes = append(p.Fixes, Fix{Lat: 52.5200066, Lon: 13.404954, Accuracy: 8.5, Speed: 1.25, Course: 92.5, At: 1767225600000 + int64(i)*1000})
	}
	return p
}

// Both encodings read a position without an allocation once the decoder is warm.
func TestDecodePositionAllocatesNothing(t *testing.T) {
	for _, c := range []Codec{JSON, Binary} {
		for _, n := range []int{1, 20} {
			data, err := c.Append(nil, samplePosition(n))
			if err != nil {
				t.Fatal(err)
			}
			d := NewDecoder(c, Device)
			got := testing.AllocsPerRun(100, func() {
				if _, err := d.Decode(data); err != nil {
					t.Fatal(err)
				}
			})
			if got != 0 {
				t.Errorf("%s, %d fixes: %v allocations, want 0", c.Subprotocol(), n, got)
			}
			buf := make([]byte, 0, 4096)
			if got := testing.AllocsPerRun(100, func() { _, _ = c.Append(buf, samplePosition1) }); got != 0 {
				t.Errorf("%s: append: %v allocations, want 0", c.Subprotocol(), got)
			}
		}
	}
}

var samplePosition1 = samplePosition(1)

func BenchmarkDecodePosition(b *testing.B) {
	for _, c := range []Codec{JSON, Binary} {
		b.Run(c.Subprotocol(), func(b *testing.B) {
			data, err := c.Append(nil, samplePosition(1))
			if err != nil {
				b.Fatal(err)
			}
			d := NewDecoder(c, Device)
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := d.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendPosition(b *testing.B) {
	for _, c := range []Codec{JSON, Binary} {
		b.Run(c.Subprotocol(), func(b *testing.B) {
			p, buf := samplePosition(1), make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Append(buf, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Every kind has a name that reads back, a side, and a number of its own.
func TestKinds(t *testing.T) {
	seen := map[Kind]bool{}
	for _, r := range kinds {
		if k, err := ParseKind(r.kind.String()); err != nil || k != r.kind || seen[k] || r.make().Kind() != k || k.From() != r.from {
			t.Errorf("%s: kind %d, from %d, made %T: %v", r.name, k, k.From(), r.make(), err)
		}
		seen[r.kind] = true
		if _, ok := r.make().(DeviceFrame); ok != (r.from == Device) {
			t.Errorf("%s: a frame of the device must have Check and Sequence, others must not", r.name)
		}
	}
	if _, err := ParseKind("unknown"); err == nil || Kind(0).String() != "unknown" {
		t.Error("kind 0 must be unknown")
	}
}

// Append refuses what the other side would refuse, and leaves dst alone.
func TestAppendRefusesInvalidFrames(t *testing.T) {
	for _, c := range []Codec{JSON, Binary} {
		for _, f := range []Frame{
			&Position{Seq: 1, Fixes: []Fix{{Lat: math.NaN(), At: 1}}},
			&Position{Seq: 1},
			samplePosition(MaxFixes + 1),
			&Mood{Seq: 1, Valence: 2, Confidence: 1, Source: "self", At: 1},
			&Hint{Metres: math.Inf(1)},
			&Error{Code: "x", Message: "\xff"},
		} {
			got, err := c.Append([]byte("before"), f)
			if _, bad := f.(*Error); bad && c == Binary {
				continue // CBOR writers do not look into texts, readers do
			}
			if err == nil || string(got) != "before" {
				t.Errorf("%s: %+v: got %q, %v", c.Subprotocol(), f, got, err)
			}
		}
	}
}

func TestSubprotocols(t *testing.T) {
	for _, name := range Subprotocols() {
		if c, ok := CodecOf(name); !ok || c.Subprotocol() != name {
			t.Errorf("%s: %d, %v", name, c, ok)
		}
	}
	if _, ok := CodecOf("flaneur.v2.json"); ok {
		t.Error("v2 does not exist")
	}
}

// A decoder keeps nothing of the frame before.
func TestDecoderForgets(t *testing.T) {
	for _, c := range []Codec{JSON, Binary} {
		d := NewDecoder(c, Device)
		full, err := c.Append(nil, &Position{Seq: 9, Fixes: []Fix{{Lat: 1, Lon: 2, Accuracy: 3, Speed: 4, Course: 5, At: 6, Mock: true, Replayed: true}}})
		if err != nil {
			t.Fatal(err)
		}
		bare, err := c.Append(nil, &Position{Seq: 10, Fixes: []Fix{{Lat: 1, Lon: 2, Speed: -1, Course: -1, At: 6}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Decode(full); err != nil {
			t.Fatal(err)
		}
		f, err := d.Decode(bare)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.(*Position).Fixes[0]; got != (Fix{Lat: 1, Lon: 2, Speed: -1, Course: -1, At: 6}) {
			t.Errorf("%s: got %+v", c.Subprotocol(), got)
		}
		if _, err := d.Decode(nil); err == nil || d.Seq() != 0 {
			t.Errorf("%s: after an unreadable frame Seq is %d", c.Subprotocol(), d.Seq())
		}
	}
}

// A position of the binary protocol keeps its unit in every field, whatever a phone reports.
func TestFixGeo(t *testing.T) {
	f := Fix{Lat: 1, Lon: 2, Accuracy: 3, Speed: -1, Course: 360, At: 1500, Mock: true}
	g := f.Geo()
	if g.Course != 0 || g.Flags != geo.Mock || g.Time.UnixMilli() != 1500 || g.Point != (geo.Point{Lat: 1, Lon: 2}) || g.Speed >= 0 {
		t.Errorf("got %+v", g)
	}
	f.Course = 0
	if back := FixOf(g); back != f {
		t.Errorf("back is %+v, want %+v", back, f)
	}
}

// A newer server may say more than a device knows; a device may not.
func TestUnknownMembers(t *testing.T) {
	for _, c := range []Codec{JSON, Binary} {
		data := []byte(`{"t":"hint","metres":1,"seconds":2,"mood":{"deep":[1]}}`)
		if c == Binary {
			data = append([]byte{byte(KindHint)}, "\xa3\x66metres\x01\x67seconds\x02\x64mood\x81\x01"...)
		}
		f, err := NewDecoder(c, Server).Decode(data)
		if h, ok := f.(*Hint); err != nil || !ok || *h != (Hint{Metres: 1, Seconds: 2}) {
			t.Errorf("%s: got %+v, %v", c.Subprotocol(), f, err)
		}
	}
}

// Rounding never makes a known value unknown, nor an unknown one known.
func TestBinaryRounding(t *testing.T) {
	for _, tt := range []struct{ give, want Fix }{
		{Fix{At: 1, Accuracy: 0.01, Speed: 0.001, Course: 359.999}, Fix{At: 1, Accuracy: 0.1, Speed: 0, Course: 360}},
		{Fix{At: 1, Accuracy: MaxAccuracy, Speed: MaxSpeed, Course: 0}, Fix{At: 1, Accuracy: 6553.5, Speed: 600, Course: 0}},
		{Fix{At: 1, Speed: -7, Course: -0.001}, Fix{At: 1, Speed: -1, Course: -1}},
		{Fix{At: 1, Lat: 52.00000004, Lon: -13.00000006}, Fix{At: 1, Lat: 52, Lon: -13.0000001}},
	} {
		data, err := Binary.Append(nil, &Position{Seq: 1, Fixes: []Fix{tt.give}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := NewDecoder(Binary, Device).Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.(*Position).Fixes[0]; got != tt.want {
			t.Errorf("%+v became %+v, want %+v", tt.give, got, tt.want)
		}
	}
}

// A full page of long offers fits into a frame of the server; a device may say no more than MaxFrameBytes.
func TestSizes(t *testing.T) {
	page := &Offers{Seq: 1}
	for range MaxOffers {
		page.Offers = append(page.Offers, Offer{ID: "off_1", Text: strings.Repeat("ä", 2000), Reasons: []Reason{{Text: strings.Repeat("x", 500)}}})
	}
	for _, c := range []Codec{JSON, Binary} {
		data, err := c.Append(nil, page)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewDecoder(c, Server).Decode(data); err != nil || len(data) < MaxFrameBytes {
			t.Errorf("%s: %d bytes: %v", c.Subprotocol(), len(data), err)
		}
		if _, err := NewDecoder(c, Device).Decode(make([]byte, MaxFrameBytes+1)); fault.From(err).Code != fault.CodeTooLarge {
			t.Errorf("%s: a device's frame that is too large: %v", c.Subprotocol(), err)
		}
		if _, err := NewDecoder(c, Server).Decode(make([]byte, MaxServerBytes+1)); fault.From(err).Code != fault.CodeTooLarge {
			t.Errorf("%s: a server's frame that is too large: %v", c.Subprotocol(), err)
		}
	}
}

func TestMoodStaysOutOfLogs(t *testing.T) {
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("frame", "frame", &Mood{Seq: 1, Valence: -0.7654321, Source: "self", At: 1})
	if strings.Contains(log.String(), "0.7654321") {
		t.Errorf("the log shows %s", &log)
	}
}
