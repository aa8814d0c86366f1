package next

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
	"testing"
	"time"
)

// pagesOf returns what Save hands over.
func pagesOf(t testing.TB, s *Shared) map[int][]byte {
	pages := map[int][]byte{}
	if err := s.Save(func(page int, data []byte) error { pages[page] = slices.Clone(data); return nil }); err != nil {
		t.Fatal(err)
	}
	return pages
}

// Statistics that were kept rank as before, in whatever order their pages come back; only what changed is kept again, and a lost page
// costs its own places alone.
func TestPages(t *testing.T) {
	m, histories := settled(t, Defaults(), 30)
	pages := pagesOf(t, m.Shared())
	if again := pagesOf(t, m.Shared()); len(again) > 0 {
		t.Errorf("%d pages are kept again, and nothing changed", len(again))
	}
	for _, order := range [][]int{slices.Sorted(maps.Keys(pages)), slices.Collect(maps.Keys(pages))} {
		s := emptyTown()
		for _, page := range order {
			if err := s.Load(page, pages[page]); err != nil {
				t.Fatal(err)
			}
		}
		second := New(s, Defaults())
		second.Use(m.Snapshot())
		var x Scratch
		want, got := make([]float32, townPlaces), make([]float32, townPlaces)
		for i := range histories {
			q := Query{At: monday.AddDate(0, 0, 30).Add(time.Duration(i) * time.Hour)}
			m.Rank(&x, &histories[i], q, everywhere(), want)
			second.Rank(&x, &histories[i], q, everywhere(), got)
			if !slices.Equal(want, got) {
				t.Fatalf("person %d: ranks differ after the statistics were read", i)
			}
		}
	}
	m.Shared().Observe(&histories[0], Visit{Place: 3, At: monday.AddDate(0, 0, 30)})
	if again := pagesOf(t, m.Shared()); len(again) == 0 || len(again) == len(pages) {
		t.Errorf("after one visit %d of %d pages are kept", len(again), len(pages))
	}
	if err := emptyTown().Load(4, pages[3]); err == nil {
		t.Error("a page is taken for another one")
	}
}

func FuzzLoad(f *testing.F) {
	m, _ := settled(f, Defaults(), 10)
	for page, data := range pagesOf(f, m.Shared()) {
		f.Add(page, data[:len(data)-4])
	}
	f.Fuzz(func(_ *testing.T, page int, body []byte) {
		s := NewShared(100)
		if s.Load(page, binary.BigEndian.AppendUint32(body, crc32.ChecksumIEEE(body))) == nil { // what is accepted can be used
			o := New(s, Defaults())
			var x Scratch
			var h History
			s.Observe(&h, Visit{Place: uint32(page), At: monday})
			o.Rank(&x, &h, Query{At: monday}, []uint32{1, uint32(page)}, make([]float32, 2))
		}
	})
}

// What is taken back leaves the history as if it had never been.
func TestRemove(t *testing.T) {
	visits := []Visit{{1, monday}, {2, monday.Add(time.Hour)}, {1, monday.Add(2 * time.Hour)}, {3, monday.Add(3 * time.Hour)}, {2, monday.Add(5 * time.Hour)}}
	for gone := range visits {
		var with, without History
		for i, v := range visits {
			with.Add(v)
			if i != gone {
				without.Add(v)
			}
		}
		if with.Remove(Visit{Place: 9, At: monday}) || !with.Remove(visits[gone]) || with.Remove(visits[gone]) {
			t.Errorf("visit %d is not taken back once", gone)
		}
		var a, b []Visit
		with.Each(func(v Visit) { a = append(a, v) })
		without.Each(func(v Visit) { b = append(b, v) })
		if !slices.EqualFunc(a, b, func(v, w Visit) bool { return v.Place == w.Place && v.At.Equal(w.At) }) || with.Total() != without.Total() {
			t.Errorf("without visit %d: %v, want %v", gone, a, b)
		}
		for place := range uint32(4) {
			if with.Count(place) != without.Count(place) {
				t.Errorf("without visit %d place %d counts %d, want %d", gone, place, with.Count(place), without.Count(place))
			}
		}
		var again History
		if err := again.UnmarshalState(with.AppendState(nil)); err != nil {
			t.Errorf("without visit %d: %v", gone, err)
		}
	}
}

func TestTop(t *testing.T) {
	var h History
	for place := range uint32(30) {
		for i := range place {
			h.Add(Visit{Place: place, At: monday.Add(time.Duration(i) * time.Hour)})
		}
	}
	if got := h.Top([]uint32{28, 5}, 4); !slices.Equal(got, []uint32{28, 5, 29, 27, 26}) {
		t.Errorf("the top is %v", got)
	}
	if got := h.Top(nil, 0); len(got) > 0 {
		t.Errorf("the top 0 is %v", got)
	}
}
