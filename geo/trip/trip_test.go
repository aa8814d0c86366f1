package trip

import (
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func place(i int) geo.Point { return geo.Point{Lat: 52.5 + float64(i)/100, Lon: 13.4} }

// A history holds MaxAnchors places, loses the rarest first and with it every arrival from there.
func TestHistoryIsBounded(t *testing.T) {
	var h History
	for range 3 {
		h.Stay(monday, 1, place(1))
		h.Stay(monday, 2, place(2))
	}
	for i := 3; i < 100; i++ {
		h.Stay(monday.Add(time.Duration(i)*time.Hour), geo.Cell(i), place(i))
	}
	if len(h.Anchors) != MaxAnchors || h.index(1) < 0 || h.index(2) < 0 || h.index(3) >= 0 || h.index(99) < 0 {
		t.Fatalf("%d anchors: %v", len(h.Anchors), h.Anchors)
	}
	for _, a := range h.Anchors {
		for _, f := range a.From {
			if h.index(f.Cell) < 0 {
				t.Errorf("%v comes from a place that is forgotten", a.Cell)
			}
		}
	}
	if err := h.Check(); err != nil {
		t.Error(err)
	}
	if h.Stay(monday.AddDate(0, 6, 0), 7, place(7)); len(h.Anchors) != 1 {
		t.Errorf("%d places are remembered after half a year", len(h.Anchors))
	}
}

// What is likely follows the time, the last place and the way; probabilities leave room for somewhere new.
func TestLikely(t *testing.T) {
	const home, work, club = 1, 2, 3
	at := map[geo.Cell]geo.Point{home: place(0), work: place(3), club: place(-3)}
	var h History
	for day := range 5 {
		h.Stay(monday.AddDate(0, 0, day), work, at[work])
		h.Stay(monday.AddDate(0, 0, day).Add(13*time.Hour), home, at[home])
	}
	h.Stay(monday.AddDate(0, 0, 5).Add(11*time.Hour), club, at[club])
	h.Stay(monday.AddDate(0, 0, 6), home, at[home])
	next := monday.AddDate(0, 0, 7)
	for _, tt := range []struct {
		name string
		now  time.Time
		cur  geo.Point
		want geo.Point
	}{
		{"in the morning to work", next, at[home], at[work]},
		{"the other way in the morning", next, geo.Point{Lat: 52.48, Lon: 13.4}, at[club]},
		{"on Saturday night", next.AddDate(0, 0, 5).Add(11 * time.Hour), geo.Point{Lat: 52.495, Lon: 13.4}, at[club]},
	} {
		to := h.Likely(tt.now, at[home], tt.cur)
		sum := 0.0
		for i, d := range to.To[:to.N] {
			sum += d.P
			if i > 0 && d.P > to.To[i-1].P {
				t.Errorf("%s: not in order", tt.name)
			}
		}
		if to.To[0].Point != tt.want || sum >= 1 || sum <= 0 || math.IsNaN(sum) {
			t.Errorf("%s: %v, in all %g", tt.name, to.To[:to.N], sum)
		}
	}
	if n := testing.AllocsPerRun(100, func() { h.Likely(next, at[home], at[home]) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
	var nobody History
	if to := nobody.Likely(next, at[home], at[home]); to.N != 0 {
		t.Errorf("without history: %v", to)
	}
}

func TestMode(t *testing.T) {
	for m := Unknown; m <= Transit; m++ {
		text, _ := m.MarshalText()
		var got Mode
		if err := got.UnmarshalText(text); err != nil || got != m || m.Speed() < 0 {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	var m Mode
	if m.UnmarshalText([]byte("rocket")) == nil {
		t.Error("a rocket is taken")
	}
}
