package simulator

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func day(t testing.TB) time.Time {
	t.Helper()
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 3, 17, 0, 0, 0, 0, zone)
}

func freiburg(t testing.TB) City {
	t.Helper()
	city, err := Freiburg()
	if err != nil {
		t.Fatal(err)
	}
	return city
}

// invented runs n people against a server and returns the report.
func invented(t *testing.T, s *fakeServer, seed uint64, n, connections int) Report {
	t.Helper()
	o := Options{Server: s, People: s.city.People(seed, n, day(t)), Seed: seed, Connections: connections}
	r, err := Run(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSameSeedSameStory(t *testing.T) {
	city := freiburg(t)
	one := invented(t, newFakeServer(city), 5, 24, 1)
	many := invented(t, newFakeServer(city), 5, 24, 16)
	if one.Deliveries == 0 || one.Suppressions == 0 || one.Redemptions == 0 {
		t.Fatalf("nothing happened: %+v", one)
	}
	if one.Digest != many.Digest {
		t.Error("digests differ between 1 and 16 connections")
	}
	if diff := cmp.Diff(one.Offers, many.Offers); diff != "" {
		t.Errorf("offers differ (-1 +16 connections):\n%s", diff)
	}
	if diff := cmp.Diff(one.Suppressed, many.Suppressed); diff != "" {
		t.Errorf("suppressions differ (-1 +16 connections):\n%s", diff)
	}
	if other := invented(t, newFakeServer(city), 6, 24, 16); other.Digest == one.Digest {
		t.Error("another seed made the same story")
	}
	// One more person changes nothing for the others.
	more := invented(t, newFakeServer(city), 5, 25, 16)
	if diff := cmp.Diff(one.People, more.People[:24]); diff != "" {
		t.Errorf("people differ (-24 +25 of them):\n%s", diff)
	}
}

func TestEveryDeliveryIsAcknowledgedAndAnswered(t *testing.T) {
	s := newFakeServer(freiburg(t))
	r := invented(t, s, 1, 12, 4)
	acked, actions, redeemed := 0, 0, 0
	for _, p := range s.phones {
		acked += len(p.acked)
		actions += len(p.actions)
		redeemed += len(p.redeemed)
	}
	if acked != r.Deliveries {
		t.Errorf("acknowledged %d of %d deliveries", acked, r.Deliveries)
	}
	ignored := 0
	for _, o := range r.Offers {
		switch o.Outcome {
		case Ignored:
			ignored++
		case Accepted:
			t.Errorf("%s accepted %q and never came", o.User, o.Offer)
		}
		if len(o.Reasons) == 0 {
			t.Errorf("%q has no reasons", o.Offer)
		}
	}
	if actions != r.Deliveries-ignored {
		t.Errorf("%d answers to %d deliveries of which %d were ignored", actions, r.Deliveries, ignored)
	}
	if redeemed != r.Redemptions || redeemed == 0 {
		t.Errorf("redeemed %d, reported %d", redeemed, r.Redemptions)
	}
	if r.Lost != 0 {
		t.Errorf("%d lost", r.Lost)
	}
	if uint64(r.Fixes) != r.Evaluations {
		t.Errorf("%d fixes, %d evaluations", r.Fixes, r.Evaluations)
	}
}

func TestConsentsAreKept(t *testing.T) {
	s := newFakeServer(freiburg(t))
	r := invented(t, s, 3, 60, 8)
	without := map[string]int{}
	for _, p := range s.phones {
		for _, purpose := range []string{"mood", "push", "purchases"} {
			if !p.optIn.Consents[purpose].Granted {
				without[purpose]++
			}
		}
		if !p.optIn.Consents["location"].Granted {
			t.Error("somebody walks without the consent location")
		}
		if len(p.moods) > 0 && !p.optIn.Consents["mood"].Granted {
			t.Error("a mood was told without consent")
		}
		if len(p.purchases) > 0 && !p.optIn.Consents["purchases"].Granted {
			t.Error("a purchase was told without consent")
		}
	}
	for _, purpose := range []string{"mood", "push", "purchases"} {
		if n := without[purpose]; n == 0 || n > 20 {
			t.Errorf("%d of 60 without %s", n, purpose)
		}
	}
	if r.Moods == 0 || r.Purchases == 0 || r.Pulls == 0 {
		t.Errorf("moods %d, purchases %d, pulls %d", r.Moods, r.Purchases, r.Pulls)
	}
}

func TestARepeatedDeliveryCountsOnce(t *testing.T) {
	s, once := newFakeServer(freiburg(t)), newFakeServer(freiburg(t))
	s.repeat = true
	if got, want := invented(t, s, 1, 8, 4), invented(t, once, 1, 8, 4); got.Digest != want.Digest {
		t.Errorf("%d deliveries, want %d", got.Deliveries, want.Deliveries)
	}
}

func TestSoldOutIsMissed(t *testing.T) {
	s := newFakeServer(freiburg(t))
	s.soldOut = true
	r := invented(t, s, 1, 12, 4)
	missed := 0
	for _, o := range r.Offers {
		if o.Outcome == Missed {
			missed++
		}
	}
	if missed == 0 || r.Redemptions != 0 {
		t.Errorf("missed %d, redeemed %d", missed, r.Redemptions)
	}
}

func TestReconnects(t *testing.T) {
	city := freiburg(t)
	calm := invented(t, newFakeServer(city), 2, 3, 1)
	synctest.Test(t, func(t *testing.T) {
		s := newFakeServer(city)
		s.dropEvery, s.refuseDials = 97, 3
		r := invented(t, s, 2, 3, 1)
		if r.Reconnects == 0 {
			t.Fatal("no connection was lost")
		}
		if r.Fixes != calm.Fixes || r.Redemptions != calm.Redemptions {
			t.Errorf("fixes %d, redemptions %d; without losses %d, %d", r.Fixes, r.Redemptions, calm.Fixes, calm.Redemptions)
		}
		for _, p := range s.phones {
			for i := 1; i < len(p.fixes); i++ {
				if p.fixes[i].At <= p.fixes[i-1].At {
					t.Fatal("a fix was taken twice")
				}
			}
		}
	})
}

func TestGivesUpInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeServer(freiburg(t))
		s.down = true
		began := time.Now()
		_, err := Run(t.Context(), Options{Server: s, People: s.city.People(1, 2, day(t))}, nil)
		if !errors.Is(err, errDown) {
			t.Errorf("error %v, want that of the connection", err)
		}
		if took := time.Since(began); took < patience || took > patience+2*longestWait {
			t.Errorf("gave up after %v", took)
		}
	})
}

func TestRefusedFixesAreCounted(t *testing.T) {
	s := newFakeServer(freiburg(t))
	people := s.city.People(1, 1, day(t))
	people[0].Walk = &backwards{people[0].Walk}
	r, err := Run(t.Context(), Options{Server: s, People: people}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Refused[fault.CodeFixOrder]; n == 0 || n != r.Fixes-1 {
		t.Errorf("%d of %d fixes refused", n, r.Fixes)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	s := newFakeServer(freiburg(t))
	r, err := Run(ctx, Options{Server: s, People: s.city.People(1, 50, day(t)), Connections: 2}, func(e Event) {
		if f, ok := e.(Finished); ok && f.Done == 5 {
			cancel(stop)
		}
	})
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want the cause", err)
	}
	if r.Fixes == 0 || len(s.phones) == 50 {
		t.Errorf("%d fixes, %d people began", r.Fixes, len(s.phones))
	}
}

func TestPacedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeServer(freiburg(t))
		s.hint.Seconds = 5
		people := s.city.People(1, 2, day(t))
		began := time.Now()
		var first, last time.Time
		_, err := Run(t.Context(), Options{Server: s, People: people, Speed: 3600}, func(e Event) {
			if m, ok := e.(Moved); ok {
				if first.IsZero() {
					first = m.At
				}
				last = m.At
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		want := last.Sub(first) / 3600
		if took := time.Since(began); took < want-time.Second || took > want+time.Second {
			t.Errorf("%v of virtual time took %v, want %v", last.Sub(first), took, want)
		}
	})
}

func TestAPersonOfOnesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeServer(freiburg(t))
		walk := walkTo(Stop{Point: s.city.Offers[0].Place.Point, Acts: []Act{Tell{0.5, 0}}})
		began := time.Now()
		r, err := Run(t.Context(), Options{Server: s, People: []*Person{{Alias: "me", Walk: walk}}, Speed: 60}, nil)
		if err != nil || r.Fixes == 0 || r.Deliveries == 0 || r.Moods != 0 {
			t.Errorf("%+v, error %v", r, err)
		}
		if took := time.Since(began); took < 5*time.Second || took > time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

func TestLeaveEnds(t *testing.T) {
	s := newFakeServer(freiburg(t))
	mara, err := s.city.Day(1, day(t))
	if err != nil {
		t.Fatal(err)
	}
	var looked, chosen, blocked, erased int
	r, err := Run(t.Context(), Options{Server: s, People: []*Person{mara}}, func(e Event) {
		switch e.(type) {
		case Looked:
			looked++
		case Chosen:
			chosen++
		case Blocked:
			blocked++
		case Erased:
			erased++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked != 2 || chosen != 1 || blocked != 1 || erased != 1 || r.Erased != 1 {
		t.Errorf("looked %d, chose %d, blocked %d, erased %d (reported %d)", looked, chosen, blocked, erased, r.Erased)
	}
	for _, p := range s.phones {
		if !p.erased || len(p.prefs.Blocked) != 1 || len(p.prefs.Mood) != 1 {
			t.Errorf("erased %v, preferences %+v", p.erased, p.prefs)
		}
	}
}

// backwards sends every fix with the same time.
type backwards struct{ Walk }

func (w *backwards) Next(hint wire.Hint) (Moment, bool) {
	m, more := w.Walk.Next(hint)
	for more && m.Act != nil {
		m, more = w.Walk.Next(hint)
	}
	m.Fix.At = 1
	return m, more
}
