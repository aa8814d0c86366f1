package phoneday

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

// dayLength is how long a day is lived.
const dayLength = 24 * time.Hour

// How gaps of a recording are filled, and what of it is believed.
const (
	recordingGap = 2 * time.Minute // a longer one says that the recorder was off
	fastest      = 60.0            // m/s; what is faster is a fault of the recording
	onFoot       = 1.3             // m/s: up to farOnFoot they walked
	farOnFoot    = 2000.0          // metres
	byVehicle    = 12.0            // m/s
)

// knot is where the person was, so many seconds after the start.
type knot struct {
	at    float64
	point geo.Point
}

// Day is where a person truly is, for 24 hours.
type Day struct {
	Start time.Time
	knots []knot
}

// NewDay makes a day that begins at start out of what was recorded of it, oldest first: straight between positions. In a
// gap of more than two minutes the person stays where they were for as long as they can. It returns nil if nothing of the
// day was recorded.
func NewDay(start time.Time, fixes []geo.Fix) *Day {
	d := &Day{Start: start}
	for _, f := range fixes {
		at := f.Time.Sub(start).Seconds()
		if at < 0 || at >= dayLength.Seconds() {
			continue
		}
		if len(d.knots) > 0 {
			last := d.knots[len(d.knots)-1]
			gap, metres := at-last.at, geo.Distance(last.point, f.Point)
			if gap <= 0 || metres > fastest*gap+50 {
				continue
			}
			if gap > recordingGap.Seconds() {
				speed := onFoot
				if metres > farOnFoot {
					speed = byVehicle
				}
				d.knots = append(d.knots, knot{at - min(metres/max(speed, metres/gap), gap), last.point})
			}
		}
		d.knots = append(d.knots, knot{at, f.Point})
	}
	if len(d.knots) == 0 {
		return nil
	}
	return d
}

// Split cuts a recording into days that begin at an hour (UTC), and leaves out those with less than some positions.
func Split(fixes []geo.Fix, hour, least int) []*Day {
	var days []*Day
	for len(fixes) > 0 {
		start := fixes[0].Time.UTC().Add(-time.Duration(hour) * time.Hour).Truncate(dayLength).Add(time.Duration(hour) * time.Hour)
		n := sort.Search(len(fixes), func(i int) bool { return fixes[i].Time.Sub(start) >= dayLength })
		if n >= least {
			if d := NewDay(start, fixes[:n]); d != nil {
				days = append(days, d)
			}
		}
		fixes = fixes[n:]
	}
	return days
}

// At is where the person is, so many seconds after the start.
func (d *Day) At(second float64) geo.Point {
	i := sort.Search(len(d.knots), func(i int) bool { return d.knots[i].at > second })
	switch {
	case i == 0:
		return d.knots[0].point
	case i == len(d.knots):
		return d.knots[i-1].point
	}
	a, b := d.knots[i-1], d.knots[i]
	w := (second - a.at) / (b.at - a.at)
	return geo.Point{Lat: a.point.Lat + w*(b.point.Lat-a.point.Lat), Lon: a.point.Lon + w*(b.point.Lon-a.point.Lon)}
}

// Speed is how fast the person is, in m/s, as the way of the 20 seconds around tells.
func (d *Day) Speed(second float64) float64 {
	return geo.FlatDistance(d.At(second-10), d.At(second+10)) / 20
}

// MadeDay is an invented day in an invented city: home, a walk to the tram, work, lunch around the corner, a walk home
// with a stop, an evening out. The seed varies places, speeds and hours.
func MadeDay(seed uint64) *Day {
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a simulation
	start := time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)
	at := geo.Point{Lat: 47.99 + rng.Float64()/50, Lon: 7.84 + rng.Float64()/50}
	d := &Day{Start: start, knots: []knot{{0, at}}}
	now := 0.0
	stay := func(hours float64) {
		now += hours * 3600 * (0.9 + 0.2*rng.Float64())
		d.knots = append(d.knots, knot{now, at})
	}
	walk := func(bearing, metres, speed float64) {
		for metres > 0 { // blocks of some 100 m, round corners
			step := min(metres, 60+80*rng.Float64())
			at = geo.Destination(at, bearing+90*math.Round(rng.NormFloat64()/2), step)
			now += step / (speed * (0.85 + 0.3*rng.Float64()))
			d.knots = append(d.knots, knot{now, at})
			metres -= step
		}
	}
	home, toWork := at, rng.Float64()*360
	stay(3)
	walk(toWork, 600, onFoot)
	stay(0.07) // the tram is late
	walk(toWork, 4000, 8)
	walk(toWork, 400, onFoot)
	stay(4)
	walk(toWork+90, 700, onFoot)
	stay(0.6)
	walk(toWork-90, 700, onFoot)
	stay(3.5)
	walk(toWork+180, 3000, onFoot)
	stay(0.3) // a shop
	walk(geo.Bearing(at, home), geo.Distance(at, home), 5)
	at = home
	stay(2)
	walk(rng.Float64()*360, 1500, onFoot)
	stay(2)
	walk(geo.Bearing(at, home), geo.Distance(at, home), onFoot)
	at = home
	stay(0.01)
	return d
}

// Moving tells for how many seconds of the day the person goes more than 20 m in half a minute.
func (d *Day) Moving() (seconds int) {
	for s := 0.0; s < dayLength.Seconds(); s += 10 {
		if d.moves(s) {
			seconds += 10
		}
	}
	return seconds
}

func (d *Day) moves(second float64) bool {
	return geo.FlatDistance(d.At(second-30), d.At(second)) > 20
}

// Reach is a circle in which an offer holds.
type Reach struct {
	Centre geo.Point
	Radius float64 // metres
}

// City puts reaches around the ways of a day, without regard to where they lead: one in each square of so many metres,
// anywhere in it, of 75 to 200 m, up to a kilometre off the way.
func (d *Day) City(pitch float64, seed uint64) []Reach {
	north := pitch / 111_195
	east := north / math.Cos(d.knots[0].point.Lat*math.Pi/180)
	ring := int(math.Ceil(1000 / pitch))
	type square struct{ x, y int }
	seen := map[square]bool{}
	var order []square
	for s := 0.0; s < dayLength.Seconds(); s += 30 {
		p := d.At(s)
		x, y := int(math.Floor(p.Lon/east)), int(math.Floor(p.Lat/north))
		if seen[square{x, y}] {
			continue
		}
		seen[square{x, y}] = true
		order = append(order, square{x, y})
	}
	all := map[square]bool{}
	var out []Reach
	for _, o := range order {
		for dy := -ring; dy <= ring; dy++ {
			for dx := -ring; dx <= ring; dx++ {
				q := square{o.x + dx, o.y + dy}
				if all[q] {
					continue
				}
				all[q] = true
				rng := rand.New(rand.NewPCG(seed^uint64(q.x)<<20, uint64(q.y))) //nolint:gosec // a simulation
				p := geo.Point{Lat: (float64(q.y) + rng.Float64()) * north, Lon: (float64(q.x) + rng.Float64()) * east}
				out = append(out, Reach{Centre: p, Radius: 75 + 125*rng.Float64()})
			}
		}
	}
	return out
}

// Visit is a stay of a person in a reach that began on the way into it.
type Visit struct {
	Reach   int
	In, Out float64 // seconds after the start
	Walked  bool    // they came at walking pace, and went on in
}

// Visits are those that somebody could tell: the person comes from more than 50 m outside within ten minutes, and is for
// a minute or more at least 25 m inside.
func (d *Day) Visits(reaches []Reach) []Visit {
	var out []Visit
	for i, r := range reaches {
		in, clearly, deep, soon := -1.0, -1e9, 0.0, false
		for s := 0.0; s <= dayLength.Seconds(); s++ {
			beyond := geo.FlatDistance(d.At(s), r.Centre) - r.Radius
			switch {
			case beyond > 0 && in >= 0 || in >= 0 && s == dayLength.Seconds():
				if deep >= 60 {
					v := geo.FlatDistance(d.At(in-60), d.At(in)) / 60
					out = append(out, Visit{Reach: i, In: in, Out: s, Walked: soon && v > 0.4 && v < 2.2 && d.Speed(in) < 2.5})
				}
				in, deep, soon = -1, 0, false
			case beyond <= 0 && in < 0 && s-clearly < 600:
				in = s
			case beyond <= -25 && in >= 0:
				deep++
				soon = soon || s-in <= 60
			}
			if beyond > 50 {
				s += math.Floor((beyond - 50) / fastest) // until then nobody is nearer than that
				clearly = s
			}
		}
	}
	slices.SortFunc(out, func(a, b Visit) int { return int(a.In - b.In) })
	return out
}
