package accept_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flaneur-io/flaneur/offers/accept"
)

const day = 24 * 60

func TestRatesAreShrunkAndDecay(t *testing.T) {
	var r accept.Responses
	if rate, n := r.Rate(1, 0.3, 5); math.Abs(float64(rate)-0.3) > 1e-6 || n != 0 {
		t.Errorf("of nothing: %g, %g", rate, n)
	}
	for range 8 {
		r.Note(1, true, 100*day)
	}
	rate, n := r.Rate(1, 0.25, 100*day)
	if math.Abs(float64(rate)-0.85) > 1e-3 || n != 8 {
		t.Errorf("of 8 taken: %g, %g", rate, n)
	}
	later, left := r.Rate(1, 0.25, 160*day)
	if math.Abs(float64(left)-4) > 1e-3 || later >= rate || later <= 0.25 {
		t.Errorf("60 days later: %g, %g", later, left)
	}
	for range 30 {
		r.Note(1, false, 160*day)
	}
	if rate, _ := r.Rate(1, 0.25, 160*day); rate > 0.2 {
		t.Errorf("after a change of taste: %g", rate)
	}
	if rate, n := r.Rate(1, 0.25, 0); rate != rate || n < 0 { // a clock that ran backwards
		t.Errorf("before: %g, %g", rate, n)
	}
}

func TestResponsesAreBounded(t *testing.T) {
	var r accept.Responses
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range uint32(50_000) {
		r.Note(1, true, i) // many answers about one
		r.Note(rng.Uint32N(500), rng.IntN(2) == 0, i)
	}
	if r.Len() != 64 || r.Size() > 1100 || len(r.AppendState(nil)) > 1000 {
		t.Errorf("%d subjects, %d bytes, %d in a snapshot", r.Len(), r.Size(), len(r.AppendState(nil)))
	}
	if rate, n := r.Rate(1, 0, 50_000); rate < 0.95 || n > 256 || n < 200 {
		t.Errorf("of the one: %g, %g", rate, n)
	}
}

// Who takes what hardly anybody does says more about themselves than who takes what everybody does.
func TestLiftIsAgainstExpectations(t *testing.T) {
	var r accept.Responses
	if lift, n := r.Lift(1, 5); lift != 0 || n != 0 {
		t.Errorf("of nothing: %g, %g", lift, n)
	}
	for range 4 {
		r.NoteAgainst(1, true, 0.1, 5)
		r.NoteAgainst(2, true, 0.9, 5)
		r.NoteAgainst(3, false, 0.9, 5)
		r.Note(4, true, 5)
	}
	lift := func(s uint32) float32 { l, _ := r.Lift(s, 5); return l }
	if !(lift(1) > 5*lift(2) && lift(2) > 0 && lift(3) < -5*lift(2)) || math.Abs(float64(lift(4))) > 1e-6 {
		t.Errorf("lifts %.2f, %.2f, %.2f, %.2f", lift(1), lift(2), lift(3), lift(4))
	}
	if later, _ := r.Lift(1, 5+120*day); !(later > 0 && later < lift(1)) {
		t.Errorf("lift %.2f, %.2f later", lift(1), later)
	}
}

// Own and Kin say nothing about subjects without answers, and else what the answers were.
func TestOwnAnswersAsFeatures(t *testing.T) {
	var r accept.Responses
	asked := []uint32{1, 2}
	before := r.Own(nil, asked, 5)
	r.NoteAgainst(2, true, 0.3, 5)
	after := r.Own(nil, asked, 5)
	if len(before) != len(after) || slices.Equal(before[len(before)/2:], after[len(after)/2:]) {
		t.Errorf("%v before, %v after", before, after)
	}
	if !slices.Equal(r.Own(nil, []uint32{1, 3}, 5)[:4], before[:4]) {
		t.Error("an answer to another subject changed what is said of this one")
	}
	if kin := r.Kin(nil, 1, []uint32{1, 2, 3}, 5); len(kin) != 1 {
		t.Errorf("%d kindred subjects", len(kin))
	}
	buffer := make([]accept.Feature, 0, 64)
	if n := testing.AllocsPerRun(100, func() { buffer = r.Kin(r.Own(buffer[:0], asked, 5), 1, asked, 5) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestTeachIsLimited(t *testing.T) {
	var r accept.Responses
	given := 0
	for _, day := range []uint32{10, 11, 10, 11} { // going back wins nothing
		for range 100 {
			if r.Teach(day) {
				given++
			}
		}
	}
	if given != 16 {
		t.Errorf("%d lessons on two days", given)
	}
}

func FuzzResponses(f *testing.F) {
	var r accept.Responses
	f.Add([]byte(nil))
	r.Teach(3)
	f.Add(r.AppendState(nil))
	for i := range uint32(70) {
		r.Note(i, i%2 == 0, i)
	}
	f.Add(r.AppendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r accept.Responses
		r.Note(9, true, 1)
		before := r.AppendState(nil)
		if err := r.UnmarshalState(b); err != nil {
			if !malformed(err) || !bytes.Equal(r.AppendState(nil), before) {
				t.Fatalf("UnmarshalState = %v", err)
			}
			return
		}
		if got := r.AppendState(nil); !bytes.Equal(got, b) {
			t.Fatalf("%x became %x", b, got)
		}
		for i := range uint32(70) {
			r.Note(i, true, i*1000)
			if rate, n := r.Rate(i, 0.5, i*1000); !(rate >= 0 && rate <= 1 && n >= 1) {
				t.Errorf("Rate = %g, %g", rate, n)
			}
		}
	})
}
