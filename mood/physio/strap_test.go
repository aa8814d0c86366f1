package physio_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
)

func TestParseHeartRate(t *testing.T) {
	second, half := time.Second, time.Second/2
	for _, c := range []struct {
		name      string
		payload   []byte
		rate      uint16
		contact   physio.Contact
		energy    uint16
		hasEnergy bool
		intervals []time.Duration
	}{
		{name: "8 bits", payload: []byte{0x00, 72}, rate: 72},
		{name: "16 bits", payload: []byte{0x01, 0x2c, 0x01}, rate: 300},
		{name: "contact good", payload: []byte{0x06, 60}, rate: 60, contact: physio.ContactGood},
		{name: "contact lost", payload: []byte{0x04, 0}, contact: physio.ContactLost},
		{name: "contact lost amid beats", payload: []byte{0x14, 60, 0x00, 0x04}, rate: 60, contact: physio.ContactLost},
		{name: "contact not told", payload: []byte{0x02, 60}, rate: 60},
		{name: "energy", payload: []byte{0x08, 60, 0x10, 0x27}, rate: 60, energy: 10000, hasEnergy: true},
		{name: "one interval", payload: []byte{0x10, 60, 0x00, 0x04}, rate: 60, intervals: []time.Duration{second}},
		{
			name: "everything", payload: []byte{0x1f, 120, 0, 1, 0, 0, 2, 0, 4}, rate: 120, contact: physio.ContactGood,
			energy: 1, hasEnergy: true, intervals: []time.Duration{half, second},
		},
		{name: "reserved flags", payload: []byte{0xe0, 61}, rate: 61},
	} {
		h, err := physio.ParseHeartRate(c.payload)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if h.Rate != c.rate || h.Contact != c.contact || h.Energy != c.energy || h.HasEnergy != c.hasEnergy ||
			!slices.Equal(h.Intervals(), c.intervals) {
			t.Errorf("%s: rate %d, contact %d, energy %d %v, intervals %v", c.name, h.Rate, h.Contact, h.Energy, h.HasEnergy, h.Intervals())
		}
	}
	for name, payload := range map[string][]byte{
		"empty":            nil,
		"flags alone":      {0},
		"half a rate":      {0x01, 60},
		"half an energy":   {0x08, 60, 1},
		"no interval":      {0x10, 60},
		"half an interval": {0x10, 60, 0, 4, 0},
		"too much":         {0x00, 60, 0, 4},
		"too many":         append([]byte{0x10, 60}, make([]byte, 66)...),
	} {
		h, err := physio.ParseHeartRate(payload)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != "payload" || h != (physio.HeartRate{}) {
			t.Errorf("%s: %v, want a fault of the payload and nothing else", name, err)
		}
	}
}

// FuzzParseHeartRate: whatever a strap sends is either refused or says no more than the payload holds.
func FuzzParseHeartRate(f *testing.F) {
	f.Add([]byte{0x1f, 120, 0, 1, 0, 0, 2, 0, 4})
	f.Add([]byte{0x16, 60, 0, 4, 0xff, 0xff})
	f.Add([]byte{0x00})
	f.Fuzz(func(t *testing.T, payload []byte) {
		h, err := physio.ParseHeartRate(payload)
		if err != nil {
			if h != (physio.HeartRate{}) {
				t.Error("a refused payload told something")
			}
			return
		}
		if 2*len(h.Intervals()) > len(payload)-2 {
			t.Errorf("%d intervals from %d bytes", len(h.Intervals()), len(payload))
		}
		w, err := physio.New(physio.Signals{Beats: true})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Unix(1.7e9, 0)
		for i := range 70 {
			w.Beats(start.Add(time.Duration(i)*time.Second), h.Intervals())
		}
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			check(t, win)
		}
	})
}

// A strap notifies about once a second.
func ExampleParseHeartRate() {
	w, err := physio.New(physio.Signals{Beats: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for range 62 {
		h, err := physio.ParseHeartRate([]byte{0x16, 60, 0x00, 0x04}) // 60 a minute, good contact, one interval of 1024/1024 s
		if err != nil {
			fmt.Println(err)
			return
		}
		at = at.Add(time.Second)
		w.Beats(at, h.Intervals()) // none without contact
	}
	for win, ok := w.Next(); ok; win, ok = w.Next() {
		fmt.Printf("%s: %.0f a minute\n", win.End.Format(time.TimeOnly), win.Values[physio.HRMean])
	}
	// Output:
	// 12:00:40: 60 a minute
	// 12:00:50: 60 a minute
	// 12:01:00: 60 a minute
}
