package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

var (
	start = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	home  = geo.Point{Lat: 52.52, Lon: 13.405}
)

func at(now time.Time, metres float64) wire.Fix {
	p := geo.Destination(home, 90, metres)
	return wire.Fix{Lat: p.Lat, Lon: p.Lon, Accuracy: 8, Speed: -1, Course: -1, At: now.UnixMilli()}
}

func allowed(p Preset) *Machine {
	m := New(p)
	m.Allow(true)
	return m
}

func TestNothingWithoutConsent(t *testing.T) {
	m := New(Responsive)
	if keep, flush := m.Fix(start, at(start, 0)); keep || flush || m.Plan().Priority != None {
		t.Error("it measures")
	}
	m.Allow(true)
	if m.Plan().Priority != High {
		t.Errorf("the first plan is %+v", m.Plan())
	}
	m.Fix(start, at(start, 0))
	m.Allow(false)
	if p := m.Plan(); p.Priority != None || p.FenceRadius != 0 || m.last.At != 0 || m.anchor.At != 0 || m.kept.At != 0 {
		t.Errorf("after a withdrawal: %+v", m)
	}
}

// walk feeds positions every ten seconds at a speed, from a place, and returns the time and place where it ended.
func walk(m *Machine, now time.Time, from, speed float64, d time.Duration) (time.Time, float64) {
	for end := now.Add(d); now.Before(end); {
		now = now.Add(10 * time.Second)
		from += 10 * speed
		m.Fix(now, at(now, from))
	}
	return now, from
}

func TestStillAndOnAgain(t *testing.T) {
	m := allowed(Responsive)
	m.Fix(start, at(start, 0))
	m.Hint(start, 2000, 600)
	now, x := walk(m, start, 0, 1.4, 5*time.Minute)
	if p := m.Plan(); p.Priority == None {
		t.Fatalf("on the way: %+v", p)
	}
	now, _ = walk(m, now, x, 0, 4*time.Minute)
	m.Hint(now, 2000, 3600)
	p := m.Plan()
	if p.Priority != None || p.FenceRadius < 100 || p.FenceRadius > 200 {
		t.Fatalf("after four minutes at a place: %+v", p)
	}
	if d := geo.Distance(geo.Point{Lat: p.FenceLat, Lon: p.FenceLon}, geo.Destination(home, 90, x)); d > stillMetres {
		t.Errorf("the fence is %v m off", d)
	}
	m.FenceExited(now)
	if p := m.Plan(); p.Priority == None || p.FenceRadius != 0 {
		t.Errorf("after leaving the fence: %+v", p)
	}
}

// The receiver sleeps until the person could be there.
func TestSleepsByTheHint(t *testing.T) {
	for _, tt := range []struct{ metres, least, most float64 }{{1000, 120, 300}, {200, 60, 160}, {30, 10, 20}} {
		m := allowed(Responsive)
		m.Fix(start, at(start, 0))
		m.Hint(start, 5000, 3600)
		now, _ := walk(m, start, 0, 1.4, 2*time.Minute)
		m.Hint(now, tt.metres, 600)
		if p := m.Plan(); p.Interval.Seconds() < tt.least || p.Interval.Seconds() > tt.most {
			t.Errorf("%v m away: every %v", tt.metres, p.Interval)
		}
	}
}

// Next to a border positions come and go out quickly: a server hints 50 m at least, and 15 m when it wants to be sure.
func TestNearABorder(t *testing.T) {
	m := allowed(Responsive)
	m.Fix(start, at(start, 0))
	m.Hint(start, 2000, 600)
	now, x := walk(m, start, 0, 1.3, 2*time.Minute)
	m.Hint(now, 50, 50/1.4)
	if p := m.Plan(); p.Interval > 15*time.Second || p.Priority != High {
		t.Errorf("a border is near: %+v", p)
	}
	now = now.Add(15 * time.Second)
	if keep, flush := m.Fix(now, at(now, x+20)); !keep || !flush {
		t.Error("20 m on it does not go out")
	}
	m.Hint(now, 15, 10)
	if p := m.Plan(); p.Interval > 10*time.Second || p.Priority != High {
		t.Errorf("the server is in doubt: %+v", p)
	}
}

// What the system saw is looked at closely for a minute, with every preset, and goes out.
func TestReachEntered(t *testing.T) {
	for _, preset := range []Preset{Efficient, Responsive, Continuous} {
		m := allowed(preset)
		m.Fix(start, at(start, 0))
		now, _ := walk(m, start, 0, 0, 5*time.Minute)
		m.Hint(now, 2000, 600)
		m.ReachEntered(now)
		if p := m.Plan(); p.Priority != High || p.Interval > 15*time.Second || p.FenceRadius > 0 {
			t.Errorf("%s: %+v", preset, p)
		}
		now = now.Add(10 * time.Second)
		if keep, flush := m.Fix(now, at(now, 0)); !keep || !flush {
			t.Errorf("%s: it does not go out", preset)
		}
		m.Hint(now, 2000, 600)
		now = now.Add(2 * time.Minute)
		if m.Fix(now, at(now, 100)); preset == Efficient && m.Plan().Priority == High {
			t.Errorf("%s: two minutes later %+v", preset, m.Plan())
		}
	}
}

// A system that knows no interval may tell every second: the plan keeps no more of it than it asks for elsewhere.
func TestEverySecond(t *testing.T) {
	for _, tt := range []struct {
		preset Preset
		most   int // kept in an hour
	}{{Efficient, 450}, {Responsive, 450}, {Continuous, 1800}} {
		m, now, kept := allowed(tt.preset), start, 0
		for i := range 3600 {
			now = now.Add(time.Second)
			keep, flush := m.Fix(now, at(now, 1.3*float64(i)))
			if keep {
				kept++
			}
			if flush {
				m.Hint(now, 15, 10)
			}
			if i%60 == 0 {
				m.ReachEntered(now)
			}
		}
		if kept > tt.most || kept < 100 {
			t.Errorf("%s: %d of 3600 positions are kept", tt.preset, kept)
		}
	}
}

// Who stays is not asked again because of a hint about the way, and ever more rarely because of one about time.
func TestStayingIsCheap(t *testing.T) {
	for _, tt := range []struct {
		metres, seconds float64
		most            int // positions in eight hours
	}{{50, 50 / 1.4, 0}, {1000, 600, 0}, {300, 60, 25}, {15, 10, 25}} {
		m := allowed(Responsive)
		m.Fix(start, at(start, 0))
		now, _ := walk(m, start, 0, 0, 3*time.Minute)
		asked := 0
		for end := now.Add(8 * time.Hour); now.Before(end); {
			m.Hint(now, tt.metres, tt.seconds)
			p := m.Plan()
			if p.FenceRadius == 0 {
				t.Fatalf("hint %v: %+v", tt, p)
			}
			if p.Priority == None {
				break
			}
			asked++
			now = now.Add(p.Interval)
			m.Fix(now, at(now, 0))
		}
		if asked > tt.most || tt.most > 0 && asked < 5 {
			t.Errorf("hint %v m %v s: %d positions", tt.metres, tt.seconds, asked)
		}
	}
}

// Who walks slowly does not stay, whatever a sensor said a minute ago.
func TestSlowWalk(t *testing.T) {
	m := allowed(Responsive)
	m.Device(start, Device{Battery: 80, Motion: MotionStationary})
	now := start
	for x := 0.0; x < 300; x += 10 {
		f := at(now, x)
		f.Speed = 1
		if m.Fix(now, f); m.Plan().FenceRadius > 0 {
			t.Fatalf("still after %v m", x)
		}
		now = now.Add(10 * time.Second)
	}
}

// What the hint is about goes out at once; the rest waits.
func TestFlush(t *testing.T) {
	m := allowed(Responsive)
	if keep, flush := m.Fix(start, at(start, 0)); !keep || !flush {
		t.Fatal("the first position does not go out")
	}
	m.Hint(start, 150, 600)
	now, flushed := start, 0.0
	for x := 14.0; flushed == 0; x += 14 {
		now = now.Add(10 * time.Second)
		if _, flush := m.Fix(now, at(now, x)); flush {
			flushed = x
		}
	}
	if flushed < 120 || flushed > 160 {
		t.Errorf("flushed after %v m, the hint said 150", flushed)
	}
	m.Hint(now, 2000, 3600)
	m.Offline(now, true)
	for x := flushed; x < flushed+3000; x += 50 {
		now = now.Add(35 * time.Second)
		if _, flush := m.Fix(now, at(now, x)); flush {
			t.Fatal("flushes without network")
		}
	}
}

func TestPowerIsSpared(t *testing.T) {
	m := allowed(Responsive)
	m.Fix(start, at(start, 0))
	m.Hint(start, 1000, 600)
	now, _ := walk(m, start, 0, 1.4, 2*time.Minute)
	m.Hint(now, 300, 600)
	full := m.Plan().Interval
	m.Device(now, Device{Battery: 15})
	low := m.Plan().Interval
	m.Device(now, Device{Battery: 50, PowerSave: true})
	saving := m.Plan().Interval
	m.Device(now, Device{Battery: 5, Charging: true})
	if charging := m.Plan().Interval; full >= low || low >= saving || charging != full {
		t.Errorf("full %v, low %v, saving %v, charging %v", full, low, saving, charging)
	}
}

// Whatever comes, plans stay within bounds.
func TestBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, preset := range []Preset{Efficient, Responsive, Continuous} {
		m, now := allowed(preset), start
		for range 20000 {
			now = now.Add(time.Duration(rng.ExpFloat64() * float64(time.Minute)))
			switch rng.IntN(8) {
			case 0:
				m.Hint(now, rng.ExpFloat64()*500-10, rng.ExpFloat64()*600-10)
			case 1:
				m.FenceExited(now)
			case 2:
				m.ReachEntered(now)
			case 3:
				m.Device(now, Device{Battery: rng.IntN(102) - 1, Charging: rng.IntN(2) == 0, PowerSave: rng.IntN(2) == 0, Motion: rng.IntN(4)})
			default:
				f := at(now.Add(time.Duration(rng.NormFloat64()*float64(time.Minute))), rng.NormFloat64()*3000)
				f.Accuracy = rng.ExpFloat64() * 100
				m.Fix(now, f)
			}
			p := m.Plan()
			if p.Priority < None || p.Priority > High || p.Interval < 0 || p.Interval > 4*time.Hour || p.Distance < 0 || p.Distance > 200 || p.FenceRadius > 200 {
				t.Fatalf("%s: %+v", preset, p)
			}
			if p.Priority != None && p.Interval < time.Second {
				t.Fatalf("%s: %+v", preset, p)
			}
			if p.Priority == None && p.FenceRadius == 0 {
				t.Fatalf("%s sleeps for ever: %+v", preset, p)
			}
		}
	}
}

func ExampleMachine() {
	m := New(Responsive)
	m.Allow(true)
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	keep, flush := m.Fix(now, wire.Fix{Lat: 52.52, Lon: 13.405, Accuracy: 8, Speed: 1.3, Course: -1, At: now.UnixMilli()})
	fmt.Println(keep, flush)
	m.Hint(now, 400, 280) // the server: nothing within 400 m
	p := m.Plan()
	fmt.Println(p.Interval, p.Why)
	// Output:
	// true true
	// 5m0s on the way: nothing near
}

// A clock that is put back does not keep the plan waiting for hours that were already over.
func TestClockPutBack(t *testing.T) {
	m := allowed(Responsive)
	m.Fix(start, at(start, 0))
	m.Hint(start, 5000, 600)
	walk(m, start, 0, 1.4, 5*time.Minute)
	back := start.Add(-2 * time.Hour)
	if keep, flush := m.Fix(back, at(back, 500)); !keep || !flush {
		t.Errorf("after the change: kept %v, sent %v", keep, flush)
	}
}

// Without network nobody can tell the next offer, when power is saved no satellites are asked, and a poor position needs a
// wide fence.
func TestWhatThePhoneCannotDo(t *testing.T) {
	m := allowed(Responsive)
	m.Fix(start, at(start, 0))
	m.Hint(start, 100, 71)
	now, _ := walk(m, start, 0, 1.4, 30*time.Second)
	if p := m.Plan(); p.Priority != High || p.Interval >= time.Minute {
		t.Fatalf("near a border: %+v", p)
	}
	m.Device(now, Device{Battery: 80, PowerSave: true})
	if p := m.Plan(); p.Priority != Balanced {
		t.Errorf("saving power: %+v", p)
	}
	m.Device(now, Device{Battery: 80})
	m.Offline(now, true)
	if p := m.Plan(); p.Interval < time.Minute {
		t.Errorf("without network: %+v", p)
	}
	m = allowed(Efficient)
	for i := range 30 {
		now = start.Add(time.Duration(i) * 10 * time.Second)
		f := at(now, 0)
		f.Accuracy = 80
		m.Fix(now, f)
	}
	if p := m.Plan(); p.FenceRadius != fenceWide {
		t.Errorf("with a poor position: %+v", p)
	}
}
