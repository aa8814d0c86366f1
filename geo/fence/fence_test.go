package fence_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo/fence"
)

var noon = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)

// step is one fix: so many seconds after the one before, so many metres from the border.
type step struct{ after, distance float64 }

// every returns a fix each so many seconds at these distances.
func every(seconds float64, distances ...float64) (list []step) {
	for _, d := range distances {
		list = append(list, step{seconds, d})
	}
	return list
}

func concat(lists ...[]step) (all []step) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// stay returns n fixes at one distance.
func stay(n int, seconds, distance float64) (list []step) {
	for range n {
		list = append(list, step{seconds, distance})
	}
	return list
}

// person walks past one reach.
type person struct {
	fence.Tracker
	at     time.Time
	before float64
	reach  fence.Reach
	events []fence.Event
	log    []string
}

func newPerson(reach fence.Reach) *person {
	reach.Key = 1
	return &person{at: noon, before: math.Inf(1), reach: reach}
}

var kindNames = [...]string{"entered", "exited", "dwelled", "crossed"}

func (p *person) walk(accuracy float64, steps []step) {
	for _, s := range steps {
		p.at = p.at.Add(time.Duration(s.after * float64(time.Second)))
		p.Advance(fence.Fix{At: p.at, Accuracy: accuracy, Moved: math.Abs(s.distance - p.before)})
		p.reach.Distance, p.reach.Before = s.distance, p.before
		p.note(p.See(nil, p.reach))
		p.before = s.distance
	}
}

func (p *person) note(events []fence.Event) {
	p.events = append(p.events, events...)
	for _, e := range events {
		text := fmt.Sprintf("%s %d at %s", kindNames[e.Kind], e.Confidence, p.at.Sub(noon))
		if e.Cooled {
			text += " cooled"
		}
		if e.Ended {
			text += " ended"
		}
		p.log = append(p.log, text)
	}
}

func TestEvents(t *testing.T) {
	const cool = 6 * time.Hour
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	for _, tt := range []struct {
		name     string
		reach    fence.Reach
		accuracy float64
		steps    []step
		want     string
	}{
		{
			"two clear fixes enter, three leave",
			fence.Reach{Cooldown: cool},
			10,
			concat(every(5, 60, 40, 5, -30, -60, -70), every(5, -20, 20, 40, 60, 80)), "entered 3 at 30s, exited 3 at 55s",
		},
		{"one fix deep inside is no entry", fence.Reach{Cooldown: cool}, 10, every(5, 60, 40, -18, 20, 40), ""},
		{"for a moment clearly inside is a crossing", fence.Reach{Cooldown: cool}, 10, every(5, 60, 40, -30, 40, 60), "crossed 2 at 20s"},
		{"a fix a minute decides alone", fence.Reach{Cooldown: cool}, 10, every(60, 500, -80, 600), "entered 2 at 2m0s, exited 2 at 3m0s"},
		{"quick fixes share their error", fence.Reach{Cooldown: cool}, 10, concat(every(5, 60), stay(8, 0.5, -40)), ""},
		{"but not for ever", fence.Reach{Cooldown: cool}, 10, concat(every(5, 60), stay(16, 0.5, -40)), "entered 3 at 13s"},
		{"vague fixes add up", fence.Reach{Cooldown: cool}, 50, concat(every(5, 200), stay(9, 5, -50)), "entered 2 at 35s"},
		{"a vague fix at the border says nothing", fence.Reach{Cooldown: cool}, 50, concat(every(5, 200), stay(100, 5, -12)), ""},
		{"who was in when first seen did not enter, but leaves", fence.Reach{Cooldown: cool}, 10, every(60, -80, -80, 500, 600), "exited 2 at 3m0s"},
		{
			"an outlier does not end a visit",
			fence.Reach{Cooldown: cool, Dwell: minutes(5)},
			10,
			concat(every(5, 60), stay(20, 5, -50), every(5, 90, 90), stay(60, 5, -50)), "entered 3 at 15s, dwelled 3 at 5m10s",
		},
		{
			"steps over the border do not end a visit",
			fence.Reach{Cooldown: cool, Dwell: minutes(5)},
			10,
			concat(every(5, 60), stay(20, 5, -50), stay(40, 5, 9), stay(20, 5, -2)), "entered 3 at 15s, dwelled 1 at 5m10s",
		},
		{
			"dwell is told once a visit, at the first fix after it",
			fence.Reach{Cooldown: cool, Dwell: minutes(10)},
			10,
			every(240, 500, -60, -60, -60, -60, -60, -60, -60), "entered 2 at 8m0s, dwelled 2 at 20m0s",
		},
		{"a dwell counts for who was in when first seen", fence.Reach{Cooldown: cool, Dwell: minutes(10)}, 10, stay(8, 120, -60), "dwelled 2 at 12m0s"},
		{
			"without a fix for hours nobody knows of a dwell",
			fence.Reach{Cooldown: cool, Dwell: minutes(10)},
			10,
			concat(every(60, 500, -60), every(3*3600, -60), every(300, -60, -60)), "entered 2 at 2m0s, dwelled 2 at 3h12m0s",
		},
		{
			"a cool-down for each direction",
			fence.Reach{Cooldown: time.Hour},
			10,
			concat(every(60, 500, -60, 500, -60, 500), every(3600, -60)),
			"entered 2 at 2m0s, exited 2 at 3m0s, entered 2 at 4m0s cooled, exited 2 at 5m0s cooled, entered 1 at 1h5m0s",
		},
		{
			"no cool-down outlasts a day",
			fence.Reach{Cooldown: 90 * time.Hour},
			10,
			concat(every(60, 500, -60, 500), every(23*3600, 500), every(2*3600, -60)), "entered 2 at 2m0s, exited 2 at 3m0s, entered 1 at 25h3m0s",
		},
		{"after a day without a fix nothing is known", fence.Reach{Cooldown: cool}, 10, concat(every(60, 500, -60), every(25*3600, 500)), "entered 2 at 2m0s"},
		{"an unknown accuracy is a poor one", fence.Reach{Cooldown: cool}, 0, concat(every(5, 60), stay(2, 5, -40)), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPerson(tt.reach)
			p.walk(tt.accuracy, tt.steps)
			if got := strings.Join(p.log, ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestPassingBetweenTwoFixes(t *testing.T) {
	for _, tt := range []struct {
		name                                              string
		before, distance, through, moved, after, accuracy float64
		want                                              string
	}{
		{"a minute's drive", 200, 300, 100, 700, 60, 10, "crossed 3 at 1m5s"},
		{"too long ago", 200, 300, 100, 700, 150, 10, ""},
		{"too fast", 2000, 3000, 100, 5200, 60, 10, ""},
		{"a corner that the accuracy leaves open", 200, 300, 8, 700, 60, 10, ""},
		{"an end that the accuracy leaves open", 200, 8, 100, 410, 60, 10, ""},
		{"not through", 200, 300, 0, 700, 60, 10, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPerson(fence.Reach{Cooldown: time.Hour})
			p.walk(tt.accuracy, every(5, tt.before))
			p.at = p.at.Add(time.Duration(tt.after) * time.Second)
			p.Advance(fence.Fix{At: p.at, Accuracy: tt.accuracy, Moved: tt.moved})
			p.note(p.See(nil, fence.Reach{Key: 1, Distance: tt.distance, Before: tt.before, Through: tt.through, Cooldown: time.Hour}))
			if got := strings.Join(p.log, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEndTellsOneExit(t *testing.T) {
	inside := func() *person {
		p := newPerson(fence.Reach{Cooldown: time.Hour, Dwell: time.Hour})
		p.walk(10, every(60, 500, -60))
		return p
	}
	end := func(p *person) { p.note(p.Ended(nil, 1, p.at.Add(time.Second), time.Hour)) }
	for _, tt := range []struct {
		name string
		then func(*person)
		want string
	}{
		{"ends", end, "exited 3 at 2m0s ended"},
		{"ends twice", func(p *person) { end(p); end(p) }, "exited 3 at 2m0s ended"},
		{"ends, the person stays and goes", func(p *person) { end(p); p.walk(10, every(60, -60, -60, 500, 500)) }, "exited 3 at 2m0s ended, exited 2 at 5m0s cooled"},
		{"ends, begins again, and the stay counts from there", func(p *person) {
			p.walk(10, every(30*60, -60))
			end(p)
			p.walk(10, concat(every(60, -60), every(20*60, -60, -60, -60)))
		}, "exited 3 at 32m0s ended, dwelled 1 at 1h33m0s"},
		{"grows while they stay", func(p *person) { p.reach.Shape++; p.walk(10, every(60, -90)) }, ""},
		{"moves away", func(p *person) { p.reach.Shape++; p.walk(10, every(60, 40)) }, "exited 3 at 3m0s ended"},
		{"ends after they left", func(p *person) { p.walk(10, every(60, 500)); end(p) }, "exited 2 at 3m0s"},
		{"another reach ends", func(p *person) { p.note(p.Ended(nil, 2, p.at, time.Hour)) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := inside()
			tt.then(p)
			if got := strings.Join(p.log[1:], ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestForgetKeepsOnlyCooldowns(t *testing.T) {
	p := newPerson(fence.Reach{Cooldown: time.Hour, Dwell: 10 * time.Minute})
	p.walk(10, every(60, 500, -60))
	p.Forget()
	if m := p.Memories(nil); len(m) != 1 || !m[0].Since.IsZero() || m[0].Entered.IsZero() {
		t.Errorf("remembered: %+v", m)
	}
	if _, open, _ := p.Open(0); open || p.Len() != 1 {
		t.Errorf("open: %t, %d reaches", open, p.Len())
	}
	p.before = math.Inf(1)
	p.walk(10, every(300, 500, -60, 500))
	if got, want := strings.Join(p.log[1:], ", "), "entered 2 at 12m0s cooled, exited 2 at 17m0s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.Forget()
	p.walk(10, every(300, -60, -60))
	p.Forget()
	p.walk(10, every(7200, 500))
	if p.Len() != 0 {
		t.Errorf("%d reaches after their cool-downs", p.Len())
	}
}

func TestReachesAreBounded(t *testing.T) {
	var tr fence.Tracker
	now := noon
	look := func(keys []uint64, distance, before float64) (events []fence.Event) {
		now = now.Add(time.Minute)
		tr.Advance(fence.Fix{At: now, Accuracy: 10, Moved: 100})
		for _, k := range keys {
			events = tr.See(events, fence.Reach{Key: k, Distance: distance, Before: before, Cooldown: time.Hour})
		}
		return events
	}
	var first, second []uint64
	for i := range uint64(fence.MaxReaches) {
		first, second = append(first, i+1), append(second, i+1001)
	}
	look(nil, 0, 0)
	if got := look(first, -80, 300); len(got) != fence.MaxReaches {
		t.Fatalf("%d events, want one for each reach", len(got))
	}
	if got := look(second, -80, 300); len(got) != 0 || tr.Len() != fence.MaxReaches {
		t.Errorf("%d events, %d reaches: those that the person is in stay", len(got), tr.Len())
	}
	look(first, 300, -80)
	if got := look(second, -80, 300); len(got) != fence.MaxReaches || tr.Len() != fence.MaxReaches {
		t.Errorf("%d events, %d reaches: those that the person left make room", len(got), tr.Len())
	}
}

// A person who walks at random sees enter and exit in turns, is told a dwell once a visit, and a restart at any fix
// changes nothing.
func TestPropertiesOfRandomWalks(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 7))
		whole, cut := newPerson(fence.Reach{Dwell: 5 * time.Minute, Cooldown: time.Nanosecond}), newPerson(fence.Reach{Dwell: 5 * time.Minute, Cooldown: time.Nanosecond})
		d, accuracy := 300*random.Float64(), 5+60*random.Float64()
		for range 200 {
			d += random.NormFloat64() * 40
			s := []step{{1 + random.ExpFloat64()*30, d + random.NormFloat64()*accuracy}}
			whole.walk(accuracy, s)
			if err := cut.UnmarshalState(cut.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
			cut.walk(accuracy, s)
		}
		if a, b := strings.Join(whole.log, ", "), strings.Join(cut.log, ", "); a != b {
			t.Fatalf("seed %d: with restarts\n%s\nwithout\n%s", seed, b, a)
		}
		in, known, dwelled := false, false, false
		for i, e := range whole.events {
			switch {
			case e.Confidence < 1 || e.Confidence > 3 || e.Reach != 1 || e.Ended:
				t.Fatalf("seed %d: event %+v", seed, e)
			case e.Kind == fence.Entered && in, e.Kind == fence.Exited && known && !in, e.Kind == fence.Crossed && in, e.Kind == fence.Dwelled && dwelled:
				t.Fatalf("seed %d: event %d out of turn: %v", seed, i, whole.log)
			}
			switch e.Kind {
			case fence.Entered:
				in, known, dwelled = true, true, false
			case fence.Exited:
				in, known, dwelled = false, true, false
			case fence.Dwelled:
				dwelled, in, known = true, true, true
			}
		}
	}
}

func TestWaitAsksForFixesThatDecide(t *testing.T) {
	p := newPerson(fence.Reach{Dwell: 5 * time.Minute, Cooldown: time.Hour})
	p.walk(10, every(60, 300))
	if w := p.Wait(); w.Undecided || w.Dwell != 0 || !math.IsInf(w.Metres, 1) {
		t.Errorf("far away: %+v", w)
	}
	p.walk(10, every(5, -20))
	if w := p.Wait(); !w.Undecided {
		t.Errorf("hardly in: %+v", w)
	}
	p.walk(10, every(5, -40, -60))
	if w := p.Wait(); w.Undecided || w.Metres != 60 || w.Dwell != 4*time.Minute+50*time.Second {
		t.Errorf("in: %+v", w)
	}
	p.walk(10, every(5, 30))
	if w := p.Wait(); !w.Undecided {
		t.Errorf("perhaps out: %+v", w)
	}
}

func FuzzUnmarshalState(f *testing.F) {
	p := newPerson(fence.Reach{Cooldown: time.Hour})
	p.walk(10, every(60, 500, -60))
	good := p.AppendState(nil)
	f.Add(good)
	f.Add([]byte{})
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		var tr fence.Tracker
		if tr.UnmarshalState(b) != nil {
			if tr.Len() != 0 {
				t.Error("changed by what it refused")
			}
			return
		}
		if again := tr.AppendState(nil); !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
		tr.Advance(fence.Fix{At: noon, Accuracy: 10})
		tr.See(nil, fence.Reach{Key: 1, Distance: -5, Cooldown: time.Hour})
		if tr.Len() > fence.MaxReaches {
			t.Error("unbounded")
		}
	})
}
