package offerkit_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

// known is what the server holds of the person, as far as its times matter.
type known struct {
	LastFix struct{ At time.Time }
	Mood    struct{ At time.Time }
}

func (p *phone) known(k *offerkit.Kit) (me known) {
	p.t.Helper()
	data, err := k.MyData(60)
	p.must(err)
	p.must(json.Unmarshal([]byte(data), &me))
	return me
}

// real opts in a person who is no simulated one: the server's clock counts for them.
func (p *phone) real() *offerkit.Kit {
	p.simulated = false
	k := p.kit()
	c := offerkit.NewChoices()
	c.Location, c.Push, c.Policy, c.MoodLevel = true, true, "2026-06", "quiet"
	p.must(k.OptIn(c, 60))
	p.must(k.Start())
	await(p.t, p.states, offerkit.StateOnline)
	return k
}

// The clock of a phone may be wrong by hours, and satellites tell the time without asking it.
func TestWrongClock(t *testing.T) {
	w := newWorld(t)
	for _, wrong := range []time.Duration{time.Hour, -time.Hour, 3 * time.Second} {
		for _, satellites := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, satellites %v", wrong, satellites), func(t *testing.T) {
				p := w.phone(t)
				began := time.Now()
				p.now = began.Add(wrong)
				k := p.real()
				for i := range 3 {
					p.later(9 * time.Second)
					f := p.at(3000 + 100*float64(i))
					if satellites {
						f.UnixMillis = p.clock().Add(-wrong).UnixMilli()
					}
					p.must(k.Track(f))
					p.must(k.Flush(60))
				}
				p.must(k.ReportMood(0.5, 0))
				p.must(k.Flush(60))
				if s := k.Stats(); s.Accepted == 0 || s.Accepted != s.Sent {
					t.Errorf("%+v", s)
				}
				right := p.clock().Add(-wrong)
				if off := p.known(k).LastFix.At.Sub(right).Abs(); off > 6*time.Second+time.Since(began) { // the phone's clock stands still while the server's goes on
					t.Errorf("the server dates the position %v off: %+v", off, k.Stats())
				}
				if o := p.failed(); o != "" {
					t.Error(o)
				}
			})
		}
	}
}

// A clock that is put right in the midst of a session, either way, costs nothing but a new connection.
func TestClockPutRight(t *testing.T) {
	w := newWorld(t)
	for _, wrong := range []time.Duration{time.Hour, -time.Hour} {
		p := w.phone(t)
		began := time.Now()
		p.now = began.Add(wrong)
		k := p.real()
		p.must(k.Track(p.at(3000)))
		p.must(k.Flush(60))
		p.later(-wrong)
		for i := range 3 {
			p.later(9 * time.Second)
			p.must(k.Track(p.at(3100 + 100*float64(i))))
			p.must(k.Flush(60))
		}
		if s := k.Stats(); s.Accepted != 4 {
			t.Errorf("put right by %v: %+v", -wrong, s)
		}
		if off := p.known(k).LastFix.At.Sub(p.clock()).Abs(); off > 30*time.Second+time.Since(began) {
			t.Errorf("put right by %v: the server dates the position %v off: %+v", -wrong, off, k.Stats())
		}
	}
}
