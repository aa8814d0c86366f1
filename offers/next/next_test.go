package next

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

var monday = time.Date(2026, 6, 1, 0, 0, 0, 0, time.FixedZone("", 2*3600))

const townPlaces = 200

// town is people who sleep, work and eat at places of their own, and on Fridays go to one of a few bars.
func town(people, days int) Recorded {
	return func(yield func(int, Visit) bool) {
		rng := rand.New(rand.NewPCG(7, 7))
		for day := range days {
			for hour := range 24 {
				for p := range people {
					at := monday.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(p%60)*time.Minute)
					place := -1
					switch {
					case hour == 9 && day%7 < 5:
						place = 20 + p%10
					case hour == 13 && day%2 == p%2:
						place = 30 + rng.IntN(3) + p%20
					case hour == 20:
						place = 60 + p
					case hour == 22 && day%7 == 4:
						place = rng.IntN(5)
					case rng.IntN(60) == 0:
						place = 100 + rng.IntN(100)
					}
					if place >= 0 && !yield(p, Visit{Place: uint32(place), At: at}) {
						return
					}
				}
			}
		}
	}
}

func emptyTown() *Shared {
	s := NewShared(1000)
	for i := range townPlaces {
		s.Put(uint32(i), &geo.Point{Lat: 48.1 + float64(i%15)/200, Lon: 11.5 + float64(i/15)/200}, uint8(1+i/20))
	}
	return s
}

var taught = sync.OnceValue(func() *Weights {
	o := Defaults()
	o.Rate, o.NetRate, o.Samples = 0.01, 0.003, 20
	return Fit(o, 2, 30, true, emptyTown, town(30, 21))
})

// settled returns a model that knows the town, and the histories of its people.
func settled(tb testing.TB, o Options, days int) (*Model, []History) {
	tb.Helper()
	const people = 30
	m := New(emptyTown(), o)
	m.Use(taught())
	histories := make([]History, people)
	for p, v := range town(people, days) {
		m.Shared().Observe(&histories[p], v)
	}
	return m, histories
}

func everywhere() []uint32 {
	out := make([]uint32, townPlaces)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}

func best(scores []float32) (top int) {
	for i, v := range scores {
		if v > scores[top] {
			top = i
		}
	}
	return top
}

func TestRank(t *testing.T) {
	m, histories := settled(t, Defaults(), 42)
	var x Scratch
	scores := make([]float32, townPlaces)
	right := 0
	for p := range histories {
		m.Rank(&x, &histories[p], Query{At: monday.AddDate(0, 0, 42).Add(9 * time.Hour)}, everywhere(), scores)
		if best(scores) == 20+p%10 {
			right++
		}
	}
	if right < 27 {
		t.Errorf("on Monday morning %d of 30 people are expected at work", right)
	}
	var nobody History
	m.Rank(&x, &nobody, Query{At: monday.AddDate(0, 0, 46).Add(22 * time.Hour)}, everywhere(), scores)
	for _, v := range scores {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			t.Fatal("a person without visits gets a score that is no number")
		}
	}
	m.Rank(&x, &histories[0], Query{}, append(everywhere()[:townPlaces-1], 1<<31), scores)
	for _, v := range scores {
		if math.IsNaN(float64(v)) {
			t.Fatal("without a time, or with a place that nobody knows, a score is no number")
		}
	}
}

func TestBounds(t *testing.T) {
	var h History
	s := NewShared(500)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 5000 {
		s.Observe(&h, Visit{Place: uint32(rng.IntN(2000)), At: monday.Add(time.Duration(i) * time.Hour)})
	}
	if h.Len() != maxVisits || len(h.places) != maxPlaces || h.Total() != 5000 {
		t.Errorf("%d visits, %d places, %d in total", h.Len(), len(h.places), h.Total())
	}
	if h.Size() > 6<<10 || len(h.AppendState(nil)) > 5300 {
		t.Errorf("a history takes %d bytes, a snapshot %d", h.Size(), len(h.AppendState(nil)))
	}
	if s.Len() != 500 {
		t.Errorf("%d places are known, the limit is 500", s.Len())
	}
	for i := range s.places {
		if p := &s.places[i]; len(p.next.slots) > maxNext || len(p.alike.slots) > maxAlike {
			t.Fatal("a place remembers more than it may")
		}
	}
}

func TestAllocs(t *testing.T) {
	m, histories := settled(t, Defaults(), 60)
	var x Scratch
	candidates, scores := everywhere(), make([]float32, townPlaces)
	q := Query{At: monday.AddDate(0, 0, 60)}
	rank := func() { m.Rank(&x, &histories[0], q, candidates, scores) }
	rank()
	if n := testing.AllocsPerRun(50, rank); n > 0 {
		t.Errorf("a ranking allocates %v times", n)
	}
}

func TestState(t *testing.T) {
	_, histories := settled(t, Defaults(), 30)
	for i := range histories {
		b := histories[i].AppendState(nil)
		var h History
		if err := h.UnmarshalState(b); err != nil {
			t.Fatal(err)
		}
		if again := h.AppendState(nil); string(again) != string(b) || h.Count(histories[i].places[0].key) != int(histories[i].places[0].count) {
			t.Fatal("a history came back otherwise")
		}
		for cut := range b {
			if cut > 0 && h.UnmarshalState(b[:cut]) == nil {
				t.Fatalf("a snapshot cut to %d bytes was taken", cut)
			}
		}
	}
}

func FuzzUnmarshalState(f *testing.F) {
	var h History
	for i := range 10 {
		h.Add(Visit{Place: uint32(i % 3), At: monday.Add(time.Duration(i) * time.Hour)})
	}
	f.Add(h.AppendState(nil))
	m := New(emptyTown(), Defaults())
	f.Fuzz(func(t *testing.T, b []byte) {
		var h History
		if h.UnmarshalState(b) != nil {
			return
		}
		if string(h.AppendState(nil)) != string(b) {
			t.Fatal("taken, but written otherwise")
		}
		var x Scratch
		scores := make([]float32, townPlaces)
		m.Rank(&x, &h, Query{At: monday}, everywhere(), scores)
		m.Shared().Observe(&h, Visit{Place: 5, At: monday})
	})
}

func TestHidden(t *testing.T) {
	var h History
	h.Add(Visit{Place: 777, At: monday})
	for _, text := range []string{fmt.Sprint(h), fmt.Sprintf("%+v", h), fmt.Sprintf("%#v", h), fmt.Sprint(Visit{Place: 777, At: monday})} {
		if strings.Contains(text, "777") {
			t.Errorf("printed: %s", text)
		}
	}
	if _, err := json.Marshal(h); err == nil {
		t.Error("a history was encoded")
	}
}

// TestPoison lets somebody invent visits that fit nothing, day after day: no weight moves by more than what their lessons are
// worth, nor out of reach.
func TestPoison(t *testing.T) {
	o := Defaults()
	o.Reach = 0.05 // is got to sooner
	m, histories := settled(t, o, 42)
	before := m.Weights().v
	liar := &histories[3]
	rng := rand.New(rand.NewPCG(9, 9))
	lessons := 0
	for range 500 {
		v := Visit{Place: uint32(rng.IntN(townPlaces)), At: monday.AddDate(0, 0, 42).Add(time.Duration(rng.IntN(24)) * time.Hour)}
		if _, ok := m.Learn(liar, v); ok {
			lessons++
		}
		m.Shared().Observe(liar, v)
	}
	if lessons == 0 || lessons > 2*o.PerDay { // the 24 hours lie on two days of UTC
		t.Errorf("%d lessons in a day, %d are allowed", lessons, o.PerDay)
	}
	bound := o.Rate*float32(lessons/o.Batch+1) + 1e-6
	moved := false
	for i, w := range m.w.v {
		if d := w - before[i]; d > bound || d < -bound {
			t.Fatalf("weight %d moved by %v, %d lessons are worth %v", i, d, lessons, bound)
		} else if d != 0 {
			moved = true
		}
	}
	if !moved {
		t.Error("nothing was learned at all")
	}
	for day := range 60 { // and for months
		for range o.PerDay {
			m.Learn(liar, Visit{Place: uint32(rng.IntN(townPlaces)), At: monday.AddDate(0, 0, 50+day)})
		}
	}
	farthest := float32(0)
	for i, w := range m.w.v {
		farthest = max(farthest, w-before[i], before[i]-w)
	}
	if farthest > o.Reach+1e-4 || farthest < 0.9*o.Reach {
		t.Errorf("a weight is %v away from its version; up to %v is allowed, and asked for", farthest, o.Reach)
	}
}

func TestRollBack(t *testing.T) {
	m, histories := settled(t, Defaults(), 42)
	good := m.Weights()
	kept := good.AppendState(nil)
	for day := range 20 {
		for p := range histories {
			m.Learn(&histories[p], Visit{Place: 3, At: monday.AddDate(0, 0, 43+day)})
		}
	}
	if m.w.v == good.v {
		t.Fatal("nothing was learned")
	}
	w, err := UnmarshalWeights(kept)
	if err != nil {
		t.Fatal(err)
	}
	if m.Use(w); m.w.v != good.v || w.Version() != good.Version() {
		t.Error("the weights are not what they were")
	}
	kept[100] ^= 1
	if _, err := UnmarshalWeights(kept); err == nil {
		t.Error("broken weights were taken")
	}
}

// TestExplain holds the named terms to what they explain: they cover at least 80 % of the difference to the median candidate.
func TestExplain(t *testing.T) {
	m, histories := settled(t, Defaults(), 42)
	var x Scratch
	candidates, scores := everywhere(), make([]float32, townPlaces)
	q := Query{At: monday.AddDate(0, 0, 42).Add(9 * time.Hour)}
	for p := range histories {
		h := &histories[p]
		m.rank(&x, h, q, candidates, scores, townPlaces)
		top := best(scores)
		sorted := append([]float32{}, scores...)
		median := nth(sorted)
		difference := float64(scores[top] - median)
		var covered float64
		terms := m.Explain(&x, h, q, candidates, top, nil)
		for _, term := range terms {
			covered += term.Value
		}
		if ratio := covered / difference; ratio < 0.8 || ratio > 1.2 {
			t.Errorf("terms %v add up to %v of a difference of %v", terms, covered, difference)
		}
		for _, term := range terms {
			if term.Reason.String() == "" {
				t.Error("a reason without a name")
			}
		}
	}
}

func nth(v []float32) float32 {
	for i := range v {
		for k := i + 1; k < len(v); k++ {
			if v[k] < v[i] {
				v[i], v[k] = v[k], v[i]
			}
		}
	}
	return v[len(v)/2]
}

func TestFast(t *testing.T) {
	for x := 1e-5; x < 1e6; x *= 1.01 {
		if got := float64(log(float32(x))); math.Abs(got-math.Log(x)) > 1e-4 {
			t.Fatalf("log(%v) = %v", x, got)
		}
	}
	for x := -79.0; x < 59; x += 0.013 {
		if got := float64(exp(float32(x))); math.Abs(got/math.Exp(x)-1) > 5e-4 {
			t.Fatalf("exp(%v) = %v", x, got)
		}
	}
}

func BenchmarkRank(b *testing.B) {
	m, histories := settled(b, Defaults(), 60)
	h := &histories[0]
	for h.Len() < 110 {
		h.Add(Visit{Place: uint32(100 + h.Len()), At: monday.AddDate(0, 0, 60)})
	}
	h.visits = h.visits[h.Len()-110:]
	var x Scratch
	for _, n := range []int{28, 132} {
		candidates, scores := h.Places(nil), make([]float32, n)
		for i := len(candidates); i < n; i++ {
			candidates = append(candidates, uint32(i+60))
		}
		candidates = candidates[:n]
		for name, rank := range map[string]func(*Scratch, *History, Query, []uint32, []float32){"linear": m.RankLinear, "full": m.Rank} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					rank(&x, h, Query{At: monday.AddDate(0, 0, 60)}, candidates, scores)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/candidate")
			})
		}
	}
}

func BenchmarkLearn(b *testing.B) {
	o := Defaults()
	o.PerDay = math.MaxUint16
	m, histories := settled(b, o, 60)
	for b.Loop() {
		histories[0].taught = 0
		m.Learn(&histories[0], Visit{Place: 60, At: monday.AddDate(0, 0, 60)})
	}
}

// Somebody who is at home most of the time keeps what is rare: the oldest visits home leave first, and stay as counts.
func TestLeave(t *testing.T) {
	var h History
	h.Add(Visit{Place: 7, At: monday})
	for i := range 600 {
		h.Add(Visit{Place: 1, At: monday.Add(time.Duration(12*i+1) * time.Hour)})
		if i%10 == 0 {
			h.Add(Visit{Place: 2, At: monday.Add(time.Duration(12*i+2) * time.Hour)})
		}
	}
	held := map[uint32]int{}
	h.Each(func(v Visit) { held[v.Place]++ })
	if held[7] != 1 || held[2] < 50 || h.Len() != maxVisits {
		t.Errorf("held are %v", held)
	}
	var left int
	for _, d := range h.left {
		for _, n := range d.parts {
			left += int(n)
		}
	}
	if h.Count(1) != 600 || left == 0 {
		t.Errorf("home counts %d, %d of them by part of the day", h.Count(1), left)
	}
	var again History
	if err := again.UnmarshalState(h.AppendState(nil)); err != nil {
		t.Error(err)
	}
}
