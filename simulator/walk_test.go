package simulator

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

var (
	minster = geo.Point{Lat: 47.9956, Lon: 7.8522}
	noon    = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)
)

func walkTo(stops ...Stop) *itinerary {
	return Itinerary(rand.New(rand.NewPCG(1, 2)), minster, noon, sequence(stops)).(*itinerary)
}

// collect walks to the end and returns the moments.
func collect(t *testing.T, w Walk, hint wire.Hint) (all []Moment) {
	t.Helper()
	for m, more := w.Next(hint); more; m, more = w.Next(hint) {
		if n := len(all); n > 0 && (m.At.Before(all[n-1].At) || m.Act == nil && all[n-1].Act == nil && !m.At.After(all[n-1].At)) {
			t.Fatalf("moment %d: %v does not come after %v", n, m.At, all[n-1].At)
		}
		if all = append(all, m); len(all) > 10_000 {
			t.Fatal("the walk does not end")
		}
	}
	return all
}

func at(m Moment) geo.Point { return geo.Point{Lat: m.Fix.Lat, Lon: m.Fix.Lon} }

func TestArrivesInTime(t *testing.T) {
	there := geo.Destination(minster, 60, 1000)
	by := noon.Add(2 * time.Hour)
	all := collect(t, walkTo(Stop{Point: there, By: by, Acts: []Act{Look{}}}), wire.Hint{Metres: 100, Seconds: 60})
	last := all[len(all)-1]
	if last.Act != (Look{}) {
		t.Fatalf("the last moment is %+v, want the act on arrival", last)
	}
	if late := last.At.Sub(by); math.Abs(late.Seconds()) > 120 {
		t.Errorf("arrived %v after the time", late)
	}
	if d := geo.Distance(at(all[len(all)-2]), there); d > 6*gpsNoise {
		t.Errorf("ended %.0f m away", d)
	}
}

func TestObeysTheHint(t *testing.T) {
	there := geo.Destination(minster, 60, 3000)
	for _, tt := range []struct {
		name            string
		hint            wire.Hint
		metres, seconds float64 // bounds between two fixes of the way
	}{
		{"metres first", wire.Hint{Metres: 40, Seconds: 600}, 40, 31},
		{"seconds first", wire.Hint{Metres: 2000, Seconds: 20}, 28, 21},
		{"the phone reports at least every minute", wire.Hint{Metres: 2000, Seconds: 600}, 82, 61},
		{"no fix at every step", wire.Hint{}, 7, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := collect(t, walkTo(Stop{Point: there}), tt.hint)
			for i := 2; i < len(all); i++ {
				if d := geo.Distance(at(all[i-1]), at(all[i])); d > tt.metres+6*gpsNoise {
					t.Errorf("fix %d is %.0f m from the one before", i, d)
				}
				if s := all[i].At.Sub(all[i-1].At).Seconds(); s > tt.seconds {
					t.Errorf("fix %d comes after %.0f s", i, s)
				}
			}
		})
	}
}

func TestRestsQuietly(t *testing.T) {
	all := collect(t, walkTo(Stop{Point: minster, By: noon.Add(8 * time.Hour)}), wire.Hint{Metres: 25, Seconds: 60})
	if len(all) > 30 {
		t.Errorf("%d fixes in eight hours at one place", len(all))
	}
	if rested := all[len(all)-2].At.Sub(noon); rested < restReported-time.Minute || rested > restReported+time.Minute {
		t.Errorf("the stay was reported for %v, want %v", rested, restReported)
	}
}

func TestDetour(t *testing.T) {
	there, shop := geo.Destination(minster, 0, 2000), geo.Destination(minster, 20, 800)
	w := walkTo(Stop{Point: there, Acts: []Act{Look{}}})
	hint := wire.Hint{Metres: 50, Seconds: 60}
	for range 5 {
		w.Next(hint)
	}
	w.Detour(Stop{Point: shop, Stay: 10 * time.Minute, Acts: []Act{Ask{}}})
	var acts []Act
	nearest := math.Inf(1)
	for _, m := range collect(t, w, hint) {
		if m.Act != nil {
			acts = append(acts, m.Act)
			continue
		}
		nearest = min(nearest, geo.Distance(at(m), shop))
	}
	if nearest > 5*gpsNoise {
		t.Errorf("the detour came no nearer than %.0f m", nearest)
	}
	if len(acts) != 2 || acts[1] != (Look{}) {
		t.Errorf("acts %v, want those of the detour, then those of the old way", acts)
	}
}

func TestSameStreamSameWay(t *testing.T) {
	hint := wire.Hint{Metres: 50, Seconds: 60}
	a := collect(t, walkTo(Stop{Point: geo.Destination(minster, 90, 900)}), hint)
	b := collect(t, walkTo(Stop{Point: geo.Destination(minster, 90, 900)}), hint)
	if len(a) != len(b) {
		t.Fatalf("%d and %d moments", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("moment %d: %+v and %+v", i, a[i], b[i])
		}
	}
}
