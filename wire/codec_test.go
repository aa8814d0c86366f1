package wire

import (
	"testing"
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
