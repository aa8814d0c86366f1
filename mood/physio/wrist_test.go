package physio_test

import (
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/flaneur-io/flaneur/internal/fault"

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

// What came later changes no window that was told before.
func TestCausal(t *testing.T) {
	r := record(300)
	want := r.play(newWrist(t, device), time.Second)
	for seconds := 20; seconds < 300; seconds += 17 {
		cut := r
		cut.pulse = r.pulse[:seconds*64]
		cut.motion, cut.skin, cut.temperature = r.motion[:seconds*32], r.skin[:seconds*4], r.temperature[:seconds*4]
		got := cut.play(newWrist(t, device), time.Second)
		if len(got) > len(want) || !sameWindows(got, want[:len(got)]) {
			t.Errorf("of %d seconds: %d windows differ from those of all", seconds, len(got))
		}
		for _, w := range got {
			if last := noon.Add(time.Duration(seconds) * time.Second); w.End.After(last) {
				t.Errorf("window to %v from samples to %v", w.End, last)
			}
		}
	}
}

// A window knows nothing of what was measured after its end, though it may be made later.
func TestWindowEndsWhereItEnds(t *testing.T) {
	r := record(200)
	want := r.play(newWrist(t, device), 10*time.Second)
	end := noon.Add(97 * time.Second).Truncate(physio.WindowStep)
	after := func(start time.Time, rate float64) int { return int(math.Ceil(end.Sub(start).Seconds() * rate)) }
	for i := after(r.at[0], 64); i < len(r.pulse); i++ {
		r.pulse[i] = -1000
	}
	for i := after(r.at[1], 32); i < len(r.motion); i++ {
		r.motion[i] = [3]float64{9, 9, float64(i % 9)}
	}
	for i := after(r.at[2], 4); i < len(r.skin); i++ {
		r.skin[i], r.temperature[i] = 50, 50
	}
	for i, w := range r.play(newWrist(t, device), 10*time.Second) {
		if !w.End.After(end) && !equal(w, want[i]) {
			t.Errorf("the window to %v saw what came from %v on", w.End, end)
		}
	}
}

func TestQuality(t *testing.T) {
	for _, c := range []struct {
		name      string
		change    func(*recording)
		low, high float64
	}{
		{"at rest", func(*recording) {}, 0.9, 1},
		{"flat pulse", func(r *recording) { clear(r.pulse) }, 0, 0},
		{"no skin conductance", func(r *recording) { clear(r.skin) }, 0, 0},
		{"saturated pulse", func(r *recording) {
			for i := range r.pulse {
				r.pulse[i] = 4095
			}
		}, 0, 0},
		{"clipped pulse", func(r *recording) {
			for i, x := range r.pulse {
				r.pulse[i] = min(max(x, 5), 30)
			}
		}, 0, 0},
		{"white noise", noise(0), 0, 0},
		{"noise of a sensor without skin", noise(0.75), 0, 0},
		{"pulse in noise of its own height", func(r *recording) {
			rng := rand.New(rand.NewPCG(5, 7))
			for i := range r.pulse {
				r.pulse[i] += 20 * rng.NormFloat64() // its standard deviation
			}
		}, 0.5, 1},
		{"off the wrist", func(r *recording) {
			clear(r.skin)
			for i := range r.temperature {
				r.temperature[i] = 23 + 10*math.Exp(-float64(i)/4/240)
			}
		}, 0, 0},
		{"off the wrist, without electrodes", func(r *recording) {
			r.skin = nil
			for i := range r.temperature {
				r.temperature[i] = 23 + 10*math.Exp(-float64(i)/4/240)
			}
		}, 0, 0},
		{"taken off a moment ago", func(r *recording) { clear(r.skin[50*4:]) }, 0, 0},
		{"touched for a second", func(r *recording) { clear(r.skin[30*4 : 31*4]) }, 0.85, 1},
		{"cold hands", func(r *recording) {
			for i := range r.temperature {
				r.temperature[i] = 27
			}
		}, 0.9, 1},
		{"running", func(r *recording) {
			for i := range r.motion {
				r.motion[i][2] = 1 + math.Sin(float64(i))
			}
		}, 0, 0.05},
		{"no pulse was measured", func(r *recording) {
			for i := range r.pulse {
				r.pulse[i] = math.NaN()
			}
		}, 0.9, 1}, // the skin still tells
		{"no skin signal came", func(r *recording) { r.skin = nil }, 0.9, 1},
		{"no motion came", func(r *recording) { r.motion = nil }, 0.9, 1},
	} {
		r := record(140)
		c.change(&r)
		r.temperature = append(r.temperature, make([]float64, 200)...) // a zero is no temperature
		windows := r.play(newWrist(t, device), 5*time.Second)
		if len(windows) == 0 {
			t.Errorf("%s: no window", c.name)
			continue
		}
		w := windows[min(3, len(windows)-1)] // of the first minute, before the hand moves
		check(t, w)
		if w.Quality < c.low || w.Quality > c.high {
			t.Errorf("%s: quality %.3f, want %.2f to %.2f", c.name, w.Quality, c.low, c.high)
		}
	}
}

// noise replaces the pulse: white, or with keep as slow as that of the sensors.
func noise(keep float64) func(*recording) {
	return func(r *recording) {
		rng, x := rand.New(rand.NewPCG(5, 6)), 0.0
		for i := range r.pulse {
			x = keep*x + rng.NormFloat64()
			r.pulse[i] = x
		}
	}
}

// A pulse that may be noise tells nothing of the heart, however many beats are seen in it.
func TestNoiseTellsNothing(t *testing.T) {
	for _, keep := range []float64{0, 0.4, 0.75} {
		r := record(1200)
		noise(keep)(&r)
		for _, w := range r.play(newWrist(t, device), 10*time.Second) {
			for f := range physio.NumFeatures {
				if f.OfHeart() && f != physio.Coverage && !math.IsNaN(w.Values[f]) || w.Values[physio.Coverage] != 0 || w.Quality != 0 {
					t.Fatalf("noise %g: quality %.2f, feature %d is %g", keep, w.Quality, f, w.Values[f])
				}
			}
		}
	}
}

// Gaps, repeats and clocks that jump cost what was measured around them, no more.
func TestClocks(t *testing.T) {
	seconds := func(w *physio.Wrist, from time.Time, n int) (out []physio.Window) {
		r := record(n)
		for i := range r.at {
			r.at[i] = from
		}
		for s := range n {
			for i := range r.at {
				r.hand(w, i, from.Add(time.Duration(s)*time.Second), time.Second)
			}
			for win, ok := w.Next(); ok; win, ok = w.Next() {
				check(t, win)
				out = append(out, win)
			}
		}
		return out
	}
	from := noon.Truncate(physio.WindowStep)
	whole := 8 // windows of 100 s: the first after half a minute
	for _, c := range []struct {
		name string
		next time.Time // where the clock goes on after 100 s
		want int       // windows of 100 s more
	}{
		{"goes on", from.Add(100 * time.Second), 10},
		{"loses 5 s", from.Add(105 * time.Second), 10},
		{"is off for an hour", from.Add(time.Hour), 3 + whole}, // those that are more than half full of before
		{"repeats 30 s", from.Add(70 * time.Second), 7},
		{"goes back an hour", from.Add(-time.Hour), whole},
		{"goes a day ahead", from.Add(24 * time.Hour), 3 + whole},
	} {
		w := newWrist(t, device)
		if got := seconds(w, from, 100); len(got) != whole {
			t.Fatalf("%s: %d windows at first, want %d", c.name, len(got), whole)
		}
		if got := seconds(w, c.next, 100); len(got) != c.want {
			t.Errorf("%s: %d windows then, want %d", c.name, len(got), c.want)
		}
	}
	w := newWrist(t, device)
	seconds(w, time.Time{}, 3) // a clock that was never set
	if got := seconds(w, from, 100); len(got) != whole {
		t.Errorf("after a clock that was not set: %d windows", len(got))
	}
}

// Times of chunks jitter; the samples in between do not.
func TestJitter(t *testing.T) {
	r := record(120)
	want := r.play(newWrist(t, device), time.Second)
	rng := rand.New(rand.NewPCG(7, 8))
	w := newWrist(t, device)
	var got []physio.Window
	for s := -5; s < 125; s++ {
		at, x := part(r.pulse, r.at[0], 64, noon.Add(time.Duration(s)*time.Second), time.Second)
		if s > 0 {
			at = at.Add(time.Duration(rng.IntN(200)-100) * time.Millisecond)
		}
		w.Pulse(at, x)
		for i := 1; i < 4; i++ {
			r.hand(w, i, noon.Add(time.Duration(s)*time.Second), time.Second)
		}
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			got = append(got, win)
		}
	}
	if !sameWindows(got, want) {
		t.Error("the windows changed")
	}
}

func TestStrap(t *testing.T) {
	w := newWrist(t, physio.Signals{Pulse: 64, Beats: true})
	rng := rand.New(rand.NewPCG(9, 10))
	at := noon
	var all []float64
	var last physio.Window
	for at.Before(noon.Add(70 * time.Second)) {
		d := time.Duration(800+60*rng.NormFloat64()) * time.Millisecond
		at = at.Add(d)
		w.Pulse(at, make([]float64, 20)) // a wrist without contact
		w.Beats(at.Add(time.Duration(rng.IntN(900))*time.Millisecond), []time.Duration{d})
		all = append(all, float64(d.Milliseconds()))
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			last = win
		}
	}
	first := 0 // the window is the minute before last.End
	for t0, i := noon, 0; i < len(all); i++ {
		if t0 = t0.Add(time.Duration(all[i]) * time.Millisecond); t0.Before(last.End.Add(-physio.WindowLength)) {
			first = i + 1
		}
	}
	h := physio.Variability(all[first:], nil)
	if x := last.Values[physio.LnRMSSD]; math.Abs(x-math.Log(h.RMSSD+1)) > 0.05 {
		t.Errorf("ln(RMSSD + 1) %.3f, want about %.3f", x, math.Log(h.RMSSD+1))
	}
	if last.Quality < 0.95 {
		t.Errorf("quality %.2f, want that of the strap", last.Quality)
	}
	if !math.IsNaN(last.Values[physio.LnPulse]) {
		t.Error("an amplitude of the pulse without one")
	}
}

func TestNew(t *testing.T) {
	for field, s := range map[string]physio.Signals{
		"signals":     {},
		"pulse":       {Pulse: 10},
		"motion":      {Motion: 1000},
		"skin":        {Skin: -4},
		"temperature": {Temperature: math.NaN()},
	} {
		_, err := physio.New(s)
		var f *fault.Error
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("%+v: %v, want a fault of %s", s, err, field)
		}
	}
}

// What a body tells is hidden from every verb, logger and encoder.
func TestHidden(t *testing.T) {
	w := newWrist(t, device)
	w.Skin(noon, []float64{4711, 4711})
	h := physio.Variability([]float64{4711, 4711}, nil)
	win := physio.Window{Quality: 0.4711}
	hr, err := physio.ParseHeartRate([]byte{1, 0x67, 0x12}) // 4711 beats a minute
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{w, *w, h, &h, win, &win, []physio.Window{win}, hr, &hr, physio.Response{Height: 4711}} {
		var b strings.Builder
		slog.New(slog.NewTextHandler(&b, timeless)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&b, timeless)).Info("x", "v", v)
		fmt.Fprintf(&b, "%v %+v %#v %s %d %g %x", v, v, v, v, v, v, v)
		if strings.Contains(b.String(), "4711") {
			t.Errorf("%T shows itself", v)
		}
		if _, err := json.Marshal(v); err == nil {
			t.Errorf("%T lets itself be marshalled to JSON", v)
		}
		if err := gob.NewEncoder(io.Discard).Encode(v); err == nil {
			t.Errorf("%T lets itself be marshalled by gob", v)
		}
	}
}

// Whatever comes, when and how, a Wrist neither breaks nor grows, and its windows hold no more than numbers of their range.
func FuzzWrist(f *testing.F) {
	f.Add([]byte{0, 10, 1, 10, 2, 10, 3, 10, 4, 10, 0, 200, 0, 10})
	f.Add([]byte("a clock that jumps, and samples that are none"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := device
		s.Beats = true
		w := newWrist(t, s)
		odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 0, 1e308, 5e-324}
		now := noon
		for i := 0; i+1 < len(data); i += 2 {
			b, x := data[i], data[i+1]
			switch b >> 5 { // the clock
			case 0:
				now = now.Add(-time.Duration(x) * time.Second)
			case 1:
				now = now.Add(time.Duration(x) * time.Hour)
			case 2:
				now = time.Unix(int64(x)<<34, 0)
			default:
				now = now.Add(time.Duration(x) * 50 * time.Millisecond)
			}
			flat := make([]float64, int(x)*3)
			for k := range flat {
				if flat[k] = math.Sin(float64(k) * float64(b) / 50); int(b)%(k+1) == 3 {
					flat[k] = odd[k%len(odd)]
				}
			}
			switch b % 5 {
			case 0:
				w.Pulse(now, flat)
			case 1:
				three := make([][3]float64, len(flat))
				for k := range three {
					three[k] = [3]float64{flat[k], 0, 1}
				}
				w.Motion(now, three)
			case 2:
				w.Skin(now, flat)
			case 3:
				w.Temperature(now, flat)
			case 4:
				var rr []time.Duration
				for _, v := range flat {
					rr = append(rr, time.Duration(v*1e9))
				}
				w.Beats(now, rr)
			}
			n := 0
			for win, ok := w.Next(); ok; win, ok = w.Next() {
				check(t, win)
				n++
			}
			if n > 16 {
				t.Fatalf("%d windows waited", n)
			}
		}
	})
}

// A wearer takes no more memory than this, however long and at whatever usual rate.
func TestStateSize(t *testing.T) {
	const wearers, most = 16, 200_000
	all := make([]*physio.Wrist, wearers)
	r := record(100)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range all {
		s := device
		s.Beats = true
		all[i] = newWrist(t, s)
		r.play(all[i], time.Second)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := (after.HeapAlloc - before.HeapAlloc) / wearers
	t.Logf("%d bytes, of them the struct itself %d", size, unsafe.Sizeof(*all[0]))
	if size > most {
		t.Errorf("a wearer takes %d bytes, want at most %d", size, most)
	}
	runtime.KeepAlive(all)
}

// minute hands over the next minute of all signals in chunks of a second.
func (r *recording) minute(w *physio.Wrist, start time.Time) (windows int) {
	for s := range 60 {
		at := start.Add(time.Duration(s) * time.Second)
		w.Pulse(at, r.pulse[s*64:(s+1)*64])
		w.Motion(at, r.motion[s*32:(s+1)*32])
		w.Skin(at, r.skin[s*4:(s+1)*4])
		w.Temperature(at, r.temperature[s*4:(s+1)*4])
		for _, ok := w.Next(); ok; _, ok = w.Next() {
			windows++
		}
	}
	return windows
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	r, w, at := record(60), newWrist(t, device), noon
	windows := 0
	allocs := testing.AllocsPerRun(5, func() {
		windows += r.minute(w, at)
		at = at.Add(time.Minute)
	})
	if windows < 30 || allocs > 0 {
		t.Errorf("%.0f allocations a minute, %d windows", allocs, windows)
	}
}

// One minute of all signals of a wrist: six windows.
func BenchmarkMinute(b *testing.B) {
	r, w, at := record(60), newWrist(b, device), noon
	b.ReportAllocs()
	for b.Loop() {
		r.minute(w, at)
		at = at.Add(time.Minute)
	}
}

// Pulses with all that makes beats hard to find.
func TestBeats(t *testing.T) {
	for _, c := range []struct {
		name      string
		rate      float64 // samples per second
		heart     float64 // beats per minute
		dicrotic  float64 // height of the second wave
		drift     float64
		noise     float64
		variation float64 // ms, of the intervals
	}{
		{"plain", 64, 70, 0, 0, 0, 20},
		{"slow", 64, 42, 0.4, 1, 0.01, 40},
		{"fast", 64, 165, 0, 1, 0.01, 5},
		{"dicrotic", 64, 58, 0.5, 1, 0.01, 30},
		{"breath", 64, 70, 0.3, 5, 0.01, 30},
		{"noise", 64, 70, 0.2, 1, 0.05, 30},
		{"25 Hz", 25, 70, 0.3, 1, 0.01, 40},
		{"50 Hz", 50, 90, 0.3, 1, 0.01, 30},
		{"100 Hz", 100, 70, 0.3, 1, 0.01, 30},
		{"256 Hz", 256, 70, 0.3, 1, 0.01, 30},
	} {
		rng := rand.New(rand.NewPCG(11, 12))
		var beats []float64
		for at := 0.5; at < 100; at += 60/c.heart + c.variation/1000*rng.NormFloat64() {
			beats = append(beats, at)
		}
		x := make([]float64, int(100*c.rate))
		for i := range x {
			s := float64(i) / c.rate
			for _, b := range beats {
				u, v := (s-b)/0.1, (s-b-0.36)/0.09
				x[i] += math.Exp(-u*u/2) + c.dicrotic*math.Exp(-v*v/2)
			}
			x[i] = 3e4 + 1e3*(x[i]+c.drift*math.Sin(2*math.Pi*s/4)/10+c.noise*rng.NormFloat64())
		}
		w := newWrist(t, physio.Signals{Pulse: c.rate})
		w.Pulse(noon, x)
		var last physio.Window
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			last = win
		}
		end := last.End.Sub(noon).Seconds()
		var nn []float64
		for i := 1; i < len(beats); i++ {
			if beats[i] > end-60 && beats[i] < end {
				nn = append(nn, 1000*(beats[i]-beats[i-1]))
			}
		}
		h := physio.Variability(nn, nil)
		if x := last.Values[physio.HRMean]; !(math.Abs(x-60e3/h.MeanNN) < 1.5) {
			t.Errorf("%s: %.1f beats a minute, want %.1f", c.name, x, 60e3/h.MeanNN)
		}
		if x := last.Values[physio.Coverage]; !(x > 0.9) {
			t.Errorf("%s: coverage %.2f", c.name, x)
		}
		if x := math.Exp(last.Values[physio.LnRMSSD]) - 1; !(math.Abs(x-h.RMSSD) < 4+0.1*h.RMSSD) {
			t.Errorf("%s: RMSSD %.1f, want %.1f", c.name, x, h.RMSSD)
		}
	}
}

// A beat at the end of a window is not judged by how the hand moves after it.
func TestMovementAfterTheWindow(t *testing.T) {
	windows := func(shake float64) (out []physio.Window) {
		w := newWrist(t, physio.Signals{Motion: 32, Beats: true})
		from := noon.Truncate(physio.WindowStep)
		for i := range 100 { // a beat is 0.1 s before each end
			at := from.Add(time.Duration(i) * time.Second)
			a := make([][3]float64, 32)
			for k := range a {
				if a[k] = [3]float64{0, 0, 1}; i >= 70 {
					a[k][2] += shake * float64(k%2)
				}
			}
			w.Motion(at, a)
			w.Beats(at.Add(900*time.Millisecond), []time.Duration{time.Second})
			for win, ok := w.Next(); ok && !win.End.After(from.Add(70*time.Second)); win, ok = w.Next() {
				out = append(out, win)
			}
		}
		return out
	}
	if calm := windows(0); len(calm) == 0 || !sameWindows(windows(2), calm) {
		t.Error("later movement changed an earlier window")
	}
}

// A second wave that is steep beside the noise but gentle beside the beat is none of its own.
func TestSecondWave(t *testing.T) {
	x := make([]float64, 100*64)
	for i := range x {
		u := math.Mod(float64(i)/64, 1.2)
		x[i] = 1000 * (bell(u, 0.3, 0.06) + 0.3*bell(u, 0.8, 0.2)) // 50 beats a minute
	}
	w := newWrist(t, physio.Signals{Pulse: 64})
	w.Pulse(noon, x)
	var last physio.Window
	for win, ok := w.Next(); ok; win, ok = w.Next() {
		last = win
	}
	if x := last.Values[physio.HRMean]; !(math.Abs(x-50) < 1) || last.Quality < 0.9 {
		t.Errorf("%.1f beats a minute with quality %.2f, want 50", x, last.Quality)
	}
}

func bell(x, at, width float64) float64 { return math.Exp(-(x - at) * (x - at) / (2 * width * width)) }

// timeless handlers leave out the time: its digits could be taken for what must not show.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}
