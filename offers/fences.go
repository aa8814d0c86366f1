package offers

import (
	"math"
	"math/bits"

	"github.com/flaneur-io/flaneur/geo"
)

// The second index, of fences, answers "how far can the person go before anything changes?". That question looks
// around, and in H3's grid looking around is dear; so reaches stand here under plain squares of latitude and
// longitude, at a level that fits their size, and the neighbours of a square are a matter of adding one.

const (
	fenceColumns = 1 << 15 // squares around the globe at level 0: about 0.011 degrees each; a level has a quarter of the one below
	fenceLevels  = 8       // the last one has two columns
	flatSlack    = 3       // metres that NextReach may be off: not worth a look at the reach itself
	// MaxNextReach is the most that NextReach answers, in metres.
	MaxNextReach = 1000
)

func columns(level int) int { return fenceColumns >> (2 * level) }

// squareSide returns the side of a square in degrees. Whole squares fill the circle, so there is no seam.
func squareSide(level int) float64 { return 360 / float64(columns(level)) }

// square returns the key of column x and row y; columns go around the globe.
func square(level, x, y int) uint64 {
	x &= columns(level) - 1
	return 1<<63 | uint64(level)<<58 | uint64(uint32(y))<<29 | uint64(x)
}

func squareAt(level int, p geo.Point) (x, y int) {
	side := squareSide(level)
	return int(math.Floor((p.Lon + 180) / side)), int(math.Floor((p.Lat + 90) / side))
}

// squareCentre returns the centre of a square; of one across a pole it lies beyond the pole.
func squareCentre(level, x, y int) geo.Point {
	side := squareSide(level)
	return geo.Point{Lat: (float64(y)+0.5)*side - 90, Lon: (float64(x&(columns(level)-1))+0.5)*side - 180}
}

// squares returns the level that fits an entry's reach and the squares its box touches there: at most four, more
// only at the last level.
func squares(e *entry) (int, []change) {
	b := e.reach.Box()
	width := b.East - b.West
	if width < 0 {
		width += 360
	}
	level := 0
	for level < fenceLevels-1 && max(width, b.North-b.South) > squareSide(level) {
		level++
	}
	x0, y0 := squareAt(level, geo.Point{Lat: b.South, Lon: b.West})
	x1, y1 := squareAt(level, geo.Point{Lat: b.North, Lon: b.West + width})
	var out []change
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			key := square(level, x, y)
			if !listed(out, key) { // around the globe columns meet again
				out = append(out, change{key: key, centre: squareCentre(level, x, y), radius: squareSide(level) / math.Sqrt2 * metresPerDegree})
			}
		}
	}
	return level, out
}

func listed(list []change, key uint64) bool {
	for i := range list {
		if list[i].key == key {
			return true
		}
	}
	return false
}

// NextReach returns how many metres a person can go at least, in any direction, before they enter a reach that they
// are not in now: a lower bound, a few metres short at most, and at most MaxNextReach. It stops looking when it knows of a reach nearer than enough. It
// costs a few look-ups and allocates nothing.
func (c *Catalogue) NextReach(at geo.Point, mode Mode, enough float64) float64 {
	s := &c.modes[mode]
	best := float64(MaxNextReach)
	for set := s.levels.Load(); set != 0; set &= set - 1 {
		level := bits.TrailingZeros32(set)
		side := squareSide(level)
		x, y := squareAt(level, at)
		best = s.fences.nearest(square(level, x, y), at, best, enough)
		// Metres to the own square's sides, and to those of the ring around it.
		south := (at.Lat + 90 - float64(y)*side) * metresPerDegree
		north := side*metresPerDegree - south
		// A degree of longitude is the shortest where the way comes nearest to the pole.
		lonMetres := metresPerDegree * math.Cos(min(math.Abs(at.Lat)+MaxNextReach/metresPerDegree, 90)*math.Pi/180)
		west := (at.Lon + 180 - float64(x)*side) * lonMetres
		east := side*lonMetres - west
		if best < enough || min(south, north, west, east) >= best {
			continue
		}
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if dx != 0 || dy != 0 {
					best = s.fences.nearest(square(level, x+dx, y+dy), at, best, enough)
				}
			}
		}
		best = min(best, min(south, north)+side*metresPerDegree, min(west, east)+side*lonMetres)
	}
	return max(best, 0)
}

// nearest returns the metres from p to the nearest reach under the square that p is not in, or best if that is less;
// or any below enough.
func (x *index) nearest(key uint64, p geo.Point, best, enough float64) float64 {
	l := x.at(key)
	if l == nil {
		return best
	}
	px, py := l.flat(p)
	for i := range l.records {
		r := &l.records[i]
		dx, dy := px-r.x, py-r.y
		// Below this the reach can't begin; most candidates end here.
		square := dx*dx + dy*dy
		if far := r.radius + l.slack + float32(best); square > far*far {
			continue
		}
		if near := r.radius - l.slack; r.round && near > 0 && square < near*near {
			continue // certainly in it
		}
		d := math.Sqrt(float64(square)) - float64(r.radius+l.slack) // all that a small plane leaves open
		if !r.round || l.slack > flatSlack || d < 0 {
			d = r.entry.reach.Distance(p)
		}
		if d > 0 && d < best {
			if best = d; d < enough {
				break
			}
		}
	}
	return best
}
