package accept_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers/accept"
)

func small() accept.Options {
	o := accept.Defaults()
	o.Bits = 12
	return o
}

// some returns n features of case k.
func some(n int, k uint64) []accept.Feature {
	x := make([]accept.Feature, n)
	for i := range x {
		x[i] = accept.Hash2(uint32(i), k, uint64(i))
	}
	return x
}

func TestUntaughtLeavesTheOffset(t *testing.T) {
	m := accept.New(accept.Defaults())
	x := some(24, 1)
	parts := make([]float32, len(x))
	for _, offset := range []float32{-7, -1.25, 0, 0.5, 7} {
		if got := m.Score(x, offset, parts); got != offset {
			t.Errorf("Score with offset %g = %g", offset, got)
		}
		want := 1 / (1 + math.Exp(-float64(offset)))
		if got := float64(m.Probability(offset)); math.Abs(got-want) > 1e-6 {
			t.Errorf("Probability(%g) = %g, want the logistic %g", offset, got, want)
		}
	}
	for i, p := range parts {
		if p != 0 {
			t.Errorf("part %d = %g", i, p)
		}
	}
}

// Truth is a sum of three effects on an offset; the model sees the features and what happened.
func TestLearns(t *testing.T) {
	m := accept.New(small())
	rng := rand.New(rand.NewPCG(1, 1))
	effect := func(a, b uint64) float32 { return float32(a)*0.5 - 1 + 0.8*float32(b%2) }
	features := func(a, b uint64) []accept.Feature {
		return []accept.Feature{accept.Hash1(0, 0), accept.Hash1(1, a), accept.Hash1(2, b), accept.Hash2(3, a, b)}
	}
	loss := func(rounds int) float64 {
		var sum float64
		for range rounds {
			a, b := rng.Uint64N(5), rng.Uint64N(4)
			offset := float32(rng.NormFloat64())
			x := features(a, b)
			taken := rng.Float64() < 1/(1+math.Exp(-float64(offset+effect(a, b))))
			p := float64(m.Probability(m.Score(x, offset, nil)))
			if !taken {
				p = 1 - p
			}
			sum -= math.Log(p)
			m.Learn(x, offset, taken, 1)
		}
		return sum / float64(rounds)
	}
	first := loss(500)
	loss(20000)
	if last := loss(5000); last > first-0.02 {
		t.Errorf("log loss %.3f at first, %.3f later", first, last)
	}
	for a := range uint64(5) {
		for b := range uint64(4) {
			if got, want := m.Score(features(a, b), 0, nil), effect(a, b); math.Abs(float64(got-want)) > 0.35 {
				t.Errorf("effect of %d, %d = %.2f, want about %.2f", a, b, got, want)
			}
		}
	}
}

func TestPartsAddUp(t *testing.T) {
	m := accept.New(small())
	x := some(24, 1)
	for range 50 {
		m.Learn(x, 0, true, 1)
	}
	parts := make([]float32, len(x))
	sum := float32(-0.75)
	score := m.Score(x, sum, parts)
	for _, p := range parts {
		sum += p
	}
	if score != sum || score <= 0 {
		t.Errorf("Score = %g, offset and parts %g", score, sum)
	}
}

func TestALessonIsBounded(t *testing.T) {
	o := small()
	m := accept.New(o)
	x := []accept.Feature{accept.Hash1(1, 1)}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 2000 {
		before := m.Score(x, 0, nil)
		m.Learn(x, float32(rng.NormFloat64()*20), rng.IntN(2) == 0, 1e30)
		if moved := math.Abs(float64(m.Score(x, 0, nil) - before)); moved > float64(o.Alpha)*1.0001 {
			t.Fatalf("lesson %d moved the weight by %g", i, moved)
		}
	}
}

func TestALessonCountsForTenAtMost(t *testing.T) {
	a, b := accept.New(small()), accept.New(small())
	x := some(3, 1)
	for i := range 50 {
		a.Learn(x, 0, i%3 == 0, 10)
		b.Learn(x, 0, i%3 == 0, float32(math.Inf(1)))
	}
	if p, q := a.Score(x, 0, nil), b.Score(x, 0, nil); p != q || p == 0 || a.Probability(1) != b.Probability(1) {
		t.Errorf("Score = %g by ten, %g by more", p, q)
	}
}

func TestNonsenseTeachesNothing(t *testing.T) {
	m := accept.New(small())
	x := some(3, 1)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for range 100 {
		m.Learn(x, nan, true, 1)
		m.Learn(x, inf, true, 1)
		m.Learn(x, 0, true, nan)
		m.Learn(x, 0, true, -1)
		m.Learn(x, 0, true, 0)
		m.Calibrate(nan, true, 1)
	}
	if got := m.Score(x, 0, nil); got != 0 {
		t.Errorf("Score = %g", got)
	}
	if got := m.Probability(nan); got == got {
		t.Errorf("Probability(NaN) = %g", got)
	}
	if a, b := m.Probability(inf), m.Probability(-inf); a != 1 || b != 0 {
		t.Errorf("Probability at the ends = %g, %g", a, b)
	}
}

// Somebody repeats the same lesson as often as they like, with the greatest weight: no weight leaves the reach of its version,
// honest answers are not made worse by more than that, and the mark brings all back.
func TestAPoisonedClientIsBounded(t *testing.T) {
	o := small()
	m := accept.New(o)
	x := some(5, 1)
	for i := range 3000 {
		m.Learn(x, 0, i%3 == 0, 1)
	}
	mark := m.Mark()
	parts := make([]float32, len(x))
	honest := m.Score(x, 0, parts)
	was := append([]float32(nil), parts...)
	for range 100_000 {
		m.Learn(x, 0, true, 10)
	}
	for i := range 21 { // what the calibration does with it
		logit := float32(i)/2 - 5
		if p := float64(m.Probability(logit)); math.Abs(math.Log(p/(1-p))-float64(logit)) > 1.001 {
			t.Errorf("Probability(%g) = %g: bent by more than 1", logit, p)
		}
	}
	m.Score(x, 0, parts)
	for i := range parts {
		if moved := math.Abs(float64(parts[i] - was[i])); moved > float64(o.Reach)+1e-6 {
			t.Errorf("weight %d moved by %g", i, moved)
		}
	}
	// Nothing has piled up behind the bound: honest answers pull it back at once.
	before := m.Score(x, 0, nil)
	for range 100 {
		m.Learn(x, 0, false, 1)
	}
	if after := m.Score(x, 0, nil); after >= before-0.05 {
		t.Errorf("Score %g after 100 honest answers, %g before", after, before)
	}
	if err := m.Use(mark); err != nil {
		t.Fatal(err)
	}
	if got := m.Score(x, 0, nil); got != honest || m.Version() != mark.Version() {
		t.Errorf("after the rollback Score = %g, want %g; version %d", got, honest, m.Version())
	}
}

func TestUseNeedsTheSameOptions(t *testing.T) {
	o := small()
	mark := accept.New(o).Mark()
	o.Alpha = 0.1
	if err := accept.New(o).Use(mark); !malformed(err) {
		t.Errorf("Use = %v", err)
	}
}

func TestSpreadFallsWithEvidence(t *testing.T) {
	m := accept.New(small())
	known, unknown := some(6, 1), some(6, 2)
	if a, b := m.Spread(known), m.Spread(unknown); a != b || a <= 0 {
		t.Errorf("Spread at first = %g, %g", a, b)
	}
	for i := range 400 {
		m.Learn(known, 0, i%2 == 0, 1)
	}
	if a, b := m.Spread(known), m.Spread(unknown); a > b/1.5 {
		t.Errorf("Spread of the known %g, of the unknown %g", a, b)
	}
}

func TestCalibrationFollowsAndGrows(t *testing.T) {
	m := accept.New(small())
	rng := rand.New(rand.NewPCG(1, 1))
	truth := func(logit float64) float64 { return 1 / (1 + math.Exp(-(0.6*logit - 0.4))) }
	for range 40_000 {
		logit := rng.NormFloat64() * 1.5
		m.Calibrate(float32(logit), rng.Float64() < truth(logit), 1)
	}
	for _, logit := range []float64{-2, -1, 0, 1, 2} {
		if got, want := float64(m.Probability(float32(logit))), truth(logit); math.Abs(got-want) > 0.06 {
			t.Errorf("Probability(%g) = %.3f, want about %.3f", logit, got, want)
		}
	}
	for range 200_000 / 100 { // answers that fit no curve at all
		for range 100 {
			logit := rng.NormFloat64() * 3
			m.Calibrate(float32(logit), math.Sin(5*logit) > 0, float32(rng.Float64()*12))
		}
		last := float32(-1)
		for logit := float32(-8); logit <= 8; logit += 0.125 {
			p := m.Probability(logit)
			if p <= last || p <= 0 || p >= 1 {
				t.Fatalf("Probability(%g) = %g after %g", logit, p, last)
			}
			last = p
		}
	}
}

func TestNoAllocations(t *testing.T) {
	m := accept.New(small())
	x := some(24, 1)
	parts := make([]float32, len(x))
	var person accept.Responses
	person.Note(1, true, 1)
	var sum float32
	for name, f := range map[string]func(){
		"Score":       func() { sum += m.Score(x, 0, parts) },
		"Spread":      func() { sum += m.Spread(x) },
		"Probability": func() { sum += m.Probability(1) },
		"Learn":       func() { m.Learn(x, 0, true, 1) },
		"Note":        func() { person.Note(1, true, 2) },
		"Rate":        func() { r, _ := person.Rate(1, 0.5, 3); sum += r },
		"Hash":        func() { sum += float32(accept.Hash3(1, 2, 3, 4)) },
	} {
		if n := testing.AllocsPerRun(200, f); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

// Readers never wait and never see less than whole numbers (run with -race).
func TestReadsBesideLessons(t *testing.T) {
	m := accept.New(small())
	x := some(24, 1)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			parts := make([]float32, len(x))
			for range 500 {
				if s := m.Score(x, 0, parts); s != s || m.Spread(x) <= 0 || m.Probability(s) <= 0 {
					t.Errorf("Score = %g", s)
					return
				}
			}
		})
	}
	var mark *accept.Mark
	for i := range 300 {
		m.Learn(x, 0, i%2 == 0, 1)
		if i%100 == 50 {
			mark = m.Mark()
			_ = m.Save(func(int, []byte) error { return nil })
		}
	}
	if err := m.Use(mark); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func pages(t testing.TB, m *accept.Model) map[int][]byte {
	t.Helper()
	out := map[int][]byte{}
	if err := m.Save(func(page int, data []byte) error {
		out[page] = bytes.Clone(data)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSaveAndLoad(t *testing.T) {
	o := small()
	m := accept.New(o)
	if got := pages(t, m); len(got) != 0 {
		t.Errorf("%d pages of an untaught model", len(got))
	}
	teach := func(from, to uint64) {
		for k := from; k < to; k++ {
			for i := range 20 {
				m.Learn(some(8, k), -0.5, i%4 == 0, 1)
			}
		}
	}
	teach(0, 20)
	m.Mark()
	kept := pages(t, m)
	teach(20, 21)
	later := pages(t, m)
	if len(later) == 0 || len(later) > 9 {
		t.Errorf("%d pages changed by lessons about 8 features", len(later))
	}
	for page, data := range later {
		kept[page] = data
	}
	if got := pages(t, m); len(got) != 0 {
		t.Errorf("%d pages changed by nothing", len(got))
	}

	again := accept.New(o)
	for page, data := range kept {
		if page >= again.Pages() {
			t.Fatalf("page %d of %d", page, again.Pages())
		}
		if err := again.Load(page, data); err != nil {
			t.Fatal(err)
		}
	}
	same := func() {
		t.Helper()
		for k := range uint64(22) {
			x := some(8, k)
			if a, b := m.Score(x, 0, nil), again.Score(x, 0, nil); a != b || m.Spread(x) != again.Spread(x) {
				t.Errorf("case %d: Score %g before, %g after", k, a, b)
			}
		}
		for logit := float32(-6); logit < 6; logit++ {
			if a, b := m.Probability(logit), again.Probability(logit); math.Abs(float64(a-b)) > 0.02 {
				t.Errorf("Probability(%g): %g before, %g after", logit, a, b)
			}
		}
		if m.Version() != again.Version() {
			t.Errorf("version %d before, %d after", m.Version(), again.Version())
		}
	}
	same()
	for _, x := range []*accept.Model{m, again} { // the bounds go on too
		for range 1000 {
			x.Learn(some(8, 3), 0, true, 10)
		}
	}
	same()
}

func TestSaveGoesOnWhereItFailed(t *testing.T) {
	m := accept.New(small())
	m.Learn(some(8, 1), 0, true, 1)
	failed := errors.New("disk full")
	seen := 0
	if err := m.Save(func(int, []byte) error {
		if seen++; seen == 3 {
			return failed
		}
		return nil
	}); !errors.Is(err, failed) {
		t.Fatalf("Save = %v", err)
	}
	rest := 0
	_ = m.Save(func(int, []byte) error { rest++; return nil })
	if again := accept.New(small()); rest < 1 || seen-1+rest > again.Pages() {
		t.Errorf("%d pages, then %d", seen-1, rest)
	}
	m.Learn(some(8, 1), 0, true, 1)
	all := 0
	_ = m.Save(func(int, []byte) error { all++; return nil })
	if all != seen-1+rest {
		t.Errorf("%d pages of the same lesson; %d and %d before", all, seen-1, rest)
	}
}

func TestLoadRefuses(t *testing.T) {
	o := small()
	m := accept.New(o)
	m.Learn(some(8, 1), 0, true, 1)
	m.Mark()
	kept := pages(t, m)
	other := o
	other.L1 = 1
	for name, err := range map[string]error{
		"other options":  accept.New(other).Load(0, kept[0]),
		"no such page":   accept.New(o).Load(-1, kept[0]),
		"beyond the end": accept.New(o).Load(m.Pages(), kept[0]),
		"empty":          accept.New(o).Load(0, nil),
		"wrong page":     accept.New(o).Load(1, kept[0]),
	} {
		if !malformed(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for page, data := range kept {
		for i := range data {
			broken := bytes.Clone(data)
			broken[i] ^= 0x40
			if err := accept.New(o).Load(page, broken); !malformed(err) {
				t.Fatalf("page %d with byte %d changed: %v", page, i, err)
			}
			if i > 60 { // the rest is alike
				break
			}
		}
	}
}

func malformed(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == fault.CodeMalformed
}

// Whatever is loaded, the model stays whole: scores are numbers, the calibration grows, and what it saves can be loaded.
func FuzzLoad(f *testing.F) {
	m := accept.New(small())
	for i := range 30 {
		m.Learn(some(8, 1), 0, i%3 == 0, 1)
	}
	m.Mark()
	for page, data := range pages(f, m) {
		f.Add(page, data[:len(data)-4])
	}
	f.Fuzz(func(t *testing.T, page int, data []byte) {
		data = binary.BigEndian.AppendUint32(bytes.Clone(data), crc32.ChecksumIEEE(data))
		m := accept.New(small())
		if err := m.Load(page, data); err != nil {
			if !malformed(err) {
				t.Fatalf("Load = %v", err)
			}
			return
		}
		x := some(8, 1)
		m.Learn(x, 0, true, 1)
		if s := m.Score(x, 0, nil); s != s {
			t.Errorf("Score = %g", s)
		}
		last := float32(-1)
		for logit := float32(-6); logit < 6; logit += 0.5 {
			p := m.Probability(logit)
			if !(p > last) {
				t.Fatalf("Probability(%g) = %g after %g", logit, p, last)
			}
			last = p
		}
		m.Mark()
		again := accept.New(small())
		for page, data := range pages(t, m) {
			if err := again.Load(page, data); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkScore(b *testing.B) {
	m := accept.New(accept.Defaults())
	rng := rand.New(rand.NewPCG(1, 1))
	const offers = 1024
	x := make([][]accept.Feature, offers)
	for i := range x {
		x[i] = some(24, rng.Uint64N(5000))
		m.Learn(x[i], 0, i%3 == 0, 1)
	}
	parts := make([]float32, 24)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Score(x[i%offers], 0, parts)
		i++
	}
}

// The whole of one offer: its features made, scored, and how sure that is.
func BenchmarkOffer(b *testing.B) {
	m := accept.New(accept.Defaults())
	for k := range uint64(5000) {
		m.Learn(some(24, k), 0, k%3 == 0, 1)
	}
	x, parts := make([]accept.Feature, 0, 24), make([]float32, 24)
	b.ReportAllocs()
	k := uint64(0)
	for b.Loop() {
		x = x[:0]
		for i := range uint32(24) {
			x = append(x, accept.Hash2(i, k%5000, uint64(i)))
		}
		m.Probability(m.Score(x, 0, parts))
		k++
	}
}

func BenchmarkLearn(b *testing.B) {
	m := accept.New(accept.Defaults())
	x := some(24, 1)
	b.ReportAllocs()
	for b.Loop() {
		m.Learn(x, 0, true, 1)
	}
}
