package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

// TestLapseFinishesWhatACrashCutOff leaves a claim without its record, as kill -9 does, and a reservation that ran out.
func TestLapseFinishesWhatACrashCutOff(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, func(o *offers.Offer) { o.Budget.Total = 2 })
	s, _ := w.person(t, privacy.Location)
	w.memory.fail = fault.New(fault.Unavailable, fault.CodeUnavailable, "The server was killed.")
	if _, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID, Key: "k"}); err == nil {
		t.Fatal("no crash")
	}
	w.memory.fail = nil
	if _, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID, Key: "other"}); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		n := 0
		for _, c := range w.memory.claims[o.ID] {
			if !c.released {
				n++
			}
		}
		return n
	}
	w.restart(t)
	w.Lapse(t.Context())
	if n := count(); n != 2 {
		t.Errorf("%d units are held before their time is over", n)
	}
	w.later(offers.DefaultHoldMinutes*time.Minute + time.Second)
	for range 2 {
		w.Lapse(t.Context())
		if n := count(); n != 0 {
			t.Errorf("%d units are held when their time is over", n)
		}
	}
}

// TestLapsePassesByWhatCantBeEnded breaks one person's redemption: the others' end all the same.
func TestLapsePassesByWhatCantBeEnded(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	for i := range 6 {
		s, in := w.person(t, privacy.Location)
		r, err := w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID})
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			name := "redemption/" + string(r.ID)
			_, rev, err := w.memory.Read(t.Context(), in.User, name)
			if err == nil {
				_, err = w.memory.Write(t.Context(), in.User, name, []byte("broken"), rev)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	w.later(offers.DefaultHoldMinutes*time.Minute + time.Second)
	w.Lapse(t.Context())
	released := 0
	for _, c := range w.memory.claims[o.ID] {
		if c.released {
			released++
		}
	}
	if released != 3 {
		t.Errorf("%d units came back, want 3", released)
	}
}

// TestLapseGoesOnPastWhatCantBeRead holds that one broken record keeps nobody else's unit.
func TestLapseGoesOnPastWhatCantBeRead(t *testing.T) {
	w := newWorld(t)
	o := w.offer(t, market, nil)
	s, _ := w.person(t, privacy.Location)
	var broken engine.Redemption
	for range 8 {
		var err error
		if broken, err = w.Reserve(t.Context(), s, engine.Wish{Offer: o.ID}); err != nil {
			t.Fatal(err)
		}
	}
	for key, r := range w.memory.records {
		if strings.Contains(key, string(broken.ID)) {
			w.memory.records[key] = record{[]byte("{"), r.rev}
		}
	}
	w.later(offers.DefaultHoldMinutes*time.Minute + time.Second)
	w.Lapse(t.Context())
	held := 0
	for _, c := range w.memory.claims[o.ID] {
		if !c.released {
			held++
		}
	}
	if held != 1 {
		t.Errorf("%d units are held, want the broken one", held)
	}
}
