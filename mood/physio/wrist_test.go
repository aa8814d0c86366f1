package physio_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// body is an invented recording: what each signal shows s seconds after the start.
type body struct {
	rate    float64 // beats per minute
	rng     *rand.Rand
	seconds int
}

var noon = time.Date(2026, 5, 4, 12, 0, 3, 250e6, time.UTC)

// record measures a body with all sensors of a wrist; the heart swings, the skin responds now and then, the hand moves for a
// while in each second minute.
func (b *body) record() recording {
	r := recording{at: [4]time.Time{noon, noon.Add(70 * time.Millisecond), noon.Add(-300 * time.Millisecond), noon}}
	phase := 0.0
	for i := range b.seconds * 64 {
		s := float64(i) / 64
		phase += b.rate * (1 + 0.06*math.Sin(2*math.Pi*s/11)) / 60 / 64
		x := math.Pow(math.Sin(math.Pi*phase), 6)
		r.pulse = append(r.pulse, 50*x+10*math.Sin(s/3)+b.rng.NormFloat64())
	}
	for i := range b.seconds * 32 {
		shake := 0.01
		if s := i / 32; s%120 > 80 && s%120 < 95 {
			shake = 0.4
		}
		r.motion = append(r.motion, [3]float64{shake * b.rng.NormFloat64(), 0.1, 1 + shake*b.rng.NormFloat64()})
	}
	level := 2.0
	for i := range b.seconds * 4 {
		if level -= (level - 2) / 20; i%100 == 50 {
			level += 0.4
		}
		r.skin = append(r.skin, level+0.002*b.rng.NormFloat64())
		r.temperature = append(r.temperature, 33+float64(i)/4/600)
	}
	return r
}

func record(seconds int) recording {
	b := body{rate: 72, rng: rand.New(rand.NewPCG(1, 2)), seconds: seconds}
	return b.record()
}

func newWrist(t testing.TB, s physio.Signals) *physio.Wrist {
	t.Helper()
	w, err := physio.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// check says what holds of every window.
func check(t testing.TB, w physio.Window) {
	t.Helper()
	if w.End.UnixNano()%int64(physio.WindowStep) != 0 {
		t.Errorf("a window ends at %v, off the grid", w.End)
	}
	if !(w.Quality >= 0 && w.Quality <= 1) {
		t.Errorf("quality %g", w.Quality)
	}
	for i, x := range w.Values {
		if math.IsInf(x, 0) {
			t.Errorf("feature %d is %g", i, x)
		}
	}
	if c := w.Values[physio.Coverage]; !(c >= 0 && c <= 1) {
		t.Errorf("coverage %g", c)
	}
}

// equal compares bit for bit.
func equal(a, b physio.Window) bool {
	if !a.End.Equal(b.End) || math.Float64bits(a.Quality) != math.Float64bits(b.Quality) {
		return false
	}
	for i := range a.Values {
		if math.Float64bits(a.Values[i]) != math.Float64bits(b.Values[i]) {
			return false
		}
	}
	return true
}

func TestWindows(t *testing.T) {
	r := record(240)
	got := r.play(newWrist(t, device), time.Second)
	if len(got) < 20 {
		t.Fatalf("%d windows of 4 minutes", len(got))
	}
	for i, w := range got {
		check(t, w)
		if i > 0 && w.End.Sub(got[i-1].End) != physio.WindowStep {
			t.Errorf("window %d ends %v after the one before", i, w.End.Sub(got[i-1].End))
		}
	}
	calm := got[3] // from 12:00:10 on
	for f, want := range map[physio.Feature][2]float64{
		physio.HRMean:    {71, 73},
		physio.HRSD:      {2, 4.5},
		physio.Coverage:  {0.9, 1},
		physio.LnSCL:     {math.Log(2), math.Log(2.3)},
		physio.SCRRate:   {2, 3},
		physio.SCRRise:   {0.25, 2},
		physio.TempMean:  {33, 33.3},
		physio.TempSlope: {0.09, 0.11},
		physio.LnMotion:  {math.Log(0.012), math.Log(0.014)},
		physio.LnPulse:   {math.Log(40), math.Log(60)},
		physio.PulseCV:   {0, 0.2},
	} {
		if x := calm.Values[f]; !(x >= want[0] && x <= want[1]) {
			t.Errorf("feature %d is %.3f, want %.3f to %.3f", f, x, want[0], want[1])
		}
	}
	if calm.Quality < 0.9 {
		t.Errorf("quality at rest %.2f", calm.Quality)
	}
	if moved := got[8]; moved.Quality > 0.6*calm.Quality || moved.Values[physio.Coverage] > 0.85 {
		t.Errorf("quality with movement %.2f, coverage %.2f", moved.Quality, moved.Values[physio.Coverage])
	}
}

// However samples are cut into chunks, the windows are the same, bit for bit.
func TestChunksDoNotMatter(t *testing.T) {
	r := record(400)
	for i := 5000; i < 5100; i++ { // with gaps of all kinds
		r.pulse[i] = math.NaN()
	}
	r.pulse[9000], r.skin[700], r.motion[3000][1] = math.Inf(1), math.NaN(), math.Inf(-1)
	want := r.play(newWrist(t, device), time.Second/4)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		w := newWrist(t, device)
		if got := r.shuffled(w, rng); !sameWindows(got, want) {
			t.Fatalf("%d windows, want the same %d", len(got), len(want))
		}
	}
}

func sameWindows(got, want []physio.Window) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if !equal(got[i], want[i]) {
			return false
		}
	}
	return true
}

// shuffled plays a recording with signals that run ahead of each other by up to physio.MaxLead, in chunks of any length.
// A quarter of a minute of all signals is lost after two minutes, and nothing follows for an hour after four.
func (r *recording) shuffled(w *physio.Wrist, rng *rand.Rand) (out []physio.Window) {
	const lead = 30.
	var at [4]float64 // seconds that each signal has come
	end := float64(len(r.pulse)) / 64
	for min(at[0], at[1], at[2], at[3]) < end+5 {
		i := rng.IntN(4)
		slowest := min(at[0], at[1], at[2], at[3])
		to := min(slowest+lead-0.5, at[i]+rng.Float64()*15)
		from, d := r.at[0].Add(time.Duration((at[i]-5)*1e9)), time.Duration((to-at[i])*1e9)
		if at[i] = to; d <= 0 {
			continue
		}
		r.hand(w, i, from, d)
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			out = append(out, win)
		}
	}
	return out
}

// hand gives a part of one signal to w.
func (r *recording) hand(w *physio.Wrist, signal int, from time.Time, d time.Duration) {
	switch signal {
	case 0:
		w.Pulse(part(r.pulse, r.at[0], 64, from, d))
	case 1:
		w.Motion(part(r.motion, r.at[1], 32, from, d))
	case 2:
		w.Skin(part(r.skin, r.at[2], 4, from, d))
	case 3:
		w.Temperature(part(r.temperature, r.at[3], 4, from, d))
	}
}
